//! Gets what is missing before anything can be built or run; costs next to nothing when all is there.

mod manifest;
mod models;
mod sha256;
mod system_packages;

use std::ffi::OsString;
use std::fs::{self, File};
use std::process::ExitCode;

use crate::problem::{Doing, Outcome};
use crate::{no_arguments, workspace};

pub(crate) use manifest::Manifest;
pub(crate) use models::weights;

/// `cargo xtask prepare`
pub(crate) fn start(arguments: Vec<OsString>) -> Outcome<ExitCode> {
    no_arguments(&arguments)?;
    everything()?;
    eprintln!("xtask: everything is there");
    Ok(ExitCode::SUCCESS)
}

/// System packages and models. There are no npm packages yet.
pub(crate) fn everything() -> Outcome<Manifest> {
    let manifest = Manifest::read(&workspace::root().join("models/manifest.toml"))?;
    let has_models = models::faults(&manifest, &weights()).is_empty();
    if has_models && !system_packages::is_any_missing(false) {
        return Ok(manifest);
    }
    let lock = one_at_a_time()?;
    system_packages::install(!has_models)?;
    models::fetch(&manifest, &weights())?;
    drop(lock);
    Ok(manifest)
}

/// What compiling needs.
pub(crate) fn compilers() -> Outcome {
    if system_packages::is_any_missing(false) {
        let lock = one_at_a_time()?;
        system_packages::install(false)?;
        drop(lock);
    }
    Ok(())
}

/// Lets one xtask of these sources fetch and install; others wait here, and then find it done.
fn one_at_a_time() -> Outcome<File> {
    let folder = weights();
    fs::create_dir_all(&folder).doing_to("make the folder of the models", &folder)?;
    let path = folder.join(".lock");
    let file = File::create(&path).doing_to("make", &path)?;
    if file.try_lock().is_err() {
        eprintln!("xtask: waiting for another xtask to fetch what is missing");
        file.lock().doing_to("lock", &path)?;
    }
    Ok(file)
}
