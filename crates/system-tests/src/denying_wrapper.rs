//! Starts a worker on a system that lacks something: the calls that confine it are denied, as by an older
//! kernel or inside a container.
//!
//! Started under the name `no-landlock`, `no-seccomp` or `no-sandbox`, it denies these calls, or both kinds,
//! to itself, and becomes the program beside it that is called `worker`. It goes by names because the pool
//! gives a worker neither arguments nor an environment.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use libc::{ENOSYS, EPERM, c_long};
use seccompiler::SeccompCmpArgLen::Dword;
use seccompiler::SeccompCmpOp::Eq;
use seccompiler::{BpfProgram, SeccompAction, SeccompCondition, SeccompFilter, SeccompRule, apply_filter};

fn main() -> ExitCode {
    let Err(error) = become_worker();
    let _ = writeln!(io::stderr(), "the worker could not be wrapped: {error}");
    ExitCode::FAILURE
}

fn become_worker() -> Result<std::convert::Infallible, Box<dyn Error>> {
    let own = std::env::args_os().next().map(PathBuf::from).unwrap_or_default();
    let is = |name: &str| own.ends_with(name) || own.ends_with("no-sandbox");
    if is("no-landlock") {
        let calls = [
            libc::SYS_landlock_create_ruleset,
            libc::SYS_landlock_add_rule,
            libc::SYS_landlock_restrict_self,
        ];
        deny(calls.map(|call| (call, Vec::new())).into(), ENOSYS)?;
    }
    // Last, because it denies every filter that would follow.
    if is("no-seccomp") {
        let set = SeccompCondition::new(0, Dword, Eq, libc::PR_SET_SECCOMP as u64)?;
        let rules = [(libc::SYS_seccomp, Vec::new()), (libc::SYS_prctl, vec![SeccompRule::new(vec![set])?])];
        deny(rules.into(), EPERM)?;
    }
    Err(Command::new(own.with_file_name("worker")).exec().into())
}

fn deny(rules: BTreeMap<c_long, Vec<SeccompRule>>, errno: i32) -> Result<(), Box<dyn Error>> {
    let refuse = SeccompAction::Errno(errno as u32);
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refuse, std::env::consts::ARCH.try_into()?)?;
    let program: BpfProgram = filter.try_into()?;
    Ok(apply_filter(&program)?)
}
