//! Speech models: which there are, which is used, and how one comes here: by a download that somebody asks for, or from
//! a file. Nothing is ever fetched unasked.
//!
//! ```text
//!  get ──▶ fetch ══https══▶ server     import ──▶ a file of the user
//!            │ .part                      │ a copy
//!            ╰──▶ hash, ggml ◀────────────╯
//!                     │ the file, its record
//!                     ▼
//!                <home>/models/ ──▶ choose ──▶ speech, watch ──▶ whoever lends it to workers
//! ```
//!
//! A model is trusted as long as its file is as it was when its hash was taken, so that no start of the program reads
//! gigabytes for nothing.

mod address;
mod answer;
mod catalogue;
mod choose;
mod error;
mod fetch;
mod folder;
mod foreign;
mod get;
mod ggml;
mod hash;
mod http;
mod import;
mod list;
mod record;
mod step;
mod verify;
mod watch;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use folder::{Folder, FolderStamp, Installed, Trust};

use crate::settings::Downloads;
use crate::{Home, Settings};

pub use address::Address;
pub use catalogue::{Catalogue, KnownModel, Languages};
pub(crate) use choose::memory_of_machine;
pub use choose::{Choice, Fit};
pub use error::ModelError;
pub use get::Got;
pub use ggml::Refusal;
pub(crate) use http::words as network_words;
pub use import::Imported;
pub use list::{InstalledModel, ListedModel, ModelState};
pub use step::Step;
pub use verify::Verified;

/// The speech models of one home. Clones share what they have seen.
#[derive(Debug, Clone)]
pub struct Models {
    folder: Folder,
    catalogue: Catalogue,
    downloads: Downloads,
    /// What the settings name.
    chosen: Option<String>,
    /// Of this machine, in bytes, if that is known.
    memory: Option<u64>,
    seen: Arc<Mutex<Option<Seen>>>,
}

/// The model that listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpeechModel {
    /// What people call it.
    pub name: String,
    /// The hash that was taken of it, as 64 hex digits in lower case.
    pub sha256: String,
    /// Its file. To be opened read-only by whoever lends it.
    pub path: PathBuf,
    /// Memory that a worker needs to listen with it, in bytes.
    pub memory: u64,
    /// Whether it understands all languages, or only English.
    pub multilingual: bool,
}

/// What the folder held when it was looked at.
#[derive(Debug)]
struct Seen {
    stamp: FolderStamp,
    installed: Vec<Installed>,
}

impl Models {
    /// The models of this home, as the settings have them, on this machine. Nothing is made yet.
    pub fn of(home: &Home, catalogue: Catalogue, settings: &Settings) -> Self {
        Self {
            folder: Folder(home.models()),
            catalogue,
            downloads: settings.downloads.clone(),
            chosen: settings.speech_model.clone(),
            memory: choose::memory_of_machine(),
            seen: Arc::default(),
        }
    }

    /// The same on a machine with so many bytes of memory.
    pub fn with_memory(self, memory: u64) -> Self {
        Self { memory: Some(memory), ..self }
    }

    /// The model that listens, if one does: the one that the settings name, else the best that is installed and fits
    /// into this machine. Costs a system call for the folder and one for each model, so it can be asked before every
    /// job.
    pub fn speech(&self) -> Option<SpeechModel> {
        self.choice().model()
    }

    /// The same, or why none does.
    pub fn choice(&self) -> Choice {
        Choice::among(&self.look(), self.chosen.as_deref(), self.memory)
    }

    /// What to recommend for this machine, by its memory alone.
    pub fn recommended(&self) -> Option<&KnownModel> {
        choose::recommended(&self.catalogue, self.memory)
    }

    /// The memory of this machine in bytes, if that is known.
    pub fn memory(&self) -> Option<u64> {
        self.memory
    }

    /// The server that this model would be fetched from: the one in the manifest, or the mirror of the settings.
    pub fn host(&self, known: &KnownModel) -> String {
        fetch::address(known, &self.downloads).host()
    }

    /// The known models.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Whether this file, by its name and its first bytes, is one that somebody would want to import.
    pub fn is_one(path: &Path) -> bool {
        let is_named = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("bin"));
        // Metadata first: opening a pipe would wait for whoever writes to it.
        is_named
            && path.metadata().is_ok_and(|found| found.is_file())
            && File::open(path).is_ok_and(|mut file| ggml::begins(&mut file))
    }

    /// How well a need of so many bytes fits into this machine.
    fn fit(&self, need: u64) -> Fit {
        Fit::of(need, self.memory)
    }

    /// What is installed, read anew only if something has changed in the folder.
    fn look(&self) -> Vec<Installed> {
        let Some(stamp) = self.folder.stamp() else { return Vec::new() };
        // What was seen is whole, whatever became of the thread that saw it.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seen) = seen.as_mut().filter(|seen| seen.stamp == stamp) {
            // A file can be written to without the folder showing it.
            let is_there = |model: &mut Installed| {
                let trust = Trust::of(&model.record, &model.path);
                model.trust = trust.unwrap_or(model.trust);
                trust.is_some()
            };
            seen.installed.retain_mut(is_there);
            return seen.installed.clone();
        }
        let installed = self.folder.installed();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        *seen = stamp
            .is_settled(i64::try_from(now.as_secs()).unwrap_or(i64::MAX))
            .then(|| Seen { stamp, installed: installed.clone() });
        installed
    }

    /// The folder that they lie in.
    pub fn folder(&self) -> &Path {
        &self.folder.0
    }
}
