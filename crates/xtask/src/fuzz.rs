//! `cargo xtask fuzz`: throws bytes at what reads the other side of a conversation, until something breaks.

use std::ffi::OsString;
use std::fs;
use std::process::ExitCode;

use crate::problem::{Doing, Outcome, Problem};
use crate::workspace;

/// Seconds for each target when nothing else is asked for.
const SECONDS: u32 = 60;

/// `cargo xtask fuzz [TARGET] [SECONDS]`
pub(crate) fn start(arguments: Vec<OsString>) -> Outcome<ExitCode> {
    let targets = targets()?;
    let (chosen, seconds) = parse(&arguments, &targets)?;
    if !workspace::succeeds(workspace::cargo().args(["fuzz", "--version"])) {
        return Err(Problem("cargo-fuzz is missing: cargo install cargo-fuzz --locked".to_owned()));
    }
    for target in chosen {
        eprintln!("xtask: fuzzing {target} for {seconds} s");
        run(target, seconds)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The targets there are, by name.
fn targets() -> Outcome<Vec<String>> {
    let folder = workspace::root().join("fuzz/fuzz_targets");
    let files = fs::read_dir(&folder).doing_to("list", &folder)?.flatten().map(|entry| entry.path());
    let mut names: Vec<String> =
        files.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    Ok(names)
}

/// One target or all, and for how many seconds each.
fn parse<'a>(arguments: &[OsString], targets: &'a [String]) -> Outcome<(Vec<&'a str>, u32)> {
    let (mut chosen, mut seconds) = (targets.iter().map(String::as_str).collect::<Vec<_>>(), SECONDS);
    let mut words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy()).collect();
    if let Some(number) = words.last().and_then(|word| word.parse().ok()) {
        seconds = number;
        words.pop();
    }
    match &words[..] {
        [] => {}
        [only] if targets.iter().any(|target| target == only) => chosen.retain(|target| target == only),
        _ => {
            let known = targets.join(", ");
            return Err(Problem(format!("fuzz takes one of {known}, and a number of seconds")));
        }
    }
    Ok((chosen, seconds))
}

/// Inputs that reach new code are kept in the target folder, for the next time; the corpus in the sources is
/// where it begins, and stays small. What breaks it is left in fuzz/artifacts.
fn run(target: &str, seconds: u32) -> Outcome {
    let scratch = workspace::executables(true)?.with_file_name("fuzz");
    let corpus = scratch.join("corpus").join(target);
    fs::create_dir_all(&corpus).doing_to("make", &corpus)?;
    let sources = workspace::root().join("fuzz");
    let mut cargo = workspace::cargo();
    cargo.args(["fuzz", "run", target]).arg(&corpus).arg(sources.join("corpus").join(target));
    cargo.arg("--fuzz-dir").arg(&sources).arg("--target-dir").arg(&scratch);
    cargo.args(["--", "-print_final_stats=1", &format!("-max_total_time={seconds}")]);
    let mut words = OsString::from("-dict=");
    words.push(sources.join("messages.dict"));
    // The sanitizer's switches are kept for nightly compilers; this one has them as well.
    workspace::finish(cargo.arg(words).env("RUSTC_BOOTSTRAP", "1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_and_a_time_are_told_apart() {
        let targets = ["frame", "to_worker"].map(str::to_owned);
        let parse = |words: &[&str]| {
            let words: Vec<_> = words.iter().map(OsString::from).collect();
            super::parse(&words, &targets).ok()
        };
        assert_eq!(parse(&[]), Some((vec!["frame", "to_worker"], SECONDS)));
        assert_eq!(parse(&["5"]), Some((vec!["frame", "to_worker"], 5)));
        assert_eq!(parse(&["frame"]), Some((vec!["frame"], SECONDS)));
        assert_eq!(parse(&["to_worker", "600"]), Some((vec!["to_worker"], 600)));
        assert_eq!(parse(&["other"]), None);
        assert_eq!(parse(&["frame", "to_worker"]), None);
    }

    #[test]
    fn every_target_has_seeds_and_an_entry_in_the_manifest() {
        let fuzz = workspace::root().join("fuzz");
        let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
        let targets = targets().unwrap();
        assert!(!targets.is_empty());
        for target in targets {
            assert!(fs::read_dir(fuzz.join("corpus").join(&target)).unwrap().count() > 0, "{target}");
            assert!(manifest.contains(&format!("name = \"{target}\"")), "{target}");
        }
    }
}
