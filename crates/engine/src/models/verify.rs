//! Checking installed models: every byte again, and what to do about one that is not what it was.

use std::fs::{self, File};

use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::error::mend;
use super::folder::Installed;
use super::hash::{self, Unhashed};
use super::record::Stamp;
use super::{ModelError, Models, Step};

/// What became of one model that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Verified {
    /// Which one.
    pub model: String,
    /// Whether every byte of it is as it was when it was fetched or imported.
    pub sound: bool,
    /// The SHA-256 that it has now.
    pub sha256: String,
    /// The command that brings it back, if it is broken.
    pub mend: Option<String>,
}

impl Models {
    /// Takes the hash of the installed model of this name, or of all, and tells how far it is with which. One that is
    /// found sound can be used from then on, and one that is broken cannot.
    ///
    /// # Errors
    /// No such model is installed, another program is at it, it cannot be read, or it was stopped.
    pub fn verify(
        &self,
        name: Option<&str>,
        cancel: &CancellationToken,
        tell: &mut dyn FnMut(&str, Step),
    ) -> Result<Vec<Verified>, ModelError> {
        let mut installed = self.folder.installed();
        if let Some(name) = name {
            if !installed.iter().any(|model| model.is_called(name)) {
                return Err(self.not_installed(name));
            }
            installed.retain(|model| model.is_called(name));
        }
        installed.into_iter().map(|model| self.verify_one(model, cancel, tell)).collect()
    }

    fn verify_one(
        &self,
        model: Installed,
        cancel: &CancellationToken,
        tell: &mut dyn FnMut(&str, Step),
    ) -> Result<Verified, ModelError> {
        let file = model.file();
        let Installed { mut record, path, .. } = model;
        let _held = self.folder.hold(&file)?;
        let failed = |error: std::io::Error| ModelError::disk(&error, &path);
        let open = File::open(&path).map_err(failed)?;
        // From before it is read: whoever touches it meanwhile makes it one that was touched.
        let found = open.metadata().map_err(failed)?;
        let total = found.len();
        let tell = |bytes| tell(&record.name, Step::Verifying { bytes, total });
        let hashed = hash::sha256(&open, |_| Ok(()), cancel, tell);
        let (sha256, _) = hashed.map_err(|error| match error {
            Unhashed::Stopped => ModelError::Stopped { kept: total },
            Unhashed::Read(error) | Unhashed::Write(error) => failed(error),
        })?;
        let sound = sha256 == record.sha256;
        record.checked = sound.then(|| Stamp::of(&found));
        let files = self.folder.files(&file);
        record.write(&files.record).map_err(|error| ModelError::disk(&error, &files.record))?;
        let is_known = self.catalogue.with_hash(&record.sha256).is_some();
        let mend = (!sound).then(|| mend(&record.name, is_known, &record.source));
        Ok(Verified { model: record.name, sound, sha256, mend })
    }

    /// Removes a model, and what was downloaded of one that never became whole. Whoever has it open goes on with it.
    /// How many bytes are free again.
    ///
    /// # Errors
    /// There is nothing of this name, another program is at it, or it cannot be removed.
    pub fn remove(&self, name: &str) -> Result<u64, ModelError> {
        let installed = self.folder.installed().into_iter().find(|model| model.is_called(name));
        let known = || self.catalogue.find(name).map(|known| known.file.clone());
        let Some(file) = installed.map(|model| model.file()).or_else(known) else {
            return Err(self.not_installed(name));
        };
        let files = self.folder.files(&file);
        let is_there = [&files.model, &files.record, &files.part];
        if !is_there.into_iter().any(|path| fs::symlink_metadata(path).is_ok()) {
            return Err(self.not_installed(name));
        }
        let _held = self.folder.hold(&file)?;
        files.remove().map_err(|error| ModelError::disk(&error, &files.model))
    }

    fn not_installed(&self, name: &str) -> ModelError {
        let installed = self.folder.installed().into_iter().map(|model| model.record.name).collect();
        ModelError::NotInstalled { name: name.to_owned(), installed }
    }
}
