//! JSON for programs that a person may look at all the same, in a terminal.

use std::io;

use deskscribe_protocol::acts;
use serde::Serialize;
use serde::ser::Error as _;
use serde_json::ser::Formatter;

/// A value as JSON on one line. JSON escapes the control characters of ASCII by itself; this escapes everything else
/// that a terminal would obey, so that the strings stay what they are and the text does nothing.
///
/// # Errors
/// The value has no JSON form.
pub fn json<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<String> {
    let mut text = Vec::with_capacity(256);
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut text, Inert))?;
    String::from_utf8(text).map_err(serde_json::Error::custom)
}

/// As short as by default, with more characters escaped.
struct Inert;

impl Formatter for Inert {
    fn write_string_fragment<W: io::Write + ?Sized>(&mut self, to: &mut W, text: &str) -> io::Result<()> {
        for part in text.split_inclusive(acts) {
            let plain = part.trim_end_matches(acts);
            to.write_all(plain.as_bytes())?;
            // All of them are below U+10000, and so one escape each.
            part.chars().filter(|c| acts(*c)).try_for_each(|c| write!(to, "\\u{:04x}", u32::from(c)))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped_and_comes_back() {
        let title = "a\x1b[2J\u{9b}2J\u{80}\u{9f}\x7f \u{202e}gpj. ä📄 \"\\\n";
        let text = json(&[title]).unwrap();
        assert_eq!(text, r#"["a\u001b[2J\u009b2J\u0080\u009f\u007f \u202egpj. ä📄 \"\\\n"]"#);
        assert_eq!(serde_json::from_str::<[String; 1]>(&text).unwrap(), [title]);
        assert_eq!(json(&[""]).unwrap(), r#"[""]"#);
    }
}
