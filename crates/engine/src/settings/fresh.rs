//! A file that takes the place of another one in one step: whoever looks sees the whole old one or the whole new one, also
//! after a crash.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

/// More links than that lead in a circle.
const MOST_LINKS: usize = 40;

/// What will be the new content of a file, on the disk beside it.
pub(super) struct Fresh {
    file: TempPath,
    place: PathBuf,
}

/// The ways from this path to the file that it means: itself, and what each link on the way names. The last one need not
/// be there.
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

impl Fresh {
    /// Writes what will be at this path, or where a link there leads to: settings may lie among other such files, and the
    /// link stays. Whoever may read the old file may read the new one; one that is made is for the user alone.
    pub(super) fn written(path: &Path, text: &str) -> io::Result<Self> {
        let place = ways(path).pop().unwrap_or_else(|| path.to_owned());
        let folder = place.parent().unwrap_or(Path::new("/"));
        let mut file = tempfile::Builder::new().prefix(".deskscribe-").suffix(".toml").tempfile_in(folder)?;
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
