//! What is shown, in stretches.

use deskscribe_protocol::{Gap, Missing, Recording, Span, Watched, Work};

use super::{Part, State, hold};
use crate::Share;

/// The shortest stretch, in seconds: each begins with finding its first frame, which takes a moment.
const SHORTEST: f64 = 60.0;
/// The most stretches that a recording which says how long it is begins with.
const MOST: f64 = 64.0;

/// The picture of a recording, cut into stretches.
#[derive(Debug)]
pub(super) struct Picture {
    /// How long one stretch is, in seconds, up to the length that the recording tells.
    step: f64,
    told: f64,
    stretches: Vec<Stretch>,
}

#[derive(Debug)]
struct Stretch {
    span: Span,
    state: State<Watched>,
}

impl Picture {
    /// All stretches of a recording that says how long it is; of another, the first one.
    pub(super) fn new(length: Option<f64>) -> Self {
        let length = length.unwrap_or(SHORTEST).min(Recording::LONGEST);
        let step = (length / MOST).max(SHORTEST);
        let mut picture = Self { step, told: length, stretches: Vec::new() };
        // What remains when it is cut is no stretch of its own.
        let count = (length / step - 0.1).ceil().max(1.0) as u32;
        (0..count).for_each(|_| picture.go_on());
        picture
    }

    /// One stretch more, unless the longest recording ends there. The later it begins the longer it is, so that a file
    /// which goes on for days behind the length that it tells does not take thousands of them.
    fn go_on(&mut self) {
        /// This part of all that came before.
        const GROWTH: f64 = 1.0 / 16.0;
        let from = self.stretches.last().map_or(0.0, |last| last.span.to);
        if from < Recording::LONGEST {
            let step = if from < self.told { self.step } else { self.step.max(from * GROWTH) };
            let span = Span { from, to: (from + step).min(Recording::LONGEST) };
            self.stretches.push(Stretch { span, state: State::Open });
        }
    }

    fn get(&mut self, number: u32) -> Option<&mut Stretch> {
        self.stretches.get_mut(number as usize)
    }

    /// Whether there is such a stretch, and nobody has watched it yet.
    pub(super) fn misses(&self, number: u32) -> bool {
        self.stretches.get(number as usize).is_some_and(|stretch| stretch.state.is_open())
    }

    pub(super) fn next(&self) -> Option<Part> {
        let open = self.stretches.iter().position(|stretch| stretch.state.is_open())?;
        Some(Part::Watch(u32::try_from(open).ok()?))
    }

    pub(super) fn is_settled(&self) -> bool {
        self.stretches.iter().all(|stretch| stretch.state.is_settled())
    }

    pub(super) fn lend(&mut self, number: u32) -> Work {
        let span = self.get(number).map_or_else(Span::default, |stretch| {
            stretch.state = State::Lent;
            stretch.span
        });
        Work::Watch { from: span.from, to: Some(span.to) }
    }

    pub(super) fn put_back(&mut self, number: u32) {
        if let Some(stretch) = self.get(number) {
            stretch.state = State::Open;
        }
    }

    pub(super) fn hold(&mut self, number: u32) -> bool {
        self.get(number).is_some_and(|stretch| hold(&mut stretch.state))
    }

    pub(super) fn landed(&mut self, number: u32, watched: Watched) {
        let (ended, last) = (watched.ended, number as usize + 1 == self.stretches.len());
        if let Some(stretch) = self.get(number) {
            stretch.state = State::Landed(watched);
        }
        match (ended, last) {
            (false, true) => self.go_on(),
            // Behind the end there is nothing to see, whatever the recording says of itself.
            (true, false) => {
                let mut index = 0;
                self.stretches.retain(|stretch| {
                    index += 1;
                    index <= number as usize + 1 || !stretch.state.is_open()
                });
            }
            _ => {}
        }
    }

    pub(super) fn give_up(&mut self, number: u32, reason: String) -> Option<Gap> {
        let stretch = self.get(number)?;
        stretch.state = State::Lost;
        let Span { from, to } = stretch.span;
        Some(Gap { from, to, what: Missing::Picture, reason })
    }

    /// What landed, in order.
    pub(super) fn watched(&self) -> impl Iterator<Item = &Watched> {
        self.stretches.iter().filter_map(|stretch| stretch.state.landed())
    }

    pub(super) fn seconds(&self, number: u32) -> f64 {
        self.stretches.get(number as usize).map_or(0.0, |stretch| stretch.span.seconds())
    }

    pub(super) fn share(&self) -> Share {
        let of = |stretch: &Stretch| stretch.span.seconds();
        let settled = self.stretches.iter().filter(|stretch| stretch.state.is_settled());
        Share { done: settled.map(of).sum(), total: self.stretches.iter().map(of).sum() }
    }
}
