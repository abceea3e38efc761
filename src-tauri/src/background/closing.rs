//! Closing the window: it ends the program, unless that is to go on without one. Whether it is, is asked once.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use tauri::{AppHandle, Manager};

use super::notice::Notice;
use crate::WINDOW;
use crate::desk::Desk;
use crate::live::Live;

/// What was asked and said in the life of this program.
#[derive(Debug, Default)]
pub(crate) struct Closing {
    asked: AtomicBool,
    said: AtomicBool,
}

/// Whether the window may be closed now. If not, the page asks what is wanted; a second wish is not held up, as the
/// page may be gone.
pub(crate) fn may_close(desk: &Desk) -> bool {
    let is_to_be_asked = {
        let chosen = desk.chosen.borrow();
        chosen.settings.as_ref().is_some_and(|settings| !settings.keep_running && !settings.watch.is_empty())
    };
    let asks = is_to_be_asked
        && !desk.home.asked_to_stay().exists()
        && !desk.closing.asked.swap(true, Ordering::Relaxed);
    if asks {
        desk.tell(Live::Closing);
    } else {
        say_how_to_come_back(desk);
    }
    !asks
}

/// Closes the window after the answer, which is remembered.
pub(crate) fn close(app: &AppHandle, desk: &Desk) {
    if let Err(error) = fs::write(desk.home.asked_to_stay(), "") {
        tracing::warn!(%error, "it will be asked again whether to go on without a window");
    }
    say_how_to_come_back(desk);
    if let Some(window) = app.get_webview_window(WINDOW)
        && let Err(error) = window.destroy()
    {
        tracing::error!(%error, "the window cannot be closed");
    }
}

/// Whether the program goes on when there is no window.
pub(crate) fn goes_on(desk: &Desk) -> bool {
    desk.chosen.borrow().settings.as_ref().is_some_and(|settings| settings.keep_running)
}

/// Without a tray nothing is to be seen any more: said once.
fn say_how_to_come_back(desk: &Desk) {
    if goes_on(desk) && !*desk.has_tray.borrow() && !desk.closing.said.swap(true, Ordering::Relaxed) {
        desk.notices.tell(Notice {
            title: "Deskscribe goes on without a window".to_owned(),
            text: "This desktop has no tray: start Deskscribe again to see its window.".to_owned(),
        });
    }
}
