//! Where a picture comes from, as far as it says: when it was taken, by what, and where.

use deskscribe_protocol::Coordinates;
use exif::{In, Reader, Tag, Value};

use super::gps::{Angle, coordinates};
use crate::origin;

/// When a picture was taken, by what, and where.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Origin {
    /// As RFC 3339.
    pub(crate) taken_at: Option<String>,
    pub(crate) camera: Option<String>,
    pub(crate) coordinates: Option<Coordinates>,
}

/// What a picture says of itself, in the words of Exif.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) make: Option<String>,
    pub(super) model: Option<String>,
    /// `2026:03:14 09:12:44`.
    pub(super) taken: Option<String>,
    /// `+02:00`, of later files.
    pub(super) offset: Option<String>,
    pub(super) latitude: Option<Angle>,
    pub(super) longitude: Option<Angle>,
}

impl Origin {
    /// What the metadata of a picture say, in the form of Exif. What is damaged says nothing.
    pub(super) fn of_exif(exif: Vec<u8>) -> Self {
        let mut reader = Reader::new();
        reader.continue_on_error(true);
        let read = reader.read_raw(exif).or_else(|error| error.distill_partial_result(|_| {}));
        let Ok(exif) = read else { return Self::default() };
        let text = |tag| match &exif.get_field(tag, In::PRIMARY)?.value {
            Value::Ascii(texts) => Some(String::from_utf8_lossy(texts.first()?).into_owned()),
            _ => None,
        };
        let angle = |tag, side| match &exif.get_field(tag, In::PRIMARY)?.value {
            Value::Rational(fractions) => Some(Angle {
                fractions: fractions.iter().map(|fraction| (fraction.num, fraction.denom)).collect(),
                side: text(side)?,
            }),
            _ => None,
        };
        Self::of(&Notes {
            make: text(Tag::Make),
            model: text(Tag::Model),
            taken: text(Tag::DateTimeOriginal).or_else(|| text(Tag::DateTime)),
            offset: text(Tag::OffsetTimeOriginal).or_else(|| text(Tag::OffsetTime)),
            latitude: angle(Tag::GPSLatitude, Tag::GPSLatitudeRef),
            longitude: angle(Tag::GPSLongitude, Tag::GPSLongitudeRef),
        })
    }

    pub(super) fn of(notes: &Notes) -> Self {
        Self {
            taken_at: notes.taken.as_deref().and_then(|taken| moment(taken, notes.offset.as_deref())),
            camera: origin::camera(notes.make.as_deref(), notes.model.as_deref()),
            coordinates: notes
                .latitude
                .as_ref()
                .zip(notes.longitude.as_ref())
                .and_then(|(latitude, longitude)| coordinates(latitude, longitude)),
        }
    }
}

/// A moment as RFC 3339 has it. Cameras that do not say how far their clock is from the world's get `-00:00`, which
/// says just that.
fn moment(taken: &str, offset: Option<&str>) -> Option<String> {
    let (date, time) = taken.trim_matches(['\0', ' ']).split_once([' ', 'T'])?;
    let said = |offset| origin::rfc_3339(&format!("{}T{time}{offset}", date.replace(':', "-")));
    offset.and_then(|offset| said(offset.trim_matches(['\0', ' ']))).or_else(|| said("-00:00"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_one_way_and_clocks_that_were_never_set_are_none() {
        let at = |taken, offset| moment(taken, Some(offset).filter(|offset: &&str| !offset.is_empty()));
        assert_eq!(at("2026:03:14 09:12:44", "+02:00").as_deref(), Some("2026-03-14T09:12:44+02:00"));
        assert_eq!(at("2026:03:14 09:12:44", "").as_deref(), Some("2026-03-14T09:12:44-00:00"));
        assert_eq!(at("2026:03:14 09:12:44", "nonsense").as_deref(), Some("2026-03-14T09:12:44-00:00"));
        assert_eq!(at("2026-03-14T09:12:44", "").as_deref(), Some("2026-03-14T09:12:44-00:00"));
        assert_eq!(at("0000:00:00 00:00:00", ""), None);
        assert_eq!(at("    :  :     :  :  ", ""), None);
    }

    #[test]
    fn damaged_metadata_say_nothing() {
        assert_eq!(Origin::of_exif(b"II*\0\xff\xff\xff\xff".to_vec()), Origin::default());
        assert_eq!(Origin::of_exif(Vec::new()), Origin::default());
    }
}
