//! Where a picture was taken, as Exif has it: degrees, minutes and seconds, each a fraction, and a letter for the side.

use deskscribe_protocol::Coordinates;

/// More decimals of a degree than these, a tenth of a metre, no camera knows.
const MOST_DECIMALS: i32 = 6;

/// One of the two angles, as it is written.
#[derive(Debug, Clone)]
pub(super) struct Angle {
    /// Degrees, minutes and seconds, the latter may be missing: what is divided, and by what.
    pub(super) fractions: Vec<(u32, u32)>,
    /// `N` or `S` of the equator, `E` or `W` of Greenwich.
    pub(super) side: String,
}

/// The place, if there is one: cameras that found none write zeros, or fractions of nothing.
pub(super) fn coordinates(latitude: &Angle, longitude: &Angle) -> Option<Coordinates> {
    let latitude = latitude.degrees(['N', 'S'])?;
    let longitude = longitude.degrees(['E', 'W'])?;
    let found = Coordinates { latitude, longitude };
    (found.check().is_ok() && (latitude, longitude) != (0.0, 0.0)).then_some(found)
}

impl Angle {
    /// In degrees, with as many decimals as its finest fraction tells apart.
    fn degrees(&self, [plus, minus]: [char; 2]) -> Option<f64> {
        let side = self.side.trim_matches(['\0', ' ']);
        let sign = match side.chars().next()?.to_ascii_uppercase() {
            side if side == plus => 1.0,
            side if side == minus => -1.0,
            _ => return None,
        };
        if !(1..=3).contains(&self.fractions.len()) {
            return None;
        }
        let (mut degrees, mut finest) = (0.0, f64::MAX);
        for ((above, below), unit) in self.fractions.iter().zip([1.0, 60.0, 3600.0]) {
            if *below == 0 {
                return None;
            }
            let (above, below) = (f64::from(*above), f64::from(*below));
            // Sixty seconds are what rounding makes of 59.999.
            if unit > 1.0 && above / below > 60.0 {
                return None;
            }
            degrees += above / below / unit;
            finest = f64::min(finest, 1.0 / below / unit);
        }
        let decimals = (-finest.log10()).ceil().clamp(0.0, f64::from(MOST_DECIMALS)) as i32;
        let scale = 10_f64.powi(decimals);
        // The sum keeps a zero from being a negative one.
        Some(sign * (degrees * scale).round() / scale + 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn angle(fractions: &[(u32, u32)], side: &str) -> Angle {
        Angle { fractions: fractions.to_vec(), side: side.to_owned() }
    }

    fn told(latitude: &[(u32, u32)], longitude: &[(u32, u32)]) -> Option<String> {
        coordinates(&angle(latitude, "N\0"), &angle(longitude, "W")).map(|place| place.to_string())
    }

    #[test]
    fn an_angle_has_as_many_decimals_as_are_known() {
        let said = |latitude, longitude| told(latitude, longitude).unwrap();
        assert_eq!(
            said(&[(48, 1), (12, 1), (3012, 100)], &[(16, 1), (22, 1), (0, 1)]),
            "48.208367, -16.3667"
        );
        assert_eq!(said(&[(48, 1), (1250, 100)], &[(16, 1)]), "48.2083, -16");
        assert_eq!(said(&[(48_208_366, 1_000_000), (0, 1), (0, 1)], &[(1, 2)]), "48.208366, -0.5");
        assert_eq!(said(&[(0, 1)], &[(51, 1), (29, 1), (59_999_999, 1_000_000)]), "0, -51.5");
    }

    #[test]
    fn what_is_no_place_is_none() {
        let fine = [(16, 1), (22, 1), (30, 1)];
        assert!(told(&fine, &fine).is_some());
        for wrong in [
            &[(0, 0), (0, 0), (0, 0)][..],
            &[(48, 1), (12, 1), (0, 0)],
            &[(91, 1)],
            &[(90, 1), (0, 1), (1, 100)],
            &[(48, 1), (61, 1)],
            &[(48, 1), (12, 1), (3012, 1)],
            &[(48, 1); 4],
            &[],
        ] {
            assert_eq!(told(wrong, &fine), None, "{wrong:?}");
        }
        assert_eq!(told(&fine, &[(181, 1)]), None);
        assert_eq!(told(&[(0, 1)], &[(0, 1), (0, 1), (0, 1)]), None);
        for side in ["", "\0", "E", "north?"] {
            let place = coordinates(&angle(&fine, side), &angle(&fine, "E"));
            assert_eq!(place.is_some(), side.starts_with('n'), "{side:?}");
        }
    }
}
