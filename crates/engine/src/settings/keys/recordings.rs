//! What becomes of what is said in recordings.

use super::Value::{Text, Word, Words};
use super::{Group, Key, Kind, model, put};
use crate::settings::folder::{FOLDER, folder, written};
use crate::{SidecarPlace, TranscriptFormat};

pub(super) const GROUP: Group = Group {
    title: "Recordings",
    keys: &[
        Key {
            name: "speech_model",
            what: "The speech model to use; without it the best that is installed and fits.",
            value: Text(
                Kind { what: "the name of a model, such as \"small\"", example: "small" },
                |settings| settings.speech_model.clone(),
                |settings, name| put(&mut settings.speech_model, model(name)),
            ),
        },
        Key {
            name: "sidecars",
            what: "What is said as files of their own: none, beside the recording, or in a folder below its whole path.",
            value: Word(
                &["off", "beside", "mirror"],
                |settings| settings.sidecars.place.as_str(),
                |settings, word| {
                    settings.sidecars.place =
                        SidecarPlace::ALL.into_iter().find(|place| place.as_str() == word)?;
                    Some(())
                },
            ),
        },
        Key {
            name: "sidecar_formats",
            what: "In which forms; \"md\" and \"json\" have times and what was shown.",
            value: Words(
                &["srt", "vtt", "txt", "md", "json"],
                |settings| settings.sidecars.formats.iter().map(|format| format.extension()).collect(),
                |settings, words| {
                    let all = TranscriptFormat::ALL.into_iter();
                    let chosen = all.filter(|format| words.contains(&format.extension())).collect();
                    let is_known =
                        |word: &&str| TranscriptFormat::ALL.iter().any(|format| format.extension() == *word);
                    words.iter().all(is_known).then(|| settings.sidecars.formats = chosen)
                },
            ),
        },
        Key {
            name: "sidecar_folder",
            what: "The folder for \"mirror\"; without it transcripts/ in the data folder.",
            value: Text(
                Kind { what: FOLDER, example: "~/Transcripts" },
                |settings| settings.sidecars.folder.as_deref().and_then(written),
                |settings, text| put(&mut settings.sidecars.folder, folder(text)),
            ),
        },
    ],
};
