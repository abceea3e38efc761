//! The icon in the tray, while folders are watched or no window need be open: how it stands, and what can be done about
//! it without the window.
//!
//! It is a `StatusNotifierItem` on the session bus, which needs no library of the system's: where nobody shows such
//! icons nothing happens, and it appears as soon as somebody does.

use std::time::Duration;

use deskscribe_engine::{PausedBy, StatusChanges};
use futures_util::StreamExt;
use ksni::menu::StandardItem;
use ksni::{Category, Handle, Icon, MenuItem, OfflineReason, Status, ToolTip, TrayMethods};
use tauri::AppHandle;
use tauri::async_runtime::spawn;
use tauri::image::Image;
use tokio::time::sleep;
use zbus::Connection;
use zbus::fdo::DBusProxy;

use super::standing::{Sign, Standing};
use crate::commands::item::{self, CopyForm};
use crate::desk::{Desk, Newest, Reading};
use crate::live::Live;
use crate::open_window;

/// Between two changes of the icon. Slower than work goes on, as fast as anybody looks there.
const CHANGE_EVERY: Duration = Duration::from_millis(500);
/// No title in the menu is longer, in characters.
const LONGEST_TITLE: usize = 48;
/// Who knows all icons, where there is a tray.
const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const HOUR: Duration = Duration::from_secs(3600);

/// The pictures, 48 pixels wide.
const WATCHING: Image<'_> = tauri::include_image!("../icons/tray/watching.png");
const READING: Image<'_> = tauri::include_image!("../icons/tray/reading.png");
const PAUSED: Image<'_> = tauri::include_image!("../icons/tray/paused.png");
const ATTENTION: Image<'_> = tauri::include_image!("../icons/tray/attention.png");

/// What the tray shows, and whom it tells what was clicked.
struct Tray {
    shown: Shown,
    desk: Desk,
    app: AppHandle,
}

/// All that is to be seen of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Shown {
    standing: Standing,
    newest: Option<Newest>,
}

/// What was clicked.
#[derive(Debug, Clone)]
enum Wish {
    Open,
    Settings,
    /// For so long, or until it is resumed.
    Pause(Option<Duration>),
    Resume,
    Copy(Newest),
    Quit,
}

/// Shows the icon whenever it is to be shown, until the program ends.
pub(crate) fn begin(desk: Desk, app: AppHandle) {
    let followed = desk.clone();
    spawn(async move {
        if let Err(error) = follow_host(&followed).await {
            tracing::warn!(%error, "it cannot be told whether this desktop has a tray");
        }
    });
    spawn(async move {
        let mut icon: Option<Handle<Tray>> = None;
        let mut is_refused = false;
        let (mut engine, mut chosen) = (desk.engine.subscribe(), desk.chosen.subscribe());
        let mut library = desk.library.subscribe();
        let mut before = Shown::default();
        loop {
            let reading = engine.borrow_and_update().clone();
            // Before the look at it, so that nothing is missed in between.
            let mut changes = match &reading {
                Reading::Session(session) => Some(session.changes()),
                _ => None,
            };
            let choice = chosen.borrow_and_update().clone();
            let state = library.borrow_and_update().change.unwrap_or_default();
            let is_wanted = desk.is_hidden
                || choice
                    .settings
                    .is_some_and(|settings| settings.keep_running || !settings.watch.is_empty());
            if is_wanted {
                let standing = Standing::of(&reading, &chosen.borrow(), state.coverage);
                let shown = Shown { standing, newest: desk.newest().await };
                match &icon {
                    None if is_refused => {}
                    None => {
                        icon = show(&desk, &app, shown.clone()).await;
                        is_refused = icon.is_none();
                    }
                    Some(icon) if shown != before => {
                        let now = shown.clone();
                        icon.update(|tray| tray.shown = now).await;
                    }
                    Some(_) => {}
                }
                before = shown;
            } else if let Some(icon) = icon.take() {
                icon.shutdown().await;
            }
            sleep(CHANGE_EVERY).await;
            tokio::select! {
                changed = engine.changed() => if changed.is_err() { return },
                changed = chosen.changed() => if changed.is_err() { return },
                changed = library.changed() => if changed.is_err() { return },
                () = next(&mut changes) => {}
            }
        }
    });
}

/// Waits until the engine does something else. One that has ended never does; who notices that says so.
async fn next(changes: &mut Option<StatusChanges>) {
    if let Some(changes) = changes
        && changes.changed().await
    {
        return;
    }
    std::future::pending().await
}

/// Follows whether anybody shows icons in a tray.
async fn follow_host(desk: &Desk) -> zbus::Result<()> {
    let bus = DBusProxy::new(&Connection::session().await?).await?;
    let mut changes = bus.receive_name_owner_changed_with_args(&[(0, WATCHER)]).await?;
    desk.has_tray.send_replace(bus.name_has_owner(WATCHER.try_into()?).await?);
    while let Some(change) = changes.next().await {
        desk.has_tray.send_replace(change.args()?.new_owner.is_some());
    }
    Ok(())
}

/// Where nobody shows it, it appears as soon as somebody does.
async fn show(desk: &Desk, app: &AppHandle, shown: Shown) -> Option<Handle<Tray>> {
    let tray = Tray { shown, desk: desk.clone(), app: app.clone() };
    let shown = tray.assume_sni_available(true).spawn().await;
    shown.inspect_err(|error| tracing::warn!(%error, "there is no icon in the tray")).ok()
}

impl ksni::Tray for Tray {
    fn id(&self) -> String {
        "deskscribe".to_owned()
    }

    fn title(&self) -> String {
        "Deskscribe".to_owned()
    }

    fn category(&self) -> Category {
        Category::ApplicationStatus
    }

    fn status(&self) -> Status {
        match self.shown.standing.sign {
            Sign::Attention => Status::NeedsAttention,
            _ => Status::Active,
        }
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        vec![picture(self.shown.standing.sign)]
    }

    fn attention_icon_pixmap(&self) -> Vec<Icon> {
        vec![picture(Sign::Attention)]
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip {
            title: "Deskscribe".to_owned(),
            description: self.shown.standing.line.clone(),
            ..ToolTip::default()
        }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.wish(Wish::Open);
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        let Shown { standing, newest } = &self.shown;
        let mut menu = vec![line(&standing.line, None)];
        if let Some(trouble) = &standing.trouble {
            menu.push(line(&format!("Needs attention: {}", short(trouble)), Some(Wish::Open)));
        }
        menu.push(MenuItem::Separator);
        match standing.paused {
            Some(PausedBy::Battery) => menu.push(line("Run now", Some(Wish::Resume))),
            Some(PausedBy::User) => menu.push(line("Resume", Some(Wish::Resume))),
            None => menu.extend([
                line("Pause for 1 hour", Some(Wish::Pause(Some(HOUR)))),
                line("Pause until resumed", Some(Wish::Pause(None))),
            ]),
        }
        menu.push(MenuItem::Separator);
        if let Some(newest) = newest {
            menu.push(line(
                &format!("Copy last result: {}", short(&newest.title)),
                Some(Wish::Copy(newest.clone())),
            ));
        }
        menu.extend([
            line("Open Deskscribe", Some(Wish::Open)),
            line("Settings…", Some(Wish::Settings)),
            MenuItem::Separator,
            line("Quit", Some(Wish::Quit)),
        ]);
        menu
    }

    fn watcher_offline(&self, reason: OfflineReason) -> bool {
        tracing::info!(?reason, "this desktop has no tray; the icon appears as soon as it has");
        true
    }
}

impl Tray {
    /// Does what was clicked, and holds nobody up.
    fn wish(&self, wish: Wish) {
        let (desk, app) = (self.desk.clone(), self.app.clone());
        spawn(async move {
            match wish {
                Wish::Open => open_window(&app),
                Wish::Settings => {
                    open_window(&app);
                    desk.tell(Live::ShowFolders);
                }
                Wish::Pause(time) => desk.session().into_iter().for_each(|session| session.pause(time)),
                Wish::Resume => desk.session().into_iter().for_each(|session| session.resume()),
                Wish::Copy(newest) => {
                    if let Err(error) = item::copied(&desk, vec![newest.key], CopyForm::Text).await {
                        desk.tell(Live::Note { text: error.message });
                    }
                }
                Wish::Quit => app.exit(0),
            }
        });
    }
}

/// A line of the menu; without a wish it cannot be clicked.
fn line(text: &str, wish: Option<Wish>) -> MenuItem<Tray> {
    let standard = StandardItem {
        // A single underscore would be the sign of a key.
        label: text.replace('_', "__"),
        enabled: wish.is_some(),
        ..StandardItem::default()
    };
    match wish {
        None => standard.into(),
        Some(wish) => {
            StandardItem { activate: Box::new(move |tray: &mut Tray| tray.wish(wish.clone())), ..standard }
                .into()
        }
    }
}

/// A text that fits into a menu.
fn short(text: &str) -> String {
    let mut characters = text.chars();
    let short: String = characters.by_ref().take(LONGEST_TITLE).collect();
    if characters.next().is_none() { short } else { format!("{}…", short.trim_end()) }
}

/// As the tray takes it: alpha first.
fn picture(sign: Sign) -> Icon {
    let image = match sign {
        Sign::Watching => WATCHING,
        Sign::Reading => READING,
        Sign::Paused => PAUSED,
        Sign::Attention => ATTENTION,
    };
    let pixels = image.rgba().chunks_exact(4);
    let data = pixels.flat_map(|pixel| [pixel[3], pixel[0], pixel[1], pixel[2]]).collect();
    Icon { width: image.width() as i32, height: image.height() as i32, data }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_has_a_picture_of_its_own() {
        let pictures = [Sign::Watching, Sign::Reading, Sign::Paused, Sign::Attention].map(picture);
        for (at, picture) in pictures.iter().enumerate() {
            assert_eq!(picture.data.len(), (picture.width * picture.height * 4) as usize);
            assert!(pictures[..at].iter().all(|other| other.data != picture.data));
            assert_eq!(picture.data[0], 0, "the corner is clear");
        }
    }

    #[test]
    fn a_long_title_is_cut() {
        assert_eq!(short("Backup"), "Backup");
        assert_eq!(short(&"ä".repeat(60)), format!("{}…", "ä".repeat(48)));
    }
}
