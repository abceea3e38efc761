//! Gets what is missing before anything can be built or run; costs next to nothing when all is there.

mod manifest;
mod models;
mod node;
mod packages;
mod sha256;
mod system_packages;
mod tools;

use std::ffi::OsString;
use std::fs::{self, File};
use std::process::ExitCode;

use crate::problem::{Doing, Outcome};
use crate::{no_arguments, ui, workspace};

use packages::Need;

pub(crate) use manifest::Manifest;
pub(crate) use models::weights;
pub(crate) use sha256::digest;
pub(crate) use tools::tauri_driver;

/// How much of Deskscribe is wanted; each takes in the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Extent {
    /// The terminal program and its workers.
    Terminal,
    /// The window too.
    Window,
    /// And the desk on which tests use it.
    Desk,
}

impl Extent {
    fn needs(self, has_models: bool) -> Vec<Need> {
        let mut needs = vec![Need::Compile];
        needs.extend((!has_models).then_some(Need::Fetch));
        needs.extend((self >= Self::Window).then_some(Need::Window));
        needs.extend((self >= Self::Desk).then_some(Need::Desk));
        needs
    }
}

/// `cargo xtask prepare`
pub(crate) fn start(arguments: Vec<OsString>) -> Outcome<ExitCode> {
    no_arguments(&arguments)?;
    everything(Extent::Desk)?;
    eprintln!("xtask: everything is there");
    Ok(ExitCode::SUCCESS)
}

/// System packages, models, what npm installs and the tools of tests.
pub(crate) fn everything(extent: Extent) -> Outcome<Manifest> {
    let manifest = Manifest::read(&workspace::root().join("models/manifest.toml"))?;
    let has_models = models::faults(&manifest, &weights()).is_empty();
    install(&extent.needs(has_models))?;
    if !has_models {
        let lock = one_at_a_time()?;
        models::fetch(&manifest, &weights())?;
        drop(lock);
    }
    page_and_tools(extent)?;
    Ok(manifest)
}

/// What compiling needs, without the models.
pub(crate) fn compilers(extent: Extent) -> Outcome {
    install(&extent.needs(true))?;
    page_and_tools(extent)
}

fn install(needs: &[Need]) -> Outcome {
    if system_packages::is_any_missing(needs) {
        let lock = one_at_a_time()?;
        system_packages::install(needs)?;
        drop(lock);
    }
    Ok(())
}

fn page_and_tools(extent: Extent) -> Outcome {
    if extent >= Extent::Window {
        node::require()?;
        ui::install(one_at_a_time)?;
    }
    if extent >= Extent::Desk {
        tools::install(one_at_a_time)?;
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
