//! `cargo xtask build`: compiles the program, and stages what ships with it beside the executables.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::prepare::{self, Extent, Manifest};
use crate::problem::{Doing, Outcome, Problem};
use crate::{desktop, pages, ui, workspace};

/// The packages that have the executables of the terminal.
const TERMINAL: [&str; 2] = ["deskscribe-cli", "deskscribe-worker"];
/// The executable of the window.
const WINDOW: &str = "deskscribe-app";

/// `cargo xtask build [--release]`
pub(crate) fn start(arguments: Vec<OsString>) -> Outcome<ExitCode> {
    let release = match &arguments[..] {
        [] => false,
        [only] if only == "--release" => true,
        _ => return Err(Problem("build understands nothing but --release".to_owned())),
    };
    let executables = program(release, Extent::Window)?;
    let [window, terminal] = [WINDOW, "deskscribe"].map(|name| executables.join(name));
    eprintln!("xtask: ready to run: {}, and in the terminal {}", window.display(), terminal.display());
    Ok(ExitCode::SUCCESS)
}

/// Prepares, compiles and stages; returns the folder of the executables.
pub(crate) fn program(release: bool, extent: Extent) -> Outcome<PathBuf> {
    let manifest = prepare::everything(extent)?;
    let has_window = extent >= Extent::Window;
    if has_window {
        // First: the window has its page compiled in.
        ui::build()?;
    }
    let mut cargo = workspace::cargo();
    cargo.arg("build").args(release.then_some("--release"));
    if has_window {
        // Everything there is, tests' programs too: cargo gives dependencies the features that all of these want
        // together, so that `run` and `test` compile them once and not twice.
        cargo.args(["--workspace", "--bins"]);
    } else {
        cargo.args(TERMINAL.map(|name| format!("--package={name}")));
    }
    workspace::finish(&mut cargo)?;
    let executables = workspace::executables(release)?;
    stage(&manifest, &workspace::root().join("models"), &executables.join("resources"))?;
    pages::stage(&executables)?;
    if has_window {
        desktop::stage(&executables)?;
    }
    Ok(executables)
}

/// Makes the resources folder hold what the manifest lists, the manifest, the licences, and nothing else.
fn stage(manifest: &Manifest, models: &Path, resources: &Path) -> Outcome {
    let licences = models.join("licences");
    let mut files = vec![(models.join("manifest.toml"), "manifest.toml".into())];
    for entry in fs::read_dir(&licences).doing_to("list", &licences)? {
        let entry = entry.doing_to("list", &licences)?;
        files.push((entry.path(), Path::new("licences").join(entry.file_name())));
    }
    for artefact in &manifest.artefacts {
        files.push((prepare::weights().join(&artefact.file), PathBuf::from(&artefact.file)));
    }
    for (source, name) in &files {
        place(source, &resources.join(name))?;
    }
    clear(resources, resources, &files.into_iter().map(|(_, name)| name).collect())
}

/// Links the file there, or copies it where links do not reach, unless it is there already.
pub(crate) fn place(source: &Path, target: &Path) -> Outcome {
    let want = fs::metadata(source).doing_to("find", source)?;
    if fs::metadata(target).is_ok_and(|have| is_same(&want, &have)) {
        return Ok(());
    }
    let folder = target.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(folder).doing_to("make", folder)?;
    // Beside it and then renamed: a worker may have the old one mapped, and must keep it whole.
    let mut incoming = target.as_os_str().to_owned();
    incoming.push(".incoming");
    let incoming = Path::new(&incoming);
    let _ = fs::remove_file(incoming);
    fs::hard_link(source, incoming)
        .or_else(|_| {
            fs::copy(source, incoming)?;
            fs::File::options().write(true).open(incoming)?.set_modified(want.modified()?)
        })
        .doing_to("copy", source)?;
    fs::rename(incoming, target).doing_to("put in place", target)
}

/// Whether the target is a link to the source, or a copy that kept its time.
fn is_same(source: &Metadata, target: &Metadata) -> bool {
    let id = |file: &Metadata| (file.dev(), file.ino());
    let look = |file: &Metadata| (file.len(), file.mtime(), file.mtime_nsec());
    id(source) == id(target) || look(source) == look(target)
}

/// Removes what an earlier manifest left, so that nothing ships that is not listed.
fn clear(resources: &Path, folder: &Path, listed: &BTreeSet<PathBuf>) -> Outcome {
    for entry in fs::read_dir(folder).doing_to("list", folder)? {
        let path = entry.doing_to("list", folder)?.path();
        if path.is_dir() {
            clear(resources, &path, listed)?;
        } else if !path.strip_prefix(resources).is_ok_and(|name| listed.contains(name)) {
            fs::remove_file(&path).doing_to("remove", &path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_placed_is_replaced_when_its_source_is() {
        let folder = tempfile::tempdir().unwrap();
        let (source, target) = (folder.path().join("a"), folder.path().join("b/a"));
        fs::write(&source, "old").unwrap();
        place(&source, &target).unwrap();
        let first = fs::metadata(&target).unwrap().ino();
        place(&source, &target).unwrap();
        assert_eq!(fs::metadata(&target).unwrap().ino(), first);

        fs::write(folder.path().join("new"), "new and longer").unwrap();
        fs::rename(folder.path().join("new"), &source).unwrap();
        place(&source, &target).unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "new and longer");
    }

    #[test]
    fn what_is_not_listed_does_not_ship() {
        let folder = tempfile::tempdir().unwrap();
        let resources = folder.path();
        fs::create_dir(resources.join("licences")).unwrap();
        for name in ["kept", "old.onnx", "licences/kept.txt", "licences/old.txt"] {
            fs::write(resources.join(name), "").unwrap();
        }
        let listed = ["kept", "licences/kept.txt"].map(PathBuf::from).into();
        clear(resources, resources, &listed).unwrap();
        assert!(resources.join("kept").exists() && resources.join("licences/kept.txt").exists());
        assert!(!resources.join("old.onnx").exists() && !resources.join("licences/old.txt").exists());
    }
}
