//! Hearing of it when `settings.toml` says something else, whoever wrote it and however.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::fresh::{clear_up, ways};
use super::last_good::load_and_keep;
use super::{Settings, SettingsError};
use crate::Home;

/// When nothing has happened to the file for so long, whoever saves it is done: some editors take it away before they
/// put the new one there.
const SETTLED: Duration = Duration::from_millis(100);
/// Where the system tells nothing, because too many files are watched already, the file is looked at so often.
const LOOK_AGAIN_UNTOLD: Duration = Duration::from_secs(10);

/// The settings from one version to the next.
#[derive(Debug)]
pub struct SettingsChanges {
    home: Home,
    watcher: Option<RecommendedWatcher>,
    wake: mpsc::Sender<()>,
    wakes: mpsc::Receiver<()>,
    /// Something has happened that was not looked at yet.
    is_due: bool,
    told: Told,
}

/// What was told last: the settings, or what is wrong with them.
#[derive(Debug, PartialEq)]
enum Told {
    Good(Box<Settings>),
    Broken(String),
}

impl SettingsChanges {
    /// Hears of all that changes from now on. To be made before the settings are loaded that a change is one to, so
    /// that none is missed between the two. Makes the home, to watch it. Must be called inside a tokio runtime.
    pub fn of(home: &Home) -> Self {
        let (wake, wakes) = mpsc::channel(1);
        // Where it cannot be made nothing is told either, and it may be there later.
        let _ = fs::create_dir_all(home.folder());
        clear_up(&home.settings());
        clear_up(&home.last_good_settings());
        let watcher = hang(home, &wake);
        let told = Told::of(&load_and_keep(home));
        Self { home: home.clone(), watcher, wake, wakes, is_due: false, told }
    }

    /// Waits until the file says something else; comments alone are nothing else. One that cannot be followed any more
    /// is told once, as an error. Nothing is lost if this is given up while it waits.
    ///
    /// # Errors
    /// What is wrong with the file: whoever asks goes on with the settings that it has.
    pub async fn next(&mut self) -> Result<Settings, SettingsError> {
        loop {
            if !self.is_due {
                match self.watcher {
                    Some(_) => drop(self.wakes.recv().await),
                    None => sleep(LOOK_AGAIN_UNTOLD).await,
                }
                self.is_due = true;
            }
            while let Ok(Some(())) = timeout(SETTLED, self.wakes.recv()).await {}
            // The folders may be others by now. Before the file is read, so that no change falls in between.
            self.watcher = hang(&self.home, &self.wake);
            let found = load_and_keep(&self.home);
            self.is_due = false;
            let now = Told::of(&found);
            if now != self.told {
                self.told = now;
                return found;
            }
        }
    }
}

impl Told {
    fn of(found: &Result<Settings, SettingsError>) -> Self {
        match found {
            Ok(settings) => Self::Good(Box::new(settings.clone())),
            Err(error) => Self::Broken(error.to_string()),
        }
    }
}

/// Wakes whoever waits when something happens to the file or to a link that leads to it. Nothing if the system would
/// not tell of all of it.
fn hang(home: &Home, wake: &mpsc::Sender<()>) -> Option<RecommendedWatcher> {
    let ways = ways(&home.settings());
    let folders: BTreeSet<&Path> =
        ways.iter().filter_map(|way| way.ancestors().skip(1).find(|path| path.is_dir())).collect();
    let folders: Vec<PathBuf> = folders.into_iter().map(Path::to_owned).collect();
    let wake = wake.clone();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        // An error may stand for many events. One wake is as good as many.
        if event.map_or(true, |event| is_news(&event, &ways)) {
            let _ = wake.try_send(());
        }
    })
    .ok()?;
    folders.iter().try_for_each(|folder| watcher.watch(folder, RecursiveMode::NonRecursive)).ok()?;
    Some(watcher)
}

/// Whether the file may say something else after this.
fn is_news(event: &Event, ways: &[PathBuf]) -> bool {
    let may_matter = match event.kind {
        // Reading is none. What is being written is looked at when it is closed, and not half of it before.
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        EventKind::Modify(ModifyKind::Data(_)) => false,
        EventKind::Create(_) => !event.paths.iter().all(|path| is_empty(path)),
        _ => true,
    };
    // A folder on the way that comes or goes is named itself.
    let is_ours = |path: &PathBuf| ways.iter().any(|way| way.starts_with(path));
    event.need_rescan() || may_matter && event.paths.iter().any(is_ours)
}

/// Whether this is a file into which somebody is about to write.
fn is_empty(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file() && found.len() == 0)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A home whose file says this, and what is heard of it.
    fn hear(text: &str) -> (tempfile::TempDir, Home, SettingsChanges) {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("home"));
        fs::create_dir(home.folder()).unwrap();
        fs::write(home.settings(), text).unwrap();
        let changes = SettingsChanges::of(&home);
        (folder, home, changes)
    }

    async fn workers(changes: &mut SettingsChanges) -> Result<usize, String> {
        changes.next().await.map(|settings| settings.workers.get()).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn it_is_heard_however_an_editor_saves() {
        let (_folder, home, mut changes) = hear("workers = 1");
        fs::write(home.settings(), "workers = 2").unwrap();
        assert_eq!(workers(&mut changes).await, Ok(2), "written into");
        let fresh = home.folder().join("settings.toml.swp");
        fs::write(&fresh, "workers = 3").unwrap();
        fs::rename(&fresh, home.settings()).unwrap();
        assert_eq!(workers(&mut changes).await, Ok(3), "another file in its place");
        fs::rename(home.settings(), home.folder().join("settings.toml~")).unwrap();
        fs::write(home.settings(), "workers = 4").unwrap();
        assert_eq!(workers(&mut changes).await, Ok(4), "moved away and written anew");
        fs::remove_file(home.settings()).unwrap();
        assert_eq!(workers(&mut changes).await, Ok(8), "gone");
        Settings::change(&home, &[super::super::Edit::typed("workers", "5")]).unwrap();
        assert_eq!(workers(&mut changes).await, Ok(5), "by a program");
    }

    #[tokio::test]
    async fn what_says_the_same_is_no_news_and_what_is_broken_is_told_once() {
        let (_folder, home, mut changes) = hear("workers = 1");
        fs::write(home.settings(), "# one\nworkers = 1").unwrap();
        // Given up while it waits, in the middle of looking.
        assert!(timeout(SETTLED / 2, changes.next()).await.is_err());
        fs::write(home.settings(), "workers = 2").unwrap();
        assert_eq!(workers(&mut changes).await, Ok(2));
        fs::write(home.settings(), "\nworkers = 99").unwrap();
        let error = workers(&mut changes).await.unwrap_err();
        assert!(error.starts_with("line 2 of the settings has workers = 99; "), "{error}");
        assert_eq!(Settings::load_or_last_good(&home).0.workers.get(), 2);
        fs::write(home.settings(), "\nworkers = 99 # still").unwrap();
        assert!(timeout(3 * SETTLED, changes.next()).await.is_err(), "it was told");
        fs::write(home.settings(), "workers = 2").unwrap();
        assert_eq!(workers(&mut changes).await, Ok(2), "it is mended");
    }

    #[tokio::test]
    async fn links_are_followed_wherever_they_lead_by_now() {
        let (folder, home, mut changes) = hear("workers = 1");
        let file = |name: &str| folder.path().join(name).join("deskscribe.toml");
        for (name, number) in [("one", 2), ("two", 3)] {
            fs::create_dir(folder.path().join(name)).unwrap();
            fs::write(file(name), format!("workers = {number}")).unwrap();
            let link = home.folder().join("link");
            symlink(file(name), &link).unwrap();
            fs::rename(link, home.settings()).unwrap();
            assert_eq!(workers(&mut changes).await, Ok(number));
        }
        fs::write(file("two"), "workers = 4").unwrap();
        assert_eq!(workers(&mut changes).await, Ok(4));
        fs::write(file("one"), "workers = 7").unwrap();
        // As a checkout of another branch does it.
        fs::rename(folder.path().join("two"), folder.path().join("old")).unwrap();
        assert_eq!(workers(&mut changes).await, Ok(8));
        fs::rename(folder.path().join("one"), folder.path().join("two")).unwrap();
        assert_eq!(workers(&mut changes).await, Ok(7));
    }
}
