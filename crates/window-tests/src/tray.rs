//! A tray: whoever shows icons of programs on the session bus of a desk, and their menus, as a panel does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;
use zbus::connection::Builder;
use zbus::message::Header;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, interface, proxy};

use crate::Desk;
use crate::page::patiently;

/// A line of a menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it says.
    pub text: String,
    /// Whether it can be clicked.
    pub is_enabled: bool,
    number: i32,
}

/// A tray that shows one icon. It is gone when this is dropped.
pub struct Tray {
    connection: Connection,
    known: Known,
}

/// The programs that have registered, and a sign of each.
#[derive(Clone, Default)]
struct Known(Arc<Mutex<Vec<String>>>, Arc<Notify>);

struct Watcher(Known);

/// <https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/StatusNotifierWatcher/>
#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    async fn register_status_notifier_item(
        &self,
        service: String,
        #[zbus(header)] header: Header<'_>,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) {
        // Some name an object, and are found by who they are.
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let name = if service.starts_with('/') { sender } else { service };
        self.0.0.lock().unwrap().push(name.clone());
        self.0.1.notify_waiters();
        Self::status_notifier_item_registered(&emitter, &name).await.unwrap();
    }

    fn register_status_notifier_host(&self, _service: String) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.0.0.lock().unwrap().clone()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(signal)]
    async fn status_notifier_item_registered(emitter: &SignalEmitter<'_>, service: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn status_notifier_item_unregistered(
        emitter: &SignalEmitter<'_>,
        service: &str,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn status_notifier_host_registered(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;
}

#[proxy(interface = "org.kde.StatusNotifierItem", default_path = "/StatusNotifierItem", gen_blocking = false)]
trait Item {
    #[zbus(property(emits_changed_signal = "false"))]
    fn status(&self) -> zbus::Result<String>;
    #[zbus(property(emits_changed_signal = "false"))]
    fn icon_pixmap(&self) -> zbus::Result<Vec<(i32, i32, Vec<u8>)>>;
    #[zbus(property(emits_changed_signal = "false"))]
    fn menu(&self) -> zbus::Result<OwnedObjectPath>;
    fn activate(&self, x: i32, y: i32) -> zbus::Result<()>;
}

/// A menu with all that is below it: number, properties, entries.
type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

#[proxy(interface = "com.canonical.dbusmenu", gen_blocking = false)]
trait Menu {
    fn about_to_show(&self, id: i32) -> zbus::Result<bool>;
    fn get_layout(&self, parent: i32, depth: i32, names: &[&str]) -> zbus::Result<(u32, Layout)>;
    fn event(&self, id: i32, what: &str, data: Value<'_>, time: u32) -> zbus::Result<()>;
}

impl Tray {
    /// A tray on this desk, from now on.
    pub async fn on(desk: &Desk) -> Self {
        let known = Known::default();
        let connection = Builder::address(desk.bus()).unwrap();
        let connection = connection.serve_at("/StatusNotifierWatcher", Watcher(known.clone())).unwrap();
        let connection = connection.name("org.kde.StatusNotifierWatcher").unwrap().build().await.unwrap();
        Self { connection, known }
    }

    /// Waits for an icon.
    async fn item(&self) -> ItemProxy<'static> {
        let name =
            patiently("an icon in the tray", async || self.known.0.lock().unwrap().last().cloned()).await;
        ItemProxy::builder(&self.connection).destination(name).unwrap().build().await.unwrap()
    }

    /// The picture of the icon, and whether it asks for attention.
    pub async fn picture(&self) -> (Vec<u8>, bool) {
        let item = self.item().await;
        let mut pictures = item.icon_pixmap().await.unwrap();
        (pictures.remove(0).2, item.status().await.unwrap() == "NeedsAttention")
    }

    /// Clicks the icon itself.
    pub async fn activate(&self) {
        self.item().await.activate(0, 0).await.unwrap();
    }

    async fn entries(&self) -> MenuProxy<'static> {
        let item = self.item().await;
        let path = item.menu().await.unwrap();
        let name = item.inner().destination().to_owned();
        let menu = MenuProxy::builder(&self.connection).destination(name).unwrap().path(path).unwrap();
        menu.build().await.unwrap()
    }

    /// What its menu says now.
    pub async fn menu(&self) -> Vec<Line> {
        let menu = self.entries().await;
        menu.about_to_show(0).await.unwrap();
        let (_, (_, _, entries)) = menu.get_layout(0, -1, &[]).await.unwrap();
        let line = |entry: OwnedValue| {
            let (number, about, _) = Layout::try_from(entry).unwrap();
            let text = about.get("label").and_then(|label| String::try_from(label.clone()).ok())?;
            let is_enabled = about.get("enabled").is_none_or(|it| bool::try_from(it.clone()).unwrap());
            Some(Line { text: text.replace("__", "_"), is_enabled, number })
        };
        entries.into_iter().filter_map(line).collect()
    }

    /// Waits until a line of the menu says this, and returns it.
    pub async fn says(&self, text: &str) -> Line {
        patiently(&format!("{text} in the menu"), async || {
            self.menu().await.into_iter().find(|line| line.text.contains(text))
        })
        .await
    }

    /// Waits for the line that says this and clicks it.
    pub async fn click(&self, text: &str) {
        let line = self.says(text).await;
        assert!(line.is_enabled, "{text} can be clicked");
        let answer = self.entries().await.event(line.number, "clicked", Value::from(0), 0).await;
        // A program that is told to quit may be gone before it has answered.
        let is_gone = |error: &zbus::Error| matches!(error, zbus::Error::MethodError(name, ..) if name.as_str() == "org.freedesktop.DBus.Error.NoReply");
        assert!(answer.as_ref().err().is_none_or(is_gone), "{answer:?}");
    }
}
