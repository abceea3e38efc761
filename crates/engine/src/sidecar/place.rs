//! Where sidecars go, by what the user has chosen.

use std::path::{Component, Path, PathBuf};

use crate::{Home, TranscriptFormat};

/// What the user has chosen about sidecars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sidecars {
    /// Where they go.
    pub place: SidecarPlace,
    /// In which forms; each once.
    pub formats: Vec<TranscriptFormat>,
    /// The folder that mirrors where recordings lie; absolute. Without it, `transcripts` in the home.
    pub folder: Option<PathBuf>,
}

/// Where sidecars go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SidecarPlace {
    /// There are none.
    Off,
    /// Beside the recording, called as it is: `talk.srt` beside `talk.mp4`, where players look for it.
    Beside,
    /// In a folder of their own, below the whole path of the recording.
    Mirror,
}

impl SidecarPlace {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Off, Self::Beside, Self::Mirror];

    /// The word used in the settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Beside => "beside",
            Self::Mirror => "mirror",
        }
    }
}

impl Default for Sidecars {
    fn default() -> Self {
        Self { place: SidecarPlace::Off, formats: vec![TranscriptFormat::Srt], folder: None }
    }
}

impl Sidecars {
    /// Where the sidecar of this form goes that belongs to the recording at this absolute path.
    pub(super) fn path(&self, home: &Home, recording: &Path, format: TranscriptFormat) -> Option<PathBuf> {
        let name = recording.with_extension(format.extension());
        match self.place {
            SidecarPlace::Off => None,
            SidecarPlace::Beside => Some(name),
            SidecarPlace::Mirror => {
                let folder = self.folder.clone().unwrap_or_else(|| home.transcripts());
                // Whatever the path holds, it stays below that folder.
                let below = name.components().filter(|part| matches!(part, Component::Normal(_)));
                Some(folder.join(below.collect::<PathBuf>()))
            }
        }
    }
}
