//! Libraries that are kept open, one for each question that is asked at the same time.

use std::sync::{Arc, Mutex, PoisonError};

use deskscribe_engine::{CacheError, Home, Library};
use tauri::async_runtime::spawn_blocking;

use crate::error::CommandError;

/// No more than these stay open when nobody asks.
const KEPT: usize = 4;

/// The way from a command to the cache.
#[derive(Clone)]
pub(crate) struct Shelves(Arc<Inner>);

struct Inner {
    home: Home,
    idle: Mutex<Vec<Library>>,
}

impl Shelves {
    pub(crate) fn of(home: Home) -> Self {
        Self(Arc::new(Inner { home, idle: Mutex::default() }))
    }

    /// Answers a question on a thread that may wait for the disk.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Library) -> Result<T, CommandError> + Send + 'static,
    ) -> Result<T, CommandError> {
        let shelves = Arc::clone(&self.0);
        let answer = spawn_blocking(move || {
            let library = shelves.take()?;
            let answer = question(&library);
            shelves.give_back(library);
            answer
        });
        answer.await.map_err(CommandError::system)?
    }
}

impl Inner {
    fn take(&self) -> Result<Library, CacheError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match idle {
            Some(mut library) => library.refresh().map(|_| library),
            None => Library::open(&self.home),
        }
    }

    fn give_back(&self, library: Library) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(library);
        }
    }
}
