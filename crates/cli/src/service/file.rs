//! The unit file, which is there as a whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;

/// What is in it, if it is there.
pub(super) fn read(path: &Path) -> anyhow::Result<Option<String>> {
    match fs::read(path) {
        // One that is no text is not ours, whatever is in it.
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error)
            .with_context(|| format!("the unit cannot be read; check its permissions: {}", path.display())),
    }
}

/// Writes it, with its folder if that is missing.
pub(super) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let failed = || format!("the unit cannot be written; check the folder: {}", path.display());
    replace(path, text).with_context(failed)
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    // Nothing that systemd takes for a unit.
    let new = path.with_added_extension("new");
    let mut file = File::create(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    File::open(folder)?.sync_all()
}
