//! The words of a recording, for other programs: subtitles, text, Markdown, JSON.

use std::path::Path;

use deskscribe_engine::{ContentKey, Library, TranscriptFormat};
use tauri::{AppHandle, State, command};

use super::Answer;
use super::item::put;
use crate::ask;
use crate::desk::Desk;
use crate::error::CommandError;

/// Writes the transcript of a recording to a file that the person names; nothing, if no file was named.
#[command]
#[specta::specta]
pub(crate) async fn export_transcript(
    desk: State<'_, Desk>,
    app: AppHandle,
    key: ContentKey,
    format: TranscriptFormat,
) -> Answer<Option<String>> {
    let name = desk.shelves.ask(move |library| name_for(library, &key, format)).await?;
    let Some(target) = ask::where_to_save(&app, "Save transcript", &name).await else {
        return Ok(None);
    };
    let told = target.display().to_string();
    // Whoever named a file that is there was asked by the dialog.
    let export = move |library: &Library| {
        library.export_transcript(&key, format, &target).map_err(CommandError::system)
    };
    desk.shelves.ask(export).await?;
    Ok(Some(told))
}

/// The name of the recording, with another end.
fn name_for(library: &Library, key: &ContentKey, format: TranscriptFormat) -> Answer<String> {
    let item = library.item(key, None)?.ok_or_else(CommandError::gone)?;
    let stem = Path::new(&item.row.path).file_stem().unwrap_or("Transcript".as_ref()).to_string_lossy();
    Ok(format!("{stem}.{}", format.extension()))
}

/// Puts the transcript of a recording on the clipboard.
#[command]
#[specta::specta]
pub(crate) async fn copy_transcript(
    desk: State<'_, Desk>,
    key: ContentKey,
    format: TranscriptFormat,
) -> Answer<()> {
    let words = desk.shelves.ask(move |library| words_of(library, &key, format)).await?;
    put(&desk, words).await
}

/// What was said in a recording, in this form.
pub(super) fn words_of(library: &Library, key: &ContentKey, format: TranscriptFormat) -> Answer<String> {
    let mut words = Vec::new();
    library.transcript(&[*key], format, &mut words).map_err(CommandError::system)?;
    Ok(String::from_utf8_lossy(&words).into_owned())
}
