//! The parts of a plan, by name.

/// One part: what one worker does in one go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// Says what the recording holds.
    Survey,
    /// Decodes sound and finds speech in it; in order.
    Hear(u32),
    /// Puts words to a group of stretches of speech.
    Transcribe {
        /// In what was heard by this part.
        hearing: u32,
        /// In order.
        group: u32,
    },
    /// Reads what is shown; in order.
    Watch(u32),
    /// Puts everything together.
    Compose,
}

impl Part {
    /// Whether it takes a speech model.
    pub(crate) fn listens(self) -> bool {
        matches!(self, Self::Transcribe { .. })
    }
}
