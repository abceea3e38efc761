//! Looking at a file anew. It is opened and hashed on another thread, which may take as long as the disk does; what was
//! found comes back as a message.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use deskscribe_protocol::{ContentKey, MediaKind};
use tokio::task::JoinError;

use super::task::{Copy, Suspect, Task};
use super::{Dispatch, Halt};
use crate::Row;
use crate::intake::{Medium, examine_through};
use crate::order::Origin;
use crate::record::Entry;

/// What a file is looked at for.
pub(super) enum Purpose {
    /// To be tried alone, if it holds what it did.
    Trial(Suspect),
    /// To be read again: it was written to so many times while it was read.
    Change { changes: u32, origin: Arc<Origin> },
    /// To take the place of a copy of which there is no reading; others wait for that.
    Copy { key: ContentKey, origin: Arc<Origin>, others: Vec<Copy> },
}

/// A file that was looked at.
pub(super) struct Looked {
    path: PathBuf,
    purpose: Purpose,
    found: Result<Medium, Box<Row>>,
    /// Whether everything was given up meanwhile.
    is_over: bool,
}

impl Dispatch {
    /// Begins to look at a file.
    pub(super) fn look(&mut self, path: PathBuf, kind: MediaKind, purpose: Purpose) {
        self.looking.push(path.clone());
        let (limits, gate) = (self.settings.limits.clone(), self.gate.clone());
        self.looks.spawn_blocking(move || {
            let found = examine_through(&gate, path.clone(), kind, &limits);
            Looked { path, purpose, found, is_over: gate.is_over() }
        });
    }

    /// A file was looked at.
    pub(super) async fn looked(&mut self, looked: Result<Looked, JoinError>) -> Result<(), Halt> {
        let Looked { path, purpose, found, is_over } = looked.map_err(io::Error::other)?;
        if let Some(index) = self.looking.iter().position(|one| *one == path) {
            self.looking.swap_remove(index);
        }
        if is_over {
            return match purpose {
                Purpose::Trial(Suspect { key, .. }) | Purpose::Copy { key, .. } => {
                    self.copies.remove(&key);
                    self.record(Entry::Release(key)).await
                }
                Purpose::Change { .. } => Ok(()),
            };
        }
        let struck = self.struck.iter().position(|one| *one == path);
        let medium = match found {
            _ if struck.is_some() => {
                struck.map(|index| self.struck.swap_remove(index));
                self.ledger.lost(1).await;
                None
            }
            Ok(medium) => Some(medium),
            Err(row) => {
                self.unread(row, &path).await?;
                None
            }
        };
        match (purpose, medium) {
            (Purpose::Trial(Suspect { key, origin, trial, changes, .. }), Some(medium))
                if medium.key == key =>
            {
                let task = Task { trial, changes, ..Task::new(medium, origin) };
                // Nothing else was lent meanwhile; an order to rest may be on its way to that seat, and will be
                // answered.
                if let Err(task) = self.begin(task) {
                    self.solo.push_front(task.into());
                }
            }
            // Another content has done nothing yet.
            (Purpose::Trial(Suspect { key, origin, .. }), medium) => {
                self.release_copies(key).await?;
                if let Some(medium) = medium {
                    self.enqueue(Task::new(medium, origin)).await?;
                }
            }
            (Purpose::Change { changes, origin }, Some(medium)) => {
                self.enqueue(Task { changes, ..Task::new(medium, origin) }).await?;
            }
            (Purpose::Change { .. }, None) => {}
            (Purpose::Copy { key, origin, others }, medium) => {
                if let Some(medium) = medium {
                    self.enqueue(Task::new(medium, origin)).await?;
                }
                self.replace(key, others).await?;
            }
        }
        Ok(())
    }

    /// Files that waited for a reading that does not come: the next one takes its place, and the others wait
    /// for that.
    pub(super) async fn release_copies(&mut self, key: ContentKey) -> Result<(), Halt> {
        let copies = self.copies.remove(&key).unwrap_or_default();
        self.replace(key, copies).await
    }

    /// These wait for a copy that is on its way; if there is none, the last of them is looked at. Without any, other
    /// engines may have the content.
    async fn replace(&mut self, key: ContentKey, mut copies: Vec<Copy>) -> Result<(), Halt> {
        if let Some(waiting) = self.copies.get_mut(&key) {
            waiting.append(&mut copies);
        } else if let Some(Copy { place, kind, origin }) = copies.pop() {
            self.look(place.path, kind, Purpose::Copy { key, origin, others: copies });
        } else {
            return self.record(Entry::Release(key)).await;
        }
        Ok(())
    }
}
