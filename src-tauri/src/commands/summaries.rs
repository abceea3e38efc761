//! Summaries by a language model: who makes them, what is wrong, and having some made again. Nothing is fetched
//! unasked.

use deskscribe_engine::{ContentKey, LlmState, LlmTest};
use tauri::{State, command};

use super::Answer;
use crate::desk::Desk;
use crate::error::{CommandError, ErrorCode};

/// Asks the server who is there, now. What it says is in the status from then on, too.
#[command]
#[specta::specta]
pub(crate) async fn look_for_model(desk: State<'_, Desk>) -> Answer<LlmState> {
    Ok(desk.started().await?.gateway().look().await)
}

/// Tries the language model out: what was called, and what came back.
#[command]
#[specta::specta]
pub(crate) async fn test_model(desk: State<'_, Desk>) -> Answer<LlmTest> {
    desk.started().await?;
    let settings = desk.chosen.borrow().settings.clone();
    let settings = settings.ok_or_else(|| CommandError::system("Deskscribe is still starting"))?;
    Ok(LlmTest::make(&desk.home, &settings).await)
}

/// Begins to have Ollama fetch a model, or the rest of it.
#[command]
#[specta::specta]
pub(crate) async fn pull_model(desk: State<'_, Desk>, name: String) -> Answer<()> {
    desk.pulls.begin(desk.session()?.gateway().clone(), name)
}

/// Stops fetching a language model. What was fetched is kept.
#[command]
#[specta::specta]
pub(crate) async fn stop_pull(desk: State<'_, Desk>) -> Answer<()> {
    desk.pulls.stop();
    Ok(())
}

/// Puts away what was told of a language model that is fetched no more.
#[command]
#[specta::specta]
pub(crate) async fn dismiss_pull(desk: State<'_, Desk>) -> Answer<()> {
    desk.pulls.dismiss();
    Ok(())
}

/// Has these summarised again, by this model or by the one that writes anyway.
#[command]
#[specta::specta]
pub(crate) async fn summarise(
    desk: State<'_, Desk>,
    keys: Vec<ContentKey>,
    model: Option<String>,
) -> Answer<()> {
    let summarised = desk.session()?.summarise(keys, model).await;
    summarised.map_err(|error| CommandError::new(ErrorCode::Workers, error))
}
