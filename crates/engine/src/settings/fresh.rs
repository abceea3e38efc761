//! A file that takes the place of another one in one step: whoever looks sees the whole old one or the whole new one,
//! also after a crash.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::TempPath;

/// More links than that lead in a circle.
const MOST_LINKS: usize = 40;

/// The name of a file that is not in its place yet: this, six characters, and the end that it will have.
const UNNAMED: &str = ".deskscribe-";
/// To write one takes milliseconds: whoever has begun it so long ago is dead.
const LEFT_AFTER: Duration = Duration::from_secs(60 * 60);

/// What will be the new content of a file, on the disk beside it.
pub(super) struct Fresh {
    file: TempPath,
    place: PathBuf,
}

/// The ways from this path to the file that it means: itself, and what each link on the way names. The last one need
/// not be there.
pub(super) fn ways(path: &Path) -> Vec<PathBuf> {
    let mut ways = vec![path.to_owned()];
    while ways.len() <= MOST_LINKS
        && let Some(last) = ways.last()
        && let Ok(next) = fs::read_link(last)
    {
        let next = last.parent().unwrap_or(Path::new("/")).join(next);
        ways.push(next);
    }
    ways
}

/// The file that this path means: itself, or where its links lead to.
fn end(path: &Path) -> PathBuf {
    ways(path).pop().unwrap_or_else(|| path.to_owned())
}

impl Fresh {
    /// Writes what will be at this path, or where a link there leads to: settings may lie among other such files, and
    /// the link stays. Whoever may read the old file may read the new one; one that is made is for the user alone.
    pub(super) fn written(path: &Path, text: &str) -> io::Result<Self> {
        let place = end(path);
        let folder = place.parent().unwrap_or(Path::new("/"));
        let mut file = tempfile::Builder::new().prefix(UNNAMED).suffix(".toml").tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        if let Ok(old) = fs::metadata(&place) {
            file.as_file().set_permissions(old.permissions())?;
        }
        file.as_file().sync_all()?;
        Ok(Self { file: file.into_temp_path(), place })
    }

    /// Puts it there.
    pub(super) fn take_place(self) -> io::Result<()> {
        let Self { file, place } = self;
        file.persist(&place).map_err(|error| error.error)?;
        File::open(place.parent().unwrap_or(Path::new("/")))?.sync_all()
    }
}

/// Takes away what was to be in the place of this file, from programs that died before it was.
pub(super) fn clear_up(path: &Path) {
    let place = end(path);
    let entries = place.parent().and_then(|folder| fs::read_dir(folder).ok());
    for entry in entries.into_iter().flatten().flatten().filter(|entry| is_unnamed(&entry.file_name())) {
        let old = |written: SystemTime| written.elapsed().is_ok_and(|age| age > LEFT_AFTER);
        let is_left = |found: Metadata| found.is_file() && found.modified().is_ok_and(old);
        if entry.metadata().is_ok_and(is_left) {
            // Where it cannot be removed it is in nobody's way.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_unnamed(name: &OsStr) -> bool {
    let random = name.to_str().and_then(|name| name.strip_prefix(UNNAMED)?.strip_suffix(".toml"));
    random.is_some_and(|random| random.len() == 6 && random.chars().all(|c| c.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_crash_has_left_is_taken_away_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        let leave = || {
            let fresh = Fresh::written(&path, "workers = 3").unwrap();
            fresh.file.keep().unwrap()
        };
        let old = SystemTime::now() - 2 * LEFT_AFTER;
        let (left, young) = (leave(), leave());
        let mine = [".deskscribe-notes.toml", ".deskscribe-abc123.json", "deskscribe-abc123.toml"];
        let mine = mine.map(|name| folder.path().join(name));
        mine.iter().for_each(|path| fs::write(path, "mine").unwrap());
        for file in mine.iter().chain([&left]) {
            File::options().write(true).open(file).unwrap().set_modified(old).unwrap();
        }
        clear_up(&path);
        assert!(!left.exists() && young.exists() && mine.iter().all(|path| path.exists()));
    }
}
