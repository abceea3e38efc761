//! What was really obtained.

/// What was put on, and what was then tried.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Each layer, in the words of a person.
    pub layers: Vec<LayerState>,
    /// What must not work any more, in the order in which it was tried.
    pub attempts: Vec<Attempt>,
}

/// One layer, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerState {
    /// Which one.
    pub layer: Layer,
    /// One line.
    pub state: String,
}

/// A layer of confinement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// Limits, rights and descriptors of the process itself.
    Process,
    /// Which files can be reached: Landlock on Linux.
    Files,
    /// Which system calls can be made: seccomp on Linux.
    Calls,
}

/// Something that must not work any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What was tried, such as `open /etc/passwd`.
    pub what: &'static str,
    /// The layer that has to refuse it.
    pub layer: Layer,
    /// Whether it was refused.
    pub refused: bool,
    /// What the system said.
    pub outcome: String,
}
