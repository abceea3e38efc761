//! Where a content was found, and how to tell that it is still there.

use std::fs::{self, File, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A path and what its file looked like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Absolute.
    pub path: PathBuf,
    /// Taken before the content was read.
    pub stamp: Stamp,
}

/// What a file looks like from outside. While every field is the same, so is the content: that is the bet
/// that lets a rescan hash nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Number of the device.
    pub device: u64,
    /// Number of the file on it.
    pub inode: u64,
    /// In bytes.
    pub size: u64,
    /// When the content was last written, in nanoseconds since 1970.
    pub mtime_ns: i64,
    /// When the file was last changed in any way, in nanoseconds since 1970. Programs cannot set it back.
    pub ctime_ns: i64,
}

/// Which file or folder lies at a path, whatever is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    /// What lies there, links followed.
    pub fn of(path: &Path) -> Option<Self> {
        Some(Self::told(&fs::metadata(path).ok()?))
    }

    /// Which one is open.
    pub(crate) fn of_open(file: &File) -> Option<Self> {
        Some(Self::told(&file.metadata().ok()?))
    }

    fn told(metadata: &Metadata) -> Self {
        Self { device: metadata.dev(), inode: metadata.ino() }
    }
}

impl Stamp {
    /// What no file looks like.
    pub const NONE: Self = Self { device: 0, inode: 0, size: 0, mtime_ns: 0, ctime_ns: 0 };

    /// What these metadata say.
    pub fn of(metadata: &Metadata) -> Self {
        let nanoseconds =
            |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            mtime_ns: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            ctime_ns: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}
