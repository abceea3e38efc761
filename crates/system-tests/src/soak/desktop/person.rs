//! Somebody at a desktop who never rests, and the programs that write for them.

use std::fs::{self, File};
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;

use fastrand::Rng;

use super::drive::Drive;
use super::pick;
use crate::{Content, Matter};

/// Files beyond which more is deleted than made, and folders.
const MOST_FILES: usize = 250;
const MOST_FOLDERS: usize = 12;
/// Programs that write slowly at the same time, and the pieces in which they do.
const MOST_WRITERS: usize = 6;
const PIECES: Range<usize> = 3..20;
/// Of so many slow writers one takes as long as may be.
const ONE_SLOWEST_IN: u32 = 10;

/// What they do to a desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Act {
    Save,
    WriteSlowly,
    Download,
    Copy,
    Link,
    Rename,
    Move,
    Delete,
    Trash,
    Restore,
    Edit,
    Append,
    LeaveJunk,
    MakeFolder,
    MoveFolder,
    DeleteFolder,
    PlugInOrOut,
}

/// Each with how often it is done.
const ACTS: [(Act, u32); 17] = [
    (Act::Save, 10),
    (Act::WriteSlowly, 8),
    (Act::Download, 6),
    (Act::Copy, 8),
    (Act::Link, 2),
    (Act::Rename, 12),
    (Act::Move, 12),
    (Act::Delete, 6),
    (Act::Trash, 4),
    (Act::Restore, 4),
    (Act::Edit, 5),
    (Act::Append, 3),
    (Act::LeaveJunk, 3),
    (Act::MakeFolder, 3),
    (Act::MoveFolder, 4),
    (Act::DeleteFolder, 1),
    (Act::PlugInOrOut, 3),
];

/// A desktop with somebody at it.
pub(super) struct Person {
    /// What is watched, and a place that is not.
    pub(super) folders: Vec<PathBuf>,
    trash: PathBuf,
    pub(super) drives: Vec<Drive>,
    matter: Matter,
    /// The longest that a slow writer takes.
    longest: Duration,
    writers: Vec<JoinHandle<()>>,
    made: usize,
}

impl Person {
    pub(super) fn at(
        folders: Vec<PathBuf>,
        trash: PathBuf,
        drives: Vec<Drive>,
        matter: Matter,
        longest: Duration,
    ) -> Self {
        fs::create_dir_all(&trash).unwrap();
        Self { folders, trash, drives, matter, longest, writers: Vec::new(), made: 0 }
    }

    /// Does something, and says what. Much of it comes to nothing, as others are at the same files.
    pub(super) fn act(&mut self, rng: &mut Rng) -> Act {
        self.writers.retain(|writer| !writer.is_finished());
        let act = self.choose(rng);
        let _ = self.try_to(act, rng);
        act
    }

    fn choose(&self, rng: &mut Rng) -> Act {
        if self.files().len() > MOST_FILES && rng.bool() {
            return Act::Delete;
        }
        pick(&ACTS, rng)
    }

    /// `None` when there was nothing to do it to.
    fn try_to(&mut self, act: Act, rng: &mut Rng) -> Option<()> {
        let file = rng.choice(self.files());
        let parent = rng.choice(self.all_folders())?;
        match act {
            Act::Save => {
                let content = self.matter.content(rng);
                fs::write(self.fresh(&parent, content.extension), content.bytes).ok()
            }
            Act::WriteSlowly | Act::Download => self.write(&parent, act == Act::Download, rng),
            Act::Copy => fs::copy(file.as_ref()?, self.fresh_like(&parent, file.as_ref()?)).ok().map(drop),
            Act::Link => fs::hard_link(file.as_ref()?, self.fresh_like(&parent, file.as_ref()?)).ok(),
            Act::Rename => {
                let name = self.fresh_like(file.as_ref()?.parent()?, file.as_ref()?);
                fs::rename(file?, name).ok()
            }
            Act::Move => fs::rename(file.as_ref()?, parent.join(file.as_ref()?.file_name()?)).ok(),
            Act::Delete => fs::remove_file(file?).ok(),
            Act::Trash => fs::rename(file.as_ref()?, self.trash.join(file.as_ref()?.file_name()?)).ok(),
            Act::Restore => {
                let thrown = rng.choice(files_below(&self.trash))?;
                fs::rename(&thrown, parent.join(thrown.file_name()?)).ok()
            }
            Act::Edit => fs::write(file?, self.matter.content(rng).bytes).ok(),
            Act::Append => File::options().append(true).open(file?).ok()?.write_all(b" more").ok(),
            Act::LeaveJunk => {
                let name =
                    rng.choice([".hidden.png", "notes.txt", "left.png.part", "~$draft.png", "a.png~"])?;
                fs::write(parent.join(name), self.matter.content(rng).bytes).ok()
            }
            Act::MakeFolder if self.all_folders().len() > MOST_FOLDERS => None,
            Act::MakeFolder => fs::create_dir(self.fresh(&parent, "")).ok(),
            Act::MoveFolder => {
                let folder = self.own_folder(rng)?;
                let name = self.fresh(&parent, "");
                if name.starts_with(&folder) { None } else { fs::rename(folder, name).ok() }
            }
            Act::DeleteFolder => fs::remove_dir_all(self.own_folder(rng)?).ok(),
            Act::PlugInOrOut => {
                let number = rng.usize(..self.drives.len().max(1));
                let drive = self.drives.get_mut(number)?;
                if drive.is_in {
                    drive.pull_out()
                } else {
                    drive.plug_in()
                }
                Some(())
            }
        }
    }

    /// Waits for all who still write, and plugs in what is out: from here on nothing changes.
    pub(super) fn rest(&mut self) {
        self.writers.drain(..).for_each(|writer| writer.join().unwrap());
        self.drives.iter_mut().for_each(Drive::plug_in);
    }

    pub(super) fn files(&self) -> Vec<PathBuf> {
        self.folders.iter().flat_map(|folder| files_below(folder)).collect()
    }

    fn all_folders(&self) -> Vec<PathBuf> {
        self.folders.iter().flat_map(|folder| folders_below(folder)).collect()
    }

    /// A folder that is neither watched by itself nor the place of a drive.
    fn own_folder(&self, rng: &mut Rng) -> Option<PathBuf> {
        let is_own = |folder: &PathBuf| {
            folder
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with(|first: char| first.is_ascii_digit()))
        };
        rng.choice(self.all_folders().into_iter().filter(is_own).collect::<Vec<_>>())
    }

    /// A name that was never there.
    fn fresh(&mut self, parent: &Path, extension: &str) -> PathBuf {
        self.made += 1;
        parent.join(format!("{:05}", self.made)).with_extension(extension)
    }

    fn fresh_like(&mut self, parent: &Path, file: &Path) -> PathBuf {
        let extension = file.extension().unwrap_or_default().to_string_lossy().into_owned();
        self.fresh(parent, &extension)
    }

    /// Has a program write in pieces: into a file that it keeps open, or opens for each of them.
    fn write(&mut self, parent: &Path, elsewhere_first: bool, rng: &mut Rng) -> Option<()> {
        if self.writers.len() >= MOST_WRITERS {
            return None;
        }
        let Content { bytes, extension } = self.matter.content(rng);
        let path = self.fresh(parent, extension);
        let pieces = rng.usize(PIECES);
        let most = if rng.u32(..ONE_SLOWEST_IN) == 0 { self.longest } else { self.longest / 10 };
        let pause = most / u32::try_from(pieces).ok()?;
        let keeps_open = rng.bool();
        self.writers.push(spawn(move || {
            let part = path.with_extension(format!("{extension}.part"));
            let target = if elsewhere_first { &part } else { &path };
            let _ = write_in_pieces(target, &bytes, pieces, pause, keeps_open);
            if elsewhere_first {
                let _ = fs::rename(&part, &path);
            }
        }));
        Some(())
    }
}

fn write_in_pieces(
    path: &Path,
    bytes: &[u8],
    pieces: usize,
    pause: Duration,
    keeps_open: bool,
) -> std::io::Result<()> {
    let open = || File::options().create(true).append(true).open(path);
    let mut file = open()?;
    for piece in bytes.chunks(bytes.len().div_ceil(pieces)) {
        if !keeps_open {
            file = open()?;
        }
        file.write_all(piece)?;
        if !keeps_open {
            // Closed as long as nothing is written.
            file = File::open("/dev/null")?;
        }
        sleep(pause);
    }
    Ok(())
}

/// The files in a folder and below.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    folders_below(folder).iter().flat_map(|folder| entries(folder, |kind| kind.is_file())).collect()
}

/// A folder and all below it.
fn folders_below(folder: &Path) -> Vec<PathBuf> {
    let mut all = vec![folder.to_owned()];
    let mut next = 0;
    while let Some(folder) = all.get(next) {
        let below = entries(folder, |kind| kind.is_dir());
        all.extend(below);
        next += 1;
    }
    all
}

fn entries(folder: &Path, wanted: impl Fn(fs::FileType) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> =
        entries.filter(|entry| entry.file_type().is_ok_and(&wanted)).map(|entry| entry.path()).collect();
    // The order of a folder is the system's: the same seed must do the same.
    paths.sort();
    paths
}
