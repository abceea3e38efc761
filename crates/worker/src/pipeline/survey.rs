//! What a recording holds, and one of its frames to show.

use deskscribe_protocol::{Code, Failure, Raster, Stage, Survey};

use super::Shown;
use super::beat::Beat;
use crate::film::{self, Picture, Reel};
use crate::job::{Interruption, Medium, Watch};
use crate::{decode, film::cover};

/// Looks into a recording; the poster's longer edge is that of a thumbnail.
pub(super) fn look(medium: &Medium, watch: &dyn Watch) -> Result<(Survey, Option<Shown>), Interruption> {
    let beat = Beat::begin(watch, Stage::Decode, 1);
    let edge = medium.limits.thumbnail_edge;
    let pulse = || beat.live();
    let reel = Reel::open(medium, Box::new(pulse))?;
    let (survey, poster) = film::survey(medium, reel, edge, pulse)?;
    if watch.cancelled() {
        return Err(Interruption::Cancelled);
    }
    Ok((survey, poster.and_then(|poster| decode::thumbnail(&poster, edge))))
}

/// Shows the frame of a recording that is seen at this second, upright, its longer edge at most `edge`; of one without
/// moving pictures, the one that belongs to all of it.
pub(super) fn preview(medium: &Medium, edge: u32, at: f64, watch: &dyn Watch) -> Result<Shown, Interruption> {
    let beat = Beat::begin(watch, Stage::Decode, 1);
    let edge = edge.clamp(1, Raster::LONGEST_EDGE);
    let reel = Reel::open(medium, Box::new(|| beat.live()))?;
    if reel.picture().is_none() {
        let nothing = || Failure::new(Code::Unsupported, "there is nothing to see in it");
        return Ok(decode::preview(cover(&reel, edge).ok_or_else(nothing)?, edge));
    }
    let nothing = || Failure::new(Code::Damaged, "its picture cannot be decoded");
    let mut picture = Picture::of(reel)?.ok_or_else(nothing)?;
    let mut shown = picture.approach(at)?;
    while let Some((_, until)) = shown
        && until <= at
        && !picture.is_last()
    {
        if !beat.live() {
            return Err(Interruption::Cancelled);
        }
        shown = picture.advance()?;
    }
    Ok(decode::preview(picture.colours(edge).map_err(|_| nothing())?, edge))
}
