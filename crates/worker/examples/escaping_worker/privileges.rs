//! What this process is and may: users, capabilities, limits, what becomes of it.

use std::io;

use libc::{EINVAL, SYS_prctl};

use crate::attempt::{Attempt, past_permission};
use crate::system::{beside, call, opened};

/// No user in particular.
static OTHER: u32 = 54_321;

pub(crate) const ATTEMPTS: &[Attempt] = &[
    ("become root", |_| lasting(libc::SYS_setuid, 0)),
    ("become another user", |_| lasting(libc::SYS_setuid, OTHER)),
    ("become another user (setresuid)", |_| {
        beside(|| call!(libc::SYS_setresuid, OTHER, OTHER, OTHER).map(drop))
    }),
    ("become another group", |_| lasting(libc::SYS_setgid, OTHER)),
    ("join groups", |_| beside(|| call!(libc::SYS_setgroups, 1, &raw const OTHER).map(drop))),
    ("take all capabilities", |_| capabilities(u32::MAX)),
    ("take the capability to trace", |_| capabilities(1 << 19)),
    ("keep capabilities (PR_SET_KEEPCAPS)", |_| set(libc::PR_SET_KEEPCAPS, 1)),
    ("keep capabilities over exec (PR_CAP_AMBIENT)", |_| {
        beside(|| call!(SYS_prctl, libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_RAISE, 5, 0, 0).map(drop))
    }),
    ("be open to others' eyes (PR_SET_DUMPABLE)", |_| set(libc::PR_SET_DUMPABLE, 1)),
    ("outlive the engine (PR_SET_PDEATHSIG)", |_| set(libc::PR_SET_PDEATHSIG, 0)),
    ("adopt orphans (PR_SET_CHILD_SUBREAPER)", |_| set(libc::PR_SET_CHILD_SUBREAPER, 1)),
    ("change what the system knows of its memory (PR_SET_MM)", |_| {
        past_permission(call!(SYS_prctl, libc::PR_SET_MM, libc::PR_SET_MM_ARG_START, 1, 0, 0), &[EINVAL])
    }),
    ("let itself be traced (PR_SET_PTRACER)", |_| set(libc::PR_SET_PTRACER, 1)),
    ("have own calls redirected (PR_SET_SYSCALL_USER_DISPATCH)", |_| {
        const DISPATCH: i32 = 59;
        const ON: i32 = 1;
        beside(|| {
            // Everything but all there is.
            let selector = 0_u8;
            call!(SYS_prctl, DISPATCH, ON, 0, i64::MAX, &raw const selector).map(drop)
        })
    }),
    ("switch mitigations off (PR_SET_SPECULATION_CTRL)", |_| {
        let enable = libc::PR_SPEC_ENABLE;
        let which = libc::PR_SPEC_STORE_BYPASS;
        beside(|| call!(SYS_prctl, libc::PR_SET_SPECULATION_CTRL, which, enable, 0, 0).map(drop))
    }),
    ("put on a filter of its own (prctl)", |_| {
        beside(|| {
            filter(|program| call!(SYS_prctl, libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, program))
                .map(drop)
        })
    }),
    ("put on a filter of its own (seccomp)", |_| {
        beside(|| {
            filter(|program| call!(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, program)).map(drop)
        })
    }),
    ("decide over calls as a listener (seccomp)", |_| {
        beside(|| {
            let listen = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER;
            opened(filter(|program| call!(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, listen, program)))
        })
    }),
    ("make a Landlock ruleset", |_| {
        let handled = [1_u64];
        opened(call!(libc::SYS_landlock_create_ruleset, handled.as_ptr(), 8, 0))
    }),
    ("run without random addresses (personality)", |_| {
        lasting(libc::SYS_personality, libc::ADDR_NO_RANDOMIZE as u32)
    }),
    ("raise the limit of memory", |_| raise(libc::RLIMIT_AS, u64::MAX)),
    ("raise the limit of file sizes", |_| raise(libc::RLIMIT_FSIZE, u64::MAX)),
    ("raise the limit of open files", |_| raise(libc::RLIMIT_NOFILE, 512)),
    ("raise the limit of core files", |_| raise(libc::RLIMIT_CORE, u64::MAX)),
    ("run before all others", |_| {
        let priority = 1_i32;
        beside(|| call!(libc::SYS_sched_setscheduler, 0, libc::SCHED_FIFO, &raw const priority).map(drop))
    }),
    ("raise own priority", |_| beside(|| call!(libc::SYS_setpriority, libc::PRIO_PROCESS, 0, -10).map(drop))),
    ("lead a session of its own", |_| beside(|| call!(libc::SYS_setsid).map(drop))),
];

fn lasting(number: std::ffi::c_long, argument: u32) -> io::Result<()> {
    beside(|| call!(number, argument).map(drop))
}

fn set(what: i32, value: u64) -> io::Result<()> {
    beside(|| call!(SYS_prctl, what, value, 0, 0, 0).map(drop))
}

fn capabilities(low: u32) -> io::Result<()> {
    const VERSION_3: u32 = 0x2008_0522;
    // Effective, permitted, inheritable; then the same for the upper half.
    let (header, sets) = ([VERSION_3, 0], [low, low, 0, 0, 0, 0]);
    beside(|| call!(libc::SYS_capset, header.as_ptr(), sets.as_ptr()).map(drop))
}

/// A filter of one instruction that lets every call pass.
fn filter(put_on: impl FnOnce(*const u64) -> io::Result<i64>) -> io::Result<i64> {
    let pass = [6_u64 | (u64::from(libc::SECCOMP_RET_ALLOW) << 32)];
    // `struct sock_fprog`: how many instructions, and where.
    let program = [1_u64, pass.as_ptr() as u64];
    // Needed by whoever is not privileged; confined workers have it already.
    let _ = call!(SYS_prctl, libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    put_on(program.as_ptr())
}

/// Only what is above the limit that there is counts as raised.
fn raise(which: libc::__rlimit_resource_t, to: u64) -> io::Result<()> {
    beside(|| {
        let mut limits = [0_u64; 2];
        call!(libc::SYS_prlimit64, 0, which, 0, limits.as_mut_ptr())?;
        let limits = limits.map(|limit| limit.max(to));
        call!(libc::SYS_prlimit64, 0, which, limits.as_ptr(), 0).map(drop)
    })
}
