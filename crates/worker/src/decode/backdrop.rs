//! What lies under transparency: a backdrop that no visible text disappears into.

use image::{Rgb, RgbImage, RgbaImage};

/// Luminance from which on a pixel is light, of 255.
const LIGHT: u32 = 170;
/// Luminance up to which a pixel is dark, of 255.
const DARK: u32 = 85;
/// So many times as many light pixels as dark ones, or the other way round, make a picture one or the other.
const CLEARLY: u64 = 8;

/// Lays a plain backdrop under a picture: black under light text, white under dark text, and grey where both
/// are to be read.
pub(super) fn lay_under(picture: &RgbaImage) -> RgbImage {
    let (mut light, mut dark, mut seen) = (0_u64, 0_u64, true);
    for pixel in picture.pixels() {
        let [red, green, blue, alpha] = pixel.0.map(u32::from);
        seen &= alpha == 255;
        if alpha > 127 {
            let luminance = (red * 299 + green * 587 + blue * 114) / 1000;
            light += u64::from(luminance >= LIGHT);
            dark += u64::from(luminance <= DARK);
        }
    }
    let backdrop = match (light, dark) {
        // Nothing shines through: any backdrop will do.
        _ if seen => 255,
        (light, dark) if light > dark * CLEARLY => 0,
        (light, dark) if dark >= light * CLEARLY => 255,
        _ => 128,
    };
    let mut flat = RgbImage::new(picture.width(), picture.height());
    for (pixel, flat) in picture.pixels().zip(flat.pixels_mut()) {
        let [red, green, blue, alpha] = pixel.0.map(u32::from);
        let mix = |colour: u32| ((colour * alpha + backdrop * (255 - alpha) + 127) / 255) as u8;
        *flat = Rgb([mix(red), mix(green), mix(blue)]);
    }
    flat
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;

    /// The backdrop under a transparent picture with these visible pixels.
    fn backdrop(visible: &[u8]) -> u8 {
        let mut picture = RgbaImage::new(20, 20);
        for (pixel, grey) in picture.pixels_mut().zip(visible) {
            *pixel = Rgba([*grey, *grey, *grey, 255]);
        }
        lay_under(&picture).get_pixel(19, 19).0[0]
    }

    #[test]
    fn light_text_stands_on_black_dark_text_on_white_and_both_on_grey() {
        assert_eq!(backdrop(&[250; 40]), 0);
        assert_eq!(backdrop(&[20; 40]), 255);
        assert_eq!(backdrop(&[[250; 20], [20; 20]].concat()), 128);
        assert_eq!(backdrop(&[]), 255);
    }

    #[test]
    fn half_transparent_pixels_are_mixed() {
        let picture = RgbaImage::from_pixel(1, 1, Rgba([0, 0, 0, 51]));
        assert_eq!(lay_under(&picture).get_pixel(0, 0).0, [204; 3]);
    }
}
