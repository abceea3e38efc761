//! Where things lie, and how other programs are called.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::problem::{Doing, Outcome, Problem};

/// The top folder of these sources.
pub(crate) fn root() -> PathBuf {
    // As cargo says it now: clones may share a target folder, and this binary may be the build of another one.
    let own = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let own = own.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    own.ancestors().nth(2).unwrap_or(Path::new("/")).to_owned()
}

/// The target folder: the one we lie in ourselves.
pub(crate) fn target() -> Outcome<PathBuf> {
    let own = env::current_exe().doing("find out where xtask lies")?;
    let target = own.ancestors().nth(2).map(Path::to_owned);
    target.ok_or_else(|| Problem("xtask lies in no target folder".to_owned()))
}

/// The folder where cargo leaves the executables of a profile.
pub(crate) fn executables(release: bool) -> Outcome<PathBuf> {
    Ok(target()?.join(if release { "release" } else { "debug" }))
}

/// The cargo that started us, at the top of the workspace.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What cargo tells us of this crate is not so of any other: some build scripts look at it, and would be run again,
    // with everything that stands on them, by every second build.
    for (name, _) in env::vars_os() {
        let is_ours = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        if name.to_str().is_some_and(is_ours) {
            cargo.env_remove(name);
        }
    }
    cargo.current_dir(root());
    cargo
}

/// Lets a program work in sight of the person, on stderr: stdout is for results.
pub(crate) fn finish(command: &mut Command) -> Outcome {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default().display().to_string();
    let status = command.stdout(io::stderr()).status().doing(format!("start {name}"))?;
    if status.success() { Ok(()) } else { Err(Problem(format!("{name} failed, see above ({status})"))) }
}

/// Whether a program can be started and says yes.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    silent.status().is_ok_and(|status| status.success())
}
