//! The frames of a picture that moves: those that show something else are read, and each line is listed once.

use std::collections::HashMap;

use deskscribe_protocol::{Line, Omission, Stage};
use image::RgbImage;

use super::beat::Beat;
use super::strange_writing;
use crate::decode::{Frames, look};
use crate::job::{Interruption, Watch};
use crate::ocr::{Ocr, Seen, within_bounds};
use crate::screen::{Look, Region, Timeline};

/// The lines of all frames, each on the frame on which it first stood, how many frames were read, and which could not
/// be. Progress is frames.
pub(super) fn read(
    first: RgbImage,
    frames: &Frames,
    ocr: &Ocr,
    watch: &dyn Watch,
) -> Result<(Vec<Line>, u32, Vec<Omission>), Interruption> {
    let beat = Beat::begin(watch, Stage::Ocr, 1);
    let (chosen, omission) = frames.distinct(&first, &|| beat.live())?;
    beat.expect(u32::try_from(chosen.len()).unwrap_or(u32::MAX).saturating_add(1));
    let mut timeline = Timeline::default();
    let (first_look, Seen { lines, is_strange }) = (look(&first), ocr.read(first, &beat)?);
    let mut before = Shown { look: first_look, lines };
    let strange = is_strange.then(|| strange_writing(0));
    timeline.show(0.0, &before.lines);
    let mut count = 1;
    for frame in frames.only(&chosen) {
        beat.reach(count);
        if !beat.live() {
            return Err(Interruption::Cancelled);
        }
        let look = look(&frame);
        let lines = before.read_on(&look, frame, ocr, &beat)?;
        timeline.show(count.into(), &lines);
        before = Shown { look, lines };
        count += 1;
    }
    let (seen, _) = timeline.finish(count.into());
    // The clock of the timeline counts frames.
    let lines = seen.into_iter().map(|seen| Line { page: seen.from as u32, ..seen.line });
    Ok((within_bounds(once(lines.collect())), count, strange.into_iter().chain(omission).collect()))
}

/// Without lines that come back on a later frame. Two that say the same on one frame are two.
fn once(mut lines: Vec<Line>) -> Vec<Line> {
    let mut first: HashMap<String, u32> = HashMap::new();
    lines.retain(|line| *first.entry(line.text.clone()).or_insert(line.page) == line.page);
    lines
}

/// A frame that was read.
struct Shown {
    look: Look,
    lines: Vec<Line>,
}

impl Shown {
    /// The lines of the next frame: of what is new in it, and of all else as they were read.
    fn read_on(
        &self,
        look: &Look,
        frame: RgbImage,
        ocr: &Ocr,
        watch: &dyn Watch,
    ) -> Result<Vec<Line>, Interruption> {
        let new = look.around(&look.differs_from(&self.look));
        let region = new.and_then(|area| Region::of(area, frame.dimensions(), &self.lines));
        match region {
            Some(region) => Ok(region.join(&self.lines, ocr.read(region.cut(&frame), watch)?.lines)),
            None => Ok(ocr.read(frame, watch)?.lines),
        }
    }
}
