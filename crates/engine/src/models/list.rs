//! All models, known and installed, for people who choose.

use std::path::Path;

use serde::Serialize;

use super::error::mend;
use super::folder::{Installed, Trust};
use super::record::Record;
use super::{Fit, KnownModel, Languages, Models};
use crate::path::lossy;

/// A model that can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct InstalledModel {
    /// What it is called.
    pub model: String,
    /// Its size.
    pub bytes: u64,
    /// Memory that listening with it takes, in bytes: published, or reckoned from its size.
    pub memory: u64,
    /// What it understands.
    pub languages: Languages,
    /// Its SHA-256, as 64 hex digits in lower case.
    pub sha256: String,
    /// Whether Deskscribe knows it, or it came as a stranger.
    pub known: bool,
    /// Its file.
    pub path: String,
}

/// A model that is known or installed. The JSON form is for scripts and for the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct ListedModel {
    /// What it is called.
    pub model: String,
    /// Its size.
    pub bytes: u64,
    /// Memory that listening with it takes, in bytes.
    pub memory: u64,
    /// What it understands.
    pub languages: Languages,
    /// Its licence, by its SPDX name; nobody knows that of a stranger.
    pub licence: Option<String>,
    /// Its SHA-256.
    pub sha256: String,
    /// Where a person can read about it; of a stranger, the file that it was.
    pub source: String,
    /// Whether Deskscribe knows it.
    pub known: bool,
    /// What is here of it.
    pub state: ModelState,
    /// Bytes of it that were downloaded so far, where it is not installed.
    pub kept: u64,
    /// How well it fits into the memory of this machine.
    pub fits: Fit,
    /// Whether it is the one to recommend for this machine.
    pub recommended: bool,
    /// Whether it is the one that listens.
    pub in_use: bool,
    /// Its file, if it is installed.
    pub path: Option<String>,
    /// The command that makes a broken one whole, or one that was touched a checked one.
    pub mend: Option<String>,
}

/// What is here of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ModelState {
    /// Nothing.
    Available,
    /// A part; a download goes on from there.
    Partial,
    /// All of it, checked.
    Installed,
    /// A file that was touched since it was checked, and is not used until it is checked again.
    Touched,
    /// A file that is not the one it was.
    Broken,
}

impl InstalledModel {
    pub(super) fn of(record: &Record, path: &Path, known: bool) -> Self {
        let Record { name, sha256, bytes, memory, languages, .. } = record.clone();
        Self { model: name, bytes, memory, languages, sha256, known, path: lossy(path) }
    }
}

impl Models {
    /// All known models, from the smallest on, and then the strangers that are installed.
    pub fn list(&self) -> Vec<ListedModel> {
        let installed = self.look();
        let in_use = self.speech().map(|model| model.path);
        let mut listed: Vec<_> = self.catalogue.all().iter().map(|known| self.available(known)).collect();
        for model in &installed {
            let Installed { record, path, trust } = model;
            let known = self.catalogue.with_hash(&record.sha256).is_some();
            let state = match trust {
                Trust::Checked => ModelState::Installed,
                Trust::Touched => ModelState::Touched,
                Trust::Broken => ModelState::Broken,
            };
            let mend = match trust {
                Trust::Checked => None,
                Trust::Touched => Some(format!("deskscribe models verify {}", record.name)),
                Trust::Broken => Some(mend(&record.name, known, &record.source)),
            };
            let place = listed.iter_mut().find(|listed| listed.known && listed.sha256 == record.sha256);
            let is_in_use = in_use.as_ref() == Some(path);
            match place {
                Some(place) => {
                    (place.state, place.kept, place.in_use) = (state, 0, is_in_use);
                    (place.path, place.mend) = (Some(lossy(path)), mend);
                }
                None => listed.push(ListedModel {
                    model: record.name.clone(),
                    bytes: record.bytes,
                    memory: record.memory,
                    languages: record.languages,
                    licence: record.licence.clone(),
                    sha256: record.sha256.clone(),
                    source: record.source.clone(),
                    known,
                    state,
                    kept: 0,
                    fits: self.fit(record.memory),
                    recommended: false,
                    in_use: is_in_use,
                    path: Some(lossy(path)),
                    mend,
                }),
            }
        }
        listed
    }

    /// A known model of which nothing is installed.
    fn available(&self, known: &KnownModel) -> ListedModel {
        let kept = self.folder.files(&known.file).kept();
        ListedModel {
            model: known.id.clone(),
            bytes: known.bytes,
            memory: known.memory,
            languages: known.languages,
            licence: Some(known.licence.clone()),
            sha256: known.sha256.clone(),
            source: known.source.clone(),
            known: true,
            state: if kept > 0 { ModelState::Partial } else { ModelState::Available },
            kept,
            fits: self.fit(known.memory),
            recommended: self.recommended() == Some(known),
            in_use: false,
            path: None,
            mend: None,
        }
    }
}
