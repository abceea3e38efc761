//! Previews: what can be shown, and how it is found and wrapped up.

use std::path::{Path, PathBuf};

use deskscribe_cache::{Cache, CacheError};
use deskscribe_protocol::{ContentKey, Limits, MediaKind, Raster};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::intake::{Medium, reopen, told};

/// Of previews, 0 to 100: text is to be read in them.
const JPEG_QUALITY: u8 = 88;

/// What is to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PreviewOf {
    /// What was read, wherever it lies.
    Content(ContentKey),
    /// The file at this path. If it was read before, it must still hold what it did then.
    File(PathBuf),
}

/// A picture to look at: upright, and no larger than was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The picture, as JPEG.
    pub jpeg: Vec<u8>,
}

/// Why there is nothing to look at.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// It is not at the place, or at any of the places, where it was read.
    #[error("the file was changed since it was read: {}", .0.display())]
    Changed(PathBuf),
    /// Nobody knows where it lies.
    #[error("it is not known where this picture lies; it may have been forgotten")]
    Unknown,
    /// The file cannot be opened.
    #[error("{reason}: {}", path.display())]
    Unreadable {
        /// What the system says.
        reason: String,
        /// Which file.
        path: PathBuf,
    },
    /// No worker could make a picture of it.
    #[error("it cannot be shown ({reason}): {}", path.display())]
    Failed {
        /// What it says, or what became of it.
        reason: String,
        /// Which file.
        path: PathBuf,
    },
    /// No worker could be started.
    #[error("no worker can be started to show it ({0})")]
    NoWorker(String),
    /// Reading is paused, and every worker has a file.
    #[error("reading is paused, and every worker has a file; resume to see this picture")]
    Paused,
    /// Too many are wanted at once.
    #[error("too many pictures are to be shown at once; try again in a moment")]
    Busy,
    /// The cache cannot be asked.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The engine has ended.
    #[error("the engine has ended")]
    Closed,
}

/// Opens what is to be shown, if it is still what it was.
pub(crate) fn find(cache: &Cache, of: &PreviewOf, limits: &Limits) -> Result<Medium, PreviewError> {
    let known = cache.read()?;
    let (key, paths) = match of {
        PreviewOf::Content(key) => (Some(*key), known.places(key)?),
        PreviewOf::File(path) => (known.last_key_at(path)?, vec![path.clone()]),
    };
    let mut error = PreviewError::Unknown;
    let kind = key.map(|key| known.head(&key)).transpose()?.flatten().map(|head| head.kind);
    for path in paths {
        let kind = kind.or_else(|| told(&path)).unwrap_or(MediaKind::Image);
        match reopen(path.clone(), kind, limits, &known) {
            Ok(medium) if key.is_none_or(|key| key == medium.key) => return Ok(medium),
            Ok(_) => error = PreviewError::Changed(path),
            // Of many places, one that holds something else says more than one that is gone.
            Err(_) if matches!(error, PreviewError::Changed(_)) => {}
            Err(row) => error = PreviewError::Unreadable { reason: row.reason.unwrap_or_default(), path },
        }
    }
    Err(error)
}

/// A picture as JPEG, with all of its colours: coloured text on a coloured ground is blurred without.
pub(crate) fn encode(raster: Raster, pixels: &[u8], path: &Path) -> Result<Preview, PreviewError> {
    let Raster { width, height } = raster;
    let failed = |reason: String| PreviewError::Failed { reason, path: path.to_owned() };
    let side = |side: u32| u16::try_from(side).map_err(|error| failed(error.to_string()));
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, JPEG_QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    let encoded = encoder.encode(pixels, side(width)?, side(height)?, ColorType::Rgb);
    encoded.map_err(|error| failed(error.to_string()))?;
    Ok(Preview { width, height, jpeg })
}
