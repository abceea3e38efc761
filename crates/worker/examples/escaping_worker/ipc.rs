//! Meeting places of processes that have no path: System V, POSIX queues, keyrings.

use crate::attempt::Attempt;
use crate::system::{call, owned};

pub(crate) const ATTEMPTS: &[Attempt] = &[
    ("share memory (System V)", |_| {
        let id = call!(libc::SYS_shmget, libc::IPC_PRIVATE, 4096, libc::IPC_CREAT | 0o600)?;
        call!(libc::SYS_shmctl, id, libc::IPC_RMID, 0).map(drop)
    }),
    ("list shared memory (System V)", |_| {
        let mut space = [0_u64; 16];
        call!(libc::SYS_shmctl, 0, libc::IPC_INFO, space.as_mut_ptr()).map(drop)
    }),
    ("use semaphores (System V)", |_| {
        let id = call!(libc::SYS_semget, libc::IPC_PRIVATE, 1, libc::IPC_CREAT | 0o600)?;
        call!(libc::SYS_semctl, id, 0, libc::IPC_RMID, 0).map(drop)
    }),
    ("use a message queue (System V)", |_| {
        let id = call!(libc::SYS_msgget, libc::IPC_PRIVATE, libc::IPC_CREAT | 0o600)?;
        call!(libc::SYS_msgctl, id, libc::IPC_RMID, 0).map(drop)
    }),
    ("use a message queue (POSIX)", |_| {
        let name = std::ffi::CString::new(format!("deskscribe-escape-{}", std::process::id()))?;
        let flags = libc::O_CREAT | libc::O_RDWR;
        let _queue = owned(call!(libc::SYS_mq_open, &name, flags, 0o600, 0))?;
        call!(libc::SYS_mq_unlink, &name).map(drop)
    }),
    ("keep a key in the kernel", |_| {
        let process = libc::KEY_SPEC_PROCESS_KEYRING;
        let key = call!(libc::SYS_add_key, c"user", c"deskscribe-escape", c"x", 1, process)?;
        call!(libc::SYS_keyctl, libc::KEYCTL_UNLINK, key, process).map(drop)
    }),
    ("find the keys of the user", |_| {
        let user = libc::KEY_SPEC_USER_KEYRING;
        call!(libc::SYS_keyctl, libc::KEYCTL_GET_KEYRING_ID, user, 1).map(drop)
    }),
    ("take a new keyring", |_| {
        crate::system::beside(|| call!(libc::SYS_keyctl, libc::KEYCTL_JOIN_SESSION_KEYRING, 0).map(drop))
    }),
];
