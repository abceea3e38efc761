//! What would be read in a folder, told before it is watched. Files are told apart by their names; none is opened.

use std::fs;

use deskscribe_protocol::MediaKind;

use super::folder::{Folder, Name};
use crate::Home;
use crate::intake::by_name;
use crate::settings::{GlobError, WatchedFolder};

/// How often whoever asked hears of the count so far, in files.
const TELL_EVERY: u64 = 100;

/// Files that would be read, by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FolderSurvey {
    /// Pictures.
    pub images: u64,
    /// Moving pictures.
    pub videos: u64,
    /// Sound alone.
    pub audio: u64,
    /// Files of these kinds that are not on this machine, and are not read before somebody fetches them.
    pub away: u64,
}

impl FolderSurvey {
    fn add(&mut self, kind: MediaKind) {
        match kind {
            MediaKind::Image => self.images += 1,
            MediaKind::Video => self.videos += 1,
            MediaKind::Audio => self.audio += 1,
            MediaKind::Unknown => {}
        }
    }

    fn all(&self) -> u64 {
        self.images + self.videos + self.audio
    }
}

/// Counts what lies in this folder by now, by the rules that it would be watched by. `tell` hears the count so far now
/// and then; `goes_on` is asked before each folder, and ends the count early when nobody wants to know any more.
///
/// # Errors
/// One of its globs is none.
pub fn survey_folder(
    folder: &WatchedFolder,
    home: &Home,
    mut tell: impl FnMut(FolderSurvey),
    mut goes_on: impl FnMut() -> bool,
) -> Result<FolderSurvey, GlobError> {
    let rules = WatchedFolder { existing: true, ..folder.clone() };
    let filter = rules.filter()?;
    let folder = Folder::of(rules, filter, 0, vec![home.folder().to_owned()]);
    let (mut survey, mut told) = (FolderSurvey::default(), 0);
    let mut folders = vec![folder.path().to_owned()];
    while let Some(next) = folders.pop().filter(|_| goes_on()) {
        // One that cannot be listed is left out, as by every walk.
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                folders.extend(Some(path).filter(|folder_in_it| folder.enters(folder_in_it)));
            } else if kind.is_file() {
                match folder.name(&path) {
                    Name::Nobodys => {}
                    Name::Away => survey.away += 1,
                    Name::Its | Name::Hidden => by_name(&path)
                        .into_iter()
                        .filter(|kind| folder.wants(*kind))
                        .for_each(|kind| survey.add(kind)),
                }
            }
            if survey.all() >= told + TELL_EVERY {
                told = survey.all();
                tell(survey);
            }
        }
    }
    Ok(survey)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk(files: &[&str]) -> (tempfile::TempDir, WatchedFolder, Home) {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join("desk").join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let folder = WatchedFolder::of(root.path().join("desk"));
        let home = Home::at(root.path().join("desk/home"));
        (root, folder, home)
    }

    #[test]
    fn what_would_be_read_is_counted_by_its_kind() {
        let files = [
            "a.png",
            "b.JPG",
            "talk.mp4",
            "deep/er/c.webp",
            "deep/song.mp3",
            "notes.txt",
            "d.png.part",
            "far.png.owncloud",
        ];
        let others = [".git/e.png", "home/f.png", "build/g.png"];
        let (_root, folder, home) = desk(&[&files[..], &others].concat());
        let count = |folder: &WatchedFolder| survey_folder(folder, &home, |_| {}, || true).unwrap();
        let all = WatchedFolder { ignore: vec!["build/".into()], existing: false, ..folder.clone() };
        assert_eq!(count(&all), FolderSurvey { images: 3, videos: 1, audio: 1, away: 1 });
        let flat = WatchedFolder { recurse: false, kinds: vec![MediaKind::Image], ..folder.clone() };
        assert_eq!(count(&flat), FolderSurvey { images: 2, videos: 0, audio: 0, away: 1 });
        let wrong = WatchedFolder { ignore: vec!["[".into()], ..folder };
        assert_eq!(survey_folder(&wrong, &home, |_| {}, || true).unwrap_err().glob, "[");
    }

    #[test]
    fn a_count_is_told_on_the_way_and_ends_when_nobody_wants_it() {
        let files: Vec<String> = (0..250).map(|number| format!("{}/{number}.png", number / 125)).collect();
        let (_root, folder, home) = desk(&files.iter().map(String::as_str).collect::<Vec<_>>());
        let mut told = Vec::new();
        survey_folder(&folder, &home, |so_far| told.push(so_far.images), || true).unwrap();
        assert_eq!(told, [100, 200]);
        let mut looks = 0;
        let some = survey_folder(
            &folder,
            &home,
            |_| {},
            || {
                looks += 1;
                looks < 3
            },
        );
        assert_eq!(some.unwrap().images, 125);
    }
}
