//! TIFF files of all kinds, tag by tag, as no encoder here writes them.

#![allow(dead_code, clippy::allow_attributes, reason = "not every test asks for everything")]

/// What a tag says.
#[derive(Clone)]
pub(crate) enum Says {
    Short(Vec<u16>),
    Long(Vec<u32>),
    Text(&'static str),
    /// What is divided, and by what.
    Fractions(Vec<(u32, u32)>),
    /// Tags of their own.
    Directory(Vec<(u16, Says)>),
}

impl Says {
    fn kind(&self) -> u16 {
        match self {
            Self::Text(_) => 2,
            Self::Short(_) => 3,
            Self::Long(_) | Self::Directory(_) => 4,
            Self::Fractions(_) => 5,
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Text(text) => text.len() + 1,
            Self::Short(numbers) => numbers.len(),
            Self::Long(numbers) => numbers.len(),
            Self::Fractions(fractions) => fractions.len(),
            Self::Directory(_) => 1,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => [text.as_bytes(), b"\0"].concat(),
            Self::Short(numbers) => numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
            Self::Long(numbers) => numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
            Self::Fractions(fractions) => fractions
                .iter()
                .flat_map(|(above, below)| [above.to_le_bytes(), below.to_le_bytes()].concat())
                .collect(),
            // Where it is, only the file knows.
            Self::Directory(_) => Vec::new(),
        }
    }
}

pub(crate) const WIDTH: u16 = 256;
pub(crate) const HEIGHT: u16 = 257;
pub(crate) const BITS: u16 = 258;
pub(crate) const COMPRESSION: u16 = 259;
pub(crate) const COLOURS: u16 = 262;
pub(crate) const MAKE: u16 = 271;
pub(crate) const MODEL: u16 = 272;
const STRIPS: u16 = 273;
pub(crate) const ORIENTATION: u16 = 274;
pub(crate) const SAMPLES: u16 = 277;
pub(crate) const ROWS: u16 = 278;
const STRIP_BYTES: u16 = 279;
pub(crate) const PLANAR: u16 = 284;
pub(crate) const MADE: u16 = 306;
pub(crate) const TABLE: u16 = 320;
pub(crate) const TILE_WIDTH: u16 = 322;
pub(crate) const TILE_HEIGHT: u16 = 323;
const TILES: u16 = 324;
const TILE_BYTES: u16 = 325;
pub(crate) const KIND: u16 = 254;
pub(crate) const PLACE: u16 = 0x8825;

/// A page: what its tags say, and its strips or tiles.
#[derive(Clone)]
pub(crate) struct Page {
    pub(crate) tags: Vec<(u16, Says)>,
    pub(crate) pieces: Vec<Vec<u8>>,
}

impl Page {
    /// One strip of so many samples of 8 bits for each pixel, in colours of this kind.
    pub(crate) fn new((width, height): (u32, u32), colours: u16, samples: u16, pixels: Vec<u8>) -> Self {
        let tags = vec![
            (WIDTH, Says::Long(vec![width])),
            (HEIGHT, Says::Long(vec![height])),
            (BITS, Says::Short(vec![8; samples.into()])),
            (COMPRESSION, Says::Short(vec![1])),
            (COLOURS, Says::Short(vec![colours])),
            (SAMPLES, Says::Short(vec![samples])),
            (ROWS, Says::Long(vec![height])),
        ];
        Self { tags, pieces: vec![pixels] }
    }

    /// The same, saying this.
    pub(crate) fn saying(mut self, tag: u16, says: Says) -> Self {
        self.tags.retain(|(other, _)| *other != tag);
        self.tags.push((tag, says));
        self
    }
}

/// A file with these pages.
pub(crate) fn tiff(pages: &[Page]) -> Vec<u8> {
    let mut file = b"II*\0\0\0\0\0".to_vec();
    // Where it is to be written where the next page is.
    let mut link = 4;
    for Page { tags, pieces } in pages {
        let mut places = Vec::new();
        for piece in pieces {
            file.resize(file.len().next_multiple_of(2), 0);
            places.push(file.len() as u32);
            file.extend(piece);
        }
        let is_tiled = tags.iter().any(|(tag, _)| *tag == TILE_WIDTH);
        let (at, lengths) = if is_tiled { (TILES, TILE_BYTES) } else { (STRIPS, STRIP_BYTES) };
        let mut tags = tags.clone();
        tags.push((at, Says::Long(places)));
        tags.push((lengths, Says::Long(pieces.iter().map(|piece| piece.len() as u32).collect())));
        tags.sort_by_key(|(tag, _)| *tag);
        let here = directory(&mut file, &tags);
        file[link..link + 4].copy_from_slice(&(here as u32).to_le_bytes());
        link = file.len();
        file.extend([0; 4]);
    }
    file
}

/// Appends what tags say, then the tags, and tells where these begin.
fn directory(file: &mut Vec<u8>, tags: &[(u16, Says)]) -> usize {
    let mut entries = Vec::new();
    for (tag, says) in tags {
        let mut bytes = match says {
            Says::Directory(tags) => {
                let at = directory(file, tags);
                // No other follows it.
                file.extend([0; 4]);
                (at as u32).to_le_bytes().to_vec()
            }
            says => says.bytes(),
        };
        if bytes.len() > 4 {
            file.resize(file.len().next_multiple_of(2), 0);
            let at = file.len() as u32;
            file.extend(bytes);
            bytes = at.to_le_bytes().to_vec();
        }
        bytes.resize(4, 0);
        entries.extend(tag.to_le_bytes());
        entries.extend(says.kind().to_le_bytes());
        entries.extend((says.count() as u32).to_le_bytes());
        entries.extend(bytes);
    }
    file.resize(file.len().next_multiple_of(2), 0);
    let here = file.len();
    file.extend((tags.len() as u16).to_le_bytes());
    file.extend(entries);
    here
}
