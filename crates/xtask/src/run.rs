//! `cargo xtask run`: the main job on a folder, in the window or in the terminal.

use std::env;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::prepare::Extent;
use crate::problem::{Doing, Outcome, Problem};
use crate::{build, workspace};

/// `cargo xtask run [--terminal] [FOLDER] [-- ARGUMENTS]`
pub(crate) fn start(arguments: Vec<OsString>) -> Outcome<ExitCode> {
    let Wish { terminal, folder, more } = wish(arguments)?;
    let folder = folder.unwrap_or_else(|| workspace::root().join("samples"));
    let has_display = ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()));
    if !has_display && !terminal {
        eprintln!("xtask: no display (DISPLAY and WAYLAND_DISPLAY are not set): reading in the terminal");
    }
    // The program takes our place: its exit code and its way to end at Ctrl-C are its own.
    let mut program = if terminal || !has_display {
        let mut scan = Command::new(build::program(false, Extent::Terminal)?.join("deskscribe"));
        scan.arg("scan");
        scan
    } else {
        Command::new(build::program(false, Extent::Window)?.join("deskscribe-app"))
    };
    let error = program.arg(folder).args(more).exec();
    Err(error).doing_to("start", program.get_program().as_ref())
}

/// What was asked for.
#[derive(Debug, PartialEq)]
struct Wish {
    terminal: bool,
    folder: Option<PathBuf>,
    /// For the program.
    more: Vec<OsString>,
}

fn wish(arguments: Vec<OsString>) -> Outcome<Wish> {
    let mut parts = arguments.splitn(2, |argument| argument == "--");
    let mut wish = Wish { terminal: false, folder: None, more: Vec::new() };
    for argument in parts.next().unwrap_or_default() {
        if argument == "--terminal" && !wish.terminal {
            wish.terminal = true;
        } else if !argument.as_encoded_bytes().starts_with(b"-") && wish.folder.is_none() {
            wish.folder = Some(PathBuf::from(argument));
        } else {
            let text = "run takes --terminal and one folder; what is for the program follows `--`";
            return Err(Problem(text.to_owned()));
        }
    }
    wish.more = parts.next().unwrap_or_default().to_vec();
    Ok(wish)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(words: &[&str]) -> Option<(bool, Option<PathBuf>, Vec<OsString>)> {
        let Wish { terminal, folder, more } = wish(words.iter().map(OsString::from).collect()).ok()?;
        Some((terminal, folder, more))
    }

    #[test]
    fn a_folder_and_arguments_are_told_apart() {
        let json = vec![OsString::from("--json")];
        assert_eq!(parts(&[]), Some((false, None, vec![])));
        assert_eq!(parts(&["a b"]), Some((false, Some("a b".into()), vec![])));
        assert_eq!(parts(&["--", "--json"]), Some((false, None, json.clone())));
        assert_eq!(parts(&["a", "--", "--json"]), Some((false, Some("a".into()), json.clone())));
        assert_eq!(parts(&["--terminal"]), Some((true, None, vec![])));
        let all = Some((true, Some("a".into()), json));
        assert_eq!(parts(&["--terminal", "a", "--", "--json"]), all);
        assert_eq!(parts(&["a", "--terminal", "--", "--json"]), all);
        assert_eq!(parts(&["--", "--terminal"]), Some((false, None, vec!["--terminal".into()])));
        assert_eq!(parts(&["--json"]), None);
        assert_eq!(parts(&["a", "b"]), None);
    }
}
