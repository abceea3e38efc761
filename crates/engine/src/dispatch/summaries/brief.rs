//! What whoever makes a summary has to know.

use std::sync::Arc;

use deskscribe_cache::{Basis, Cache, Outcome, Unsummarised};
use deskscribe_protocol::{Brief, LanguageModel, MediaKind, Reading};

use super::Wanted;
use crate::gateway::Server;
use crate::intake::Medium;
use crate::session::{self, PreviewOf};
use crate::{RunError, Settings};

/// What is to be made of this content, and of what; nothing, if it is forgotten meanwhile.
pub(super) fn of(
    content: Unsummarised,
    server: &Server,
    settings: &Settings,
    cache: &Cache,
) -> Result<Option<Wanted>, RunError> {
    let known = cache.read()?;
    let Some(record) = known.outcome(&content.key)? else { return Ok(None) };
    let Outcome::Read(reading) = record.outcome else { return Ok(None) };
    let basis = Basis::of(&reading);
    let model = content.wants_digest.then(|| LanguageModel { ..server.model.clone() });
    let sees = model.as_ref().is_some_and(|model| model.sees) && content.kind == MediaKind::Image;
    // Without the picture, there is still its text.
    let seen = sees.then(|| session::find(cache, &PreviewOf::Content(content.key), &settings.limits));
    let (medium, shows) = match seen {
        Some(Ok(medium)) => (medium, true),
        _ => (Medium::unopened(content.place.clone(), content.kind, content.key)?, false),
    };
    let brief = Brief {
        model,
        embedder: server.embedder.clone().filter(|_| content.wants_vector),
        write_in: settings.llm.language.clone(),
        tags: known.common_tags(Brief::MOST_TAGS)?,
        shows,
        ..what_is_there(*reading)
    };
    Ok(Some(Wanted { content, medium: Arc::new(medium), brief, basis }))
}

/// What was read and heard.
fn what_is_there(reading: Reading) -> Brief {
    let Reading { text, language, recording, .. } = reading;
    match recording {
        None => Brief { text, language, ..Brief::default() },
        // Its text is that of its screens.
        Some(recording) => Brief {
            language: language.or(recording.spoken_language),
            transcript: recording.transcript,
            screen: recording.screen,
            ..Brief::default()
        },
    }
}
