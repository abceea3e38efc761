//! Places where something was found, and where nothing is any more.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use deskscribe_cache::{CacheError, Place, ReadGuard};

use super::waiting::is_no_file;

/// Of the places at or below these paths, those that are vacant.
pub(super) fn below(paths: &[PathBuf], known: &ReadGuard) -> Result<Vec<PathBuf>, CacheError> {
    let mut vacant = Vec::new();
    for path in paths {
        let places = known.places_below(path)?;
        vacant.extend(places.into_iter().filter(is_vacant).map(|place| place.path));
    }
    vacant.sort_unstable();
    vacant.dedup();
    Ok(vacant)
}

/// Whether a file is gone, and not the drive that it is on: then what is left of its folders is on another one.
fn is_vacant(place: &Place) -> bool {
    is_no_file(&place.path) && device_of_what_is_left(&place.path) == Some(place.stamp.device)
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
        assert!(!is_vacant(&here) && !is_vacant(&unplugged));
        fs::remove_file(&path).unwrap();
        assert!(is_vacant(&here) && !is_vacant(&unplugged));
        fs::remove_dir(desktop.path().join("holiday")).unwrap();
        assert!(is_vacant(&here) && !is_vacant(&unplugged));
    }
}
