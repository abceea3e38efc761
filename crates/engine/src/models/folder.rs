//! The folder of models: what is in it, and who may change which file of it now.
//!
//! ```text
//!  <home>/models/
//!    ggml-base.bin         the model
//!    ggml-base.bin.json    what is known of it; without that it is not installed
//!    ggml-base.bin.part    what was downloaded of one so far, and
//!    ggml-base.bin.tag     what the server called the version that it is a part of
//!    ggml-base.bin.lock    held by whoever downloads, imports, checks or removes it
//! ```

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use fs4::FileExt;

use super::ModelError;
use super::record::{Record, Stamp};

/// The folder, which need not be there yet.
#[derive(Debug, Clone)]
pub(super) struct Folder(pub(super) PathBuf);

/// A model that is in the folder with its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Installed {
    pub(super) record: Record,
    pub(super) path: PathBuf,
    pub(super) trust: Trust,
}

/// Whether a file is still the one whose hash was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// Nobody has touched it since.
    Checked,
    /// Somebody has, or it was moved to another disk: it may be whole or not.
    Touched,
    /// It was checked, and is another one.
    Broken,
}

/// The files of one model.
#[derive(Debug, Clone)]
pub(super) struct Files {
    pub(super) model: PathBuf,
    pub(super) record: PathBuf,
    pub(super) part: PathBuf,
    pub(super) tag: PathBuf,
}

/// The right to change the files of one model, until this is dropped.
#[derive(Debug)]
pub(super) struct Held {
    _lock: File,
}

/// How the folder was when it was looked at. It changes whenever a file in it is made, renamed or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FolderStamp(u64, i64, i64);

impl Folder {
    /// Makes it, for the user alone.
    pub(super) fn make(&self) -> Result<(), ModelError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.0);
        made.map_err(|error| ModelError::disk(&error, &self.0))
    }

    /// The files of the model with this file name, which is a plain one.
    pub(super) fn files(&self, file: &str) -> Files {
        let with = |end: &str| self.0.join(format!("{file}{end}"));
        Files { model: with(""), record: with(".json"), part: with(".part"), tag: with(".tag") }
    }

    /// Every model that is there with its record, by file name.
    pub(super) fn installed(&self) -> Vec<Installed> {
        let entries = fs::read_dir(&self.0).into_iter().flatten().filter_map(Result::ok);
        let mut found: Vec<_> = entries.filter_map(|entry| Installed::with_record(&entry.path())).collect();
        found.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        found
    }

    pub(super) fn stamp(&self) -> Option<FolderStamp> {
        let folder = fs::metadata(&self.0).ok()?;
        Some(FolderStamp(folder.ino(), folder.mtime(), folder.mtime_nsec()))
    }

    /// Takes the right to change what is called so.
    pub(super) fn hold(&self, file: &str) -> Result<Held, ModelError> {
        let path = self.0.join(format!("{file}.lock"));
        let failed = |error: io::Error| ModelError::disk(&error, &path);
        // Never deleted: two processes could then hold locks on two files of one name.
        let mut open = OpenOptions::new();
        let open = open.create(true).truncate(false).read(true).write(true).open(&path);
        let mut lock = open.map_err(failed)?;
        match FileExt::try_lock(&lock) {
            Ok(()) => {}
            Err(fs4::TryLockError::Error(error)) => return Err(failed(error)),
            Err(fs4::TryLockError::WouldBlock) => {
                return Err(ModelError::Busy { file: file.to_owned(), holder: holder(&mut lock) });
            }
        }
        // Only for the message above: a lock whose holder cannot be named is a lock all the same.
        let _ = lock.set_len(0).and_then(|()| write!(lock, "process {}", std::process::id()));
        Ok(Held { _lock: lock })
    }

    /// Bytes that can still be written there.
    pub(super) fn free(&self) -> Option<u64> {
        let disk = rustix::fs::statvfs(&self.0).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}

fn holder(lock: &mut File) -> String {
    let mut name = String::new();
    let read = lock.rewind().and_then(|()| lock.take(100).read_to_string(&mut name));
    if read.is_err() || name.is_empty() { "another program".to_owned() } else { name }
}

impl FolderStamp {
    /// Whether the folder was at rest when it was looked at, at this moment in seconds since 1970. Times of files are
    /// coarse: what changes in the same moment as it is looked at may not show.
    pub(super) fn is_settled(self, now: i64) -> bool {
        !(now - 2..=now + 2).contains(&self.1)
    }
}

impl Installed {
    fn with_record(path: &Path) -> Option<Self> {
        if path.extension()? != "json" {
            return None;
        }
        let model = path.with_extension("");
        let record = Record::read(path)?;
        let trust = Trust::of(&record, &model)?;
        Some(Self { record, path: model, trust })
    }

    /// The file's own name.
    pub(super) fn file(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        self.record.name == name || self.file() == name
    }
}

impl Trust {
    /// How far the file can be trusted that is there now, if there is one.
    pub(super) fn of(record: &Record, model: &Path) -> Option<Self> {
        let file = fs::metadata(model).ok().filter(fs::Metadata::is_file)?;
        Some(match record.checked {
            Some(checked) if checked == Stamp::of(&file) => Self::Checked,
            Some(_) => Self::Touched,
            None => Self::Broken,
        })
    }
}

impl Files {
    /// How much was downloaded so far.
    pub(super) fn kept(&self) -> u64 {
        fs::metadata(&self.part).map_or(0, |part| part.len())
    }

    /// Puts a file in its place as this model, of which the hash was taken just now. Both lie in the folder.
    pub(super) fn install(&self, incoming: &Path, mut record: Record) -> io::Result<()> {
        let file = File::open(incoming)?;
        file.sync_all()?;
        record.checked = Some(Stamp::of(&file.metadata()?));
        // The record first: of a crash in between a whole download is left, which is known for one when it is asked
        // for again. The other way round the model would be a file that nobody knows.
        record.write(&self.record)?;
        fs::rename(incoming, &self.model)?;
        // What else was downloaded of it is needed no more.
        for rest in [&self.part, &self.tag] {
            let _ = fs::remove_file(rest);
        }
        Ok(())
    }

    /// Removes all of it that is there. How many bytes that were.
    pub(super) fn remove(&self) -> io::Result<u64> {
        let mut freed = 0;
        // The record first: what is left after a crash is no model that is installed.
        for path in [&self.record, &self.model, &self.part, &self.tag] {
            let bytes = fs::symlink_metadata(path).map_or(0, |file| file.len());
            match fs::remove_file(path) {
                Ok(()) => freed += bytes,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(freed)
    }
}
