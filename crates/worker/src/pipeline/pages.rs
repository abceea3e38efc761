//! The pages of a document, one after the other: only one of them is held at a time.

use deskscribe_protocol::{Line, Stage};
use image::RgbImage;

use super::beat::Beat;
use crate::decode::Pages;
use crate::job::{Interruption, Watch};
use crate::ocr::{Ocr, within_bounds};

/// The lines of all pages, and how many pages were read. Progress is pages; how many there will be is not known before.
pub(super) fn read(
    first: RgbImage,
    others: &mut Pages,
    ocr: &Ocr,
    watch: &dyn Watch,
) -> Result<(Vec<Line>, u32), Interruption> {
    let beat = Beat::begin(watch, Stage::Ocr, 2);
    let mut lines = ocr.read(first, &beat)?;
    let mut pages = 1;
    while let Some(page) = others.next() {
        beat.reach(pages);
        beat.expect(pages + 1);
        if !beat.live() {
            return Err(Interruption::Cancelled);
        }
        let read = ocr.read(page, &beat)?;
        lines.extend(read.into_iter().map(|line| Line { page: pages, ..line }));
        pages += 1;
    }
    Ok((within_bounds(lines), pages))
}
