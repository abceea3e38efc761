//! An open recording: which of its tracks are looked at, and where its clock begins.

use deskscribe_protocol::{Code, Failure, Recording};

use super::av::{Bounds, Container, Content, Decoder, Fault, Pulse, Track};
use super::refusal;
use crate::job::{Interruption, Medium};

/// The most tracks that a recording may have.
pub(super) const MOST_TRACKS: u32 = 64;

/// An open recording.
pub(crate) struct Reel<'w> {
    pub(super) container: Container<'w>,
    pub(super) tracks: Vec<Track>,
    /// When its clock begins on the clock of the file, in seconds.
    pub(super) origin: f64,
    pixels: u64,
}

impl<'w> Reel<'w> {
    /// Opens a recording. Its descriptor is copied, its offset left alone.
    ///
    /// # Errors
    /// It is empty, not a recording, damaged, of a kind that is not read, or cannot be read; or `pulse` said no.
    pub(crate) fn open(medium: &Medium, pulse: Pulse<'w>) -> Result<Self, Interruption> {
        if medium.bytes == 0 {
            return Err(Failure::new(Code::Empty, "the file is empty").into());
        }
        let file = medium.file.try_clone().map_err(|error| refusal::unreadable(&error))?;
        let pixels = medium.limits.pixels;
        let bounds = Bounds { tracks: MOST_TRACKS, pixels };
        let container =
            Container::open(file, medium.bytes, bounds, pulse).map_err(|refusal| match refusal {
                super::av::Refusal::Fault(Fault::STOPPED) => Interruption::Cancelled,
                other => refusal::explain(other, medium).into(),
            })?;
        let tracks = container.tracks();
        let origin = origin(container.starts());
        Ok(Self { container, tracks, origin, pixels })
    }

    /// The track of moving pictures that is looked at.
    pub(crate) fn picture(&self) -> Option<&Track> {
        self.best(Content::Picture)
    }

    /// The track of sound that is listened to.
    pub(super) fn sound(&self) -> Option<&Track> {
        self.best(Content::Sound)
    }

    /// The picture that stands for all of it.
    pub(super) fn cover(&self) -> Option<&Track> {
        self.best(Content::Cover)
    }

    /// The default track of this kind among those that can be decoded; the first, where none or several are.
    fn best(&self, content: Content) -> Option<&Track> {
        let known =
            |track: &&Track| track.content == content && Decoder::is_known(&self.container, track.index);
        let known: Vec<&Track> = self.tracks.iter().filter(known).collect();
        known.iter().find(|track| track.is_default).or(known.first()).copied()
    }

    /// A decoder for one of its tracks.
    pub(super) fn decoder(&self, track: usize) -> Result<Decoder, Fault> {
        Decoder::open(&self.container, track, self.pixels)
    }

    /// How long it says it is, in seconds.
    pub(crate) fn duration(&self) -> Option<f64> {
        // Matroska counts from the beginning of its clock, wherever the first of its frames is.
        let is_matroska = self.container.format().contains("matroska");
        let before = if is_matroska { self.origin.max(0.0) } else { 0.0 };
        let seconds = self.container.duration()? - before;
        (0.0..=Recording::LONGEST).contains(&seconds).then_some(seconds)
    }
}

/// Where the clock of a recording begins on that of its file. Broadcasts begin anywhere; what begins a little early
/// has to be decoded before the beginning, and is not part of it.
fn origin(starts: Option<f64>) -> f64 {
    const EARLY: f64 = 0.5;
    starts.filter(|starts| starts.is_finite() && !(-EARLY..0.0).contains(starts)).unwrap_or(0.0)
}
