//! The tree of mounts, and where its root is.

use std::ffi::CString;
use std::io;

use libc::{AT_FDCWD, EINVAL, ENOENT};

use crate::attempt::{Attempt, Book, past_permission};
use crate::system::{beside, call, opened, owned};

/// The same numbers on every architecture, and too new for the libc crate.
const STATMOUNT: i32 = 457;
const LISTMOUNT: i32 = 458;
const OPEN_TREE_ATTR: i32 = 467;

/// `LSMT_ROOT`: the mount that everything is in.
const ROOT: u64 = u64::MAX;

pub(crate) const ATTEMPTS: &[Attempt] = &[
    ("mount a file system", |book| {
        in_namespace(book, |folder| {
            call!(libc::SYS_mount, c"none", folder, c"tmpfs", 0, 0)?;
            call!(libc::SYS_umount2, folder, libc::MNT_DETACH).map(drop)
        })
    }),
    ("mount a folder elsewhere", |book| {
        in_namespace(book, |folder| {
            call!(libc::SYS_mount, c"/etc", folder, 0, libc::MS_BIND, 0)?;
            call!(libc::SYS_umount2, folder, libc::MNT_DETACH).map(drop)
        })
    }),
    ("unmount", |book| {
        // Whoever may learns that nothing is mounted there.
        past_permission(call!(libc::SYS_umount2, &book.c_path("")?, 0), &[EINVAL])
    }),
    ("prepare a file system (fsopen)", |_| opened(call!(libc::SYS_fsopen, c"tmpfs", 1))),
    ("take a mount to reconfigure it (fspick)", |_| opened(call!(libc::SYS_fspick, AT_FDCWD, c"/", 1))),
    ("take a copy of the tree (open_tree)", |_| opened(call!(libc::SYS_open_tree, AT_FDCWD, c"/", COPY))),
    ("take a copy of the tree (open_tree_attr)", |_| {
        opened(call!(OPEN_TREE_ATTR, AT_FDCWD, c"/", COPY, 0, 0))
    }),
    ("open a path through the tree of mounts (open_tree)", |_| {
        opened(call!(libc::SYS_open_tree, AT_FDCWD, c"/etc/passwd", 0))
    }),
    ("move a mount (move_mount)", |book| {
        in_namespace(book, |folder| {
            let tree = owned(call!(libc::SYS_open_tree, AT_FDCWD, c"/etc", COPY))?;
            call!(libc::SYS_move_mount, &tree, c"", AT_FDCWD, folder, FROM_DESCRIPTOR)?;
            call!(libc::SYS_umount2, folder, libc::MNT_DETACH).map(drop)
        })
    }),
    ("change a mount (mount_setattr)", |book| {
        in_namespace(book, |folder| {
            // Nothing to set, nothing to clear; on a mount point of its own.
            call!(libc::SYS_mount, c"none", folder, c"tmpfs", 0, 0)?;
            let attributes = [0_u64; 4];
            call!(libc::SYS_mount_setattr, AT_FDCWD, folder, 0, attributes.as_ptr(), 32)?;
            call!(libc::SYS_umount2, folder, libc::MNT_DETACH).map(drop)
        })
    }),
    ("list mounts (listmount)", |_| {
        let (request, mut found) = ([24_u64, ROOT, 0], [0_u64; 8]);
        call!(LISTMOUNT, request.as_ptr(), found.as_mut_ptr(), found.len(), 0).map(drop)
    }),
    ("look at a mount (statmount)", |_| {
        let (mut request, mut found) = ([24_u64, ROOT, 0], [0_u64; 8]);
        call!(LISTMOUNT, request.as_ptr(), found.as_mut_ptr(), found.len(), 0)?;
        let mut space = [0_u64; 512];
        // What it is mounted on, of the first of them.
        (request[1], request[2]) = (found[0], 0x10);
        call!(STATMOUNT, request.as_ptr(), space.as_mut_ptr(), size_of_val(&space), 0).map(drop)
    }),
    ("change the root folder (chroot)", |_| beside(|| call!(libc::SYS_chroot, c"/").map(drop))),
    ("change the root of all (pivot_root)", |book| {
        let missing = book.c_path("missing")?;
        past_permission(call!(libc::SYS_pivot_root, &missing, &missing), &[ENOENT])
    }),
];

/// `OPEN_TREE_CLONE`, closed on exec.
const COPY: i32 = 1 | libc::O_CLOEXEC;
/// `MOVE_MOUNT_F_EMPTY_PATH`.
const FROM_DESCRIPTOR: i32 = 4;

/// In a namespace of its own where one can be had, so that no mount is left behind.
fn in_namespace(book: &Book, attempt: impl FnOnce(&CString) -> io::Result<()>) -> io::Result<()> {
    let folder = book.c_path("mount-point")?;
    beside(|| {
        let _ = call!(libc::SYS_unshare, libc::CLONE_NEWUSER | libc::CLONE_NEWNS);
        attempt(&folder)
    })
}
