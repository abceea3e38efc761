//! A download that has begun and is not done: remembered in the data folder, so that the next start says where it
//! stands and offers to go on.

use std::fs;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Bytes between two notes of how far a download is: what a kill may make it say too little.
const NOTE_EVERY: u64 = 64_000_000;

/// What is downloaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Download {
    /// The name of the model.
    pub(crate) model: String,
    /// Bytes of it that are kept, as far as was noted.
    pub(crate) kept: u64,
}

/// Where one kind of download is remembered. What cannot be written is logged: the download goes on all the same.
#[derive(Debug)]
pub(crate) struct Unfinished {
    file: PathBuf,
}

impl Unfinished {
    /// Remembered in this file, which need not be there.
    pub(crate) fn in_file(file: PathBuf) -> Self {
        Self { file }
    }

    /// What is not done yet. A note that makes no sense is none.
    pub(crate) fn read(&self) -> Option<Download> {
        serde_json::from_slice(&fs::read(&self.file).ok()?).ok()
    }

    /// So far it is now.
    pub(crate) fn note(&self, download: &Download) {
        let write = || {
            if let Some(folder) = self.file.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&self.file, serde_json::to_vec(download)?)
        };
        self.log(write());
    }

    /// So far it is now, if that is worth a note after the last one.
    pub(crate) fn note_some(&self, noted: &mut Download, kept: u64) {
        if kept >= noted.kept + NOTE_EVERY {
            noted.kept = kept;
            self.note(noted);
        }
    }

    /// It is done, or nobody wants to hear of it any more.
    pub(crate) fn forget(&self) {
        match fs::remove_file(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            done => self.log(done),
        }
    }

    fn log(&self, done: io::Result<()>) {
        if let Err(error) = done {
            tracing::warn!(%error, file = %self.file.display(), "the next start will not know of this download");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_remembered_until_it_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("downloads").join("speech.json");
        let unfinished = || Unfinished::in_file(file.clone());
        assert_eq!(unfinished().read(), None);
        let mut download = Download { model: "tiny".to_owned(), kept: 0 };
        unfinished().note(&download);
        unfinished().note_some(&mut download, NOTE_EVERY - 1);
        assert_eq!(unfinished().read().unwrap().kept, 0);
        unfinished().note_some(&mut download, NOTE_EVERY);
        assert_eq!(unfinished().read(), Some(Download { model: "tiny".to_owned(), kept: NOTE_EVERY }));
        unfinished().forget();
        unfinished().forget();
        assert_eq!(unfinished().read(), None);
        fs::write(&file, "torn").unwrap();
        assert_eq!(unfinished().read(), None);
    }
}
