//! Starting programs and processes, and loading libraries.

use std::ffi::CStr;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::process::Command;

use libc::{AT_EMPTY_PATH, AT_FDCWD, SIGCHLD};

use crate::attempt::{Attempt, Book, past_permission};
use crate::system::{beside, call, ended_well, leave, owned};

pub(crate) const ATTEMPTS: &[Attempt] = &[
    ("run a program", |_| Command::new("/bin/true").status().map(drop)),
    ("become another program", |book| {
        let path = book.c_path("victim")?;
        no_program(call!(libc::SYS_execve, &path, no_words(&path), NOTHING.as_ptr()))
    }),
    ("become another program (execveat)", |book| {
        let path = book.c_path("victim")?;
        no_program(call!(libc::SYS_execveat, AT_FDCWD, &path, no_words(&path), NOTHING.as_ptr(), 0))
    }),
    ("become the lent file", |book| become_open(book.lent())),
    ("become a program in memory", |_| {
        let file = owned(call!(libc::SYS_memfd_create, c"escape", libc::MFD_CLOEXEC))?;
        // Not a program; the limit on file sizes holds in memory too.
        let _ = call!(libc::SYS_write, &file, c"x", 1);
        become_open(file.as_raw_fd())
    }),
    ("load a library", load_library),
    ("fork", |_| beside_alone(SIGCHLD)),
    ("fork into the same memory, as vfork does", |_| {
        let mut stack = vec![0_u128; 1024];
        let top = stack.as_mut_ptr_range().end;
        let flags = libc::CLONE_VM | libc::CLONE_VFORK | SIGCHLD;
        #[expect(unsafe_code, reason = "there is no safe way to fork like that")]
        // SAFETY: the child has a stack of its own, and this thread waits until it has ended.
        let child = unsafe { libc::clone(ends_at_once, top.cast(), flags, std::ptr::null_mut()) };
        if child == -1 { Err(io::Error::last_os_error()) } else { ended_well(child) }
    }),
    ("give the parent a child that it does not know (CLONE_PARENT)", |_| {
        match child_of(libc::CLONE_PARENT | SIGCHLD)? {
            0 => leave(),
            _ => Ok(()),
        }
    }),
    ("fork with clone3", |_| {
        // `struct clone_args`: flags first, the signal fifth.
        let mut arguments = [0_u64; 11];
        arguments[4] = SIGCHLD as u64;
        let size = size_of_val(&arguments);
        match call!(libc::SYS_clone3, arguments.as_ptr(), size)? {
            0 => leave(),
            child => ended_well(child as i32),
        }
    }),
    ("fork into a new user namespace", |_| beside_alone(libc::CLONE_NEWUSER | SIGCHLD)),
    ("fork into a new process namespace", |_| beside_alone(libc::CLONE_NEWPID | SIGCHLD)),
    ("fork into a new network namespace", |_| beside_alone(libc::CLONE_NEWNET | SIGCHLD)),
    ("unshare the user namespace", |_| unshare(libc::CLONE_NEWUSER)),
    ("unshare user and mount namespaces", |_| unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNS)),
    ("unshare user and network namespaces", |_| unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNET)),
    ("unshare the mount namespace", |_| unshare(libc::CLONE_NEWNS)),
    ("unshare the table of open files", |_| unshare(libc::CLONE_FILES)),
    ("enter the namespaces of the parent", |book| {
        let parent = owned(call!(libc::SYS_pidfd_open, book.parent()?, 0))?;
        beside(|| call!(libc::SYS_setns, &parent, libc::CLONE_NEWUTS).map(drop))
    }),
];

/// No words, no environment.
const NOTHING: [usize; 1] = [0];

fn no_words(_: &CStr) -> *const usize {
    NOTHING.as_ptr()
}

/// The files that are run here are none: a kernel that says so has opened one in order to run it.
fn no_program(result: io::Result<i64>) -> io::Result<()> {
    past_permission(result, &[libc::ENOEXEC])
}

fn become_open(descriptor: i32) -> io::Result<()> {
    no_program(call!(libc::SYS_execveat, descriptor, c"", NOTHING.as_ptr(), NOTHING.as_ptr(), AT_EMPTY_PATH))
}

/// One that every system with this C library has and that nothing in here needs.
fn load_library(_: &Book) -> io::Result<()> {
    #[expect(unsafe_code, reason = "as a hostile file's code would do it")]
    // SAFETY: a library of the system, whose start-up code expects nothing of us.
    let library = unsafe { libc::dlopen(c"libnss_files.so.2".as_ptr(), libc::RTLD_NOW) };
    if !library.is_null() {
        return Ok(());
    }
    // What a loader does itself tells why.
    File::open("/etc/ld.so.cache")?;
    Err(io::Error::other("no such library"))
}

fn child_of(flags: i32) -> io::Result<i64> {
    // On every architecture the flags come first and no stack means the same one, copied.
    call!(libc::SYS_clone, flags, 0, 0, 0, 0)
}

fn beside_alone(flags: i32) -> io::Result<()> {
    match child_of(flags)? {
        0 => leave(),
        child => ended_well(child as i32),
    }
}

extern "C" fn ends_at_once(_: *mut std::ffi::c_void) -> i32 {
    0
}

fn unshare(flags: i32) -> io::Result<()> {
    beside(|| call!(libc::SYS_unshare, flags).map(drop))
}
