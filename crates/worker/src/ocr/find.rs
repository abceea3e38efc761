//! Where text is: the detection model looks at tiles, and what it says of each becomes one map of the picture
//! in which boxes are found. Lines that a seam crosses are whole in the map.

use std::borrow::Cow;
use std::sync::Arc;

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};
use ndarray::Array4;
use oar_ocr::core::config::OrtSessionConfig;
use oar_ocr::core::{ModelSource, OCRError};
use oar_ocr::models::detection::{DBModel, DBModelBuilder, DBPostprocessConfig, DBPreprocessConfig};
use oar_ocr::processors::{BoundingBox, ImageScaleInfo, LimitType};

use super::tiles::{self, Tile};
use super::{fault, joined, large};
use crate::job::Interruption;

/// A pixel is text from this probability on. With the two below, what the model was published with.
const TEXT: f32 = 0.2;
/// A box is kept from this mean probability on.
const BOX: f32 = 0.45;
/// How far a box is grown beyond the core of a line that the model marks: the area over the circumference,
/// times this.
const GROWTH: f32 = 1.4;
/// Rows left free above and below a band of the map, for boxes to grow into. Letters that need more are found
/// from afar.
const ROOM: usize = 96;
/// Boxes in one band; a page of small print has a few hundred.
const MOST_BOXES: usize = 3000;
/// The shorter edge that a small picture is enlarged to, in pixels.
const SHORTEST_EDGE: u32 = 512;
/// How much it may be enlarged at most: letters must not become as large as the tile.
const MOST_ENLARGED: f32 = 2.0;
/// No picture is enlarged beyond so many pixels: a long thin one would not fit into memory.
const ENLARGED_PIXELS: f32 = 4e6;
/// How much smaller a picture is from afar.
const DISTANCE: u32 = 4;

/// The model that finds text.
pub(super) struct Finder(DBModel);

impl Finder {
    pub(super) fn load(model: Arc<[u8]>, session: OrtSessionConfig) -> Result<Self, OCRError> {
        // Tiles come in the right size: nothing is left for the model's own resizing.
        let as_they_are = DBPreprocessConfig {
            limit_side_len: Some(1),
            limit_type: Some(LimitType::Min),
            ..DBPreprocessConfig::default()
        };
        let boxes = DBPostprocessConfig { max_candidates: MOST_BOXES, ..DBPostprocessConfig::default() };
        let builder = DBModelBuilder::new().preprocess_config(as_they_are).postprocess_config(boxes);
        builder.with_ort_config(session).build(ModelSource::Memory(model)).map(Self)
    }

    /// Boxes of lines of text, in pixels of the picture. Before each tile, `step` hears its number and how
    /// many there are.
    ///
    /// A picture of several tiles is looked at twice: letters as large as a tile are found from afar.
    pub(super) fn find(
        &self,
        picture: &RgbImage,
        mut step: impl FnMut(usize, usize) -> Result<(), Interruption>,
    ) -> Result<Vec<BoundingBox>, Interruption> {
        let near = enlarge(picture);
        let rows = tiles::cut(near.width(), near.height());
        let total = rows.iter().map(Vec::len).sum();
        let mut done = 0..;
        let found = self.search(&near, rows, picture, || step(done.next().unwrap_or(total), total))?;
        if total == 1 {
            return Ok(joined::join(found));
        }
        let distant = |edge: u32| (edge / DISTANCE).max(1);
        let far = imageops::thumbnail(picture, distant(picture.width()), distant(picture.height()));
        let rows = tiles::cut(far.width(), far.height());
        let from_afar = self.search(&far, rows, picture, || step(total, total))?;
        Ok(joined::join(large::prefer(from_afar, found)))
    }

    /// Boxes in this view of a picture, in pixels of the picture.
    fn search(
        &self,
        view: &RgbImage,
        rows: Vec<Vec<Tile>>,
        picture: &RgbImage,
        mut step: impl FnMut() -> Result<(), Interruption>,
    ) -> Result<Vec<BoundingBox>, Interruption> {
        let mut band = Band::new(view.width());
        let mut boxes = Vec::new();
        for row in rows {
            band.lengthen(row.first().map_or(0, |tile| tile.own_y.end));
            for tile in row {
                step()?;
                let part = cut_out(view, &tile);
                if !is_plain(&part) {
                    band.paint(&tile, &self.look(part).map_err(fault)?);
                }
            }
            if let Some((top, map)) = band.take(view.height()) {
                boxes.extend(self.boxes(&map, top));
            }
        }
        for point in boxes.iter_mut().flat_map(|box_| &mut box_.points) {
            let to =
                |at: f32, view: u32, whole: u32| (at * whole as f32 / view as f32).clamp(0.0, whole as f32);
            point.x = to(point.x, view.width(), picture.width());
            point.y = to(point.y, view.height(), picture.height());
        }
        Ok(boxes)
    }

    /// The probability of text in every pixel of a tile.
    fn look(&self, tile: RgbImage) -> Result<Array4<f32>, OCRError> {
        let (input, _) = self.0.preprocess(vec![tile])?;
        self.0.infer(&input)
    }

    /// Boxes in a band of the map whose first row is this one of the view.
    fn boxes(&self, map: &Array4<f32>, top: f32) -> Vec<BoundingBox> {
        let shape = ImageScaleInfo::new(map.dim().2 as f32, map.dim().3 as f32, 1.0, 1.0);
        let mut found = self
            .0
            .postprocess(map, vec![shape], TEXT, BOX, GROWTH)
            .boxes
            .into_iter()
            .flatten()
            .collect::<Vec<_>>();
        for point in found.iter_mut().flat_map(|box_| &mut box_.points) {
            point.y += top;
        }
        found
    }
}

/// What is known of the map and has not been searched for boxes yet: full rows of the picture.
struct Band {
    width: usize,
    /// The first row that it holds, and the first after the last.
    top: u32,
    end: u32,
    pixels: Vec<f32>,
}

impl Band {
    fn new(width: u32) -> Self {
        Self { width: width as usize, top: 0, end: 0, pixels: Vec::new() }
    }

    fn lengthen(&mut self, end: u32) {
        self.end = end;
        self.pixels.resize((end - self.top) as usize * self.width, 0.0);
    }

    /// Takes over what a tile answers for.
    fn paint(&mut self, tile: &Tile, said: &Array4<f32>) {
        let columns = tile.own_x.start as usize..tile.own_x.end as usize;
        for y in tile.own_y.clone() {
            let from = (y - tile.y.start) as usize;
            let to = (y - self.top) as usize * self.width;
            for x in columns.clone() {
                self.pixels[to + x] = said[[0, 0, from, x - tile.x.start as usize]];
            }
        }
    }

    /// Takes the upper part out, down to a row without text, so that no line is cut; all of it when it ends
    /// where the picture does. The first row of what comes back is this one of the picture: above and below
    /// the part is room for boxes to grow.
    fn take(&mut self, height: u32) -> Option<(f32, Array4<f32>)> {
        let rows = (self.end - self.top) as usize;
        let is_blank = |row: &usize| {
            self.pixels[row * self.width..(row + 1) * self.width].iter().all(|pixel| *pixel <= TEXT)
        };
        let taken = if self.end == height { rows } else { (0..rows).rev().find(is_blank)? };
        let top = self.top as f32 - ROOM as f32;
        self.top += taken as u32;
        let taken: Vec<f32> = self.pixels.drain(..taken * self.width).collect();
        if taken.iter().all(|pixel| *pixel <= TEXT) {
            return None;
        }
        let room = vec![0.0; ROOM * self.width];
        let map = [room.as_slice(), &taken, &room].concat();
        let map = Array4::from_shape_vec((1, 1, map.len() / self.width, self.width), map).ok()?;
        Some((top, map))
    }
}

/// A small picture becomes larger: the model was trained on pages.
fn enlarge(picture: &RgbImage) -> Cow<'_, RgbImage> {
    let (width, height) = picture.dimensions();
    let most = (ENLARGED_PIXELS / (width as f32 * height as f32)).sqrt().min(MOST_ENLARGED);
    let scale = (SHORTEST_EDGE as f32 / width.min(height) as f32).min(most);
    if scale <= 1.0 {
        return Cow::Borrowed(picture);
    }
    let enlarged = |edge: u32| ((edge as f32 * scale).round() as u32).max(1);
    Cow::Owned(imageops::resize(picture, enlarged(width), enlarged(height), FilterType::Triangle))
}

/// What a tile shows. Beyond the edges of the picture its last pixels go on.
fn cut_out(picture: &RgbImage, tile: &Tile) -> RgbImage {
    let (right, bottom) = (picture.width() - 1, picture.height() - 1);
    let (width, height) = (tile.x.end - tile.x.start, tile.y.end - tile.y.start);
    if tile.x.end <= right + 1 && tile.y.end <= bottom + 1 {
        return imageops::crop_imm(picture, tile.x.start, tile.y.start, width, height).to_image();
    }
    let pixel = |x: u32, y: u32| -> Rgb<u8> {
        *picture.get_pixel((tile.x.start + x).min(right), (tile.y.start + y).min(bottom))
    };
    RgbImage::from_fn(width, height, pixel)
}

/// Whether every pixel is the same: an empty stretch of a long page.
fn is_plain(picture: &RgbImage) -> bool {
    let mut pixels = picture.pixels();
    let first = pixels.next();
    pixels.all(|pixel| Some(pixel) == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_is_never_cut_through_text() {
        let mut band = Band::new(4);
        band.lengthen(10);
        // Text in the rows 2 to 4 and 8 to 9, the latter going on below.
        for row in [2, 3, 4, 8, 9] {
            band.pixels[row * 4 + 1] = 0.9;
        }
        let (top, map) = band.take(20).unwrap();
        let room = ROOM as f32;
        assert_eq!((top, map.dim()), (-room, (1, 1, 7 + 2 * ROOM, 4)));
        band.lengthen(20);
        let (top, map) = band.take(20).unwrap();
        assert_eq!((top, map.dim()), (7.0 - room, (1, 1, 13 + 2 * ROOM, 4)));
        assert_eq!(map[[0, 0, ROOM + 1, 1]], 0.9);
    }

    #[test]
    fn a_band_without_text_needs_no_search() {
        let mut band = Band::new(4);
        band.lengthen(10);
        assert!(band.take(20).is_none());
        band.lengthen(20);
        assert!(band.take(20).is_none());
        assert_eq!(band.top, 20);
    }

    #[test]
    fn a_tile_beyond_the_edge_goes_on_with_the_last_pixel() {
        let picture = RgbImage::from_fn(3, 2, |x, y| Rgb([x as u8, y as u8, 0]));
        let tile = Tile { x: 0..32, y: 0..32, own_x: 0..3, own_y: 0..2 };
        let view = cut_out(&picture, &tile);
        assert_eq!(view.dimensions(), (32, 32));
        assert_eq!((view.get_pixel(1, 1).0, view.get_pixel(31, 31).0), ([1, 1, 0], [2, 1, 0]));
    }

    #[test]
    fn only_small_pictures_are_enlarged_and_never_without_bound() {
        let size = |width, height| enlarge(&RgbImage::new(width, height)).dimensions();
        assert_eq!(size(1280, 800), (1280, 800));
        assert_eq!(size(400, 500), (512, 640));
        assert_eq!(size(2000, 10), (4000, 20));
        assert_eq!(size(1, 1), (2, 2));
        assert_eq!(size(256, 468_750), (256, 468_750));
    }
}
