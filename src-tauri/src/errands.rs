//! Errands for speech models: a download, an import or a check, one at a time. An errand goes on whatever the page
//! shows, and ends with the window; what was fetched by then is kept, and the next start offers to go on.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use deskscribe_engine::{CancellationToken, Got, InstalledModel, ModelError, ModelState, Models, Step};
use serde::Serialize;
use tauri::async_runtime::{JoinHandle, spawn, spawn_blocking};
use tokio::sync::watch;

use crate::error::CommandError;
use crate::task::Task;
use crate::unfinished::{Download, Unfinished};

#[cfg(test)]
mod tests;

/// What is done with a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Deed {
    /// It is downloaded.
    Get,
    /// It is copied from a file of the user.
    Import,
    /// Its hash is taken.
    Verify,
}

/// Something that is done with a model, or was done last.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
pub(crate) struct Errand {
    /// What is done.
    pub(crate) deed: Deed,
    /// Which model: its name, or of an import the name of the file.
    pub(crate) model: String,
    /// How far it is.
    pub(crate) progress: Progress,
}

/// How far an errand is.
#[derive(Debug, Clone, PartialEq, Serialize, specta::Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Progress {
    /// It goes on; without a step it has just begun.
    Going {
        /// What happens.
        step: Option<Step>,
    },
    /// Somebody stopped it.
    Stopped {
        /// Bytes that are kept.
        kept: u64,
    },
    /// It could not be done.
    Failed {
        /// What happened and what to do, in one line.
        reason: String,
    },
    /// It is done.
    Done {
        /// What there is now; of a check, nothing new.
        model: Option<InstalledModel>,
    },
}

/// What is known of the models of this window; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    models: Option<Models>,
    /// The model that listens, if one does.
    pub(crate) listens: Option<String>,
    /// What is done, or was done last, until it is put away.
    pub(crate) errand: Option<Errand>,
}

/// The models, and what is done with them.
pub(crate) struct Errands {
    known: Arc<watch::Sender<Known>>,
    task: Task,
    unfinished: Arc<Unfinished>,
    /// Who follows which model listens.
    following: Mutex<Option<JoinHandle<()>>>,
}

impl Errands {
    /// Nothing is done yet. What is downloaded is remembered there until it is done.
    pub(crate) fn remembering(unfinished: Unfinished) -> Self {
        Self {
            known: Arc::default(),
            task: Task::default(),
            unfinished: Arc::new(unfinished),
            following: Mutex::default(),
        }
    }

    /// These are the models from now on; follows which of them listens. A download that the last window left is told as
    /// one that was stopped.
    pub(crate) fn know(&self, models: Models) {
        let mut speech = models.watch();
        let left = self.left(&models);
        self.known.send_modify(|known| {
            known.models = Some(models);
            known.errand = known.errand.take().or(left);
        });
        let known = Arc::clone(&self.known);
        let follow = spawn(async move {
            loop {
                let listens = speech.borrow_and_update().as_ref().map(|model| model.name.clone());
                known.send_if_modified(|known| {
                    let is_news = known.listens != listens;
                    known.listens = listens;
                    is_news
                });
                if speech.changed().await.is_err() {
                    return;
                }
            }
        });
        // Those of an engine that broke are others.
        let before = self.following.lock().unwrap_or_else(PoisonError::into_inner).replace(follow);
        if let Some(before) = before {
            before.abort();
        }
    }

    /// A download that is not done, if some of it is here.
    fn left(&self, models: &Models) -> Option<Errand> {
        let Download { model, .. } = self.unfinished.read()?;
        let here = models.list().into_iter().find(|listed| listed.model == model)?;
        let progress = Progress::Stopped { kept: here.kept };
        (here.state == ModelState::Partial).then_some(Errand { deed: Deed::Get, model, progress })
    }

    /// The models, once they are known.
    pub(crate) fn models(&self) -> Option<Models> {
        self.known.borrow().models.clone()
    }

    /// To hear of what changes.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Known> {
        self.known.subscribe()
    }

    /// Downloads a known model; `force` takes one that is too large for this machine.
    pub(crate) fn get(&self, models: Models, name: String, force: bool) -> Result<(), CommandError> {
        let unfinished = Arc::clone(&self.unfinished);
        self.begin(Deed::Get, name.clone(), async move |cancel, mut tell| {
            unfinished.note(&Download { model: name.clone(), kept: 0 });
            match models.get(&name, force, &cancel, &mut tell).await? {
                Got::Fetched(model) | Got::WasThere(model) => {
                    unfinished.forget();
                    Ok(Some(model))
                }
            }
        })
    }

    /// Copies a model from a file of the user.
    pub(crate) fn import(&self, models: Models, file: PathBuf) -> Result<(), CommandError> {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.begin(Deed::Import, name, async move |cancel, mut tell| {
            let import = move || models.import(&file, &cancel, &mut tell);
            Ok(Some(blocking(import).await?.model))
        })
    }

    /// Takes the hash of an installed model again.
    pub(crate) fn verify(&self, models: Models, name: String) -> Result<(), CommandError> {
        self.begin(Deed::Verify, name.clone(), async move |cancel, mut tell| {
            let verify = move || models.verify(Some(&name), &cancel, &mut |_, step| tell(step));
            let broken = blocking(verify).await?.into_iter().find(|model| !model.sound);
            broken.map_or(Ok(None), |broken| Err(Undone::Broken(broken.model)))
        })
    }

    /// Stops what goes on. What was fetched is kept.
    pub(crate) fn stop(&self) {
        self.task.stop();
    }

    /// Puts away what was told of an errand that is over.
    pub(crate) fn dismiss(&self) {
        self.known.send_if_modified(|known| {
            let over = known.errand.take_if(|errand| !errand.goes_on());
            if over.as_ref().is_some_and(|errand| errand.deed == Deed::Get) {
                self.unfinished.forget();
            }
            over.is_some()
        });
    }

    /// Stops what goes on, and returns when it has stopped.
    pub(crate) async fn close(&self) {
        self.task.close().await;
    }

    fn begin<F>(
        &self,
        deed: Deed,
        model: String,
        work: impl FnOnce(CancellationToken, Box<dyn FnMut(Step) + Send + Sync>) -> F,
    ) -> Result<(), CommandError>
    where
        F: Future<Output = Result<Option<InstalledModel>, Undone>> + Send + 'static,
    {
        let is_taken = self.known.send_if_modified(|known| {
            let is_free = known.errand.as_ref().is_none_or(|errand| !errand.goes_on());
            if is_free {
                let (model, progress) = (model.clone(), Progress::Going { step: None });
                known.errand = Some(Errand { deed, model, progress });
            }
            is_free
        });
        if !is_taken {
            let known = self.known.borrow();
            let other = known.errand.as_ref().map_or(model.as_str(), |errand| &errand.model);
            let busy = format!("one model at a time: {other} is not done yet; wait for it, or stop it");
            return Err(CommandError::system(busy));
        }
        let tell = |known: &Arc<watch::Sender<Known>>, progress: Progress| {
            known.send_modify(|known| {
                if let Some(errand) = &mut known.errand {
                    errand.progress = progress;
                }
            });
        };
        let (heard, known) = (Arc::clone(&self.known), Arc::clone(&self.known));
        self.task.begin(|cancel| {
            let work = work(
                cancel,
                // That it is done is told at its end, with all else that is true then.
                Box::new(move |step| {
                    if !matches!(step, Step::Done(_)) {
                        tell(&heard, Progress::Going { step: Some(step) });
                    }
                }),
            );
            async move {
                let end = match work.await {
                    Ok(model) => Progress::Done { model },
                    Err(Undone::Model(ModelError::Stopped { kept })) => Progress::Stopped { kept },
                    Err(error) => Progress::Failed { reason: error.to_string() },
                };
                tell(&known, end);
            }
        });
        Ok(())
    }
}

impl Errand {
    fn goes_on(&self) -> bool {
        matches!(self.progress, Progress::Going { .. })
    }
}

/// Why an errand was not done.
#[derive(Debug, thiserror::Error)]
enum Undone {
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error("{0} is broken and not used any more; get it again, or import it again from its file")]
    Broken(String),
    #[error("it could not be done ({0}); try again")]
    Lost(tauri::Error),
}

/// Work that reads gigabytes, on a thread of its own.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ModelError> + Send + 'static,
) -> Result<T, Undone> {
    Ok(spawn_blocking(work).await.map_err(Undone::Lost)??)
}
