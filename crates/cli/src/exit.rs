//! How the program ends, by meaning; scripts depend on the numbers.

use std::process::ExitCode;

/// What a command came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything that was asked for.
    Done,
    /// A part of it: files that failed, an engine that gave no answer, an installation that works less than well.
    InPart,
    /// Nothing could be done, or not gone on with.
    CouldNotRun,
    /// Stopped by Ctrl-C, as shells count it.
    Interrupted,
}

impl Exit {
    /// The number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::InPart => 1,
            Self::CouldNotRun => 2,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}
