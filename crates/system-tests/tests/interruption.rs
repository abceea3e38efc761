//! Scans that end before their time, and what is left of them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use deskscribe_system_tests::processes::{children, signal};
use deskscribe_system_tests::{Said, Terminal, is_there};
use rustix::process::Signal;

/// Waits until this many rows were printed, and keeps them.
fn first_rows(child: &mut Child, count: usize) -> (Vec<String>, BufReader<impl Read + use<>>) {
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut rows = Vec::new();
    for _ in 0..count {
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        rows.push(line);
    }
    (rows, stdout)
}

fn six_pictures(terminal: &Terminal) {
    for number in 0..6 {
        // Bytes after the end of a picture make another content of it.
        let path = terminal.sample_as("label printer error.gif", &format!("{number}.gif"));
        let mut content = fs::read(&path).unwrap();
        content.push(number);
        fs::write(path, content).unwrap();
    }
}

#[test]
fn ctrl_c_ends_it_and_the_next_scan_goes_on() {
    let terminal = Terminal::new();
    six_pictures(&terminal);
    let mut child = terminal.scan().spawn().unwrap();
    let (mut rows, mut rest) = first_rows(&mut child, 1);
    let workers = children(child.id());
    assert!(!workers.is_empty());
    assert!(signal(child.id(), Signal::INT));
    let mut text = String::new();
    rest.read_to_string(&mut text).unwrap();
    let said = Said::of(child);
    assert_eq!(said.code, Some(130), "{}", said.stderr);
    assert!(said.stderr.ends_with("Stopped. What was read is kept; the next scan goes on from there.\n"));
    assert!(workers.iter().all(|worker| !is_there(worker.pid)), "no worker outlives it");

    rows.extend(text.lines().filter(|line| !line.starts_with("{\"run\"")).map(str::to_owned));
    let next = terminal.scanned();
    assert_eq!(next.code, Some(0));
    assert!(next.run["cached"].as_u64().unwrap() as usize >= rows.len(), "what was told is stored");
    assert_eq!(next.run["read"], 6);
}

#[test]
fn killing_a_worker_costs_a_moment_and_nothing_else() {
    let terminal = Terminal::new();
    six_pictures(&terminal);
    // Fewer workers than files, so that none of them is on its way home.
    let mut child = terminal.scan().args(["--workers", "2"]).spawn().unwrap();
    let (mut rows, mut rest) = first_rows(&mut child, 1);
    assert!(signal(children(child.id())[0].pid, Signal::KILL));
    let mut text = String::new();
    rest.read_to_string(&mut text).unwrap();
    let said = Said::of(child);
    rows.extend(text.lines().map(str::to_owned));
    assert_eq!((said.code, rows.len()), (Some(0), 7), "{}", said.stderr);
    assert!(rows[..6].iter().all(|row| row.contains("\"state\":\"read\"")));
    assert!(said.stderr.contains(".gif and is replaced: ended by SIGKILL"), "{}", said.stderr);
}

#[test]
fn killing_the_program_leaves_no_worker_behind() {
    let terminal = Terminal::new();
    six_pictures(&terminal);
    let mut child = terminal.scan().spawn().unwrap();
    let (rows, mut rest) = first_rows(&mut child, 1);
    let workers = children(child.id());
    assert!(signal(child.id(), Signal::KILL));
    child.wait().unwrap();
    // The end of the pipe comes when its last holder has ended.
    let _ = rest.read_to_string(&mut String::new());
    for worker in workers {
        while is_there(worker.pid) {
            sleep(Duration::from_millis(10));
        }
    }
    let next = terminal.scanned();
    assert_eq!((next.code, next.run["read"].as_u64()), (Some(0), Some(6)));
    assert!(next.run["cached"].as_u64().unwrap() as usize >= rows.len());
}

#[test]
fn ctrl_c_is_heard_when_nobody_reads_the_rows() {
    let terminal = Terminal::new();
    terminal.sample("label printer error.gif");
    terminal.scanned();
    for number in 0..50 {
        terminal.sample_as("label printer error.gif", &format!("{number}.gif"));
    }
    let mut child = terminal.scan().spawn().unwrap();
    let stdout = child.stdout.take().unwrap();
    while rustix::io::ioctl_fionread(&stdout).unwrap() < 60_000 {
        assert!(child.try_wait().unwrap().is_none(), "there are rows for more than a pipe holds");
        sleep(Duration::from_millis(5));
    }
    assert!(signal(child.id(), Signal::INT));
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_reader_that_goes_away_ends_it() {
    let terminal = Terminal::new();
    six_pictures(&terminal);
    let mut child = terminal.scan().stderr(Stdio::null()).spawn().unwrap();
    drop(first_rows(&mut child, 1));
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
