//! A network drive, as far as the kernel can tell: serves the files that lie in one folder at another one, until it is
//! killed. While it is stopped, whoever looks there waits.
//!
//! `served-folder FOLDER AT`, as root. It says `served` once it is there.
//!
//! It speaks as much of the kernel's protocol for such servers (`linux/fuse.h`, version 7.31) as reading takes: a dozen
//! kinds of questions, which is less than a library for it and what that needs.

#![expect(clippy::unwrap_used, reason = "this serves tests alone, where a panic is a failed test")]

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::io::{Errno, FdFlags, fcntl_setfd};

/// The folder itself; files have the numbers that they have where they lie.
const ROOT: u64 = 1;
/// The longest question, in bytes.
const LONGEST: usize = 1 << 20;
/// The head of a question: its length, its kind, its number, and which file it is about.
const HEAD: usize = 40;

/// What is served.
struct Served {
    folder: PathBuf,
    names: HashMap<u64, OsString>,
}

/// A question that is not answered, such as that a file may be forgotten.
struct Unanswered;

impl Served {
    fn path(&self, file: u64) -> io::Result<PathBuf> {
        let name = self.names.get(&file).map(|name| self.folder.join(name));
        let is_root = (file == ROOT).then(|| self.folder.clone());
        name.or(is_root).ok_or(Errno::NOENT.into())
    }

    fn answer(&mut self, kind: u32, file: u64, rest: &[u8]) -> Result<io::Result<Vec<u8>>, Unanswered> {
        Ok(match kind {
            1 => self.look_up(OsStr::from_bytes(rest.split(|byte| *byte == 0).next().unwrap())),
            3 => self.path(file).and_then(|path| Ok([words(&[0, 0]), looks(file, &path)?].concat())),
            // Opening files and folders: there is nothing to remember.
            14 | 27 => Ok(words(&[1, 0])),
            15 => self.read(file, number(rest, 8), number(rest, 16) as u32),
            // How large it is: of no interest.
            17 => Ok(vec![0; 80]),
            18 | 25 | 29 => Ok(Vec::new()),
            // The beginning: the version, and that neither side can do anything special.
            26 => Ok([halves(&[7, 31, 65536, 0, 12 | 10 << 16, 65536, 1, 0]), vec![0; 32]].concat()),
            28 => Ok(self.list(number(rest, 8))),
            2 | 42 => return Err(Unanswered),
            _ => Err(Errno::NOSYS.into()),
        })
    }

    fn look_up(&mut self, name: &OsStr) -> io::Result<Vec<u8>> {
        let path = self.folder.join(name);
        let file = path.metadata()?.ino();
        self.names.insert(file, name.to_owned());
        // Nothing of it may be taken for true without asking again.
        Ok([words(&[file, 0, 0, 0, 0]), looks(file, &path)?].concat())
    }

    fn read(&self, file: u64, from: u64, most: u32) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; most as usize];
        let read = File::open(self.path(file)?)?.read_at(&mut bytes, from)?;
        bytes.truncate(read);
        Ok(bytes)
    }

    /// All names from this one on: tests have no more than fit into one answer.
    fn list(&self, from: u64) -> Vec<u8> {
        let mut list = Vec::new();
        let entries = fs::read_dir(&self.folder).unwrap().flatten();
        for (entry, next) in entries.zip(1_u64..).skip(from as usize) {
            let (file, name) = (entry.metadata().unwrap().ino(), entry.file_name());
            let regular = 8_u32;
            list.extend(words(&[file, next]));
            list.extend([(name.len() as u32).to_ne_bytes(), regular.to_ne_bytes()].concat());
            list.extend(name.as_bytes());
            list.resize(list.len().next_multiple_of(8), 0);
        }
        list
    }
}

/// What a file looks like: 16 numbers of 4 and 8 bytes.
fn looks(file: u64, path: &Path) -> io::Result<Vec<u8>> {
    let now = path.metadata()?;
    let [at, nanos] = [now.mtime() as u64, now.mtime_nsec() as u64];
    let long = words(&[file, now.size(), now.blocks(), at, at, at]);
    let nanos = nanos as u32;
    let mode = if now.is_dir() { 0o40755 } else { 0o100_644 };
    Ok([long, halves(&[nanos, nanos, nanos, mode, 1, 0, 0, 0, 4096, 0])].concat())
}

fn words(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_ne_bytes()).collect()
}

fn halves(halves: &[u32]) -> Vec<u8> {
    halves.iter().flat_map(|half| half.to_ne_bytes()).collect()
}

fn number(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).map_or(0, |bytes| u64::from_ne_bytes(bytes.try_into().unwrap()))
}

fn half(bytes: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap())
}

fn main() -> io::Result<()> {
    let mut paths = std::env::args_os().skip(1).map(PathBuf::from);
    let (folder, at) = (paths.next().unwrap(), paths.next().unwrap());
    let device = Path::new("/dev/fuse");
    if !device.exists() {
        // Where there is no udev, nobody makes it.
        Command::new("mknod").arg(device).args(["c", "10", "229"]).status()?;
    }
    let mut kernel = File::options().read(true).write(true).open(device)?;
    // `mount` gets it as well.
    fcntl_setfd(&kernel, FdFlags::empty())?;
    let options =
        format!("fd={},rootmode=40000,user_id=0,group_id=0,allow_other,subtype=sshfs", kernel.as_raw_fd());
    let mount =
        Command::new("mount").args(["-i", "-t", "fuse", "-o", &options, "server"]).arg(at).status()?;
    assert!(mount.success(), "a drive can be mounted by root alone");
    fcntl_setfd(&kernel, FdFlags::CLOEXEC)?;
    writeln!(io::stdout(), "served")?;
    let mut served = Served { folder, names: HashMap::new() };
    let mut question = vec![0; LONGEST];
    loop {
        let length = match kernel.read(&mut question) {
            Ok(length) => length,
            // It is unmounted.
            Err(error) if error.raw_os_error() == Some(Errno::NODEV.raw_os_error()) => return Ok(()),
            // Whoever asked has gone away, or it was stopped and goes on.
            Err(_) => continue,
        };
        let (kind, id, file) = (half(&question, 4), number(&question, 8), number(&question, 16));
        let Ok(answer) = served.answer(kind, file, &question[HEAD..length]) else { continue };
        let (code, body) = match answer {
            Ok(body) => (0, body),
            Err(error) => (error.raw_os_error().unwrap_or(5), Vec::new()),
        };
        let head = [((16 + body.len()) as u32).to_ne_bytes(), (-code).to_ne_bytes()].concat();
        // Whoever asked may have gone away.
        let _ = kernel.write(&[head, words(&[id]), body].concat());
    }
}
