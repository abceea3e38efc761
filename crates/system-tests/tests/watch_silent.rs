//! Watching a folder on a drive whose server stops in the middle of everything: nobody waits for it but whoever looks
//! there.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use deskscribe_system_tests::processes::signal;
use deskscribe_system_tests::{Bench, Lines, Stream, executable, readings, shown};
use rustix::process::Signal;

/// A drive whose server can be stopped.
struct Drive {
    server: Lines,
    /// What it serves, and where.
    behind: PathBuf,
    at: PathBuf,
}

impl Drive {
    fn plug_in(bench: &Bench) -> Self {
        let [behind, at] = ["behind", "served"].map(|name| bench.desktop().with_file_name(name));
        fs::create_dir(&behind).unwrap();
        fs::create_dir(&at).unwrap();
        let mut server = Command::new(executable("served-folder"));
        server.args([&behind, &at]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut server = Lines::of(&mut server);
        server.until(Stream::Out, "served");
        Self { server, behind, at }
    }

    fn put(&self, name: &str, order: &str) {
        let unfinished = self.behind.with_file_name(name);
        fs::write(&unfinished, order).unwrap();
        fs::rename(unfinished, self.behind.join(name)).unwrap();
    }
}

impl Drop for Drive {
    fn drop(&mut self) {
        signal(self.server.process(), Signal::CONT);
        let _ = Command::new("umount").arg("--lazy").arg(&self.at).status();
    }
}

fn start(bench: &Bench, folders: &[&Path]) -> Lines {
    let mut command = bench.deskscribe(&["watch"]);
    Lines::of(command.args(folders))
}

fn end(watch: Lines) {
    watch.signal(Signal::TERM);
    let (code, rest) = watch.end();
    assert_eq!(code, Some(0), "{rest:#?}");
}

#[test]
fn a_drive_that_does_not_answer_holds_up_nobody_and_comes_back_by_itself() {
    let bench = Bench::new().workers(2);
    let drive = Drive::plug_in(&bench);
    drive.put("a.png", "read a");
    drive.put("b.png", "read b");
    let mut watch = start(&bench, &[&bench.desktop(), &drive.at]);
    watch.until(Stream::Error, "served: polled, because it is on a network drive (sshfs)");
    let both = |bench: &Bench| shown(bench).len() == 2;
    while !both(&bench) {
        sleep(Duration::from_millis(20));
    }

    drive.server.signal(Signal::STOP);
    bench.order("c.png", "read c");
    watch.until(Stream::Out, "read    c.png: ");
    let said = watch.until(Stream::Error, "served: ");
    assert!(said.ends_with("served: offline: it does not answer; once it does, it is watched on"), "{said}");
    bench.order("d.png", "read d");
    watch.until(Stream::Out, "read    d.png: ");
    // Also when drives come or go, and all folders are looked for.
    let stick = bench.desktop().with_file_name("stick");
    fs::create_dir(&stick).unwrap();
    assert!(Command::new("mount").args(["-t", "tmpfs", "stick"]).arg(&stick).status().unwrap().success());
    assert!(Command::new("umount").arg(&stick).status().unwrap().success());
    bench.order("e.png", "read e");
    watch.until(Stream::Out, "read    e.png: ");
    assert_eq!(shown(&bench).len(), 5, "what is on the drive is not gone");

    // It ends when it is asked to, whoever still waits for an answer; the next one finds the drive as it is.
    end(watch);
    let settings = [&bench.desktop(), &drive.at].map(|folder| format!("[[watch]]\nfolder = {folder:?}\n"));
    fs::write(bench.home().join("settings.toml"), settings.concat()).unwrap();
    let mut watch = start(&bench, &[]);
    let said = watch.until(Stream::Error, "served: offline: ");
    assert!(said.contains("it does not answer"), "{said}");
    fs::remove_file(drive.behind.join("b.png")).unwrap();
    drive.put("f.png", "read f");
    drive.server.signal(Signal::CONT);
    watch.until(Stream::Error, "served: back, polled");
    watch.until(Stream::Out, "read    f.png: ");
    let gone = drive.at.join("b.png").display().to_string();
    while shown(&bench).contains_key(&gone) {
        sleep(Duration::from_millis(20));
    }
    end(watch);
    assert_eq!(readings(&bench.home()), ["a.png", "b.png", "c.png", "d.png", "e.png", "f.png"]);
}

#[test]
fn a_file_that_hangs_while_it_is_read_is_not_blamed_and_holds_up_nobody() {
    let bench = Bench::new().workers(2);
    let drive = Drive::plug_in(&bench);
    let mut watch = start(&bench, &[&bench.desktop(), &drive.at]);
    watch.until(Stream::Error, "served: polled");
    // A worker has it, and reads it to its end.
    drive.put("a.png", "crawl");
    let at_work = |name: &str| {
        let status = deskscribe_system_tests::Printed::by(&mut bench.deskscribe(&["status", "--json"]));
        status.stdout.contains(name)
    };
    while !at_work("a.png") {
        sleep(Duration::from_millis(50));
    }
    drive.server.signal(Signal::STOP);
    watch.until(Stream::Error, "served: offline: it does not answer");
    bench.order("b.png", "read b");
    watch.until(Stream::Out, "read    b.png: ");
    assert_eq!(shown(&bench).keys().collect::<Vec<_>>(), ["b.png"], "nothing is known of the other one");
    fs::write(drive.behind.join("a.png"), "read a").unwrap();
    drive.server.signal(Signal::CONT);
    watch.until(Stream::Out, "read    a.png: ");
    end(watch);
}
