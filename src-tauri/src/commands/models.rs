//! Speech models: which there are, and fetching, importing, checking and removing them. Nothing is fetched unasked.

use deskscribe_engine::{Choice, ListedModel, Models};
use serde::Serialize;
use tauri::async_runtime::spawn_blocking;
use tauri::{AppHandle, State, command};

use super::Answer;
use crate::ask;
use crate::desk::Desk;
use crate::error::CommandError;

/// Everything there is to choose from.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub(crate) struct ModelList {
    /// The known ones, from the smallest on, then strangers that are installed.
    models: Vec<OfferedModel>,
    /// Which one listens, or why none does.
    listens: Listens,
    /// The memory of this machine in bytes, if that is known.
    memory: Option<u64>,
    /// The folder that they lie in.
    folder: String,
}

/// A model, and where it would come from.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub(crate) struct OfferedModel {
    /// What is known of it.
    #[serde(flatten)]
    listed: ListedModel,
    /// The server that it would be fetched from; none for a stranger.
    host: Option<String>,
}

/// Which model listens, or why none does.
#[derive(Debug, Clone, Serialize, specta::Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Listens {
    /// This one.
    Use {
        /// Its name.
        model: String,
    },
    /// None is installed.
    NoneInstalled,
    /// The settings name one that is not installed.
    NotThere {
        /// Its name.
        model: String,
    },
    /// The file of this one was touched since it was checked.
    Touched {
        /// Its name.
        model: String,
    },
    /// The file of this one is broken.
    Broken {
        /// Its name.
        model: String,
    },
    /// Of those that are installed even the smallest, this one, is too large for this machine.
    TooLarge {
        /// Its name.
        model: String,
    },
}

impl From<Choice> for Listens {
    fn from(choice: Choice) -> Self {
        match choice {
            Choice::Use(model) => Self::Use { model: model.name },
            Choice::NoneInstalled => Self::NoneInstalled,
            Choice::NotThere(model) => Self::NotThere { model },
            Choice::Touched(model) => Self::Touched { model },
            Choice::Broken(model) => Self::Broken { model },
            Choice::TooLarge(model) => Self::TooLarge { model },
        }
    }
}

/// All models, known and installed.
#[command]
#[specta::specta]
pub(crate) async fn models(desk: State<'_, Desk>) -> Answer<ModelList> {
    // They are known once the engine was there, whatever became of it since.
    let _ = desk.started().await;
    let models = desk.models()?;
    spawn_blocking(move || list(&models)).await.map_err(CommandError::system)
}

fn list(models: &Models) -> ModelList {
    let offered = |listed: ListedModel| {
        let known = models.catalogue().find(&listed.model).filter(|_| listed.known);
        OfferedModel { host: known.map(|known| models.host(known)), listed }
    };
    ModelList {
        models: models.list().into_iter().map(offered).collect(),
        listens: models.choice().into(),
        memory: models.memory(),
        folder: models.folder().display().to_string(),
    }
}

/// Begins to download a known model, or the rest of it; `force` gets one that is too large for this machine, too.
#[command]
#[specta::specta]
pub(crate) async fn get_model(desk: State<'_, Desk>, name: String, force: bool) -> Answer<()> {
    desk.errands.get(desk.models()?, name, force)
}

/// Asks for the file of a model and begins to import it. Tells whether one was chosen.
#[command]
#[specta::specta]
pub(crate) async fn import_model(app: AppHandle, desk: State<'_, Desk>) -> Answer<bool> {
    let models = desk.models()?;
    let file = ask::which_file(&app, "Choose a speech model", "Whisper model (.bin)", "bin").await;
    let Some(file) = file else { return Ok(false) };
    desk.errands.import(models, file).map(|()| true)
}

/// Begins to check an installed model, byte by byte.
#[command]
#[specta::specta]
pub(crate) async fn verify_model(desk: State<'_, Desk>, name: String) -> Answer<()> {
    desk.errands.verify(desk.models()?, name)
}

/// Removes a model, or what was downloaded of it. Tells how many bytes are free again.
#[command]
#[specta::specta]
pub(crate) async fn remove_model(desk: State<'_, Desk>, name: String) -> Answer<u64> {
    let models = desk.models()?;
    let removed = spawn_blocking(move || models.remove(&name)).await.map_err(CommandError::system)?;
    removed.map_err(CommandError::system)
}

/// Stops what is done with a model. What was fetched of it is kept.
#[command]
#[specta::specta]
pub(crate) async fn stop_errand(desk: State<'_, Desk>) -> Answer<()> {
    desk.errands.stop();
    Ok(())
}

/// Puts away what was told of an errand that is over.
#[command]
#[specta::specta]
pub(crate) async fn dismiss_errand(desk: State<'_, Desk>) -> Answer<()> {
    desk.errands.dismiss();
    Ok(())
}
