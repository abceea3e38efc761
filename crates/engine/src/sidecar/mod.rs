//! Sidecars: what was said in a recording as files of their own, beside it or in a folder that mirrors where it lies.
//!
//! A file that is not ours stays as it is; one of ours is known by its hash, which is kept in the home, and renewed.
//! What cannot be written costs the recording nothing: it is told.

mod place;
mod register;

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use deskscribe_protocol::Reading;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use tempfile::TempPath;

use crate::Home;
use crate::transcript::transcript;
use register::{Register, hash};

pub use place::{SidecarPlace, Sidecars};

/// Nobody reads more of a file than this to find out whether it is ours: no transcript is so long.
const LONGEST: u64 = 64 << 20;

/// What came of writing the sidecars of one recording.
#[derive(Debug, Default)]
pub struct Written {
    /// Files that were written, or are there as they would be.
    pub files: Vec<PathBuf>,
    /// What could not be written, and why.
    pub refused: Vec<SidecarError>,
}

/// Why a sidecar was not written. The recording is read all the same.
#[derive(Debug, thiserror::Error)]
pub enum SidecarError {
    /// There is something that is not ours, or was changed since we wrote it.
    #[error("the transcript was not written, for there is another file of this name, which is left as it is: {}", .0.display())]
    NotOurs(PathBuf),
    /// The system does not let us.
    #[error("the transcript could not be written ({reason}); check the folder and its permissions, or choose another one in settings.toml: {}", .path.display())]
    Failed {
        /// What it says.
        reason: io::Error,
        /// Which file.
        path: PathBuf,
    },
}

/// Writes what was said in the recording at this path, in every form that the user wants; nothing where there are no
/// words, or no sidecars are wanted. Each file is there whole or not at all. To be called once the reading is stored;
/// may wait for a slow disk.
pub fn write(home: &Home, sidecars: &Sidecars, recording: &Path, reading: &Reading) -> Written {
    let mut written = Written::default();
    let Some(said) = &reading.recording else { return written };
    let name = recording.file_name().unwrap_or_default().to_string_lossy();
    for format in &sidecars.formats {
        let Some(path) = sidecars.path(home, recording, *format) else { continue };
        let Some(words) = transcript(&name, said, *format) else { continue };
        match put(&Register::of(home, &path, recording), recording, &path, words.as_bytes(), sidecars.place) {
            Ok(()) => written.files.push(path),
            Err(error) => written.refused.push(error),
        }
    }
    written
}

/// Writes one of them.
fn put(
    register: &Register,
    recording: &Path,
    path: &Path,
    content: &[u8],
    place: SidecarPlace,
) -> Result<(), SidecarError> {
    let failed = |reason: io::Error| SidecarError::Failed { reason, path: path.to_owned() };
    let there = read(path).map_err(failed)?;
    match &there {
        There::Content(found) if found == content => return Ok(()),
        There::Content(found) if !register.knows(&hash(found)) => {
            return Err(SidecarError::NotOurs(path.to_owned()));
        }
        There::Other => return Err(SidecarError::NotOurs(path.to_owned())),
        There::Content(_) | There::Nothing => {}
    }
    let folder = path.parent().unwrap_or(Path::new("/"));
    if place == SidecarPlace::Mirror {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let fresh = made(folder, recording, content).map_err(failed)?;
    // Known before it is there: if we die in between, we still know it.
    register.add(&hash(content)).map_err(failed)?;
    match there {
        There::Nothing => match fresh.persist_noclobber(path) {
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(SidecarError::NotOurs(path.to_owned()))
            }
            done => done.map_err(|error| failed(error.error)),
        },
        _ => renew(register, fresh, path),
    }?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

/// What lies where a sidecar is to be.
enum There {
    Nothing,
    /// A file, of which this is all.
    Content(Vec<u8>),
    /// A folder, a link, or something else that nobody of us made.
    Other,
}

fn read(path: &Path) -> io::Result<There> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() && found.len() <= LONGEST => Ok(There::Content(fs::read(path)?)),
        Ok(_) => Ok(There::Other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(There::Nothing),
        Err(error) => Err(error),
    }
}

/// A new file in this folder, whole and on the disk, that whoever may read the recording may read.
fn made(folder: &Path, recording: &Path, content: &[u8]) -> io::Result<TempPath> {
    let mode =
        fs::metadata(recording).map_or(0o600, |metadata| metadata.permissions().mode() & 0o666 | 0o600);
    let mut file = tempfile::Builder::new().prefix(".deskscribe-").tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().set_permissions(Permissions::from_mode(mode))?;
    file.as_file().sync_all()?;
    Ok(file.into_temp_path())
}

/// Puts the new file in the place of an older one of ours. The two are exchanged, so that an edit that came in this
/// very moment is seen, and put back.
fn renew(register: &Register, fresh: TempPath, path: &Path) -> Result<(), SidecarError> {
    let failed = |reason: io::Error| SidecarError::Failed { reason, path: path.to_owned() };
    let exchange = || renameat_with(CWD, &*fresh, CWD, path, RenameFlags::EXCHANGE);
    match exchange() {
        Ok(()) => {
            let is_ours = match read(&fresh) {
                Ok(There::Content(old)) => register.knows(&hash(&old)),
                _ => false,
            };
            if is_ours {
                // With it, the older one goes.
                return fresh.close().map_err(failed);
            }
            exchange().map_err(|error| failed(error.into()))?;
            Err(SidecarError::NotOurs(path.to_owned()))
        }
        // A file system that cannot exchange: what was looked at a moment ago has to do.
        Err(Errno::INVAL | Errno::NOSYS) => fresh.persist(path).map_err(|error| failed(error.error)),
        Err(error) => Err(failed(error.into())),
    }
}

#[cfg(test)]
mod tests;
