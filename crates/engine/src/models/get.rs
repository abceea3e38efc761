//! Getting a known model: room for it, its bytes, its hash, its place.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use super::fetch::{Fetch, Tell};
use super::folder::{Files, Trust};
use super::hash::{self, Unhashed};
use super::record::Record;
use super::{Address, Fit, InstalledModel, KnownModel, ModelError, Models, Step, ggml};

/// So much of a disk is left free.
const SPARE: u64 = 64 << 20;

/// What became of the question for a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Got {
    /// It was fetched and checked, and can be used.
    Fetched(InstalledModel),
    /// It was installed already; nobody was asked for it.
    WasThere(InstalledModel),
}

impl Models {
    /// Downloads a known model, or the rest of it, and installs it. Tells how far it is, many times a second. May be
    /// stopped or dropped at any time: what was fetched is kept, and the next call goes on from there.
    ///
    /// `force` gets one that is too large for the memory of this machine too.
    ///
    /// # Errors
    /// No such model is known, it does not fit into memory or on the disk, another program is at it, it could not be
    /// fetched, or what was fetched is not it.
    pub async fn get(
        &self,
        name: &str,
        force: bool,
        cancel: &CancellationToken,
        tell: Tell<'_>,
    ) -> Result<Got, ModelError> {
        let known = self.known(name)?;
        self.folder.make()?;
        let held = self.folder.hold(&known.file)?;
        let files = self.folder.files(&known.file);
        if let Some(installed) = self.as_checked(known, &files) {
            return Ok(Got::WasThere(installed));
        }
        // One that was touched may be whole all the same, and one without a record that somebody has put there.
        let is_whole_there = fs::metadata(&files.model).is_ok_and(|file| file.len() == known.bytes);
        let is_broken = Record::read(&files.record).is_some_and(|record| record.checked.is_none());
        if is_whole_there && !is_broken {
            let (found, shape) = examine(&files.model, known.bytes, cancel, tell).await?;
            if let Ok(shape) = shape
                && found == known.sha256
            {
                let installed = self.install(known, &files, &files.model, shape, &known.address)?;
                return Ok(Got::WasThere(installed));
            }
        }
        if let (Fit::TooLarge, Some(memory), false) = (self.fit(known.memory), self.memory, force) {
            return Err(ModelError::TooLarge { name: known.id.clone(), needed: known.memory, memory });
        }
        if files.kept() > known.bytes {
            fs::remove_file(&files.part).map_err(|error| ModelError::disk(&error, &files.part))?;
        }
        self.room(known.bytes - files.kept())?;
        let fetch = Fetch { known, files: &files, settings: &self.downloads, cancel, tell: &mut *tell };
        let from = fetch.address();
        fetch.all().await?;
        let (found, shape) = examine(&files.part, known.bytes, cancel, tell).await?;
        let Some(shape) = shape.ok().filter(|_| found == known.sha256) else {
            for path in [&files.part, &files.tag] {
                let _ = fs::remove_file(path);
            }
            let (host, name, expected) = (from.host(), known.id.clone(), known.sha256.clone());
            return Err(ModelError::OtherBytes { host, name, found, expected });
        };
        let installed = self.install(known, &files, &files.part, shape, &from)?;
        drop(held);
        tell(Step::Done(installed.clone()));
        Ok(Got::Fetched(installed))
    }

    /// The known model of this name.
    fn known(&self, name: &str) -> Result<&KnownModel, ModelError> {
        self.catalogue.find(name).ok_or_else(|| {
            let ids: Vec<_> = self.catalogue.all().iter().map(|known| known.id.as_str()).collect();
            ModelError::Unknown { name: name.to_owned(), known: ids.join(", ") }
        })
    }

    /// It, if it is installed and nobody has touched it since it was checked.
    fn as_checked(&self, known: &KnownModel, files: &Files) -> Option<InstalledModel> {
        let record = Record::read(&files.record).filter(|record| record.sha256 == known.sha256)?;
        let is_checked = Trust::of(&record, &files.model) == Some(Trust::Checked);
        is_checked.then(|| InstalledModel::of(&record, &files.model, true))
    }

    /// Whether so many bytes more can be written.
    pub(super) fn room(&self, needed: u64) -> Result<(), ModelError> {
        match self.folder.free() {
            Some(free) if free < needed.saturating_add(SPARE) => {
                let needed = needed.saturating_add(SPARE);
                Err(ModelError::NoRoom { needed, free, folder: self.folder.0.clone() })
            }
            Some(_) | None => Ok(()),
        }
    }

    fn install(
        &self,
        known: &KnownModel,
        files: &Files,
        incoming: &Path,
        shape: ggml::Shape,
        from: &Address,
    ) -> Result<InstalledModel, ModelError> {
        let record = Record {
            name: known.id.clone(),
            sha256: known.sha256.clone(),
            bytes: known.bytes,
            memory: known.memory,
            languages: known.languages,
            licence: Some(known.licence.clone()),
            source: from.to_string(),
            width: shape.width,
            layers: shape.layers,
            checked: None,
        };
        let installed = InstalledModel::of(&record, &files.model, true);
        files.install(incoming, record).map_err(|error| ModelError::disk(&error, &files.model))?;
        Ok(installed)
    }
}

/// The hash of a file of ours, and what it says of itself; tells how far it is.
async fn examine(
    path: &Path,
    total: u64,
    cancel: &CancellationToken,
    tell: Tell<'_>,
) -> Result<(String, Result<ggml::Shape, ggml::Refusal>), ModelError> {
    let (progress, mut steps) = mpsc::channel(16);
    let stop = cancel.child_token();
    // Should nobody wait for this any more, the thread ends too.
    let _stops = stop.clone().drop_guard();
    let (path, wanted): (PathBuf, _) = (path.to_owned(), stop);
    let shown = path.clone();
    let hashing = spawn_blocking(move || {
        let file = File::open(&path).map_err(Unhashed::Read)?;
        let tell = |bytes| {
            // Whoever is too slow for it hears the next one.
            let _ = progress.try_send(bytes);
        };
        let (sha256, length) = hash::sha256(&file, |_| Ok(()), &wanted, tell)?;
        Ok((sha256, ggml::examine(&file, length)))
    });
    while let Some(bytes) = steps.recv().await {
        tell(Step::Verifying { bytes, total });
    }
    match hashing.await {
        Ok(Ok(examined)) => Ok(examined),
        Ok(Err(Unhashed::Stopped)) => Err(ModelError::Stopped { kept: total }),
        Ok(Err(Unhashed::Read(error) | Unhashed::Write(error))) => Err(ModelError::disk(&error, &shown)),
        Err(error) => Err(ModelError::disk(&std::io::Error::other(error), &shown)),
    }
}
