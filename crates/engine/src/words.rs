//! Numbers, times and paths as a person would say them.

use std::path::Path;

use deskscribe_protocol::{Omission, Omitted};

/// Bytes as `812 B`, `4.2 kB`, `143.0 MB` or `4.4 TB`.
pub fn size(bytes: u64) -> String {
    let bytes = bytes as f64;
    match bytes {
        0.0..1e3 => format!("{bytes} B"),
        1e3..1e6 => format!("{:.1} kB", bytes / 1e3),
        1e6..1e9 => format!("{:.1} MB", bytes / 1e6),
        1e9..1e12 => format!("{:.1} GB", bytes / 1e9),
        _ => format!("{:.1} TB", bytes / 1e12),
    }
}

/// Seconds as `0:34` or `1:02:07`.
pub fn clock(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// So many of something, such as `1 file` or `2 files`.
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// What of a picture could not be read and why, as a part of a sentence.
pub fn omitted(Omission { what, page, reason }: &Omission) -> String {
    let page = page.saturating_add(1);
    match what {
        Omitted::Page => format!("page {page} could not be read: {reason}"),
        Omitted::Pages => format!("page {page} and all after it could not be read: {reason}"),
        Omitted::Frames => format!("frame {page} and all after it could not be read: {reason}"),
        Omitted::Part => format!("a part of it could not be read: {reason}"),
        Omitted::Script => {
            format!("there is writing here in letters that Deskscribe does not know yet. It reads {reason}")
        }
    }
}

/// A moment in milliseconds since 1970 as RFC 3339, such as `2026-03-14T09:12:44Z`.
pub fn instant(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The same for people, by the local calendar and clock: `2026-03-14 09:12`.
pub fn local(ms: i64) -> String {
    let moment = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    moment.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// The moment of a time in RFC 3339, for people; as it is if it is none.
pub fn local_time(text: &str) -> String {
    text.parse::<jiff::Timestamp>().map_or_else(|_| text.to_owned(), |moment| local(moment.as_millisecond()))
}

/// Now, for the name of a file, by the local calendar and clock: `2026-03-14 09.12.44`.
pub fn local_stamp() -> String {
    jiff::Zoned::now().strftime("%Y-%m-%d %H.%M.%S").to_string()
}

/// A path as people write it, the user's home as `~`. Bytes that are no UTF-8 are shown as U+FFFD.
pub fn at_home(path: &Path) -> String {
    within(dirs::home_dir().as_deref(), path)
}

/// The same for somebody's home. One that is the root is nobody's.
pub(crate) fn within(home: Option<&Path>, path: &Path) -> String {
    let home = home.filter(|home| home.parent().is_some());
    match home.and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
        Some(rest) => format!("~/{}", rest.to_string_lossy()),
        None => path.to_string_lossy().into_owned(),
    }
}

/// A path as a shell takes it for one word.
pub fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+:,@%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.into_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short_and_one_is_not_many() {
        assert_eq!(
            [0, 999, 4_210, 143_000_000, 7_500_000_000, 1 << 42].map(size),
            ["0 B", "999 B", "4.2 kB", "143.0 MB", "7.5 GB", "4.4 TB"]
        );
        assert_eq!((clock(34.4), clock(3727.4)), ("0:34".to_owned(), "1:02:07".to_owned()));
        assert_eq!(instant(1_773_479_564_250), "2026-03-14T09:12:44Z");
        for (path, word) in [("/a/b.png", "/a/b.png"), ("/a b", "'/a b'"), ("it's", r"'it'\''s'"), ("", "''")]
        {
            assert_eq!(quoted(Path::new(path)), word);
        }
        assert_eq!([0, 1, 2].map(|number| count(number, "file", "files")), ["0 files", "1 file", "2 files"]);
    }
}
