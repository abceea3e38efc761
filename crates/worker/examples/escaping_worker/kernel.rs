//! Large and sharp parts of the kernel that no picture needs.

use libc::{EFAULT, EINVAL, ENOENT, ENOEXEC};

use crate::attempt::{Attempt, past_permission};
use crate::system::{call, opened};

/// From `linux/bpf.h`.
const BPF_MAP_CREATE: i32 = 0;
const BPF_PROG_LOAD: i32 = 5;

/// No call has this number yet.
const UNKNOWN: i32 = 600;

pub(crate) const ATTEMPTS: &[Attempt] = &[
    ("make an io_uring", |_| {
        let mut parameters = [0_u64; 15];
        opened(call!(libc::SYS_io_uring_setup, 4, parameters.as_mut_ptr()))
    }),
    ("set up asynchronous reading (io_setup)", |_| {
        let mut context = 0_u64;
        call!(libc::SYS_io_setup, 4, &raw mut context)?;
        call!(libc::SYS_io_destroy, context).map(drop)
    }),
    ("load a program into the kernel (bpf)", |_| {
        // A socket filter that returns 0: two instructions.
        let program = [0xb7_u64, 0x95];
        let attributes = [1 | (2 << 32), program.as_ptr() as u64, c"GPL".as_ptr() as u64, 0, 0, 0];
        opened(call!(libc::SYS_bpf, BPF_PROG_LOAD, attributes.as_ptr(), size_of_val(&attributes)))
    }),
    ("keep a table in the kernel (bpf)", |_| {
        // An array: the kind, the size of keys, of values, how many.
        let attributes = [2_u32, 4, 8, 1];
        opened(call!(libc::SYS_bpf, BPF_MAP_CREATE, attributes.as_ptr(), size_of_val(&attributes)))
    }),
    ("count the events of this process (perf)", |_| measure(0)),
    ("count the events of the parent (perf)", |book| measure(book.parent()?)),
    ("read the log of the kernel (syslog)", |_| {
        const SIZE_OF_BUFFER: i32 = 10;
        call!(libc::SYS_syslog, SIZE_OF_BUFFER, 0, 0).map(drop)
    }),
    ("load a module", |_| past_permission(call!(libc::SYS_init_module, 0, 0, c""), &[ENOEXEC, EFAULT])),
    ("load the lent file as a module", |book| {
        past_permission(call!(libc::SYS_finit_module, book.lent(), c"", 0), &[ENOEXEC, EINVAL])
    }),
    ("remove a module", |_| {
        past_permission(call!(libc::SYS_delete_module, c"deskscribe_escape", 0), &[ENOENT])
    }),
    ("load another kernel", |_| {
        // More segments than there may be, and flags that there are not.
        past_permission(call!(libc::SYS_kexec_load, 0, 1000, 0, 0xffe0), &[EINVAL])
    }),
    ("restart the machine", |_| past_permission(call!(libc::SYS_reboot, 0, 0, 0, 0), &[EINVAL])),
    ("name the machine", |_| past_permission(call!(libc::SYS_sethostname, c"", -1), &[EINVAL])),
    ("name the domain", |_| past_permission(call!(libc::SYS_setdomainname, c"", -1), &[EINVAL])),
    ("set the time zone of the system", |_| {
        // Further west than the world goes.
        let zone = [100_000_i32, 0];
        past_permission(call!(libc::SYS_settimeofday, 0, zone.as_ptr()), &[EINVAL])
    }),
    ("tune the clock", |_| past_permission(call!(libc::SYS_adjtimex, tick().as_ptr()), &[EINVAL])),
    ("tune a clock", |_| {
        let (clock, tick) = (libc::CLOCK_REALTIME, tick());
        past_permission(call!(libc::SYS_clock_adjtime, clock, tick.as_ptr()), &[EINVAL])
    }),
    ("wake the machine up later", |_| {
        opened(call!(libc::SYS_timerfd_create, libc::CLOCK_REALTIME_ALARM, libc::TFD_CLOEXEC))
    }),
    ("keep accounts of processes", |book| {
        past_permission(call!(libc::SYS_acct, &book.c_path("missing")?), &[ENOENT])
    }),
    ("use a file as swap space", |book| {
        past_permission(call!(libc::SYS_swapon, &book.c_path("missing")?, 0), &[ENOENT])
    }),
    ("stop using swap space", |book| {
        past_permission(call!(libc::SYS_swapoff, &book.c_path("missing")?), &[ENOENT])
    }),
    ("make a call of the future", |_| call!(UNKNOWN, 0, 0, 0, 0, 0, 0).map(drop)),
];

fn measure(process: i32) -> std::io::Result<()> {
    // `struct perf_event_attr`: software, its size, the time of tasks; of the program alone.
    let mut attributes = [0_u64; 16];
    attributes[0] = 1 | (128 << 32);
    attributes[1] = 1;
    attributes[5] = (1 << 5) | (1 << 6);
    opened(call!(libc::SYS_perf_event_open, attributes.as_ptr(), process, -1, -1, 8))
}

/// `struct timex` that asks for a tick of 0 microseconds, which no clock has.
fn tick() -> [u64; 26] {
    const ADJ_TICK: u64 = 0x4000;
    let mut tick = [0; 26];
    tick[0] = ADJ_TICK;
    tick
}
