//! What lies at a path and below it, in a map that is ordered by path: there it is together.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::{Path, PathBuf};

/// The paths of this map at this path and below it.
pub(super) fn below<'a, T>(
    files: &'a BTreeMap<PathBuf, T>,
    path: &'a Path,
) -> impl Iterator<Item = &'a PathBuf> {
    let from = files.range::<Path, _>((Bound::Included(path), Bound::Unbounded));
    from.map(|(file, _)| file).take_while(move |file| file.starts_with(path))
}

/// Takes these paths out of the map, and returns them.
pub(super) fn take_below<T>(files: &mut BTreeMap<PathBuf, T>, path: &Path) -> Vec<(PathBuf, T)> {
    let paths: Vec<PathBuf> = below(files, path).cloned().collect();
    paths.iter().filter_map(|path| files.remove_entry(path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_is_told_from_what_is_named_alike() {
        let paths = ["/a", "/a b", "/a-b", "/a.png", "/a/", "/a/b", "/a/b/c.png", "/a/c.png", "/b"];
        let mut files: BTreeMap<PathBuf, ()> = paths.into_iter().map(|path| (path.into(), ())).collect();
        assert_eq!(below(&files, Path::new("/")).count(), files.len());
        let taken = take_below(&mut files, Path::new("/a/b"));
        assert_eq!(taken, [("/a/b".into(), ()), ("/a/b/c.png".into(), ())]);
        let taken: Vec<_> =
            take_below(&mut files, Path::new("/a")).into_iter().map(|(path, ())| path).collect();
        assert_eq!(taken, [Path::new("/a"), Path::new("/a/c.png")]);
        let left: Vec<_> = files.into_keys().collect();
        assert_eq!(left, ["/a b", "/a-b", "/a.png", "/b"].map(PathBuf::from));
    }
}
