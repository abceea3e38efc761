//! What passes between a worker that summarises and the language model: the worker asks, the engine speaks.

use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use deskscribe_protocol::{Ask, Reply};
use tokio::sync::mpsc;

use crate::gateway::{Line, Trouble};

/// Pieces of an answer that may wait for the worker. A server that talks faster feels it.
const PIECES: usize = 16;
/// The most questions of one job: twice what the longest recording takes.
const MOST: u32 = 512;

/// The talk of one job with the language model.
#[derive(Debug)]
pub(crate) struct Talk {
    line: Line,
    asked: AtomicU32,
    /// Why the model does not answer.
    trouble: OnceLock<Trouble>,
}

impl Talk {
    pub(crate) fn new(line: Line) -> Arc<Self> {
        Arc::new(Self { line, asked: AtomicU32::new(0), trouble: OnceLock::new() })
    }

    pub(crate) fn line(&self) -> &Line {
        &self.line
    }

    /// Why the job was ended, if that was for want of an answer.
    pub(crate) fn trouble(&self) -> Option<&Trouble> {
        self.trouble.get()
    }

    /// Asks, unless it has done so too often.
    pub(super) fn ask(&self, ask: Ask) -> Option<Asking<'_>> {
        if self.asked.fetch_add(1, Ordering::Relaxed) >= MOST {
            return None;
        }
        let (send, pieces) = mpsc::channel(PIECES);
        let answer = async move {
            let answered = self.line.ask(ask, send).await;
            answered.map_err(|trouble| {
                // The first one is the cause of all others.
                let _ = self.trouble.set(trouble);
            })
        };
        Some(Asking { answer: Box::pin(answer), over: None, pieces })
    }
}

/// A question that was asked.
pub(super) struct Asking<'a> {
    answer: Pin<Box<dyn Future<Output = Result<(), ()>> + Send + 'a>>,
    over: Option<Result<(), ()>>,
    pieces: mpsc::Receiver<Reply>,
}

/// What came of a question.
#[derive(Debug, PartialEq)]
pub(super) enum Told {
    /// A piece of the answer.
    Piece(Reply),
    /// All of it has come.
    All,
    /// There will be no more, and it is not all.
    Nothing,
}

impl Asking<'_> {
    /// Whether all of it was told, to its end. Whoever heard the end may ask again before it is noticed here that
    /// nothing follows.
    pub(super) fn is_over(&self) -> bool {
        self.over == Some(Ok(())) && self.pieces.is_empty()
    }

    /// The next that comes of it. May be dropped at any time, and nothing is lost.
    pub(super) async fn next(&mut self) -> Told {
        loop {
            tokio::select! {
                biased;
                Some(piece) = self.pieces.recv() => return Told::Piece(piece),
                over = &mut self.answer, if self.over.is_none() => self.over = Some(over),
                else => return if self.over == Some(Ok(())) { Told::All } else { Told::Nothing },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_has_heard_the_end_may_ask_again_at_once() {
        let (send, pieces) = mpsc::channel(1);
        let (text, end) = (Reply::Text { text: "a".to_owned() }, Reply::End { cut: false });
        let said = [text.clone(), end.clone()];
        let answer = async move {
            for piece in said {
                let _ = send.send(piece).await;
            }
            Ok(())
        };
        let mut asking = Asking { answer: Box::pin(answer), over: None, pieces };
        assert!(!asking.is_over());
        assert_eq!((asking.next().await, asking.is_over()), (Told::Piece(text), false));
        // Nobody has looked for what follows the end.
        assert_eq!((asking.next().await, asking.is_over()), (Told::Piece(end), true));
        assert_eq!(asking.next().await, Told::All);
    }
}
