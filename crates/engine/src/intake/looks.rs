//! Knowing a file again by what it looks like from outside, without opening it.

use std::fs;
use std::path::Path;

use deskscribe_cache::{CacheError, Place, ReadGuard, Stamp};
use deskscribe_protocol::ContentKey;

/// A file whose content is known by its looks.
pub(super) struct Known {
    pub(super) key: ContentKey,
    /// Whether it lies where it lay, and nothing has to be remembered.
    pub(super) is_in_place: bool,
}

/// What is known of the file at this path. It is looked for by its number, size and time: a file that was renamed or
/// moved is the same one, and so is one on a drive that has another number since it was plugged in again.
pub(super) fn know(path: &Path, stamp: &Stamp, known: &ReadGuard) -> Result<Option<Known>, CacheError> {
    if let Some((place, key)) = known.place_at(path)? {
        let as_it_was = Stamp { device: stamp.device, ..place.stamp };
        if as_it_was == *stamp {
            return Ok(Some(Known { key, is_in_place: place.stamp.device == stamp.device }));
        }
    }
    let places = known.places_of_file(stamp)?;
    let moved = places.into_iter().find(|(place, _)| place.path != path && is_now(place, stamp));
    Ok(moved.map(|(_, key)| Known { key, is_in_place: false }))
}

/// Whether the file that was found at this place is the one that looks like this now. It is not if it still lies there
/// by itself, as on a drive that was copied bit by bit.
fn is_now(place: &Place, stamp: &Stamp) -> bool {
    let Ok(there) = fs::symlink_metadata(&place.path).map(|there| Stamp::of(&there)) else { return true };
    let is_another_name = (there.device, there.inode) == (stamp.device, stamp.inode);
    let was = place.stamp;
    is_another_name || (there.inode, there.size, there.mtime_ns) != (was.inode, was.size, was.mtime_ns)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use deskscribe_cache::Cache;

    use super::*;

    fn stamp(path: &Path) -> Stamp {
        Stamp::of(&fs::symlink_metadata(path).unwrap())
    }

    /// A cache that knows one file, under this number of its drive.
    fn knowing(folder: &Path, path: &Path, device: u64) -> (Cache, ContentKey) {
        let cache = Cache::open(folder).unwrap();
        let key = ContentKey::from_bytes([7; 32]);
        let place = Place { path: path.to_owned(), stamp: Stamp { device, ..stamp(path) } };
        let mut writer = cache.writer().unwrap();
        let mut guard = writer.lock(Duration::from_secs(10)).unwrap();
        guard.remember(&place, &key, 1).unwrap();
        guard.commit().unwrap();
        (cache, key)
    }

    fn known(cache: &Cache, path: &Path) -> Option<bool> {
        let known = know(path, &stamp(path), &cache.read().unwrap()).unwrap();
        known.map(|known| known.is_in_place)
    }

    fn file(folder: &Path, name: &str) -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, "a picture").unwrap();
        path
    }

    #[test]
    fn a_file_is_known_by_whatever_name_it_has_now() {
        let (home, desktop) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let shot = file(desktop.path(), "shot.png");
        let (cache, _) = knowing(home.path(), &shot, stamp(&shot).device);
        assert_eq!(known(&cache, &shot), Some(true));
        let linked = desktop.path().join("linked.png");
        fs::hard_link(&shot, &linked).unwrap();
        assert_eq!(known(&cache, &linked), Some(false));
        let renamed = desktop.path().join("renamed.png");
        fs::rename(&shot, &renamed).unwrap();
        assert_eq!(known(&cache, &renamed), Some(false));
        // What lies at the old place now is another file.
        assert_eq!(known(&cache, &file(desktop.path(), "shot.png")), None);
        assert_eq!(known(&cache, &renamed), Some(false));
    }

    #[test]
    fn a_drive_that_has_another_number_holds_the_same_files() {
        let (home, drive) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let shot = file(drive.path(), "shot.png");
        let (cache, _) = knowing(home.path(), &shot, stamp(&shot).device + 1);
        assert_eq!(known(&cache, &shot), Some(false));
    }

    #[test]
    fn what_was_written_to_is_not_known_whatever_time_it_was_given() {
        let (home, desktop) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let shot = file(desktop.path(), "shot.png");
        let (cache, _) = knowing(home.path(), &shot, stamp(&shot).device);
        let written = fs::metadata(&shot).unwrap().modified().unwrap();
        fs::write(&shot, "A PICTURE").unwrap();
        fs::File::options().append(true).open(&shot).unwrap().set_modified(written).unwrap();
        assert_eq!(known(&cache, &shot), None);
    }
}
