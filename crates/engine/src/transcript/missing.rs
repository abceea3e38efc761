//! What a recording lacks, in words.

use deskscribe_protocol::{Missing, Owed, Recording, Sound};

use crate::words::clock;

/// What is told of a recording whose words nobody could put down yet.
pub const WAITS_FOR_SPEECH: &str = "waiting for a speech model";

/// The line that gets a speech model.
pub const MODELS_COMMAND: &str = "deskscribe models get";

/// What a gap means for whoever reads the rest, in a word or two; why is said beside it.
pub fn missing(what: Missing) -> &'static str {
    match what {
        Missing::Picture => "not seen",
        Missing::Sound => "not heard",
        Missing::Words => "unclear",
        Missing::Rest => "missing",
    }
}

/// What can be heard, in a word or two.
pub fn sound(sound: Sound) -> &'static str {
    match sound {
        Sound::Absent => "no sound",
        Sound::Silent => "silent",
        Sound::NoSpeech => "nobody speaks",
        Sound::Speech => "speech",
    }
}

/// Why there is no transcript, if there is none; in one sentence without a full stop.
pub(crate) fn no_words(recording: Option<&Recording>, pending: &[&str]) -> String {
    match recording.map(|recording| recording.sound) {
        None => "it is no recording, so nothing was said in it".to_owned(),
        Some(_) if pending.contains(&Owed::Speech.as_str()) => {
            format!("nobody has put words to what is said: it is {WAITS_FOR_SPEECH} ({MODELS_COMMAND})")
        }
        Some(Sound::Absent) => "it has no sound".to_owned(),
        Some(Sound::Silent) => "its sound is silent".to_owned(),
        Some(Sound::NoSpeech) => "nobody speaks in it".to_owned(),
        Some(Sound::Speech) => "what is said in it could not be understood".to_owned(),
    }
}

/// A stretch of time, such as `0:04–1:10`.
pub fn by_time(from: f64, to: f64) -> String {
    format!("{}–{}", clock(from.floor()), clock(to))
}
