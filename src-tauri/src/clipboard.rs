//! The clipboard, as far as the page cannot reach it by itself: text that is put there, and files that lie there.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use arboard::Clipboard as System;

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
