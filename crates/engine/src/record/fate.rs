//! What became of the places of files while they were read. Their disk may not answer; whoever stores does not wait for
//! it.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::sync_channel;
use std::thread;

use deskscribe_cache::{Place, Stamp};

use crate::intake::ANSWERS_WITHIN;

/// What is at a place where a file was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Nothing.
    Gone,
    /// Another file.
    Taken,
}

/// Of these places, those where the file is not any more. What nothing answers about is where it was, as far as anybody
/// knows.
pub(super) fn fates(places: Vec<Place>) -> HashMap<PathBuf, Fate> {
    let mut fates = HashMap::new();
    if places.is_empty() {
        return fates;
    }
    let (tell, told) = sync_channel(places.len());
    let look = move || {
        for place in places {
            let fate = fate(&place);
            if tell.send((place.path, fate)).is_err() {
                return;
            }
        }
    };
    if let Err(error) = thread::Builder::new().name("fates".to_owned()).spawn(look) {
        tracing::warn!(%error, "nobody looks whether files are where they were");
    }
    while let Ok((path, fate)) = told.recv_timeout(ANSWERS_WITHIN) {
        fates.extend(fate.map(|fate| (path, fate)));
    }
    fates
}

fn fate(Place { path, stamp }: &Place) -> Option<Fate> {
    let now = fs::metadata(path).map(|now| Stamp::of(&now));
    let is_there = now.is_ok_and(|now| (now.device, now.inode) == (stamp.device, stamp.inode));
    let is_gone = || fs::symlink_metadata(path).is_err();
    (!is_there).then(|| if is_gone() { Fate::Gone } else { Fate::Taken })
}
