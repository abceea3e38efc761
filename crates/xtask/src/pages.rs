//! What an installation puts where shells and `man` look: completions and manual pages, made by the program itself.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::problem::{Doing, Outcome, Problem};

/// By shell: where its completions lie below `share/`.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "bash-completion/completions/deskscribe"),
    ("zsh", "zsh/site-functions/_deskscribe"),
    ("fish", "fish/vendor_completions.d/deskscribe.fish"),
];

/// Makes `share/` beside the executables.
pub(crate) fn stage(executables: &Path) -> Outcome {
    let share = executables.join("share");
    for (shell, place) in COMPLETIONS {
        let script = said(executables, &["completions", shell])?;
        let path = share.join(place);
        let folder = path.parent().unwrap_or(&share);
        fs::create_dir_all(folder).doing_to("make", folder)?;
        fs::write(&path, script).doing_to("write", &path)?;
    }
    let pages = share.join("man/man1");
    fs::create_dir_all(&pages).doing_to("make", &pages)?;
    said(executables, &["man", "--all", &pages.to_string_lossy()]).map(drop)
}

/// What the program prints when it is asked for this.
fn said(executables: &Path, arguments: &[&str]) -> Outcome<Vec<u8>> {
    let program = executables.join("deskscribe");
    let output = Command::new(&program).args(arguments).output().doing_to("start", &program)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Problem(format!("deskscribe {} failed: {reason}", arguments.join(" "))))
}
