//! Which protocol this is, and which build speaks it.

use serde::{Deserialize, Serialize};

/// The wire protocol, one number per change that an older peer would misread.
///
/// 1. The first: one job at a time, images only.
/// 2. Workers are given a memory ceiling, and tell how they are confined in full.
/// 3. Workers tell when they load their models, so that the first file of each is not silent.
/// 4. Workers show a picture without reading it.
/// 5. One message for all kinds of work; recordings are read in parts.
/// 6. Whoever listens is told how many threads to listen with.
pub const PROTOCOL: u32 = 6;

/// What one side of the conversation is: its protocol and its build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// [`PROTOCOL`] of that side.
    pub protocol: u32,
    /// Package version and a hash of this crate's sources, such as `0.1.0+5f0c…`.
    pub id: String,
}

impl Build {
    /// The build this code belongs to.
    pub fn own() -> Self {
        Self {
            protocol: PROTOCOL,
            id: concat!(env!("CARGO_PKG_VERSION"), "+", env!("DESKSCRIBE_PROTOCOL_STAMP")).to_owned(),
        }
    }
}

impl std::fmt::Display for Build {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (protocol {})", self.id, self.protocol)
    }
}
