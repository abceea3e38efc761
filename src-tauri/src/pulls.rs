//! Having Ollama fetch a language model, one at a time. It goes on whatever the page shows, and ends with the window;
//! what was fetched by then stays with Ollama, and the next start offers to go on.

use std::sync::Arc;

use deskscribe_engine::{Gateway, Pull, Trouble, TroubleCode};
use serde::Serialize;
use tokio::sync::watch;

use crate::error::CommandError;
use crate::task::Task;
use crate::unfinished::{Download, Unfinished};

#[cfg(test)]
mod tests;

/// A model that is fetched, or was fetched last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
pub(crate) struct ModelPull {
    /// Its name.
    pub(crate) model: String,
    /// How far it is.
    pub(crate) progress: PullProgress,
}

/// How far a model is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum PullProgress {
    /// It is fetched; without a step it has just begun.
    Going {
        /// What Ollama does.
        step: Option<Pull>,
    },
    /// Somebody stopped it.
    Stopped {
        /// Bytes that stay with Ollama.
        kept: u64,
    },
    /// It could not be fetched.
    Failed {
        /// Why, and the way out.
        trouble: Trouble,
    },
    /// It is there.
    Done,
}

/// What is fetched.
pub(crate) struct Pulls {
    known: Arc<watch::Sender<Option<ModelPull>>>,
    task: Task,
    unfinished: Arc<Unfinished>,
}

impl Pulls {
    /// What is fetched is remembered there until it is there; what the last window left is told as one that was
    /// stopped.
    pub(crate) fn remembering(unfinished: Unfinished) -> Self {
        let left = unfinished.read().map(|Download { model, kept }| {
            let progress = PullProgress::Stopped { kept };
            ModelPull { model, progress }
        });
        let known = Arc::new(watch::Sender::new(left));
        Self { known, task: Task::default(), unfinished: Arc::new(unfinished) }
    }

    /// To hear of what changes.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Option<ModelPull>> {
        self.known.subscribe()
    }

    /// Has the server of this gateway fetch a model, or the rest of it.
    pub(crate) fn begin(&self, gateway: Gateway, model: String) -> Result<(), CommandError> {
        let is_taken = self.known.send_if_modified(|known| {
            let is_free = known.as_ref().is_none_or(|pull| !pull.goes_on());
            if is_free {
                let progress = PullProgress::Going { step: None };
                *known = Some(ModelPull { model: model.clone(), progress });
            }
            is_free
        });
        if !is_taken {
            let known = self.known.borrow();
            let other = known.as_ref().map_or(model.as_str(), |pull| &pull.model);
            let busy = format!("one model at a time: {other} is not there yet; wait for it, or stop it");
            return Err(CommandError::system(busy));
        }
        let (known, unfinished) = (Arc::clone(&self.known), Arc::clone(&self.unfinished));
        self.task.begin(|cancel| async move {
            let mut noted = Download { model: model.clone(), kept: 0 };
            unfinished.note(&noted);
            let mut kept = 0;
            let tell = |step: Pull| {
                kept = step.bytes;
                unfinished.note_some(&mut noted, kept);
                tell(&known, PullProgress::Going { step: Some(step) });
            };
            let pulled = gateway.pull(&model, tell, cancel).await;
            match pulled {
                Ok(()) => unfinished.forget(),
                Err(_) => unfinished.note(&Download { model, kept }),
            }
            let end = match pulled {
                Ok(()) => PullProgress::Done,
                Err(trouble) if trouble.code == TroubleCode::Stopped => PullProgress::Stopped { kept },
                Err(trouble) => PullProgress::Failed { trouble },
            };
            self::tell(&known, end);
        });
        Ok(())
    }

    /// Stops it. What was fetched is kept.
    pub(crate) fn stop(&self) {
        self.task.stop();
    }

    /// Puts away what was told of a model that is fetched no more.
    pub(crate) fn dismiss(&self) {
        self.known.send_if_modified(|known| {
            let over = known.take_if(|pull| !pull.goes_on());
            if over.is_some() {
                self.unfinished.forget();
            }
            over.is_some()
        });
    }

    /// Stops what goes on, and returns when it has stopped.
    pub(crate) async fn close(&self) {
        self.task.close().await;
    }
}

impl ModelPull {
    fn goes_on(&self) -> bool {
        matches!(self.progress, PullProgress::Going { .. })
    }
}

fn tell(known: &watch::Sender<Option<ModelPull>>, progress: PullProgress) {
    known.send_modify(|known| {
        if let Some(pull) = known {
            pull.progress = progress;
        }
    });
}
