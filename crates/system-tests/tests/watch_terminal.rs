//! `deskscribe watch`: its lines, its rows, its end, settings that change while it runs, and what it tells systemd.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use deskscribe_system_tests::processes::{children, signal};
use deskscribe_system_tests::{Bench, Lines, Printed, Stream, is_there};
use rustix::process::Signal;
use serde_json::Value;

/// Writes the settings of this bench, as an editor does that replaces the file.
fn settings(bench: &Bench, text: &str) {
    fs::create_dir_all(bench.home()).unwrap();
    let new = bench.home().join("settings.toml.new");
    fs::write(&new, text).unwrap();
    fs::rename(new, bench.home().join("settings.toml")).unwrap();
}

fn watched(folder: &Path) -> String {
    format!("[[watch]]\nfolder = {folder:?}\n")
}

/// A home folder of this name on the bench, with nothing in it.
fn folder(bench: &Bench, name: &str) -> std::path::PathBuf {
    let path = bench.desktop().with_file_name(name);
    fs::create_dir(&path).unwrap();
    path
}

#[test]
fn each_file_is_a_line_and_a_signal_ends_it() {
    for end in [Signal::TERM, Signal::INT] {
        let bench = Bench::new();
        bench.order("before.png", "read what was there");
        let mut watch = Lines::of(bench.deskscribe(&["watch"]).arg(bench.desktop()));
        let line = watch.until(Stream::Error, "Watching");
        assert_eq!(line, format!("Watching 1 folder: {}", bench.desktop().display()));
        assert!(watch.until(Stream::Out, "before.png").starts_with("read    before.png: "));
        bench.order("new.png", "read what is new");
        watch.until(Stream::Out, "read    new.png: ");
        let workers = children(watch.process());
        assert!(!workers.is_empty());
        bench.order("bad.png", "exit 5");
        watch.until(Stream::Out, "failed  bad.png: ");
        watch.signal(end);
        let (code, rest) = watch.end();
        let last = (Stream::Error, "Stopped. What was read is kept.".to_owned());
        assert_eq!((code, rest.last()), (Some(0), Some(&last)));
        assert!(workers.iter().all(|worker| !is_there(worker.pid)), "no worker outlives it");

        let known = Printed::by(bench.deskscribe(&["scan", "--json"]).arg(bench.desktop()));
        let run = known.rows().pop().unwrap()["run"].take();
        assert_eq!((&run["files"], &run["cached"]), (&3.into(), &3.into()), "all that was told is stored");
    }
}

#[test]
fn rows_are_those_of_a_scan_and_nothing_else_is_on_stdout() {
    let bench = Bench::new();
    bench.order("a.png", "read some words");
    let mut watch = Lines::of(bench.deskscribe(&["watch", "--json"]).arg(bench.desktop()));
    let row = |watch: &mut Lines, name: &str| -> Value {
        serde_json::from_str(&watch.until(Stream::Out, name)).unwrap()
    };
    assert_eq!(row(&mut watch, "a.png")["state"], "read");
    bench.order("b.png", "exit 5");
    assert_eq!(row(&mut watch, "b.png")["state"], "failed");
    watch.signal(Signal::TERM);
    let (code, rest) = watch.end();
    assert_eq!(code, Some(0));
    for (_, line) in rest.iter().filter(|(stream, _)| *stream == Stream::Out) {
        serde_json::from_str::<Value>(line).unwrap();
    }
}

#[test]
fn it_ends_with_its_terminal() {
    let bench = Bench::new();
    let asked = bench.deskscribe(&["watch"]);
    let mut command = Command::new("script");
    let line = format!("exec '{}' watch '{}'", asked.get_program().display(), bench.desktop().display());
    command
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .envs(asked.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut terminal = Lines::of(&mut command);
    // A person is told when: 09:12:44.
    let line = terminal.until(Stream::Out, "Watching 1 folder: ");
    assert!(line.as_bytes()[2] == b':' && line.as_bytes()[5] == b':' && line.as_bytes()[8] == b' ', "{line}");
    let [watch] = children(terminal.process())[..] else { panic!("one program runs in it") };
    terminal.signal(Signal::KILL);
    while watch.is_alive() {
        sleep(Duration::from_millis(10));
    }
    let said = Printed::by(&mut bench.deskscribe(&["status"]));
    assert_eq!(said.stdout, "Nothing is running.\n");
}

#[test]
fn what_cannot_be_watched_is_refused_by_name() {
    let bench = Bench::new();
    let file = bench.order("a.png", "read a");
    let said = |path: &Path| Printed::by(bench.deskscribe(&["watch"]).arg(path));
    let missing = said(Path::new("/nowhere/at all"));
    assert_eq!((missing.code, missing.stdout.as_str()), (Some(2), ""));
    let expected = "deskscribe: this folder cannot be watched: /nowhere/at all: No such file or directory (os error 2)\n";
    assert_eq!(missing.stderr, expected);
    let file = said(&file);
    assert!(
        file.code == Some(2) && file.stderr.contains("only folders can be watched; to read a file: "),
        "{file:?}"
    );
    assert!(!bench.home().join("engines").exists(), "no engine was opened");
}

#[test]
fn settings_are_followed_while_it_runs() {
    let bench = Bench::new();
    let (one, two) = (folder(&bench, "one"), folder(&bench, "two"));
    settings(&bench, &watched(&one));
    // A user without a Desktop.
    let mut watch = Lines::of(bench.deskscribe(&["watch"]).env("HOME", &two));
    watch.until(Stream::Error, &format!("Watching 1 folder: {}", one.display()));

    // Another folder: the same engine goes on.
    let both = watched(&one) + &watched(&two);
    settings(&bench, &both);
    watch.until(Stream::Error, "Watching 2 folders: ");
    fs::write(two.join("a.png"), "read what came").unwrap();
    watch.until(Stream::Out, "read    a.png: ");

    // A broken file says which line, and changes nothing.
    settings(&bench, &format!("{both}kinds = 7\n"));
    let line = watch.until(Stream::Error, "of the settings");
    assert!(
        line.starts_with("line 5 of the settings")
            && line.ends_with("goes on with the settings from before.")
    );
    fs::write(two.join("b.png"), "read what came next").unwrap();
    watch.until(Stream::Out, "read    b.png: ");

    // Something that an engine is opened with: another one goes on, with what the first was told and did not read.
    fs::write(one.join("slow.png"), "slow 600000").unwrap();
    loop {
        let said = Printed::by(&mut bench.deskscribe(&["status", "--json"]));
        if said.stdout.contains("slow.png") {
            break;
        }
        sleep(Duration::from_millis(20));
    }
    settings(&bench, &format!("workers = 1\n{both}"));
    watch.until(Stream::Error, "The settings have changed and are followed from now on.");
    watch.until(Stream::Error, "Watching 2 folders: ");
    loop {
        let said = Printed::by(&mut bench.deskscribe(&["status", "--json"]));
        if said.stdout.contains("slow.png") {
            break;
        }
        sleep(Duration::from_millis(20));
    }

    // No folder at all, as while somebody puts another file there: the old ones are watched on.
    fs::remove_file(bench.home().join("settings.toml")).unwrap();
    let line = watch.until(Stream::Error, "the settings name no folder");
    assert!(line.ends_with("goes on with the settings from before."), "{line}");
    settings(&bench, &format!("workers = 1\n{both}"));

    // Whoever asks for it is answered, also when nothing is new.
    watch.signal(Signal::HUP);
    watch.until(Stream::Error, "The settings are what they were.");
    watch.signal(Signal::TERM);
    assert_eq!(watch.end().0, Some(0));
}

#[test]
fn the_service_manager_is_told_how_it_goes() {
    let bench = Bench::new();
    let socket = bench.desktop().with_file_name("notify");
    let manager = UnixDatagram::bind(&socket).unwrap();
    let until = |words: &str| {
        let mut message = [0; 4096];
        loop {
            let length = manager.recv(&mut message).unwrap();
            if String::from_utf8_lossy(&message[..length]).lines().any(|line| line == words) {
                return;
            }
        }
    };
    let mut command = bench.deskscribe(&["watch"]);
    let mut watch = Lines::of(command.arg(bench.desktop()).env("NOTIFY_SOCKET", &socket));
    until("READY=1");
    until("STATUS=Watching 1 folder");
    bench.order("slow.png", "slow 600000");
    until("STATUS=Watching 1 folder, 1 waiting");
    assert_eq!(Printed::by(&mut bench.deskscribe(&["pause"])).code, Some(0));
    until("STATUS=Watching 1 folder, paused, 1 waiting");
    watch.until(Stream::Error, "Paused. To go on: deskscribe resume");
    assert_eq!(Printed::by(&mut bench.deskscribe(&["resume"])).code, Some(0));
    watch.until(Stream::Error, "Going on.");
    watch.signal(Signal::HUP);
    until("RELOADING=1");
    until("READY=1");
    watch.signal(Signal::TERM);
    until("STOPPING=1");
    assert_eq!(watch.end().0, Some(0));
}

/// What a process prints is marked for the journal only where the journal listens.
#[test]
fn lines_have_priorities_in_the_journal_and_nowhere_else() {
    let bench = Bench::new();
    bench.order("a.png", "read a");
    bench.order("b.png", "exit 5");
    // A file stands in for the journal's socket: all that is known of either is its device and its inode.
    let journal = bench.desktop().with_file_name("journal");
    let file = File::create(&journal).unwrap();
    let stat = file.metadata().unwrap();
    let mut command: Command = bench.deskscribe(&["watch"]);
    command.arg(bench.desktop()).env("JOURNAL_STREAM", format!("{}:{}", stat.dev(), stat.ino()));
    let mut child = command.stdout(file).spawn().unwrap();
    let lines = || fs::read_to_string(&journal).unwrap().lines().map(str::to_owned).collect::<Vec<_>>();
    while lines().len() < 2 {
        sleep(Duration::from_millis(10));
    }
    assert!(signal(child.id(), Signal::TERM));
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut lines = lines();
    lines.sort();
    assert!(
        lines[0].starts_with("<4>failed  b.png: ") && lines[1].starts_with("<6>read    a.png: "),
        "{lines:?}"
    );
    let mut stderr = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut stderr).unwrap();
    assert!(stderr.starts_with("Watching 1 folder: "), "a pipe is no journal: {stderr}");
}
