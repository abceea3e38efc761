//! Becomes another program, which the kernel kills at the first file that it would rename: a crash between writing a
//! file and putting it in its place. `dies-renaming PROGRAM [ARGUMENT…]`

use std::convert::Infallible;
use std::error::Error;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

fn main() -> ExitCode {
    let Err(error) = become_program();
    let _ = writeln!(io::stderr(), "the program could not be wrapped: {error}");
    ExitCode::FAILURE
}

fn become_program() -> Result<Infallible, Box<dyn Error>> {
    let mut words = std::env::args_os().skip(1);
    let program = words.next().ok_or("dies-renaming PROGRAM [ARGUMENT…]")?;
    let calls = [
        #[cfg(target_arch = "x86_64")]
        libc::SYS_rename,
        libc::SYS_renameat,
        libc::SYS_renameat2,
    ];
    let rules = calls.map(|call| (call, Vec::new())).into();
    let kill = SeccompAction::KillProcess;
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, kill, std::env::consts::ARCH.try_into()?)?;
    let filter: BpfProgram = filter.try_into()?;
    apply_filter(&filter)?;
    Err(Command::new(program).args(words).exec().into())
}
