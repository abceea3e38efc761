//! Recordings of a notice that was cut out of a sample, and what a worker makes of them.

#![allow(dead_code, clippy::allow_attributes, reason = "not every test asks for everything")]

use std::path::Path;

use deskscribe_protocol::{Answer, Failure, MediaKind, Raster, Survey, Watched, Work};
use image::{RgbImage, imageops};

use crate::film_maker::FilmMaker;
use crate::sealed::Sealed;

/// Its size and its pixels.
pub(crate) type Poster = (Raster, Vec<u8>);

/// What the notice says, of which stills are made.
pub(crate) const NOTICE: [&str; 3] = [
    "The label printer on port USB003 stopped responding.",
    "Last good label: PD-558101 at 12:41:07.",
    "until it clicks. Then choose Retry.",
];

/// A still of 480 by 240 pixels with the notice at this height, as `NAME.png`.
pub(crate) fn still(maker: &FilmMaker, name: &str, top: i64) {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/label printer error.gif");
    let sample = image::open(sample).unwrap().into_rgb8();
    let notice = imageops::crop_imm(&sample, 462, 304, 388, 156).to_image();
    let mut still = RgbImage::from_pixel(480, 240, *notice.get_pixel(0, 0));
    imageops::replace(&mut still, &notice, 40, top);
    still.save(maker.path(&format!("{name}.png"))).unwrap();
}

pub(crate) fn survey(worker: &mut Sealed, path: &Path) -> Result<(Survey, Option<Poster>), Failure> {
    let (answer, picture) = worker.ask(path, MediaKind::Video, Work::Survey)?;
    let Answer::Survey(survey) = answer else { panic!("another answer: {answer:?}") };
    Ok((survey, picture))
}

pub(crate) fn watch(
    worker: &mut Sealed,
    path: &Path,
    from: f64,
    to: Option<f64>,
) -> Result<Watched, Failure> {
    let (answer, _) = worker.ask(path, MediaKind::Video, Work::Watch { from, to })?;
    let Answer::Watched(watched) = answer else { panic!("another answer: {answer:?}") };
    Ok(watched)
}

#[track_caller]
pub(crate) fn assert_notice(watched: &Watched, name: &str) {
    for said in NOTICE {
        let times = watched.lines.iter().filter(|seen| seen.line.text == said).count();
        assert_eq!(times, 1, "{name}: {said} in {:?}", texts(watched));
    }
}

pub(crate) fn texts(watched: &Watched) -> Vec<(f64, f64, &str)> {
    watched.lines.iter().map(|seen| (seen.from, seen.to, seen.line.text.as_str())).collect()
}
