//! Looking at the library: pages of cards, what waits, what could not be read.

use deskscribe_engine::{
    AttentionPage, ContentKey, Format, Library, Page, Query, QueuePage, Selection, TranscriptFormat,
};
use tauri::{AppHandle, State, command};

use super::Answer;
use crate::ask;
use crate::desk::Desk;
use crate::error::{CommandError, ErrorCode};

/// The most cards that are told at once.
const MOST_CARDS: u32 = 1000;

/// What the file of an export is called, unless somebody wants it otherwise.
fn file_name(format: Format) -> &'static str {
    match format {
        Format::Jsonl => "Deskscribe.jsonl",
        Format::Json => "Deskscribe.json",
        Format::Markdown => "Deskscribe.md",
        Format::Csv => "Deskscribe.csv",
        Format::Srt => "Transcript.srt",
        Format::Vtt => "Transcript.vtt",
        Format::Txt => "Transcript.txt",
    }
}

/// Before anything was ever read there is no cache, and that is no error.
fn or_nothing<T: Default>(answer: Answer<T>) -> Answer<T> {
    match answer {
        Err(CommandError { code: ErrorCode::Nothing, .. }) => Ok(T::default()),
        answer => answer,
    }
}

/// The items that match, from this one on; the best first, or the newest.
#[command]
#[specta::specta]
pub(crate) async fn page(desk: State<'_, Desk>, query: String, offset: u32, limit: u32) -> Answer<Page> {
    let query = Query::parse(&query)?;
    let limit = limit.min(MOST_CARDS) as usize;
    let answer = desk.shelves.ask(move |library| Ok(library.page(&query, offset as usize, limit)?)).await;
    or_nothing(answer)
}

/// Files whose turn has not come, the longest waiting first.
#[command]
#[specta::specta]
pub(crate) async fn waiting(desk: State<'_, Desk>, offset: u32, limit: u32) -> Answer<QueuePage> {
    let limit = limit.min(MOST_CARDS) as usize;
    or_nothing(desk.shelves.ask(move |library| Ok(library.queue(offset as usize, limit)?)).await)
}

/// Files that could not be read, the newest first.
#[command]
#[specta::specta]
pub(crate) async fn troubles(desk: State<'_, Desk>, offset: u32, limit: u32) -> Answer<AttentionPage> {
    let limit = limit.min(MOST_CARDS) as usize;
    or_nothing(desk.shelves.ask(move |library| Ok(library.attention(offset as usize, limit)?)).await)
}

/// Exports these, or without keys everything that matches, to a file that the person names; nothing, if no file was
/// named.
#[command]
#[specta::specta]
pub(crate) async fn export_items(
    desk: State<'_, Desk>,
    app: AppHandle,
    keys: Option<Vec<ContentKey>>,
    query: String,
    format: Format,
) -> Answer<Option<String>> {
    let query = Query::parse(&query)?;
    if let Some(transcript) = format.transcript()
        && keys.as_ref().is_none_or(|keys| keys.len() != 1)
    {
        return export_transcripts(&desk, &app, keys, query, transcript).await;
    }
    let Some(target) = ask::where_to_save(&app, "Export to", file_name(format)).await else {
        return Ok(None);
    };
    let told = target.display().to_string();
    let export = move |library: &Library| {
        let selection = keys.as_deref().map_or(Selection::Matching(&query), Selection::Keys);
        // Whoever named a file that is there was asked by the dialog.
        library.export_to(selection, format, &target, true).map_err(CommandError::system)
    };
    desk.shelves.ask(export).await?;
    Ok(Some(told))
}

/// Writes a file for each recording among these into a folder that the person names. No file that is there is replaced.
async fn export_transcripts(
    desk: &Desk,
    app: &AppHandle,
    keys: Option<Vec<ContentKey>>,
    query: Query,
    format: TranscriptFormat,
) -> Answer<Option<String>> {
    let Some(folder) = ask::which_folder(app, "Export transcripts to", None).await else { return Ok(None) };
    let told = folder.display().to_string();
    let export = move |library: &Library| {
        let selection = keys.as_deref().map_or(Selection::Matching(&query), Selection::Keys);
        library.export_transcripts(selection, format, &folder, false).map_err(CommandError::system)
    };
    desk.shelves.ask(export).await?;
    Ok(Some(told))
}
