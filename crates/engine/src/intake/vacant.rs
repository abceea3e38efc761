//! Places where something was found, and where nothing is any more.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use deskscribe_cache::{CacheError, Place, ReadGuard};

use super::waiting::is_no_file;

/// A drive that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Drive {
    /// Where it is mounted.
    pub(crate) at: PathBuf,
    /// All the numbers that it had there: it has another one whenever it is plugged in.
    pub(crate) devices: Vec<u64>,
}

/// Of the places at or below these paths, those that are vacant while these drives are there.
pub(super) fn below(
    paths: &[PathBuf],
    drives: &[Drive],
    known: &ReadGuard,
) -> Result<Vec<PathBuf>, CacheError> {
    let mut vacant = Vec::new();
    for path in paths {
        let places = known.places_below(path)?;
        vacant.extend(places.into_iter().filter(|place| is_vacant(place, drives)).map(|place| place.path));
    }
    vacant.sort_unstable();
    vacant.dedup();
    Ok(vacant)
}

/// Whether a file is gone, and not the drive that it is on: then what is left of its folders is on another one.
fn is_vacant(place: &Place, drives: &[Drive]) -> bool {
    let Place { path, stamp } = place;
    let was_on = |drive: &Drive| path.starts_with(&drive.at) && drive.devices.contains(&stamp.device);
    is_no_file(path) && (device_of_what_is_left(path) == Some(stamp.device) || drives.iter().any(was_on))
}

fn device_of_what_is_left(path: &Path) -> Option<u64> {
    let nearest = path.ancestors().skip(1).find_map(|folder| fs::symlink_metadata(folder).ok());
    nearest.map(|folder| folder.dev())
}

#[cfg(test)]
mod tests {
    use deskscribe_cache::Stamp;

    use super::*;

    #[test]
    fn a_file_is_gone_only_if_its_drive_is_there() {
        let desktop = tempfile::tempdir().unwrap();
        let path = desktop.path().join("holiday/shot.png");
        fs::create_dir(desktop.path().join("holiday")).unwrap();
        fs::write(&path, "a picture").unwrap();
        let stamp = Stamp::of(&fs::metadata(&path).unwrap());
        let here = Place { path: path.clone(), stamp };
        let unplugged = Place { stamp: Stamp { device: stamp.device + 1, ..stamp }, ..here.clone() };
        let is_vacant = |place| is_vacant(place, &[]);
        assert!(!is_vacant(&here) && !is_vacant(&unplugged));
        fs::remove_file(&path).unwrap();
        assert!(is_vacant(&here) && !is_vacant(&unplugged));
        fs::remove_dir(desktop.path().join("holiday")).unwrap();
        assert!(is_vacant(&here) && !is_vacant(&unplugged));
    }

    #[test]
    fn a_drive_that_is_back_under_another_number_is_the_same_drive() {
        let desktop = tempfile::tempdir().unwrap();
        let at = desktop.path().join("stick");
        fs::create_dir(&at).unwrap();
        let stamp = Stamp { device: 4711, ..Stamp::of(&fs::metadata(&at).unwrap()) };
        let place = Place { path: at.join("shot.png"), stamp };
        let drive = |at: &Path, devices: &[u64]| Drive { at: at.to_owned(), devices: devices.to_vec() };
        assert!(is_vacant(&place, &[drive(&at, &[1, 4711])]));
        assert!(!is_vacant(&place, &[drive(&at, &[1])]), "another drive was there before");
        assert!(!is_vacant(&place, &[drive(&desktop.path().join("card"), &[4711])]), "it was elsewhere");
        fs::write(&place.path, "a picture").unwrap();
        assert!(!is_vacant(&place, &[drive(&at, &[4711])]));
    }
}
