//! The characters that a recognition model knows, from the metadata of its file.
//!
//! An ONNX file is a protobuf message; its metadata are strings in field 14, each with a key and a value. To
//! load the model just to ask for them would cost twice the memory of the model.

use std::str;

/// The characters, in the order of the model's classes: the value of `character`, a line a character.
pub(super) fn of(model: &[u8]) -> Option<Vec<String>> {
    const METADATA: u64 = 14;
    const KEY: u64 = 1;
    const VALUE: u64 = 2;
    let entry = Fields(model)
        .filter(|(number, _)| *number == METADATA)
        .find(|(_, entry)| Fields(entry).any(|(number, key)| number == KEY && key == b"character"))?;
    let (_, value) = Fields(entry.1).find(|(number, _)| *number == VALUE)?;
    Some(str::from_utf8(value).ok()?.lines().map(str::to_owned).collect())
}

/// The length-delimited fields of a protobuf message, by number; fields of other types are passed over. Ends
/// at the first thing that is none.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = (u64, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let tag = self.varint()?;
            match tag & 7 {
                0 => drop(self.varint()?),
                1 => drop(self.take(8)?),
                2 => {
                    let length = usize::try_from(self.varint()?).ok()?;
                    return Some((tag >> 3, self.take(length)?));
                }
                5 => drop(self.take(4)?),
                _ => return None,
            }
        }
    }
}

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = self.take(1)?.try_into().ok()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(number: u8, content: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, content.len() as u8], content].concat()
    }

    #[test]
    fn the_entry_is_found_among_others_and_spaces_survive() {
        let entry =
            |key: &[u8], value: &str| field(14, &[field(1, key), field(2, value.as_bytes())].concat());
        let model = [
            // ir_version, a varint field.
            vec![8, 0x96, 0x01],
            field(2, b"a producer"),
            entry(b"other", "x"),
            entry(b"character", "a\n\u{3000}\n你\n \nb"),
        ]
        .concat();
        assert_eq!(of(&model).unwrap(), ["a", "\u{3000}", "你", " ", "b"]);
    }

    #[test]
    fn what_is_no_model_has_no_characters() {
        assert_eq!(of(b""), None);
        assert_eq!(of(&[0xff; 40]), None);
        assert_eq!(of(&[14 << 3 | 2, 100, 1]), None);
    }
}
