//! Confinement: what a process can give up for good, and proof that it did.
//!
//! ```text
//!  begin ─▶ Bare ─enter(policy)─▶ Entered ─seal─▶ Report
//!    │              │                │               │
//!    │              │                │               ╰─ what was tried, and what the system said
//!    │              │                ╰─ no path, no new executable memory, no rights
//!    │              ╰─ limits; few readable files; no program, socket or other process
//!    ╰─ no descriptor but stdin, stdout and stderr
//! ```
//!
//! Libraries are loaded between `enter` and `seal`, because that takes paths and executable memory; the first
//! byte of a stranger's file is looked at after `seal`. Two layers overlap on purpose: Landlock keeps files
//! away, seccomp keeps system calls away, and what one misses the other refuses.
//!
//! Nothing here fails: a layer that cannot be had is told in the report, and what was tried decides what the
//! confinement is worth. There is an implementation for Linux on x86-64; elsewhere nothing is given up and
//! nothing is tried, and the report says so.

mod policy;
mod report;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod linux;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
use linux as system;

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
mod nowhere;
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
use nowhere as system;

pub use policy::Policy;
pub use report::{Attempt, Layer, LayerState, Report};

/// A process that has nothing but its first three descriptors.
#[derive(Debug)]
pub struct Bare(());

/// A process that can load libraries and do little else.
#[derive(Debug)]
pub struct Entered {
    report: Report,
    system: system::Entered,
}

/// Closes every descriptor that was inherited beside stdin, stdout and stderr. Must be the first thing that a
/// process does, while it has no thread and no descriptor of its own.
pub fn begin() -> Bare {
    system::close_inherited();
    Bare(())
}

impl Bare {
    /// Gives up everything that loading libraries does not take. Must be called before any thread is started.
    pub fn enter(self, policy: &Policy) -> Entered {
        let mut report = Report::default();
        let system = system::enter(policy, &mut report);
        Entered { report, system }
    }
}

impl Entered {
    /// Gives up everything that working on open files in memory does not take, in all threads, and tries what
    /// must not work any more.
    pub fn seal(self) -> Report {
        let Self { mut report, system } = self;
        system.seal(&mut report);
        report
    }
}
