//! Which frames are worth reading: those that have settled and were not read before, and not too many of them.
//!
//! Whether something has settled is asked tile by tile: a pointer that moves about, or a film in a corner, keeps nobody
//! from reading the rest.

use std::collections::VecDeque;

use super::Look;
use super::look::Area;

/// How often a recording is looked at, in seconds.
pub(crate) const STEP: f64 = 0.25;
/// What has not changed for so long has settled, in seconds; while other things go on to move, it takes longer.
const SETTLED: f64 = 0.3;
const SETTLED_AMID: f64 = 0.75;
/// What does not settle is read all the same after so many seconds; longer each time that nothing new was in it.
const PATIENCE: (f64, f64) = (2.0, 16.0);
/// How many frames are read a second in the long run, and how many at once before that counts.
const RATE: f64 = 0.5;
const AT_ONCE: f64 = 10.0;
/// What a frame counts of which only a small part is read, and how large that part may be.
const SMALL: (f64, f32) = (0.25, 0.1);
/// Screens that were not read count as missed when they stood for so long, in seconds, and when so large a part of
/// their tiles was replaced.
const LEGIBLE: f64 = 1.0;
const REPLACED: f64 = 0.005;
/// How many screens are remembered, so that one that comes back is not read again.
const REMEMBERED: usize = 4;

/// What is to be done about a frame.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict<T> {
    /// Nothing: it shows what was read, or has not settled.
    Leave,
    /// It shows again what was read before: since this second.
    Again(f64, T),
    /// It is to be read: what is new in it lies here, and has been there since this second.
    Read(f64, Area),
}

/// Looks at frames in order, and says which to read.
pub(crate) struct Attention<T> {
    /// What was read, the last to stand there first.
    read: VecDeque<(Look, T)>,
    /// What is there.
    now: Option<Look>,
    /// When each tile of it last changed.
    changed: Vec<f64>,
    /// Up to when it has been there.
    until: f64,
    /// Since when something is there that was not read.
    news: Option<f64>,
    /// Since when something is there that had to be left unread.
    owed: Option<f64>,
    missed: Option<(f64, f64)>,
    /// How many frames may be read now, and when that was so.
    tokens: f64,
    counted: f64,
    patience: f64,
}

impl<T: Clone> Attention<T> {
    /// From this second on.
    pub(crate) fn new(from: f64) -> Self {
        Self {
            read: VecDeque::new(),
            now: None,
            changed: Vec::new(),
            until: from,
            news: None,
            owed: None,
            missed: None,
            tokens: AT_ONCE,
            counted: from,
            patience: PATIENCE.0,
        }
    }

    /// What to do about a frame that is shown from one second to another, and is the last if `is_last`.
    pub(crate) fn look(&mut self, look: Look, from: f64, to: f64, is_last: bool) -> Verdict<T> {
        match self.now.take() {
            Some(before) => self.compare(&before, &look, from),
            None => self.changed = Vec::new(),
        }
        let tiles = match self.read.front() {
            Some((standing, _)) => look.differs_from(standing),
            None => vec![true; look.count()],
        };
        if self.changed.len() != tiles.len() {
            self.changed = vec![from; tiles.len()];
        }
        self.tokens = (self.tokens + (from - self.counted).max(0.0) * RATE).min(AT_ONCE);
        (self.counted, self.until) = (from, to);
        let verdict = self.judge(&look, tiles, is_last);
        self.now = Some(look);
        verdict
    }

    /// Notes what has changed since the frame before.
    fn compare(&mut self, before: &Look, look: &Look, from: f64) {
        let changes = look.differs_from(before);
        let count = changes.iter().filter(|changed| **changed).count();
        if let Some(since) = self.owed
            && count as f64 > REPLACED * changes.len() as f64
        {
            if from - since >= LEGIBLE {
                self.missed = Some((self.missed.map_or(since, |(first, _)| first), from));
            }
            self.owed = None;
        }
        if count > 0 && look.is_far_from(before) {
            self.patience = PATIENCE.0;
        }
        for (at, changed) in self.changed.iter_mut().zip(changes) {
            if changed {
                *at = from;
            }
        }
    }

    /// What to do about this look, in which these tiles are not as they were read.
    fn judge(&mut self, look: &Look, mut tiles: Vec<bool>, is_last: bool) -> Verdict<T> {
        if !tiles.contains(&true) {
            self.news = None;
            return Verdict::Leave;
        }
        let news = *self.news.get_or_insert(self.counted);
        let has_settled = (0..tiles.len()).all(|tile| !tiles[tile] || self.is_settled(tile, SETTLED));
        let is_overdue = self.until - news >= self.patience;
        if !(has_settled || is_overdue || is_last) {
            for (tile, is_new) in tiles.iter_mut().enumerate() {
                *is_new &= self.is_settled(tile, SETTLED_AMID);
            }
        }
        let Some(area) = look.around(&tiles) else { return Verdict::Leave };
        let since = self.since(&tiles);
        if let Some(again) = self.again(look) {
            (self.news, self.owed) = (None, None);
            return Verdict::Again(since, again);
        }
        let price = if area.share() < SMALL.1 { SMALL.0 } else { 1.0 };
        if self.tokens < price {
            self.owed.get_or_insert(since);
            return Verdict::Leave;
        }
        self.tokens -= price;
        (self.news, self.owed) = (None, None);
        Verdict::Read(since, area)
    }

    /// What was read before, if this shows it again wherever it has settled.
    fn again(&mut self, look: &Look) -> Option<T> {
        let is_it = |(known, _): &(Look, T)| {
            let differing = look.differs_from(known);
            // Of one whose tiles all move, nothing can be said.
            let mut tiles = differing.iter().enumerate();
            tiles.all(|(tile, differs)| !differs || !self.is_settled(tile, SETTLED))
                && differing.iter().filter(|differs| **differs).count() * 10 < differing.len()
        };
        let known = self.read.iter().skip(1).position(is_it)?;
        let known = self.read.remove(known + 1)?;
        let found = known.1.clone();
        self.read.push_front(known);
        Some(found)
    }

    /// When these tiles became what they are: half of them by then.
    fn since(&self, tiles: &[bool]) -> f64 {
        let mut times: Vec<f64> =
            tiles.iter().zip(&self.changed).filter(|(is_in, _)| **is_in).map(|(_, at)| *at).collect();
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied().unwrap_or(self.counted)
    }

    fn is_settled(&self, tile: usize, seconds: f64) -> bool {
        self.until - self.changed[tile] >= seconds
    }

    /// What was found in the frame that was looked at last, and whether that was anything new.
    pub(crate) fn found(&mut self, found: T, is_new: bool) {
        self.patience = if is_new { PATIENCE.0 } else { (self.patience * 2.0).min(PATIENCE.1) };
        let Some(now) = &self.now else { return };
        let mut look = now.clone();
        if let Some((standing, _)) = self.read.front()
            && standing.count() == look.count()
            && self.changed.iter().any(|at| self.until - at >= SETTLED)
        {
            // What moves hides what lies below, which was read before.
            look.adopt(standing, |tile| !self.is_settled(tile, SETTLED));
        }
        self.read.push_front((look, found));
        self.read.truncate(REMEMBERED);
    }

    /// What was found in what stands there.
    pub(crate) fn standing(&self) -> Option<&T> {
        self.read.front().map(|(_, found)| found)
    }

    /// From when to when screens stood there that could have been read, but for their number.
    pub(crate) fn missed(&self) -> Option<(f64, f64)> {
        self.missed
    }
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;

    /// A screen that shows this number as so many strokes.
    fn screen(number: u32) -> Look {
        Look::new(GrayImage::from_fn(320, 180, |x, y| {
            let is_stroke = x % 8 < 3 && (number >> (x / 32)) & 1 == 1 && y % 20 < 12;
            Luma([if is_stroke { 10 } else { 230 }])
        }))
    }

    /// The seconds at which frames were read or recognised, of ten frames a second with these numbers.
    fn watch(numbers: &[u32]) -> (Vec<(f64, u32)>, Attention<u32>) {
        let mut attention = Attention::new(0.0);
        let mut seen = Vec::new();
        for (index, number) in numbers.iter().enumerate() {
            let from = index as f64 / 10.0;
            match attention.look(screen(*number), from, from + 0.1, index + 1 == numbers.len()) {
                Verdict::Leave => {}
                Verdict::Again(since, known) => seen.push((since, known + 100)),
                Verdict::Read(since, _) => {
                    seen.push((since, *number));
                    attention.found(*number, true);
                }
            }
        }
        (seen, attention)
    }

    #[test]
    fn each_screen_is_read_once_when_it_has_settled() {
        let numbers = [vec![1; 10], vec![2, 4, 8], vec![16; 10]].concat();
        assert_eq!(watch(&numbers).0, [(0.0, 1), (1.3, 16)]);
    }

    #[test]
    fn what_comes_back_is_not_read_again() {
        let blinking = [vec![1; 5], vec![2; 5], vec![1; 5], vec![2; 5]].concat();
        assert_eq!(watch(&blinking).0, [(0.0, 1), (0.5, 2), (1.0, 101), (1.5, 102)]);
    }

    #[test]
    fn what_never_settles_is_read_now_and_then() {
        let moving: Vec<u32> = (0..100).map(|number| 1 + number * 37 % 1021).collect();
        let (seen, _) = watch(&moving);
        assert!((4..=10).contains(&seen.len()), "{seen:?}");
    }

    #[test]
    fn no_more_is_read_than_one_frame_in_two_seconds_and_what_is_missed_is_told() {
        let wide = |number: u32| (number << 1) | ((number % 2) * 0x201);
        let slides: Vec<u32> = (1..101).flat_map(|number| [wide(number); 12]).collect();
        let (seen, attention) = watch(&slides);
        assert!((60..=85).contains(&seen.len()), "{}", seen.len());
        let (from, to) = attention.missed().unwrap();
        assert!((12.0..60.0).contains(&from) && to > 100.0, "{from} {to}");
        let slow: Vec<u32> = (1..41).flat_map(|number| [wide(number); 30]).collect();
        let (seen, attention) = watch(&slow);
        assert_eq!((seen.len(), attention.missed()), (40, None));
    }

    #[test]
    fn what_moves_about_keeps_nobody_from_reading_the_rest() {
        let mut attention = Attention::new(0.0);
        let mut read = Vec::new();
        for index in 0..60_u32 {
            let (from, at) = (f64::from(index) / 10.0, index * 4);
            let page = if index < 30 { screen(3) } else { screen(12) };
            let page = page.with(at..at + 10, 100..116);
            if let Verdict::Read(since, _) = attention.look(page, from, from + 0.1, index == 59) {
                read.push(since);
                attention.found(index, true);
            }
        }
        // Where it stood at first, nobody knows what lies below.
        assert!(read.len() <= 4 && read[0] == 0.0, "{read:?}");
        assert!(read.contains(&3.0), "{read:?}");
    }

    #[test]
    fn a_single_frame_is_read() {
        assert_eq!(watch(&[7]).0, [(0.0, 7)]);
    }
}
