//! Walking folders: every file that is worth a row, and a word about what is left out.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use deskscribe_cache::Stamp;
use deskscribe_protocol::{Code, Failure, MediaKind};
use walkdir::{DirEntry, WalkDir};

use super::away::away;
use super::kind::{SNIFF_BYTES, by_content, by_name};
use super::open::{explain, open_regular};
use super::unfinished::is_unfinished;
use super::vacant::Drive;
use crate::count;
use crate::order::News;
use crate::path::{absolute, is_hidden, true_path};

/// A file worth a row.
#[derive(Debug)]
pub(crate) enum Find {
    /// A medium, by name or first bytes.
    Media { path: PathBuf, kind: MediaKind, stamp: Stamp },
    /// Has the name of a medium, and is none that can be opened.
    Skip { path: PathBuf, kind: MediaKind, why: Failure },
}

impl Find {
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Media { path, .. } | Self::Skip { path, .. } => path,
        }
    }
}

/// What a walk came to.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// In the order of the folders, by name.
    pub(crate) finds: Vec<Find>,
    /// Files that are no media.
    pub(crate) ignored: u64,
    /// What was left out, one line each: folders that could not be listed, and files that are not on this machine.
    pub(crate) unlisted: Vec<String>,
    /// The paths that were walked to their end, or that there may be nothing at any more: what was found there before
    /// is looked for.
    pub(crate) roots: Vec<PathBuf>,
    /// The drives that are known to be there.
    pub(crate) drives: Vec<Drive>,
    /// Whether only what is new is worth a row.
    pub(crate) only_new: bool,
}

/// A path that was named and cannot be walked at all.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// There is nothing at that path.
    #[error("there is no such file or folder: {0}")]
    Missing(PathBuf),
    /// The path may not be opened by this user, or the disk fails.
    #[error("the path cannot be opened ({}): {path}", super::open::explain(.reason))]
    Closed {
        /// What the system says.
        reason: io::Error,
        /// Which path.
        path: PathBuf,
    },
}

impl WalkError {
    /// The path that was named.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Missing(path) | Self::Closed { path, .. } => path,
        }
    }
}

/// Walks these paths. Named paths are taken whatever they are called, links included; below them links are
/// not followed, and hidden folders, `own`, where our own files lie, and what is not finished are left out.
///
/// `tell` hears the number of files so far, before each is looked at; when it answers `false` the walk ends early.
/// `refuse` hears of paths that cannot be walked, and says the same.
pub(crate) fn walk(
    roots: &[PathBuf],
    own: &Path,
    mut tell: impl FnMut(u64) -> bool,
    mut refuse: impl FnMut(WalkError) -> bool,
) -> Walk {
    let mut walk = Walk::default();
    // Named paths may contain each other, by whatever way; a file gets one row all the same.
    let mut seen = (roots.len() > 1).then(HashSet::new);
    let own = fs::canonicalize(own).unwrap_or_else(|_| own.to_owned());
    for root in roots {
        let mut elsewhere = 0;
        let root = match check(root) {
            Ok(root) => root,
            Err(error) => {
                if !refuse(error) {
                    return walk;
                }
                continue;
            }
        };
        let ours = |entry: &DirEntry| {
            let folder = entry.file_type().is_dir();
            entry.depth() == 0
                || if folder {
                    !is_hidden(entry.path()) && !is_same(entry.path(), &own)
                } else {
                    !is_unfinished(entry.path())
                }
        };
        for entry in WalkDir::new(&root).sort_by_file_name().into_iter().filter_entry(ours) {
            if !tell(walk.finds.len() as u64) {
                return walk;
            }
            match entry {
                Ok(entry) if entry.file_type().is_dir() || entry.depth() == 0 && entry.path().is_dir() => {}
                Ok(entry) => {
                    // Nothing is in a mark: it is not opened to find that out.
                    if let Some(here) = away(entry.path()) {
                        let is_medium = by_name(&here).is_some();
                        elsewhere += u64::from(is_medium);
                        walk.ignored += u64::from(!is_medium);
                        continue;
                    }
                    let fresh = seen.as_mut().is_none_or(|seen| seen.insert(true_path(entry.path())));
                    if fresh {
                        walk.take(&entry);
                    }
                }
                Err(error) => walk.unlisted.push(unlisted(&error)),
            }
        }
        walk.unlisted.extend((elsewhere > 0).then(|| left_away(elsewhere, &root)));
        walk.roots.push(root);
    }
    walk
}

fn left_away(files: u64, root: &Path) -> String {
    let files = count(files, "file that is", "files that are");
    format!(
        "left out {files} not on this computer; have your sync program make them available here: {}",
        root.display()
    )
}

/// Takes up files that were found before. One that is gone by now is told when it is opened.
pub(crate) fn take_up(queued: impl IntoIterator<Item = PathBuf>) -> Walk {
    let find = |path: PathBuf| {
        let stamp = fs::metadata(&path).map(|metadata| Stamp::of(&metadata)).unwrap_or(Stamp::NONE);
        let kind = told(&path).unwrap_or(MediaKind::Image);
        Find::Media { path, kind, stamp }
    };
    Walk { finds: queued.into_iter().map(find).collect(), ..Walk::default() }
}

/// Takes up what has changed in watched folders. A file that is gone by now is gone like the others.
pub(crate) fn take_news(News { files, mut gone, drives, .. }: News) -> Walk {
    let mut finds = Vec::with_capacity(files.len());
    for path in files {
        let stamp = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file).map(|now| Stamp::of(&now));
        match (stamp, told(&path)) {
            (Some(stamp), Some(kind)) => finds.push(Find::Media { path, kind, stamp }),
            (None, _) => gone.push(path),
            (Some(_), None) => {}
        }
    }
    Walk { finds, roots: gone, drives, only_new: true, ..Walk::default() }
}

/// What a file holds, as far as its name tells, or else its first bytes.
pub(crate) fn told(path: &Path) -> Option<MediaKind> {
    by_name(path).or_else(|| sniff(path))
}

/// The absolute form of a named path that exists and can be opened. A link is followed, once, here.
fn check(root: &Path) -> Result<PathBuf, WalkError> {
    let absolute = absolute(root);
    let closed = |reason: io::Error| match reason.kind() {
        io::ErrorKind::NotFound => WalkError::Missing(absolute.clone()),
        _ => WalkError::Closed { reason, path: absolute.clone() },
    };
    if fs::metadata(&absolute).map_err(closed)?.is_dir() {
        fs::read_dir(&absolute).map_err(closed)?;
    }
    Ok(absolute)
}

fn is_same(path: &Path, own: &Path) -> bool {
    path.file_name() == own.file_name() && fs::canonicalize(path).is_ok_and(|found| found == own)
}

fn unlisted(error: &walkdir::Error) -> String {
    let path = error.path().unwrap_or(Path::new("?")).display();
    match error.io_error() {
        Some(reason) => format!("left out a folder that cannot be listed ({}): {path}", explain(reason)),
        None => format!("left out a folder that contains itself: {path}"),
    }
}

impl Walk {
    fn take(&mut self, entry: &DirEntry) {
        match look(entry) {
            Some(find) => self.finds.push(find),
            None => self.ignored += 1,
        }
    }
}

/// What this entry is to us, if anything.
fn look(entry: &DirEntry) -> Option<Find> {
    let path = entry.path().to_owned();
    let named = by_name(&path);
    let skip = |code, reason: &str| {
        named.map(|kind| Find::Skip { path: path.clone(), kind, why: Failure::new(code, reason) })
    };
    let link = entry.path_is_symlink();
    if link && entry.depth() > 0 {
        return skip(Code::Symlink, "a link; the file it points to is read where it lies");
    }
    // A named link stands for the file behind it.
    let metadata = if link { fs::metadata(&path).ok()? } else { entry.metadata().ok()? };
    let kind = metadata.file_type();
    if !kind.is_file() {
        let what = if kind.is_fifo() {
            "a pipe, not a file"
        } else if kind.is_socket() {
            "a socket, not a file"
        } else {
            "a device, not a file"
        };
        return skip(Code::NotAFile, what);
    }
    let stamp = Stamp::of(&metadata);
    if let Some(kind) = named {
        return Some(Find::Media { path, kind, stamp });
    }
    let kind = sniff(&path)?;
    Some(Find::Media { path, kind, stamp })
}

/// What the first bytes say of a file whose name says nothing.
fn sniff(path: &Path) -> Option<MediaKind> {
    let mut first = Vec::with_capacity(SNIFF_BYTES);
    open_regular(path).ok()?.take(SNIFF_BYTES as u64).read_to_end(&mut first).ok()?;
    by_content(&first)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn names(walk: &Walk) -> Vec<String> {
        let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
        walk.finds
            .iter()
            .map(|find| match find {
                Find::Media { path, kind, .. } => format!("{} {kind}", name(path)),
                Find::Skip { path, why, .. } => format!("{} {}", name(path), why.code.as_str()),
            })
            .collect()
    }

    fn refused(error: WalkError) -> bool {
        panic!("{error}")
    }

    fn desktop() -> tempfile::TempDir {
        let desktop = tempfile::tempdir().unwrap();
        let at = |name: &str| desktop.path().join(name);
        for folder in ["deep/er", ".hidden", "own", "folder.jpg"] {
            fs::create_dir_all(at(folder)).unwrap();
        }
        for (name, content) in [
            ("a.png", &b"x"[..]),
            (".shot.png", b"x"),
            ("no-extension", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
            ("notes.txt", b"notes"),
            ("deep/er/b.JPG", b"x"),
            (".hidden/c.png", b"x"),
            ("own/d.png", b"x"),
            ("folder.jpg/e.webp", b"x"),
            ("deep/cloud.png.nextcloud", b" "),
        ] {
            fs::write(at(name), content).unwrap();
        }
        symlink(desktop.path(), at("deep/loop")).unwrap();
        symlink(at("a.png"), at("link.png")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, at("pipe.webm"), 0o600.into()).unwrap();
        desktop
    }

    #[test]
    fn a_folder_gives_its_media_and_a_word_about_what_looks_like_one() {
        let desktop = desktop();
        let walk = walk(&[desktop.path().into()], &desktop.path().join("own"), |_| true, refused);
        assert_eq!(
            names(&walk),
            [
                ".shot.png image",
                "a.png image",
                "b.JPG image",
                "e.webp image",
                "link.png symlink",
                "no-extension image",
                "pipe.webm not_a_file",
            ]
        );
        assert_eq!(walk.ignored, 2, "the notes and the link that loops");
        let [left] = &walk.unlisted[..] else { panic!("{:?}", walk.unlisted) };
        assert!(left.starts_with("left out 1 file that is not on this computer; "), "{left}");
    }

    #[test]
    fn what_is_named_is_taken_even_when_hidden_or_linked_and_never_twice() {
        let desktop = desktop();
        let roots = [
            desktop.path().join(".hidden"),
            desktop.path().join("link.png"),
            desktop.path().join(".hidden/c.png"),
        ];
        let walk = walk(&roots, Path::new("/nowhere"), |_| true, refused);
        assert_eq!(names(&walk), ["c.png image", "link.png image"]);
    }

    #[test]
    fn a_folder_that_is_named_in_three_ways_is_walked_once() {
        let desktop = desktop();
        let link = tempfile::tempdir().unwrap();
        let linked = link.path().join("linked");
        std::os::unix::fs::symlink(desktop.path(), &linked).unwrap();
        let around = desktop.path().join("..").join(desktop.path().file_name().unwrap());
        let once = walk(&[desktop.path().to_owned()], Path::new("/nowhere"), |_| true, refused);
        let roots = [linked, desktop.path().to_owned(), around];
        let thrice = walk(&roots, Path::new("/nowhere"), |_| true, refused);
        assert_eq!((names(&thrice), thrice.ignored), (names(&once), once.ignored));
    }

    #[test]
    fn a_folder_that_is_named_from_below_gives_the_same_paths() {
        let desktop = desktop();
        let real = fs::canonicalize(desktop.path()).unwrap();
        let detours = [real.join("deep/.."), real.join("deep/er/../../a.png"), real.join("own/../link.png")];
        let walk = walk(&detours, Path::new("/nowhere"), |_| true, refused);
        assert_eq!(walk.roots, [real.clone(), real.join("a.png"), real.join("link.png")]);
        assert!(walk.finds.iter().all(|find| find.path().parent() != Some(&real.join("deep/.."))));
    }

    #[test]
    fn a_missing_path_is_named_and_the_others_are_walked() {
        let desktop = desktop();
        let mut errors = Vec::new();
        let roots = ["/no/such/folder".into(), desktop.path().join("a.png")];
        let walk = walk(
            &roots,
            Path::new("/nowhere"),
            |_| true,
            |error| {
                errors.push(error.to_string());
                true
            },
        );
        assert_eq!(errors, ["there is no such file or folder: /no/such/folder"]);
        assert_eq!(names(&walk), ["a.png image"]);
    }
}
