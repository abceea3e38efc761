//! Settings: choosing one, taking a choice back, and what there is to know about this machine and this installation.

use std::path::PathBuf;

use deskscribe_engine::{Capacity, Diagnosis, Edit, Home, Plain, Sent, Settings};
use serde::Deserialize;
use tauri::async_runtime::spawn_blocking;
use tauri::{AppHandle, State, command};

use super::Answer;
use crate::ask;
use crate::background::autostart;
use crate::desk::{Desk, Reading};
use crate::error::{CommandError, ErrorCode};
use crate::ways_back::Way;

/// A place of ours that a person may want to look at.
#[derive(Debug, Clone, Copy, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Place {
    /// The file of the settings; one that explains every key is made if there is none.
    Settings,
    /// Where everything is kept.
    Home,
    /// What the program did.
    Logs,
}

/// Gives a setting this value, or the one that it comes with. Tells the number of the change, to take it back.
#[command]
#[specta::specta]
pub(crate) async fn set_setting(
    app: AppHandle,
    desk: State<'_, Desk>,
    key: String,
    value: Option<Plain>,
) -> Answer<u32> {
    desk.change(vec![Edit::choose(&key, value.as_ref())?], &app).await
}

/// Takes a change back.
#[command]
#[specta::specta]
pub(crate) async fn undo_setting(app: AppHandle, desk: State<'_, Desk>, change: u32) -> Answer<()> {
    let gone = || CommandError::new(ErrorCode::Gone, "this change was taken back already, or is long ago");
    match desk.ways_back.take(change).ok_or_else(gone)? {
        Way::Settings(way) => {
            let home = desk.home.clone();
            let back = spawn_blocking(move || Settings::go_back(&home, &way)).await;
            desk.take(back.map_err(CommandError::system)??, &app);
        }
        Way::Autostart(was_on) => {
            autostart::set(was_on).map_err(CommandError::system)?;
            desk.chosen.send_modify(|_| ());
        }
    }
    Ok(())
}

/// How many workers there are and why, as of now.
#[command]
#[specta::specta]
pub(crate) async fn capacity(desk: State<'_, Desk>) -> Answer<Capacity> {
    let settings = desk.chosen.borrow().settings.clone().unwrap_or_default();
    let held = match &*desk.engine.borrow() {
        Reading::Session(session) => session.status().resident.unwrap_or_default(),
        _ => 0,
    };
    Ok(Capacity::now(&settings, held))
}

/// Examines the installation, as `deskscribe doctor` does. Starts one worker, and takes a moment.
#[command]
#[specta::specta]
pub(crate) async fn diagnose(desk: State<'_, Desk>) -> Answer<Diagnosis> {
    Ok(Diagnosis::make(&desk.home).await)
}

/// What was ever sent to each language model's server, in sum; what left this machine first.
#[command]
#[specta::specta]
pub(crate) async fn sent(desk: State<'_, Desk>) -> Answer<Vec<Sent>> {
    match desk.shelves.ask(|library| Ok(library.sent()?)).await {
        Err(CommandError { code: ErrorCode::Nothing, .. }) => Ok(Vec::new()),
        sent => sent,
    }
}

/// Opens a place of ours with the program that the system has for it.
#[command]
#[specta::specta]
pub(crate) async fn open_place(desk: State<'_, Desk>, place: Place) -> Answer<()> {
    let home = desk.home.clone();
    spawn_blocking(move || opened(&home, place)).await.map_err(CommandError::system)?
}

fn opened(home: &Home, place: Place) -> Answer<()> {
    let path: PathBuf = match place {
        Place::Settings => {
            Settings::begin(home)?;
            home.settings()
        }
        Place::Home => home.folder().to_owned(),
        Place::Logs => home.logs(),
    };
    let opened = tauri_plugin_opener::open_path(&path, None::<&str>);
    opened.map_err(|error| CommandError::system(format!("it cannot be opened ({error}): {}", path.display())))
}

/// Asks for the folder that transcripts are written to; nothing, if none was chosen.
#[command]
#[specta::specta]
pub(crate) async fn choose_transcripts(app: AppHandle) -> Answer<Option<String>> {
    let Some(folder) = ask::which_folder(&app, "Choose a folder for transcripts", None).await else {
        return Ok(None);
    };
    let named = |folder: PathBuf| {
        let why = "this folder cannot stand in the settings, which are text in UTF-8; rename it first";
        CommandError::system(format!("{why}: {}", folder.display()))
    };
    folder.into_os_string().into_string().map(Some).map_err(|folder| named(folder.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_a_place_for_every_setting() {
        let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/src/state/settings-pages.ts");
        let pages = std::fs::read_to_string(pages).unwrap();
        for key in Settings::keys() {
            assert_eq!(pages.matches(&format!("\"{key}\"")).count(), 1, "{key}");
        }
    }
}
