//! Where on earth something was taken.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ReadingError;

/// A place on earth in decimal degrees (WGS 84), with no more decimals than are known. North and east are positive.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Coordinates {
    /// From -90, the south pole, to 90.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub latitude: f64,
    /// From -180 to 180, east of Greenwich.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub longitude: f64,
}

impl Coordinates {
    /// Whether there is such a place.
    pub fn check(self) -> Result<(), ReadingError> {
        let Self { latitude, longitude } = self;
        if (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude) {
            Ok(())
        } else {
            Err(ReadingError::Number)
        }
    }
}

/// As maps take them: `48.20833, 16.37306`.
impl fmt::Display for Coordinates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.latitude, self.longitude)
    }
}
