//! The live channel: everything that reaches the page unasked.
//!
//! It begins with what is true now, and each message replaces the one of its kind before it. So a page that is loaded
//! anew, or that was too slow for a moment, misses nothing; messages that come too fast are left out, and the last one
//! never is.

use std::time::Duration;

use deskscribe_engine::{Change, Coverage, RunCounts, Session, Setting, Status, at_home};
use serde::Serialize;
use tauri::ipc::Channel;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, sleep_until};

use crate::choices::{Background, FolderChoice};
use crate::counting::FolderCount;
use crate::desk::{Desk, LibraryState, Reading};
use crate::drag::Drag;
use crate::errands::{Errand, Known};
use crate::pulls::ModelPull;
use crate::settings::Chosen;

/// Between two pictures of what the engine does. Faster than anybody reads, slower than a screen.
const STATUS_EVERY: Duration = Duration::from_millis(100);
/// Between two words that the library has changed: each makes the page ask for what it shows.
const LIBRARY_EVERY: Duration = Duration::from_millis(100);
/// Between two steps of a download that are told.
const MODELS_EVERY: Duration = Duration::from_millis(200);
/// While work goes on, times and memory change without anybody telling.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Something the page should know.
#[derive(Debug, Clone, Serialize, specta::Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Live {
    /// What the engine of this window does. Without a status it is being started, or it is broken.
    Status {
        /// As `deskscribe status --json` tells it.
        status: Option<Box<Status>>,
        /// Why nothing can be read.
        broken: Option<String>,
    },
    /// Something was stored or forgotten, by whatever program.
    Library {
        /// The number of the last change.
        change: u64,
        /// How much of what was found has been read.
        coverage: Coverage,
        /// Recordings whose words wait for a speech model.
        unheard: u64,
        /// Contents that could be summarised by a language model and are not.
        unsummarised: u64,
        /// Why not all of it can be shown.
        caution: Option<String>,
    },
    /// What is done with speech models, and which one listens.
    Models {
        /// The model that listens, if one does.
        listens: Option<String>,
        /// What is done, or was done last, until it is put away.
        errand: Option<Errand>,
    },
    /// A language model that is fetched.
    Pull {
        /// What is fetched, or was fetched last, until it is put away.
        pull: Option<ModelPull>,
    },
    /// What is watched and what happens in the background, as the settings say.
    Choices {
        /// In their order.
        folders: Vec<FolderChoice>,
        /// When no window is open, and beside other programs.
        background: Background,
    },
    /// Every setting, as it is in use.
    Settings {
        /// In the order of the file that explains them.
        settings: Vec<Setting>,
        /// The file that says so, as people write it.
        file: String,
        /// Why the file is not followed as it is now: the line, and what is wrong with it. What was good last is in use
        /// until it is mended, and nothing can be changed.
        trouble: Option<String>,
    },
    /// What would be read in a folder that is being chosen.
    Count {
        /// So far; nothing, if none is counted.
        count: Option<FolderCount>,
    },
    /// The window was to be closed while folders are watched: it is to be asked whether they still are without it.
    Closing,
    /// Somebody asked outside the window for its settings.
    ShowFolders,
    /// Files are held over the window, or are not any more.
    Drag {
        /// What a drop would bring.
        drag: Option<Drag>,
    },
    /// Something to know that concerns no single file.
    Note {
        /// One line.
        text: String,
    },
    /// A round of reading is over.
    Finished {
        /// What it came to.
        counts: RunCounts,
        /// Why it ended early, if it did.
        stopped: Option<String>,
    },
}

/// Feeds one page until it is gone. Nobody waits for a page: what it has no time for is told by the next message.
pub(crate) async fn feed(desk: Desk, page: Channel<Live>) {
    let (early, news) = desk.listen();
    let models = |Known { listens, errand, .. }| Live::Models { listens, errand };
    tokio::select! {
        () = tell_status(&desk, &page) => {}
        () = tell_choices(&desk, &page) => {}
        () = tell_news(early, news, &page) => {}
        () = tell(desk.library.subscribe(), LIBRARY_EVERY, &page, library) => {}
        () = tell(desk.errands.subscribe(), MODELS_EVERY, &page, models) => {}
        () = tell(desk.pulls.subscribe(), MODELS_EVERY, &page, |pull| Live::Pull { pull }) => {}
        () = tell(desk.count.subscribe(), STATUS_EVERY, &page, |count| Live::Count { count }) => {}
        () = tell(desk.drag.subscribe(), Duration::ZERO, &page, |drag| Live::Drag { drag }) => {}
    }
}

/// Tells what is true now and then each change of it, the next one so much later at the soonest. Ends with the page.
async fn tell<T: Clone>(
    mut states: watch::Receiver<T>,
    every: Duration,
    page: &Channel<Live>,
    live: impl Fn(T) -> Live,
) {
    loop {
        let state = states.borrow_and_update().clone();
        if page.send(live(state)).is_err() {
            return;
        }
        let next = Instant::now() + every;
        if states.changed().await.is_err() {
            return;
        }
        sleep_until(next).await;
    }
}

fn library(LibraryState { change, unsummarised, caution }: LibraryState) -> Live {
    let Change { change, coverage, unheard } = change.unwrap_or_default();
    Live::Library { change, coverage, unheard, unsummarised, caution }
}

async fn tell_choices(desk: &Desk, page: &Channel<Live>) {
    let (mut chosen, mut tray) = (desk.chosen.subscribe(), desk.has_tray.subscribe());
    loop {
        let Chosen { settings, trouble } = chosen.borrow_and_update().clone();
        let has_tray = *tray.borrow_and_update();
        if let Some(settings) = settings {
            let folders = settings.watch.iter().map(FolderChoice::from).collect();
            let background = Background::now(has_tray);
            let file = at_home(&desk.home.settings());
            let all = Live::Settings { settings: settings.each(), file, trouble };
            if page.send(Live::Choices { folders, background }).is_err() || page.send(all).is_err() {
                return;
            }
        }
        tokio::select! {
            changed = chosen.changed() => if changed.is_err() { return },
            changed = tray.changed() => if changed.is_err() { return },
        }
    }
}

async fn tell_news(early: Vec<Live>, mut news: broadcast::Receiver<Live>, page: &Channel<Live>) {
    for live in early {
        if page.send(live).is_err() {
            return;
        }
    }
    loop {
        match news.recv().await {
            Ok(live) => {
                if page.send(live).is_err() {
                    return;
                }
            }
            // What was missed is in the log.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

async fn tell_status(desk: &Desk, page: &Channel<Live>) {
    let mut engine = desk.engine.subscribe();
    loop {
        let reading = engine.borrow_and_update().clone();
        let said = match reading {
            Reading::Starting => page.send(Live::Status { status: None, broken: None }),
            Reading::Broken(reason) => page.send(Live::Status { status: None, broken: Some(reason) }),
            Reading::Session(session) => {
                tokio::select! {
                    said = follow(&session, page) => said,
                    _ = engine.changed() => {
                        engine.mark_changed();
                        Ok(())
                    }
                }
            }
        };
        if said.is_err() || engine.changed().await.is_err() {
            return;
        }
    }
}

/// Tells how an engine does until it ends, which whoever started it notices as well.
async fn follow(session: &Session, page: &Channel<Live>) -> tauri::Result<()> {
    let mut changes = session.changes();
    loop {
        let status = session.status();
        let busy = !status.idle;
        page.send(Live::Status { status: Some(Box::new(status)), broken: None })?;
        let now = Instant::now();
        tokio::select! {
            goes_on = changes.changed() => {
                if !goes_on {
                    return std::future::pending().await;
                }
                sleep_until(now + STATUS_EVERY).await;
            }
            () = sleep_until(now + LOOK_AGAIN), if busy => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;

    #[test]
    fn the_form_that_the_page_depends_on() {
        let drag = Drag { supported: 7, unsupported: 2, folders: 1, models: 0, counting: true };
        let coverage = Coverage { read: 3, failed: 2, queued: 1 };
        let told = |live: Live| to_value(live).unwrap();
        assert_eq!(
            [
                told(Live::Status { status: None, broken: Some("why".to_owned()) }),
                told(Live::Library { change: 5, coverage, unheard: 4, unsummarised: 6, caution: None }),
                told(Live::Drag { drag: Some(drag) }),
                told(Live::Drag { drag: None }),
                told(Live::Note { text: "a line".to_owned() }),
            ],
            [
                json!({ "type": "status", "status": null, "broken": "why" }),
                json!({
                    "type": "library", "change": 5, "coverage": { "read": 3, "failed": 2, "queued": 1 }, "unheard": 4,
                    "unsummarised": 6, "caution": null
                }),
                json!({
                    "type": "drag", "drag": { "supported": 7, "unsupported": 2, "folders": 1, "models": 0, "counting": true }
                }),
                json!({ "type": "drag", "drag": null }),
                json!({ "type": "note", "text": "a line" }),
            ]
        );
        let counts = told(Live::Finished { counts: RunCounts::default(), stopped: None });
        assert_eq!((&counts["type"], &counts["counts"]["read"]), (&json!("finished"), &json!(0)));
    }
}
