//! Opening one file safely, and naming its content.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use deskscribe_cache::{Place, ReadGuard, Stamp};
use deskscribe_protocol::{Code, ContentKey, Failure, Limits, MediaKind};
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use rustix::io::Errno;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::kind::{SNIFF_BYTES, by_content};
use crate::pause::Gate;
use crate::{Row, size};

/// How often, and how long each time, a file waits for a free descriptor: half a minute in all.
const DESCRIPTOR_TRIES: u32 = 300;
const DESCRIPTOR_PAUSE: Duration = Duration::from_millis(100);

/// A disk that has to spin up takes some seconds to answer.
pub(crate) const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// A file that is open, hashed and new.
#[derive(Debug)]
pub(crate) struct Medium {
    pub(crate) path: PathBuf,
    pub(crate) kind: MediaKind,
    /// Taken from the open file, before it was hashed.
    pub(crate) stamp: Stamp,
    pub(crate) key: ContentKey,
    file: Held,
}

/// An open file of the user's. Closing it takes as long as its disk does, which may not answer: nobody waits for that.
#[derive(Debug)]
struct Held(Option<File>);

impl Held {
    fn open(&self) -> io::Result<&File> {
        self.0.as_ref().ok_or(Errno::BADF.into())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let file = self.0.take();
        // Where no thread can be had, it is closed here and now, with what it would have been told.
        let _ = thread::Builder::new().name("close".to_owned()).spawn(move || drop(file));
    }
}

impl Medium {
    /// A medium of our own, sealed in memory: nobody who is lent it can change it.
    pub(crate) fn built_in(name: &str, content: &[u8]) -> io::Result<Self> {
        let memory = memfd_create(name, MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
        let mut file = File::from(memory);
        file.write_all(content)?;
        fcntl_add_seals(&file, SealFlags::SEAL | SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE)?;
        let stamp = Stamp::of(&file.metadata()?);
        let key = ContentKey::from_bytes(*blake3::hash(content).as_bytes());
        Ok(Self { path: name.into(), kind: MediaKind::Image, stamp, key, file: Held(Some(file)) })
    }

    /// A medium that is named, and that nobody looks into.
    pub(crate) fn unopened(path: PathBuf, kind: MediaKind, key: ContentKey) -> io::Result<Self> {
        Ok(Self { path, kind, key, ..Self::built_in("unopened", &[])? })
    }

    /// The open file, at its beginning: workers share its offset, so every loan starts anew.
    pub(crate) fn lend(&self) -> io::Result<&File> {
        let mut file = self.file.open()?;
        file.rewind()?;
        Ok(file)
    }

    /// Whether the open file has been written to since it was hashed. A rename changes nothing. `None` if its disk does
    /// not answer for a while.
    pub(crate) async fn has_changed(self: &Arc<Self>) -> Option<bool> {
        let (medium, (answer, answered)) = (Arc::clone(self), oneshot::channel());
        let ask = move || {
            let now = medium.file.open().and_then(File::metadata).map(|now| Stamp::of(&now));
            let was = (medium.stamp.size, medium.stamp.mtime_ns);
            answer.send(now.is_ok_and(|now| (now.size, now.mtime_ns) != was))
        };
        // A thread of its own, not the runtime's: nobody waits for one that hangs.
        thread::Builder::new().name("changed".to_owned()).spawn(ask).ok()?;
        timeout(ANSWERS_WITHIN, answered).await.ok()?.ok()
    }

    /// Where this content was found.
    pub(crate) fn place(&self) -> Place {
        Place { path: self.path.clone(), stamp: self.stamp }
    }

    /// The extension in lower case, if it is text.
    pub(crate) fn extension(&self) -> Option<String> {
        Some(self.path.extension()?.to_str()?.to_ascii_lowercase())
    }
}

/// Opens a found file and names its content, or says in a row why that cannot be done.
///
/// A file that is larger than its kind may be is not looked into: hashing it would hold up all others.
pub(crate) fn examine(path: PathBuf, kind: MediaKind, limits: &Limits) -> Result<Medium, Box<Row>> {
    examine_with(path, kind, limits, |file, stamp| hash(file, stamp.size))
}

/// The same for a file that may be known: one that looks exactly as it did when its content was named is not read, so
/// that a long recording is open at once.
pub(crate) fn reopen(
    path: PathBuf,
    kind: MediaKind,
    limits: &Limits,
    known: &ReadGuard,
) -> Result<Medium, Box<Row>> {
    let named = path.clone();
    examine_with(path, kind, limits, |file, stamp| match known.key_at(&named, stamp) {
        Ok(Some(key)) => Ok(key),
        // Whoever asks the cache next is told what is wrong with it.
        Ok(None) | Err(_) => hash(file, stamp.size),
    })
}

/// The same as [`examine`], but while the gate is closed, nothing is read.
pub(crate) fn examine_through(
    gate: &Gate,
    path: PathBuf,
    kind: MediaKind,
    limits: &Limits,
) -> Result<Medium, Box<Row>> {
    examine_with(path, kind, limits, |file, stamp| hash(gate.reader(file), stamp.size))
}

fn examine_with(
    path: PathBuf,
    kind: MediaKind,
    limits: &Limits,
    name: impl FnOnce(&File, &Stamp) -> io::Result<ContentKey>,
) -> Result<Medium, Box<Row>> {
    let fail = |error: &io::Error| {
        let why = failure(error);
        Box::new(match why.code {
            Code::PermissionDenied | Code::NotAFile => Row::skipped(&path, kind, why),
            _ => Row::failed(&path, None, kind, why, None),
        })
    };
    let file = open_patiently(&path).map_err(|error| fail(&error))?;
    let kind = true_kind(kind, &file);
    let stamp = file.metadata().map(|now| Stamp::of(&now)).map_err(|error| fail(&error))?;
    let most = limits.bytes(kind);
    if stamp.size > most {
        let what = if kind == MediaKind::Image { "picture" } else { "recording" };
        let reason = format!("{} are more than the {} that a {what} may have", size(stamp.size), size(most));
        let why = Failure::new(Code::TooLarge, reason);
        return Err(Box::new(Row::failed(&path, None, kind, why, None)));
    }
    let key = name(&file, &stamp).map_err(|error| fail(&error))?;
    Ok(Medium { path, kind, stamp, key, file: Held(Some(file)) })
}

/// What a file is that its name says is of this kind: a picture by the name of a recording is a picture all the same.
/// Whether there is more than sound in a recording is left to its name.
fn true_kind(named: MediaKind, file: &File) -> MediaKind {
    let mut first = [0; SNIFF_BYTES];
    let read = file.read_at(&mut first, 0).unwrap_or_default();
    let is_picture = |kind| kind == MediaKind::Image;
    by_content(&first[..read]).filter(|kind| is_picture(*kind) != is_picture(named)).unwrap_or(named)
}

/// Opens a file once there is a descriptor for it: files on their way to workers give theirs back.
fn open_patiently(path: &Path) -> io::Result<File> {
    let short = |error: &io::Error| {
        let code = error.raw_os_error().map(Errno::from_raw_os_error);
        matches!(code, Some(Errno::MFILE | Errno::NFILE))
    };
    for _ in 0..DESCRIPTOR_TRIES {
        match open_regular(path) {
            Err(error) if short(&error) => thread::sleep(DESCRIPTOR_PAUSE),
            opened => return opened,
        }
    }
    open_regular(path)
}

/// Opens a file for reading. Should it have been replaced by a pipe or a device since it was found, the call
/// neither blocks nor succeeds.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    let nonblock = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(nonblock.bits() as i32).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file any more"));
    }
    Ok(file)
}

/// The name of so many first bytes: a file that grows meanwhile has no end, and is found out later.
fn hash(file: impl Read, size: u64) -> io::Result<ContentKey> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(file.take(size))?;
    Ok(ContentKey::from_bytes(*hasher.finalize().as_bytes()))
}

fn failure(error: &io::Error) -> Failure {
    let code = match error.kind() {
        io::ErrorKind::NotFound => Code::Vanished,
        io::ErrorKind::PermissionDenied => Code::PermissionDenied,
        io::ErrorKind::InvalidInput => Code::NotAFile,
        _ => Code::Unreadable,
    };
    Failure::new(code, explain(error))
}

/// What the system said, as a person would say it.
pub(crate) fn explain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "the file is gone".to_owned(),
        io::ErrorKind::PermissionDenied => {
            "it is not readable for you; change its permissions to have it read".to_owned()
        }
        _ => error.to_string(),
    }
}

/// The same of a folder.
pub(crate) fn explain_folder(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "there is no such folder".to_owned(),
        io::ErrorKind::PermissionDenied => {
            "it may not be opened by you; change its permissions to have it watched".to_owned()
        }
        _ if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => {
            "a link there leads back to itself".to_owned()
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_by_the_name_of_a_recording_is_a_picture() {
        let folder = tempfile::tempdir().unwrap();
        for (name, named, content, kind) in [
            ("shot.mp4", MediaKind::Video, &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], MediaKind::Image),
            ("film.jpg", MediaKind::Image, b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2mp41", MediaKind::Video),
            ("talk.mp3", MediaKind::Audio, b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2mp41", MediaKind::Audio),
            ("table.tiff", MediaKind::Image, b"a,b\n1,2\n", MediaKind::Image),
            ("empty.mkv", MediaKind::Video, b"", MediaKind::Video),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            assert_eq!(examine(path, named, &Limits::default()).unwrap().kind, kind, "{name}");
        }
    }
}
