//! Parts as they are stored, and a plan made of those that were.

use std::borrow::Cow;

use deskscribe_protocol::{Answer, Build, ModelGrant, Span};
use serde::{Deserialize, Serialize};

use super::{Part, Plan};

/// How many groups of one hearing are told apart by their numbers.
const GROUPS: u32 = 1 << 16;

/// A part that landed, as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kept {
    /// What made it: parts that another build, or another model, has cut are of no use.
    pub(crate) plan: String,
    /// Which one.
    pub(crate) number: u32,
    /// What it came to, as JSON.
    pub(crate) content: Vec<u8>,
}

/// What is in it.
#[derive(Serialize, Deserialize)]
struct Content<'a> {
    /// What was listened to, so that words are never laid over other sound.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    of: Vec<Span>,
    answer: Cow<'a, Answer>,
}

impl Kept {
    /// What is stored of this answer, if anything is: what puts everything together is a reading.
    pub(super) fn new(
        part: Part,
        answer: &Answer,
        speech: Vec<Span>,
        model: Option<&ModelGrant>,
    ) -> Option<Self> {
        let (plan, number) = name(part, model)?;
        let content = Content { of: speech, answer: Cow::Borrowed(answer) };
        let content = serde_json::to_vec(&content).ok()?;
        Some(Self { plan, number, content })
    }
}

/// Under which name a part is stored.
fn name(part: Part, model: Option<&ModelGrant>) -> Option<(String, u32)> {
    let build = Build::own().id;
    match part {
        Part::Survey => Some((format!("survey {build}"), 0)),
        Part::Hear(number) => Some((format!("sound {build}"), number)),
        Part::Watch(number) => Some((format!("picture {build}"), number)),
        Part::Transcribe { hearing, group } => {
            let number = hearing.checked_mul(GROUPS)?.checked_add(group).filter(|_| group < GROUPS)?;
            Some((format!("speech {} {build}", model?.sha256), number))
        }
        Part::Compose => None,
    }
}

impl Plan {
    /// The plan of a recording of which these parts were stored; what is of no use among them is left out.
    pub(crate) fn resume(model: Option<ModelGrant>, kept: impl IntoIterator<Item = Kept>) -> Self {
        let mut plan = Self::new(model);
        let mut kept: Vec<(Part, Kept)> =
            kept.into_iter().filter_map(|kept| Some((plan.part_of(&kept)?, kept))).collect();
        // What was cut out of another part comes after it.
        let rank = |part: &Part| match *part {
            Part::Survey => (0, 0),
            Part::Hear(number) => (1, number),
            Part::Transcribe { hearing, .. } => (2, hearing),
            Part::Watch(number) => (3, number),
            Part::Compose => (4, 0),
        };
        kept.sort_by_key(|(part, kept)| (rank(part), kept.number));
        for (part, kept) in kept {
            plan.take(part, &kept.content);
        }
        plan
    }

    fn part_of(&self, kept: &Kept) -> Option<Part> {
        let number = kept.number;
        let candidates = [
            Part::Survey,
            Part::Hear(number),
            Part::Transcribe { hearing: number / GROUPS, group: number % GROUPS },
            Part::Watch(number),
        ];
        let is_it = |part: &Part| name(*part, self.model.as_ref()).is_some_and(|(plan, _)| plan == kept.plan);
        candidates.into_iter().find(is_it)
    }

    /// Takes what a part came to, if the plan has that part and nothing for it.
    fn take(&mut self, part: Part, content: &[u8]) {
        let Ok(Content { of, answer }) = serde_json::from_slice::<Content<'_>>(content) else { return };
        let fits = match part {
            Part::Survey | Part::Compose => true,
            Part::Hear(number) => self.sound.as_ref().is_some_and(|sound| sound.misses(number)),
            Part::Transcribe { .. } => self
                .sound
                .as_ref()
                .is_some_and(|sound| sound.speech_of(part).is_some_and(|speech| speech == of)),
            Part::Watch(number) => self.picture.as_ref().is_some_and(|picture| picture.misses(number)),
        };
        if !fits {
            return;
        }
        match (part, answer.into_owned()) {
            (Part::Hear(number), Answer::Heard(heard)) => {
                if let Some(sound) = &mut self.sound {
                    sound.landed(number, heard, self.model.is_some());
                }
            }
            (part, answer) => drop(self.landed(part, answer)),
        }
    }
}
