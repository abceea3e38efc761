//! The answer of a model as it flows: line by line, within bounds of size and of silence.
//!
//! `ollama-rs` has a way to stream of its own. In its version 0.3.6 it drops what was received whenever a character was
//! divided between two pieces of the network, prints errors of the server instead of returning them, takes a cut answer
//! for a whole one, and has no bounds. So its types are used, and what flows is read here.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use deskscribe_cache::Receipt;
use reqwest::Response;
use tokio::time::timeout;

use super::trouble::{Trouble, saying};
use super::way::{Way, content_type};
use crate::models::network_words;

/// The most bytes of one line: a set of vectors is one, and so may be a whole answer.
const LONGEST_LINE: usize = 16 << 20;
/// The most bytes of an answer with all that is around its words: much more than the words that are taken.
const MOST: u64 = 128 << 20;

/// An answer that flows.
pub(super) struct Flow {
    response: Response,
    way: Way,
    /// What came and is no whole line yet.
    rest: Vec<u8>,
    /// How far `rest` was searched for the end of a line.
    searched: usize,
    /// How much longer nothing may come. Stands still while nobody listens.
    left: Duration,
    has_begun: bool,
    received: u64,
    receipt: Arc<Mutex<Receipt>>,
}

impl Flow {
    pub(super) fn new(response: Response, way: Way, left: Duration, receipt: Arc<Mutex<Receipt>>) -> Self {
        Self { response, way, rest: Vec::new(), searched: 0, left, has_begun: false, received: 0, receipt }
    }

    pub(super) fn content_type(&self) -> String {
        content_type(&self.response)
    }

    /// Something came that shows that the model is at work.
    pub(super) fn is_alive(&mut self) {
        self.has_begun = true;
        self.left = self.way.llm.quiet;
    }

    /// The next line that is not empty, without its end; nothing when the answer is over.
    pub(super) async fn line(&mut self) -> Result<Option<Vec<u8>>, Trouble> {
        loop {
            if let Some(at) = self.rest.iter().skip(self.searched).position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=self.searched + at).collect();
                self.searched = 0;
                let line = line.trim_ascii();
                if !line.is_empty() {
                    return Ok(Some(line.to_owned()));
                }
                continue;
            }
            self.searched = self.rest.len();
            if self.rest.len() > LONGEST_LINE {
                return Err(self.endless());
            }
            if !self.more().await? {
                self.searched = 0;
                let last = std::mem::take(&mut self.rest);
                let last = last.trim_ascii();
                return Ok((!last.is_empty()).then(|| last.to_owned()));
            }
        }
    }

    /// All of it, where it is no stream.
    pub(super) async fn whole(&mut self) -> Result<Vec<u8>, Trouble> {
        while self.more().await? {
            if self.rest.len() > LONGEST_LINE {
                return Err(self.endless());
            }
        }
        Ok(std::mem::take(&mut self.rest))
    }

    /// Takes what comes next; whether anything did.
    async fn more(&mut self) -> Result<bool, Trouble> {
        let began = Instant::now();
        let chunk = timeout(self.left, self.response.chunk()).await;
        self.left = self.left.saturating_sub(began.elapsed());
        let place = &self.way.place;
        let chunk = match chunk {
            // There was a connection, and now there is none.
            Ok(chunk) => chunk.map_err(|error| Trouble::hung_up(place, &saying(&network_words(&error))))?,
            Err(_) if self.has_begun => {
                return Err(Trouble::too_slow(place, self.way.llm.quiet, "llm_quiet_seconds"));
            }
            Err(_) => return Err(Trouble::too_slow(place, self.way.llm.first, "llm_first_seconds")),
        };
        let Some(chunk) = chunk else { return Ok(false) };
        self.received += chunk.len() as u64;
        self.receipt.lock().unwrap_or_else(PoisonError::into_inner).received += chunk.len() as u64;
        if self.received > MOST {
            return Err(self.endless());
        }
        self.rest.extend_from_slice(&chunk);
        Ok(true)
    }

    fn endless(&self) -> Trouble {
        Trouble::too_long(format!("the answer of {} is longer than any that is taken", self.way.place))
    }
}
