//! Words put into the reading of a recording, as a listener would, for tests of what is made of them.

#![expect(clippy::unwrap_used, reason = "this runs in tests alone, where a panic is a failed test")]

use std::path::Path;
use std::time::Duration;

use deskscribe_cache::{Cache, Outcome, Place, Stamp};
use deskscribe_protocol::{Segment, Sound};

/// How long each of them is said, in seconds.
const LONG: f64 = 1.5;

/// Has these be said in the recording at this path, which was read: each with its second. It waits for no speech model
/// any more.
///
/// # Panics
/// Nothing is known of it, or it is no recording.
pub fn say(cache: &Cache, path: &Path, words: &[(f64, &str)]) {
    let stamp = Stamp::of(&path.metadata().unwrap());
    let read = cache.read().unwrap();
    let key = read.key_at(path, &stamp).unwrap().unwrap();
    let mut record = read.outcome(&key).unwrap().unwrap();
    if let Outcome::Read(reading) = &mut record.outcome {
        reading.pending.clear();
        let recording = reading.recording.as_mut().unwrap();
        let segment = |&(start, text): &(f64, &str)| Segment {
            start,
            end: start + LONG,
            text: text.to_owned(),
            confidence: 0.9,
        };
        recording.sound = Sound::Speech;
        recording.spoken_language = Some("en".to_owned());
        recording.transcript = words.iter().map(segment).collect();
    }
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(Duration::from_secs(60)).unwrap();
    guard.put(&record).unwrap();
    guard.remember(&Place { path: path.to_owned(), stamp }, &key, record.read_at).unwrap();
    guard.commit().unwrap();
}
