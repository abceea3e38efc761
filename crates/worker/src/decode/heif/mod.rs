//! HEIC and AVIF: pictures that are coded like the frames of a film, in the boxes of HEIF (ISO/IEC 23008-12).

mod boxes;
mod items;

use deskscribe_protocol::Failure;
use image::{RgbImage, Rgba, RgbaImage, imageops};

use self::boxes::{Bytes, header};
use self::items::{Catalogue, Item, Property};
use super::{More, Origin, Picture, Source, backdrop, fault};
use crate::film::{Still, StillDecoder};

/// The most bytes of a catalogue, and of what is said of a picture in the form of Exif.
const MOST_META: u64 = 16 << 20;
const MOST_EXIF: u64 = 1 << 20;
/// So many boxes are walked to find the catalogue.
const MOST_BOXES: u32 = 1000;
/// A picture that is made of one that is made of another: no file needs more.
const DEEPEST: u32 = 4;

/// Opens a picture with at most so many pixels. What Exif says of turning it is not heard: its own boxes tell.
pub(super) fn open(source: &Source, pixels: u64) -> Result<Picture, Failure> {
    let meta = find_meta(source)?;
    let catalogue = Catalogue::read(&meta).ok_or_else(|| fault::damaged("its catalogue makes no sense"))?;
    let file = Heif { source, catalogue, pixels };
    let primary = file.catalogue.primary;
    let picture = file.picture(primary, DEEPEST)?;
    let picture = match file.alpha() {
        Some(alpha) => see_through(&picture, &file.picture(alpha, DEEPEST)?),
        None => picture,
    };
    let first = file.as_shown(file.item(primary)?, picture);
    Ok(Picture { first, more: More::Nothing, origin: file.origin(), omissions: Vec::new() })
}

/// The box `meta`, which says what is in the file.
fn find_meta(source: &Source) -> Result<Vec<u8>, Failure> {
    let mut at = 0;
    for _ in 0..MOST_BOXES {
        let head = source.bytes(at, 16).map_err(|error| fault::unreadable(&error))?;
        let Some((length, name, begins)) = header(&mut Bytes(&head)) else { break };
        let length = if length == 0 { source.size().saturating_sub(at) } else { length };
        if length < begins {
            break;
        }
        if &name == b"meta" {
            if length > MOST_META {
                return Err(fault::too_much_memory());
            }
            if at + length > source.size() {
                return Err(fault::ends_early());
            }
            let inside = source.bytes(at + begins, length - begins);
            return inside.map_err(|error| fault::unreadable(&error));
        }
        at = match at.checked_add(length) {
            Some(next) if next < source.size() => next,
            _ => break,
        };
    }
    Err(fault::damaged("it does not say what is in it"))
}

/// An open file.
struct Heif<'a> {
    source: &'a Source,
    catalogue: Catalogue,
    pixels: u64,
}

impl Heif<'_> {
    /// The picture of an item as it is stored, not yet turned.
    fn picture(&self, number: u32, deepest: u32) -> Result<RgbImage, Failure> {
        let item = self.item(number)?;
        if let Some((width, height)) = self.sides(item) {
            fault::check_size(width, height, self.pixels)?;
        }
        match &item.kind {
            b"hvc1" | b"hev1" | b"av01" => self.decoder(item)?.decode(&self.content(item, u64::MAX)?),
            b"grid" if deepest > 0 => self.grid(number, item),
            b"iden" if deepest > 0 => {
                let of = self.catalogue.referred(*b"dimg", number).first();
                let of = *of.ok_or_else(|| fault::damaged("a picture is made of another that is missing"))?;
                let picture = self.picture(of, deepest - 1)?;
                Ok(self.as_shown(self.item(of)?, picture))
            }
            b"grid" | b"iden" => Err(fault::damaged("its pictures are made of each other")),
            other if other.iter().all(u8::is_ascii_graphic) => {
                Err(fault::unsupported(format!("a picture coded as {}", String::from_utf8_lossy(other))))
            }
            _ => Err(fault::damaged("it does not say how it is coded")),
        }
    }

    /// A picture that is stored in tiles of one size, row by row.
    fn grid(&self, number: u32, item: &Item) -> Result<RgbImage, Failure> {
        let said = self.content(item, 64)?;
        let grid =
            Grid::read(&said).ok_or_else(|| fault::damaged("it does not say how it is put together"))?;
        fault::check_size(grid.width, grid.height, self.pixels)?;
        let tiles = self.catalogue.referred(*b"dimg", number);
        let missing = || fault::damaged("some of its tiles are missing");
        if tiles.len() != grid.columns as usize * grid.rows as usize {
            return Err(missing());
        }
        let first = self.item(*tiles.first().ok_or_else(missing)?)?;
        if !matches!(&first.kind, b"hvc1" | b"hev1" | b"av01") {
            return Err(fault::unsupported("tiles that are no pictures of their own"));
        }
        let mut decoder = self.decoder(first)?;
        let mut picture = RgbImage::new(grid.width, grid.height);
        let mut sides = None;
        for (number, at) in tiles.iter().zip(0..) {
            let tile = decoder.decode(&self.content(self.item(*number)?, u64::MAX)?)?;
            let (width, height) = *sides.get_or_insert(tile.dimensions());
            // Each adds something to what is seen, so that they cannot be many more pixels than the picture.
            let is_seen = (grid.columns - 1).saturating_mul(width) < grid.width
                && (grid.rows - 1).saturating_mul(height) < grid.height;
            if !is_seen || tile.dimensions() != (width, height) {
                return Err(fault::damaged("its tiles do not fit together"));
            }
            let (column, row) = (at % grid.columns, at / grid.columns);
            imageops::replace(&mut picture, &tile, (column * width).into(), (row * height).into());
        }
        Ok(picture)
    }

    /// The decoder for an item, and for those that are coded like it.
    fn decoder(&self, item: &Item) -> Result<StillDecoder, Failure> {
        let mut said = self.catalogue.said_of(item);
        let parameters = said.find_map(|property| match property {
            Property::Parameters(parameters) => Some(parameters.as_slice()),
            _ => None,
        });
        // AV1 repeats in its first bytes what its box says.
        let still = if &item.kind == b"av01" {
            Still::Av1
        } else {
            Still::Hevc(parameters.ok_or_else(|| fault::damaged("it does not say how it is coded"))?)
        };
        StillDecoder::open(still, self.pixels)
    }

    /// The item that tells how much of the picture shines through.
    fn alpha(&self) -> Option<u32> {
        let is_alpha = |number: &u32| {
            let Some(item) = self.catalogue.items.get(number) else { return false };
            self.catalogue.said_of(item).any(|property| match property {
                Property::Role(role) => role.ends_with(b":alpha") || role.ends_with(b"hevc:2015:auxid:1"),
                _ => false,
            })
        };
        self.catalogue.referring(*b"auxl", self.catalogue.primary).find(is_alpha)
    }

    /// Cut, turned and mirrored, in the order in which that is said.
    fn as_shown(&self, item: &Item, mut picture: RgbImage) -> RgbImage {
        for property in self.catalogue.said_of(item) {
            picture = match property {
                Property::Cut(fractions) => cut(picture, *fractions),
                Property::Turned(1) => imageops::rotate270(&picture),
                Property::Turned(2) => imageops::rotate180(&picture),
                Property::Turned(3) => imageops::rotate90(&picture),
                Property::Mirrored(true) => imageops::flip_horizontal(&picture),
                Property::Mirrored(false) => imageops::flip_vertical(&picture),
                _ => picture,
            };
        }
        picture
    }

    fn sides(&self, item: &Item) -> Option<(u32, u32)> {
        self.catalogue.said_of(item).find_map(|property| match property {
            Property::Sides(width, height) => Some((*width, *height)),
            _ => None,
        })
    }

    fn item(&self, number: u32) -> Result<&Item, Failure> {
        self.catalogue.items.get(&number).ok_or_else(|| fault::damaged("a part of it is missing"))
    }

    /// What an item holds, of which there may be so many bytes.
    fn content(&self, item: &Item, most: u64) -> Result<Vec<u8>, Failure> {
        if item.is_elsewhere {
            return Err(fault::unsupported("a picture in another file"));
        }
        let mut content = Vec::new();
        for piece in &item.pieces {
            let wanted = if piece.length == 0 { u64::MAX } else { piece.length };
            let bytes = if item.is_inside {
                let from = usize::try_from(piece.from).unwrap_or(usize::MAX);
                let inside = self.catalogue.inside.get(from..).unwrap_or_default();
                inside.get(..usize::try_from(wanted).unwrap_or(usize::MAX)).unwrap_or(inside).to_vec()
            } else {
                let left = self.source.size().saturating_sub(piece.from);
                self.source.bytes(piece.from, wanted.min(left)).map_err(|error| fault::unreadable(&error))?
            };
            if piece.length != 0 && (bytes.len() as u64) < piece.length {
                return Err(fault::ends_early());
            }
            content.extend(bytes);
            // Pieces may overlap, but all of them are not more than the file.
            if content.len() as u64 > most.min(self.source.size()) {
                return Err(fault::damaged("a part of it is larger than it can be"));
            }
        }
        Ok(content)
    }

    /// When the picture was taken, by what, and where.
    fn origin(&self) -> Origin {
        let is_exif =
            |number: &u32| self.catalogue.items.get(number).is_some_and(|item| &item.kind == b"Exif");
        let found = self.catalogue.referring(*b"cdsc", self.catalogue.primary).find(is_exif);
        let content = found.and_then(|number| self.content(self.item(number).ok()?, MOST_EXIF).ok());
        let exif = content.and_then(|content| {
            let mut bytes = Bytes(&content);
            let before = bytes.u32()?;
            bytes.take(usize::try_from(before).ok()?)?;
            Some(bytes.0.to_vec())
        });
        exif.map(Origin::of_exif).unwrap_or_default()
    }
}

/// How tiles are put together.
struct Grid {
    columns: u32,
    rows: u32,
    width: u32,
    height: u32,
}

impl Grid {
    fn read(said: &[u8]) -> Option<Self> {
        let mut said = Bytes(said);
        said.u8()?;
        let is_long = said.u8()? & 1 == 1;
        let (rows, columns) = (u32::from(said.u8()?) + 1, u32::from(said.u8()?) + 1);
        Some(Self { columns, rows, width: said.u16_or_u32(is_long)?, height: said.u16_or_u32(is_long)? })
    }
}

/// The part of a picture that is to be seen; all of it, where that makes no sense.
fn cut(picture: RgbImage, fractions: [(i64, i64); 4]) -> RgbImage {
    if fractions.iter().any(|(_, below)| *below <= 0) {
        return picture;
    }
    let [width, height, right, down] = fractions.map(|(above, below)| above as f64 / below as f64);
    let (all_wide, all_high) = (f64::from(picture.width()), f64::from(picture.height()));
    let left = f64::midpoint(all_wide, -width) + right;
    let top = f64::midpoint(all_high, -height) + down;
    let fits = left >= 0.0 && top >= 0.0 && left + width <= all_wide && top + height <= all_high;
    if !fits || width < 1.0 || height < 1.0 {
        return picture;
    }
    let [left, top, width, height] = [left, top, width, height].map(|pixels| pixels.round() as u32);
    imageops::crop_imm(&picture, left, top, width, height).to_image()
}

/// The picture on a backdrop, as far as that shines through.
fn see_through(picture: &RgbImage, alpha: &RgbImage) -> RgbImage {
    if picture.dimensions() != alpha.dimensions() {
        return picture.clone();
    }
    let both = picture.pixels().zip(alpha.pixels());
    let mut seen = RgbaImage::new(picture.width(), picture.height());
    for ((colour, alpha), seen) in both.zip(seen.pixels_mut()) {
        let [red, green, blue] = colour.0;
        *seen = Rgba([red, green, blue, alpha.0[0]]);
    }
    backdrop::lay_under(&seen)
}
