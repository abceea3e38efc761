//! The folders in which watched folders lie: when one of them is renamed, all that is below it is elsewhere, and the
//! system tells nobody who listens there. So it is asked to tell of these folders themselves, and of nothing that
//! happens in them.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use rustix::fs::inotify::{CreateFlags, Reader, WatchFlags, add_watch, init};
use rustix::io::Errno;

/// The ear for them; all watched folders share it.
#[derive(Debug, Clone)]
pub(super) struct Above(Arc<OwnedFd>);

impl Above {
    /// Hears nothing yet.
    pub(super) fn open() -> io::Result<Self> {
        Ok(Self(Arc::new(init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?)))
    }

    /// Hears from now on when one of the folders is renamed or removed in which this one lies. Those that are heard of
    /// already stay.
    pub(super) fn hear(&self, folder: &Path) {
        let moves = WatchFlags::MOVE_SELF | WatchFlags::DELETE_SELF | WatchFlags::ONLYDIR;
        for above in folder.ancestors().skip(1) {
            // What may not be listened to is looked for now and then.
            let _ = add_watch(&self.0, above, moves);
        }
    }

    /// Takes what was told. Which folder it was does not matter: each is looked for.
    pub(super) fn drain(&self) -> io::Result<()> {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut told = Reader::new(&self.0, &mut buffer);
        loop {
            match told.next() {
                Ok(_) | Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl AsFd for Above {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
