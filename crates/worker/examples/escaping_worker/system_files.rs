//! The files that are windows into the system: other processes, this one, devices and settings.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, OpenOptionsExt};

use crate::attempt::{Attempt, Book};

pub(crate) const ATTEMPTS: &[Attempt] = &[
    ("read the memory of the parent through /proc", |book| {
        let file = File::open(of_parent(book, "mem")?)?;
        let mut secret = vec![0; book.text("secret")?.len()];
        file.read_exact_at(&mut secret, book.number("address")?)?;
        book.is_the_secret(&secret)
    }),
    ("open the memory of the parent for writing", |book| written(&of_parent(book, "mem")?)),
    ("read the environment of the parent", |book| read(&of_parent(book, "environ")?)),
    ("read the memory map of the parent", |book| read(&of_parent(book, "maps")?)),
    ("read the command line of the parent", |book| read(&of_parent(book, "cmdline")?)),
    ("list the open files of the parent", |book| fs::read_dir(of_parent(book, "fd")?).map(drop)),
    ("open a namespace of the parent", |book| File::open(of_parent(book, "ns/uts")?).map(drop)),
    ("enter the root folder of the parent", |book| fs::read_dir(of_parent(book, "root")?).map(drop)),
    ("list all processes", |_| fs::read_dir("/proc").map(drop)),
    ("write to own memory through /proc", |_| {
        // The way around pages that may not be written, code for one.
        let code = through_own_memory as fn() as usize as u64;
        let file = OpenOptions::new().read(true).write(true).open("/proc/self/mem")?;
        let mut byte = [0];
        file.read_exact_at(&mut byte, code)?;
        file.write_all_at(&byte, code)
    }),
    ("read own memory map", |_| read("/proc/self/maps")),
    ("choose to be killed last (oom_score_adj)", |_| written("/proc/self/oom_score_adj")),
    ("name a thread through /proc", |_| written("/proc/self/comm")),
    ("open a setting of the system for writing", |_| written("/proc/sys/kernel/core_pattern")),
    ("read a setting of the system", |_| read("/proc/sys/kernel/hostname")),
    ("read the list of network connections", |_| read("/proc/net/tcp")),
    ("read the table of mounts", |_| read("/proc/self/mountinfo")),
    ("read the log of the kernel", |_| {
        OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open("/dev/kmsg").map(drop)
    }),
    ("ask for the magic of SysRq", |_| written("/proc/sysrq-trigger")),
    ("open the devices of the system", |_| fs::read_dir("/sys/devices").map(drop)),
    ("open a terminal of its own", |_| {
        OpenOptions::new().read(true).write(true).custom_flags(libc::O_NOCTTY).open("/dev/ptmx").map(drop)
    }),
    ("open /dev/null for writing", |_| written("/dev/null")),
    ("open the disk", |_| File::open("/dev/vda").or_else(|_| File::open("/dev/sda")).map(drop)),
];

fn of_parent(book: &Book, name: &str) -> io::Result<String> {
    Ok(format!("/proc/{}/{name}", book.parent()?))
}

fn read(path: &str) -> io::Result<()> {
    File::open(path)?.read_exact(&mut [0])
}

/// Opened, not written: this may be the machine of a person.
fn written(path: &str) -> io::Result<()> {
    OpenOptions::new().write(true).open(path).map(drop)
}

/// A piece of code to write over with itself.
#[inline(never)]
fn through_own_memory() {
    std::hint::black_box(());
}
