//! What is shown in a stretch of a recording: frames that have changed are read like pictures.

use std::time::Instant;

use deskscribe_protocol::{Code, EngineUse, Failure, Gap, Line, Missing, Recording, Stage, Watched};
use image::RgbImage;

use super::beat::Beat;
use crate::engines::Engines;
use crate::film::{Picture, Reel};
use crate::job::{Interruption, Medium, Watch};
use crate::ocr::Ocr;
use crate::screen::{Area, Attention, Look, Region, STEP, Timeline, Verdict};

/// The longer edge of the frames that are read, in pixels: no screen is larger.
const LARGEST: u32 = 7680;

/// Reads what is shown from one second to another, or to the end.
pub(super) fn watch(
    medium: &Medium,
    (from, to): (f64, Option<f64>),
    engines: &mut Engines,
    watch: &dyn Watch,
) -> Result<Watched, Interruption> {
    let begun = Instant::now();
    // Before the recording: that a model does not load must be no file's doing.
    let ocr = engines.ocr(watch)?;
    let beat = Beat::begin(watch, Stage::Watch, whole(to.unwrap_or(from) - from));
    let reel = Reel::open(medium, Box::new(|| beat.live()))?;
    beat.expect(whole(to.or(reel.duration()).unwrap_or(from) - from));
    let Some(picture) = Picture::of(reel)? else {
        return Err(Failure::new(Code::Unsupported, "it has no picture that can be decoded").into());
    };
    let stretch = Stretch {
        picture,
        from,
        to: to.unwrap_or(Recording::LONGEST).min(Recording::LONGEST),
        ocr,
        beat: &beat,
        attention: Attention::new(from),
        timeline: Timeline::default(),
        frames: 0,
    };
    let mut watched = stretch.watch()?;
    watched.engines =
        ocr.provenance().into_iter().map(|used| EngineUse { stage: Stage::Watch, ..used }).collect();
    watched.seconds = begun.elapsed().as_secs_f64();
    Ok(watched)
}

/// A stretch that is watched.
struct Stretch<'w> {
    picture: Picture<'w>,
    from: f64,
    to: f64,
    ocr: &'w Ocr,
    beat: &'w Beat<'w>,
    attention: Attention<Vec<Line>>,
    timeline: Timeline,
    frames: u32,
}

impl Stretch<'_> {
    fn watch(mut self) -> Result<Watched, Interruption> {
        let mut due = self.from;
        // How far there was anything to see.
        let mut seen = 0.0;
        let mut ended = true;
        let mut shown = self.picture.approach(self.from)?;
        while let Some((at, until)) = shown {
            seen = until;
            if at >= self.to {
                (seen, ended) = (self.to, false);
                break;
            }
            let is_last = self.picture.is_last();
            if until > due || (is_last && until > self.from) {
                let (at, until) = (at.max(self.from), until.min(self.to));
                self.look(at, until, is_last)?;
                due = due.max((until / STEP).ceil() * STEP);
                self.picture.skip_to(due);
                self.beat.reach(whole(until - self.from));
            }
            if !self.beat.live() {
                return Err(Interruption::Cancelled);
            }
            if until > self.to || (until >= self.to && !is_last) {
                (seen, ended) = (self.to, false);
                break;
            }
            shown = self.picture.advance()?;
        }
        Ok(self.finish(seen, ended))
    }

    /// Looks at the frame that is shown, and reads it if it is worth that.
    fn look(&mut self, from: f64, to: f64, is_last: bool) -> Result<(), Interruption> {
        // What cannot be painted cannot be read; the next one may be fine.
        let Ok(greys) = self.picture.greys(Look::EDGE) else { return Ok(()) };
        match self.attention.look(Look::new(greys), from, to, is_last) {
            Verdict::Leave => {}
            Verdict::Again(since, lines) => {
                self.timeline.show(since, &lines);
            }
            Verdict::Read(since, area) => {
                let Ok(frame) = self.picture.colours(LARGEST) else { return Ok(()) };
                let lines = self.read(frame, area)?;
                let is_new = self.timeline.show(since, &lines);
                self.attention.found(lines, is_new);
                self.frames += 1;
            }
        }
        Ok(())
    }

    /// The lines of a frame: of what is new in it, and of all else as they were read.
    fn read(&self, frame: RgbImage, area: Area) -> Result<Vec<Line>, Interruption> {
        let before = self.attention.standing().filter(|_| self.picture.is_upright());
        let region = before.and_then(|lines| Some((lines, Region::of(area, frame.dimensions(), lines)?)));
        match region {
            Some((lines, region)) => {
                let read = self.ocr.read(region.cut(&frame), self.beat)?.lines;
                Ok(region.join(lines, read))
            }
            None => Ok(self.ocr.read(frame, self.beat)?.lines),
        }
    }

    fn finish(self, seen: f64, ended: bool) -> Watched {
        let (lines, is_full) = self.timeline.finish(seen.max(self.from).min(self.to));
        let mut gaps: Vec<Gap> = self.picture.gaps().to_vec();
        gaps.retain(|gap| gap.to > self.from && gap.from < self.to);
        let mut miss = |from, to, reason: &str| {
            gaps.push(Gap { from, to, what: Missing::Picture, reason: reason.to_owned() });
        };
        if let Some((from, to)) = self.attention.missed() {
            miss(from, to, "screens that changed faster than they are read, which is one in two seconds");
        }
        if is_full {
            miss(self.from, seen.max(self.from), "more text than can be kept");
        }
        Watched { lines, frames: self.frames, to: seen, ended, gaps, engines: Vec::new(), seconds: 0.0 }
    }
}

/// Whole seconds.
fn whole(seconds: f64) -> u32 {
    // Saturates, and is 0 for what is no number.
    seconds.ceil() as u32
}
