//! The pages of a document, one after the other: only one of them is held at a time.

use deskscribe_protocol::{Line, Omission, Stage};
use image::RgbImage;

use super::beat::Beat;
use super::strange_writing;
use crate::decode::Pages;
use crate::job::{Interruption, Watch};
use crate::ocr::{Ocr, Seen, within_bounds};

/// The lines of all pages, how many pages were read, and which could not be. Progress is pages; how many there will be
/// is not known before.
pub(super) fn read(
    first: RgbImage,
    mut others: Pages,
    ocr: &Ocr,
    watch: &dyn Watch,
) -> Result<(Vec<Line>, u32, Vec<Omission>), Interruption> {
    let beat = Beat::begin(watch, Stage::Ocr, 2);
    let Seen { mut lines, is_strange } = ocr.read(first, &beat)?;
    let mut strange: Vec<Omission> = is_strange.then(|| strange_writing(0)).into_iter().collect();
    let mut pages = 1;
    while let Some(page) = others.next() {
        beat.reach(pages);
        beat.expect(pages + 1);
        if !beat.live() {
            return Err(Interruption::Cancelled);
        }
        let read = ocr.read(page, &beat)?;
        strange.extend(read.is_strange.then(|| strange_writing(others.current())));
        lines.extend(read.lines.into_iter().map(|line| Line { page: pages, ..line }));
        pages += 1;
    }
    let omissions = strange.into_iter().chain(others.omissions()).collect();
    Ok((within_bounds(lines), pages, omissions))
}
