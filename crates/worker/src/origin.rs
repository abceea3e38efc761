//! When a picture or a recording was taken and by what, as files write it.

use deskscribe_protocol::one_line;

/// The longest name that is kept, in characters.
const LONGEST_NAME: usize = 100;

/// What took it, by who made that and what they call it. Many name themselves in both.
pub(crate) fn camera(make: Option<&str>, model: Option<&str>) -> Option<String> {
    let plain = |text: Option<&str>| {
        let text = one_line(text?.trim_matches(['\0', ' ']), LONGEST_NAME);
        (!text.is_empty()).then_some(text)
    };
    match (plain(make), plain(model)) {
        (Some(make), Some(model)) if model.starts_with(&make) => Some(model),
        (Some(make), Some(model)) => Some(one_line(&format!("{make} {model}"), LONGEST_NAME)),
        (make, model) => make.or(model),
    }
}

/// A moment as RFC 3339 has it, of one that may lack the colon in its offset, if it is one at all. Clocks that were
/// never set are none.
pub(crate) fn rfc_3339(text: &str) -> Option<String> {
    let (date, time) = (text.get(..10)?, text.get(11..19)?);
    let matches = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text.bytes().zip(shape.bytes()).all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                other => byte == other,
            })
    };
    let between = |text: &str, from: u32, to: u32| {
        text.parse::<u32>().is_ok_and(|number| (from..=to).contains(&number))
    };
    let is_date = matches(date, "0000-00-00")
        && between(&date[..4], 1980, 9999)
        && between(&date[5..7], 1, 12)
        && between(&date[8..], 1, 31);
    let is_time = matches(time, "00:00:00")
        && between(&time[..2], 0, 23)
        && between(&time[3..5], 0, 59)
        && between(&time[6..], 0, 60);
    if !is_date || !is_time || !matches!(text.as_bytes()[10], b'T' | b' ') {
        return None;
    }
    let rest = text.get(19..)?;
    let offset = match rest.strip_prefix('.') {
        Some(rest) => rest.trim_start_matches(|character: char| character.is_ascii_digit()),
        None => rest,
    };
    let offset = match offset {
        "Z" | "z" => "Z".to_owned(),
        _ if matches(offset.get(1..)?, "00:00") && offset.starts_with(['+', '-']) => offset.to_owned(),
        _ if matches(offset.get(1..)?, "0000") && offset.starts_with(['+', '-']) => {
            format!("{}:{}", &offset[..3], &offset[3..])
        }
        _ => return None,
    };
    Some(format!("{date}T{time}{offset}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_all_kinds_are_written_in_one_way() {
        for (said, is) in [
            ("2026-03-14T09:12:44.000000Z", Some("2026-03-14T09:12:44Z")),
            ("2026-03-14T09:12:44+0200", Some("2026-03-14T09:12:44+02:00")),
            ("2026-03-14 09:12:44-09:30", Some("2026-03-14T09:12:44-09:30")),
            ("1904-01-01T00:00:00.000000Z", None),
            ("2026-13-14T09:12:44Z", None),
            ("2026-03-14T09:12:44", None),
            ("2026", None),
            ("2026-03-14T09:1é:44Z", None),
            ("", None),
        ] {
            assert_eq!(rfc_3339(said).as_deref(), is, "{said}");
        }
    }

    #[test]
    fn a_camera_is_named_once() {
        assert_eq!(camera(Some("Canon"), Some("Canon EOS R6")).as_deref(), Some("Canon EOS R6"));
        assert_eq!(camera(Some("Google\0"), Some("Pixel 9 ")).as_deref(), Some("Google Pixel 9"));
        assert_eq!(camera(None, Some("\0\0")), None);
        assert_eq!(camera(Some("a\x1b[2J"), None).as_deref(), Some("a\u{fffd}[2J"));
    }
}
