//! What stops a mode: one text for the person at the terminal, who decides by nothing else.

use std::fmt::Display;
use std::io;
use std::path::Path;

/// What happened, to what, and what to do about it.
#[derive(Debug)]
pub(crate) struct Problem(pub(crate) String);

pub(crate) type Outcome<T = ()> = Result<T, Problem>;

/// Says what was being done when the system said no.
pub(crate) trait Doing<T> {
    /// `what` reads on after "could not".
    fn doing(self, what: impl Display) -> Outcome<T>;

    /// The same, with the file in question at the end.
    fn doing_to(self, what: &str, path: &Path) -> Outcome<T>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, what: impl Display) -> Outcome<T> {
        self.map_err(|error| Problem(format!("could not {what}: {error}")))
    }

    fn doing_to(self, what: &str, path: &Path) -> Outcome<T> {
        self.map_err(|error| Problem(format!("could not {what} ({error}): {}", path.display())))
    }
}
