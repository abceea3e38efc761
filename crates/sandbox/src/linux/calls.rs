//! The calls layer: which system calls are refused, as data.
//!
//! Lists of what is refused, not of what is allowed: libraries of others change what they use with every
//! version, and one that is refused something harmless would break for a user and not for us. What is left to
//! a sealed process are its memory, its threads, the clock and the descriptors it was lent.

use super::filter::{Call, Condition, Refusal, Test};

/// `fchmodat2`, of Linux 6.6: the newest call these tables were made for.
pub(super) const NEWEST: i64 = 452;

/// Numbers that were free when these tables were made, and have begun to be given out.
pub(super) const GAP: std::ops::RangeInclusive<i64> = 335..=423;

macro_rules! calls {
    ($($name:ident)*) => { [$(libc::$name),*] };
}

/// Nothing that a library needs while it is loaded.
pub(super) fn before_libraries() -> Vec<Refusal> {
    let mut refused = always(&PROCESSES);
    for group in [&SYSTEM[..], &NAMESPACES, &SOCKETS, &DOORS, &IDENTITY, &CLOCKS, &MESSAGES, &ATTRIBUTES] {
        refused.extend(always(group));
    }
    let own = u64::from(std::process::id());
    refused.extend([
        // Threads are made by `clone`; everything else it could make is refused.
        sometimes(libc::SYS_clone, clone_uses()),
        // `abort` and `pthread_kill` signal threads of their own process. An end by SIGKILL, or a stop, would look
        // like somebody else's doing.
        sometimes(
            libc::SYS_tgkill,
            vec![vec![not_int(0, own)], vec![is_int(2, SIGKILL)], vec![is_int(2, SIGSTOP)]],
        ),
        // An address means that a datagram, or the first bytes of a fast connection, go somewhere.
        when(libc::SYS_sendto, 4, Test::Not(0)),
        // Reading one's own limits is fine.
        sometimes(
            libc::SYS_prlimit64,
            vec![vec![not_int(0, 0)], vec![Condition { argument: 2, test: Test::Not(0) }]],
        ),
        // 0xffffffff asks which one it is.
        when(libc::SYS_personality, 0, Test::IntNot(0xffff_ffff)),
    ]);
    // Its arguments lie in memory where no filter can see them. Without it, libraries use `clone`.
    vec![refuse(libc::EPERM, refused), refuse(libc::ENOSYS, always(&[libc::SYS_clone3]))]
}

/// Nothing that working in memory on open descriptors takes.
pub(super) fn after_libraries() -> Vec<Refusal> {
    let mut refused = always(&MEMORY_FILES);
    refused.extend(always(&QUESTIONS));
    refused.extend(always(&[libc::SYS_seccomp, libc::SYS_capset, libc::SYS_sched_setaffinity]));
    let executable = Test::HasBits(libc::PROT_EXEC as u64);
    refused.extend([
        when(libc::SYS_mmap, 2, executable),
        when(libc::SYS_mprotect, 2, executable),
        when(libc::SYS_pkey_mprotect, 2, executable),
        only(libc::SYS_prctl, 0, &PRCTL),
        only(libc::SYS_ioctl, 1, &IOCTL),
        only(libc::SYS_fcntl, 1, &FCNTL),
        only(libc::SYS_arch_prctl, 0, &ARCH_PRCTL),
    ]);
    // As if nothing could be reached; "permission denied" is what libraries are used to hear of files.
    // `seccomp` is refused with the last of them.
    vec![refuse(libc::EACCES, always(&PATHS)), refuse(libc::EPERM, refused)]
}

/// Other programs and other processes.
const PROCESSES: [i64; 28] = calls![
    SYS_fork SYS_vfork SYS_execve SYS_execveat SYS_kill
    SYS_ptrace SYS_process_vm_readv SYS_process_vm_writev SYS_process_madvise SYS_process_mrelease SYS_kcmp
    SYS_pidfd_open SYS_pidfd_getfd SYS_pidfd_send_signal SYS_tkill SYS_rt_sigqueueinfo SYS_rt_tgsigqueueinfo
    SYS_setpgid SYS_setsid SYS_setpriority SYS_ioprio_set
    SYS_sched_setscheduler SYS_sched_setparam SYS_sched_setattr SYS_setrlimit SYS_migrate_pages SYS_move_pages
    SYS_get_robust_list
];

/// The machine.
const SYSTEM: [i64; 25] = calls![
    SYS_init_module SYS_finit_module SYS_delete_module SYS_kexec_load SYS_kexec_file_load SYS_reboot SYS_syslog
    SYS_acct SYS_swapon SYS_swapoff SYS_quotactl SYS_quotactl_fd SYS_sethostname SYS_setdomainname SYS_vhangup
    SYS_iopl SYS_ioperm SYS_modify_ldt SYS_uselib SYS__sysctl SYS_sysfs SYS_ustat SYS_sync
    SYS_syncfs SYS_lookup_dcookie
];

/// Other views of the system.
const NAMESPACES: [i64; 13] = calls![
    SYS_unshare SYS_setns SYS_chroot SYS_pivot_root SYS_mount SYS_umount2 SYS_move_mount SYS_mount_setattr
    SYS_open_tree SYS_fsopen SYS_fsconfig SYS_fsmount SYS_fspick
];

/// Everybody else on this machine or another.
const SOCKETS: [i64; 11] = calls![
    SYS_socket SYS_socketpair SYS_connect SYS_bind SYS_listen SYS_accept SYS_accept4 SYS_setsockopt
    SYS_getsockopt SYS_sendmsg SYS_sendmmsg
];

/// Large interfaces that do the work of other calls, or have a history of holes.
const DOORS: [i64; 30] = calls![
    SYS_io_uring_setup SYS_io_uring_enter SYS_io_uring_register SYS_io_setup SYS_io_submit SYS_io_destroy
    SYS_bpf SYS_perf_event_open SYS_userfaultfd SYS_memfd_secret SYS_remap_file_pages
    SYS_add_key SYS_request_key SYS_keyctl
    SYS_inotify_init SYS_inotify_init1 SYS_inotify_add_watch SYS_fanotify_init SYS_fanotify_mark
    SYS_name_to_handle_at SYS_open_by_handle_at SYS_flock
    SYS_splice SYS_tee SYS_vmsplice SYS_sendfile SYS_copy_file_range
    SYS_landlock_create_ruleset SYS_landlock_add_rule SYS_landlock_restrict_self
];

/// Who it is.
const IDENTITY: [i64; 9] = calls![
    SYS_setuid SYS_setgid SYS_setreuid SYS_setregid SYS_setresuid SYS_setresgid SYS_setfsuid SYS_setfsgid
    SYS_setgroups
];

/// What time it is for everybody.
const CLOCKS: [i64; 4] = calls![SYS_clock_settime SYS_settimeofday SYS_adjtimex SYS_clock_adjtime];

/// Memory, queues and semaphores that others can reach by a number or a name.
const MESSAGES: [i64; 18] = calls![
    SYS_shmget SYS_shmat SYS_shmctl SYS_shmdt SYS_msgget SYS_msgsnd SYS_msgrcv SYS_msgctl
    SYS_semget SYS_semop SYS_semtimedop SYS_semctl
    SYS_mq_open SYS_mq_unlink SYS_mq_timedsend SYS_mq_timedreceive SYS_mq_notify SYS_mq_getsetattr
];

/// Attributes of files, which Landlock does not mind and a read-only descriptor does not prevent.
const ATTRIBUTES: [i64; 20] = calls![
    SYS_chmod SYS_fchmod SYS_fchmodat SYS_fchmodat2 SYS_chown SYS_fchown SYS_lchown SYS_fchownat
    SYS_utime SYS_utimes SYS_futimesat SYS_utimensat
    SYS_setxattr SYS_lsetxattr SYS_fsetxattr SYS_removexattr SYS_lremovexattr SYS_fremovexattr
    SYS_mknod SYS_mknodat
];

/// Everything that takes a path or a folder, and what changes or pushes the content of a file.
///
/// `newfstatat` and `statx` are among them although the C library asks with them about open descriptors: a
/// filter cannot see whether their path is empty. `fstat` remains.
const PATHS: [i64; 44] = calls![
    SYS_open SYS_openat SYS_openat2 SYS_creat SYS_stat SYS_lstat SYS_newfstatat SYS_statx SYS_access
    SYS_faccessat SYS_faccessat2 SYS_readlink SYS_readlinkat SYS_getdents SYS_getdents64 SYS_rename
    SYS_renameat SYS_renameat2 SYS_link SYS_linkat SYS_symlink SYS_symlinkat SYS_unlink SYS_unlinkat
    SYS_mkdir SYS_mkdirat SYS_rmdir SYS_truncate SYS_chdir SYS_fchdir SYS_getcwd SYS_statfs SYS_getxattr
    SYS_lgetxattr SYS_fgetxattr SYS_listxattr SYS_llistxattr SYS_flistxattr SYS_ftruncate SYS_fallocate
    SYS_fsync SYS_fdatasync SYS_sync_file_range SYS_fstatfs
];

/// What one process can ask about another.
const QUESTIONS: [i64; 9] = calls![
    SYS_getpgid SYS_getsid SYS_getpriority SYS_ioprio_get SYS_capget
    SYS_sched_getscheduler SYS_sched_getparam SYS_sched_getattr SYS_sched_rr_get_interval
];

/// Files without a path.
const MEMORY_FILES: [i64; 3] = calls![SYS_memfd_create SYS_pipe SYS_pipe2];

/// `F_DUPFD`, `F_GETFD`, `F_SETFD`, `F_GETFL`, `F_SETFL` and `F_DUPFD_CLOEXEC`: no locks that others wait for, no
/// leases, no signals to others.
const FCNTL: [u64; 6] = [0, 1, 2, 3, 4, 1030];

/// `PR_SET_NAME`, `PR_GET_NAME` and `PR_SET_VMA`: allocators name their memory, and threads themselves.
const PRCTL: [u64; 3] = [15, 16, 0x5356_4d41];

/// `ARCH_SET_FS` and `ARCH_GET_FS`, for threads, and the three about large registers, for numeric libraries.
const ARCH_PRCTL: [u64; 5] = [0x1002, 0x1003, 0x1021, 0x1022, 0x1023];

const SIGKILL: u64 = libc::SIGKILL as u64;
const SIGSTOP: u64 = libc::SIGSTOP as u64;

/// `TCGETS`, `FIONREAD`, `FIONBIO` and `FIOCLEX`: whether it is a terminal, what is waiting, and flags of a
/// descriptor.
const IOCTL: [u64; 4] = [0x5401, 0x541b, 0x5421, 0x5451];

/// `CLONE_NEWTIME` to `CLONE_NEWNET`.
const NEW_NAMESPACE: [u64; 8] =
    [0x80, 0x2_0000, 0x200_0000, 0x400_0000, 0x800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000];

fn clone_uses() -> Vec<Vec<Condition>> {
    let flags = |test| vec![Condition { argument: 0, test }];
    let mut uses = vec![flags(Test::LacksBits(libc::CLONE_THREAD as u64))];
    uses.extend(NEW_NAMESPACE.map(|namespace| flags(Test::HasBits(namespace))));
    uses
}

fn refuse(error: i32, calls: Vec<Call>) -> Refusal {
    Refusal { error, calls }
}

fn always(numbers: &[i64]) -> Vec<Call> {
    numbers.iter().map(|&number| Call { number, uses: Vec::new() }).collect()
}

fn when(number: i64, argument: u8, test: Test) -> Call {
    sometimes(number, vec![vec![Condition { argument, test }]])
}

fn sometimes(number: i64, uses: Vec<Vec<Condition>>) -> Call {
    Call { number, uses }
}

/// Refused unless the argument is one of these.
fn only(number: i64, argument: u8, allowed: &[u64]) -> Call {
    sometimes(number, vec![allowed.iter().map(|&value| not_int(argument, value)).collect()])
}

fn is_int(argument: u8, value: u64) -> Condition {
    Condition { argument, test: Test::IntIs(value) }
}

fn not_int(argument: u8, value: u64) -> Condition {
    Condition { argument, test: Test::IntNot(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a sealed process can still do without a condition: its memory, its threads, its clocks and timers, and
    /// the descriptors it has.
    const LEFT: &[i64] = &calls![
        SYS_read SYS_write SYS_close SYS_fstat SYS_poll SYS_lseek SYS_munmap SYS_brk SYS_rt_sigaction
        SYS_rt_sigprocmask SYS_rt_sigreturn SYS_pread64 SYS_pwrite64 SYS_readv SYS_writev SYS_select
        SYS_sched_yield SYS_mremap SYS_msync SYS_mincore SYS_madvise SYS_dup SYS_dup2 SYS_pause SYS_nanosleep
        SYS_getitimer SYS_alarm SYS_setitimer SYS_getpid SYS_recvfrom SYS_recvmsg SYS_shutdown SYS_getsockname
        SYS_getpeername SYS_exit SYS_wait4 SYS_uname SYS_umask SYS_gettimeofday SYS_getrlimit SYS_getrusage
        SYS_sysinfo SYS_times SYS_getuid SYS_getgid SYS_geteuid SYS_getegid SYS_getppid SYS_getpgrp
        SYS_getgroups SYS_getresuid SYS_getresgid SYS_rt_sigpending SYS_rt_sigtimedwait SYS_rt_sigsuspend
        SYS_sigaltstack SYS_sched_get_priority_max SYS_sched_get_priority_min SYS_mlock SYS_munlock SYS_mlockall
        SYS_munlockall SYS_gettid SYS_readahead SYS_time SYS_futex SYS_sched_getaffinity SYS_io_getevents
        SYS_io_cancel SYS_epoll_create SYS_set_tid_address SYS_restart_syscall SYS_fadvise64 SYS_timer_create
        SYS_timer_settime SYS_timer_gettime SYS_timer_getoverrun SYS_timer_delete SYS_clock_gettime
        SYS_clock_getres SYS_clock_nanosleep SYS_exit_group SYS_epoll_wait SYS_epoll_ctl SYS_mbind
        SYS_set_mempolicy SYS_get_mempolicy SYS_waitid SYS_inotify_rm_watch SYS_pselect6 SYS_ppoll
        SYS_set_robust_list SYS_epoll_pwait SYS_signalfd SYS_timerfd_create SYS_eventfd SYS_timerfd_settime
        SYS_timerfd_gettime SYS_signalfd4 SYS_eventfd2 SYS_epoll_create1 SYS_dup3 SYS_preadv SYS_pwritev
        SYS_recvmmsg SYS_getcpu SYS_getrandom SYS_membarrier SYS_mlock2 SYS_preadv2 SYS_pwritev2 SYS_pkey_alloc
        SYS_pkey_free SYS_rseq SYS_close_range SYS_epoll_pwait2 SYS_futex_waitv SYS_set_mempolicy_home_node
    ];

    /// Numbers that no kernel of today answers on this architecture.
    const DEAD: &[i64] = &calls![
        SYS_nfsservctl SYS_getpmsg SYS_putpmsg SYS_afs_syscall SYS_tuxcall SYS_security SYS_set_thread_area
        SYS_get_thread_area SYS_epoll_ctl_old SYS_epoll_wait_old SYS_vserver
    ];

    /// `create_module`, `get_kernel_syms` and `query_module`, gone since Linux 2.6; `io_pgetevents`, which waits for
    /// what cannot be begun; `cachestat`, which tells of the lent file what is in memory.
    const NAMELESS: [i64; 5] = [174, 177, 178, 333, 451];

    #[test]
    fn every_call_is_refused_conditional_or_left_on_purpose() {
        let stages = [before_libraries(), after_libraries()];
        let tables: Vec<i64> =
            stages.iter().flatten().flat_map(|refusal| &refusal.calls).map(|call| call.number).collect();
        let mut known = [&tables[..], LEFT, DEAD, &NAMELESS].concat();
        known.sort_unstable();
        let all: Vec<i64> = (0..=NEWEST).filter(|number| !GAP.contains(number)).collect();
        assert_eq!(known, all);
    }
}
