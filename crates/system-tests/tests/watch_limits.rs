//! Watching where the system gives too little: no more folders than it lets one listen to, more at once than it keeps, and
//! no room on the disk.

use std::fs;
use std::process::{Command, Stdio};

use deskscribe_system_tests::processes::signal;
use deskscribe_system_tests::{Bench, Lines, Printed, Stream};
use rustix::process::{Pid, Resource, Rlimit, Signal, prlimit};

#[test]
fn folders_beyond_the_systems_limit_are_polled_and_it_is_said_why() {
    let bench = Bench::new().workers(1);
    for number in 0..8 {
        fs::create_dir(bench.desktop().join(number.to_string())).unwrap();
    }
    let asked = bench.deskscribe(&["watch"]);
    // In a user namespace of its own anybody may set that limit.
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "sh", "-c"]);
    command.args(["echo 4 > /proc/sys/user/max_inotify_watches && exec \"$@\"", "sh"]);
    command.arg(asked.get_program()).args(asked.get_args()).arg(bench.desktop());
    command.envs(asked.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut watch = Lines::of(&mut command);
    let line = watch.until(Stream::Error, "polled");
    assert!(line.contains("desktop: polled, because the system lets you watch no more folders"), "{line}");
    // Some of them are told of at once, the others at the next look.
    for number in 0..8 {
        bench.order(&format!("{number}/new.png"), &format!("read new {number}"));
    }
    for _ in 0..8 {
        watch.until(Stream::Out, "read    ");
    }
    watch.signal(Signal::TERM);
    assert_eq!(watch.end().0, Some(0));
}

#[test]
fn what_happened_while_the_systems_queue_was_full_is_found_out() {
    let bench = Bench::new().workers(1);
    bench.order("moves.png", "read moves");
    bench.order("goes.png", "read goes");
    let mut watch = Lines::of(bench.deskscribe(&["watch"]).arg(bench.desktop()));
    watch.until(Stream::Out, "goes.png: ");
    let queued = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
    let queued: usize = queued.trim().parse().unwrap();

    assert!(signal(watch.process(), Signal::STOP));
    let (one, other) = (bench.desktop().join("one.part"), bench.desktop().join("other.part"));
    fs::write(&one, "").unwrap();
    // Each is told twice, and no two that follow each other are the same.
    for _ in 0..queued / 4 + 1 {
        fs::rename(&one, &other).unwrap();
        fs::rename(&other, &one).unwrap();
    }
    bench.order("new.png", "read new");
    fs::rename(bench.desktop().join("moves.png"), bench.desktop().join("moved.png")).unwrap();
    fs::remove_file(bench.desktop().join("goes.png")).unwrap();
    assert!(signal(watch.process(), Signal::CONT));
    watch.until(Stream::Out, "read    new.png: ");

    let shown = || deskscribe_system_tests::shown(&bench).into_keys().collect::<Vec<_>>();
    while shown() != ["moved.png", "new.png"] {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    watch.signal(Signal::TERM);
    assert_eq!(watch.end().0, Some(0));
    assert_eq!(deskscribe_system_tests::readings(&bench.home()), ["goes.png", "moves.png", "new.png"]);
}

#[test]
fn what_came_while_the_disk_was_full_is_read_once_it_has_room() {
    let bench = Bench::new().workers(1);
    bench.order("before.png", "read before");
    let asked = bench.deskscribe(&["watch"]);
    let mut command = Command::new("sh");
    // What is too much is an error, and no end of the program.
    command.args(["-c", "trap '' XFSZ && exec \"$@\"", "sh"]);
    command.arg(asked.get_program()).args(asked.get_args()).arg(bench.desktop());
    command.envs(asked.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut watch = Lines::of(&mut command);
    watch.until(Stream::Out, "read    before.png: ");

    let process = Pid::from_raw(watch.process().try_into().unwrap());
    let no_file_grows_beyond = |bytes| {
        prlimit(process, Resource::Fsize, Rlimit { current: bytes, maximum: None }).unwrap();
    };
    no_file_grows_beyond(Some(512));
    bench.order("full.png", "read what came meanwhile");
    let line = watch.until(Stream::Error, "Reading could not go on: ");
    assert!(line.contains("disk") || line.contains("too large"), "{line}");
    // None of it can even be queued.
    fs::create_dir(bench.desktop().join("trip")).unwrap();
    for number in 0..40 {
        bench.order(&format!("trip/{number}.png"), &format!("read {number}"));
    }
    let last = fs::metadata(bench.desktop().join("trip/39.png")).unwrap().modified().unwrap();
    let last = last.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let are_handed_over = || {
        let said = Printed::by(&mut bench.deskscribe(&["status", "--json"]));
        let told: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
        let folder = &told["engines"][0]["watch"][0];
        folder["unfinished"] == 0 && folder["last_file_at"].as_u64().is_some_and(|at| u128::from(at) >= last)
    };
    while !are_handed_over() {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    no_file_grows_beyond(None);
    while deskscribe_system_tests::shown(&bench).len() < 42 {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    watch.signal(Signal::TERM);
    assert_eq!(watch.end().0, Some(0));
}
