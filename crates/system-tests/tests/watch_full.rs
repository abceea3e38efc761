//! Watching while there is no room for anything: that is said, nothing ends, and it goes on when there is room.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs::{self, File};
use std::io::Write;
use std::process::Command;

use deskscribe_system_tests::{Bench, Lines, Stream, readings};
use rustix::process::Signal;

/// The home of a bench on a disk of its own, in memory.
struct Disk<'a>(&'a Bench);

impl<'a> Disk<'a> {
    fn of(bench: &'a Bench, kilobytes: u32) -> Self {
        fs::create_dir(bench.home()).unwrap();
        let size = format!("size={kilobytes}k");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "disk"]).arg(bench.home());
        assert!(mount.status().unwrap().success(), "a disk can be mounted by root alone");
        Self(bench)
    }

    /// Takes the last byte of room.
    fn fill(&self) {
        let mut filler = File::create(self.0.home().join("filler")).unwrap();
        while filler.write_all(&[0; 4096]).is_ok() {}
        while filler.write_all(&[0]).is_ok() {}
    }

    fn clear(&self) {
        fs::remove_file(self.0.home().join("filler")).unwrap();
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.home()).status();
    }
}

#[test]
fn a_disk_without_room_for_a_single_line_is_told_and_what_came_meanwhile_is_read_later() {
    let bench = Bench::new().workers(1);
    let disk = Disk::of(&bench, 32 << 10);
    let mut watch = Lines::of(bench.deskscribe(&["watch"]).arg(bench.desktop()));
    watch.until(Stream::Error, "Watching 1 folder: ");
    bench.order("a.png", "read a");
    watch.until(Stream::Out, "read    a.png: ");
    // Also the log of the day goes: not even the first line of another one has room.
    for log in fs::read_dir(bench.home().join("runs")).unwrap().flatten() {
        fs::remove_file(log.path()).unwrap();
    }
    disk.fill();
    bench.order("b.png", "read b");
    let said = watch.until(Stream::Error, "Reading could not go on: ");
    let home = bench.home().display().to_string();
    assert!(said.contains("the disk is full") && said.contains(&home), "{said}");
    bench.order("c.png", "read c");
    disk.clear();
    let mut read = [watch.until(Stream::Out, "read    "), watch.until(Stream::Out, "read    ")];
    read.sort();
    assert!(read[0].starts_with("read    b.png: ") && read[1].starts_with("read    c.png: "), "{read:?}");
    watch.signal(Signal::TERM);
    assert_eq!(watch.end().0, Some(0));
    assert_eq!(readings(&bench.home()), ["b.png", "c.png"], "each was read once");
}
