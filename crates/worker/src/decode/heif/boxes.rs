//! Boxes, of which ISO files are made (ISO/IEC 14496-12): a length, a name of four letters, and what is inside.

/// The name of a kind of box, of an item or of a reference.
pub(super) type Name = [u8; 4];

/// Bytes that are read from first to last. What is not there is None, and nothing is read beyond.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// A number of so many bytes, up to eight.
    pub(super) fn number(&mut self, length: usize) -> Option<u64> {
        Some(self.take(length)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// A number of two bytes, or of four.
    pub(super) fn u16_or_u32(&mut self, is_long: bool) -> Option<u32> {
        if is_long { self.u32() } else { self.u16().map(u32::from) }
    }

    pub(super) fn name(&mut self) -> Option<Name> {
        self.take(4)?.try_into().ok()
    }

    /// The version and the flags that some boxes begin with.
    pub(super) fn version(&mut self) -> Option<(u8, u32)> {
        let both = self.u32()?;
        Some((both.to_be_bytes()[0], both & 0x00ff_ffff))
    }
}

/// The boxes that stand one after the other in these bytes, up to the first that makes no sense.
pub(super) fn boxes(bytes: &[u8]) -> impl Iterator<Item = (Name, &[u8])> {
    let mut rest = Bytes(bytes);
    std::iter::from_fn(move || {
        let (length, name, head) = header(&mut rest)?;
        let inside = match length {
            0 => rest.0.len(),
            length => usize::try_from(length.checked_sub(head)?).ok()?,
        };
        rest.take(inside).map(|inside| (name, inside))
    })
}

/// The length of a box with its header, 0 where it goes on to the end; its name; the length of the header.
pub(super) fn header(bytes: &mut Bytes<'_>) -> Option<(u64, Name, u64)> {
    let (length, name) = (bytes.u32()?, bytes.name()?);
    match length {
        1 => Some((bytes.number(8)?, name, 16)),
        length => Some((length.into(), name, 8)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_told_apart_and_end_where_they_make_no_sense() {
        let plain = [&b"\0\0\0\x0aabcdxy"[..], b"\0\0\0\x01longing\0\0\0\0\0\0\0\x00"].concat();
        let found: Vec<_> = boxes(&plain).collect();
        assert_eq!(found, [(*b"abcd", &b"xy"[..])]);
        let long = b"\0\0\0\x01abcd\0\0\0\0\0\0\0\x12xy\0\0\0\0restall";
        let found: Vec<_> = boxes(long).collect();
        assert_eq!(found, [(*b"abcd", &b"xy"[..]), (*b"rest", &b"all"[..])]);
        assert_eq!(boxes(b"\0\0\0\x07abcdxyz").count(), 0);
        assert_eq!(boxes(b"\0\0\0\xffabcd").count(), 0);
    }
}
