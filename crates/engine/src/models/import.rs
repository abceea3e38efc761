//! Importing: a model that the user has as a file, known or not, becomes one that can be used.

use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use tokio_util::sync::CancellationToken;

use super::catalogue::is_plain;
use super::ggml::{self, Refusal, Shape};
use super::hash::{self, Unhashed};
use super::record::Record;
use super::{Fit, InstalledModel, ModelError, Models, Step};
use crate::path::absolute;

/// The name under which a file comes in. One at a time: whoever holds its lock.
const INCOMING: &str = "import";

/// What became of a file that was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// What it is called from now on, and what is known of it.
    pub model: InstalledModel,
    /// Whether the same model was there before.
    pub was_there: bool,
    /// How well it fits into the memory of this machine.
    pub fit: Fit,
}

impl Models {
    /// Copies a Whisper model in whisper.cpp's GGML format to the models, where it can be used at once. Whether it is a
    /// known one is told by its hash, whatever it is called; a stranger is taken too. Reads the file twice at most.
    ///
    /// # Errors
    /// The file is no such model or not a whole one, cannot be read, has no room on the disk, or was stopped.
    pub fn import(
        &self,
        path: &Path,
        cancel: &CancellationToken,
        tell: &mut dyn FnMut(Step),
    ) -> Result<Imported, ModelError> {
        let path = absolute(path);
        let refuse = |refusal: Refusal| ModelError::NoModel { refusal, path: path.clone() };
        let unreadable = |error: io::Error| refuse(Refusal::Unreadable(error));
        let found = fs::metadata(&path).map_err(unreadable)?;
        if !found.is_file() {
            return Err(refuse(Refusal::Foreign("it is a folder or a device; name the file of a model")));
        }
        let mut file = File::open(&path).map_err(unreadable)?;
        let total = found.len();
        let shape = ggml::examine(&file, total).map_err(refuse)?;
        file.rewind().map_err(unreadable)?;

        self.folder.make()?;
        self.room(total)?;
        let _one_at_a_time = self.folder.hold(INCOMING)?;
        let incoming = Incoming(self.folder.files(INCOMING).part);
        let failed = |error: io::Error| ModelError::disk(&error, &incoming.0);
        let mut copy = File::create(&incoming.0).map_err(failed)?;
        let tell_copy = |bytes| tell(Step::Copying { bytes, total });
        let hashed = hash::sha256(&file, |piece| copy.write_all(piece), cancel, tell_copy);
        let (sha256, length) = hashed.map_err(|error| match error {
            Unhashed::Stopped => ModelError::Stopped { kept: 0 },
            Unhashed::Read(error) => unreadable(error),
            Unhashed::Write(error) => failed(error),
        })?;
        if length != total {
            return Err(ModelError::Changing(path));
        }
        let (model, was_there) = self.place(&incoming, shape, sha256, length, &path)?;
        tell(Step::Done(model.clone()));
        let fit = self.fit(model.memory);
        Ok(Imported { model, was_there, fit })
    }

    /// Gives the copy its name.
    fn place(
        &self,
        incoming: &Incoming,
        shape: Shape,
        sha256: String,
        bytes: u64,
        path: &Path,
    ) -> Result<(InstalledModel, bool), ModelError> {
        let known = self.catalogue.with_hash(&sha256);
        let name = known.map_or_else(|| self.name_for(path, &sha256), |known| known.id.clone());
        let file = known.map_or_else(|| format!("ggml-{name}.bin"), |known| known.file.clone());
        let _held = self.folder.hold(&file)?;
        let files = self.folder.files(&file);
        let was_there = Record::read(&files.record).is_some_and(|record| record.sha256 == sha256)
            && files.model.is_file();
        let record = Record {
            name,
            sha256,
            bytes,
            memory: known.map_or_else(|| shape.memory(bytes), |known| known.memory),
            languages: shape.languages,
            licence: known.map(|known| known.licence.clone()),
            source: path.to_string_lossy().into_owned(),
            width: shape.width,
            layers: shape.layers,
            checked: None,
        };
        let model = InstalledModel::of(&record, &files.model, known.is_some());
        files.install(&incoming.0, record).map_err(|error| ModelError::disk(&error, &files.model))?;
        Ok((model, was_there))
    }

    /// What a stranger is called: as its file is, unless that is the name of a known model or of another stranger.
    fn name_for(&self, path: &Path, sha256: &str) -> String {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
        let name: String = stem.strip_prefix("ggml-").unwrap_or(&stem).chars().map(plain).take(60).collect();
        let name = name.trim_matches(['.', '-']).to_owned();
        let name = if is_plain(&name) { name } else { "model".to_owned() };
        let is_taken = |name: &str| {
            let record = Record::read(&self.folder.files(&format!("ggml-{name}.bin")).record);
            self.catalogue.find(name).is_some() || record.is_some_and(|record| record.sha256 != sha256)
        };
        match sha256.get(..8).filter(|_| is_taken(&name)) {
            Some(start) => format!("{name}-{start}"),
            None => name,
        }
    }
}

/// A file that is gone again unless it was given its name.
struct Incoming(PathBuf);

impl Drop for Incoming {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
