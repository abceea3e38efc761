//! `models/manifest.toml`: which wheels are downloaded and which of their files are kept. What it says of speech models
//! is for the engine, and only checked here.
//!
//! Read as the part of TOML that it is written in: tables of plain strings and whole numbers.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path};

use crate::problem::{Doing, Outcome, Problem};

/// The list, checked.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) wheels: Vec<Wheel>,
    pub(crate) artefacts: Vec<Artefact>,
}

/// A file on PyPI, a zip archive.
#[derive(Debug)]
pub(crate) struct Wheel {
    pub(crate) project: String,
    pub(crate) version: String,
    pub(crate) file: String,
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
}

/// A file of a wheel that ships with the program.
#[derive(Debug)]
pub(crate) struct Artefact {
    /// Its path below the resources.
    pub(crate) file: String,
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
    /// The project of the wheel it comes in.
    pub(crate) wheel: String,
    /// Its path inside the wheel.
    pub(crate) member: String,
}

impl Manifest {
    pub(crate) fn read(path: &Path) -> Outcome<Self> {
        let text = fs::read_to_string(path).doing_to("read the list of models", path)?;
        Self::parse(&text).map_err(|Problem(reason)| Problem(format!("{reason}: {}", path.display())))
    }

    fn parse(text: &str) -> Outcome<Self> {
        let mut manifest = Self { wheels: Vec::new(), artefacts: Vec::new() };
        for mut table in tables(text)? {
            match table.name {
                "wheel" => manifest.wheels.push(Wheel {
                    project: table.take("project")?,
                    version: table.take("version")?,
                    file: table.take("file")?,
                    sha256: table.take_sha256()?,
                    bytes: table.take_number("bytes")?,
                }),
                "artefact" => {
                    // For whoever ships or shows it; here it only has to be said.
                    for key in ["name", "role", "licence"] {
                        table.take(key)?;
                    }
                    manifest.artefacts.push(Artefact {
                        file: table.take("file")?,
                        sha256: table.take_sha256()?,
                        bytes: table.take_number("bytes")?,
                        wheel: table.take("wheel")?,
                        member: table.take("member")?,
                    });
                }
                "repository" => {
                    for key in ["name", "page", "revision", "url"] {
                        table.take(key)?;
                    }
                }
                "speech" => {
                    for key in ["id", "file", "languages", "licence", "repository"] {
                        table.take(key)?;
                    }
                    table.take_sha256()?;
                    table.take_number("bytes")?;
                    table.take_number("memory")?;
                }
                _ => return Err(table.wrong("is no kind of entry")),
            }
            table.is_used_up()?;
        }
        manifest.check()?;
        Ok(manifest)
    }

    fn check(&self) -> Outcome {
        for Artefact { file, wheel, .. } in &self.artefacts {
            if self.wheel(wheel).is_none() {
                return Err(Problem(format!("{file} comes from {wheel}, which is no wheel of the list")));
            }
            if !Path::new(file).components().all(|part| matches!(part, Component::Normal(_))) {
                return Err(Problem(format!("{file} is no path below the resources")));
            }
        }
        Ok(())
    }

    /// The wheel of this project.
    pub(crate) fn wheel(&self, project: &str) -> Option<&Wheel> {
        self.wheels.iter().find(|wheel| wheel.project == project)
    }
}

/// One `[[name]]` with the lines below it.
struct Table<'a> {
    name: &'a str,
    line: usize,
    values: BTreeMap<&'a str, &'a str>,
}

fn tables(text: &str) -> Outcome<Vec<Table<'_>>> {
    let mut tables = Vec::<Table<'_>>::new();
    for (at, line) in text.lines().enumerate().map(|(at, line)| (at + 1, line.trim())) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix("[[").and_then(|rest| rest.strip_suffix("]]")) {
            tables.push(Table { name, line: at, values: BTreeMap::new() });
            continue;
        }
        let pair = line.split_once('=').map(|(key, value)| (key.trim(), value.trim()));
        let (Some((key, value)), Some(table)) = (pair, tables.last_mut()) else {
            return Err(Problem(format!("line {at} is neither [[table]] nor key = value")));
        };
        if table.values.insert(key, value).is_some() {
            return Err(Problem(format!("line {at} says {key} again")));
        }
    }
    Ok(tables)
}

impl Table<'_> {
    fn wrong(&self, what: &str) -> Problem {
        Problem(format!("[[{}]] in line {} {what}", self.name, self.line))
    }

    fn raw(&mut self, key: &str) -> Outcome<&str> {
        match self.values.remove(key) {
            Some(value) => Ok(value),
            None => Err(self.wrong(&format!("has no {key}"))),
        }
    }

    fn take(&mut self, key: &str) -> Outcome<String> {
        let inside = self.raw(key)?.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        match inside.filter(|text| !text.is_empty() && !text.contains(['"', '\\'])) {
            Some(text) => Ok(text.to_owned()),
            None => Err(self.wrong(&format!("has no plain string as {key}"))),
        }
    }

    fn take_number(&mut self, key: &str) -> Outcome<u64> {
        match self.raw(key)?.parse() {
            Ok(number) => Ok(number),
            Err(_) => Err(self.wrong(&format!("has no number as {key}"))),
        }
    }

    fn take_sha256(&mut self) -> Outcome<String> {
        let text = self.take("sha256")?;
        let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 64 || !text.bytes().all(is_digit) {
            return Err(self.wrong("has no SHA-256 of 64 hex digits in lower case"));
        }
        Ok(text)
    }

    fn is_used_up(&self) -> Outcome {
        match self.values.keys().next() {
            Some(key) => Err(self.wrong(&format!("says {key}, which means nothing"))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    fn real() -> Manifest {
        Manifest::read(&workspace::root().join("models/manifest.toml")).unwrap()
    }

    #[test]
    fn the_real_list_is_well_formed() {
        let manifest = real();
        assert!(manifest.artefacts.iter().any(|artefact| artefact.file == "libonnxruntime.so"));
        for wheel in &manifest.wheels {
            // Wheels write a dash within a name as an underscore.
            let start = format!("{}-{}-", wheel.project.replace('-', "_"), wheel.version);
            assert!(wheel.file.starts_with(&start) && wheel.file.ends_with(".whl"), "{}", wheel.file);
            assert!(wheel.bytes > 0, "{}", wheel.file);
        }
        for artefact in &manifest.artefacts {
            let same = |other: &&Artefact| other.file == artefact.file || other.sha256 == artefact.sha256;
            assert_eq!(manifest.artefacts.iter().filter(same).count(), 1, "{} twice", artefact.file);
        }
    }

    #[test]
    fn every_wheel_has_its_licence_text_and_its_line_in_the_readme() {
        let models = workspace::root().join("models");
        let readme = fs::read_to_string(models.join("README.md")).unwrap();
        for wheel in real().wheels {
            assert!(models.join("licences").join(format!("{}.txt", wheel.project)).is_file(), "{wheel:?}");
            assert!(readme.contains(&format!("{} {}", wheel.project, wheel.version)), "{wheel:?}");
        }
    }

    #[test]
    fn every_speech_model_has_its_line_in_the_readme() {
        let readme = fs::read_to_string(workspace::root().join("models/README.md")).unwrap();
        let text = fs::read_to_string(workspace::root().join("models/manifest.toml")).unwrap();
        let tables = tables(&text).unwrap();
        let speech: Vec<_> = tables.iter().filter(|table| table.name == "speech").collect();
        assert_eq!(speech.len(), 9);
        for table in speech {
            let id = table.values["id"].trim_matches('"');
            assert!(readme.contains(&format!("| `{id}` |")), "{id}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let wheel = "[[wheel]]\nproject = \"p\"\nversion = \"1\"\nfile = \"p-1-.whl\"\nbytes = 1\n";
        let digest = "a".repeat(64);
        assert!(Manifest::parse(&format!("{wheel}sha256 = \"{digest}\"")).is_ok());
        for (rest, reason) in [
            ("", "[[wheel]] in line 1 has no sha256"),
            ("sha256 = \"abc\"", "[[wheel]] in line 1 has no SHA-256"),
            (&format!("sha256 = \"{digest}\"\nsize = 3"), "says size, which means nothing"),
            ("bytes = 2", "line 6 says bytes again"),
            ("[wheel]", "line 6 is neither"),
            ("[[whale]]", "[[wheel]] in line 1 has no sha256"),
        ] {
            let Problem(text) = Manifest::parse(&format!("{wheel}{rest}")).unwrap_err();
            assert!(text.contains(reason), "{text}");
        }
    }

    #[test]
    fn nothing_is_unpacked_outside_the_folder() {
        for file in ["../up", "/etc/x", "a/../../b"] {
            let artefact = Artefact {
                file: file.to_owned(),
                sha256: String::new(),
                bytes: 0,
                wheel: "p".to_owned(),
                member: String::new(),
            };
            let wheel = Wheel {
                project: "p".to_owned(),
                version: String::new(),
                file: String::new(),
                sha256: String::new(),
                bytes: 0,
            };
            let manifest = Manifest { wheels: vec![wheel], artefacts: vec![artefact] };
            assert!(manifest.check().is_err(), "{file}");
        }
    }
}
