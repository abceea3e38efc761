//! What is known of an installed model, kept beside its file: `ggml-base.bin` has `ggml-base.bin.json`.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Languages;
use super::ggml::Shape;

/// The largest record that is believed to be one.
const LONGEST: u64 = 64 << 10;

/// What is known of an installed model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    /// What people call it.
    pub(super) name: String,
    pub(super) sha256: String,
    pub(super) bytes: u64,
    /// Memory that listening with it takes, in bytes: published, or reckoned from its size.
    pub(super) memory: u64,
    pub(super) languages: Languages,
    /// By its SPDX name; nobody knows that of a stranger.
    pub(super) licence: Option<String>,
    /// The address that it was downloaded from, or the file that was imported.
    pub(super) source: String,
    /// Width and layers of its hearing half.
    pub(super) width: u32,
    pub(super) layers: u32,
    /// The file as it was when its hash was found to be this one; nothing once it was found to be another.
    pub(super) checked: Option<Stamp>,
}

/// What tells that a file has not been touched. The number of its device is no part of it: on some file systems it is
/// another one after each start of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    inode: u64,
    bytes: u64,
    /// Nanoseconds since 1970.
    modified: i64,
}

impl Stamp {
    pub(super) fn of(file: &Metadata) -> Self {
        let modified = file.mtime().saturating_mul(1_000_000_000).saturating_add(file.mtime_nsec());
        Self { inode: file.ino(), bytes: file.len(), modified }
    }
}

impl Record {
    /// The record in this file, if it is one.
    pub(super) fn read(path: &Path) -> Option<Self> {
        let mut text = String::new();
        File::open(path).ok()?.take(LONGEST).read_to_string(&mut text).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Writes it, whole or not at all.
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("/"));
        let incoming = tempfile::NamedTempFile::new_in(folder)?;
        fs::write(incoming.path(), serde_json::to_vec_pretty(self).map_err(io::Error::other)?)?;
        incoming.as_file().sync_all()?;
        incoming.persist(path).map_err(|error| error.error)?;
        Ok(())
    }

    pub(super) fn shape(&self) -> Shape {
        Shape { languages: self.languages, width: self.width, layers: self.layers }
    }
}
