//! The ways in that begin in the page: folders and files that are chosen, and what is pasted. Drops, other starts and
//! "Open with" come from the system.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use deskscribe_engine::{at_home, desktop, local_stamp};
use serde::Serialize;
use tauri::async_runtime::spawn_blocking;
use tauri::ipc::Channel;
use tauri::{AppHandle, State, command};

use super::Answer;
use crate::ask;
use crate::choices::FolderChoice;
use crate::clipboard::{Clipboard, Picture};
use crate::desk::Desk;
use crate::error::CommandError;
use crate::live::{self, Live};

/// Where one could begin.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub(crate) struct Suggestion {
    /// The user's Desktop, as it would be watched.
    desktop: Option<FolderChoice>,
}

/// Tells the page everything that happens from now on, beginning with what is true now.
#[command]
#[specta::specta]
pub(crate) async fn live(desk: State<'_, Desk>, channel: Channel<Live>) -> Answer<()> {
    desk.feed(live::feed(desk.inner().clone(), channel));
    Ok(())
}

/// Where one could begin, for a window that has nothing to show.
#[command]
#[specta::specta]
pub(crate) async fn suggestion() -> Answer<Suggestion> {
    Ok(Suggestion { desktop: desktop().as_deref().map(FolderChoice::suggested) })
}

/// Asks for a folder and reads it. Tells which one, as people write it; nothing, if none was chosen.
#[command]
#[specta::specta]
pub(crate) async fn choose_folder(app: AppHandle, desk: State<'_, Desk>) -> Answer<Option<String>> {
    let Some(folder) = ask::which_folder(&app, "Choose a folder to read", desktop()).await else {
        return Ok(None);
    };
    desk.add_first(vec![folder.clone()]);
    Ok(Some(at_home(&folder)))
}

/// Asks for files and reads them. Tells how many.
#[command]
#[specta::specta]
pub(crate) async fn choose_files(app: AppHandle, desk: State<'_, Desk>) -> Answer<u32> {
    let files = ask::which_files(&app, "Choose files to read").await;
    let count = files.len() as u32;
    desk.add_first(files);
    Ok(count)
}

/// What was pasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Pasted {
    /// Files that a file manager had copied.
    Files {
        /// How many.
        count: u32,
    },
    /// A picture, which is kept as a file among our own.
    Picture,
    /// There is nothing on the clipboard that can be read.
    Nothing,
}

/// Reads what is on the clipboard. A file that was copied is read where it lies, even if its picture is there as well.
#[command]
#[specta::specta]
pub(crate) async fn paste(app: AppHandle, desk: State<'_, Desk>) -> Answer<Pasted> {
    let desk = desk.inner().clone();
    let asked = desk.clone();
    // Whoever holds the clipboard may be slow.
    let files = spawn_blocking(move || asked.clipboard.files()).await.map_err(CommandError::system)??;
    if !files.is_empty() {
        let count = files.len() as u32;
        desk.add_first(files);
        return Ok(Pasted::Files { count });
    }
    let Some(picture) = Clipboard::picture(&app).await else { return Ok(Pasted::Nothing) };
    let folder = desk.home.pasted();
    let failed =
        |error| CommandError::system(format!("the picture cannot be kept ({error}): {}", folder.display()));
    let kept = keep(&folder, &picture).map_err(failed)?;
    desk.add_first(vec![kept]);
    Ok(Pasted::Picture)
}

/// Keeps a pasted picture under a name that no other one has.
fn keep(folder: &Path, Picture { bytes, extension }: &Picture) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let name = format!("Pasted {}", local_stamp());
    for number in 1.. {
        let name = if number == 1 { name.clone() } else { format!("{name} ({number})") };
        let path = folder.join(format!("{name}.{extension}"));
        match fs::File::create_new(&path) {
            Ok(mut file) => return file.write_all(bytes).map(|()| path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_that_are_pasted_in_one_second_are_all_kept() {
        let folder = tempfile::tempdir().unwrap();
        let picture = Picture { bytes: b"x".to_vec(), extension: "png" };
        let kept: Vec<_> = (0..3).map(|_| keep(&folder.path().join("pasted"), &picture).unwrap()).collect();
        assert!(kept.iter().all(|path| path.is_file()));
        assert_eq!(fs::read_dir(folder.path().join("pasted")).unwrap().count(), 3);
    }
}
