//! What has to be done to read one recording, and what of it is done: no process, no file, no time passes in here.
//!
//! ```text
//!  survey ─┬─▶ hear ─▶ hear ─▶ …        an hour of sound each, into memory files
//!          │     ╰─▶ transcribe …       a minute of speech each, by as many workers as there are processors
//!          ├─▶ watch, watch, watch …    a stretch of the picture each
//!          ╰─▶ compose                  when nothing else is left
//! ```
//!
//! Every part that comes to something is stored as it lands. A plan that is made of stored parts goes on with the next
//! one; only the sound has to be decoded again, as far as somebody still has to listen to it, because memory ends with
//! its owner. A part that cannot be had is a gap in the reading, and the others are read all the same.

mod kept;
mod memory;
mod part;
mod picture;
mod sound;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs::File;
use std::sync::Arc;

use deskscribe_protocol::{Answer, Failure, Gap, ModelGrant, Parts, Survey, Work};

use crate::Share;
pub(crate) use kept::Kept;
pub(crate) use part::Part;
use picture::Picture;
use sound::SoundTrack;

/// Memory files that there may be at once, whatever the number of recordings: two hours of sound, 230 MB.
pub(crate) const MOST_FILES: usize = 12;

/// What there is room for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Room {
    /// Workers that may begin to listen.
    pub(crate) listeners: usize,
    /// Memory files that may be made.
    pub(crate) files: usize,
    /// Threads for each that listens.
    pub(crate) threads: u32,
}

/// How far a part has come.
#[derive(Debug)]
enum State<T> {
    /// Nobody has it.
    Open,
    /// A worker has it.
    Lent,
    /// It came to this.
    Landed(T),
    /// It came to nothing, and nobody tries again.
    Lost,
}

impl<T> State<T> {
    fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }

    fn is_settled(&self) -> bool {
        matches!(self, Self::Landed(_) | Self::Lost)
    }

    fn landed(&self) -> Option<&T> {
        if let Self::Landed(answer) = self { Some(answer) } else { None }
    }
}

/// Takes an open part as if somebody had it.
fn hold<T>(state: &mut State<T>) -> bool {
    let was_open = state.is_open();
    if was_open {
        *state = State::Lent;
    }
    was_open
}

/// The plan of one recording.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What puts words to speech, if there is anything.
    model: Option<ModelGrant>,
    survey: State<Survey>,
    sound: Option<SoundTrack>,
    picture: Option<Picture>,
    compose: State<()>,
    /// What was given up.
    lost: Vec<Gap>,
    /// Why, the first time.
    why: Option<Failure>,
    /// Of the parts that workers have, how much is done, from 0 to 1.
    under_way: HashMap<Part, f64>,
}

impl Plan {
    /// The plan of a recording of which nothing is known.
    pub(crate) fn new(model: Option<ModelGrant>) -> Self {
        Self {
            model,
            survey: State::Open,
            sound: None,
            picture: None,
            compose: State::Open,
            lost: Vec::new(),
            why: None,
            under_way: HashMap::new(),
        }
    }

    /// The next part that can be lent, if there is one now.
    pub(crate) fn next(&self, room: Room) -> Option<Part> {
        match self.survey {
            State::Open => return Some(Part::Survey),
            State::Lent | State::Lost => return None,
            State::Landed(_) => {}
        }
        let sound = || self.sound.as_ref()?.next(room, self.model.is_some());
        let picture = || self.picture.as_ref()?.next();
        let rest = || (self.compose.is_open() && self.is_all_but_composed()).then_some(Part::Compose);
        sound().or_else(picture).or_else(rest)
    }

    /// Whether nothing is left but to put it together.
    fn is_all_but_composed(&self) -> bool {
        let owes = self.model.is_some();
        self.survey.is_settled()
            && self.sound.as_ref().is_none_or(|sound| sound.is_settled(owes))
            && self.picture.as_ref().is_none_or(Picture::is_settled)
    }

    /// Why there is nothing to put together, once everything was tried.
    pub(crate) fn failure(&self) -> Option<&Failure> {
        let heard = self.sound.iter().any(|sound| sound.heard().next().is_some());
        let seen = self.picture.iter().any(|picture| picture.watched().next().is_some());
        let nothing = self.is_all_but_composed() && !heard && !seen;
        self.why.as_ref().filter(|_| nothing)
    }

    /// Lends a part: what a worker is to do, and the files for it beside the medium.
    ///
    /// # Errors
    /// The system has no memory file to give.
    pub(crate) fn lend(&mut self, part: Part, room: Room) -> std::io::Result<(Work, Vec<Arc<File>>)> {
        let lent = match part {
            Part::Survey => {
                self.survey = State::Lent;
                (Work::Survey, Vec::new())
            }
            Part::Hear(number) => match &mut self.sound {
                Some(sound) => sound.lend(number, room.files)?,
                None => return Err(std::io::ErrorKind::NotFound.into()),
            },
            Part::Transcribe { hearing, group } => match (&mut self.sound, &self.model) {
                (Some(sound), Some(model)) => sound.lend_speech(hearing, group, model, room.threads)?,
                _ => return Err(std::io::ErrorKind::NotFound.into()),
            },
            Part::Watch(number) => match &mut self.picture {
                Some(picture) => (picture.lend(number), Vec::new()),
                None => return Err(std::io::ErrorKind::NotFound.into()),
            },
            Part::Compose => {
                self.compose = State::Lent;
                (Work::Compose(Box::new(self.parts())), Vec::new())
            }
        };
        self.under_way.insert(part, 0.0);
        Ok(lent)
    }

    /// Nobody has this part any more; it is to be lent again.
    pub(crate) fn put_back(&mut self, part: Part) {
        self.under_way.remove(&part);
        match part {
            Part::Survey => self.survey = State::Open,
            Part::Compose => self.compose = State::Open,
            Part::Hear(number) => self.sound.iter_mut().for_each(|sound| sound.put_back(number)),
            Part::Transcribe { hearing, group } => {
                self.sound.iter_mut().for_each(|sound| sound.put_back_speech(hearing, group));
            }
            Part::Watch(number) => self.picture.iter_mut().for_each(|picture| picture.put_back(number)),
        }
    }

    /// Nobody is lent this part any more, until it is put back. Tells whether anybody could have been.
    pub(crate) fn hold(&mut self, part: Part) -> bool {
        let held = match part {
            Part::Survey => hold(&mut self.survey),
            Part::Compose => hold(&mut self.compose),
            Part::Hear(number) => self.sound.as_mut().is_some_and(|sound| sound.hold(number)),
            Part::Transcribe { hearing, group } => {
                self.sound.as_mut().is_some_and(|sound| sound.hold_speech(hearing, group))
            }
            Part::Watch(number) => self.picture.as_mut().is_some_and(|picture| picture.hold(number)),
        };
        self.under_way.remove(&part);
        held
    }

    /// A part came to something. Tells what of it is to be kept, if it is no part of the plan that it answers.
    ///
    /// # Errors
    /// The memory files of a [`Part::Hear`] cannot be sealed: somebody can still write to them.
    pub(crate) fn landed(&mut self, part: Part, answer: Answer) -> std::io::Result<Option<Kept>> {
        self.under_way.remove(&part);
        let speech = |sound: &SoundTrack| sound.speech_of(part);
        let windows = self.sound.as_ref().and_then(speech).unwrap_or_default();
        let kept = Kept::new(part, &answer, windows, self.model.as_ref());
        match (part, answer) {
            (Part::Survey, Answer::Survey(survey)) => self.surveyed(survey),
            (Part::Hear(number), Answer::Heard(heard)) => {
                if let Some(sound) = &mut self.sound {
                    sound.seal(number, &heard)?;
                    sound.landed(number, heard, self.model.is_some());
                }
            }
            (Part::Transcribe { hearing, group }, Answer::Transcript(transcript)) => {
                if let Some(sound) = &mut self.sound {
                    sound.landed_speech(hearing, group, transcript);
                }
            }
            (Part::Watch(number), Answer::Watched(watched)) => {
                if let Some(picture) = &mut self.picture {
                    picture.landed(number, watched);
                }
            }
            (Part::Compose, Answer::Reading(_)) => self.compose = State::Landed(()),
            // The pool takes no answer to another question.
            _ => {}
        }
        Ok(kept)
    }

    fn surveyed(&mut self, survey: Survey) {
        let length = survey.duration.filter(|seconds| *seconds > 0.0);
        self.picture = survey.picture.is_some().then(|| Picture::new(length));
        self.sound = survey.sound.is_some().then(|| SoundTrack::new(length));
        self.survey = State::Landed(survey);
    }

    /// A part came to nothing, and is not tried again: what is missing for want of it is a gap. Of a survey, and of
    /// what puts everything together, there can be none: without them there is no reading.
    pub(crate) fn give_up(&mut self, part: Part, failure: &Failure) {
        self.under_way.remove(&part);
        self.why.get_or_insert_with(|| failure.clone());
        let reason = failure.reason.clone();
        let gap = match part {
            Part::Survey | Part::Compose => None,
            Part::Hear(number) => self.sound.as_mut().and_then(|sound| sound.give_up(number, reason)),
            Part::Transcribe { hearing, group } => {
                self.sound.as_mut().and_then(|sound| sound.give_up_speech(hearing, group, reason))
            }
            Part::Watch(number) => self.picture.as_mut().and_then(|picture| picture.give_up(number, reason)),
        };
        self.lost.extend(gap);
    }

    /// Nobody listens to it now: speech that was not put into words yet is owed.
    pub(crate) fn leave_speech(&mut self) {
        self.model = None;
        self.under_way.retain(|part, _| !part.listens());
        self.sound.iter_mut().for_each(SoundTrack::leave_speech);
    }

    /// A worker is so far with a part, from 0 to 1.
    pub(crate) fn comes_along(&mut self, part: Part, share: f64) {
        if let Some(done) = self.under_way.get_mut(&part) {
            *done = share.clamp(*done, 1.0);
        }
    }

    /// How much is done.
    pub(crate) fn share(&self) -> Share {
        let of = |part: &Part| match *part {
            Part::Hear(number) => self.sound.as_ref().map(|sound| sound.seconds(number)),
            Part::Transcribe { hearing, group } => {
                self.sound.as_ref().map(|sound| sound.seconds_of_speech(hearing, group))
            }
            Part::Watch(number) => self.picture.as_ref().map(|picture| picture.seconds(number)),
            Part::Survey | Part::Compose => None,
        };
        let under_way: f64 =
            self.under_way.iter().map(|(part, share)| share * of(part).unwrap_or_default()).sum();
        let sound = self.sound.as_ref().map(|sound| sound.share(self.model.is_some())).unwrap_or_default();
        let picture = self.picture.as_ref().map(Picture::share).unwrap_or_default();
        let total = sound.total + picture.total;
        Share { done: (sound.done + picture.done + under_way).min(total), total }
    }

    /// Memory files that it holds.
    pub(crate) fn files(&self) -> usize {
        self.sound.as_ref().map_or(0, SoundTrack::files)
    }

    fn parts(&self) -> Parts {
        let sound = self.sound.as_ref();
        let heard: Vec<_> = sound.into_iter().flat_map(SoundTrack::heard).cloned().collect();
        let owes_speech = self.model.is_none() && heard.iter().any(|heard| !heard.speech.is_empty());
        Parts {
            survey: self.survey.landed().cloned().unwrap_or_default(),
            heard,
            transcripts: sound.into_iter().flat_map(SoundTrack::transcripts).cloned().collect(),
            watched: self.picture.iter().flat_map(Picture::watched).cloned().collect(),
            lost: self.lost.clone(),
            owes_speech,
        }
    }
}
