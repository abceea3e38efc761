//! `settings.toml`: what the user has chosen, checked key by key.
//!
//! A key that is not known, or a value that cannot be meant, is an error with its line and what is allowed: a
//! setting that is silently ignored is worse than none. The keys are in `keys`.

use std::fs;
use std::io;
use std::path::Path;

use deskscribe_protocol::one_line;
use toml::de::DeTable;

use super::keys::{KEYS, Key};
use super::{Settings, SettingsError};
use crate::Home;

impl Settings {
    /// What the user has chosen in this home, and the defaults for all else.
    ///
    /// # Errors
    /// The file cannot be read, is no TOML, or has a key or a value that means nothing.
    pub fn load(home: &Home) -> Result<Self, SettingsError> {
        let path = home.settings();
        match fs::read(&path) {
            Ok(content) => match str::from_utf8(&content) {
                // TOML knows no such character, and UTF-16 without its mark is full of them.
                Ok(text) if !text.contains('\0') => parse(text, &path),
                _ => Err(SettingsError::encoding(&content, &path)),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(SettingsError::unreadable(&error, &path)),
        }
    }
}

fn parse(text: &str, path: &Path) -> Result<Settings, SettingsError> {
    let line = |at: usize| text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let unquoted = || unquoted(text.get(..at)?.rsplit('\n').next()?, text.get(at..)?.lines().next()?);
        match unquoted() {
            Some((known, found)) => known.refuse(found, line(at), path),
            None => SettingsError::Syntax {
                reason: short(error.message()),
                line: line(at),
                path: path.to_owned(),
            },
        }
    })?;
    let mut settings = Settings::default();
    // In the order of the file, so that of two mistakes the first is told.
    let mut entries: Vec<_> = table.get_ref().iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in entries {
        let line = line(key.span().start);
        let found = text.get(value.span()).unwrap_or_default();
        let unknown = |key: &str| {
            let known = KEYS.iter().map(|key| key.name).collect::<Vec<_>>().join(", ");
            SettingsError::Unknown { key: short(key), known, line, path: path.to_owned() }
        };
        let known = KEYS.iter().find(|known| known.name == key.get_ref());
        let known = known.ok_or_else(|| unknown(key.get_ref()))?;
        // Neither `[workers]` nor `workers.x = 1` gives a value to `workers`.
        if let Some(inner) = value.get_ref().as_table().filter(|_| !found.starts_with('{')) {
            // As the file has it: a heading, or a key with a dot.
            if found.starts_with('[') {
                return Err(unknown(found));
            }
            let inner = inner.keys().next().map_or(String::new(), |inner| format!(".{}", inner.get_ref()));
            return Err(unknown(&format!("{}{inner}", known.name)));
        }
        let accepted = known.value.accept(value.get_ref(), &mut settings);
        accepted.ok_or_else(|| known.refuse(found, line, path))?;
    }
    Ok(settings)
}

/// A line whose value is a word without quotes, cut where TOML gave up, as the key and the word that it is.
fn unquoted<'a>(before: &'a str, rest: &'a str) -> Option<(&'static Key, &'a str)> {
    let key = before.split_once('=').map_or(before, |(key, _)| key).trim();
    let known = KEYS.iter().find(|known| known.name == key)?;
    let word = rest.trim_start_matches(['=', ' ', '\t']).split([' ', '\t', '#']).next()?.trim_end();
    let is_word = word.starts_with(char::is_alphabetic);
    is_word.then_some((known, word))
}

/// Text from the file, short enough for a message.
fn short(text: &str) -> String {
    const LONGEST: usize = 80;
    one_line(text, LONGEST)
}

impl Key {
    /// Says that this is not what it may be.
    fn refuse(&self, found: &str, line: usize, path: &Path) -> SettingsError {
        let (found, allowed) = (short(found), self.value.allowed());
        SettingsError::Value { key: self.name, found, allowed, line, path: path.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use deskscribe_protocol::Isolation;

    use super::super::LlmServer;
    use super::super::keys::Value::{Number, Text};
    use super::*;
    use crate::models::Address;
    use crate::{SidecarPlace, Sidecars, TranscriptFormat};

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
            llm = "openai"
            llm_address = "https://llm.example/v1"
            llm_model = "gemma3:4b"
            llm_embedder = "nomic-embed-text"
            llm_language = "pt-BR"
            llm_connect_seconds = 8
            llm_first_seconds = 600
            llm_quiet_seconds = 30
            isolation = "full"
            speech_model = "base.en"
            models_mirror = "http://mirror.example/whisper"
            proxy = "socks5://localhost:1080"
            download_connect_seconds = 4
            download_quiet_seconds = 6
            sidecars = "mirror"
            sidecar_formats = ["vtt", "srt", "vtt"]
            sidecar_folder = "/srv/transcripts"
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
            llm,
            speech_model,
            downloads,
            sidecars,
            patience,
            wear,
        } = settings;
        assert_eq!((workers.get(), queue.get(), limits.pixels), (3, 32, 50_000_000));
        assert_eq!((isolation, memory_ceiling, wear.jobs), (Isolation::Full, 2 << 30, 9));
        assert_eq!(max_concurrent_requests.get(), 4);
        assert_eq!(llm.server, LlmServer::OpenAi);
        let named = [llm.model, llm.embedder, llm.language].map(Option::unwrap);
        assert_eq!(named, ["gemma3:4b", "nomic-embed-text", "pt-BR"]);
        let seconds = Duration::from_secs;
        assert_eq!((patience.hello, patience.ready), (seconds(11), seconds(32)));
        assert_eq!((patience.quiet_beats, patience.grace_beats), (90, 5));
        assert_eq!((patience.cpu_base, patience.cpu_per_mebibyte), (seconds(1000), seconds(0)));
        assert_eq!(patience.rest, seconds(7));
        assert_eq!(speech_model.as_deref(), Some("base.en"));
        assert_eq!((downloads.connect, downloads.quiet), (seconds(4), seconds(6)));
        assert_eq!((llm.connect, llm.first, llm.quiet), (seconds(8), seconds(600), seconds(30)));
        let address = |address: Option<Address>| address.unwrap().to_string();
        assert_eq!(address(llm.address), "https://llm.example/v1");
        assert_eq!(address(downloads.mirror), "http://mirror.example/whisper");
        assert_eq!(address(downloads.proxy), "socks5://localhost:1080");
        assert_eq!(
            sidecars,
            Sidecars {
                place: SidecarPlace::Mirror,
                formats: vec![TranscriptFormat::Srt, TranscriptFormat::Vtt],
                folder: Some("/srv/transcripts".into()),
            }
        );
        for text in ["llm = \"chatgpt\"", "llm_address = \"localhost:1\"", "llm_language = \"german\""] {
            assert!(read(text).unwrap_err().contains("; allowed is "), "{text}");
        }
        for text in ["sidecar_formats = []", "sidecar_formats = [\"srt\", 3]", "sidecar_formats = [\"doc\"]"]
        {
            assert!(read(text).unwrap_err().contains("allowed is some of [\"srt\", "), "{text}");
        }
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
            let mut wrong = vec!["-1".to_owned(), "1.5".to_owned(), "true".to_owned()];
            wrong.push(if let Text(..) = value { "\" \"" } else { "\"many\"" }.to_owned());
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
    fn a_word_without_quotes_is_told_with_what_is_allowed() {
        for line in
            ["isolation = full", "isolation=off # unconfined", "isolation =\treduced", "isolation = max"]
        {
            let error = read(&format!("workers = 2\n{line}\n")).unwrap_err();
            assert!(error.starts_with("line 2 of the settings has isolation = "), "{line}: {error}");
            assert!(error.contains("; allowed is \"full\" or \"reduced\" or \"off\": "), "{line}: {error}");
        }
        let error = read("workers = eight").unwrap_err();
        assert!(error.contains("has workers = eight; allowed is a whole number from 1 to 8"), "{error}");
    }

    #[test]
    fn a_key_below_a_key_is_unknown_and_what_is_long_is_cut() {
        for (text, key) in
            [("workers.x = 1", "workers.x"), ("[workers]", "[workers]"), ("[workers]\nmost = 3", "[workers]")]
        {
            let error = read(text).unwrap_err();
            assert!(error.contains(&format!("an unknown key, {key}; there are")), "{text}: {error}");
        }
        assert!(read("workers = {x = 1}").unwrap_err().contains("workers = {x = 1}; allowed is"));
        let long = "k".repeat(3 << 20);
        for text in [format!("{long} = 1"), format!("workers = \"{long}\""), format!("isolation = {long}")] {
            let error = read(&text).unwrap_err();
            assert!(error.len() < 900 && error.contains("kkk…"), "{error}");
        }
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
        let error = || Settings::load(&home).unwrap_err().to_string();
        let told = |why: &str| format!("the settings cannot be read ({why}: {}", home.settings().display());
        assert_eq!(error(), told("it is a folder); move it away"));
        fs::remove_dir(home.settings()).unwrap();
        for (content, why) in [
            (b"\xff\xfew\0o\0".as_slice(), "they are in UTF-16"),
            (b"w\0o\0r\0k\0", "they are not in UTF-8"),
            (b"workers = 2 # \xe9", "they are not in UTF-8"),
        ] {
            fs::write(home.settings(), content).unwrap();
            assert_eq!(error(), told(&format!("{why}); save the file as UTF-8")));
        }
        fs::write(home.settings(), "\u{feff}workers = 2").unwrap();
        assert_eq!(Settings::load(&home).unwrap().workers.get(), 2, "a mark of UTF-8 does no harm");
    }
}
