//! Exporting transcripts: one to wherever it is wanted, or several to a folder, a file each.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use deskscribe_cache::CacheError;
use deskscribe_protocol::ContentKey;

use super::export::{is_free, whole};
use super::{ExportError, Item, Library, Selection};
use crate::TranscriptFormat;
use crate::transcript::{no_words, transcript};

/// What came of exporting transcripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// Files that were written.
    pub written: u64,
    /// Items that were selected and have no transcript.
    pub without: u64,
}

impl Library {
    /// Writes the transcript of the one recording among these that has one.
    pub fn transcript(
        &self,
        keys: &[ContentKey],
        format: TranscriptFormat,
        mut out: impl Write,
    ) -> Result<u64, ExportError> {
        let mut found = None;
        let mut without = None;
        for key in keys {
            // What was forgotten meanwhile is not told.
            let Some(item) = self.item(key, None)? else { continue };
            match of_item(&item, format) {
                Some(_) if found.is_some() => return Err(ExportError::Several),
                Some(words) => found = Some(words),
                None => without = Some(item),
            }
        }
        match (found, without, keys) {
            (Some(words), ..) => {
                out.write_all(words.as_bytes())?;
                out.flush()?;
                Ok(1)
            }
            (None, Some(item), [_]) => {
                let reason = match &item.row.reason {
                    Some(reason) => format!("it could not be read ({reason})"),
                    None => no_words(item.row.recording.as_ref(), &item.row.pending),
                };
                Err(ExportError::NoWords { reason, path: item.row.path })
            }
            _ => Err(ExportError::NoTranscript),
        }
    }

    /// Writes the transcript of a recording to a file, which is whole or not there. One that is there is replaced.
    pub fn export_transcript(
        &self,
        key: &ContentKey,
        format: TranscriptFormat,
        path: &Path,
    ) -> Result<(), ExportError> {
        whole(path, true, |file| self.transcript(&[*key], format, file)).map(drop)
    }

    /// Writes a file for each recording that was selected and has words into this folder, called as the recording is. A
    /// file that is there is replaced only if `replace` says so; else none is written at all.
    pub fn export_transcripts<'a>(
        &self,
        selection: impl Into<Selection<'a>>,
        format: TranscriptFormat,
        folder: &Path,
        replace: bool,
    ) -> Result<Exported, ExportError> {
        let keys = self.selected(selection.into())?;
        let (mut files, mut taken, mut without) = (Vec::new(), HashSet::new(), 0);
        for key in keys.iter() {
            let Some(item) = self.item(key, None)? else { continue };
            if of_item(&item, format).is_none() {
                without += 1;
                continue;
            }
            let path = self.name_for(key, folder, format, &mut taken)?;
            is_free(&path, replace)?;
            files.push((*key, path));
        }
        if files.is_empty() {
            return Err(ExportError::NoTranscript);
        }
        let mut written = 0;
        for (key, path) in files {
            let words = self.item(&key, None)?.and_then(|item| of_item(&item, format));
            let Some(words) = words else { continue };
            whole(&path, replace, |mut file| Ok(file.write_all(words.as_bytes())?))?;
            written += 1;
        }
        Ok(Exported { written, without })
    }

    /// A name that no other file of this export has.
    fn name_for(
        &self,
        key: &ContentKey,
        folder: &Path,
        format: TranscriptFormat,
        taken: &mut HashSet<OsString>,
    ) -> Result<PathBuf, CacheError> {
        let place = self.place(key)?.0.unwrap_or_default();
        let stem = place.file_stem().unwrap_or("recording".as_ref()).to_owned();
        let mut number = 1;
        let name = loop {
            let mut name = stem.clone();
            if number > 1 {
                name.push(format!(" {number}"));
            }
            name.push(".");
            name.push(format.extension());
            if taken.insert(name.clone()) {
                break name;
            }
            number += 1;
        };
        Ok(folder.join(name))
    }
}

fn of_item(item: &Item, format: TranscriptFormat) -> Option<String> {
    let name = item.row.path.rsplit('/').next().unwrap_or_default();
    transcript(name, item.row.recording.as_ref()?, format)
}
