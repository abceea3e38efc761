//! The keys of `settings.toml`: what each may be, and where it goes. A new setting is one more entry in [`KEYS`].

use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use deskscribe_protocol::Isolation;
use toml::de::DeValue;

use super::{LlmServer, Settings};
use crate::models::Address;
use crate::{SidecarPlace, TranscriptFormat};

/// A setting as the file names it.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) value: Value,
}

/// What it may be, and where it goes.
pub(super) enum Value {
    /// A whole number within bounds; the unit is in the key's name.
    Number(RangeInclusive<u64>, fn(&mut Settings, u64)),
    /// One of the levels of isolation, by its word.
    Level(fn(&mut Settings, Isolation)),
    /// Text of a certain kind, which is named here; taken unless it is of another kind.
    Text(&'static str, fn(&mut Settings, &str) -> Option<()>),
    /// Some words, at least one, of a kind that is named here; taken unless one is of another kind.
    Words(&'static str, fn(&mut Settings, &[&str]) -> Option<()>),
}

use Value::{Level, Number, Text, Words};

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "workers",
        value: Number(1..=Settings::SLOTS as u64, |settings, workers| settings.workers = count(workers)),
    },
    // Every one of them is an open file.
    Key { name: "queue_files", value: Number(1..=256, |settings, files| settings.queue = count(files)) },
    Key {
        name: "hello_seconds",
        value: Number(1..=600, |settings, seconds| settings.patience.hello = Duration::from_secs(seconds)),
    },
    Key {
        name: "ready_seconds",
        value: Number(1..=3600, |settings, seconds| settings.patience.ready = Duration::from_secs(seconds)),
    },
    Key {
        name: "quiet_seconds",
        value: Number(1..=86_400, |settings, seconds| {
            settings.patience.quiet_beats = beats(settings, seconds);
        }),
    },
    Key {
        name: "grace_seconds",
        value: Number(1..=600, |settings, seconds| {
            settings.patience.grace_beats = beats(settings, seconds);
        }),
    },
    Key {
        name: "cpu_seconds",
        value: Number(1..=86_400, |settings, seconds| {
            settings.patience.cpu_base = Duration::from_secs(seconds);
        }),
    },
    Key {
        name: "cpu_seconds_per_mib",
        value: Number(0..=3600, |settings, seconds| {
            settings.patience.cpu_per_mebibyte = Duration::from_secs(seconds);
        }),
    },
    Key {
        name: "rest_seconds",
        value: Number(1..=86_400, |settings, seconds| settings.patience.rest = Duration::from_secs(seconds)),
    },
    // Less than this, and no worker could load its models.
    Key {
        name: "memory_ceiling_mib",
        value: Number(256..=1 << 20, |settings, mebibytes| settings.memory_ceiling = mebibytes << 20),
    },
    Key {
        name: "jobs_per_worker",
        value: Number(1..=1_000_000, |settings, jobs| {
            settings.wear.jobs = u32::try_from(jobs).unwrap_or(u32::MAX);
        }),
    },
    Key {
        name: "picture_megapixels",
        value: Number(1..=10_000, |settings, million| settings.limits.pixels = million * 1_000_000),
    },
    Key {
        name: "recording_gib",
        value: Number(1..=100_000, |settings, gibibytes| settings.limits.recording_bytes = gibibytes << 30),
    },
    Key {
        name: "max_concurrent_requests",
        value: Number(1..=64, |settings, requests| settings.max_concurrent_requests = count(requests)),
    },
    Key {
        name: "llm",
        value: Text("\"auto\" or \"off\" or \"ollama\" or \"openai\"", |settings, word| {
            settings.llm.server = LlmServer::ALL.into_iter().find(|server| server.as_str() == word)?;
            Some(())
        }),
    },
    Key {
        name: "llm_address",
        value: Text("an address, such as \"http://localhost:1234\"", |settings, text| {
            settings.llm.address = Address::parse(text);
            settings.llm.address.as_ref().map(|_| ())
        }),
    },
    Key {
        name: "llm_model",
        value: Text("the name of a model, as the server has it", |settings, name| {
            settings.llm.model = named(name);
            settings.llm.model.as_ref().map(|_| ())
        }),
    },
    Key {
        name: "llm_embedder",
        value: Text("the name of a model, as the server has it", |settings, name| {
            settings.llm.embedder = named(name);
            settings.llm.embedder.as_ref().map(|_| ())
        }),
    },
    Key {
        name: "llm_language",
        value: Text("a language, such as \"en\" or \"pt-BR\"", |settings, tag| {
            settings.llm.language = Some(tag.to_owned()).filter(|tag| is_language(tag));
            settings.llm.language.as_ref().map(|_| ())
        }),
    },
    Key {
        name: "llm_connect_seconds",
        value: Number(1..=600, |settings, seconds| settings.llm.connect = Duration::from_secs(seconds)),
    },
    Key {
        name: "llm_first_seconds",
        value: Number(1..=86_400, |settings, seconds| settings.llm.first = Duration::from_secs(seconds)),
    },
    Key {
        name: "llm_quiet_seconds",
        value: Number(1..=86_400, |settings, seconds| settings.llm.quiet = Duration::from_secs(seconds)),
    },
    Key { name: "isolation", value: Level(|settings, level| settings.isolation = level) },
    Key {
        name: "speech_model",
        value: Text("the name of a model, such as \"small\"", |settings, name| {
            settings.speech_model = named(name);
            settings.speech_model.as_ref().map(|_| ())
        }),
    },
    Key {
        name: "models_mirror",
        value: Text("an address, such as \"https://example.org/whisper/\"", |settings, text| {
            settings.downloads.mirror = Address::parse(text);
            settings.downloads.mirror.as_ref().map(|_| ())
        }),
    },
    Key {
        name: "proxy",
        value: Text("an address, such as \"http://localhost:3128\" or \"socks5://…\"", |settings, text| {
            settings.downloads.proxy = Address::parse_proxy(text);
            settings.downloads.proxy.as_ref().map(|_| ())
        }),
    },
    Key {
        name: "download_connect_seconds",
        value: Number(1..=600, |settings, seconds| settings.downloads.connect = Duration::from_secs(seconds)),
    },
    Key {
        name: "download_quiet_seconds",
        value: Number(1..=3600, |settings, seconds| settings.downloads.quiet = Duration::from_secs(seconds)),
    },
    Key {
        name: "sidecars",
        value: Text("\"off\" or \"beside\" or \"mirror\"", |settings, word| {
            settings.sidecars.place = SidecarPlace::ALL.into_iter().find(|place| place.as_str() == word)?;
            Some(())
        }),
    },
    Key {
        name: "sidecar_formats",
        value: Words("some of [\"srt\", \"vtt\", \"txt\", \"md\", \"json\"]", |settings, words| {
            let all = TranscriptFormat::ALL.into_iter();
            let chosen = all.filter(|format| words.contains(&format.extension())).collect::<Vec<_>>();
            let is_known =
                |word: &&str| TranscriptFormat::ALL.iter().any(|format| format.extension() == *word);
            words.iter().all(is_known).then(|| settings.sidecars.formats = chosen)
        }),
    },
    Key {
        name: "sidecar_folder",
        value: Text("the whole path of a folder, or one that begins with ~/", |settings, text| {
            let folder = match text.strip_prefix("~/") {
                Some(below) => dirs::home_dir()?.join(below),
                None => PathBuf::from(text),
            };
            settings.sidecars.folder = Some(folder).filter(|folder| folder.is_absolute());
            settings.sidecars.folder.as_ref().map(|_| ())
        }),
    },
];

/// A name that is one.
fn named(name: &str) -> Option<String> {
    Some(name.to_owned()).filter(|name| !name.trim().is_empty())
}

/// Whether this has the form of a BCP-47 tag.
fn is_language(tag: &str) -> bool {
    let is_part =
        |part: &str| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
    let first = tag.split('-').next().unwrap_or_default();
    (2..=3).contains(&first.len())
        && first.chars().all(|c| c.is_ascii_alphabetic())
        && tag.split('-').all(is_part)
}

fn count(number: u64) -> NonZeroUsize {
    usize::try_from(number).ok().and_then(NonZeroUsize::new).unwrap_or(NonZeroUsize::MIN)
}

/// So many beats are so many seconds or a little more, and never none.
fn beats(settings: &Settings, seconds: u64) -> u32 {
    let beat = settings.patience.beat.as_secs_f64();
    (seconds as f64 / beat).ceil().max(1.0) as u32
}

fn number(value: &DeValue<'_>) -> Option<u64> {
    let number = value.as_integer()?;
    u64::from_str_radix(number.as_str(), number.radix()).ok()
}

fn level(value: &DeValue<'_>) -> Option<Isolation> {
    let word = value.as_str()?;
    LEVELS.into_iter().find(|level| level.as_str() == word)
}

const LEVELS: [Isolation; 3] = [Isolation::Full, Isolation::Reduced, Isolation::Off];

impl Value {
    /// Puts what the file says where it goes; nothing if it cannot be meant.
    pub(super) fn accept(&self, value: &DeValue<'_>, settings: &mut Settings) -> Option<()> {
        match self {
            Number(range, set) => {
                let number = number(value).filter(|number| range.contains(number))?;
                set(settings, number);
            }
            Level(set) => set(settings, level(value)?),
            Text(_, set) => set(settings, value.as_str()?)?,
            Words(_, set) => {
                let words = value.as_array()?.iter().map(|word| word.get_ref().as_str());
                let words = words.collect::<Option<Vec<_>>>().filter(|words| !words.is_empty())?;
                set(settings, &words)?;
            }
        }
        Some(())
    }

    /// What may stand there, in words.
    pub(super) fn allowed(&self) -> String {
        match self {
            Number(range, _) => format!("a whole number from {} to {}", range.start(), range.end()),
            Level(_) => LEVELS.map(|level| format!("\"{}\"", level.as_str())).join(" or "),
            Text(kind, _) | Words(kind, _) => (*kind).to_owned(),
        }
    }
}
