//! Which files are ours, and which of them are new.
//!
//! [`walk`] finds them, [`kind`] tells media from everything else and [`unfinished`] names that are not the last,
//! [`looks`] knows a file again without opening it, [`trust`] says which of them are known well enough, [`open`] opens
//! one safely and names its content, [`waiting`] clears what waits in the queue in vain, and [`vacant`] tells where
//! nothing is any more. Only names, metadata and first bytes are looked at; what is in a file is the workers' business.

mod away;
mod kind;
mod looks;
mod open;
mod survey;
mod trust;
mod unfinished;
mod vacant;
mod waiting;
mod walk;

pub(crate) use away::away;
pub(crate) use kind::{by_name, has_media_name};
pub(crate) use open::{
    ANSWERS_WITHIN, Medium, examine, examine_through, explain, explain_folder, open_regular, reopen,
};
pub use survey::{Survey, survey};
pub use trust::Again;
pub(crate) use trust::Trust;
pub(crate) use unfinished::is_unfinished;
pub(crate) use vacant::Drive;
pub use walk::WalkError;
pub(crate) use walk::{Find, Walk, take_news, take_up, told, walk};

use std::path::PathBuf;

use deskscribe_cache::{Cache, CacheError, Place, ReadGuard};
use deskscribe_protocol::{ContentKey, Limits, MediaKind};
use tokio::sync::mpsc;

use crate::Row;
use crate::pause::Gate;
use looks::Known;
use waiting::Waiting;

/// Files that are queued with one message.
const CHUNK: usize = 1000;

/// A found file, looked at.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// The walk is going on; so many files so far.
    Looking { files: u64 },
    /// The walk is over: how many files will arrive, how many are no media, which folders were left out.
    Walked { files: u64, ignored: u64, unlisted: Vec<String> },
    /// This path that was named cannot be walked; the others are.
    Unwalkable(WalkError),
    /// Nothing is left to do but to tell.
    Settled(Box<Row>),
    /// These are not known, and will be looked into one after the other.
    Queued(Vec<(PathBuf, MediaKind)>),
    /// These wait from an earlier run, and for nothing any more.
    Unqueued(Vec<PathBuf>),
    /// Nothing is at these places any more where something was found.
    Vacant(Vec<PathBuf>),
    /// One of those could not be opened or named.
    Unread(Box<Row>, PathBuf),
    /// This was found, and nobody wants it any more.
    Struck(PathBuf),
    /// Its content is known, under a path that is not: to be remembered.
    Known(Box<Row>, Place, ContentKey),
    /// It has to be read.
    New(Medium),
    /// The cache cannot be asked, so that nothing can be told known from new.
    Blind(CacheError),
}

/// Nobody listens any more.
struct Deaf;

/// Looks at every found file, until nobody listens any more: first at all paths, so that what is known comes back at
/// once and the rest is queued; then into every file of the rest. The channel is bounded: no more files are opened than
/// workers can soon take.
///
/// While the engine is paused, the gate is closed.
pub(crate) fn arrive(
    walk: Walk,
    limits: &Limits,
    trust: &Trust,
    cache: &Cache,
    gate: &Gate,
    arrivals: &mpsc::Sender<Arrival>,
) {
    let send = |arrival| arrivals.blocking_send(arrival).map_err(|_| Deaf);
    let all = || -> Result<(), Deaf> {
        let Walk { finds, ignored, unlisted, roots, drives, only_new } = walk;
        let walked = |files: usize| send(Arrival::Walked { files: files as u64, ignored, unlisted });
        let mut walked = Some(walked);
        // What only brings news tells how much that is, once it is known.
        if let Some(walked) = walked.take_if(|_| !only_new) {
            walked(finds.len())?;
        }
        let known = match cache.read() {
            Ok(known) => known,
            Err(error) => return send(Arrival::Blind(error)),
        };
        let waiting = if only_new { Waiting::among(&finds, &roots, &known) } else { Waiting::of(&known) };
        let mut waiting = match waiting {
            Ok(waiting) => waiting,
            Err(error) => return send(Arrival::Blind(error)),
        };
        let (mut moved, mut found, mut new) = (Vec::new(), Vec::new(), Vec::new());
        for find in finds {
            let waited = waiting.meet(find.path());
            match at_a_glance(find, trust, &known) {
                Ok(Glance::Settled(row)) => {
                    waiting.is_over(waited);
                    if !only_new {
                        send(Arrival::Settled(row))?;
                    }
                }
                Ok(Glance::Moved(row, place, key)) => {
                    waiting.is_over(waited);
                    let arrival = Arrival::Known(row, place, key);
                    if only_new { moved.push(arrival) } else { send(arrival)? }
                }
                Ok(Glance::Again(path, kind)) => {
                    waiting.is_over(waited);
                    new.push((path, kind));
                }
                Ok(Glance::New(path, kind)) => {
                    found.push((path.clone(), kind));
                    new.push((path, kind));
                }
                Err(error) => return send(Arrival::Blind(error)),
            }
        }
        if let Some(walked) = walked.filter(|_| !moved.is_empty() || !new.is_empty()) {
            walked(moved.len() + new.len())?;
        }
        moved.into_iter().try_for_each(send)?;
        // After those that were moved away from there: by their old places they are known again.
        match vacant::below(&roots, &drives, &known) {
            Ok(vacant) => vacant.chunks(CHUNK).try_for_each(|chunk| send(Arrival::Vacant(chunk.to_vec())))?,
            Err(error) => return send(Arrival::Blind(error)),
        }
        for chunk in waiting.end(&roots).chunks(CHUNK) {
            send(Arrival::Unqueued(chunk.to_vec()))?;
        }
        for chunk in found.chunks(CHUNK) {
            send(Arrival::Queued(chunk.to_vec()))?;
        }
        drop(found);
        for (path, kind) in new {
            if !gate.pass() {
                return Err(Deaf);
            }
            if gate.is_struck(&path) {
                send(Arrival::Struck(path))?;
                continue;
            }
            send(look_into(path, kind, limits, trust, &known, gate).unwrap_or_else(Arrival::Blind))?;
        }
        Ok(())
    };
    // Whoever does not listen needs no answer.
    let _ = all();
}

enum Glance {
    Settled(Box<Row>),
    /// It is known, and lies elsewhere by now.
    Moved(Box<Row>, Place, ContentKey),
    New(PathBuf, MediaKind),
    /// It is known, and looked into again all the same. Nobody has to remember that: what was read is no file that
    /// was found and not read.
    Again(PathBuf, MediaKind),
}

/// A file that is known by its looks is settled without being opened.
fn at_a_glance(find: Find, trust: &Trust, known: &ReadGuard) -> Result<Glance, CacheError> {
    let (path, kind, stamp) = match find {
        Find::Skip { path, kind, why } => {
            return Ok(Glance::Settled(Box::new(Row::skipped(&path, kind, why))));
        }
        Find::Media { path, kind, stamp } => (path, kind, stamp),
    };
    let Some(Known { key, is_in_place }) = looks::know(&path, &stamp, known)? else {
        return Ok(Glance::New(path, kind));
    };
    Ok(match known.outcome(&key)? {
        None => Glance::New(path, kind),
        Some(record) if trust.holds(&record) => {
            let row = Box::new(Row::recorded(&path, record, None));
            if is_in_place { Glance::Settled(row) } else { Glance::Moved(row, Place { path, stamp }, key) }
        }
        Some(_) => Glance::Again(path, kind),
    })
}

/// Every other file is opened and hashed, so that a copy or a renamed file is known by its content.
fn look_into(
    path: PathBuf,
    kind: MediaKind,
    limits: &Limits,
    trust: &Trust,
    known: &ReadGuard,
    gate: &Gate,
) -> Result<Arrival, CacheError> {
    let medium = match examine_through(gate, path.clone(), kind, limits) {
        Ok(medium) => medium,
        Err(row) => return Ok(Arrival::Unread(row, path)),
    };
    Ok(match known.outcome(&medium.key)?.filter(|record| trust.holds(record)) {
        Some(record) => {
            let row = Row::recorded(&medium.path, record, None);
            Arrival::Known(Box::new(row), medium.place(), medium.key)
        }
        None => Arrival::New(medium),
    })
}
