//! What is left out of a watched folder, by globs as `.gitignore` has them.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::WatchedFolder;

/// What is left out of one watched folder.
#[derive(Debug, Clone)]
pub struct Filter {
    folder: PathBuf,
    globs: Gitignore,
}

/// What is no glob.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{glob:?} is no glob as in .gitignore: {reason}")]
pub struct GlobError {
    /// Which one.
    pub glob: String,
    /// What is wrong with it.
    pub reason: String,
}

impl WatchedFolder {
    /// What its globs leave out.
    ///
    /// # Errors
    /// One of them is none. Those that come from the settings were looked at before.
    pub fn filter(&self) -> Result<Filter, GlobError> {
        let mut builder = builder(&self.path);
        self.ignore.iter().try_for_each(|glob| add(&mut builder, glob))?;
        let refuse = |error| GlobError { glob: self.ignore.join(" "), reason: reason(error) };
        Ok(Filter { folder: self.path.clone(), globs: builder.build().map_err(refuse)? })
    }
}

impl Filter {
    /// Whether this path below the folder is left out: by its own name, or because a folder that it lies in is. Nothing
    /// outside the folder is, nor the folder itself.
    pub fn leaves_out(&self, path: &Path, is_dir: bool) -> bool {
        let Ok(below) = path.strip_prefix(&self.folder) else { return false };
        // As git has it: what lies in a folder that is left out cannot be taken in again by a glob of its own.
        let is_out = |path: &Path, is_dir| self.globs.matched(path, is_dir).is_ignore();
        let mut around = below.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
        !below.as_os_str().is_empty() && (is_out(below, is_dir) || around.any(|folder| is_out(folder, true)))
    }

    /// Whether this is a glob.
    pub(super) fn check(glob: &str) -> Result<(), GlobError> {
        add(&mut builder(Path::new("/")), glob)
    }
}

fn builder(folder: &Path) -> GitignoreBuilder {
    let mut builder = GitignoreBuilder::new(folder);
    // A bracket that is never closed is more likely a mistake than a name.
    builder.allow_unclosed_class(false);
    builder
}

fn add(builder: &mut GitignoreBuilder, glob: &str) -> Result<(), GlobError> {
    let refuse = |reason: String| GlobError { glob: glob.to_owned(), reason };
    // What a file of globs passes over would here be a setting that is silently ignored.
    if glob.trim().is_empty() {
        return Err(refuse("it is empty".to_owned()));
    }
    if glob.starts_with('#') {
        return Err(refuse(
            "a # at its beginning makes it a comment; for the character write \\#".to_owned(),
        ));
    }
    builder.add_line(None, glob).map_err(|error| refuse(reason(error)))?;
    Ok(())
}

/// What is wrong, without the glob itself.
fn reason(error: ignore::Error) -> String {
    match error {
        ignore::Error::Glob { err, .. } => err,
        ignore::Error::WithLineNumber { err, .. } | ignore::Error::WithPath { err, .. } => reason(*err),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(ignore: &[&str]) -> WatchedFolder {
        let ignore = ignore.iter().map(|&glob| glob.to_owned()).collect();
        WatchedFolder { ignore, ..WatchedFolder::of("/srv/shots") }
    }

    #[test]
    fn globs_mean_what_they_mean_to_git() {
        let filter =
            folder(&["*.tmp.png", "build/", "/top.png", "!keep.tmp.png", "!build/in.png", "a/**/z.png"])
                .filter()
                .unwrap();
        for (path, is_dir, is_left_out) in [
            ("x.tmp.png", false, true),
            ("deep/below/x.tmp.png", false, true),
            ("keep.tmp.png", false, false),
            ("build", true, true),
            ("build", false, false),
            ("deep/build/x.png", false, true),
            ("build/in.png", false, true),
            ("top.png", false, true),
            ("deep/top.png", false, false),
            ("a/b/c/z.png", false, true),
            ("x.png", false, false),
            ("", true, false),
        ] {
            let path = Path::new("/srv/shots").join(path);
            assert_eq!(filter.leaves_out(&path, is_dir), is_left_out, "{}", path.display());
        }
        assert!(!filter.leaves_out(Path::new("/srv/other/x.tmp.png"), false));
        assert!(!folder(&[]).filter().unwrap().leaves_out(Path::new("/srv/shots/x.png"), false));
    }

    #[test]
    fn what_is_no_glob_is_refused_with_the_reason() {
        for glob in ["[", "a{b", "", "  ", "# x"] {
            let error = folder(&["*.ok", glob]).filter().unwrap_err();
            assert_eq!(error.glob, glob);
            assert!(!error.reason.is_empty() && !error.reason.contains("error parsing"), "{error}");
        }
    }
}
