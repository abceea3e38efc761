//! What only this architecture has: old calls, a second table of calls, ports, segments.

use libc::O_RDONLY;

use crate::attempt::Attempt;
use crate::system::{beside, call, ended_well, leave, opened};

/// Set in the numbers of the second table: 32-bit programs on 64-bit registers.
const X32: i64 = 0x4000_0000;

pub(crate) const ATTEMPTS: &[Attempt] = &[
    ("open with the old call", |book| opened(call!(libc::SYS_open, &book.c_path("victim")?, O_RDONLY))),
    ("make a file with the old call (creat)", |book| {
        opened(call!(libc::SYS_creat, &book.c_path("made-by-creat")?, 0o600))
    }),
    ("look at a file with the old call (stat)", |book| {
        let mut space = [0_u64; 18];
        call!(libc::SYS_stat, &book.c_path("victim")?, space.as_mut_ptr()).map(drop)
    }),
    ("ask whether a file may be read with the old call (access)", |book| {
        call!(libc::SYS_access, &book.c_path("victim")?, libc::R_OK).map(drop)
    }),
    ("read a symbolic link with the old call", |book| {
        let mut space = [0_u64; 32];
        call!(libc::SYS_readlink, &book.c_path("symlink")?, space.as_mut_ptr(), size_of_val(&space)).map(drop)
    }),
    ("change the permissions of a file with the old call", |book| {
        call!(libc::SYS_chmod, &book.c_path("victim")?, 0o755).map(drop)
    }),
    ("change the owner of a file with the old call", |book| {
        call!(libc::SYS_lchown, &book.c_path("victim")?, call!(libc::SYS_geteuid)?, -1).map(drop)
    }),
    ("change the times of a file with the old call (utimes)", |book| {
        call!(libc::SYS_utimes, &book.c_path("victim")?, 0).map(drop)
    }),
    ("change the times of a file with the old call (utime)", |book| {
        call!(libc::SYS_utime, &book.c_path("victim")?, 0).map(drop)
    }),
    ("change the times of a file with the old call (futimesat)", |book| {
        call!(libc::SYS_futimesat, libc::AT_FDCWD, &book.c_path("victim")?, 0).map(drop)
    }),
    ("fork with the old call", |_| match call!(libc::SYS_fork)? {
        0 => leave(),
        child => ended_well(child as i32),
    }),
    ("watch files with the old call (inotify_init)", |_| opened(call!(libc::SYS_inotify_init))),
    ("open through the second table of calls (x32)", |book| {
        opened(call!(X32 + libc::SYS_openat, libc::AT_FDCWD, &book.c_path("victim")?, O_RDONLY))
    }),
    ("make a socket through the second table of calls (x32)", |_| {
        opened(call!(X32 + libc::SYS_socket, libc::AF_INET, libc::SOCK_STREAM, 0))
    }),
    ("use all ports (iopl)", |_| beside(|| call!(libc::SYS_iopl, 3).map(drop))),
    ("use a port (ioperm)", |_| beside(|| call!(libc::SYS_ioperm, 0x80, 1, 1).map(drop))),
    ("make a segment (modify_ldt)", |_| {
        beside(|| {
            // `struct user_desc`, empty: number 0, nothing in it, not there.
            let segment = [0_u32, 0, 0, 0x28];
            call!(libc::SYS_modify_ldt, 1, segment.as_ptr(), 16).map(drop)
        })
    }),
];
