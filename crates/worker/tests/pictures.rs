//! Pictures of every format, size and orientation, read with the real models.
//!
//! They are all made of one notice, cut out of a sample.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::env;
use std::fs::File;
use std::io::{Cursor, Seek, Write};
use std::path::{Path, PathBuf};

use deskscribe_protocol::{Answer, Limits, MediaKind, ModelGrant, ModelRole, Reading, Stage, Work};
use deskscribe_worker::{Engines, Job, Medium, Outcome, Watch, load_runtime, work};
use image::metadata::Orientation;
use image::{
    DynamicImage, GenericImageView, GrayImage, ImageFormat, Luma, Rgb, RgbImage, Rgba, RgbaImage, imageops,
};
use imageproc::geometric_transformations::{self, Border, Interpolation};

/// What the notice says.
const NOTICE: [&str; 5] = [
    "The label printer on port USB003 stopped responding.",
    "Parcel PD-558102 (Bram Ullswater, Wickmere) was not printed.",
    "Last good label: PD-558101 at 12:41:07.",
    "Open the cover, take out the jammed label and close the cover",
    "until it clicks. Then choose Retry.",
];

/// Keeps the progress that is told.
#[derive(Default)]
struct Listener(RefCell<Vec<(Stage, u32, u32)>>);

impl Watch for Listener {
    fn progress(&self, stage: Stage, done: u32, total: u32) {
        self.0.borrow_mut().push((stage, done, total));
    }

    fn cancelled(&self) -> bool {
        false
    }
}

struct Alone;

impl Watch for Alone {
    fn progress(&self, _: Stage, _: u32, _: u32) {}

    fn cancelled(&self) -> bool {
        false
    }
}

/// What comes of a work with a picture that holds these bytes.
fn do_with(bytes: &[u8], what: Work, engines: &mut Engines, watch: &dyn Watch) -> Outcome {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    let medium = Medium { file, bytes: bytes.len() as u64, extension: None, limits: Limits::default() };
    let job = Job { work: what, kind: MediaKind::Image, medium: Some(medium), files: Vec::new() };
    work(job, engines, watch).unwrap()
}

/// Reads pictures with the models that `cargo xtask test` has prepared.
struct Reader(Engines);

impl Reader {
    fn new() -> Self {
        let resources = env::var_os("DESKSCRIBE_RESOURCES").map(PathBuf::from);
        let resources = resources.expect("run the tests with `cargo xtask test`, which prepares the models");
        load_runtime(&resources.join("libonnxruntime.so")).unwrap();
        let model = |role, file: &str| {
            let grant = ModelGrant { role, name: file.to_owned(), sha256: String::new() };
            (grant, File::open(resources.join(file)).unwrap())
        };
        let models = vec![
            model(ModelRole::TextDetection, "PP-OCRv6_det_small.onnx"),
            model(ModelRole::TextRecognition, "PP-OCRv6_rec_small.onnx"),
        ];
        Self(Engines::new(models, 1))
    }

    fn read(&mut self, bytes: &[u8]) -> Reading {
        let Answer::Reading(reading) = do_with(bytes, Work::Read, &mut self.0, &Alone).answer else {
            panic!("no reading")
        };
        assert_eq!(reading.check(), Ok(()), "{reading:?}");
        *reading
    }

    fn read_as(&mut self, picture: &DynamicImage, format: ImageFormat) -> Reading {
        self.read(&encode(picture, format))
    }
}

fn encode(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn notice() -> DynamicImage {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/label printer error.gif");
    let sample = image::open(sample).unwrap().into_rgb8();
    imageops::crop_imm(&sample, 462, 304, 388, 156).to_image().into()
}

/// How often each line of the notice was read.
fn found(reading: &Reading) -> BTreeMap<&'static str, usize> {
    NOTICE.into_iter().map(|line| (line, reading.text.matches(line).count())).collect()
}

#[track_caller]
fn assert_found(reading: &Reading, times: usize) {
    assert!(found(reading).values().all(|count| *count == times), "{:?}: {}", found(reading), reading.text);
}

#[test]
fn a_worker_tells_that_it_loads_its_models_once() {
    let Reader(mut engines) = Reader::new();
    let png = encode(&notice(), ImageFormat::Png);
    let mut stages = || {
        let listener = Listener::default();
        do_with(&png, Work::Read, &mut engines, &listener);
        listener.0.into_inner()
    };
    let first = stages();
    assert_eq!(first[..3], [(Stage::Load, 0, 2), (Stage::Load, 1, 2), (Stage::Decode, 0, 1)]);
    assert_eq!(first.last(), Some(&(Stage::Summarise, 0, 1)));
    assert!(stages().iter().all(|(stage, ..)| *stage != Stage::Load));
}

#[test]
fn every_format_is_read() {
    let mut reader = Reader::new();
    let formats =
        [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp];
    for format in formats {
        let picture = match format {
            ImageFormat::Gif => notice().into_rgba8().into(),
            _ => notice(),
        };
        let reading = reader.read_as(&picture, format);
        assert_found(&reading, 1);
        assert_eq!((reading.width, reading.height), (388, 156), "{format:?}");
    }
    for deep in [DynamicImage::from(notice().into_rgb16()), notice().into_luma8().into()] {
        assert_found(&reader.read_as(&deep, ImageFormat::Png), 1);
    }
}

#[test]
fn pictures_are_held_as_the_camera_says() {
    let mut reader = Reader::new();
    for exif in 1..=8 {
        let orientation = Orientation::from_exif(exif).unwrap();
        let undone = match orientation {
            Orientation::Rotate90 => Orientation::Rotate270,
            Orientation::Rotate270 => Orientation::Rotate90,
            same_twice => same_twice,
        };
        let mut stored = notice();
        stored.apply_orientation(undone);
        let jpeg = encode(&stored, ImageFormat::Jpeg);
        let reading = reader.read(&[&jpeg[..2], &says_orientation(exif), &jpeg[2..]].concat());
        assert_found(&reading, 1);
        assert_eq!((reading.width, reading.height), (388, 156), "orientation {exif}");
    }
}

/// The EXIF segment of a JPEG file that says nothing else.
fn says_orientation(exif: u8) -> Vec<u8> {
    let tiff =
        [b"II*\0\x08\0\0\0\x01\0".as_slice(), &[0x12, 1, 3, 0, 1, 0, 0, 0, exif, 0, 0, 0], &[0; 4]].concat();
    let body = [b"Exif\0\0".as_slice(), &tiff].concat();
    [&[0xff, 0xe1], (body.len() as u16 + 2).to_be_bytes().as_slice(), &body].concat()
}

#[test]
fn light_and_dark_text_on_nothing_is_read() {
    let mut reader = Reader::new();
    let grey: GrayImage = notice().into_luma8();
    let ground = grey.get_pixel(0, 0).0[0];
    for ink in [0, 255] {
        let opacity =
            |Luma([value])| ((u32::from(ground.saturating_sub(value))) * 255 / u32::from(ground)) as u8;
        let picture = RgbaImage::from_fn(grey.width(), grey.height(), |x, y| {
            Rgba([ink, ink, ink, opacity(*grey.get_pixel(x, y))])
        });
        assert_found(&reader.read_as(&picture.into(), ImageFormat::Png), 1);
    }
}

#[test]
fn small_print_in_a_huge_capture_is_read_wherever_a_seam_may_be() {
    let mut reader = Reader::new();
    let notice = notice().into_rgb8();
    let mut capture = RgbImage::from_pixel(7680, 4320, *notice.get_pixel(0, 0));
    let places = [(0, 0), (7292, 4164), (331, 353), (3699, 2099), (5003, 401), (1201, 3901), (6800, 10)];
    for (x, y) in places {
        imageops::replace(&mut capture, &notice, x, y);
    }
    let reading = reader.read_as(&capture.into(), ImageFormat::Bmp);
    assert_found(&reading, places.len());
    for line in &reading.lines {
        assert!(line.corners.iter().all(|[x, y]| (-2.0..7682.0).contains(x) && (-2.0..4322.0).contains(y)));
    }
}

#[test]
fn a_strip_of_twenty_thousand_pixels_is_read_to_its_end() {
    let mut reader = Reader::new();
    let notice = notice().into_rgb8();
    let mut strip = RgbImage::from_pixel(1080, 20_000, *notice.get_pixel(0, 0));
    for number in 0..12 {
        imageops::replace(&mut strip, &notice, 40 + 50 * number, number * 1804);
    }
    assert_found(&reader.read_as(&strip.into(), ImageFormat::Png), 12);
}

#[test]
fn a_page_that_lies_some_other_way_is_read_and_its_lines_are_where_they_are() {
    let mut reader = Reader::new();
    let upright = reader.read_as(&notice(), ImageFormat::Png);
    let middle_of = |reading: &Reading| {
        let line = reading.lines.iter().find(|line| line.text.contains("Last good label")).unwrap();
        [0, 1].map(|axis| line.corners.iter().map(|corner| corner[axis]).sum::<f32>() / 4.0)
    };
    let [x, y] = middle_of(&upright);
    let (width, height) = (388.0, 156.0);
    for (way, place) in [
        (notice().rotate90(), [height - y, x]),
        (notice().rotate180(), [width - x, height - y]),
        (notice().rotate270(), [y, width - x]),
    ] {
        let reading = reader.read_as(&way, ImageFormat::Png);
        assert_eq!((reading.width, reading.height), way.dimensions(), "as it lies in the file");
        assert_eq!(reading.text, upright.text);
        let found = middle_of(&reading);
        assert!((0..2).all(|axis| (found[axis] - place[axis]).abs() < 4.0), "{found:?} {place:?}");
        // From where the text begins: its first side is the upper one of the words.
        let line = reading.lines.iter().find(|line| line.text.contains("Last good label")).unwrap();
        let side = |from: usize, to: usize| {
            let [from, to] = [line.corners[from], line.corners[to]];
            (to[0] - from[0]).hypot(to[1] - from[1])
        };
        assert!(side(0, 1) > 5.0 * side(1, 2), "{:?}", line.corners);
    }
    let askew = geometric_transformations::rotate_about_center_no_crop(
        &notice().into_rgb8(),
        0.14,
        Interpolation::Bicubic,
        Border::Replicate,
    );
    let reading = reader.read_as(&askew.into(), ImageFormat::Png);
    assert_eq!(reading.text, upright.text);
    let [a, b, ..] = reading.lines[0].corners;
    assert!(
        ((b[1] - a[1]) / (b[0] - a[0]) - 0.14).abs() < 0.03,
        "it is as askew as in the picture: {a:?} {b:?}"
    );
}

#[test]
fn letters_as_large_as_a_tile_are_read() {
    let mut reader = Reader::new();
    let line = notice().crop_imm(0, 4, 388, 28);
    let poster = line.resize_exact(388 * 8, 28 * 8, imageops::FilterType::CatmullRom);
    let reading = reader.read_as(&poster, ImageFormat::Png);
    assert_eq!(reading.text, NOTICE[0]);
}

#[test]
fn textures_have_no_text() {
    let mut reader = Reader::new();
    let wave =
        |x: u32, y: u32| (127.0 + 127.0 * (f64::from(x) - 600.0).hypot(f64::from(y) - 300.0).sin()) as u8;
    let noise = |x: u32, y: u32| {
        (x.wrapping_mul(0x9e37_79b9) ^ y.wrapping_mul(0x85eb_ca6b)).wrapping_mul(0xc2b2_ae35).to_be_bytes()[0]
    };
    let tiles = |x: u32, y: u32| if (x / 24 + y / 24).is_multiple_of(2) { 230 } else { 25 };
    let mut assert_plain = |name: &str, texture: &dyn Fn(u32, u32) -> u8| {
        let picture = RgbImage::from_fn(900, 600, |x, y| Rgb([texture(x, y); 3]));
        let reading = reader.read_as(&picture.into(), ImageFormat::Png);
        assert_eq!((reading.text.as_str(), reading.lines.len()), ("", 0), "{name}");
    };
    assert_plain("wave", &wave);
    assert_plain("noise", &noise);
    assert_plain("tiles", &tiles);
    assert_eq!(reader.read_as(&RgbImage::new(1, 1).into(), ImageFormat::Png).text, "");
}

/// A picture to look at, whatever is in the file.
fn show(bytes: &[u8], edge: u32) -> RgbImage {
    let mut engines = Engines::new(Vec::new(), 1);
    let shown = do_with(bytes, Work::Preview { edge, at: 0.0 }, &mut engines, &Alone);
    let (raster, pixels) = shown.picture.unwrap();
    RgbImage::from_raw(raster.width, raster.height, pixels).unwrap()
}

#[test]
fn a_preview_is_as_large_as_is_wanted_and_keeps_thin_strokes() {
    // One dark line in every sixteen: each weighs a sixteenth wherever it falls.
    let lines = RgbImage::from_fn(9000, 900, |x, _| if x % 16 == 0 { Rgb([0; 3]) } else { Rgb([255; 3]) });
    let mut png = Cursor::new(Vec::new());
    lines.write_to(&mut png, ImageFormat::Png).unwrap();
    for (edge, sides) in [(10_000, (2048, 204)), (1000, (1000, 100)), (2048, (2048, 204)), (1, (1, 1))] {
        let shown = show(png.get_ref(), edge);
        assert_eq!(shown.dimensions(), sides);
        let mean =
            shown.as_raw().iter().map(|value| f64::from(*value)).sum::<f64>() / shown.as_raw().len() as f64;
        assert!((mean - 255.0 * 15.0 / 16.0).abs() < 2.0, "{mean} at {edge}");
    }
    // At half its size, every line is still darker than what lies between.
    let small = RgbImage::from_fn(3000, 30, |x, _| if x % 8 == 0 { Rgb([0; 3]) } else { Rgb([255; 3]) });
    let mut png = Cursor::new(Vec::new());
    small.write_to(&mut png, ImageFormat::Png).unwrap();
    let shown = show(png.get_ref(), 1500);
    let row: Vec<u8> = (0..1500).map(|x| shown.get_pixel(x, 7).0[0]).collect();
    let dark = row.windows(2).filter(|pair| pair[0] >= 200 && pair[1] < 200).count();
    assert!((370..=376).contains(&dark), "{dark} of 375 lines");
    // One that is small already is not made larger.
    assert_eq!(show(png.get_ref(), 2048).dimensions(), (2048, 20));
    assert_eq!(show(&small_png(), 2048).dimensions(), (5, 3));
}

fn small_png() -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    RgbImage::new(5, 3).write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}
