//! What is like something: like an item that is open, or like what was typed, whatever its words.

use deskscribe_engine::{Card, ContentKey, Query};
use tauri::{State, command};

use super::Answer;
use crate::desk::Desk;
use crate::error::CommandError;

/// So many are told at most.
const MOST: usize = 12;

/// What is like this content, the nearest first. Nothing, if no model has made a vector of it.
#[command]
#[specta::specta]
pub(crate) async fn similar(desk: State<'_, Desk>, key: ContentKey) -> Answer<Vec<Card>> {
    desk.shelves.ask(move |library| Ok(library.similar_cards(&key, MOST)?)).await
}

/// What means something like what was typed and does not have its words, the nearest first. Asks the language model's
/// server what the words mean.
#[command]
#[specta::specta]
pub(crate) async fn by_meaning(desk: State<'_, Desk>, query: String) -> Answer<Vec<Card>> {
    let query = Query::parse(&query)?;
    let session = desk.started().await?;
    let meant = session.gateway().meaning(query.said()).await;
    let meant = meant.map_err(|trouble| CommandError::system(trouble.words()))?;
    let find = move |library: &deskscribe_engine::Library| {
        let page = library.page_meaning(&query, meant.meaning(), 0, 10 * MOST)?;
        Ok(page.cards.into_iter().filter(|card| card.meant).take(MOST).collect())
    };
    desk.shelves.ask(find).await
}
