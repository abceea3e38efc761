//! Attempts that must fail once a process is confined: the only evidence that it is.

use std::fs::{self, File};
use std::io;

use rustix::net::{AddressFamily, SocketType, socket};
use rustix::process::{getppid, test_kill_process};

use crate::{Attempt, Layer};

/// What Landlock has to refuse, tried while seccomp still lets paths through.
pub(super) fn on_files() -> Vec<Attempt> {
    let attempt = |what, result: io::Result<()>| judge(what, Layer::Files, result);
    vec![
        attempt("open /etc/passwd", File::open("/etc/passwd").map(drop)),
        attempt("list the folder /", fs::read_dir("/").map(drop)),
        attempt("make a file in /tmp", make_a_file()),
    ]
}

/// What seccomp has to refuse.
pub(super) fn on_calls() -> Vec<Attempt> {
    let attempt = |what, result: io::Result<()>| judge(what, Layer::Calls, result);
    let connect = |family| socket(family, SocketType::STREAM, None).map(drop).map_err(io::Error::from);
    vec![
        // Landlock allows it: here seccomp has to stand alone.
        attempt("open /proc/cpuinfo", File::open("/proc/cpuinfo").map(drop)),
        attempt("look whether / is there", fs::symlink_metadata("/").map(drop)),
        attempt("make a file in /tmp", make_a_file()),
        attempt("make an Internet socket", connect(AddressFamily::INET)),
        attempt("make a Unix socket", connect(AddressFamily::UNIX)),
        attempt("start a program", start_a_program()),
        attempt("fork", fork()),
        attempt("make a call that is not in the tables", make_an_unknown_call()),
        attempt("signal the parent", signal_the_parent()),
        attempt("map executable memory", map_executable()),
    ]
}

fn judge(what: &'static str, layer: Layer, result: io::Result<()>) -> Attempt {
    let refusals = [libc::EPERM, libc::EACCES, libc::ENOSYS].map(Some);
    match result {
        Ok(()) => Attempt { what, layer, refused: false, outcome: "it worked".to_owned() },
        Err(error) => {
            let refused = refusals.contains(&error.raw_os_error());
            Attempt { what, layer, refused, outcome: error.to_string() }
        }
    }
}

fn make_a_file() -> io::Result<()> {
    let path = format!("/tmp/.deskscribe-{}", std::process::id());
    File::create_new(&path)?;
    fs::remove_file(path)
}

fn start_a_program() -> io::Result<()> {
    let nowhere: *const libc::c_char = std::ptr::null();
    // SAFETY: without a path nothing can be started; the kernel looks at it after it allowed the call.
    #[expect(unsafe_code, reason = "safe interfaces fork first, which would be refused in its place")]
    let result = unsafe { libc::syscall(libc::SYS_execve, nowhere, nowhere, nowhere) };
    told(result)
}

fn fork() -> io::Result<()> {
    // SAFETY: the child, if there is one, does nothing but end.
    #[expect(unsafe_code, reason = "no safe interface forks")]
    unsafe {
        match libc::fork() {
            0 => libc::_exit(0),
            child => told(libc::c_long::from(if child < 0 {
                child
            } else {
                libc::waitpid(child, std::ptr::null_mut(), 0)
            })),
        }
    }
}

/// `mseal`, which the tables do not know. Where the kernel does not either, this shows nothing.
fn make_an_unknown_call() -> io::Result<()> {
    const MSEAL: libc::c_long = 462;
    // SAFETY: no memory is named, and the flags are ones that do not exist.
    #[expect(unsafe_code, reason = "no safe interface makes calls by number")]
    let result = unsafe { libc::syscall(MSEAL, 0, 0, u64::MAX) };
    told(result)
}

/// What the last call said. An error that only comes once the call was allowed is an error like any other here:
/// it is no refusal.
fn told(result: libc::c_long) -> io::Result<()> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn signal_the_parent() -> io::Result<()> {
    match getppid() {
        Some(parent) => Ok(test_kill_process(parent)?),
        None => Err(io::Error::from_raw_os_error(libc::ESRCH)),
    }
}

fn map_executable() -> io::Result<()> {
    const PAGE: usize = 4096;
    let (protection, flags) = (libc::PROT_READ | libc::PROT_EXEC, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: a new mapping at an address that the kernel chooses touches no memory of ours.
    #[expect(unsafe_code, reason = "no safe interface maps executable memory")]
    let mapped = unsafe { libc::mmap(std::ptr::null_mut(), PAGE, protection, flags, -1, 0) };
    if mapped == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the page was mapped above and nobody knows its address.
    #[expect(unsafe_code, reason = "no safe interface unmaps it again")]
    unsafe {
        libc::munmap(mapped, PAGE);
    }
    Ok(())
}
