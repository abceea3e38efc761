//! Telling those who wait for a speech model that there is one, whoever brought it.

use std::path::Path;
use std::time::Duration;

use deskscribe_cache::FileId;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use super::{Models, SpeechModel};

/// However little is heard from the system, the folder is looked at so often: it may be on a disk that tells nothing. A
/// look costs a system call or two.
const LOOK_AGAIN: Duration = Duration::from_secs(5 * 60);
/// Where the system tells nothing at all, so often.
const LOOK_AGAIN_UNTOLD: Duration = Duration::from_secs(1);

impl Models {
    /// Which model listens, now and from now on: by whatever program one is fetched, imported, checked or removed.
    /// Makes the folder of models, to watch it. Must be called inside a tokio runtime; ends when no receiver is left.
    pub fn watch(&self) -> watch::Receiver<Option<SpeechModel>> {
        let models = self.clone();
        // Where it cannot be made, it may be there later.
        let _ = models.folder.make();
        let (woken, mut wakes) = mpsc::channel(1);
        let mut watched = FileId::of(&models.folder.0);
        let mut watcher = hang(&models.folder.0, woken.clone());
        let (sender, receiver) = watch::channel(models.speech());
        tokio::spawn(async move {
            loop {
                let pause = if watcher.is_some() { LOOK_AGAIN } else { LOOK_AGAIN_UNTOLD };
                tokio::select! {
                    () = sender.closed() => return,
                    _ = wakes.recv() => {}
                    () = sleep(pause) => {}
                }
                // It may be another folder by now, or gone.
                let found = FileId::of(&models.folder.0);
                if found != watched || watcher.is_none() {
                    watcher = hang(&models.folder.0, woken.clone());
                    watched = found;
                }
                let now = models.speech();
                sender.send_if_modified(|told| {
                    let is_news = *told != now;
                    *told = now;
                    is_news
                });
            }
        });
        receiver
    }
}

/// Wakes whoever waits when something happens in this folder.
fn hang(folder: &Path, wake: mpsc::Sender<()>) -> Option<RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading is no change. An error may stand for many events. One wake is as good as many.
        if event.map_or(true, |event| !event.kind.is_access()) {
            let _ = wake.try_send(());
        }
    })
    .ok()?;
    watcher.watch(folder, RecursiveMode::NonRecursive).ok()?;
    Some(watcher)
}
