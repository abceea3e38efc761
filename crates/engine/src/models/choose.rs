//! Which model listens: what fits into this machine, what is best of that, and what to recommend.

use std::fs;

use serde::{Deserialize, Serialize};

use super::folder::{Installed, Trust};
use super::{Catalogue, KnownModel, Languages, SpeechModel};
use crate::words::size;

/// How well a model fits into the memory of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// Not: the machine would come to a standstill.
    TooLarge,
    /// One worker can listen with it, and little else.
    Tight,
    /// Two can, and half of the memory is left for everything else.
    Well,
}

impl Fit {
    /// How well a need fits into so much memory, both in bytes. Where nobody knows how much there is, everything does.
    pub(super) fn of(need: u64, memory: Option<u64>) -> Self {
        match memory {
            Some(memory) if need > memory / 4 * 3 => Self::TooLarge,
            Some(memory) if need > memory / 4 => Self::Tight,
            Some(_) | None => Self::Well,
        }
    }

    /// The same for what is there once, so that it may take half of the memory.
    pub(crate) fn alone(need: u64, memory: Option<u64>) -> Self {
        match Self::of(need, memory) {
            Self::Tight if memory.is_some_and(|memory| need <= memory / 2) => Self::Well,
            fit => fit,
        }
    }
}

/// Which model listens now, or why none does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// This one.
    Use(SpeechModel),
    /// None is installed.
    NoneInstalled,
    /// `speech_model` in the settings names one that is not installed.
    NotThere(String),
    /// The file of this one was touched since it was checked.
    Touched(String),
    /// The file of this one is broken.
    Broken(String),
    /// Of those that are installed even the smallest, this one, is too large for this machine.
    TooLarge(String),
}

impl Choice {
    /// Of the installed ones: what the settings name, else the best that fits.
    pub(super) fn among(installed: &[Installed], chosen: Option<&str>, memory: Option<u64>) -> Self {
        if let Some(chosen) = chosen {
            return match installed.iter().find(|model| model.is_called(chosen)) {
                Some(model) => Self::only(model),
                None => Self::NotThere(chosen.to_owned()),
            };
        }
        let fits = |model: &&Installed| Fit::of(model.record.memory, memory) > Fit::TooLarge;
        let sound = installed.iter().filter(|model| model.trust == Trust::Checked);
        if let Some(best) = sound.clone().filter(fits).max_by_key(|model| rank(model)) {
            return Self::only(best);
        }
        if let Some(smallest) = sound.min_by_key(|model| model.record.memory) {
            return Self::TooLarge(smallest.record.name.clone());
        }
        installed.iter().max_by_key(|model| rank(model)).map_or(Self::NoneInstalled, Self::only)
    }

    /// This one, if its file is as it was checked.
    fn only(model: &Installed) -> Self {
        let Installed { record, path, trust } = model;
        match trust {
            Trust::Touched => Self::Touched(record.name.clone()),
            Trust::Broken => Self::Broken(record.name.clone()),
            Trust::Checked => Self::Use(SpeechModel {
                name: record.name.clone(),
                sha256: record.sha256.clone(),
                path: path.clone(),
                memory: record.memory,
                multilingual: record.languages == Languages::All,
            }),
        }
    }

    /// The model, if one listens.
    pub fn model(self) -> Option<SpeechModel> {
        match self {
            Self::Use(model) => Some(model),
            _ => None,
        }
    }

    /// The same in words, with what to do about it.
    pub fn words(&self, recommended: Option<&KnownModel>) -> String {
        const WAITS: &str = "what is said in recordings waits for one";
        match self {
            Self::Use(model) => {
                let languages = if model.multilingual { "all languages" } else { "English" };
                format!("{} listens, {languages}, {} of memory", model.name, size(model.memory))
            }
            Self::NoneInstalled => match recommended {
                Some(KnownModel { id, bytes, .. }) => format!(
                    "no speech model is installed; {WAITS}: `deskscribe models get {id}` fetches {}",
                    size(*bytes)
                ),
                None => {
                    format!(
                        "no speech model is installed; {WAITS}: `deskscribe models import FILE` takes one"
                    )
                }
            },
            Self::NotThere(name) => format!(
                "speech_model in settings.toml names {name}, which is not installed; {WAITS}: `deskscribe models get \
                 {name}` fetches it if it is a known one"
            ),
            Self::Touched(name) => format!(
                "the file of {name} was touched since it was checked; {WAITS}: `deskscribe models verify {name}` \
                 checks it again"
            ),
            Self::Broken(name) => format!(
                "the file of {name} is broken; {WAITS}: `deskscribe models verify {name}` says how to mend it"
            ),
            Self::TooLarge(name) => format!(
                "{name} is too large for the memory of this machine; {WAITS}: get a smaller one, or put speech_model = \
                 \"{name}\" into settings.toml to use it all the same"
            ),
        }
    }
}

/// How well a model hears: by the weights of its hearing half; of two with as many, one for all languages, then the one
/// that is written more finely.
fn rank(model: &Installed) -> (u64, bool, u64) {
    let record = &model.record;
    (record.shape().rank(), record.languages == Languages::All, record.bytes)
}

/// What to recommend to somebody with so much memory: the largest for all languages that fits well; the smallest if
/// none does.
pub(super) fn recommended(catalogue: &Catalogue, memory: Option<u64>) -> Option<&KnownModel> {
    let known = catalogue.all().iter().filter(|known| known.languages == Languages::All);
    // Where nobody knows how much there is, what fits into eight gigabytes.
    let memory = memory.or(Some(8_000_000_000));
    let fit = known.clone().filter(|known| Fit::of(known.memory, memory) == Fit::Well);
    fit.max_by_key(|known| known.bytes).or_else(|| known.min_by_key(|known| known.bytes))
}

/// The memory of this machine in bytes, or the part of it that this process may use.
pub(crate) fn memory_of_machine() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let total = line.split_ascii_whitespace().next()?.parse::<u64>().ok()? * 1024;
    // As a container sees its own limit; the word `max` stands for none.
    let limit = fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let limit = limit.and_then(|limit| limit.trim().parse().ok());
    Some(total.min(limit.unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::models::record::Record;

    fn installed(name: &str, memory: u64, (width, layers): (u32, u32), trust: Trust) -> Installed {
        let languages = if name.ends_with(".en") { Languages::En } else { Languages::All };
        let record = Record {
            name: name.to_owned(),
            sha256: String::new(),
            bytes: memory / 2,
            memory,
            languages,
            licence: None,
            source: String::new(),
            width,
            layers,
            checked: None,
        };
        Installed { record, path: format!("/m/ggml-{name}.bin").into(), trust }
    }

    const BASE: (u32, u32) = (512, 6);
    const SMALL: (u32, u32) = (768, 12);
    const LARGE: (u32, u32) = (1280, 32);

    #[test]
    fn what_is_there_once_may_take_half_of_the_memory() {
        let fit = |gigabytes: f64| Fit::alone(4_800_000_000, Some((gigabytes * 1e9) as u64));
        for (gigabytes, expected) in [
            (4.0, Fit::TooLarge),
            (6.0, Fit::TooLarge),
            (8.0, Fit::Tight),
            (10.0, Fit::Well),
            (64.0, Fit::Well),
        ] {
            assert_eq!(fit(gigabytes), expected, "{gigabytes} GB");
        }
        assert_eq!(Fit::alone(4_800_000_000, None), Fit::Well);
    }

    #[test]
    fn the_best_that_fits_listens_unless_the_settings_name_another() {
        let name = |choice: Choice| choice.model().map(|model| model.name);
        let all = [
            installed("base", 388, BASE, Trust::Checked),
            installed("small.en", 900, SMALL, Trust::Checked),
            installed("small", 852, SMALL, Trust::Checked),
            installed("large-v3-turbo", 2500, LARGE, Trust::Checked),
        ];
        for (memory, expected) in [(16_000, "large-v3-turbo"), (3000, "small"), (900, "base")] {
            assert_eq!(name(Choice::among(&all, None, Some(memory))).as_deref(), Some(expected), "{memory}");
        }
        let chosen = |chosen| Choice::among(&all, Some(chosen), Some(900));
        assert_eq!(name(chosen("small.en")).as_deref(), Some("small.en"), "whoever asks for it gets it");
        assert_eq!(name(chosen("ggml-base.bin")).as_deref(), Some("base"));
        assert_eq!(chosen("tiny"), Choice::NotThere("tiny".to_owned()));
    }

    #[test]
    fn a_file_that_was_touched_or_is_too_large_does_not_listen_and_why_is_told() {
        let touched = installed("small", 852, SMALL, Trust::Touched);
        let broken = installed("large-v3-turbo", 2500, LARGE, Trust::Broken);
        let base = installed("base", 388, BASE, Trust::Checked);
        let choice = Choice::among(&[touched.clone(), base.clone()], None, None);
        assert_eq!(choice.model().map(|model| model.name).as_deref(), Some("base"));
        let choice = |installed: &[Installed], memory| Choice::among(installed, None, memory);
        assert_eq!(choice(&[touched], None), Choice::Touched("small".to_owned()));
        assert_eq!(choice(&[broken], None), Choice::Broken("large-v3-turbo".to_owned()));
        assert_eq!(choice(&[base], Some(400)), Choice::TooLarge("base".to_owned()));
        assert_eq!(choice(&[], None), Choice::NoneInstalled);
    }

    #[test]
    fn what_is_recommended_leaves_room_for_two_and_for_all_else() {
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
        let catalogue = Catalogue::in_folder(&models).unwrap();
        let id = |gigabytes: f64| {
            let memory = Some((gigabytes * 1e9) as u64);
            recommended(&catalogue, memory).map(|known| known.id.as_str())
        };
        for (gigabytes, expected) in [
            (0.5, "tiny"),
            (1.0, "tiny"),
            (2.0, "base"),
            (4.0, "small"),
            (8.0, "small"),
            (10.0, "large-v3-turbo"),
            (64.0, "large-v3-turbo"),
        ] {
            assert_eq!(id(gigabytes), Some(expected), "{gigabytes} GB");
        }
        assert_eq!(recommended(&catalogue, None).map(|known| known.id.as_str()), Some("small"));
        assert!(memory_of_machine().unwrap() > 1 << 28);
    }
}
