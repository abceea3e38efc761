//! The settings, followed for as long as the program runs: what changes in the file, whoever writes it, changes what is
//! done.

use deskscribe_engine::{Again, Edit, Files, Settings, SettingsChanges};
use tauri::AppHandle;
use tauri::async_runtime::{spawn, spawn_blocking};

use crate::desk::{Desk, Reading};
use crate::error::CommandError;
use crate::live::Live;
use crate::ways_back::Way;

/// The settings that are in use.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chosen {
    /// The last ones that were good; nothing before the first look at them.
    pub(crate) settings: Option<Settings>,
    /// Why the file is not used as it is now; one line.
    pub(crate) trouble: Option<String>,
}

impl Desk {
    /// Takes what changes in the file, for good.
    pub(crate) async fn follow_settings(&self, mut changes: SettingsChanges, app: &AppHandle) {
        loop {
            match changes.next().await {
                Ok(settings) => self.take(settings, app),
                Err(error) => self.doubt(&error),
            }
        }
    }

    /// Changes the file, and what is done with it. Tells the number of the change, to take it back.
    pub(crate) async fn change(&self, edits: Vec<Edit>, app: &AppHandle) -> Result<u32, CommandError> {
        let home = self.home.clone();
        let change = spawn_blocking(move || Settings::change_with_way_back(&home, &edits)).await;
        let (settings, way_back) = change.map_err(CommandError::system)??;
        self.take(settings, app);
        Ok(self.ways_back.keep(Way::Settings(way_back)))
    }

    /// The file cannot be used as it is. The settings that were good stay in use.
    pub(crate) fn doubt(&self, error: &impl ToString) {
        let trouble = error.to_string();
        tracing::warn!(trouble, "the settings are not used as they are");
        self.tell(Live::Note { text: trouble.clone() });
        self.chosen.send_modify(|chosen| chosen.trouble = Some(trouble));
    }

    /// These are the settings from now on. Nobody waits for the engine to follow, which may have to put down its work.
    pub(crate) fn take(&self, settings: Settings, app: &AppHandle) {
        self.chosen.send_replace(Chosen { settings: Some(settings), trouble: None });
        let (desk, app) = (self.clone(), app.clone());
        spawn(async move { desk.follow_chosen(&app).await });
    }

    /// Brings the engine to what is chosen now. Only what depends on it begins anew.
    async fn follow_chosen(&self, app: &AppHandle) {
        // One after the other; of several changes in a row the last is followed, and the others find nothing to do.
        let _turn = self.changing.lock().await;
        let Some(settings) = self.chosen.borrow().settings.clone() else { return };
        let is_broken = matches!(&*self.engine.borrow(), Reading::Broken(_));
        match self.followed() {
            Some(before) if !is_broken && before == settings => {}
            Some(before) if !is_broken && of_the_engine(&before) == of_the_engine(&settings) => {
                if let Ok(session) = self.session() {
                    session.watch(settings.watch.clone());
                }
                self.follows(settings);
            }
            _ => {
                self.end_engine().await;
                self.start_engine(app).await;
                // What the one before was still to read.
                if let Err(error) = self.order(Files::Queued, Again::Nothing, false).await {
                    self.tell(Live::Note { text: error.message });
                }
            }
        }
    }
}

/// What an engine has to begin anew for: without what it can be told while it runs, and what concerns the window alone.
fn of_the_engine(settings: &Settings) -> Settings {
    let Settings { keep_running, notifications, watch, .. } = Settings::default();
    Settings { keep_running, notifications, watch, ..settings.clone() }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use deskscribe_engine::WatchedFolder;

    use super::*;

    #[test]
    fn an_engine_begins_anew_only_for_what_it_cannot_be_told() {
        let settings = Settings::default();
        let watch = vec![WatchedFolder::of("/srv")];
        let told = Settings { keep_running: true, notifications: false, watch, ..settings.clone() };
        assert!(of_the_engine(&told) == of_the_engine(&settings));
        let other = Settings { workers: NonZeroUsize::MIN, ..settings.clone() };
        assert!(of_the_engine(&other) != of_the_engine(&settings));
    }
}
