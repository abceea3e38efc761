//! Whoever hears an answer, piece by piece, and what is let through to them.

use std::time::Instant;

use deskscribe_protocol::{Reply, Summary};
use tokio::sync::mpsc;

use super::heard::Heard;
use super::place::Place;
use super::trouble::Trouble;

/// The most bytes of words in one answer.
const MOST: usize = 4 << 20;
/// The most in one piece, which is one frame to a worker.
const LONGEST_PIECE: usize = 64 << 10;

/// How fast a model was, as far as its server tells.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Pace {
    pub(super) tokens: Option<u64>,
    pub(super) seconds: Option<f64>,
}

/// Whoever hears an answer.
pub(super) struct Listener<'a> {
    pieces: &'a mpsc::Sender<Reply>,
    heard: &'a Heard,
    bytes: usize,
    /// When the first word came.
    pub(super) first: Option<Instant>,
}

impl<'a> Listener<'a> {
    pub(super) fn new(pieces: &'a mpsc::Sender<Reply>, heard: &'a Heard) -> Self {
        Self { pieces, heard, bytes: 0, first: None }
    }

    /// Hands on words; whether anybody still listens.
    pub(super) async fn text(&mut self, place: &Place, text: &str) -> Result<bool, Trouble> {
        self.bytes += text.len();
        if self.bytes > MOST {
            return Err(Trouble::too_long(format!("the answer of {place} is longer than any that is taken")));
        }
        if !text.is_empty() {
            self.heard.piece();
        }
        let mut rest = text;
        while !rest.is_empty() {
            self.first.get_or_insert_with(Instant::now);
            let (piece, more) = rest.split_at(rest.floor_char_boundary(LONGEST_PIECE));
            if self.pieces.send(Reply::Text { text: piece.to_owned() }).await.is_err() {
                return Ok(false);
            }
            rest = more;
        }
        Ok(!self.pieces.is_closed())
    }

    /// Hands on vectors, if they are as many as were asked for, and vectors.
    pub(super) async fn vectors(
        &mut self,
        place: &Place,
        vectors: Vec<Vec<f32>>,
        wanted: usize,
    ) -> Result<Pace, Trouble> {
        let length = vectors.first().map_or(0, Vec::len);
        let are_alike = vectors.iter().all(|vector| vector.len() == length);
        let are_finite = vectors.iter().flatten().all(|number| number.is_finite());
        if vectors.len() != wanted
            || !are_alike
            || !are_finite
            || !(1..=Summary::LONGEST_VECTOR).contains(&length)
        {
            let what = format!("{} vectors of {length} numbers for {wanted} texts", vectors.len());
            return Err(Trouble::nonsense(place, &what));
        }
        self.first.get_or_insert_with(Instant::now);
        // Nobody may listen any more, which is all the same to the server.
        let _ = self.pieces.send(Reply::Vectors { vectors }).await;
        self.end(false).await;
        Ok(Pace::default())
    }

    /// That was all; whether the model had more to say.
    pub(super) async fn end(&mut self, cut: bool) {
        let _ = self.pieces.send(Reply::End { cut }).await;
    }
}
