//! A notice with a coloured edge, so that it shows which way it lies and what its colours are, and whether a worker
//! sees it in a file.

#![allow(dead_code, clippy::allow_attributes, reason = "not every test asks for everything")]

use std::path::Path;

use deskscribe_protocol::{Answer, Coordinates, Failure, MediaKind, Reading, Work};
use image::{DynamicImage, Rgb, RgbImage, imageops};

use crate::sealed::Sealed;
use crate::tiff_maker::{self, Page, Says, tiff};

/// The notice, 388 by 156 pixels, with an edge that is red above and blue below.
pub(crate) fn notice() -> RgbImage {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/label printer error.gif");
    let sample = image::open(sample).unwrap().into_rgb8();
    let mut notice = imageops::crop_imm(&sample, 462, 304, 388, 156).to_image();
    for (_, y, pixel) in notice.enumerate_pixels_mut().filter(|(x, ..)| *x < 16) {
        *pixel = if y < 78 { Rgb([200, 30, 40]) } else { Rgb([30, 40, 200]) };
    }
    notice
}

/// Its parts, of pages and frames: the first two lines, and the last two.
pub(crate) fn halves() -> [RgbImage; 2] {
    let notice = notice();
    [0, 92].map(|top| imageops::crop_imm(&notice, 0, top, 388, 64).to_image())
}

pub(crate) fn show(worker: &mut Sealed, path: &Path) -> Result<RgbImage, Failure> {
    let (_, picture) = worker.ask(path, MediaKind::Image, Work::Preview { edge: 2048, at: 0.0 })?;
    let (raster, pixels) = picture.unwrap();
    Ok(RgbImage::from_raw(raster.width, raster.height, pixels).unwrap())
}

pub(crate) fn read(worker: &mut Sealed, path: &Path) -> Reading {
    let outcome = worker.ask(path, MediaKind::Image, Work::Read);
    let Answer::Reading(reading) = outcome.unwrap().0 else { panic!("no reading") };
    *reading
}

/// By how much two pictures of the same size differ in a sample, on average.
pub(crate) fn difference(one: &[u8], other: &[u8]) -> f64 {
    assert_eq!(one.len(), other.len());
    let all = one.iter().zip(other).map(|(one, other)| f64::from(one.abs_diff(*other)));
    all.sum::<f64>() / one.len() as f64
}

/// Whether the worker sees the notice in this file, give or take what the format loses.
#[track_caller]
pub(crate) fn assert_seen(worker: &mut Sealed, path: &Path, lost: f64) {
    let shown = show(worker, path).unwrap_or_else(|failure| panic!("{}: {failure}", path.display()));
    assert_eq!(shown.dimensions(), (388, 156), "{}", path.display());
    let by = difference(&shown, &notice());
    assert!(by <= lost, "{}: {by}", path.display());
}

#[track_caller]
pub(crate) fn assert_grey_seen(worker: &mut Sealed, path: &Path, lost: f64) {
    let shown = show(worker, path).unwrap_or_else(|failure| panic!("{}: {failure}", path.display()));
    let grey = |picture: RgbImage| DynamicImage::from(picture).into_luma8().into_raw();
    let by = difference(&grey(shown), &grey(notice()));
    assert!(by <= lost, "{}: {by}", path.display());
}

/// What Exif says of a picture: who made it, when and where, and that it is to be turned by 90 degrees.
pub(crate) fn exif() -> Vec<u8> {
    let page = Page { tags: Vec::new(), pieces: Vec::new() }
        .saying(tiff_maker::MAKE, Says::Text("Nokia"))
        .saying(tiff_maker::MODEL, Says::Text("3310"))
        .saying(tiff_maker::MADE, Says::Text("2026:03:14 09:12:44"))
        .saying(tiff_maker::PLACE, place())
        .saying(tiff_maker::ORIENTATION, Says::Short(vec![6]));
    tiff(&[page])
}

/// What Exif says of a place in Rio de Janeiro.
pub(crate) fn place() -> Says {
    Says::Directory(vec![
        (1, Says::Text("S")),
        (2, Says::Fractions(vec![(22, 1), (57, 1), (665, 100)])),
        (3, Says::Text("W")),
        (4, Says::Fractions(vec![(43, 1), (12, 1), (3798, 100)])),
    ])
}

/// The same place, as it is told.
pub(crate) const PLACE: Coordinates = Coordinates { latitude: -22.951847, longitude: -43.21055 };
