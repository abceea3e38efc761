//! Which files are ours, and which of them are new.
//!
//! [`walk`] finds them, [`kind`] tells media from everything else, [`open`] opens one safely and names its
//! content. Only names, metadata and first bytes are looked at; what is in a file is the workers' business.

mod kind;
mod open;
mod walk;

pub(crate) use open::{Medium, examine};
pub use walk::WalkError;
pub(crate) use walk::{Find, Walk, walk};

use std::path::PathBuf;

use deskscribe_cache::{Cache, CacheError, Outcome, Place, ReadGuard, Record, Stamp};
use deskscribe_protocol::{ContentKey, MediaKind};
use tokio::sync::mpsc;

use crate::{Row, Settings};

/// What is taken from the cache without another look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Readings, and what this build failed to read within the same limits.
    Outcomes,
    /// Readings alone: what failed is read again.
    Readings,
}

impl Trust {
    fn holds(self, record: &Record, settings: &Settings) -> bool {
        match self {
            Self::Outcomes => settings.stand_by(record),
            Self::Readings => matches!(record.outcome, Outcome::Read(_)),
        }
    }
}

/// A found file, looked at.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// The walk is going on; so many files so far.
    Looking { files: u64 },
    /// The walk is over: how many files will arrive, how many are no media, which folders were left out.
    Walked { files: u64, ignored: u64, unlisted: Vec<String> },
    /// The walk could not begin.
    Unwalkable(WalkError),
    /// Nothing is left to do but to tell.
    Settled(Box<Row>),
    /// Its content is known, under a path that is not: to be remembered.
    Known(Box<Row>, Place, ContentKey),
    /// It has to be read.
    New(Medium),
    /// The cache cannot be asked, so that nothing can be told known from new.
    Blind(CacheError),
}

/// Looks at every found file in turn, until nobody listens any more. The channel is bounded: no more files
/// are opened than workers can soon take.
pub(crate) fn arrive(
    walk: Walk,
    settings: &Settings,
    trust: Trust,
    cache: &Cache,
    arrivals: &mpsc::Sender<Arrival>,
) {
    let Walk { finds, ignored, unlisted } = walk;
    let walked = Arrival::Walked { files: finds.len() as u64, ignored, unlisted };
    if arrivals.blocking_send(walked).is_err() {
        return;
    }
    let known = match cache.read() {
        Ok(known) => known,
        Err(error) => {
            let _ = arrivals.blocking_send(Arrival::Blind(error));
            return;
        }
    };
    for find in finds {
        let arrival = match find {
            Find::Skip { path, kind, why } => Ok(Arrival::Settled(Box::new(Row::skipped(&path, kind, why)))),
            Find::Media { path, kind, stamp } => look(path, kind, &stamp, settings, trust, &known),
        };
        if arrivals.blocking_send(arrival.unwrap_or_else(Arrival::Blind)).is_err() {
            return;
        }
    }
}

/// A known path with an unchanged stamp is settled without opening the file; everything else is opened and
/// hashed, so that a copy or a renamed file is known by its content.
fn look(
    path: PathBuf,
    kind: MediaKind,
    stamp: &Stamp,
    settings: &Settings,
    trust: Trust,
    known: &ReadGuard,
) -> Result<Arrival, CacheError> {
    if let Some(key) = known.key_at(&path, stamp)?
        && let Some(record) = known.outcome(&key)?.filter(|record| trust.holds(record, settings))
    {
        return Ok(Arrival::Settled(Box::new(Row::recorded(&path, record, None))));
    }
    let medium = match examine(path, kind, settings.limits.bytes()) {
        Ok(medium) => medium,
        Err(row) => return Ok(Arrival::Settled(row)),
    };
    Ok(match known.outcome(&medium.key)?.filter(|record| trust.holds(record, settings)) {
        Some(record) => {
            let row = Row::recorded(&medium.path, record, None);
            Arrival::Known(Box::new(row), medium.place(), medium.key)
        }
        None => Arrival::New(medium),
    })
}
