//! Programs that only tests need and cargo can build: into the target folder, once.

use std::fs::{self, File};
use std::path::PathBuf;

use crate::problem::Outcome;
use crate::workspace;

/// Passes what a test asks on to WebKitWebDriver, and starts the window for it.
const NAME: &str = "tauri-driver";
const VERSION: &str = "2.1.0";

/// Where it lies once it is installed.
pub(crate) fn tauri_driver() -> Outcome<PathBuf> {
    Ok(folder()?.join("bin").join(NAME))
}

fn folder() -> Outcome<PathBuf> {
    Ok(workspace::target()?.join("tools"))
}

/// Installs what is missing or of another version; `lock` keeps others of us from doing the same.
pub(super) fn install(lock: fn() -> Outcome<File>) -> Outcome {
    if is_there()? {
        return Ok(());
    }
    let lock = lock()?;
    if !is_there()? {
        eprintln!("xtask: installing {NAME} {VERSION} with cargo, for tests of the window");
        let mut cargo = workspace::cargo();
        cargo.args(["install", NAME, "--version", VERSION, "--locked", "--force", "--root"]);
        workspace::finish(cargo.arg(folder()?))?;
    }
    drop(lock);
    Ok(())
}

fn is_there() -> Outcome<bool> {
    let listed = fs::read_to_string(folder()?.join(".crates.toml")).unwrap_or_default();
    Ok(listed.contains(&format!("\"{NAME} {VERSION} ")) && tauri_driver()?.is_file())
}
