//! Marks on files by their paths: permissions, owners, times, attributes; and watching what happens to them.

use std::io;

use libc::{AT_FDCWD, O_RDONLY};

use crate::attempt::{Attempt, Book};
use crate::system::{call, opened, owned};

/// The same numbers on every architecture, and too new for the libc crate.
const SETXATTRAT: i32 = 463;
const FILE_SETATTR: i32 = 469;

/// From `linux/fcntl.h`: tell of reading.
const DN_ACCESS: i32 = 1;

const NAME: &std::ffi::CStr = c"user.deskscribe-escape";

pub(crate) const ATTEMPTS: &[Attempt] = &[
    ("change the permissions of a file", |book| {
        call!(libc::SYS_fchmodat, AT_FDCWD, &book.c_path("victim")?, 0o755).map(drop)
    }),
    ("change the permissions of a file (fchmodat2)", |book| {
        call!(libc::SYS_fchmodat2, AT_FDCWD, &book.c_path("victim")?, 0o755, 0).map(drop)
    }),
    ("change the owner of a file", |book| {
        let own = call!(libc::SYS_geteuid)?;
        call!(libc::SYS_fchownat, AT_FDCWD, &book.c_path("victim")?, own, -1, 0).map(drop)
    }),
    ("change the times of a file", |book| {
        call!(libc::SYS_utimensat, AT_FDCWD, &book.c_path("victim")?, 0, 0).map(drop)
    }),
    ("set an attribute of a file", |book| {
        let path = book.c_path("victim")?;
        call!(libc::SYS_setxattr, &path, NAME, c"x", 1, 0)?;
        call!(libc::SYS_removexattr, &path, NAME).map(drop)
    }),
    ("set an attribute of a file (setxattrat)", set_attribute_at),
    ("list the attributes of a file", |book| {
        call!(libc::SYS_listxattr, &book.c_path("victim")?, 0, 0).map(drop)
    }),
    ("read an attribute of a file", |book| {
        call!(libc::SYS_getxattr, &book.c_path("victim")?, c"user.marked", 0, 0).map(drop)
    }),
    ("remove an attribute of a file", |book| {
        call!(libc::SYS_removexattr, &book.c_path("unmarked")?, c"user.marked").map(drop)
    }),
    ("set the flags of a file (file_setattr)", set_flags),
    ("watch a folder (inotify)", |book| {
        let watch = owned(call!(libc::SYS_inotify_init1, libc::IN_CLOEXEC))?;
        call!(libc::SYS_inotify_add_watch, &watch, &book.c_path("")?, libc::IN_ALL_EVENTS).map(drop)
    }),
    ("make an inotify", |_| opened(call!(libc::SYS_inotify_init1, libc::IN_CLOEXEC))),
    ("watch a folder (fanotify)", |book| {
        let watch = fanotify()?;
        let events = libc::FAN_OPEN | libc::FAN_EVENT_ON_CHILD;
        let folder = book.c_path("")?;
        call!(libc::SYS_fanotify_mark, &watch, libc::FAN_MARK_ADD, events, AT_FDCWD, &folder).map(drop)
    }),
    ("make a fanotify", |_| fanotify().map(drop)),
    ("watch a folder (F_NOTIFY)", |book| {
        let folder = owned(call!(libc::SYS_openat, AT_FDCWD, &book.c_path("")?, O_RDONLY))?;
        call!(libc::SYS_fcntl, &folder, libc::F_NOTIFY, DN_ACCESS).map(drop)
    }),
];

/// The kind that needs no privilege.
fn fanotify() -> io::Result<std::os::fd::OwnedFd> {
    let flags = libc::FAN_CLASS_NOTIF | libc::FAN_REPORT_FID | libc::FAN_CLOEXEC;
    owned(call!(libc::SYS_fanotify_init, flags, O_RDONLY))
}

fn set_attribute_at(book: &Book) -> io::Result<()> {
    let path = book.c_path("victim")?;
    let value = c"x";
    // `struct xattr_args`: where the value is, its length and the flags.
    let arguments = [value.as_ptr() as u64, 1];
    let size = size_of_val(&arguments);
    call!(SETXATTRAT, AT_FDCWD, &path, 0, NAME, arguments.as_ptr(), size)?;
    call!(libc::SYS_removexattr, &path, NAME).map(drop)
}

fn set_flags(book: &Book) -> io::Result<()> {
    // `struct file_attr` with nothing set.
    let attributes = [0_u64; 4];
    let (path, size) = (book.c_path("victim")?, size_of_val(&attributes));
    call!(FILE_SETATTR, AT_FDCWD, &path, attributes.as_ptr(), size, 0).map(drop)
}
