//! Storing what was learned: the only place that may write to the cache.
//!
//! One thread stores what the dispatcher hands it, as many entries under one lock as have come in since the
//! last commit. A row is told to anybody only after it is stored, so that nothing told is ever lost.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use deskscribe_cache::{CacheError, Place, Record, Thumbnail, WriteGuard, Writer};
use deskscribe_protocol::{ContentKey, Raster};
use tokio::sync::mpsc;

use crate::Row;
use crate::status::Queue;

/// The most entries of one commit.
const BATCH: usize = 64;
/// Entries that may wait: as many as are being stored, and as many behind them.
pub(crate) const WAITING: usize = 2 * BATCH;
/// How long another process may hold the cache's lock. A commit takes milliseconds; something that holds it
/// this long is stuck, and the error names it.
const LOCK_WITHIN: Duration = Duration::from_secs(30);
/// Of thumbnails, 0 to 100.
const JPEG_QUALITY: u8 = 80;

/// Something to store, and the row to tell once it is.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) row: Box<Row>,
    pub(crate) place: Place,
    pub(crate) what: What,
}

/// What is to be stored.
#[derive(Debug)]
pub(crate) enum What {
    /// A new outcome, with a thumbnail as raw RGB.
    Outcome { record: Box<Record>, thumbnail: Option<(Raster, Vec<u8>)> },
    /// The place where a known content was found.
    Place { key: ContentKey },
}

/// What became of a commit: the rows that are stored now, or why none of them is.
pub(crate) type Committed = Result<Vec<Box<Row>>, CacheError>;

/// Starts the recorder. It ends when its entries end, and closes the other channel when all is stored; who
/// hands it an entry puts that into the queue, which counts what is not stored yet.
pub(crate) fn start(
    mut writer: Writer,
    queue: Arc<Queue>,
) -> io::Result<(mpsc::Sender<Entry>, mpsc::Receiver<Committed>)> {
    let (entries, mut incoming) = mpsc::channel(BATCH);
    let (outgoing, committed) = mpsc::channel(BATCH);
    thread::Builder::new().name("record".to_owned()).spawn(move || {
        let mut batch = Vec::with_capacity(BATCH);
        while incoming.blocking_recv_many(&mut batch, BATCH) > 0 {
            let stored = store(&mut writer, &batch);
            queue.leave(batch.len());
            let rows = batch.drain(..).map(|entry: Entry| entry.row).collect();
            if outgoing.blocking_send(stored.map(|()| rows)).is_err() {
                return;
            }
        }
    })?;
    Ok((entries, committed))
}

fn store(writer: &mut Writer, batch: &[Entry]) -> Result<(), CacheError> {
    // Encoded before the lock is taken: other processes wait for it.
    let thumbnails: Vec<_> = batch.iter().filter_map(encode).collect();
    let mut guard: WriteGuard<'_> = writer.lock(LOCK_WITHIN)?;
    for entry in batch {
        let key = match &entry.what {
            What::Outcome { record, .. } => {
                guard.put(record)?;
                record.key
            }
            What::Place { key } => *key,
        };
        guard.remember(&entry.place, &key, now_ms())?;
    }
    for (key, thumbnail) in &thumbnails {
        guard.put_thumbnail(key, thumbnail)?;
    }
    guard.commit()
}

fn encode(entry: &Entry) -> Option<(ContentKey, Thumbnail)> {
    let What::Outcome { record, thumbnail: Some((raster, pixels)) } = &entry.what else { return None };
    let (width, height) = (u16::try_from(raster.width).ok()?, u16::try_from(raster.height).ok()?);
    let mut jpeg = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, JPEG_QUALITY);
    if let Err(error) = encoder.encode(pixels, width, height, jpeg_encoder::ColorType::Rgb) {
        // A picture without a thumbnail is still read; it can be made again at any time.
        tracing::warn!(key = %record.key, %error, "no thumbnail");
        return None;
    }
    Some((record.key, Thumbnail { width: raster.width, height: raster.height, jpeg }))
}

/// Milliseconds since 1970, for people to read; nothing is ever decided by it.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
