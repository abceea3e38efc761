//! The clipboard: text that is put there, files and pictures that lie there. The page asks for them here, because a web view
//! hands over what is pasted only while somebody types. A picture is taken as the bytes it comes in; nothing decodes it.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use arboard::Clipboard as System;
use tauri::AppHandle;

use crate::error::CommandError;

/// The system's clipboard. On X11 what was put there is gone with whoever put it, so it is kept.
#[derive(Default)]
pub(crate) struct Clipboard(Mutex<Option<System>>);

impl Clipboard {
    /// Puts this text there.
    pub(crate) fn put(&self, text: String) -> Result<(), CommandError> {
        self.with(|system| system.set_text(text))
    }

    /// The files that lie there: what a file manager copied. Whatever else lies there, or cannot be had from whoever put
    /// it there, is no file.
    pub(crate) fn files(&self) -> Result<Vec<PathBuf>, CommandError> {
        self.with(|system| Ok(system.get().file_list().unwrap_or_default()))
    }

    /// The picture that lies there, as a file of one of these types would hold it.
    #[cfg(target_os = "linux")]
    pub(crate) async fn picture(app: &AppHandle) -> Option<Vec<u8>> {
        use gtk::gdk::{Atom, SELECTION_CLIPBOARD};

        const TYPES: [&str; 5] = ["image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp"];
        let (send, bytes) = tokio::sync::oneshot::channel();
        let ask = move || {
            let clipboard = gtk::Clipboard::get(&SELECTION_CLIPBOARD);
            let contents =
                |kind: &&str| clipboard.wait_for_contents(&Atom::intern(kind)).map(|held| held.data());
            let _ = send.send(TYPES.iter().filter_map(contents).find(|bytes| !bytes.is_empty()));
        };
        // GTK belongs to the thread of the window.
        app.run_on_main_thread(ask).ok()?;
        bytes.await.ok()?
    }

    /// Nobody has looked yet how other systems hand it over.
    #[cfg(not(target_os = "linux"))]
    pub(crate) async fn picture(_app: &AppHandle) -> Option<Vec<u8>> {
        None
    }

    fn with<T>(
        &self,
        work: impl FnOnce(&mut System) -> Result<T, arboard::Error>,
    ) -> Result<T, CommandError> {
        let refused =
            |error| CommandError::system(format!("the system's clipboard cannot be used ({error})"));
        let mut system = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let system = match &mut *system {
            Some(system) => system,
            none => none.insert(System::new().map_err(refused)?),
        };
        work(system).map_err(refused)
    }
}
