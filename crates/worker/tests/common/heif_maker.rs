//! HEIF files, box by box: pictures coded as HEVC by the `ffmpeg` program, and what is said of them.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::allow_attributes,
    reason = "not every test asks for everything, and one that cannot go on has failed"
)]

use std::fs;

use image::RgbImage;

use crate::film_maker::FilmMaker;

/// A box.
pub(crate) fn boxed(name: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let inside = parts.concat();
    [&(inside.len() as u32 + 8).to_be_bytes(), name.as_slice(), &inside].concat()
}

/// A box that begins with its version, 0, and no flags.
pub(crate) fn full(name: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    boxed(name, &[&[0; 4], &parts.concat()])
}

/// A picture as HEVC codes it.
pub(crate) struct Coded {
    /// The box with the parameters of its decoder.
    pub(crate) parameters: Vec<u8>,
    pub(crate) content: Vec<u8>,
}

/// Codes a picture.
pub(crate) fn code(maker: &FilmMaker, picture: &RgbImage, pixels: &str) -> Coded {
    picture.save(maker.path("coded.png")).unwrap();
    let how = "-c:v libx265 -x265-params log-level=none:keyint=1 -frames:v 1 -crf 12 -f hevc";
    maker.run(&format!("-i coded.png -pix_fmt {pixels} {how} coded.hevc"));
    let stream = fs::read(maker.path("coded.hevc")).unwrap();
    let units = units(&stream);
    let mut parameters = [&[1, 1, 0x60][..], &[0; 9], b"\x5d\xf0\0\xfc\xfd\xf8\xf8\0\0\x0f\x03"].concat();
    for kind in 32..=34 {
        let unit = units.iter().find(|unit| unit[0] >> 1 == kind).unwrap();
        parameters.extend([0x80 | kind, 0, 1]);
        parameters.extend((unit.len() as u16).to_be_bytes());
        parameters.extend(*unit);
    }
    let slices = units.iter().filter(|unit| unit[0] >> 1 < 32);
    let content = slices.flat_map(|unit| [&(unit.len() as u32).to_be_bytes(), *unit].concat()).collect();
    Coded { parameters: boxed(b"hvcC", &[&parameters]), content }
}

/// The units of a stream, between the marks that they begin with.
fn units(stream: &[u8]) -> Vec<&[u8]> {
    let begins: Vec<usize> = (0..stream.len()).filter(|at| stream[*at..].starts_with(&[0, 0, 1])).collect();
    let ends = begins.iter().skip(1).copied().chain([stream.len()]);
    let unit = |(from, to): (usize, usize)| {
        let unit = &stream[from + 3..to];
        &unit[..unit.iter().rposition(|byte| *byte != 0).unwrap() + 1]
    };
    begins.iter().copied().zip(ends).map(unit).collect()
}

/// One of the things in a file, which are numbered from 1.
pub(crate) struct Item {
    pub(crate) kind: &'static [u8; 4],
    pub(crate) content: Vec<u8>,
    /// The boxes of what is said of it.
    pub(crate) properties: Vec<Vec<u8>>,
    /// How it refers to which others.
    pub(crate) refers: Option<(&'static [u8; 4], Vec<u16>)>,
}

/// The box that says how large a picture is.
pub(crate) fn sides(width: u32, height: u32) -> Vec<u8> {
    full(b"ispe", &[&width.to_be_bytes(), &height.to_be_bytes()])
}

/// A file with these items, the first of which is the picture.
pub(crate) fn heif(items: &[Item]) -> Vec<u8> {
    let kinds = boxed(b"ftyp", &[b"heic\0\0\0\0mif1heic"]);
    let place = kinds.len() + catalogue(items, 0).len() + 8;
    let contents: Vec<&[u8]> = items.iter().map(|item| item.content.as_slice()).collect();
    [kinds, catalogue(items, place), boxed(b"mdat", &contents)].concat()
}

fn catalogue(items: &[Item], place: usize) -> Vec<u8> {
    let count = (items.len() as u16).to_be_bytes();
    let (mut named, mut placed, mut said, mut owned, mut refers) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut at, mut properties) = (place as u32, 0);
    for (item, number) in items.iter().zip(1_u16..) {
        let number = number.to_be_bytes();
        // The second version of this box has kinds.
        named.extend(boxed(b"infe", &[&[2, 0, 0, 0], &number, &[0; 2], item.kind, &[0]]));
        placed.extend([&number[..], &[0, 0, 0, 1], &at.to_be_bytes()].concat());
        placed.extend((item.content.len() as u32).to_be_bytes());
        at += item.content.len() as u32;
        owned.extend([&number[..], &[item.properties.len() as u8]].concat());
        for property in &item.properties {
            properties += 1;
            owned.push(0x80 | properties);
            said.extend_from_slice(property);
        }
        if let Some((name, to)) = &item.refers {
            let to: Vec<u8> = to.iter().flat_map(|number| number.to_be_bytes()).collect();
            refers.extend(boxed(name, &[&number, &(to.len() as u16 / 2).to_be_bytes(), &to]));
        }
    }
    let owners = full(b"ipma", &[&[0; 2], &count, &owned]);
    full(
        b"meta",
        &[
            &full(b"hdlr", &[&[0; 4], b"pict", &[0; 13]]),
            &full(b"pitm", &[&[0, 1]]),
            &full(b"iinf", &[&count, &named]),
            &full(b"iloc", &[&[0x44, 0], &count, &placed]),
            &full(b"iref", &[&refers]),
            &boxed(b"iprp", &[&boxed(b"ipco", &[&said]), &owners]),
        ],
    )
}
