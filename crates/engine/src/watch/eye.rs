//! The eye on one watched folder: a thread that looks wherever its disk has to answer, and tells what it saw as a
//! signal. A server that has gone may not answer for hours; the lookout, which asks, goes on with all other folders.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use deskscribe_cache::Stamp;
use deskscribe_protocol::MediaKind;

use super::above::Above;
use super::finish::{Looks, Sign};
use super::folder::{Folder, Name};
use super::listen::Listener;
use super::presence::Found;
use super::signal::{Happening, Signal, Signals};
use super::walk::Others;
use super::whole::{Whole, whole};
use crate::intake::{has_media_name, open_regular, told};

/// Questions that may be open, beside the one whether the folder is there. What happens beyond that is not asked about
/// one by one: a walk finds what it was.
pub(super) const MOST_OPEN: u64 = 1 << 12;

/// Something to look at.
#[derive(Debug)]
pub(super) enum Question {
    /// Whether the folder is there; its drive was mounted there before.
    Presence { mount: Option<PathBuf> },
    /// What lies at this path, to which that happened.
    Happened(Happening, PathBuf),
    /// Whether this file, which was quiet, is complete; what it looked like when it was looked at last.
    Quiet(PathBuf, Option<Looks>),
}

/// What was seen.
#[derive(Debug)]
pub(super) enum Answer {
    Presence(Box<Found>),
    /// A folder that is reached lies there.
    Folder(PathBuf),
    /// A file lies there, with what this says of whether it is complete.
    File {
        path: PathBuf,
        sign: Sign,
        stamp: Stamp,
        is_linked: bool,
    },
    /// What lies there stands for a file that is not on this machine.
    Away(PathBuf),
    /// A file that was quiet.
    Quiet(PathBuf, Quiet),
    /// Nothing that is anybody's business.
    Nothing,
}

/// What a file is that was quiet.
#[derive(Debug)]
pub(super) enum Quiet {
    /// It is complete, and looks like this.
    Complete(Stamp),
    /// It is not: it looks like this now.
    Unfinished(Looks),
    /// It is gone, or nobody's business.
    Nobodys,
}

/// The way to the eye. It closes when this is dropped, as soon as it can.
#[derive(Debug)]
pub(super) struct Eye {
    questions: SyncSender<Question>,
}

/// What the eye needs.
pub(super) struct Sight {
    pub(super) folder: Arc<Folder>,
    pub(super) listener: Option<Listener>,
    pub(super) above: Option<Above>,
    pub(super) others: Others,
    pub(super) signals: Signals,
}

impl Eye {
    pub(super) fn open(sight: Sight) -> io::Result<Self> {
        let (questions, asked) = sync_channel(MOST_OPEN as usize + 1);
        thread::Builder::new().name("eye".to_owned()).spawn(move || sight.look(&asked))?;
        Ok(Self { questions })
    }

    /// Never waits, and tells whether there was room for it: see [`MOST_OPEN`]. Questions are answered in their order.
    pub(super) fn ask(&self, question: Question) -> bool {
        self.questions.try_send(question).is_ok()
    }
}

impl Sight {
    fn look(self, asked: &Receiver<Question>) {
        while let Ok(question) = asked.recv() {
            let answer = match question {
                Question::Presence { mount } => Answer::Presence(Box::new(self.presence(mount.as_deref()))),
                Question::Happened(happening, path) => self.happened(happening, path),
                Question::Quiet(path, looked) => {
                    let quiet = self.quiet(&path, looked);
                    Answer::Quiet(path, quiet)
                }
            };
            if !self.signals.send(Signal::Saw(Arc::clone(&self.folder), answer)) {
                return;
            }
        }
    }

    /// Looks whether the folder is there. If it is not, it is heard from now on when it may be there again.
    fn presence(&self, mount: Option<&Path>) -> Found {
        let path = self.folder.path();
        if let Some(above) = &self.above {
            above.hear(path);
        }
        let found = Found::at(path, mount);
        let Some(listener) = self.listener.as_ref().filter(|_| found.absence.is_some()) else { return found };
        listener.ignore(path);
        let nearest = path.ancestors().skip(1).find(|folder| folder.is_dir());
        if let Some(nearest) = nearest {
            // Without it, it is looked for now and then.
            let _ = listener.hear(nearest);
        }
        // It may have come between the two.
        Found::at(path, mount)
    }

    fn happened(&self, happening: Happening, path: PathBuf) -> Answer {
        let Ok(metadata) = fs::symlink_metadata(&path) else { return Answer::Nothing };
        if metadata.is_dir() {
            return if self.folder.enters(&path) { Answer::Folder(path) } else { Answer::Nothing };
        }
        if self.folder.name(&path) == Name::Away {
            return Answer::Away(path);
        }
        match sign(&self.folder, happening, &path).filter(|_| metadata.is_file()) {
            Some(sign) => {
                let (stamp, is_linked) = (Stamp::of(&metadata), metadata.nlink() > 1);
                Answer::File { path, sign, stamp, is_linked }
            }
            None => Answer::Nothing,
        }
    }

    fn quiet(&self, path: &Path, looked: Option<Looks>) -> Quiet {
        let Some(metadata) = fs::symlink_metadata(path).ok().filter(Metadata::is_file) else {
            return Quiet::Nobodys;
        };
        let stamp = Stamp::of(&metadata);
        let looks = (stamp.size, stamp.mtime_ns);
        if looked.is_some_and(|looked| looked != looks)
            || looked.is_none() && is_placeholder(path, stamp.size)
        {
            return Quiet::Unfinished(looks);
        }
        if self.others.is_wanted(&self.folder, path, &stamp) {
            Quiet::Complete(stamp)
        } else {
            Quiet::Nobodys
        }
    }
}

/// What this says of whether the file is complete; nothing, if it is nobody's business.
fn sign(folder: &Folder, happening: Happening, path: &Path) -> Option<Sign> {
    match (folder.name(path), happening) {
        (Name::Nobodys | Name::Away, _) => None,
        (Name::Hidden, _) => Some(Sign::Hidden),
        (Name::Its, Happening::Changed) => Some(Sign::Writing),
        // Two that changed places: each went away from where the other one is now.
        (Name::Its, Happening::Came | Happening::Went) => Some(Sign::Complete),
        (Name::Its, Happening::Closed) => Some(if is_whole(path) { Sign::Complete } else { Sign::Writing }),
    }
}

/// Whether a file that was closed need not be waited for. One that does not tell may be a picture of a simple format;
/// of a recording, more may come.
fn is_whole(path: &Path) -> bool {
    if !has_media_name(path) {
        return false;
    }
    let Some(kind) = told(path) else { return false };
    let says = open_regular(path).and_then(|file: File| whole(&file, kind));
    match says {
        Ok(Whole::Yes) => true,
        Ok(Whole::Unknown) => kind == MediaKind::Image,
        Ok(Whole::No) | Err(_) => false,
    }
}

/// Whether an empty file only holds a place: some programs make one, and write under another name until they are done.
fn is_placeholder(path: &Path, size: u64) -> bool {
    size == 0 && {
        let with = |end: &str| path.with_added_extension(end).symlink_metadata().is_ok();
        ["part", "crdownload", "download", "partial"].into_iter().any(with)
    }
}
