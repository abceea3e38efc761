//! Previews: a picture that somebody waits to see, which goes before everything that is to be read.
//!
//! No claim is needed for it, and nothing is stored. A worker that dies of it costs that preview alone: it is told as
//! any death is, and is no step on the ladder of the file. While the engine is paused, a preview is made all the same
//! if a seat is free; the workers that are stopped keep theirs.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use deskscribe_protocol::{JobId, Raster, Work};
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinSet};

use super::{Dispatch, Halt};
use crate::intake::Medium;
use crate::pool::Ending;
use crate::session::{self, Preview, PreviewError, PreviewOf};

/// Previews that may be wanted at once. Each has an open file.
const MOST: usize = 16;

type Answer = oneshot::Sender<Result<Preview, PreviewError>>;

/// All previews that somebody waits for.
#[derive(Default)]
pub(super) struct Previews {
    looks: JoinSet<Option<Wanted>>,
    waiting: VecDeque<Wanted>,
    pub(super) lent: HashMap<JobId, Wanted>,
}

/// A file that is open and is to be shown.
pub(super) struct Wanted {
    medium: Arc<Medium>,
    edge: u32,
    /// In seconds, of a recording.
    at: f64,
    answer: Answer,
}

impl Previews {
    pub(super) fn is_empty(&self) -> bool {
        self.looks.is_empty() && self.waiting.is_empty() && self.lent.is_empty()
    }

    /// What a worker shows.
    pub(super) fn medium(&self, job: JobId) -> Option<&Arc<Medium>> {
        self.lent.get(&job).map(|wanted| &wanted.medium)
    }

    /// The next file that was found and opened, or was not. Never comes while none is looked for.
    pub(super) async fn next(&mut self) -> Option<Result<Option<Wanted>, JoinError>> {
        self.looks.join_next().await
    }
}

impl Dispatch {
    /// Begins to look for the file of a preview.
    pub(super) fn preview(&mut self, of: PreviewOf, edge: u32, at: f64, answer: Answer) {
        let previews = &mut self.previews;
        // Whoever has gone on to another picture does not wait for this one.
        previews.waiting.retain(|wanted| !wanted.answer.is_closed());
        if previews.looks.len() + previews.waiting.len() >= MOST {
            return drop(answer.send(Err(PreviewError::Busy)));
        }
        let edge = edge.clamp(1, Raster::LONGEST_EDGE);
        let (cache, limits) = (self.cache.clone(), self.settings.limits.clone());
        previews.looks.spawn_blocking(move || match session::find(&cache, &of, &limits) {
            Ok(medium) => Some(Wanted { medium: Arc::new(medium), edge, at, answer }),
            Err(error) => {
                // Whoever has gone away needs no answer.
                let _ = answer.send(Err(error));
                None
            }
        });
    }

    /// A file is open that is to be shown.
    pub(super) fn found_for_preview(&mut self, found: Result<Option<Wanted>, JoinError>) {
        match found {
            Ok(found) => self.previews.waiting.extend(found),
            Err(error) => tracing::warn!(%error, "a preview is lost"),
        }
    }

    /// Lends what is to be shown to free seats.
    pub(super) fn lend_previews(&mut self) {
        while let Some(wanted) = self.previews.waiting.pop_front() {
            if wanted.answer.is_closed() {
                continue;
            }
            if self.paused && !self.pool.has_free_seat(false) {
                let _ = wanted.answer.send(Err(PreviewError::Paused));
                continue;
            }
            let work = Work::Preview { edge: wanted.edge, at: wanted.at };
            let job = self.job(Arc::clone(&wanted.medium), false, work);
            let id = job.id;
            if !self.pool.has_free_seat(self.crowded.is_some()) || !self.pool.lend(job) {
                return self.previews.waiting.push_front(wanted);
            }
            self.previews.lent.insert(id, wanted);
        }
    }

    /// A worker has shown a picture, or has not.
    pub(super) async fn shown(&mut self, wanted: Wanted, ending: Ending) -> Result<(), Halt> {
        let path = wanted.medium.path.clone();
        self.tell_end(&ending, Some(&path)).await;
        let has_changed = wanted.medium.has_changed().await == Some(true);
        let error = match ending {
            Ending::NoPlace => {
                self.previews.waiting.push_front(wanted);
                return self.no_place().await;
            }
            _ if has_changed => PreviewError::Changed(path),
            Ending::Done { picture: Some((raster, pixels)), .. } => {
                // Not here: it takes some milliseconds.
                tokio::task::spawn_blocking(move || {
                    let _ = wanted.answer.send(session::encode(raster, &pixels, &path));
                });
                return Ok(());
            }
            Ending::Failed { failure, .. } | Ending::Stopped { failure, .. } => {
                PreviewError::Failed { reason: failure.reason, path }
            }
            Ending::Died { how, .. } => {
                PreviewError::Failed { reason: format!("the worker that opened it died: {how}"), path }
            }
            Ending::NotStarted(error) => PreviewError::NoWorker(error.to_string()),
            Ending::Done { .. } | Ending::Cancelled { .. } | Ending::Dropped => PreviewError::Closed,
        };
        let _ = wanted.answer.send(Err(error));
        Ok(())
    }
}
