//! Notices: dunst on a desk, a daemon that shows what programs tell, and says what it shows.

use std::collections::HashMap;
use std::fs;
use std::process::{Child, Stdio};

use zbus::connection::Builder;
use zbus::proxy;
use zbus::zvariant::OwnedValue;

use crate::Desk;
use crate::page::patiently;

/// A daemon that shows notices. It is gone when this is dropped.
pub struct Notices {
    daemon: Child,
    dunst: DunstProxy<'static>,
    /// How many of those that are gone from the screen were told.
    told: usize,
}

/// A notice that was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its first line.
    pub title: String,
    /// What is below it.
    pub text: String,
}

#[proxy(
    interface = "org.dunstproject.cmd0",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications",
    gen_blocking = false
)]
trait Dunst {
    fn ping(&self) -> zbus::Result<()>;
    fn notification_action(&self, number: u32) -> zbus::Result<()>;
    fn notification_close_all(&self) -> zbus::Result<()>;
    fn notification_list_history(&self) -> zbus::Result<Vec<HashMap<String, OwnedValue>>>;
    #[zbus(property(emits_changed_signal = "false"), name = "displayedLength")]
    fn displayed_length(&self) -> zbus::Result<u32>;
}

impl Notices {
    /// On this desk, from now on.
    pub async fn on(desk: &Desk) -> Self {
        let rules = desk.home().with_file_name("dunstrc");
        // Whatever is shown stays until it is taken away.
        fs::write(&rules, "[urgency_low]\ntimeout = 0\n").unwrap();
        let mut daemon = desk.command("dunst");
        let daemon = daemon.arg("-conf").arg(&rules);
        let daemon = daemon.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let connection = Builder::address(desk.bus()).unwrap().build().await.unwrap();
        let dunst = DunstProxy::new(&connection).await.unwrap();
        patiently("dunst", async || dunst.ping().await.ok()).await;
        Self { daemon, dunst, told: 0 }
    }

    /// Waits until any is shown, and tells how many are.
    pub async fn count(&self) -> u32 {
        let count = async || self.dunst.displayed_length().await.ok().filter(|count| *count > 0);
        patiently("a notice", count).await
    }

    /// Clicks the first that is shown.
    pub async fn click(&self) {
        self.dunst.notification_action(0).await.unwrap();
    }

    /// Takes all away that are shown, and tells what they said.
    pub async fn take(&mut self) -> Vec<Shown> {
        self.dunst.notification_close_all().await.unwrap();
        let mut all = patiently("notices in the history", async || {
            let all = self.dunst.notification_list_history().await.unwrap();
            (all.len() > self.told).then_some(all)
        })
        .await;
        // The last that was taken away comes first.
        let before = std::mem::replace(&mut self.told, all.len());
        all.truncate(all.len() - before);
        let text = |notice: &HashMap<String, OwnedValue>, name: &str| {
            String::try_from(notice[name].clone()).unwrap()
        };
        all.iter()
            .map(|notice| Shown { title: text(notice, "summary"), text: text(notice, "body") })
            .collect()
    }
}

impl Drop for Notices {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}
