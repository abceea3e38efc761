//! The calls layer: which system calls are refused, as data.
//!
//! Lists of what is refused, not of what is allowed: libraries of others change what they use with every
//! version, and one that is refused something harmless would break for a user and not for us. What is left to
//! a sealed process are its memory, its threads, the clock and the descriptors it was lent.

use super::filter::{Call, Condition, Refusal, Test};

/// `futex_requeue`, of Linux 6.7: the newest call these tables were made for.
pub(super) const NEWEST: i64 = 456;

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
        when(libc::SYS_kill, 0, Test::IntNot(own)),
        when(libc::SYS_tgkill, 0, Test::IntNot(own)),
        // An address means that a datagram, or the first bytes of a fast connection, go somewhere.
        when(libc::SYS_sendto, 4, Test::Not(0)),
        // Reading one's own limits is fine.
        sometimes(
            libc::SYS_prlimit64,
            vec![vec![not_int(0, 0)], vec![Condition { argument: 2, test: Test::Not(0) }]],
        ),
        // 0xffffffff asks which one it is.
        when(libc::SYS_personality, 0, Test::IntNot(0xffff_ffff)),
        sometimes(libc::SYS_fcntl, FCNTL.iter().map(|&command| vec![is_int(1, command)]).collect()),
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
        // Allocators name their memory and threads themselves; nothing else is changed any more.
        sometimes(libc::SYS_prctl, vec![PRCTL.iter().map(|&option| not_int(0, option)).collect()]),
        sometimes(libc::SYS_ioctl, vec![IOCTL.iter().map(|&request| not_int(1, request)).collect()]),
    ]);
    // As if nothing could be reached; "permission denied" is what libraries are used to hear of files.
    // `seccomp` is refused with the last of them.
    vec![refuse(libc::EACCES, always(&PATHS)), refuse(libc::EPERM, refused)]
}

/// Other programs and other processes.
const PROCESSES: [i64; 27] = calls![
    SYS_fork SYS_vfork SYS_execve SYS_execveat
    SYS_ptrace SYS_process_vm_readv SYS_process_vm_writev SYS_process_madvise SYS_process_mrelease SYS_kcmp
    SYS_pidfd_open SYS_pidfd_getfd SYS_pidfd_send_signal SYS_tkill SYS_rt_sigqueueinfo SYS_rt_tgsigqueueinfo
    SYS_setpgid SYS_setsid SYS_setpriority SYS_ioprio_set
    SYS_sched_setscheduler SYS_sched_setparam SYS_sched_setattr SYS_setrlimit SYS_migrate_pages SYS_move_pages
    SYS_get_robust_list
];

/// The machine.
const SYSTEM: [i64; 23] = calls![
    SYS_init_module SYS_finit_module SYS_delete_module SYS_kexec_load SYS_kexec_file_load SYS_reboot SYS_syslog
    SYS_acct SYS_swapon SYS_swapoff SYS_quotactl SYS_quotactl_fd SYS_sethostname SYS_setdomainname SYS_vhangup
    SYS_iopl SYS_ioperm SYS_modify_ldt SYS_uselib SYS__sysctl SYS_sysfs SYS_ustat SYS_sync
];

/// Other views of the system.
const NAMESPACES: [i64; 15] = calls![
    SYS_unshare SYS_setns SYS_chroot SYS_pivot_root SYS_mount SYS_umount2 SYS_move_mount SYS_mount_setattr
    SYS_open_tree SYS_fsopen SYS_fsconfig SYS_fsmount SYS_fspick SYS_syncfs
    SYS_lookup_dcookie
];

/// Everybody else on this machine or another.
const SOCKETS: [i64; 11] = calls![
    SYS_socket SYS_socketpair SYS_connect SYS_bind SYS_listen SYS_accept SYS_accept4 SYS_setsockopt
    SYS_getsockopt SYS_sendmsg SYS_sendmmsg
];

/// Large interfaces that do the work of other calls, or have a history of holes.
const DOORS: [i64; 26] = calls![
    SYS_io_uring_setup SYS_io_uring_enter SYS_io_uring_register SYS_io_setup SYS_io_submit SYS_io_destroy
    SYS_bpf SYS_perf_event_open SYS_userfaultfd SYS_memfd_secret SYS_remap_file_pages
    SYS_add_key SYS_request_key SYS_keyctl
    SYS_inotify_init SYS_inotify_init1 SYS_inotify_add_watch SYS_fanotify_init SYS_fanotify_mark
    SYS_name_to_handle_at SYS_open_by_handle_at SYS_flock SYS_vmsplice
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

/// Everything that takes a path, or a folder.
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

/// `F_SETLK`, `F_SETLKW`, `F_SETOWN`, `F_SETSIG`, `F_SETOWN_EX`, the locks of open files, `F_SETLEASE` and
/// `F_NOTIFY`: locks that others wait for, and signals to others.
const FCNTL: [u64; 9] = [6, 7, 8, 10, 15, 37, 38, 1024, 1026];

/// `PR_SET_NAME`, `PR_GET_NAME` and `PR_SET_VMA`.
const PRCTL: [u64; 3] = [15, 16, 0x5356_4d41];

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

fn is_int(argument: u8, value: u64) -> Condition {
    Condition { argument, test: Test::IntIs(value) }
}

fn not_int(argument: u8, value: u64) -> Condition {
    Condition { argument, test: Test::IntNot(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_call_is_listed_twice_or_newer_than_the_tables() {
        let stages = [before_libraries(), after_libraries()];
        let mut numbers: Vec<i64> =
            stages.iter().flatten().flat_map(|refusal| &refusal.calls).map(|call| call.number).collect();
        let listed = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), listed);
        assert!(numbers.iter().all(|&number| number <= NEWEST));
    }
}
