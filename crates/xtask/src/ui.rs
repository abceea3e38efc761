//! The window's page in `ui/`: its packages, its build, its checks. What is done already is not done again, so that a
//! second `cargo xtask run` is fast and needs no network.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::prepare::digest;
use crate::problem::{Doing, Outcome, Problem};
use crate::workspace;

/// Folders in `ui/` that npm or a build made.
const MADE: [&str; 4] = ["node_modules", "dist", "dist-recorded", "coverage"];

/// Beside the packages: what they and the page were made of. A new clone has neither, and no file of it.
const INSTALLED: &str = "node_modules/.deskscribe-installed";
const BUILT: &str = "node_modules/.deskscribe-built";
const RECORDED: &str = "node_modules/.deskscribe-recorded";

fn folder() -> PathBuf {
    workspace::root().join("ui")
}

/// Installs what package-lock.json lists, unless that was done; `lock` keeps others of us from doing the same.
pub(crate) fn install(lock: fn() -> Outcome<File>) -> Outcome {
    let ui = folder();
    let is_done = || Ok(says(&ui.join(INSTALLED), &locked(&ui)?));
    if is_done()? {
        return Ok(());
    }
    let lock = lock()?;
    if !is_done()? {
        eprintln!("xtask: installing the packages of the window's page with npm");
        npm(&ui, &["ci", "--no-audit", "--no-fund"])?;
        note(&ui.join(INSTALLED), &locked(&ui)?)?;
    }
    drop(lock);
    Ok(())
}

/// Builds `ui/dist`, unless nothing it is made of has changed.
pub(crate) fn build() -> Outcome {
    made("dist", BUILT, &["run", "build"])
}

/// Builds `ui/dist-recorded`, the page with its recorded session, which tests look at in a plain browser.
pub(crate) fn build_recorded() -> Outcome {
    made("dist-recorded", RECORDED, &["run", "build", "--", "--mode", "recorded"])
}

fn made(folder_name: &str, noted: &str, arguments: &[&str]) -> Outcome {
    let ui = folder();
    let made_of = sources(&ui)?;
    if says(&ui.join(noted), &made_of) && ui.join(folder_name).join("index.html").is_file() {
        return Ok(());
    }
    eprintln!("xtask: building the window's page, ui/{folder_name}");
    npm(&ui, arguments)?;
    note(&ui.join(noted), &made_of)
}

/// Format, lints and types.
pub(crate) fn check() -> Outcome {
    npm(&folder(), &["run", "check"])
}

/// The tests of components and state.
pub(crate) fn test() -> Outcome {
    npm(&folder(), &["test"])
}

fn npm(ui: &Path, arguments: &[&str]) -> Outcome {
    workspace::finish(Command::new("npm").args(arguments).current_dir(ui))
        .map_err(|Problem(reason)| Problem(format!("npm {} in ui/: {reason}", arguments.join(" "))))
}

/// What npm installs by.
fn locked(ui: &Path) -> Outcome<String> {
    let list = ui.join("package-lock.json");
    digest(File::open(&list).doing_to("open", &list)?).doing_to("read", &list)
}

/// One hash of every file that somebody wrote in `ui/`, names included. Contents and not times: a checkout touches
/// files that stay the same, and brings back files that are old.
fn sources(ui: &Path) -> Outcome<String> {
    let mut files = Vec::new();
    collect(ui, &mut files)?;
    files.sort();
    let mut all = String::new();
    for path in files {
        let hash = digest(File::open(&path).doing_to("open", &path)?).doing_to("read", &path)?;
        all += &format!("{hash} {}\n", path.strip_prefix(ui).unwrap_or(&path).display());
    }
    digest(all.as_bytes()).doing("hash the window's page")
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Outcome {
    for entry in fs::read_dir(folder).doing_to("list", folder)? {
        let entry = entry.doing_to("list", folder)?;
        let kind = entry.file_type().doing_to("look at", &entry.path())?;
        if kind.is_file() {
            files.push(entry.path());
        } else if kind.is_dir() && !MADE.iter().any(|made| entry.file_name() == *made) {
            collect(&entry.path(), files)?;
        }
    }
    Ok(())
}

fn says(note: &Path, text: &str) -> bool {
    fs::read_to_string(note).is_ok_and(|said| said == text)
}

fn note(path: &Path, text: &str) -> Outcome {
    fs::write(path, text).doing_to("write", path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_known_by_what_was_written_and_not_by_what_was_made() {
        let folder = tempfile::tempdir().unwrap();
        let ui = folder.path();
        for path in ["src/lib", "node_modules/x", "dist"] {
            fs::create_dir_all(ui.join(path)).unwrap();
        }
        fs::write(ui.join("src/main.ts"), "a").unwrap();
        fs::write(ui.join("src/lib/b.ts"), "b").unwrap();
        let first = sources(ui).unwrap();
        fs::write(ui.join("node_modules/x/index.js"), "made").unwrap();
        fs::write(ui.join("dist/index.html"), "made").unwrap();
        fs::write(ui.join("src/main.ts"), "a").unwrap();
        assert_eq!(sources(ui).unwrap(), first);

        fs::write(ui.join("src/main.ts"), "b").unwrap();
        let changed = sources(ui).unwrap();
        assert_ne!(changed, first);
        fs::write(ui.join("src/main.ts"), "a").unwrap();
        fs::rename(ui.join("src/lib/b.ts"), ui.join("src/lib/c.ts")).unwrap();
        assert_ne!(sources(ui).unwrap(), first);
    }
}
