//! Notices of the desktop: one at a time, each in the place of the one before. A click opens the window.

use std::collections::HashMap;

use deskscribe_engine::{RunCounts, count};
use futures_util::StreamExt;
use tauri::async_runtime::spawn;
use tauri::{AppHandle, Manager};
use tokio::sync::mpsc;
use zbus::zvariant::Value;

use crate::desk::Desk;
use crate::{WINDOW, open_window};

/// Notices that may wait to be shown.
const WAITING: usize = 4;
/// How long one stays is for the desktop to decide.
const AS_USUAL: i32 = -1;
/// What a click on the notice itself is called.
const CLICK: &str = "default";

/// Something to tell while no window is in sight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) title: String,
    pub(crate) text: String,
}

/// The way to the desktop's notices.
pub(crate) struct Notices {
    send: mpsc::Sender<Notice>,
    waiting: std::sync::Mutex<Option<mpsc::Receiver<Notice>>>,
}

/// <https://specifications.freedesktop.org/notification-spec/latest/protocol.html>
#[zbus::proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications",
    gen_blocking = false
)]
trait Desktop {
    #[expect(clippy::too_many_arguments, reason = "the specification has them")]
    fn notify(
        &self,
        app_name: &str,
        replaces_id: u32,
        app_icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, Value<'_>>,
        expire_timeout: i32,
    ) -> zbus::Result<u32>;

    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;

    #[zbus(signal)]
    fn action_invoked(&self, id: u32, action_key: String) -> zbus::Result<()>;
}

impl Default for Notices {
    fn default() -> Self {
        let (send, waiting) = mpsc::channel(WAITING);
        Self { send, waiting: Some(waiting).into() }
    }
}

impl Notices {
    /// Tells this. Nobody waits for it: of too many the later ones are left out.
    pub(crate) fn tell(&self, notice: Notice) {
        if self.send.try_send(notice).is_err() {
            tracing::info!("a notice is left out");
        }
    }

    /// Shows what is told from now on, and opens the window when somebody clicks it.
    pub(crate) fn begin(&self, app: &AppHandle) {
        let waiting = self.waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        let Some(mut waiting) = waiting else { return };
        let app = app.clone();
        spawn(async move {
            // Nothing is connected before there is something to tell.
            while let Some(first) = waiting.recv().await {
                if let Err(error) = show(first, &mut waiting, &app).await {
                    tracing::warn!(%error, "this desktop shows no notices");
                }
            }
        });
    }
}

/// Shows this one and those that follow, until the desktop refuses one.
async fn show(first: Notice, waiting: &mut mpsc::Receiver<Notice>, app: &AppHandle) -> zbus::Result<()> {
    let desktop = DesktopProxy::new(&zbus::Connection::session().await?).await?;
    let takes_markup = desktop.get_capabilities().await?.iter().any(|one| one == "body-markup");
    let mut clicks = desktop.receive_action_invoked().await?;
    let mut next = Some(first);
    let mut shown = 0;
    loop {
        if let Some(Notice { title, text }) = next.take() {
            let text = if takes_markup { escaped(&text) } else { text };
            let hints = HashMap::from([
                ("desktop-entry", Value::from("io.deskscribe.app")),
                ("category", Value::from("transfer.complete")),
                ("urgency", Value::from(0_u8)),
            ]);
            let actions = [CLICK, "Open"];
            let show =
                desktop.notify("Deskscribe", shown, "deskscribe", &title, &text, &actions, hints, AS_USUAL);
            shown = show.await?;
        }
        tokio::select! {
            notice = waiting.recv() => match notice {
                Some(notice) => next = Some(notice),
                None => return Ok(()),
            },
            click = clicks.next() => {
                let Some(click) = click else { return Ok(()) };
                let click = click.args()?;
                if (click.id, click.action_key.as_str()) == (shown, CLICK) {
                    open_window(app);
                }
            }
        }
    }
}

/// A round is over: tells it, if anything was read and nobody looks.
pub(crate) async fn tell_round(desk: &Desk, app: &AppHandle, counts: &RunCounts) {
    let is_wanted = desk.chosen.borrow().settings.as_ref().is_some_and(|settings| settings.notifications);
    let Some(title) = summed_up(counts).filter(|_| is_wanted && !is_looked_at(app)) else { return };
    let text = desk.newest().await.map(|newest| newest.title).unwrap_or_default();
    desk.notices.tell(Notice { title, text });
}

/// What a round came to; nothing, if all of it was known before.
fn summed_up(counts: &RunCounts) -> Option<String> {
    let RunCounts { read, failed, cached, .. } = *counts;
    if read + failed <= cached {
        return None;
    }
    let could_not = |failed: String| format!("{failed} could not be read");
    Some(match (read, failed) {
        (0, failed) => could_not(count(failed, "file", "files")),
        (read, 0) => format!("{} read", count(read, "file", "files")),
        (read, failed) => format!("{} read, {}", count(read, "file", "files"), could_not(failed.to_string())),
    })
}

fn is_looked_at(app: &AppHandle) -> bool {
    let window = app.get_webview_window(WINDOW);
    window.is_some_and(|window| window.is_focused().unwrap_or(false))
}

/// As text that has no markup in it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_is_told_unless_all_was_known() {
        let round =
            |read, failed, cached| summed_up(&RunCounts { read, failed, cached, ..RunCounts::default() });
        assert_eq!(round(12, 1, 0).as_deref(), Some("12 files read, 1 could not be read"));
        assert_eq!(round(1, 0, 0).as_deref(), Some("1 file read"));
        assert_eq!(round(0, 2, 0).as_deref(), Some("2 files could not be read"));
        assert_eq!(round(5, 0, 5), None);
        assert_eq!(escaped("a < b & c"), "a &lt; b &amp; c");
    }
}
