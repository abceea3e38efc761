//! The stages of a picture, in order: decode, read all that it shows, make a short form.

use std::time::Instant;

use deskscribe_protocol::{Omission, Provenance, Reading, Stage, StageTime};

use super::{Shown, frames, pages, strange_writing};
use crate::decode::{More, Picture};
use crate::digest::{Content, Facts};
use crate::engines::Engines;
use crate::job::{Interruption, Medium, Watch};
use crate::ocr::Seen;
use crate::{decode, digest, layout};

/// Reads a picture.
pub(super) fn read(
    medium: Medium,
    engines: &mut Engines,
    watch: &dyn Watch,
) -> Result<(Reading, Option<Shown>), Interruption> {
    let begun = Instant::now();
    let edge = medium.limits.thumbnail_edge;

    // Before the picture: that a model does not load must be no file's doing.
    let engine = engines.ocr(watch)?;
    let loaded = begun.elapsed().as_secs_f64();
    if watch.cancelled() {
        return Err(Interruption::Cancelled);
    }

    watch.progress(Stage::Decode, 0, 1);
    let Picture { first, more, origin, mut omissions } = decode::open(medium)?;
    let thumbnail = decode::thumbnail(&first, edge);
    let (width, height) = first.dimensions();
    let decoded = begun.elapsed().as_secs_f64();
    if watch.cancelled() {
        return Err(Interruption::Cancelled);
    }

    watch.progress(Stage::Ocr, 0, 1);
    let (lines, pages, lost) = match more {
        More::Nothing => {
            let Seen { lines, is_strange } = engine.read(first, watch)?;
            (lines, 1, is_strange.then(|| strange_writing(0)).into_iter().collect())
        }
        More::Pages(others) => pages::read(first, *others, engine, watch)?,
        More::Frames(frames) => frames::read(first, &frames, engine, watch)?,
    };
    omissions.extend(lost);
    omissions.truncate(Omission::MOST);
    let text = layout::text_of(&lines);
    let read = begun.elapsed().as_secs_f64();

    watch.progress(Stage::Summarise, 0, 1);
    let language = digest::language_of(&text);
    let mut digest = digest::make(Content { lines: &lines, spoken: &[] }, language.as_deref());
    let facts = Facts { sides: (width, height), has_camera: origin.camera.is_some() };
    digest::tag_kind(&mut digest, &lines, facts);
    let seconds = begun.elapsed().as_secs_f64();

    let stage = |stage, seconds| StageTime { stage, seconds };
    let reading = Reading {
        text,
        lines,
        language,
        width,
        height,
        pages,
        taken_at: origin.taken_at,
        camera: origin.camera,
        coordinates: origin.coordinates,
        recording: None,
        omissions,
        pending: Vec::new(),
        digest,
        seconds,
        provenance: Provenance {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            engines: engine.provenance(),
            stages: vec![
                stage(Stage::Decode, decoded - loaded),
                stage(Stage::Ocr, loaded + read - decoded),
                stage(Stage::Summarise, seconds - read),
            ],
        },
    };
    Ok((reading, thumbnail))
}

/// Shows a picture: upright, as 8-bit RGB, its longer edge at most `edge`. Nothing is read, and no model is loaded.
pub(super) fn preview(medium: Medium, edge: u32, watch: &dyn Watch) -> Result<Shown, Interruption> {
    watch.progress(Stage::Decode, 0, 2);
    let Picture { first, .. } = decode::open(medium)?;
    if watch.cancelled() {
        return Err(Interruption::Cancelled);
    }
    watch.progress(Stage::Decode, 1, 2);
    Ok(decode::preview(first, edge))
}
