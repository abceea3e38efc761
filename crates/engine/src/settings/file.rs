//! `settings.toml`: what the user has chosen, checked key by key.
//!
//! A key that is not known, or a value that cannot be meant, is an error with its line and what is allowed: a
//! setting that is silently ignored is worse than none. A new setting is one more entry in [`KEYS`].

use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use deskscribe_protocol::Isolation;
use toml::de::{DeTable, DeValue};

use super::Settings;
use crate::Home;

/// A setting as the file names it.
struct Key {
    name: &'static str,
    value: Value,
}

/// What it may be, and where it goes.
enum Value {
    /// A whole number within bounds; the unit is in the key's name.
    Number(RangeInclusive<u64>, fn(&mut Settings, u64)),
    /// One of the levels of isolation, by its word.
    Level(fn(&mut Settings, Isolation)),
}

use Value::{Level, Number};

const KEYS: &[Key] = &[
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
        name: "max_concurrent_requests",
        value: Number(1..=64, |settings, requests| settings.max_concurrent_requests = count(requests)),
    },
    Key { name: "isolation", value: Level(|settings, level| settings.isolation = level) },
];

fn count(number: u64) -> NonZeroUsize {
    usize::try_from(number).ok().and_then(NonZeroUsize::new).unwrap_or(NonZeroUsize::MIN)
}

/// So many beats are so many seconds or a little more, and never none.
fn beats(settings: &Settings, seconds: u64) -> u32 {
    let beat = settings.patience.beat.as_secs_f64();
    (seconds as f64 / beat).ceil().max(1.0) as u32
}

/// Why the settings of the user cannot be followed. The program does not start with others instead.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file is there and cannot be read.
    #[error("the settings cannot be read ({reason}); check the file's permissions: {path}")]
    Unreadable {
        /// What the system says.
        reason: io::Error,
        /// The file.
        path: PathBuf,
    },
    /// The file is no TOML.
    #[error("line {line} of the settings cannot be understood ({reason}): {path}")]
    Syntax {
        /// What is wrong there.
        reason: String,
        /// Counted from 1.
        line: usize,
        /// The file.
        path: PathBuf,
    },
    /// A key that means nothing.
    #[error("line {line} of the settings has an unknown key, {key}; there are {known}: {path}")]
    Unknown {
        /// The key.
        key: String,
        /// All that there are.
        known: String,
        /// Counted from 1.
        line: usize,
        /// The file.
        path: PathBuf,
    },
    /// A value that cannot be meant.
    #[error("line {line} of the settings has {key} = {found}; allowed is {allowed}: {path}")]
    Value {
        /// The key.
        key: &'static str,
        /// What the file says.
        found: String,
        /// What it may say.
        allowed: String,
        /// Counted from 1.
        line: usize,
        /// The file.
        path: PathBuf,
    },
}

impl Settings {
    /// What the user has chosen in this home, and the defaults for all else.
    ///
    /// # Errors
    /// The file cannot be read, is no TOML, or has a key or a value that means nothing.
    pub fn load(home: &Home) -> Result<Self, SettingsError> {
        let path = home.settings();
        match fs::read_to_string(&path) {
            Ok(text) => parse(&text, &path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(reason) => Err(SettingsError::Unreadable { reason, path }),
        }
    }
}

fn parse(text: &str, path: &Path) -> Result<Settings, SettingsError> {
    let line = |at: usize| text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
    let path = || path.to_owned();
    let table = DeTable::parse(text).map_err(|error| SettingsError::Syntax {
        reason: error.message().to_owned(),
        line: line(error.span().map_or(0, |span| span.start)),
        path: path(),
    })?;
    let mut settings = Settings::default();
    // In the order of the file, so that of two mistakes the first is told.
    let mut entries: Vec<_> = table.get_ref().iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in entries {
        let line = line(key.span().start);
        let Some(known) = KEYS.iter().find(|known| known.name == key.get_ref()) else {
            let names: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
            let (key, known) = (key.get_ref().to_string(), names.join(", "));
            return Err(SettingsError::Unknown { key, known, line, path: path() });
        };
        let accepted = match &known.value {
            Number(range, set) => number(value.get_ref())
                .filter(|number| range.contains(number))
                .map(|number| set(&mut settings, number)),
            Level(set) => level(value.get_ref()).map(|level| set(&mut settings, level)),
        };
        if accepted.is_none() {
            let found = text.get(value.span()).unwrap_or_default().to_owned();
            let (key, allowed) = (known.name, known.value.allowed());
            return Err(SettingsError::Value { key, found, allowed, line, path: path() });
        }
    }
    Ok(settings)
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
    /// What may stand there, in words.
    fn allowed(&self) -> String {
        match self {
            Number(range, _) => format!("a whole number from {} to {}", range.start(), range.end()),
            Level(_) => LEVELS.map(|level| format!("\"{}\"", level.as_str())).join(" or "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, String> {
        parse(text, Path::new("/home/ann/settings.toml")).map_err(|error| error.to_string())
    }

    #[test]
    fn every_key_reaches_its_setting() {
        let settings = read(
            r#"
            # What Ann has chosen.
            workers = 3
            queue_files = 32
            hello_seconds = 11
            ready_seconds = 0x20
            quiet_seconds = 90
            grace_seconds = 5
            cpu_seconds = 1_000
            cpu_seconds_per_mib = 0
            rest_seconds = 7
            memory_ceiling_mib = 2048
            jobs_per_worker = 9
            picture_megapixels = 50
            max_concurrent_requests = 4
            isolation = "full"
            "#,
        )
        .unwrap();
        let Settings {
            workers,
            queue,
            limits,
            isolation,
            memory_ceiling,
            max_concurrent_requests,
            patience,
            wear,
        } = settings;
        assert_eq!((workers.get(), queue.get(), limits.pixels), (3, 32, 50_000_000));
        assert_eq!((isolation, memory_ceiling, wear.jobs), (Isolation::Full, 2 << 30, 9));
        assert_eq!(max_concurrent_requests.get(), 4);
        let seconds = Duration::from_secs;
        assert_eq!((patience.hello, patience.ready), (seconds(11), seconds(32)));
        assert_eq!((patience.quiet_beats, patience.grace_beats), (90, 5));
        assert_eq!((patience.cpu_base, patience.cpu_per_mebibyte), (seconds(1000), seconds(0)));
        assert_eq!(patience.rest, seconds(7));
    }

    #[test]
    fn the_bounds_themselves_are_allowed_and_so_is_an_empty_file() {
        assert_eq!(read("").unwrap().queue.get(), 16);
        for Key { name, value } in KEYS {
            let Number(range, _) = value else { continue };
            for bound in [range.start(), range.end()] {
                read(&format!("{name} = {bound}")).unwrap();
            }
        }
    }

    #[test]
    fn a_bad_value_is_told_with_its_line_and_what_is_allowed() {
        for Key { name, value } in KEYS {
            let mut wrong = vec!["-1".to_owned(), "1.5".to_owned(), "true".to_owned(), "\"many\"".to_owned()];
            wrong.push("99999999999999999999".to_owned());
            if let Number(range, _) = value {
                wrong.push((range.end() + 1).to_string());
                wrong.extend(range.start().checked_sub(1).map(|less| less.to_string()));
            }
            for found in wrong {
                let error = read(&format!("# first line\n{name} = {found}\n")).unwrap_err();
                let expected = format!(
                    "line 2 of the settings has {name} = {found}; allowed is {}: /home/ann/settings.toml",
                    value.allowed()
                );
                assert_eq!(error, expected);
            }
        }
        assert_eq!(
            read("workers = 9").unwrap_err(),
            "line 1 of the settings has workers = 9; allowed is a whole number from 1 to 8: \
             /home/ann/settings.toml"
        );
        assert_eq!(
            read("isolation = \"Full\"").unwrap_err(),
            "line 1 of the settings has isolation = \"Full\"; allowed is \"full\" or \"reduced\" or \"off\": \
             /home/ann/settings.toml"
        );
    }

    #[test]
    fn an_unknown_key_and_a_line_that_is_no_toml_are_told() {
        let error = read("workers = 2\n\nworker = 3\n").unwrap_err();
        assert!(
            error.starts_with("line 3 of the settings has an unknown key, worker; there are workers, queue"),
            "{error}"
        );
        assert!(read("[patience]\nhello = 1").unwrap_err().contains("unknown key, patience"));
        let error = read("workers = 2\nworkers = 3\n").unwrap_err();
        assert!(error.starts_with("line 2 of the settings cannot be understood (duplicate key)"), "{error}");
        let error = read("workers = 2\nsix workers\n").unwrap_err();
        assert!(error.starts_with("line 2 of the settings cannot be understood ("), "{error}");
    }

    #[test]
    fn a_home_without_the_file_has_the_defaults_and_one_that_is_closed_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        assert_eq!(Settings::load(&home).unwrap().workers.get(), 8);
        fs::create_dir(home.settings()).unwrap();
        let error = Settings::load(&home).unwrap_err().to_string();
        assert!(
            error.starts_with("the settings cannot be read (") && error.ends_with("settings.toml"),
            "{error}"
        );
    }
}
