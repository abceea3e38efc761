//! The clipboard: text that is put there, files and pictures that lie there. The page asks for them here, because a web
//! view hands over what is pasted only while somebody types. A picture is taken as the bytes it comes in; nothing
//! decodes it.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use arboard::Clipboard as System;
use tauri::AppHandle;

use crate::error::CommandError;

/// The pictures that a clipboard may hold, the best first: their type, how they begin, and how their files end.
const PICTURES: [(&str, &[u8], &str); 5] = [
    ("image/png", b"\x89PNG", "png"),
    ("image/jpeg", b"\xff\xd8\xff", "jpg"),
    ("image/webp", b"RIFF", "webp"),
    ("image/gif", b"GIF8", "gif"),
    ("image/bmp", b"BM", "bmp"),
];

/// A picture that lay there.
pub(crate) struct Picture {
    /// What a file of it holds.
    pub(crate) bytes: Vec<u8>,
    /// How such a file ends.
    pub(crate) extension: &'static str,
}

impl Picture {
    /// Known by how it begins: whoever put it there may call it something else.
    fn of(bytes: Vec<u8>) -> Option<Self> {
        let (_, _, extension) = PICTURES.into_iter().find(|(_, first, _)| bytes.starts_with(first))?;
        Some(Self { bytes, extension })
    }
}

/// The system's clipboard. On X11 what was put there is gone with whoever put it, so it is kept.
#[derive(Default)]
pub(crate) struct Clipboard(Mutex<Option<System>>);

impl Clipboard {
    /// Puts this text there.
    pub(crate) fn put(&self, text: String) -> Result<(), CommandError> {
        self.with(|system| system.set_text(text))
    }

    /// The files that lie there: what a file manager copied. Whatever else lies there, or cannot be had from whoever
    /// put it there, is no file.
    pub(crate) fn files(&self) -> Result<Vec<PathBuf>, CommandError> {
        self.with(|system| Ok(system.get().file_list().unwrap_or_default()))
    }

    /// The picture that lies there.
    pub(crate) async fn picture(app: &AppHandle) -> Option<Picture> {
        offered(app).await.and_then(Picture::of)
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

/// The picture that lies there, in the first of these types that it can be had in.
#[cfg(target_os = "linux")]
async fn offered(app: &AppHandle) -> Option<Vec<u8>> {
    use gtk::gdk::{Atom, SELECTION_CLIPBOARD};

    let (send, bytes) = tokio::sync::oneshot::channel();
    let ask = move || {
        let clipboard = gtk::Clipboard::get(&SELECTION_CLIPBOARD);
        let contents =
            |(kind, _, _)| clipboard.wait_for_contents(&Atom::intern(kind)).map(|held| held.data());
        let _ = send.send(PICTURES.into_iter().filter_map(contents).find(|bytes| !bytes.is_empty()));
    };
    // GTK belongs to the thread of the window.
    app.run_on_main_thread(ask).ok()?;
    bytes.await.ok()?
}

/// Nobody has looked yet how other systems hand it over.
#[cfg(not(target_os = "linux"))]
async fn offered(_app: &AppHandle) -> Option<Vec<u8>> {
    None
}
