//! What a frame looks like, and whether another looks the same: coarsely by a perceptual hash, then tile by tile, so
//! that one more letter in a line is noticed, and noise is not.

use std::cell::OnceCell;

use image::{GrayImage, imageops};

/// The edge of a tile, in pixels: about the height of a line of text.
const TILE: usize = 16;
/// Two pixels differ from this on. What codecs make of still pictures stays below, even around letters.
const CONTRAST: u8 = 40;
/// So many pixels of a tile that differ are no noise: an `i` has more.
const LEAST_PIXELS: usize = 4;
/// The sides of what the hash is made of; each pixel is compared with the one to its right.
const HASH_SIDES: (u32, u32) = (9, 8);
/// Pictures whose hashes differ in more bits than this have nothing to do with each other.
const FAR: u32 = 12;

/// What a frame looks like.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    greys: GrayImage,
    /// Made when it is first asked for.
    hash: OnceCell<u64>,
}

/// A rectangle in a look, in shares of its sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
}

impl Area {
    /// Which part of all this is.
    pub(crate) fn share(self) -> f32 {
        (self.right - self.left) * (self.bottom - self.top)
    }
}

impl Look {
    /// The longer edge of the pictures that are compared, in pixels: large enough for every letter to count.
    pub(crate) const EDGE: u32 = 1920;

    pub(crate) fn new(greys: GrayImage) -> Self {
        Self { greys, hash: OnceCell::new() }
    }

    /// Whether this is another picture altogether.
    pub(crate) fn is_far_from(&self, other: &Self) -> bool {
        (self.hash() ^ other.hash()).count_ones() > FAR
    }

    fn hash(&self) -> u64 {
        *self.hash.get_or_init(|| hash(&self.greys))
    }

    /// For each tile, in rows, whether it differs from the other look's; all do in a look of another size.
    pub(crate) fn differs_from(&self, other: &Self) -> Vec<bool> {
        let (columns, rows) = self.tiles();
        if self.greys.dimensions() != other.greys.dimensions() {
            return vec![true; columns * rows];
        }
        let width = self.greys.width() as usize;
        let bands = self.greys.as_raw().chunks(width * TILE).zip(other.greys.as_raw().chunks(width * TILE));
        let mut tiles = Vec::with_capacity(columns * rows);
        for (one, other) in bands {
            // Most of most frames is what it was, bit by bit.
            let is_same = one == other;
            tiles.extend((0..columns).map(|column| !is_same && differs(one, other, width, column)));
        }
        tiles
    }

    /// Takes these tiles over from another look of the same size.
    pub(crate) fn adopt(&mut self, other: &Self, tiles: impl Fn(usize) -> bool) {
        let (columns, _) = self.tiles();
        let width = self.greys.width() as usize;
        let rows = self.greys.as_flat_samples_mut().samples.chunks_exact_mut(width);
        for (y, (mine, theirs)) in rows.zip(other.greys.as_raw().chunks_exact(width)).enumerate() {
            for column in (0..columns).filter(|column| tiles(y / TILE * columns + column)) {
                let (from, to) = (column * TILE, ((column + 1) * TILE).min(width));
                mine[from..to].copy_from_slice(&theirs[from..to]);
            }
        }
        self.hash = OnceCell::new();
    }

    /// What lies around these tiles.
    pub(crate) fn around(&self, tiles: &[bool]) -> Option<Area> {
        let (columns, _) = self.tiles();
        let mut around: Option<[usize; 4]> = None;
        for tile in tiles.iter().enumerate().filter_map(|(tile, is_in)| is_in.then_some(tile)) {
            let (column, row) = (tile % columns, tile / columns);
            let [left, top, right, bottom] = around.unwrap_or([column, row, column, row]);
            around = Some([left.min(column), top.min(row), right.max(column), bottom.max(row)]);
        }
        let share = |tile: usize, side: u32| ((tile * TILE) as f32 / side as f32).min(1.0);
        let (width, height) = self.greys.dimensions();
        around.map(|[left, top, right, bottom]| Area {
            left: share(left, width),
            top: share(top, height),
            right: share(right + 1, width),
            bottom: share(bottom + 1, height),
        })
    }

    /// How many tiles it has.
    pub(crate) fn count(&self) -> usize {
        let (columns, rows) = self.tiles();
        columns * rows
    }

    /// How many tiles there are beside and below each other.
    fn tiles(&self) -> (usize, usize) {
        let (width, height) = self.greys.dimensions();
        ((width as usize).div_ceil(TILE), (height as usize).div_ceil(TILE))
    }
}

/// Whether a tile of a band of rows is another one.
fn differs(one: &[u8], other: &[u8], width: usize, column: usize) -> bool {
    let (from, to) = (column * TILE, ((column + 1) * TILE).min(width));
    let rows = one.chunks_exact(width).zip(other.chunks_exact(width));
    let differing = |(one, other): (&[u8], &[u8])| {
        let pixels = one[from..to].iter().zip(&other[from..to]);
        pixels.filter(|(one, other)| one.abs_diff(**other) >= CONTRAST).count()
    };
    rows.map(differing).sum::<usize>() >= LEAST_PIXELS
}

/// One bit for each pixel of a tiny copy: whether the next one is brighter.
fn hash(greys: &GrayImage) -> u64 {
    /// Plain areas say nothing, whatever noise there is.
    const NOISE: u8 = 4;
    let (width, height) = HASH_SIDES;
    let tiny = imageops::thumbnail(greys, width, height);
    let rows = tiny.as_raw().chunks_exact(width as usize);
    let bits = rows.flat_map(|row| row.windows(2).map(|pair| pair[1] > pair[0].saturating_add(NOISE)));
    bits.fold(0, |hash, bit| (hash << 1) | u64::from(bit))
}

#[cfg(test)]
impl Look {
    /// The same with something black in it.
    pub(super) fn with(mut self, x: std::ops::Range<u32>, y: std::ops::Range<u32>) -> Self {
        for (x, y) in y.flat_map(|y| x.clone().map(move |x| (x, y))) {
            self.greys.put_pixel(x, y, image::Luma([0]));
        }
        Self::new(self.greys)
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    fn page(draw: impl Fn(u32, u32) -> u8) -> Look {
        Look::new(GrayImage::from_fn(640, 360, |x, y| Luma([draw(x, y)])))
    }

    /// A page with lines of something like text.
    fn text(x: u32, y: u32) -> u8 {
        let is_ink = (x / 3 + y / 2).is_multiple_of(3) && y % 24 < 12 && (40..400).contains(&x);
        if is_ink { 20 } else { 240 }
    }

    fn changed(one: &Look, other: &Look) -> Option<Area> {
        one.around(&one.differs_from(other))
    }

    #[test]
    fn noise_is_no_change_and_one_letter_is() {
        let noisy = page(|x, y| text(x, y).wrapping_add((x * 7 + y * 13) as u8 % 12));
        assert_eq!(changed(&page(text), &noisy), None);
        let typed = page(|x, y| {
            let is_stroke = (410..412).contains(&x) && (48..58).contains(&y);
            if is_stroke { 20 } else { text(x, y) }
        });
        assert!(!page(text).is_far_from(&typed));
        let area = changed(&typed, &page(text)).unwrap();
        assert!(area.left <= 410.0 / 640.0 && area.right >= 412.0 / 640.0, "{area:?}");
        assert!(area.top <= 48.0 / 360.0 && area.bottom >= 58.0 / 360.0, "{area:?}");
        assert!(area.right - area.left < 0.1 && area.bottom - area.top < 0.15, "{area:?}");
        let mut known = page(text);
        known.adopt(&typed, |tile| tile == 3 * 40 + 25);
        assert_eq!(changed(&known, &typed), None);
    }

    #[test]
    fn another_scene_is_far_away_and_another_size_is_all_new() {
        let scene = page(|x, y| if x > y { 200 } else { (y % 200) as u8 });
        assert!(page(|x, _| (x * 255 / 640) as u8).is_far_from(&scene));
        let small = Look::new(GrayImage::from_pixel(16, 16, Luma([240])));
        assert_eq!(small.differs_from(&scene), [true]);
    }
}
