//! Other processes: signals, tracing, their memory, their descriptors, their place in the queue.
//!
//! Signals are number 0, which asks for permission and does nothing. What changes a process is done to the
//! bystander, and sets what is set already.

use std::io;

use libc::{SYS_kcmp, SYS_kill, SYS_pidfd_open, SYS_ptrace};

use crate::attempt::{Attempt, Book, past_permission};
use crate::system::{beside, call, opened, owned};

const NO_SIGNAL: i32 = 0;

pub(crate) const ATTEMPTS: &[Attempt] = &[
    ("signal the parent", |book| call!(SYS_kill, book.parent()?, NO_SIGNAL).map(drop)),
    ("signal the group of the parent", |book| {
        call!(SYS_kill, -book.number::<i32>("group")?, NO_SIGNAL).map(drop)
    }),
    ("signal everybody", |_| call!(SYS_kill, -1, NO_SIGNAL).map(drop)),
    ("signal another process of the user", |book| call!(SYS_kill, book.bystander()?, NO_SIGNAL).map(drop)),
    ("signal a thread of the parent (tgkill)", |book| {
        call!(libc::SYS_tgkill, book.parent()?, book.parent()?, NO_SIGNAL).map(drop)
    }),
    ("signal a thread of the parent (tkill)", |book| {
        call!(libc::SYS_tkill, book.parent()?, NO_SIGNAL).map(drop)
    }),
    ("queue a signal for the parent (rt_sigqueueinfo)", |book| {
        let details = Queued::new();
        call!(libc::SYS_rt_sigqueueinfo, book.parent()?, NO_SIGNAL, details.0.as_ptr()).map(drop)
    }),
    ("queue a signal for a thread of the parent (rt_tgsigqueueinfo)", |book| {
        let (parent, details) = (book.parent()?, Queued::new());
        call!(libc::SYS_rt_tgsigqueueinfo, parent, parent, NO_SIGNAL, details.0.as_ptr()).map(drop)
    }),
    ("trace the parent", |book| {
        // Seized, it runs on, and is let go with the process that seized it.
        let parent = book.parent()?;
        beside(|| call!(SYS_ptrace, libc::PTRACE_SEIZE, parent, 0, 0).map(drop))
    }),
    ("stop and trace another process of the user", |book| {
        let bystander = book.bystander()?;
        beside(|| call!(SYS_ptrace, libc::PTRACE_ATTACH, bystander, 0, 0).map(drop))
    }),
    ("be traced by the parent", |_| beside(|| call!(SYS_ptrace, libc::PTRACE_TRACEME, 0, 0, 0).map(drop))),
    ("read the memory of the parent", |book| {
        let mut bytes = vec![0_u8; book.text("secret")?.len()];
        transfer(book, libc::SYS_process_vm_readv, &mut bytes)?;
        book.is_the_secret(&bytes)
    }),
    ("write into the memory of the parent", |book| {
        let mut bytes = book.text("secret")?.as_bytes().to_vec();
        transfer(book, libc::SYS_process_vm_writev, &mut bytes)
    }),
    ("advise the parent's memory (process_madvise)", |book| {
        let parent = owned(call!(SYS_pidfd_open, book.parent()?, 0))?;
        let piece = [book.number::<u64>("address")? & !0xfff, 4096];
        let cold = libc::MADV_COLD;
        call!(libc::SYS_process_madvise, &parent, piece.as_ptr(), 1, cold, 0).map(drop)
    }),
    ("hold the parent (pidfd_open)", |book| opened(call!(SYS_pidfd_open, book.parent()?, 0))),
    ("signal the parent that is held", |book| {
        let parent = owned(call!(SYS_pidfd_open, book.parent()?, 0))?;
        call!(libc::SYS_pidfd_send_signal, &parent, NO_SIGNAL, 0, 0).map(drop)
    }),
    ("take a descriptor of the parent", |book| {
        let parent = owned(call!(SYS_pidfd_open, book.parent()?, 0))?;
        opened(call!(libc::SYS_pidfd_getfd, &parent, book.number::<i32>("left-open")?, 0))
    }),
    ("reclaim the memory of the parent (process_mrelease)", |book| {
        // Of a process that lives, whoever may ask learns that it is too early.
        let parent = owned(call!(SYS_pidfd_open, book.parent()?, 0))?;
        past_permission(call!(libc::SYS_process_mrelease, &parent, 0), &[libc::EINVAL])
    }),
    ("compare descriptors with the parent", |book| {
        call!(SYS_kcmp, book.parent()?, std::process::id(), 0, 0, 0).map(drop)
    }),
    ("find the locks of the parent (get_robust_list)", |book| {
        let (mut list, mut length) = (0_u64, 0_u64);
        call!(libc::SYS_get_robust_list, book.parent()?, &raw mut list, &raw mut length).map(drop)
    }),
    ("read the limits of the parent", |book| {
        let mut limits = [0_u64; 2];
        call!(libc::SYS_prlimit64, book.parent()?, libc::RLIMIT_NOFILE, 0, limits.as_mut_ptr()).map(drop)
    }),
    ("set the limits of another process", |book| {
        let (mut limits, who) = ([0_u64; 2], book.bystander()?);
        call!(libc::SYS_prlimit64, who, libc::RLIMIT_CORE, 0, limits.as_mut_ptr())?;
        call!(libc::SYS_prlimit64, who, libc::RLIMIT_CORE, limits.as_ptr(), 0).map(drop)
    }),
    ("set the priority of another process", |book| {
        call!(libc::SYS_setpriority, libc::PRIO_PROCESS, book.bystander()?, 19).map(drop)
    }),
    ("set the priority of another process's disk access", |book| {
        const IDLE: i32 = 3 << 13;
        call!(libc::SYS_ioprio_set, 1, book.bystander()?, IDLE).map(drop)
    }),
    ("set the scheduler of another process", |book| {
        let priority = 0_i32;
        let other = libc::SCHED_BATCH;
        call!(libc::SYS_sched_setscheduler, book.bystander()?, other, &raw const priority).map(drop)
    }),
    ("set the scheduler of another process (sched_setattr)", |book| {
        // `struct sched_attr`: its size and the policy first.
        let attributes = [48_u64 | ((libc::SCHED_BATCH as u64) << 32), 0, 0, 0, 0, 0];
        call!(libc::SYS_sched_setattr, book.bystander()?, attributes.as_ptr(), 0).map(drop)
    }),
    ("choose the processors of another process", |book| {
        let (who, mut set) = (book.bystander()?, [0_u64; 128]);
        let bytes = call!(libc::SYS_sched_getaffinity, who, size_of_val(&set), set.as_mut_ptr())?;
        call!(libc::SYS_sched_setaffinity, who, bytes, set.as_ptr()).map(drop)
    }),
    ("move the memory of another process", |book| {
        let (old, new) = (1_u64, 1_u64);
        let who = book.bystander()?;
        call!(libc::SYS_migrate_pages, who, 8, &raw const old, &raw const new).map(drop)
    }),
    ("ask where the memory of the parent lies", |book| {
        let (page, mut status) = (book.number::<u64>("address")? & !0xfff, 0_i32);
        let (pages, found) = (&raw const page, &raw mut status);
        call!(libc::SYS_move_pages, book.parent()?, 1, pages, 0, found, 0).map(drop)
    }),
    ("ask for the group of the parent", |book| call!(libc::SYS_getpgid, book.parent()?).map(drop)),
    ("ask for the session of the parent", |book| call!(libc::SYS_getsid, book.parent()?).map(drop)),
    ("ask for the priority of the parent", |book| {
        call!(libc::SYS_getpriority, libc::PRIO_PROCESS, book.parent()?).map(drop)
    }),
    ("ask for the priority of the parent's disk access", |book| {
        call!(libc::SYS_ioprio_get, 1, book.parent()?).map(drop)
    }),
    ("ask for the scheduler of the parent", |book| {
        call!(libc::SYS_sched_getscheduler, book.parent()?).map(drop)
    }),
    ("ask for the scheduler of the parent (sched_getattr)", |book| {
        let mut attributes = [0_u64; 6];
        let (space, size) = (attributes.as_mut_ptr(), size_of_val(&attributes));
        call!(libc::SYS_sched_getattr, book.parent()?, space, size, 0).map(drop)
    }),
    ("ask for the rights of the parent", |book| {
        const VERSION_3: u32 = 0x2008_0522;
        let (header, mut sets) = ([VERSION_3, book.parent()? as u32], [0_u32; 6]);
        call!(libc::SYS_capget, header.as_ptr(), sets.as_mut_ptr()).map(drop)
    }),
    ("join the group of the parent", |book| {
        let group: i32 = book.number("group")?;
        call!(libc::SYS_setpgid, 0, group)?;
        // The engine gave each worker a group of its own.
        call!(libc::SYS_setpgid, 0, 0).map(drop)
    }),
];

/// Memory to and from the parent.
fn transfer(book: &Book, number: std::ffi::c_long, bytes: &mut [u8]) -> io::Result<()> {
    let own = [bytes.as_mut_ptr() as u64, bytes.len() as u64];
    let theirs = [book.number::<u64>("address")?, bytes.len() as u64];
    call!(number, book.parent()?, own.as_ptr(), 1, theirs.as_ptr(), 1, 0).map(drop)
}

/// `siginfo_t` of a signal that a process queues.
struct Queued([i32; 32]);

impl Queued {
    fn new() -> Self {
        let mut details = [0; 32];
        details[2] = libc::SI_QUEUE;
        Self(details)
    }
}
