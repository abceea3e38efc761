//! Taking back a change of `settings.toml`.

use std::path::Path;

use toml_edit::DocumentMut;

use super::edit::Edit;
use super::{Settings, WatchedFolder};

/// What takes a change back. It may hold what stood in the file, and is not for anybody's eyes.
#[derive(Clone, PartialEq, Eq)]
pub struct WayBack {
    /// The text before; none if there was no file.
    pub(super) before: Option<String>,
    /// The text that was made of it.
    pub(super) after: String,
    /// For a file that has been changed since: what gives back what this change touched, and nothing else.
    pub(super) edits: Vec<Edit>,
}

// Without what stood in the file, which may be the password of a proxy.
impl std::fmt::Debug for WayBack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WayBack").finish_non_exhaustive()
    }
}

impl WayBack {
    /// From a file with these edits in it to the one before, which says what these settings are.
    pub(super) fn of(before: Option<&str>, settings: &Settings, after: &str, edits: &[Edit]) -> Self {
        let document = before.and_then(|text| text.parse::<DocumentMut>().ok()).unwrap_or_default();
        // The last change is taken back first.
        let edits = edits.iter().rev().map(|edit| back(edit, &document, &settings.watch)).collect();
        Self { before: before.map(str::to_owned), after: after.to_owned(), edits }
    }
}

fn back(edit: &Edit, document: &DocumentMut, watch: &[WatchedFolder]) -> Edit {
    let folder = |path: &Path| watch.iter().find(|folder| folder.path == path).cloned();
    match edit {
        Edit::Set { key, .. } | Edit::Unset { key } => {
            match document.get(key).and_then(|item| item.as_value()) {
                Some(value) => {
                    let mut value = value.clone();
                    value.decor_mut().clear();
                    Edit::Set { key: key.clone(), value: value.to_string() }
                }
                None => Edit::Unset { key: key.clone() },
            }
        }
        Edit::Watch(WatchedFolder { path, .. }) | Edit::Unwatch(path) => {
            folder(path).map_or_else(|| Edit::Unwatch(path.clone()), Edit::Watch)
        }
    }
}
