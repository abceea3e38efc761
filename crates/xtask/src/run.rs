//! `cargo xtask run`: the main job on a folder. Until there is a window, in the terminal.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::problem::{Doing, Outcome, Problem};
use crate::{build, workspace};

/// `cargo xtask run [FOLDER] [-- ARGUMENTS]`
pub(crate) fn start(arguments: Vec<OsString>) -> Outcome<ExitCode> {
    let (folder, more) = split(arguments)?;
    let program = build::program(false)?.join("deskscribe");
    // The program takes our place: its exit code and its way to end at Ctrl-C are its own.
    let mut scan = Command::new(&program);
    scan.arg("scan").arg(folder.unwrap_or_else(|| workspace::root().join("samples"))).args(more);
    Err(scan.exec()).doing_to("start", &program)
}

/// The folder, if one is named, and what is for the program.
fn split(arguments: Vec<OsString>) -> Outcome<(Option<PathBuf>, Vec<OsString>)> {
    let mut parts = arguments.splitn(2, |argument| argument == "--");
    let folder = match parts.next() {
        None | Some([]) => None,
        Some([folder]) if !folder.as_encoded_bytes().starts_with(b"-") => Some(PathBuf::from(folder)),
        Some(_) => {
            return Err(Problem("run takes one folder; what is for the program follows `--`".to_owned()));
        }
    };
    Ok((folder, parts.next().unwrap_or_default().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(words: &[&str]) -> Option<(Option<PathBuf>, Vec<OsString>)> {
        split(words.iter().map(OsString::from).collect()).ok()
    }

    #[test]
    fn a_folder_and_arguments_are_told_apart() {
        let json = vec![OsString::from("--json")];
        assert_eq!(parts(&[]), Some((None, vec![])));
        assert_eq!(parts(&["a b"]), Some((Some("a b".into()), vec![])));
        assert_eq!(parts(&["--", "--json"]), Some((None, json.clone())));
        assert_eq!(parts(&["a", "--", "--json"]), Some((Some("a".into()), json)));
        assert_eq!(parts(&["--json"]), None);
        assert_eq!(parts(&["a", "b"]), None);
    }
}
