//! What is open already: the lent file, the conversation, and what should not be there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;

use libc::AT_FDCWD;

use crate::attempt::{Attempt, Book};
use crate::system::call;

/// The conversation is where the engine put it.
const CONVERSATION: i32 = 0;

pub(crate) const ATTEMPTS: &[Attempt] = &[
    ("open the lent file anew", |book| File::open(through_self(book)).map(drop)),
    ("open the lent file anew for writing", |book| {
        OpenOptions::new().read(true).write(true).open(through_self(book)).map(drop)
    }),
    ("open the lent file through /dev/fd", |book| File::open(format!("/dev/fd/{}", book.lent())).map(drop)),
    ("learn the path of the lent file", |book| fs::read_link(through_self(book)).map(drop)),
    ("list own open files", |_| fs::read_dir("/proc/self/fd").map(drop)),
    ("write to the lent file", |book| book.file().write_all_at(b"x", 0)),
    ("truncate the lent file", |book| book.file().set_len(0)),
    ("reserve space for the lent file", |book| call!(libc::SYS_fallocate, book.lent(), 0, 0, 4096).map(drop)),
    ("change the permissions of the lent file", |book| call!(libc::SYS_fchmod, book.lent(), 0o755).map(drop)),
    ("change the permissions of the lent file (fchmodat2)", |book| {
        call!(libc::SYS_fchmodat2, book.lent(), c"", 0o755, libc::AT_EMPTY_PATH).map(drop)
    }),
    ("change the owner of the lent file", |book| {
        call!(libc::SYS_fchown, book.lent(), call!(libc::SYS_geteuid)?, -1).map(drop)
    }),
    ("set an attribute of the lent file", |book| {
        let name = c"user.deskscribe-escape";
        call!(libc::SYS_fsetxattr, book.lent(), name, c"x", 1, 0)?;
        call!(libc::SYS_fremovexattr, book.lent(), name).map(drop)
    }),
    ("change the times of the lent file", |book| {
        let omit = libc::timespec { tv_sec: 0, tv_nsec: libc::UTIME_OMIT };
        // Only when it was read: the engine sees to it that a file was not written to while it was lent.
        let times = [libc::timespec { tv_sec: 0, tv_nsec: libc::UTIME_NOW }, omit];
        call!(libc::SYS_utimensat, book.lent(), 0, times.as_ptr(), 0).map(drop)
    }),
    ("give the lent file another name", |book| {
        let (old, new) = (std::ffi::CString::new(through_self(book))?, book.c_path("lent-link")?);
        let follow = libc::AT_SYMLINK_FOLLOW;
        call!(libc::SYS_linkat, AT_FDCWD, &old, AT_FDCWD, &new, follow).map(drop)
    }),
    ("give the lent file another name, by descriptor alone", |book| {
        let new = book.c_path("lent-link-too")?;
        call!(libc::SYS_linkat, book.lent(), c"", AT_FDCWD, &new, libc::AT_EMPTY_PATH).map(drop)
    }),
    ("lock the lent file (flock)", |book| {
        call!(libc::SYS_flock, book.lent(), libc::LOCK_EX | libc::LOCK_NB)?;
        call!(libc::SYS_flock, book.lent(), libc::LOCK_UN).map(drop)
    }),
    ("lock the lent file (fcntl)", |book| lock(book, libc::F_SETLK)),
    ("lock the lent file (open file description)", |book| lock(book, libc::F_OFD_SETLK)),
    ("take a delegation of the lent file", |book| {
        // `F_SETDELEG`, of Linux 6.19; older kernels say that there is no such command.
        let delegation = [0_u32, libc::F_RDLCK as u32];
        call!(libc::SYS_fcntl, book.lent(), 1040, delegation.as_ptr()).map(drop)
    }),
    ("move the lent file into the pipe that is printed to (splice)", |book| {
        call!(libc::SYS_splice, book.lent(), 0, libc::STDERR_FILENO, 0, 1, libc::SPLICE_F_NONBLOCK).map(drop)
    }),
    ("send the lent file over the pipe that is printed to (sendfile)", |book| {
        call!(libc::SYS_sendfile, libc::STDERR_FILENO, book.lent(), 0, 1).map(drop)
    }),
    ("take a lease on the lent file", |book| {
        call!(libc::SYS_fcntl, book.lent(), libc::F_SETLEASE, libc::F_RDLCK)?;
        call!(libc::SYS_fcntl, book.lent(), libc::F_SETLEASE, libc::F_UNLCK).map(drop)
    }),
    ("set the flags of the lent file (ioctl)", |book| {
        let mut flags = 0_u64;
        call!(libc::SYS_ioctl, book.lent(), libc::FS_IOC_GETFLAGS, &raw mut flags)?;
        call!(libc::SYS_ioctl, book.lent(), libc::FS_IOC_SETFLAGS, &raw const flags).map(drop)
    }),
    ("have signals sent to the parent (F_SETOWN)", |book| {
        call!(libc::SYS_fcntl, CONVERSATION, libc::F_SETOWN, book.parent()?)?;
        call!(libc::SYS_fcntl, CONVERSATION, libc::F_SETOWN, 0).map(drop)
    }),
    ("have signals sent to the parent (F_SETOWN_EX)", |book| {
        // `struct f_owner_ex`: a process, and which.
        let owner = [1, book.parent()?];
        call!(libc::SYS_fcntl, CONVERSATION, F_SETOWN_EX, owner.as_ptr())?;
        call!(libc::SYS_fcntl, CONVERSATION, libc::F_SETOWN, 0).map(drop)
    }),
    ("have signals sent to the parent (ioctl)", |book| {
        let (own, nobody) = (book.parent()?, 0);
        call!(libc::SYS_ioctl, CONVERSATION, FIOSETOWN, &raw const own)?;
        call!(libc::SYS_ioctl, CONVERSATION, FIOSETOWN, &raw const nobody).map(drop)
    }),
    ("choose which signal is sent (F_SETSIG)", |_| {
        call!(libc::SYS_fcntl, CONVERSATION, F_SETSIG, libc::SIGIO)?;
        call!(libc::SYS_fcntl, CONVERSATION, F_SETSIG, 0).map(drop)
    }),
    ("use a file that the engine left open", left_open),
    ("open more files than a worker may", |book| {
        let copies: io::Result<Vec<File>> = (0..900).map(|_| book.file().try_clone()).collect();
        copies.map(drop)
    }),
    ("write a file through another's pipe (splice)", |book| {
        // Into the lent file: its descriptor is for reading only, whatever moves the bytes.
        let (reader, mut writer) = io::pipe()?;
        writer.write_all(b"x")?;
        call!(libc::SYS_splice, &std::os::fd::OwnedFd::from(reader), 0, book.lent(), 0, 1, 0).map(drop)
    }),
];

/// From `asm-generic/sockios.h` and `asm-generic/fcntl.h`.
const FIOSETOWN: u32 = 0x8901;
const F_SETSIG: i32 = 10;
const F_SETOWN_EX: i32 = 15;

fn through_self(book: &Book) -> String {
    format!("/proc/self/fd/{}", book.lent())
}

fn lock(book: &Book, how: i32) -> io::Result<()> {
    let whole = |kind: i32| libc::flock {
        l_type: kind as i16,
        l_whence: libc::SEEK_SET as i16,
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    };
    let (lock, unlock) = (whole(libc::F_RDLCK), whole(libc::F_UNLCK));
    call!(libc::SYS_fcntl, book.lent(), how, &raw const lock)?;
    call!(libc::SYS_fcntl, book.lent(), how, &raw const unlock).map(drop)
}

/// The engine of the test has a file open that it forgot to close when it started this process.
fn left_open(book: &Book) -> io::Result<()> {
    let number: i32 = book.number("left-open")?;
    let secret = book.text("secret")?;
    let mut bytes = vec![0_u8; secret.len()];
    call!(libc::SYS_pread64, number, bytes.as_mut_ptr(), bytes.len(), 0)?;
    book.is_the_secret(&bytes)
}
