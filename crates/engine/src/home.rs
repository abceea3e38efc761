//! Where Deskscribe keeps what is its own.

use std::env;
use std::path::{Path, PathBuf};

/// The folder that holds the cache, the run logs and the program's own logs.
///
/// ```text
///  <home>/
///    summaries.sqlite  summaries.lock  thumbnails.sqlite      what was learned
///    slots/0.lock … 7.lock                                    which worker slots are taken, by any process
///    llm/0.lock …                                             which requests to a language model are on their way
///    engines/<process>-<time>.sock                            where a running engine can be asked, and told
///    watching/<hash>.lock                                     which program watches which folder
///    watched.json                                             since when folders are watched, and on which drives
///    window.lock                                              held by the window, of which there is one
///    asked-to-stay                                            whether the window has asked if it may go on without being seen
///    pasted/                                                  pictures that came from the clipboard
///    models/ggml-<name>.bin  ggml-<name>.bin.json             speech models, and what is known of each
///    sidecars/<hash>                                          what was written beside recordings, known by its hash
///    transcripts/                                             the mirror of recordings, unless another one is chosen
///    llm.key                                                  the key of a language model server, where there is no keychain
///    settings.toml  settings.lock                             what the user has chosen, if anything; held while it is changed
///    settings.good.toml                                       the same as it was when it could be followed last
///    runs/<time>.md  runs/<time>.jsonl                        what each run did
///    logs/deskscribe.<day>.log                                what the program did
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home(PathBuf);

/// There is no place to keep anything.
#[derive(Debug, thiserror::Error)]
#[error("this user has no data folder; set DESKSCRIBE_HOME to a folder that Deskscribe may write to")]
pub struct HomeError;

/// The user's Desktop, if there is one. Systems without a list of user folders have it where everybody looks for it.
pub fn desktop() -> Option<PathBuf> {
    let usual = || Some(dirs::home_dir()?.join("Desktop"));
    dirs::desktop_dir().or_else(usual).filter(|desktop| desktop.is_dir())
}

impl Home {
    /// `DESKSCRIBE_HOME`, else `deskscribe` in the user's data folder. Nothing is created yet.
    pub fn locate() -> Result<Self, HomeError> {
        let chosen = env::var_os("DESKSCRIBE_HOME").filter(|value| !value.is_empty()).map(PathBuf::from);
        let folder = chosen.or_else(|| Some(dirs::data_local_dir()?.join("deskscribe"))).ok_or(HomeError)?;
        // Absolute, so that a later change of the current folder cannot move it.
        Ok(Self(std::path::absolute(&folder).unwrap_or(folder)))
    }

    /// A home in this folder.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    /// The folder itself, which is also the cache's.
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// The locks that make eight the number of the user, not of the process.
    pub fn slots(&self) -> PathBuf {
        self.0.join("slots")
    }

    /// The locks that bound the requests to a language model, over all processes too.
    pub fn llm(&self) -> PathBuf {
        self.0.join("llm")
    }

    /// The key of a language model server, where the system has no keychain; there need not be such a file.
    pub fn llm_key(&self) -> PathBuf {
        self.0.join("llm.key")
    }

    /// The control sockets of running engines.
    pub fn engines(&self) -> PathBuf {
        self.0.join("engines")
    }

    /// The lock of the window, of which there is one.
    pub fn window(&self) -> PathBuf {
        self.0.join("window.lock")
    }

    /// The locks of watched folders: one program watches each.
    pub fn watching(&self) -> PathBuf {
        self.0.join("watching")
    }

    /// What is remembered of watched folders.
    pub fn watched(&self) -> PathBuf {
        self.0.join("watched.json")
    }

    /// Whose being there says that the window has asked whether to go on without it.
    pub fn asked_to_stay(&self) -> PathBuf {
        self.0.join("asked-to-stay")
    }

    /// Pictures that came from the clipboard, and have no other place.
    pub fn pasted(&self) -> PathBuf {
        self.0.join("pasted")
    }

    /// Speech models that were downloaded or imported.
    pub fn models(&self) -> PathBuf {
        self.0.join("models")
    }

    /// What the window remembers of downloads that are not done.
    pub fn downloads(&self) -> PathBuf {
        self.0.join("downloads")
    }

    /// What we wrote beside recordings, or in a mirror of theirs.
    pub fn sidecars(&self) -> PathBuf {
        self.0.join("sidecars")
    }

    /// Where transcripts go that are to lie apart from their recordings, and have no other place.
    pub fn transcripts(&self) -> PathBuf {
        self.0.join("transcripts")
    }

    /// What the user has chosen; there need not be such a file.
    pub fn settings(&self) -> PathBuf {
        self.0.join("settings.toml")
    }

    /// Held by whoever changes what the user has chosen.
    pub(crate) fn settings_lock(&self) -> PathBuf {
        self.0.join("settings.lock")
    }

    /// What the user had chosen when it could be followed last.
    pub(crate) fn last_good_settings(&self) -> PathBuf {
        self.0.join("settings.good.toml")
    }

    /// What each run did.
    pub fn runs(&self) -> PathBuf {
        self.0.join("runs")
    }

    /// What the program did.
    pub fn logs(&self) -> PathBuf {
        self.0.join("logs")
    }
}
