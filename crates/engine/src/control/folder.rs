//! Where control sockets lie, reached through an open folder, so that no path is too long for a socket.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, OFlags, renameat, unlinkat};
use rustix::io::Errno;
use tokio::net::{UnixListener, UnixStream};

use super::{ControlError, own};
use crate::Home;

/// What the name of a socket ends with once somebody listens on it.
const SOCKET: &str = "sock";
/// What it ends with before.
const UNFINISHED: &str = "new";
/// Sockets that are made before it is given up that somebody keeps removing them.
const TRIES: u32 = 8;

/// The folder of the sockets, open.
#[derive(Debug)]
pub(super) struct Folder {
    open: File,
    path: PathBuf,
}

impl Folder {
    /// Opens the folder, made if it is missing, ours alone.
    pub(super) fn make(home: &Home) -> Result<Self, ControlError> {
        let path = home.engines();
        let failed = |reason| ControlError::Folder { reason, path: path.clone() };
        DirBuilder::new().recursive(true).mode(0o700).create(&path).map_err(failed)?;
        let folder = Self::open(home)?.ok_or_else(|| failed(io::ErrorKind::NotFound.into()))?;
        folder.open.set_permissions(Permissions::from_mode(0o700)).map_err(failed)?;
        Ok(folder)
    }

    /// Opens the folder, if there is one.
    pub(super) fn open(home: &Home) -> Result<Option<Self>, ControlError> {
        let path = home.engines();
        let flags = (OFlags::DIRECTORY | OFlags::NOFOLLOW).bits() as i32;
        let open = match OpenOptions::new().read(true).custom_flags(flags).open(&path) {
            Ok(open) => open,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(reason) => return Err(ControlError::Folder { reason, path }),
        };
        match open.metadata() {
            Ok(metadata) if metadata.uid() == own() => Ok(Some(Self { open, path })),
            Ok(metadata) => Err(ControlError::Foreign { owner: metadata.uid(), path }),
            Err(reason) => Err(ControlError::Folder { reason, path }),
        }
    }

    /// Where a socket lies, for messages.
    pub(super) fn place(&self, id: &str) -> PathBuf {
        self.path.join(name(id))
    }

    /// The engines that have a socket here, dead ones among them.
    pub(super) async fn ids(&self) -> Result<Vec<String>, ControlError> {
        let failed = |reason| ControlError::Folder { reason, path: self.path.clone() };
        let mut ids = Vec::new();
        for entry in std::fs::read_dir(self.within("")).map_err(failed)? {
            let name = PathBuf::from(entry.map_err(failed)?.file_name());
            match (name.file_stem().and_then(|stem| stem.to_str()), name.extension()) {
                (Some(id), Some(end)) if end == SOCKET => ids.push(id.to_owned()),
                (_, Some(end)) if end == UNFINISHED => self.tidy(&name).await,
                _ => {}
            }
        }
        ids.sort();
        Ok(ids)
    }

    /// Makes a socket of this name and listens on it. Others see it only from then on, so that none that is
    /// alive ever looks dead.
    pub(super) fn listen(&self, id: &str) -> io::Result<UnixListener> {
        let unfinished = format!("{id}.{UNFINISHED}");
        let mut tries = 1;
        loop {
            let listener = UnixListener::bind(self.within(&unfinished))?;
            match renameat(&self.open, &unfinished, &self.open, name(id)) {
                Ok(()) => return Ok(listener),
                // Somebody tidied up between its being made and its being listened on.
                Err(Errno::NOENT) if tries < TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Connects to the socket of this name. Refused when nobody listens on it any more.
    pub(super) async fn connect(&self, id: &str) -> io::Result<UnixStream> {
        UnixStream::connect(self.within(&name(id))).await
    }

    /// Removes the socket of this name.
    pub(super) fn remove(&self, id: &str) {
        // Somebody else may have found it dead and removed it first.
        let _ = unlinkat(&self.open, name(id), AtFlags::empty());
    }

    /// Removes what is left of an engine that ended before its socket had its name. How old it is says nothing: a
    /// clock may be set, and a process stopped at any moment.
    async fn tidy(&self, name: &Path) {
        let connected = UnixStream::connect(self.within("").join(name)).await;
        if connected.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused) {
            let _ = unlinkat(&self.open, name, AtFlags::empty());
        }
    }

    /// A short path to something in this folder, whatever the length of the folder's own: the path of a socket
    /// has 108 bytes at most.
    fn within(&self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}/{name}", self.open.as_raw_fd()))
    }
}

fn name(id: &str) -> String {
    format!("{id}.{SOCKET}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_socket_without_a_name_is_removed_when_nobody_listens_however_new_it_is() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::make(&Home::at(place.path())).unwrap();
        let _alive = UnixListener::bind(folder.within("1-1.new")).unwrap();
        drop(UnixListener::bind(folder.within("2-2.new")).unwrap());
        std::fs::write(folder.within("3-3.txt"), "not ours").unwrap();
        let _named = folder.listen("4-4").unwrap();
        assert_eq!(folder.ids().await.unwrap(), ["4-4"]);
        let left = std::fs::read_dir(folder.within("")).unwrap().map(|entry| entry.unwrap().file_name());
        let mut left: Vec<_> = left.map(|name| name.into_string().unwrap()).collect();
        left.sort();
        assert_eq!(left, ["1-1.new", "3-3.txt", "4-4.sock"]);
    }
}
