//! A disk that is full in the middle of a scan, and has room again later.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::scan::{Scan, name};
use super::table::Table;
use crate::{Said, Terminal, executable};

/// Small, and read in a moment.
const SAMPLE: &str = "label printer error.gif";
/// Two workers do: most of the time goes into loading their models.
const FEW: [&str; 2] = ["--workers", "2"];

/// The largest file, in KiB, where no file system can be mounted.
const INSTEAD: u64 = 384;

/// How the disk is made small.
#[derive(Debug, Clone, Copy)]
pub enum Disk {
    /// No file may be larger than so many KiB: any user can have that, and the system says "file too large".
    Files(u64),
    /// A file system in memory of so many KiB: root alone can have that, and the system says "no space left".
    Mounted(u64),
}

/// The real program on a disk that fills up.
pub fn full_disk(disk: Disk, pictures: u32) -> Table {
    let mut table = Table::new(format!("A disk that is full ({disk:?})"));
    let terminal = Terminal::new();
    for number in 0..pictures {
        let path = terminal.sample_as(SAMPLE, &format!("{number:04}.gif"));
        let mut content = fs::read(&path).unwrap();
        content.extend(number.to_be_bytes());
        fs::write(path, content).unwrap();
    }
    fs::create_dir(terminal.home()).unwrap();
    let (disk, mounted) = match disk {
        Disk::Files(_) => (disk, None),
        // Root of a container may have no right to mount anything.
        Disk::Mounted(size) => match Mounted::at(terminal.home(), size) {
            Ok(mounted) => (disk, Some(mounted)),
            Err(why) => {
                let instead = Disk::Files(INSTEAD);
                table.tell("no file system could be mounted", format_args!("{why}; {instead:?} instead"));
                (instead, None)
            }
        },
    };
    let scan = || match disk {
        Disk::Files(most) => limited(&terminal, most),
        Disk::Mounted(_) => {
            let mut scan = terminal.scan();
            scan.args(FEW);
            scan
        }
    };
    let full = Scan::start(&mut scan()).said();
    let still = Scan::start(&mut scan()).said();
    table.must(
        "files told before it was full",
        full.rows.len(),
        !full.rows.is_empty() && full.rows.len() < pictures as usize,
    );
    for (when, said) in [("when it fills up", &full), ("while it is full", &still)] {
        table.must(&format!("exit code {when}"), format_args!("{:?}", said.code), said.code == Some(2));
        let words = said.stderr.lines().last().unwrap_or_default();
        let is_clear = words.contains("disk") || words.contains("space") || words.contains("too large");
        table.must(&format!("last words {when}"), words, is_clear && !said.stderr.contains("panicked"));
    }
    if let Some(mounted) = &mounted {
        mounted.grow(64 << 10).unwrap();
    }
    let later = Scan::start(&mut terminal.scan()).said();
    let forgotten: Vec<String> =
        told(&full).chain(told(&still)).filter(|name| later.row(name)["cached"] != true).collect();
    table.none("told, and not known later", &forgotten);
    let (code, read) = (later.code, later.run["read"].as_u64().unwrap_or_default());
    table.must(
        "read with room again",
        format_args!("{read} of {pictures}"),
        code == Some(0) && read == u64::from(pictures),
    );
    let integrity = super::writers::integrity(&super::writers::database(&terminal.home()));
    table.must("integrity check", &integrity, integrity == "ok");
    drop(mounted);
    table.timed()
}

fn told(said: &Said) -> impl Iterator<Item = String> {
    said.rows.iter().filter(|row| row["state"] == "read").map(name)
}

/// The scan with a limit on the size of its files. The shell sets it: the signal that comes with it is ignored by
/// whoever is started with it ignored, and the write fails instead.
fn limited(terminal: &Terminal, most: u64) -> Command {
    let mut scan = Command::new("sh");
    scan.args(["-c", r#"trap '' XFSZ && ulimit -f "$0" && exec "$@""#]);
    // In blocks of 512 bytes.
    scan.arg((most * 2).to_string()).arg(executable("deskscribe")).args(["scan", "--json"]).args(FEW);
    scan.arg(terminal.desktop()).env("DESKSCRIBE_HOME", terminal.home());
    scan
}

/// A file system in memory, until this is dropped.
struct Mounted(PathBuf);

impl Mounted {
    fn at(folder: PathBuf, kilobytes: u64) -> Result<Self, String> {
        mount(&format!("size={kilobytes}k"), &folder)?;
        Ok(Self(folder))
    }

    fn grow(&self, kilobytes: u64) -> Result<(), String> {
        mount(&format!("remount,size={kilobytes}k"), &self.0)
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).stderr(Stdio::null()).status();
    }
}

/// Says why it could not be done.
fn mount(options: &str, folder: &Path) -> Result<(), String> {
    let mut mount = Command::new("mount");
    let output = mount.args(["-t", "tmpfs", "-o", options, "deskscribe-soak"]).arg(folder).output();
    let output = output.map_err(|error| format!("mount: {error}"))?;
    let words = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(words.lines().next().unwrap_or_default().to_owned()) }
}
