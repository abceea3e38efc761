//! How it goes with what a language model writes just now, and about how long it still takes: as long as it mostly took
//! before.

use std::collections::VecDeque;
use std::time::Duration;

use deskscribe_protocol::MediaKind;

use super::Lent;
use crate::path::{bytes_of, lossy};
use crate::status::WritingStatus;

/// How often it is told how it goes: as often as somebody likes to look.
pub(super) const EVERY: Duration = Duration::from_secs(2);
/// So many of late are kept.
const KEPT: usize = 64;
/// Of so few nothing can be said.
const LEAST: usize = 3;

/// How long summaries took, those of late.
#[derive(Debug, Default)]
pub(super) struct Took(VecDeque<(MediaKind, Duration)>);

impl Took {
    /// One of this kind took so long.
    pub(super) fn note(&mut self, kind: MediaKind, time: Duration) {
        self.0.push_front((kind, time));
        self.0.truncate(KEPT);
    }

    /// How long one of this kind mostly takes: the median.
    fn mostly(&self, kind: MediaKind) -> Option<Duration> {
        let mut times: Vec<Duration> =
            self.0.iter().filter(|(of, _)| *of == kind).map(|(_, time)| *time).collect();
        if times.len() < LEAST {
            return None;
        }
        times.sort_unstable();
        times.get(times.len() / 2).copied()
    }
}

/// How it goes with one; nothing where no words are wanted.
pub(super) fn status(lent: &Lent, took: &Took) -> Option<WritingStatus> {
    lent.wanted.brief.model.as_ref()?;
    let (path, heard) = (&lent.wanted.medium.path, lent.talk.line().heard());
    let time = lent.since.elapsed();
    let left = took.mostly(lent.wanted.content.kind).and_then(|mostly| mostly.checked_sub(time));
    Some(WritingStatus {
        path: lossy(path),
        path_bytes: bytes_of(path),
        seconds: time.as_secs_f64(),
        tokens: heard.pieces(),
        tokens_per_second: heard.per_second(),
        left_seconds: left.map(|left| left.as_secs_f64()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_as_long_as_it_mostly_took() {
        let mut took = Took::default();
        let seconds = Duration::from_secs;
        for time in [40, 30, 900] {
            assert_eq!(took.mostly(MediaKind::Image), None);
            took.note(MediaKind::Image, seconds(time));
        }
        took.note(MediaKind::Video, seconds(1));
        assert_eq!(took.mostly(MediaKind::Image), Some(seconds(40)));
        assert_eq!(took.mostly(MediaKind::Video), None);
        (0..KEPT).for_each(|_| took.note(MediaKind::Image, seconds(7)));
        assert_eq!(took.mostly(MediaKind::Image), Some(seconds(7)));
    }
}
