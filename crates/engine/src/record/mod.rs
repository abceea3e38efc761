//! Storing what was learned: the only place that may write to the cache.
//!
//! One thread stores what the dispatcher hands it, as many entries under one lock as have come in since the
//! last commit. A row is told to anybody only after it is stored, so that nothing told is ever lost.

mod fate;
mod forget;
mod summaries;
mod tags;

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use deskscribe_cache::{
    Basis, CacheError, Claim, EngineLock, Place, Receipt, Record, Summary, SummaryClaim, Thumbnail,
    WriteGuard, Writer,
};
use deskscribe_protocol::{Code, ContentKey, Failure, MediaKind, Raster};
use tokio::sync::{mpsc, oneshot};

pub use forget::forget;
pub(crate) use summaries::want_summaries;
pub use tags::set_tags;

use crate::dispatch::asking;
use crate::gateway::Server;
use crate::order::Origin;
use crate::status::Queue;
use crate::{Row, RowState};
use fate::{Fate, fates};

/// The most entries of one commit.
const BATCH: usize = 64;
/// Entries that may wait: as many as are being stored, and as many behind them.
pub(crate) const WAITING: usize = 2 * BATCH;
/// How long another process may hold the cache's lock. A commit takes milliseconds; something that holds it
/// this long is stuck, and the error names it.
const LOCK_WITHIN: Duration = Duration::from_secs(30);
/// Of thumbnails, 0 to 100.
const JPEG_QUALITY: u8 = 80;

/// Something to store, with the row to tell once it is.
#[derive(Debug)]
pub(crate) enum Entry {
    /// A new outcome, with a thumbnail as raw RGB.
    Outcome { row: Box<Row>, place: Place, record: Box<Record>, thumbnail: Option<(Raster, Vec<u8>)> },
    /// What one part of a recording came to, with a thumbnail as raw RGB.
    Part {
        key: ContentKey,
        plan: String,
        number: u32,
        content: Vec<u8>,
        thumbnail: Option<(Raster, Vec<u8>)>,
    },
    /// The place where a known content was found.
    Known { row: Box<Row>, place: Place, key: ContentKey },
    /// A file that was not read, and why.
    Unread { row: Box<Row>, path: PathBuf },
    /// Files that will be looked into.
    Queued(Vec<(PathBuf, MediaKind)>),
    /// Files of the queue that wait for nothing.
    Unqueued(Vec<PathBuf>),
    /// Places where nothing is any more.
    Vacant(Vec<PathBuf>),
    /// A content that is to be read for this order, unless somebody else has read it or does.
    Claim(ContentKey, Arc<Origin>),
    /// What a language model made of a content that was found here.
    Summary { path: PathBuf, summary: Box<Summary> },
    /// What stands for the meaning of a content, made by this model.
    Vector { key: ContentKey, model: String, vector: Vec<f32>, basis: Basis },
    /// What was asked about a content of which nothing came.
    Receipt { key: ContentKey, receipt: Receipt },
    /// A content that is to be summarised by who is asked there, unless somebody else does.
    ClaimSummary(ContentKey, Box<Server>),
    /// A content that is not summarised here for now.
    ReleaseSummary(ContentKey),
    /// This model makes no summary of a content, and why.
    NoSummary { key: ContentKey, model: String, reason: String },
    /// A content that will not be read here after all.
    Release(ContentKey),
    /// Whoever waits until everything before this is stored.
    Told(oneshot::Sender<()>),
}

/// What came of an entry.
#[derive(Debug)]
pub(crate) enum Done {
    /// It is stored, and may be told.
    Row(Box<Row>),
    /// It is stored, and may be told: what a language model made of the content that was found here.
    Summary(PathBuf, Box<Summary>),
    /// Whether this content is to be summarised here.
    SummaryClaim(ContentKey, SummaryClaim),
    /// Who is to read this content.
    Claim(ContentKey, Claim),
    /// There is nothing to tell.
    Noted,
}

/// What became of a commit: what came of its entries, in their order, or why none of them is stored.
pub(crate) type Committed = Result<Vec<Done>, CacheError>;

/// What this engine has claimed, and others wait for.
#[derive(Default)]
struct Held {
    reading: HashSet<ContentKey>,
    /// Whether it ever claimed something to have it summarised.
    asks: bool,
}

impl Held {
    fn is_empty(&self) -> bool {
        self.reading.is_empty() && !self.asks
    }
}

/// What the recorder of one run works with.
pub(crate) struct Recorder {
    pub(crate) writer: Writer,
    /// Ends with the recorder, and so do the claims in its name.
    pub(crate) engine: EngineLock,
}

impl Recorder {
    /// Starts the recorder. It ends when its entries end, and closes the other channel when all is stored; who
    /// hands it an entry puts that into the queue, which counts what is not stored yet.
    pub(crate) fn start(
        mut self,
        queue: Arc<Queue>,
    ) -> io::Result<(mpsc::Sender<Entry>, mpsc::Receiver<Committed>)> {
        let (entries, mut incoming) = mpsc::channel(BATCH);
        let (outgoing, committed) = mpsc::channel(BATCH);
        thread::Builder::new().name("record".to_owned()).spawn(move || {
            let mut batch = Vec::with_capacity(BATCH);
            let mut held = Held::default();
            while incoming.blocking_recv_many(&mut batch, BATCH) > 0 {
                let entries = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                let count = entries.len();
                let done = self.store(entries, &mut held);
                queue.leave(count);
                let failed = done.is_err();
                let deaf = outgoing.blocking_send(done).is_err();
                if failed {
                    // The next try would wait as long for the same program, and the run is over. Claims end with the
                    // engine.
                    return;
                }
                if deaf {
                    break;
                }
            }
            if !held.is_empty()
                && let Err(error) = self.release_all()
            {
                // They are void all the same once the engine's lock is free.
                tracing::warn!(%error, "claims not given back");
            }
        })?;
        Ok((entries, committed))
    }

    fn store(&mut self, entries: Vec<Entry>, held: &mut Held) -> Committed {
        // Encoded before the lock is taken: other processes wait for it.
        let thumbnails: Vec<_> = entries.iter().filter_map(encode).collect();
        let fates = fates(entries.iter().filter_map(place).cloned().collect());
        let guard = self.writer.lock(LOCK_WITHIN)?;
        let mut commit =
            Commit { guard, engine: &self.engine, held, fates, waiting: Vec::new(), now: now_ms() };
        let done = entries.into_iter().map(|entry| commit.store(entry)).collect::<Result<_, _>>()?;
        for (key, thumbnail) in &thumbnails {
            commit.guard.put_thumbnail(key, thumbnail)?;
        }
        let Commit { guard, waiting, .. } = commit;
        guard.commit()?;
        // Whoever waited may have gone away.
        for waits in waiting {
            let _ = waits.send(());
        }
        Ok(done)
    }

    fn release_all(&mut self) -> Result<(), CacheError> {
        let mut guard: WriteGuard<'_> = self.writer.lock(LOCK_WITHIN)?;
        guard.release_all(self.engine.id())?;
        guard.commit()
    }
}

/// Entries that are stored under one lock.
struct Commit<'a> {
    guard: WriteGuard<'a>,
    engine: &'a EngineLock,
    held: &'a mut Held,
    /// Places where the file that was read is no more. What was read of it is kept; that it lies there is not.
    fates: HashMap<PathBuf, Fate>,
    /// Who is told once all is stored.
    waiting: Vec<oneshot::Sender<()>>,
    now: i64,
}

impl Commit<'_> {
    fn store(&mut self, entry: Entry) -> Result<Done, CacheError> {
        let Self { guard, engine, held, now, .. } = self;
        match entry {
            Entry::Outcome { row, place, record, .. } => return self.outcome(row, &place, &record),
            Entry::Known { row, place, key } => {
                self.found(&place, &key)?;
                return Ok(Done::Row(row));
            }
            Entry::Unread { row, path } => {
                put_off(guard, &row, &path, *now)?;
                return Ok(Done::Row(row));
            }
            Entry::Claim(key, origin) => {
                let good = |record: &Record, stored| stored > origin.begun_at || origin.trust.holds(record);
                let claim = guard.claim(&key, engine, good)?;
                if claim == Claim::Granted {
                    held.reading.insert(key);
                }
                return Ok(Done::Claim(key, claim));
            }
            Entry::ClaimSummary(key, server) => {
                let claim = guard.claim_summary(&key, engine, &asking(&server), *now)?;
                held.asks |= matches!(claim, SummaryClaim::Granted(_));
                return Ok(Done::SummaryClaim(key, claim));
            }
            Entry::Summary { path, summary } => {
                // Not stored where the words have changed meanwhile: then it is wanted again.
                if guard.put_summary(&summary)? {
                    return Ok(Done::Summary(path, summary));
                }
            }
            Entry::Part { key, plan, number, content, .. } => {
                guard.put_part(&key, &plan, number, &content)?
            }
            Entry::Queued(files) => {
                files.iter().try_for_each(|(path, kind)| guard.enqueue(path, *kind, *now))?;
            }
            Entry::Unqueued(files) => files.iter().try_for_each(|path| guard.dequeue(path))?,
            Entry::Vacant(places) => places.iter().try_for_each(|path| guard.vacate(path))?,
            Entry::Receipt { key, receipt } => guard.put_receipt(&key, &receipt)?,
            Entry::ReleaseSummary(key) => guard.release_summary(&key)?,
            Entry::Vector { key, model, vector, basis } => {
                guard.put_vector(&key, &model, &vector, &basis)?;
            }
            Entry::NoSummary { key, model, reason } => guard.give_up_summary(&key, &model, &reason, *now)?,
            Entry::Release(key) => {
                guard.release(&key)?;
                held.reading.remove(&key);
            }
            Entry::Told(waits) => self.waiting.push(waits),
        }
        Ok(Done::Noted)
    }

    fn outcome(&mut self, mut row: Box<Row>, place: &Place, record: &Record) -> Result<Done, CacheError> {
        self.guard.put(record)?;
        // Read again, it keeps the tags that the user gave it.
        row.tags = self.guard.own_tags(&record.key)?.unwrap_or(row.tags);
        self.found(place, &record.key)?;
        self.held.reading.remove(&record.key);
        // What is owed takes up where the parts end.
        if !record.is_owed_something() {
            self.guard.drop_parts(&record.key)?;
        }
        Ok(Done::Row(row))
    }

    /// A content was found at this place.
    fn found(&mut self, place: &Place, key: &ContentKey) -> Result<(), CacheError> {
        match self.fates.get(&place.path) {
            None => self.guard.remember(place, key, self.now),
            Some(Fate::Gone) => self.guard.dequeue(&place.path),
            // It may be waiting.
            Some(Fate::Taken) => Ok(()),
        }
    }
}

/// What could not be read for now is tried again by the next run; what is gone, or left out by rule, is not.
fn put_off(guard: &mut WriteGuard<'_>, row: &Row, path: &Path, now: i64) -> Result<(), CacheError> {
    match (row.state, row.code, &row.reason) {
        (RowState::Failed, Some(code), Some(reason)) if code != Code::Vanished => {
            guard.defer(path, row.kind, &Failure { code, reason: reason.clone() }, now)
        }
        _ => guard.dequeue(path),
    }
}

/// Where the file was found that this is about.
fn place(entry: &Entry) -> Option<&Place> {
    match entry {
        Entry::Outcome { place, .. } | Entry::Known { place, .. } => Some(place),
        _ => None,
    }
}

fn encode(entry: &Entry) -> Option<(ContentKey, Thumbnail)> {
    let (key, raster, pixels) = match entry {
        Entry::Outcome { record, thumbnail: Some((raster, pixels)), .. } => (record.key, raster, pixels),
        Entry::Part { key, thumbnail: Some((raster, pixels)), .. } => (*key, raster, pixels),
        _ => return None,
    };
    let (width, height) = (u16::try_from(raster.width).ok()?, u16::try_from(raster.height).ok()?);
    let mut jpeg = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, JPEG_QUALITY);
    if let Err(error) = encoder.encode(pixels, width, height, jpeg_encoder::ColorType::Rgb) {
        // A picture without a thumbnail is still read; it can be made again at any time.
        tracing::warn!(%key, %error, "no thumbnail");
        return None;
    }
    Some((key, Thumbnail { width: raster.width, height: raster.height, jpeg }))
}

/// Milliseconds since 1970, for people to read; nothing is ever decided by it.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
