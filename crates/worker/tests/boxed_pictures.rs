//! Pictures in the boxes of HEIF, opened by a real worker that is confined as always.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "common/film_maker.rs"]
mod film_maker;
#[path = "common/heif_maker.rs"]
mod heif_maker;
#[path = "common/sealed.rs"]
mod sealed;
#[path = "common/seen.rs"]
mod seen;
#[path = "common/tiff_maker.rs"]
mod tiff_maker;

use std::fs;

use deskscribe_protocol::Code;
use film_maker::FilmMaker;
use heif_maker::{Item, boxed, code, full, heif, sides};
use image::{DynamicImage, Rgb, RgbImage, imageops};
use sealed::Sealed;
use seen::{PLACE, assert_grey_seen, assert_seen, exif, notice, read, show};

#[test]
fn a_photo_in_boxes_is_put_together_turned_once_and_seen_through() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    let notice = notice();
    let mut assert_boxed = |name: &str, items: &[Item], lost| {
        fs::write(maker.path(name), heif(items)).unwrap();
        assert_seen(&mut worker, &maker.path(name), lost);
    };
    let item = |kind, content, properties, refers| Item { kind, content, properties, refers };

    let stored = imageops::rotate270(&notice);
    let coded = code(&maker, &stored, "yuv420p");
    let said = vec![coded.parameters, sides(156, 388), boxed(b"irot", &[&[3]])];
    let exif = [&[0, 0, 0, 6], b"Exif\0\0".as_slice(), &exif()].concat();
    let turned =
        [item(b"hvc1", coded.content, said, None), item(b"Exif", exif, Vec::new(), Some((b"cdsc", vec![1])))];
    assert_boxed("turned.heic", &turned, 7.0);

    let coded = code(&maker, &imageops::flip_horizontal(&notice), "yuv444p");
    let said = vec![coded.parameters, sides(388, 156), boxed(b"imir", &[&[1]])];
    assert_boxed("mirrored.heic", &[item(b"hvc1", coded.content, said, None)], 4.0);

    let mut larger = RgbImage::new(400, 176);
    imageops::replace(&mut larger, &notice, 8, 12);
    let coded = code(&maker, &larger, "yuv444p");
    let fraction = |above: i32, below: u32| [above.to_be_bytes(), below.to_be_bytes()].concat();
    let cut = [fraction(388, 1), fraction(156, 1), fraction(4, 2), fraction(2, 1)].concat();
    let said = vec![coded.parameters, sides(400, 176), boxed(b"clap", &[&cut])];
    assert_boxed("cut.heic", &[item(b"hvc1", coded.content, said, None)], 4.0);

    let mut larger = RgbImage::new(512, 160);
    imageops::replace(&mut larger, &notice, 0, 0);
    let whole = [&[0, 0, 0, 1][..], &388_u16.to_be_bytes(), &156_u16.to_be_bytes()].concat();
    let mut tiles = vec![item(b"grid", whole, vec![sides(388, 156)], Some((b"dimg", vec![2, 3])))];
    for left in [0, 256] {
        let coded = code(&maker, &imageops::crop_imm(&larger, left, 0, 256, 160).to_image(), "yuv420p");
        tiles.push(item(b"hvc1", coded.content, vec![coded.parameters, sides(256, 160)], None));
    }
    assert_boxed("tiles.heic", &tiles, 6.0);
    tiles.pop();
    fs::write(maker.path("tiles.heic"), heif(&tiles)).unwrap();
    let missing = show(&mut worker, &maker.path("tiles.heic")).unwrap_err();
    assert_eq!(missing.code, Code::Damaged, "{missing}");

    // Black ink whose strength is what was dark, and so with white paper under it.
    let ink = code(&maker, &RgbImage::new(388, 156), "yuv420p");
    let strength =
        DynamicImage::from(notice).into_luma8().pixels().map(|grey| 255 - grey.0[0]).collect::<Vec<_>>();
    let strength = RgbImage::from_fn(388, 156, |x, y| Rgb([strength[(y * 388 + x) as usize]; 3]));
    let alpha = code(&maker, &strength, "gray");
    let role = full(b"auxC", &[b"urn:mpeg:hevc:2015:auxid:1\0"]);
    let ghost = [
        item(b"hvc1", ink.content, vec![ink.parameters, sides(388, 156)], None),
        item(b"hvc1", alpha.content, vec![alpha.parameters, sides(388, 156), role], Some((b"auxl", vec![1]))),
    ];
    fs::write(maker.path("ghost.heic"), heif(&ghost)).unwrap();
    assert_grey_seen(&mut worker, &maker.path("ghost.heic"), 4.0);

    let reading = read(&mut worker, &maker.path("turned.heic"));
    assert_eq!(reading.camera.as_deref(), Some("Nokia 3310"));
    assert_eq!(reading.coordinates, Some(PLACE));
    assert_eq!(reading.taken_at.as_deref(), Some("2026-03-14T09:12:44-00:00"));
    assert!(reading.text.contains("The label printer on port USB003"), "{}", reading.text);
}
