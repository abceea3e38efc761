//! One item, or a few that are selected: looking at them, and doing something with them.

use std::path::Path;

use deskscribe_engine::{
    ContentKey, FilePath, Format, ItemView, Library, Named, Query, Selection, TranscriptFormat,
};
use serde::Deserialize;
use tauri::async_runtime::spawn_blocking;
use tauri::{State, command};

use super::Answer;
use super::transcript::words_of;
use crate::desk::Desk;
use crate::error::CommandError;

/// In which form something is copied.
#[derive(Debug, Clone, Copy, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CopyForm {
    /// What was said in it and what can be read in it.
    Text,
    /// With title, summary, tags and where it lies.
    Markdown,
}

/// Everything that is known of this content; with a query, where its words stand.
#[command]
#[specta::specta]
pub(crate) async fn item(desk: State<'_, Desk>, key: ContentKey, query: String) -> Answer<ItemView> {
    // What cannot be searched for stands nowhere.
    let query = Query::parse(&query).unwrap_or_default();
    desk.shelves.ask(move |library| view(library, &key, &query)).await
}

fn view(library: &Library, key: &ContentKey, query: &Query) -> Answer<ItemView> {
    library.view(key, None, query)?.ok_or_else(CommandError::gone)
}

/// Sets the tags of this content; without any list they are the machine's again.
#[command]
#[specta::specta]
pub(crate) async fn set_tags(
    desk: State<'_, Desk>,
    key: ContentKey,
    tags: Option<Vec<String>>,
) -> Answer<ItemView> {
    let home = desk.home.clone();
    let set = spawn_blocking(move || deskscribe_engine::set_tags(&home, &key, tags.as_deref()));
    set.await.map_err(CommandError::system)??.ok_or_else(CommandError::gone)?;
    desk.shelves.ask(move |library| view(library, &key, &Query::default())).await
}

/// Lets go of what was read in these, for good; no file is touched. Tells of how many.
#[command]
#[specta::specta]
pub(crate) async fn forget(desk: State<'_, Desk>, keys: Vec<ContentKey>) -> Answer<u32> {
    let home = desk.home.clone();
    let named: Vec<_> = keys.into_iter().map(|key| Named::Content { key, path: None }).collect();
    let forget = spawn_blocking(move || deskscribe_engine::forget(&home, &named));
    Ok(forget.await.map_err(CommandError::system)?? as u32)
}

/// Puts these on the clipboard.
#[command]
#[specta::specta]
pub(crate) async fn copy(desk: State<'_, Desk>, keys: Vec<ContentKey>, form: CopyForm) -> Answer<()> {
    copied(&desk, keys, form).await
}

/// Puts these on the clipboard.
pub(crate) async fn copied(desk: &Desk, keys: Vec<ContentKey>, form: CopyForm) -> Answer<()> {
    let text = desk.shelves.ask(move |library| in_form(library, &keys, form)).await?;
    put(desk, text).await
}

fn in_form(library: &Library, keys: &[ContentKey], form: CopyForm) -> Answer<String> {
    match form {
        CopyForm::Markdown => {
            let mut markdown = Vec::new();
            let export = library.export(Selection::Keys(keys), Format::Markdown, &mut markdown);
            export.map_err(CommandError::system)?;
            Ok(String::from_utf8_lossy(&markdown).into_owned())
        }
        CopyForm::Text => {
            let mut texts = Vec::new();
            for key in keys {
                let Some(row) = library.item(key, None)?.map(|item| item.row) else { continue };
                if row.recording.is_some_and(|recording| !recording.transcript.is_empty()) {
                    texts.push(words_of(library, key, TranscriptFormat::Txt)?.trim_end().to_owned());
                }
                texts.extend(row.text.filter(|text| !text.is_empty()));
            }
            Ok(texts.join("\n\n"))
        }
    }
}

/// Puts a text on the clipboard.
#[command]
#[specta::specta]
pub(crate) async fn copy_text(desk: State<'_, Desk>, text: String) -> Answer<()> {
    put(&desk, text).await
}

/// Puts a text on the clipboard.
pub(super) async fn put(desk: &Desk, text: String) -> Answer<()> {
    let desk = desk.clone();
    // Whoever holds the clipboard may be slow.
    spawn_blocking(move || desk.clipboard.put(text)).await.map_err(CommandError::system)?
}

/// Opens a file with the program that the system has for it.
#[command]
#[specta::specta]
pub(crate) async fn open(file: FilePath) -> Answer<()> {
    let path = file.to_path()?;
    is_there(&path)?;
    let opened = tauri_plugin_opener::open_path(&path, None::<&str>);
    opened.map_err(|error| CommandError::system(format!("it cannot be opened ({error}): {}", path.display())))
}

/// Shows a file in its folder, or the folder alone where no file manager can be asked for more.
#[command]
#[specta::specta]
pub(crate) async fn reveal(file: FilePath) -> Answer<()> {
    let path = file.to_path()?;
    is_there(&path)?;
    let folder = path.parent().unwrap_or(&path);
    let shown = tauri_plugin_opener::reveal_item_in_dir(&path)
        .or_else(|_| tauri_plugin_opener::open_path(folder, None::<&str>));
    shown.map_err(|error| {
        CommandError::system(format!("its folder cannot be shown ({error}): {}", path.display()))
    })
}

fn is_there(path: &Path) -> Answer<()> {
    let gone =
        |error| CommandError::system(format!("the file is not there any more ({error}): {}", path.display()));
    path.symlink_metadata().map(drop).map_err(gone)
}
