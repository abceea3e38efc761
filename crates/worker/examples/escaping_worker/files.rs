//! Files by their paths: opening, listing, making, replacing and removing them.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, symlink};

use libc::AT_FDCWD;

use crate::attempt::{Attempt, Book};
use crate::system::{call, opened, owned};

pub(crate) const ATTEMPTS: &[Attempt] = &[
    ("open /etc/passwd", |_| File::open("/etc/passwd").map(drop)),
    ("open a file of the user", |book| File::open(book.path("victim")?).map(drop)),
    ("open the lent file by its path", |book| File::open(book.text("book")?).map(drop)),
    ("open with openat2", |book| {
        let how = [0_u64; 3];
        opened(call!(libc::SYS_openat2, AT_FDCWD, &book.c_path("victim")?, how.as_ptr(), size_of_val(&how)))
    }),
    ("open a path without reading it (O_PATH)", |book| {
        opened(call!(libc::SYS_openat, AT_FDCWD, &book.c_path("victim")?, libc::O_PATH))
    }),
    ("open a file by its handle", by_handle),
    ("open the root folder by a guessed handle", by_guessed_handle),
    ("open a file for writing", |book| OpenOptions::new().write(true).open(book.path("victim")?).map(drop)),
    ("append to a file", |book| OpenOptions::new().append(true).open(book.path("victim")?).map(drop)),
    ("make a file in a folder of the user", |book| made(book.path("made")?)),
    ("make a file in /tmp", |_| made(format!("/tmp/deskscribe-escape-{}", std::process::id()).into())),
    ("make a file in /dev/shm", |_| {
        made(format!("/dev/shm/deskscribe-escape-{}", std::process::id()).into())
    }),
    ("make a file without a name (O_TMPFILE)", |_| {
        OpenOptions::new().write(true).custom_flags(libc::O_TMPFILE).open("/tmp").map(drop)
    }),
    ("list /", |_| fs::read_dir("/").map(drop)),
    ("list a folder of the user", |book| fs::read_dir(book.path("")?).map(drop)),
    ("go to another folder", |book| {
        call!(libc::SYS_chdir, &book.c_path("")?)?;
        call!(libc::SYS_chdir, c"/").map(drop)
    }),
    ("truncate a file", |book| call!(libc::SYS_truncate, &book.c_path("truncated")?, 0).map(drop)),
    ("remove a file", |book| fs::remove_file(book.path("removed")?)),
    ("remove a folder", |book| fs::remove_dir(book.path("removed-folder")?)),
    ("rename a file", |book| fs::rename(book.path("renamed")?, book.path("another-name")?)),
    ("swap two files (renameat2)", |book| {
        let (one, other) = (book.c_path("swapped")?, book.c_path("victim")?);
        let swap =
            || call!(libc::SYS_renameat2, AT_FDCWD, &one, AT_FDCWD, &other, libc::RENAME_EXCHANGE).map(drop);
        swap()?;
        swap()
    }),
    ("make a folder", |book| fs::create_dir(book.path("made-folder")?)),
    ("make a symbolic link", |book| symlink("/etc/passwd", book.path("made-symlink")?)),
    ("make a hard link", |book| fs::hard_link(book.path("victim")?, book.path("made-link")?)),
    ("make a pipe with a name", |book| node(book, "made-pipe", libc::S_IFIFO)),
    ("make a socket with a name", |book| node(book, "made-socket", libc::S_IFSOCK)),
    ("make a device", |book| node(book, "made-device", libc::S_IFCHR)),
    ("read a symbolic link", |book| fs::read_link(book.path("symlink")?).map(drop)),
    ("look at a file (stat)", |_| fs::metadata("/etc/passwd").map(drop)),
    ("look at a link (lstat)", |book| fs::symlink_metadata(book.path("symlink")?).map(drop)),
    ("look at a file (statx)", |book| {
        let mut space = [0_u64; 32];
        call!(libc::SYS_statx, AT_FDCWD, &book.c_path("victim")?, 0, libc::STATX_ALL, space.as_mut_ptr())
            .map(drop)
    }),
    ("look at a file (newfstatat)", |book| {
        let mut space = [0_u64; 18];
        call!(libc::SYS_newfstatat, AT_FDCWD, &book.c_path("victim")?, space.as_mut_ptr(), 0).map(drop)
    }),
    ("look at a file (file_getattr)", |book| {
        let mut space = [0_u64; 4];
        let (path, size) = (book.c_path("victim")?, size_of_val(&space));
        call!(FILE_GETATTR, AT_FDCWD, &path, space.as_mut_ptr(), size, 0).map(drop)
    }),
    ("ask whether a file may be read (faccessat)", |book| {
        call!(libc::SYS_faccessat, AT_FDCWD, &book.c_path("victim")?, libc::R_OK).map(drop)
    }),
    ("ask whether a file may be read (faccessat2)", |book| {
        call!(libc::SYS_faccessat2, AT_FDCWD, &book.c_path("victim")?, libc::R_OK, libc::AT_EACCESS).map(drop)
    }),
    ("look at a file system (statfs)", |book| {
        let mut space = [0_u64; 16];
        call!(libc::SYS_statfs, &book.c_path("")?, space.as_mut_ptr()).map(drop)
    }),
    ("name a file by its handle", |book| Handle::of(book.c_path("victim")?.as_c_str()).map(drop)),
];

/// The same number on every architecture, and too new for the libc crate.
const FILE_GETATTR: i32 = 468;

fn made(path: std::path::PathBuf) -> io::Result<()> {
    File::create_new(&path)?;
    fs::remove_file(path)
}

fn node(book: &Book, name: &str, kind: libc::mode_t) -> io::Result<()> {
    // A device of the number 1:3 is /dev/null.
    call!(libc::SYS_mknodat, AT_FDCWD, &book.c_path(name)?, kind | 0o600, libc::makedev(1, 3)).map(drop)
}

/// `struct file_handle`.
#[repr(C)]
struct Handle {
    bytes: u32,
    kind: i32,
    handle: [u8; 128],
}

impl Handle {
    fn of(path: &std::ffi::CStr) -> io::Result<Self> {
        let mut handle = Self { bytes: 128, kind: 0, handle: [0; 128] };
        let mut mount = 0_i32;
        call!(libc::SYS_name_to_handle_at, AT_FDCWD, path, &raw mut handle, &raw mut mount, 0)?;
        Ok(handle)
    }
}

fn by_handle(book: &Book) -> io::Result<()> {
    let folder = book.c_path("")?;
    let mut handle = Handle::of(&book.c_path("victim")?)?;
    let folder = owned(call!(libc::SYS_openat, AT_FDCWD, &folder, libc::O_RDONLY))?;
    opened(call!(libc::SYS_open_by_handle_at, &folder, &raw mut handle, libc::O_RDONLY))
}

/// As containers were left: any descriptor tells the file system, and the root of most is number 2.
fn by_guessed_handle(book: &Book) -> io::Result<()> {
    let mut handle = Handle { bytes: 8, kind: 1, handle: [0; 128] };
    handle.handle[0] = 2;
    opened(call!(libc::SYS_open_by_handle_at, book.lent(), &raw mut handle, libc::O_RDONLY))
}
