//! Every format of pictures, opened by a real worker that is confined as always.

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

use deskscribe_protocol::{Code, Omitted, Reading};
use film_maker::FilmMaker;
use heif_maker::{Item, heif, sides};
use image::{DynamicImage, GenericImageView, Rgb, RgbImage, imageops};
use sealed::Sealed;
use seen::{PLACE, assert_grey_seen, assert_seen, difference, exif, halves, notice, place, read, show};
use tiff_maker::{Page, Says, tiff};

#[test]
fn what_other_programs_write_is_seen_as_it_is() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    notice().save(maker.path("notice.png")).unwrap();
    for (name, how, lost) in [
        ("deep.png", "-pix_fmt rgb48be", 1.0),
        ("progressive.jpg", "-q:v 2", 6.0),
        ("run-length.tga", "", 0.0),
        ("plain.qoi", "", 0.0),
        ("plain.ppm", "", 0.0),
        ("deep.ppm", "-pix_fmt rgb48be", 1.0),
        ("any.pam", "-pix_fmt rgb24", 0.0),
        ("five.bmp", "-pix_fmt rgb555le", 5.0),
        ("plain.jp2", "-c:v jpeg2000 -pred 1", 2.0),
        ("open.jp2", "-c:v libopenjpeg", 2.0),
        ("halved.jp2", "-vf scale=out_range=full -c:v libopenjpeg -pix_fmt yuv420p", 8.0),
        ("bare.j2k", "-c:v libopenjpeg -format j2k", 2.0),
        ("full.avif", "-c:v libaom-av1 -still-picture 1 -crf 10 -pix_fmt yuv444p10le", 3.0),
        ("halved.avif", "-c:v libaom-av1 -still-picture 1 -crf 10 -pix_fmt yuv420p", 6.0),
        ("lzw.tif", "-compression_algo lzw", 0.0),
        ("deflate.tif", "-compression_algo deflate", 0.0),
        ("packed.tif", "-compression_algo packbits", 0.0),
        ("deep.tif", "-pix_fmt rgb48le -compression_algo lzw", 1.0),
        ("table.tif", "-vf split[a][b];[a]palettegen[p];[b][p]paletteuse -pix_fmt pal8", 4.0),
        ("differences.tif", "-pix_fmt yuv420p", 8.0),
    ] {
        let frames = if name.ends_with(".pam") { "-f image2" } else { "" };
        maker.run(&format!("-i notice.png {how} -frames:v 1 {frames} {name}"));
        assert_seen(&mut worker, &maker.path(name), lost);
    }
    for (name, how, lost) in
        [("grey.pgm", "", 2.0), ("grey.tga", "-pix_fmt gray", 2.0), ("grey.jp2", "-pix_fmt gray", 2.0)]
    {
        maker.run(&format!("-i notice.png {how} -frames:v 1 {name}"));
        assert_grey_seen(&mut worker, &maker.path(name), lost);
    }
}

#[test]
fn an_icon_is_its_largest_picture() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    let (large, small) = (maker.path("large.png"), maker.path("small.png"));
    let notice = imageops::crop_imm(&notice(), 0, 0, 256, 128).to_image();
    notice.save(&large).unwrap();
    imageops::thumbnail(&notice, 32, 16).save(&small).unwrap();
    maker.run("-i small.png -i large.png -map 0 -map 1 -c:v png -pix_fmt rgba icon.ico");
    let shown = show(&mut worker, &maker.path("icon.ico")).unwrap();
    assert_eq!(shown.dimensions(), (256, 128));
    assert!(difference(&shown, &notice) < 1.0);
}

#[test]
fn pixels_of_a_tiff_are_found_however_they_are_stored() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    let notice = notice();
    let (width, height) = notice.dimensions();
    let page = |colours, samples, pixels| Page::new(notice.dimensions(), colours, samples, pixels);
    let plain = page(2, 3, notice.as_raw().clone());

    let plane = |pixels: &[u8], of: usize, at: usize| {
        pixels.iter().skip(at).step_by(of).copied().collect::<Vec<u8>>()
    };
    let mut planar = plain.clone().saying(tiff_maker::PLANAR, Says::Short(vec![2]));
    planar.pieces = (0..3).map(|colour| plane(notice.as_raw(), 3, colour)).collect();

    let (tile_width, tile_height) = (128, 64);
    let mut tiled = plain
        .clone()
        .saying(tiff_maker::TILE_WIDTH, Says::Short(vec![128]))
        .saying(tiff_maker::TILE_HEIGHT, Says::Short(vec![64]));
    tiled.tags.retain(|(tag, _)| *tag != tiff_maker::ROWS);
    tiled.pieces.clear();
    for (top, left) in (0..height).step_by(64).flat_map(|y| (0..width).step_by(128).map(move |x| (y, x))) {
        let mut tile = RgbImage::new(tile_width, tile_height);
        let there = notice.view(left, top, tile_width.min(width - left), tile_height.min(height - top));
        imageops::replace(&mut tile, &there.to_image(), 0, 0);
        tiled.pieces.push(tile.into_raw());
    }

    let inks = |pixel: &Rgb<u8>| {
        let light = pixel.0.into_iter().max().unwrap();
        let [cyan, magenta, yellow] =
            pixel.0.map(|colour| ((u32::from(light - colour)) * 255 / u32::from(light).max(1)) as u8);
        [cyan, magenta, yellow, 255 - light]
    };
    let printed: Vec<u8> = notice.pixels().flat_map(inks).collect();
    let mut planes_of_ink = page(5, 4, printed.clone()).saying(tiff_maker::PLANAR, Says::Short(vec![2]));
    planes_of_ink.pieces = (0..4).map(|ink| plane(&printed, 4, ink)).collect();

    notice.save(maker.path("notice.png")).unwrap();
    maker.run("-i notice.png -pix_fmt yuvj444p -q:v 2 jpeg.jpg");
    let jpeg = fs::read(maker.path("jpeg.jpg")).unwrap();
    let photo = page(6, 3, jpeg)
        .saying(tiff_maker::COMPRESSION, Says::Short(vec![7]))
        .saying(530, Says::Short(vec![1, 1]));

    let stored = imageops::rotate270(&notice);
    let turned = Page::new(stored.dimensions(), 2, 3, stored.into_raw())
        .saying(tiff_maker::ORIENTATION, Says::Short(vec![6]));

    for (name, page, lost) in [
        ("plain.tif", plain, 0.0),
        ("planar.tif", planar, 0.0),
        ("tiled.tif", tiled, 0.0),
        ("inks.tif", page(5, 4, printed.clone()), 1.0),
        ("planes of ink.tif", planes_of_ink, 1.0),
        ("jpeg.tif", photo, 5.0),
        ("turned.tif", turned, 0.0),
    ] {
        fs::write(maker.path(name), tiff(&[page])).unwrap();
        assert_seen(&mut worker, &maker.path(name), lost);
    }

    let grey = DynamicImage::from(notice.clone()).into_luma8();
    let halved: Vec<u8> = grey.as_raw().chunks(2).map(|pair| pair[0] & 0xf0 | pair[1] >> 4).collect();
    let table: Vec<u16> = (0..16).map(|grey| grey * 0x1111).collect();
    let four = |colours, pixels| page(colours, 1, pixels).saying(tiff_maker::BITS, Says::Short(vec![4]));
    let indexed = four(3, halved.clone()).saying(tiff_maker::TABLE, Says::Short(table.repeat(3)));
    let inverted = halved.iter().map(|pair| !pair).collect();
    for (name, page) in
        [("four.tif", four(1, halved)), ("indexed.tif", indexed), ("inverted.tif", four(0, inverted))]
    {
        fs::write(maker.path(name), tiff(&[page])).unwrap();
        assert_grey_seen(&mut worker, &maker.path(name), 9.0);
    }
}

#[test]
fn all_pages_are_read_and_what_made_them_is_told() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    let page = |picture: &RgbImage| Page::new(picture.dimensions(), 2, 3, picture.as_raw().clone());
    let [above, below] = halves();
    let first = page(&above)
        .saying(tiff_maker::MAKE, Says::Text("Epson"))
        .saying(tiff_maker::MODEL, Says::Text("Perfection V39"))
        .saying(tiff_maker::MADE, Says::Text("2026:03:14 09:12:44"))
        .saying(tiff_maker::PLACE, place());
    let copy = page(&above).saying(tiff_maker::KIND, Says::Long(vec![1]));
    let mut broken = page(&above).saying(tiff_maker::COMPRESSION, Says::Short(vec![8]));
    broken.pieces = vec![vec![7; 90]];
    let path = maker.path("pages.tif");
    fs::write(&path, tiff(&[first, copy, broken, page(&below)])).unwrap();
    let reading = read(&mut worker, &path);
    let places: Vec<usize> = ["USB003", "PD-558102", "Open the cover", "choose Retry"]
        .iter()
        .map(|words| reading.text.find(words).unwrap_or_else(|| panic!("{words}: {}", reading.text)))
        .collect();
    assert!(places.is_sorted(), "{}", reading.text);
    assert_eq!((reading.pages, reading.width, reading.height), (2, 388, 64));
    assert_eq!(reading.lines.iter().map(|line| line.page).max(), Some(1));
    assert_eq!(reading.text.matches("USB003").count(), 1, "a small copy is no page: {}", reading.text);
    assert_eq!(reading.camera.as_deref(), Some("Epson Perfection V39"));
    assert_eq!(reading.taken_at.as_deref(), Some("2026-03-14T09:12:44-00:00"));
    assert_eq!(reading.coordinates, Some(PLACE));
    let [lost] = reading.omissions.as_slice() else { panic!("{:?}", reading.omissions) };
    assert_eq!((lost.what, lost.page), (Omitted::Page, 2), "{lost:?}");
}

#[test]
fn what_a_damage_leaves_is_read_and_what_it_took_is_told() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    let [above, below] = halves();
    let page = |picture: &RgbImage| Page::new(picture.dimensions(), 2, 3, picture.as_raw().clone());
    let mut broken = page(&above).saying(tiff_maker::COMPRESSION, Says::Short(vec![8]));
    broken.pieces = vec![vec![7; 90]];
    let path = maker.path("first.tif");
    fs::write(&path, tiff(&[broken, page(&below)])).unwrap();
    let reading = read(&mut worker, &path);
    assert!(reading.text.contains("Open the cover"), "{}", reading.text);
    let told = |reading: &Reading| -> Vec<(Omitted, u32)> {
        reading.omissions.iter().map(|lost| (lost.what, lost.page)).collect()
    };
    assert_eq!(told(&reading), [(Omitted::Page, 0)]);
    for (number, frame) in [&above, &below, &above].into_iter().enumerate() {
        frame.save(maker.path(&format!("frame{number}.png"))).unwrap();
    }
    for (name, how) in
        [("moves.gif", ""), ("moves.png", "-f apng"), ("moves.webp", "-c:v libwebp_anim -lossless 1")]
    {
        maker.run(&format!("-framerate 5 -i frame%d.png {how} {name}"));
        assert_eq!(told(&read(&mut worker, &maker.path(name))), [], "{name}");
        // In the second frame or the third: the first one is the larger half.
        let cut = maker.cut(name, 0.8, &format!("cut-{name}"));
        let reading = read(&mut worker, &cut);
        assert!(reading.text.contains("USB003"), "{name}: {}", reading.text);
        let [(Omitted::Frames, from)] = told(&reading)[..] else { panic!("{name}: {:?}", reading.omissions) };
        assert!((1..=2).contains(&from), "{name}: {from}");
    }
    maker.run("-i frame0.png -c:v libopenjpeg whole.jp2");
    assert_eq!(told(&read(&mut worker, &maker.path("whole.jp2"))), []);
    let reading = read(&mut worker, &maker.cut("whole.jp2", 0.7, "cut.jp2"));
    assert!(reading.text.contains("USB003"), "{}", reading.text);
    assert_eq!(told(&reading), [(Omitted::Part, 0)]);
}

#[test]
fn a_picture_that_moves_is_read_to_its_end_and_each_line_once() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    let [above, below] = halves();
    for (number, frame) in [&above, &above, &below, &above].into_iter().enumerate() {
        frame.save(maker.path(&format!("frame{number}.png"))).unwrap();
    }
    for (name, how) in
        [("moves.gif", ""), ("moves.png", "-f apng"), ("moves.webp", "-c:v libwebp_anim -lossless 1")]
    {
        maker.run(&format!("-framerate 5 -i frame%d.png {how} {name}"));
        let reading = read(&mut worker, &maker.path(name));
        for words in ["USB003", "PD-558102", "Open the cover", "choose Retry"] {
            assert_eq!(reading.text.matches(words).count(), 1, "{name}, {words}: {}", reading.text);
        }
        assert_eq!((reading.pages, reading.width, reading.height), (2, 388, 64), "{name}");
    }
    maker.run("-i frame0.png still.gif");
    assert_eq!(read(&mut worker, &maker.path("still.gif")).pages, 1);
}

#[test]
fn exif_turns_a_png_and_a_webp_once_and_tells_where_they_were_taken() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    let stored = imageops::rotate270(&notice());
    stored.save(maker.path("stored.png")).unwrap();
    stored.save(maker.path("stored.webp")).unwrap();
    let png = fs::read(maker.path("stored.png")).unwrap();
    let exif = exif();
    let chunk = [b"eXIf", exif.as_slice()].concat();
    // The header of a PNG and its first chunk.
    let (head, rest) = png.split_at(33);
    let turned =
        [head, &(exif.len() as u32).to_be_bytes(), &chunk, &checksum(&chunk).to_be_bytes(), rest].concat();
    fs::write(maker.path("turned.png"), turned).unwrap();
    assert_seen(&mut worker, &maker.path("turned.png"), 0.0);
    assert_eq!(read(&mut worker, &maker.path("turned.png")).coordinates, Some(PLACE));

    let plain = fs::read(maker.path("stored.webp")).unwrap();
    // That there is Exif; the sides, less one.
    let extended =
        [&b"VP8X\x0a\0\0\0\x08\0\0\0"[..], &155_u32.to_le_bytes()[..3], &387_u32.to_le_bytes()[..3]];
    let mut exif = [&b"EXIF"[..], &(exif.len() as u32).to_le_bytes(), &exif].concat();
    exif.resize(exif.len().next_multiple_of(2), 0);
    let inside = [b"WEBP", extended.concat().as_slice(), &plain[12..], &exif].concat();
    let turned = [b"RIFF", (inside.len() as u32).to_le_bytes().as_slice(), &inside].concat();
    fs::write(maker.path("turned.webp"), turned).unwrap();
    assert_seen(&mut worker, &maker.path("turned.webp"), 0.0);
    assert_eq!(read(&mut worker, &maker.path("turned.webp")).coordinates, Some(PLACE));

    stored.save(maker.path("stored.jpg")).unwrap();
    let jpeg = fs::read(maker.path("stored.jpg")).unwrap();
    let told = [b"Exif\0\0", seen::exif().as_slice()].concat();
    let segment = [b"\xff\xe1", (told.len() as u16 + 2).to_be_bytes().as_slice(), &told].concat();
    fs::write(maker.path("turned.jpg"), [&jpeg[..2], &segment, &jpeg[2..]].concat()).unwrap();
    assert_eq!(read(&mut worker, &maker.path("turned.jpg")).coordinates, Some(PLACE));
}

/// The checksum of a chunk in a PNG.
fn checksum(bytes: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 },
        )
    };
    !bytes.iter().fold(u32::MAX, step)
}

#[test]
fn what_claims_too_much_or_ends_early_is_told_so() {
    let (maker, mut worker) = (FilmMaker::new(), Sealed::start());
    let mut says = |name: &str, bytes: Vec<u8>| {
        fs::write(maker.path(name), bytes).unwrap();
        show(&mut worker, &maker.path(name)).unwrap_err().code
    };
    let large = Page::new((200_000, 200_000), 2, 3, vec![7; 100]);
    assert_eq!(says("large.tif", tiff(&[large])), Code::TooLarge);
    let short = Page::new((2000, 2000), 2, 3, vec![7; 100]);
    assert_eq!(says("short.tif", tiff(&[short])), Code::Damaged);
    let large =
        |kind| Item { kind, content: vec![0; 64], properties: vec![sides(60_000, 60_000)], refers: None };
    assert_eq!(says("large.heic", heif(&[large(b"hvc1")])), Code::TooLarge);
    let endless = Item {
        kind: b"iden",
        content: Vec::new(),
        properties: vec![sides(8, 8)],
        refers: Some((b"dimg", vec![1])),
    };
    assert_eq!(says("endless.heic", heif(&[endless])), Code::Damaged);
    assert_eq!(says("none.heic", heif(&[])), Code::Damaged);
    let size = [&b"\xff\x4f\xff\x51\0\x2f\0\0"[..], &60_000_u32.to_be_bytes().repeat(2), &[0; 8]].concat();
    let size = [
        &size[..],
        &60_000_u32.to_be_bytes().repeat(2),
        &[0; 8],
        b"\0\x03\x07\x01\x01\x07\x01\x01\x07\x01\x01",
    ];
    let code = says("large.j2k", size.concat());
    assert!(matches!(code, Code::TooLarge | Code::Damaged), "{code:?}");
    assert_eq!(says("photo.jxl", b"\xff\x0a and so on".to_vec()), Code::Unsupported);
}
