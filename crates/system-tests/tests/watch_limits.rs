//! Watching where the system tells too little: no more folders than it lets one listen to, and more at once than it
//! keeps.

use std::fs;
use std::process::{Command, Stdio};

use deskscribe_system_tests::processes::signal;
use deskscribe_system_tests::{Bench, Lines, Stream};
use rustix::process::Signal;

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
