//! Having files read, and everything that keeps them from it: pause, stop, the queue.

use std::path::PathBuf;
use std::time::Duration;

use deskscribe_engine::{Again, ContentKey, FilePath, Files};
use tauri::{AppHandle, State, command};

use super::{Answer, paths};
use crate::desk::Desk;
use crate::error::{CommandError, ErrorCode};

/// Reads these again, whatever is known of them.
#[command]
#[specta::specta]
pub(crate) async fn read_again(desk: State<'_, Desk>, keys: Vec<ContentKey>) -> Answer<()> {
    let files = desk.shelves.ask(move |library| {
        let mut files = Vec::new();
        for key in &keys {
            files.extend(library.there(key)?);
        }
        Ok(files)
    });
    let files = files.await?;
    if files.is_empty() {
        return Err(CommandError::new(
            ErrorCode::Gone,
            "the file is not there any more, so it cannot be read again",
        ));
    }
    desk.order(Files::Below(files), Again::All, true).await
}

/// Reads a file again that could not be read.
#[command]
#[specta::specta]
pub(crate) async fn try_again(desk: State<'_, Desk>, files: Vec<FilePath>) -> Answer<()> {
    desk.order(Files::Below(paths(&files)?), Again::Failed, true).await
}

/// Tries everything again that could not be read. Tells how many files that are.
#[command]
#[specta::specta]
pub(crate) async fn retry_failed(desk: State<'_, Desk>) -> Answer<u32> {
    let failed = desk.shelves.ask(|library| Ok(library.failed_paths()?)).await?;
    let failed: Vec<PathBuf> = failed.into_iter().filter(|path| path.symlink_metadata().is_ok()).collect();
    let count = failed.len() as u32;
    if count > 0 {
        desk.order(Files::Below(failed), Again::Failed, false).await?;
    }
    Ok(count)
}

/// Reads what was found earlier, and not read.
#[command]
#[specta::specta]
pub(crate) async fn read_waiting(desk: State<'_, Desk>) -> Answer<()> {
    desk.order(Files::Queued, Again::Nothing, false).await
}

/// Stops all work for so many seconds, or until it is resumed; no processor is used meanwhile.
#[command]
#[specta::specta]
pub(crate) async fn pause(desk: State<'_, Desk>, seconds: Option<u32>) -> Answer<()> {
    desk.session()?.pause(seconds.map(|seconds| Duration::from_secs(seconds.into())));
    Ok(())
}

/// Goes on.
#[command]
#[specta::specta]
pub(crate) async fn resume(desk: State<'_, Desk>) -> Answer<()> {
    desk.session()?.resume();
    Ok(())
}

/// Gives up a file that is being read, or waits for it.
#[command]
#[specta::specta]
pub(crate) async fn cancel(desk: State<'_, Desk>, file: FilePath) -> Answer<()> {
    desk.session()?.cancel(file.to_path()?).await.map(drop).map_err(ended)
}

/// Gives up everything that was ordered. The files stay among those that are not read yet.
#[command]
#[specta::specta]
pub(crate) async fn stop(desk: State<'_, Desk>) -> Answer<()> {
    desk.session()?.stop().await.map_err(ended)
}

/// Takes these files out of the queue, or all; they are not waited for any more.
#[command]
#[specta::specta]
pub(crate) async fn remove(desk: State<'_, Desk>, files: Option<Vec<FilePath>>) -> Answer<()> {
    let session = desk.session()?;
    match files {
        Some(files) => session.remove(paths(&files)?).await.map_err(ended),
        None => session.remove_all().await.map_err(ended),
    }
}

/// Starts the engine anew after it broke.
#[command]
#[specta::specta]
pub(crate) async fn restart(app: AppHandle, desk: State<'_, Desk>) -> Answer<()> {
    desk.start_engine(&app).await;
    desk.session().map(drop)
}

fn ended(error: impl ToString) -> CommandError {
    CommandError::new(ErrorCode::Workers, error)
}
