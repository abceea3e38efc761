//! The items of a HEIF file (ISO/IEC 23008-12) and what is said of them: which they are, where they lie, what they are
//! made of, and how they are to be shown.

use std::collections::BTreeMap;

use super::boxes::{Bytes, Name, boxes};

/// The most items, pieces of one, properties, and references of one item, that are looked at.
const MOST: usize = 10_000;

/// Where a piece of an item lies, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) from: u64,
    /// 0 is all there is.
    pub(super) length: u64,
}

/// One of the things in a file: a picture, a part of one, or something that is said of one.
#[derive(Debug, Default)]
pub(super) struct Item {
    pub(super) kind: Name,
    /// Whether it lies in the box `idat`, and not anywhere in the file.
    pub(super) is_inside: bool,
    /// Whether it lies where nobody here looks.
    pub(super) is_elsewhere: bool,
    pub(super) pieces: Vec<Piece>,
    /// What is said of it, in order.
    pub(super) properties: Vec<usize>,
}

/// What may be said of an item.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Property {
    /// Width and height in pixels, as stored.
    Sides(u32, u32),
    /// The parameters of its decoder.
    Parameters(Vec<u8>),
    /// To be turned so many times by 90 degrees, counter-clockwise.
    Turned(u8),
    /// To be mirrored: left and right, if it is true, or else top and bottom.
    Mirrored(bool),
    /// Only a part of it is to be seen: width, height, and the way from its middle to that of the picture, each a
    /// fraction.
    Cut([(i64, i64); 4]),
    /// What it is for another one.
    Role(Vec<u8>),
    /// It matters to nobody here.
    Other,
}

/// All that a file says of what is in it.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    /// The item that is the picture.
    pub(super) primary: u32,
    pub(super) items: BTreeMap<u32, Item>,
    pub(super) properties: Vec<Property>,
    /// What kind of reference, from which item, to which.
    pub(super) references: Vec<(Name, u32, Vec<u32>)>,
    /// What lies inside the catalogue.
    pub(super) inside: Vec<u8>,
}

impl Catalogue {
    /// Reads the box `meta`. None, if it makes no sense.
    pub(super) fn read(meta: &[u8]) -> Option<Self> {
        let mut all = Self::default();
        let mut meta = Bytes(meta);
        meta.version()?;
        for (name, inside) in boxes(meta.0) {
            let inside = Bytes(inside);
            match &name {
                b"pitm" => all.primary = primary(inside)?,
                b"iinf" => all.read_kinds(inside)?,
                b"iloc" => all.read_places(inside)?,
                b"iref" => all.read_references(inside)?,
                b"iprp" => all.read_properties(inside)?,
                b"idat" => all.inside = inside.0.to_vec(),
                _ => {}
            }
        }
        Some(all)
    }

    /// What is said of this item.
    pub(super) fn said_of(&self, item: &Item) -> impl Iterator<Item = &Property> {
        item.properties.iter().filter_map(|index| self.properties.get(*index))
    }

    /// Which items this one refers to in this way.
    pub(super) fn referred(&self, kind: Name, from: u32) -> &[u32] {
        let found = self.references.iter().find(|(name, item, _)| *name == kind && *item == from);
        found.map_or(&[], |(.., to)| to)
    }

    /// Which items refer to this one in this way.
    pub(super) fn referring(&self, kind: Name, to: u32) -> impl Iterator<Item = u32> {
        let all = self.references.iter();
        all.filter(move |(name, _, items)| *name == kind && items.contains(&to)).map(|(_, from, _)| *from)
    }

    fn item(&mut self, number: u32) -> Option<&mut Item> {
        if self.items.len() >= MOST && !self.items.contains_key(&number) {
            return None;
        }
        Some(self.items.entry(number).or_default())
    }

    fn read_kinds(&mut self, mut bytes: Bytes<'_>) -> Option<()> {
        let (version, _) = bytes.version()?;
        bytes.u16_or_u32(version > 0)?;
        for (name, inside) in boxes(bytes.0) {
            let mut bytes = Bytes(inside);
            let (version, _) = bytes.version()?;
            // Earlier versions have no kinds.
            if &name == b"infe" && version >= 2 {
                let number = bytes.u16_or_u32(version > 2)?;
                bytes.u16()?;
                self.item(number)?.kind = bytes.name()?;
            }
        }
        Some(())
    }

    fn read_places(&mut self, mut bytes: Bytes<'_>) -> Option<()> {
        let (version, _) = bytes.version()?;
        let sizes = bytes.u16()?;
        let nibble = |at: u32| usize::from(sizes >> at & 15);
        let (offset, length, base, index) = (nibble(12), nibble(8), nibble(4), nibble(0));
        if [offset, length, base, index].iter().any(|size| ![0, 4, 8].contains(size)) {
            return None;
        }
        let index = if version > 0 { index } else { 0 };
        for _ in 0..bytes.u16_or_u32(version > 1)? {
            let number = bytes.u16_or_u32(version > 1)?;
            let method = if version > 0 { bytes.u16()? & 15 } else { 0 };
            let file = bytes.u16()?;
            let base = bytes.number(base)?;
            let mut pieces = Vec::new();
            for _ in 0..bytes.u16()? {
                bytes.number(index)?;
                let from = base.checked_add(bytes.number(offset)?)?;
                pieces.push(Piece { from, length: bytes.number(length)? });
                if pieces.len() > MOST {
                    return None;
                }
            }
            let item = self.item(number)?;
            item.pieces = pieces;
            item.is_inside = method == 1;
            item.is_elsewhere = method > 1 || file != 0;
        }
        Some(())
    }

    fn read_references(&mut self, mut bytes: Bytes<'_>) -> Option<()> {
        let (version, _) = bytes.version()?;
        for (name, inside) in boxes(bytes.0).take(MOST) {
            let mut bytes = Bytes(inside);
            let from = bytes.u16_or_u32(version > 0)?;
            let count = bytes.u16()?;
            let to = (0..count).map(|_| bytes.u16_or_u32(version > 0)).collect::<Option<Vec<_>>>()?;
            self.references.push((name, from, to));
        }
        Some(())
    }

    fn read_properties(&mut self, bytes: Bytes<'_>) -> Option<()> {
        for (name, inside) in boxes(bytes.0) {
            let mut bytes = Bytes(inside);
            match &name {
                b"ipco" => {
                    self.properties.extend(boxes(inside).take(MOST).map(|(name, it)| property(name, it)))
                }
                b"ipma" => {
                    let (version, flags) = bytes.version()?;
                    for _ in 0..bytes.u32()? {
                        let number = bytes.u16_or_u32(version > 0)?;
                        for _ in 0..bytes.u8()? {
                            // The highest bit says that it must be understood; they are counted from 1.
                            let index = match flags & 1 {
                                0 => usize::from(bytes.u8()? & 0x7f),
                                _ => usize::from(bytes.u16()? & 0x7fff),
                            };
                            let item = self.item(number)?;
                            item.properties
                                .extend(index.checked_sub(1).filter(|_| item.properties.len() < MOST));
                        }
                    }
                }
                _ => {}
            }
        }
        Some(())
    }
}

fn primary(mut bytes: Bytes<'_>) -> Option<u32> {
    let (version, _) = bytes.version()?;
    bytes.u16_or_u32(version > 0)
}

fn property(name: Name, inside: &[u8]) -> Property {
    let mut bytes = Bytes(inside);
    let read = match &name {
        b"ispe" => bytes.version().and_then(|_| Some(Property::Sides(bytes.u32()?, bytes.u32()?))),
        b"hvcC" | b"av1C" => Some(Property::Parameters(inside.to_vec())),
        b"irot" => bytes.u8().map(|turns| Property::Turned(turns & 3)),
        b"imir" => bytes.u8().map(|axis| Property::Mirrored(axis & 1 == 1)),
        b"clap" => cut(bytes),
        b"auxC" => bytes.version().map(|_| {
            let role = bytes.0.split(|byte| *byte == 0).next();
            Property::Role(role.unwrap_or_default().to_vec())
        }),
        _ => None,
    };
    read.unwrap_or(Property::Other)
}

fn cut(mut bytes: Bytes<'_>) -> Option<Property> {
    let mut fractions = [(0, 1); 4];
    for fraction in &mut fractions {
        let (above, below) = (bytes.u32()?, bytes.u32()?);
        // Ways may be negative.
        *fraction = (i64::from(above as i32), i64::from(below));
    }
    Some(Property::Cut(fractions))
}
