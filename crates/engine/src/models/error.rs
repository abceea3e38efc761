//! Why something cannot be done with a model, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::Refusal;
use crate::ResourceError;
use crate::words::{quoted, size};

/// Why something cannot be done with a model.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The list of models is missing.
    #[error(transparent)]
    Catalogue(#[from] ResourceError),
    /// No known model is called so.
    #[error("there is no model {name} to download; there are {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// All that there are.
        known: String,
    },
    /// No installed model is called so.
    #[error("no model {name} is installed; {}", there_are(.installed))]
    NotInstalled {
        /// What was asked for.
        name: String,
        /// All that are, by name.
        installed: Vec<String>,
    },
    /// Another program is at it.
    #[error("{holder} is busy with this model; wait until it is done, or end it: {file}")]
    Busy {
        /// The model's file.
        file: String,
        /// Who it is.
        holder: String,
    },
    /// It would need more memory than is good for this machine.
    #[error(
        "{name} needs {} of memory and this machine has {}; get a smaller one, or say --force to get it all the same",
        size(*.needed), size(*.memory)
    )]
    TooLarge {
        /// Which model.
        name: String,
        /// Memory that it needs, in bytes.
        needed: u64,
        /// Memory that there is.
        memory: u64,
    },
    /// There is no room for it on the disk.
    #[error(
        "there is no room for it: {} are needed, with some to spare, and {} are free; make room, and try again: {}",
        size(*.needed), size(*.free), .folder.display()
    )]
    NoRoom {
        /// Bytes that must still be written.
        needed: u64,
        /// Bytes that can be.
        free: u64,
        /// Where.
        folder: PathBuf,
    },
    /// The disk is full, or the quota of the user.
    #[error("the disk is full; make room, and try again, what was fetched is kept: {0}")]
    Full(PathBuf),
    /// A file or folder of ours cannot be used.
    #[error("the models cannot be kept there ({reason}); check the permissions of the folder: {path}")]
    Disk {
        /// What the system says.
        reason: io::Error,
        /// Which one.
        path: PathBuf,
    },
    /// The network cannot be used as it is set up.
    #[error("the network cannot be used ({0}); see `proxy` and `models_mirror` in settings.toml")]
    Network(String),
    /// The server could not be reached, or hung up, time and again.
    #[error(
        "it could not be fetched from {host} ({why}), {tries} times in a row; {} are kept, and the next try goes on \
         from there. See to the network, or set `proxy` or `models_mirror` in settings.toml",
        size(*.kept)
    )]
    GaveUp {
        /// Which server.
        host: String,
        /// What happened the last time.
        why: String,
        /// How often it was tried.
        tries: u32,
        /// Bytes that are kept.
        kept: u64,
    },
    /// The server says something that will not change by asking again.
    #[error(
        "{host} does not have it to give ({why}); set `models_mirror` in settings.toml to get it elsewhere"
    )]
    Refused {
        /// Which server.
        host: String,
        /// What it says.
        why: String,
    },
    /// The server has a file of another size.
    #[error(
        "{host} has another file under this name: it sends {sent} where {} were expected; nothing of it was kept. Try \
         again later, or set `models_mirror` in settings.toml to get it elsewhere",
        size(*.expected)
    )]
    OtherSize {
        /// Which server.
        host: String,
        /// How much it sends, in words.
        sent: String,
        /// The size of the model, in bytes.
        expected: u64,
    },
    /// All bytes are there, and are not those of the model.
    #[error(
        "what {host} sent is not the model {name}: its SHA-256 is {found} and must be {expected}; it was thrown away. \
         Try again, or set `models_mirror` in settings.toml to get it elsewhere"
    )]
    OtherBytes {
        /// Which server.
        host: String,
        /// Which model.
        name: String,
        /// The hash of what came.
        found: String,
        /// The hash of the model.
        expected: String,
    },
    /// The file that was to be imported is no model that can be used.
    #[error("{}: {refusal}", .path.display())]
    NoModel {
        /// What it is instead.
        refusal: Refusal,
        /// The file.
        path: PathBuf,
    },
    /// The file that was to be imported changed while it was read.
    #[error("the file changed while it was read; import it when it is whole: {0}")]
    Changing(PathBuf),
    /// Whoever asked for it does not want it any more. What was fetched is kept.
    #[error("it was stopped; {} are kept", size(*.kept))]
    Stopped {
        /// Bytes that are kept.
        kept: u64,
    },
}

impl ModelError {
    /// What the system says of a file or folder of ours.
    pub(super) fn disk(error: &io::Error, path: &Path) -> Self {
        match Errno::from_io_error(error) {
            Some(Errno::NOSPC | Errno::DQUOT | Errno::FBIG) => Self::Full(path.to_owned()),
            _ => {
                Self::Disk { reason: io::Error::new(error.kind(), error.to_string()), path: path.to_owned() }
            }
        }
    }
}

fn there_are(installed: &[String]) -> String {
    match installed {
        [] => "there are none yet".to_owned(),
        all => format!("there are {}", all.join(", ")),
    }
}

/// The command that brings back a model that is broken.
pub(super) fn mend(name: &str, is_known: bool, source: &str) -> String {
    if is_known {
        format!("deskscribe models get {name}")
    } else {
        format!("deskscribe models import {}", quoted(Path::new(source)))
    }
}
