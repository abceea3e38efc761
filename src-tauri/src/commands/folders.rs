//! Watched folders, and what happens in the background: choosing, counting and changing them.

use deskscribe_engine::{Edit, FilePath, WatchedFolder, desktop};
use tauri::{AppHandle, State, command};

use super::Answer;
use crate::ask;
use crate::background::{autostart, closing};
use crate::choices::FolderChoice;
use crate::desk::Desk;
use crate::error::CommandError;
use crate::ways_back::Way;

/// Asks for a folder to watch; nothing, if none was chosen. What is told is not watched yet.
#[command]
#[specta::specta]
pub(crate) async fn choose_watched(app: AppHandle, desk: State<'_, Desk>) -> Answer<Option<FolderChoice>> {
    let Some(folder) = ask::which_folder(&app, "Choose a folder to watch", desktop()).await else {
        return Ok(None);
    };
    let settings = desk.chosen.borrow().settings.clone().unwrap_or_default();
    let watched = settings.watch.iter().find(|watched| watched.path == folder);
    Ok(Some(watched.map_or_else(|| FolderChoice::suggested(&folder), FolderChoice::from)))
}

/// Counts what would be read in this folder, and tells it on the live channel; nothing is opened. Without a folder no
/// more is counted.
#[command]
#[specta::specta]
pub(crate) async fn count_folder(desk: State<'_, Desk>, folder: Option<FolderChoice>) -> Answer<()> {
    match folder {
        Some(folder) => desk.counting.begin(folder.try_into()?, desk.inner().clone()),
        None => desk.counting.end(&desk),
    }
    Ok(())
}

/// Watches this folder from now on; one that is watched already, in another way. Tells the number of the change, to
/// take it back.
#[command]
#[specta::specta]
pub(crate) async fn watch_folder(app: AppHandle, desk: State<'_, Desk>, folder: FolderChoice) -> Answer<u32> {
    let folder = WatchedFolder::try_from(folder)?;
    desk.change(vec![Edit::Watch(folder)], &app).await
}

/// Watches this folder no more. What was read in it stays. Tells the number of the change, to take it back.
#[command]
#[specta::specta]
pub(crate) async fn unwatch_folder(app: AppHandle, desk: State<'_, Desk>, folder: FilePath) -> Answer<u32> {
    desk.change(vec![Edit::Unwatch(folder.to_path()?)], &app).await
}

/// Whether it is started when the user logs in, from now on. Tells the number of the change, to take it back.
#[command]
#[specta::specta]
pub(crate) async fn set_autostart(desk: State<'_, Desk>, on: bool) -> Answer<u32> {
    let was_on = autostart::is_on();
    autostart::set(on).map_err(CommandError::system)?;
    // The settings say nothing of it, and are told with it.
    desk.chosen.send_modify(|_| ());
    Ok(desk.ways_back.keep(Way::Autostart(was_on)))
}

/// The answer to whether to go on when the window is closed, which it then is.
#[command]
#[specta::specta]
pub(crate) async fn close_window(app: AppHandle, desk: State<'_, Desk>, keep_running: bool) -> Answer<()> {
    let set = Edit::Set { key: "keep_running".to_owned(), value: keep_running.to_string() };
    desk.change(vec![set], &app).await?;
    closing::close(&app, &desk);
    Ok(())
}
