//! What is remembered of watched folders from one start to the next: since when each is watched, and on which drive.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::outside::Mounts;
use crate::intake::Drive;
use crate::{Home, json};

/// Numbers of a drive that are remembered. A look through the folder puts what is still there under the newest one, so
/// that older ones matter only for what is deleted before the next look.
const NUMBERS: usize = 16;

/// What is remembered, by folder.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Memory(BTreeMap<PathBuf, Remembered>);

/// Of one folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Remembered {
    /// When it was watched for the first time, in nanoseconds since 1970.
    pub(super) since: i64,
    /// Where the drive is mounted that it is on, once it was there.
    pub(super) mount: Option<PathBuf>,
    /// Where drives were mounted that it is on or that are in it, with the numbers that they had, the newest last.
    #[serde(default)]
    drives: BTreeMap<PathBuf, Vec<u64>>,
}

impl Remembered {
    /// A folder that is watched since then, in nanoseconds since 1970, and of which nothing else is known.
    pub(super) fn since(since: i64) -> Self {
        Self { since, mount: None, drives: BTreeMap::new() }
    }

    /// Its drives, as far as they are there.
    pub(super) fn drives(&self, mounts: &Mounts) -> impl Iterator<Item = Drive> {
        let there = self.drives.iter().filter(|(at, _)| mounts.has(at));
        there.map(|(at, devices)| Drive { at: at.clone(), devices: devices.clone() })
    }

    /// The drive that is mounted there has this number now.
    pub(super) fn mounted(&mut self, at: &Path, number: u64) {
        let numbers = self.drives.entry(at.to_owned()).or_default();
        numbers.retain(|other| *other != number);
        numbers.push(number);
        let old = numbers.len().saturating_sub(NUMBERS);
        numbers.drain(..old);
    }
}

impl Memory {
    /// What earlier starts have left. What cannot be read is forgotten: then all of these folders are new.
    pub(super) fn load(home: &Home) -> Self {
        let content = fs::read(home.watched()).unwrap_or_default();
        serde_json::from_slice(&content).unwrap_or_default()
    }

    /// What is known of this folder, which may be watched for the first time, now.
    pub(super) fn of(&mut self, folder: &Path, now: i64) -> &mut Remembered {
        self.0.entry(folder.to_owned()).or_insert_with(|| Remembered::since(now))
    }

    /// Forgets all folders but these.
    pub(super) fn keep(&mut self, is_watched: impl Fn(&Path) -> bool) {
        self.0.retain(|folder, _| is_watched(folder));
    }

    /// Keeps it for the next start, if that is not what is kept already.
    pub(super) fn store(&self, home: &Home) -> io::Result<()> {
        if *self == Self::load(home) {
            return Ok(());
        }
        let mut file = NamedTempFile::new_in(home.folder())?;
        file.write_all(json(self)?.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(home.watched())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_there_at_the_next_start_and_what_is_broken_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let mut memory = Memory::load(&home);
        memory.of(Path::new("/desktop"), 5).mount = Some("/media/stick".into());
        memory.of(Path::new("/desktop"), 5).mounted(Path::new("/media/stick"), 2049);
        memory.of(Path::new("/old"), 6);
        memory.keep(|folder| folder == Path::new("/desktop"));
        memory.store(&home).unwrap();
        let mut again = Memory::load(&home);
        assert_eq!(again, memory);
        assert_eq!(again.of(Path::new("/desktop"), 9).since, 5);
        assert_eq!(again.of(Path::new("/old"), 9).since, 9);
        fs::write(home.watched(), "{").unwrap();
        assert_eq!(Memory::load(&home), Memory::default());
    }

    #[test]
    fn a_drive_that_comes_again_and_again_is_known_by_its_newest_numbers() {
        let mut memory = Memory::default();
        let at = Path::new("/media/stick");
        let remembered = memory.of(Path::new("/desktop"), 5);
        (0..100).chain([95]).for_each(|number| remembered.mounted(at, number));
        let numbers = &remembered.drives[at];
        assert_eq!((numbers.len(), numbers.first(), numbers.last()), (NUMBERS, Some(&84), Some(&95)));
    }
}
