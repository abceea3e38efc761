//! What is to be heard: decoded in order, and listened to in groups.

use std::fs::File;
use std::io;
use std::sync::Arc;

use deskscribe_protocol::{
    Block, Gap, Heard, Missing, ModelGrant, Recording, SAMPLE_RATE, Span, Transcript, Work,
};

use super::memory;
use super::{Part, Room, State, hold};
use crate::Share;

/// Memory files for one hearing: an hour of sound.
const FILES: usize = 6;
/// Seconds of sound in a memory file.
const BLOCK_SECONDS: f64 = Block::LONGEST as f64 / SAMPLE_RATE as f64;
/// Seconds of speech that one worker listens to in one go, at most, where it can be cut: what is lost when it is
/// killed.
const GROUP_SECONDS: f64 = 60.0;
/// Of the first groups, the one with most speech tells the language.
const TELLING: usize = 3;
/// Hearings in a row that may be given up, each of which leaves ten minutes out, before the rest is.
const MOST_LOST: usize = 3;

/// The sound of a recording.
#[derive(Debug)]
pub(super) struct SoundTrack {
    /// How long the recording says it is, in seconds.
    length: Option<f64>,
    hearings: Vec<Hearing>,
    /// Whether somebody has found out the language, or could not.
    told: bool,
    language: Option<String>,
}

/// Some sound that is decoded in one go.
#[derive(Debug)]
struct Hearing {
    from: f64,
    heard: Option<Heard>,
    lent: bool,
    lost: bool,
    /// The sound, block by block, for as long as somebody has to listen to it.
    files: Vec<Arc<File>>,
    groups: Vec<Group>,
}

/// Stretches of speech in one block.
#[derive(Debug)]
struct Group {
    block: usize,
    speech: Vec<Span>,
    state: State<Transcript>,
}

impl Group {
    fn seconds(&self) -> f64 {
        self.speech.iter().map(|span| span.seconds()).sum()
    }
}

impl Hearing {
    fn at(from: f64) -> Self {
        Self { from, heard: None, lent: false, lost: false, files: Vec::new(), groups: Vec::new() }
    }

    /// Whether nobody has to listen to it any more.
    fn is_through(&self) -> bool {
        self.groups.iter().all(|group| group.state.is_settled())
    }

    /// Whether it is to be decoded: for the first time, or because somebody has to listen and the sound is gone.
    fn is_wanted(&self, listens: bool) -> bool {
        let again = listens && self.files.is_empty() && !self.is_through();
        !self.lent && !self.lost && (self.heard.is_none() || again)
    }

    fn is_settled(&self, listens: bool) -> bool {
        self.lost || (self.heard.is_some() && !self.lent && (!listens || self.is_through()))
    }
}

impl SoundTrack {
    pub(super) fn new(length: Option<f64>) -> Self {
        Self { length, hearings: vec![Hearing::at(0.0)], told: false, language: None }
    }

    fn get(&mut self, number: u32) -> Option<&mut Hearing> {
        self.hearings.get_mut(number as usize)
    }

    fn group(&mut self, hearing: u32, group: u32) -> Option<&mut Group> {
        self.get(hearing)?.groups.get_mut(group as usize)
    }

    /// Whether there is such a hearing, and nothing was heard yet.
    pub(super) fn misses(&self, number: u32) -> bool {
        self.hearings.get(number as usize).is_some_and(|hearing| hearing.heard.is_none())
    }

    pub(super) fn next(&self, room: Room, listens: bool) -> Option<Part> {
        self.next_hearing(room, listens).or_else(|| self.next_speech(room).filter(|_| listens))
    }

    fn next_hearing(&self, room: Room, listens: bool) -> Option<Part> {
        // The speech of one is listened to before the next is decoded, or sound would pile up.
        if self.hearings.iter().any(|hearing| hearing.lent) {
            return None;
        }
        let index = self.hearings.iter().position(|hearing| hearing.is_wanted(listens))?;
        let takes = self.hearings[index].heard.as_ref().map_or(1, |heard| heard.blocks.len());
        (takes <= room.files).then_some(Part::Hear(u32::try_from(index).ok()?))
    }

    fn next_speech(&self, room: Room) -> Option<Part> {
        if room.listeners == 0 {
            return None;
        }
        let ready = self
            .hearings
            .iter()
            .enumerate()
            .filter(|(_, hearing)| !hearing.files.is_empty() && !hearing.lent);
        let groups = ready.flat_map(|(hearing, it)| {
            it.groups.iter().enumerate().map(move |(index, group)| (hearing, index, group))
        });
        let mut open = groups.filter(|(.., group)| group.state.is_open());
        let (hearing, group, _) = if self.told {
            open.next()?
        } else {
            let lent = |group: &Group| matches!(group.state, State::Lent);
            if self.hearings.iter().flat_map(|hearing| &hearing.groups).any(lent) {
                return None;
            }
            open.take(TELLING)
                .reduce(|best, one| if one.2.seconds() > best.2.seconds() { one } else { best })?
        };
        Some(Part::Transcribe { hearing: u32::try_from(hearing).ok()?, group: u32::try_from(group).ok()? })
    }

    /// Whether nothing is left to do, if somebody listens or if nobody does.
    pub(super) fn is_settled(&self, listens: bool) -> bool {
        self.hearings.iter().all(|hearing| hearing.is_settled(listens))
    }

    pub(super) fn lend(&mut self, number: u32, room: usize) -> io::Result<(Work, Vec<Arc<File>>)> {
        let length = self.length;
        let hearing = self.get(number).ok_or(io::ErrorKind::NotFound)?;
        let left = length.map_or(f64::INFINITY, |length| (length - hearing.from).max(0.0));
        // One more than it takes, because blocks end at silences and lengths are wrong by a little.
        let wanted = ((left / BLOCK_SECONDS).ceil() + 1.0).min(FILES as f64) as usize;
        // What was decoded before is cut in the same places only with the same room.
        let count = hearing.heard.as_ref().map_or(wanted.min(room).max(1), |heard| heard.blocks.len());
        hearing.files = (0..count).map(|_| memory::file()).collect::<io::Result<_>>()?;
        hearing.lent = true;
        let work = Work::Hear { from: hearing.from, blocks: u32::try_from(count).unwrap_or(u32::MAX) };
        Ok((work, hearing.files.clone()))
    }

    pub(super) fn put_back(&mut self, number: u32) {
        if let Some(hearing) = self.get(number) {
            hearing.lent = false;
            hearing.files.clear();
        }
    }

    pub(super) fn hold(&mut self, number: u32) -> bool {
        let Some(hearing) = self.get(number) else { return false };
        !std::mem::replace(&mut hearing.lent, true)
    }

    pub(super) fn hold_speech(&mut self, hearing: u32, group: u32) -> bool {
        self.group(hearing, group).is_some_and(|group| hold(&mut group.state))
    }

    /// Nobody can write to the sound any more; files that were not needed are gone.
    pub(super) fn seal(&mut self, number: u32, heard: &Heard) -> io::Result<()> {
        let Some(hearing) = self.get(number) else { return Ok(()) };
        hearing.files.truncate(heard.blocks.len());
        hearing.files.iter().try_for_each(|file| memory::seal(file))
    }

    pub(super) fn landed(&mut self, number: u32, heard: Heard, listens: bool) {
        let (goes_on, is_last) = (!heard.ended, number as usize + 1 == self.hearings.len());
        let next = heard.to;
        let Some(hearing) = self.get(number) else { return };
        hearing.lent = false;
        // Decoded again, it says the same; whoever has listened already need not do so again.
        if hearing.heard.as_ref().is_none_or(|before| before.speech != heard.speech) {
            hearing.groups = groups(&heard);
        }
        hearing.heard = Some(heard);
        if !listens || hearing.is_through() {
            hearing.files.clear();
        }
        if goes_on && is_last && next < Recording::LONGEST {
            self.hearings.push(Hearing::at(next));
        }
    }

    pub(super) fn give_up(&mut self, number: u32, reason: String) -> Option<Gap> {
        let length = self.length;
        let hearing = self.get(number)?;
        (hearing.lent, hearing.lost) = (false, true);
        hearing.files.clear();
        // What had been heard before has no words any more.
        let before = hearing.heard.is_some();
        let from = hearing.from;
        let to = hearing.heard.as_ref().map_or(from + BLOCK_SECONDS, |heard| heard.to);
        let what = if before { Missing::Words } else { Missing::Sound };
        let rest = length.filter(|length| *length > to);
        let in_a_row = self.hearings.iter().rev().take_while(|hearing| hearing.lost).count();
        let goes_on = !before && rest.is_some() && in_a_row < MOST_LOST;
        if goes_on {
            self.hearings.push(Hearing::at(to));
            return Some(Gap { from, to, what, reason });
        }
        let to = if before { to } else { length.unwrap_or(from).max(from) };
        Some(Gap { from, to: to.min(Recording::LONGEST), what, reason })
    }

    pub(super) fn lend_speech(
        &mut self,
        hearing: u32,
        group: u32,
        model: &ModelGrant,
        threads: u32,
    ) -> io::Result<(Work, Vec<Arc<File>>)> {
        let language = self.language.clone();
        let it = self.get(hearing).ok_or(io::ErrorKind::NotFound)?;
        let lent = it.groups.get_mut(group as usize).ok_or(io::ErrorKind::NotFound)?;
        let block = it.heard.as_ref().and_then(|heard| heard.blocks.get(lent.block));
        let (Some(block), Some(file)) = (block, it.files.get(lent.block)) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        lent.state = State::Lent;
        let speech = lent.speech.clone();
        let work = Work::Transcribe { block: *block, speech, language, model: model.clone(), threads };
        Ok((work, vec![Arc::clone(file)]))
    }

    pub(super) fn put_back_speech(&mut self, hearing: u32, group: u32) {
        if let Some(group) = self.group(hearing, group) {
            group.state = State::Open;
        }
    }

    pub(super) fn landed_speech(&mut self, hearing: u32, group: u32, transcript: Transcript) {
        if !self.told || self.language.is_none() {
            self.language.clone_from(&transcript.language);
        }
        self.settle_speech(hearing, group, State::Landed(transcript));
    }

    pub(super) fn give_up_speech(&mut self, hearing: u32, group: u32, reason: String) -> Option<Gap> {
        let lost = self.group(hearing, group)?;
        let (from, to) = (lost.speech.first()?.from, lost.speech.last()?.to);
        self.settle_speech(hearing, group, State::Lost);
        Some(Gap { from, to, what: Missing::Words, reason })
    }

    /// Nobody listens any more. What was decoded for it alone is gone.
    pub(super) fn leave_speech(&mut self) {
        for hearing in &mut self.hearings {
            let lent = hearing.groups.iter_mut().filter(|group| matches!(group.state, State::Lent));
            lent.for_each(|group| group.state = State::Open);
            if !hearing.lent {
                hearing.files.clear();
            }
        }
    }

    fn settle_speech(&mut self, hearing: u32, group: u32, state: State<Transcript>) {
        self.told = true;
        if let Some(group) = self.group(hearing, group) {
            group.state = state;
        }
        if let Some(hearing) = self.get(hearing).filter(|hearing| !hearing.lent && hearing.is_through()) {
            hearing.files.clear();
        }
    }

    /// The stretches of speech that a part puts words to.
    pub(super) fn speech_of(&self, part: Part) -> Option<Vec<Span>> {
        let Part::Transcribe { hearing, group } = part else { return None };
        Some(self.hearings.get(hearing as usize)?.groups.get(group as usize)?.speech.clone())
    }

    /// What landed, in order.
    pub(super) fn heard(&self) -> impl Iterator<Item = &Heard> {
        self.hearings.iter().filter_map(|hearing| hearing.heard.as_ref())
    }

    /// What was said, in order.
    pub(super) fn transcripts(&self) -> impl Iterator<Item = &Transcript> {
        self.hearings.iter().flat_map(|hearing| &hearing.groups).filter_map(|group| group.state.landed())
    }

    /// Memory files that are held.
    pub(super) fn files(&self) -> usize {
        self.hearings.iter().map(|hearing| hearing.files.len()).sum()
    }

    pub(super) fn seconds(&self, number: u32) -> f64 {
        let Some(hearing) = self.hearings.get(number as usize) else { return 0.0 };
        // What is decoded again was counted before.
        if hearing.heard.is_some() {
            return 0.0;
        }
        let room = hearing.files.len() as f64 * BLOCK_SECONDS;
        self.length.map_or(room, |length| (length - hearing.from).clamp(0.0, room))
    }

    pub(super) fn seconds_of_speech(&self, hearing: u32, group: u32) -> f64 {
        let group =
            self.hearings.get(hearing as usize).and_then(|hearing| hearing.groups.get(group as usize));
        group.map_or(0.0, Group::seconds)
    }

    pub(super) fn share(&self, listens: bool) -> Share {
        let reached: f64 = self.heard().map(|heard| heard.to).fold(0.0, f64::max);
        let ended = self.heard().any(|heard| heard.ended);
        let length = if ended { reached } else { self.length.unwrap_or(reached).max(reached) };
        let given_up: f64 =
            if self.hearings.iter().any(|hearing| hearing.lost) { length - reached } else { 0.0 };
        let heard = reached + given_up;
        if !listens {
            return Share { done: heard, total: length };
        }
        let groups = || self.hearings.iter().flat_map(|hearing| &hearing.groups);
        let speech: f64 = groups().map(Group::seconds).sum();
        let said: f64 = groups().filter(|group| group.state.is_settled()).map(Group::seconds).sum();
        // What was not heard yet is taken for as talkative as the rest; before anything was heard, for all speech.
        let density = if reached > 0.0 { speech / reached } else { 1.0 };
        Share { done: heard + said, total: length + speech + (length - heard).max(0.0) * density }
    }
}

/// Stretches of speech in groups, none of which reaches over the end of a block.
fn groups(heard: &Heard) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for span in &heard.speech {
        let holds = |block: &Block| block.span().from <= span.from && span.to <= block.span().to;
        let Some(block) = heard.blocks.iter().position(holds) else { continue };
        match groups
            .last_mut()
            .filter(|last| last.block == block && last.seconds() + span.seconds() <= GROUP_SECONDS)
        {
            Some(last) => last.speech.push(*span),
            None => groups.push(Group { block, speech: vec![*span], state: State::Open }),
        }
    }
    groups
}
