//! A file worth reading: what kind it is, and what names its content.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a file holds, as far as its name and first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A picture.
    Image,
    /// Moving pictures, with or without sound.
    Video,
    /// Sound alone.
    Audio,
    /// Could not be told, because the file could not be opened.
    Unknown,
}

impl MediaKind {
    /// The word used in rows, in the cache and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for MediaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The name of a content: its BLAKE3 hash, written `b3:` and 64 hex digits.
///
/// Identity is the content, never the path. A wrong key would hand somebody another file's text, so nothing
/// but the engine makes one, from the bytes that a worker was lent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(try_from = "String", into = "String")]
pub struct ContentKey([u8; 32]);

impl ContentKey {
    /// The key with these 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes of the hash.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("b3:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no content key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a content key, which is `b3:` and 64 hex digits: {0:?}")]
pub struct KeyError(String);

impl FromStr for ContentKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let wrong = || KeyError(text.chars().take(80).collect());
        let digits = text.strip_prefix("b3:").map(str::as_bytes).ok_or_else(wrong)?;
        let (pairs, rest) = digits.as_chunks::<2>();
        if pairs.len() != 32 || !rest.is_empty() {
            return Err(wrong());
        }
        let nibble = |digit: u8| (digit as char).to_digit(16).map(|value| value as u8);
        let mut bytes = [0; 32];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = nibble(*high).zip(nibble(*low)).map(|(h, l)| h << 4 | l).ok_or_else(wrong)?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for ContentKey {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, KeyError> {
        text.parse()
    }
}

impl From<ContentKey> for String {
    fn from(key: ContentKey) -> Self {
        key.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_text_form() {
        let key = ContentKey::from_bytes(std::array::from_fn(|i| (i * 7) as u8));
        assert_eq!(key.to_string().parse(), Ok(key));
        assert!(key.to_string().starts_with("b3:00070e"));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let good = ContentKey::from_bytes([0xab; 32]).to_string();
        for text in ["", "b3:", &good[3..], &good[..65], &good.replace('a', "x"), &format!("{good}0")] {
            assert!(text.parse::<ContentKey>().is_err(), "{text}");
        }
    }
}
