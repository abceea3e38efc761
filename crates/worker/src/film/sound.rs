//! The sound of a recording from any second on: one channel, without holes, on the clock of the picture.

use deskscribe_protocol::{Code, Failure, Gap, Missing, Recording, SAMPLE_RATE};

use super::av::{Decoder, Fault, Frame, Packet, Pulse, Resampler};
use super::reel::Reel;
use super::refusal;
use crate::job::{Interruption, Medium};

/// Timestamps may be off by so much, in seconds, before they are believed and not the count of samples.
const SLACK: f64 = 0.05;
/// So much is decoded before the place where sound is wanted, in seconds: decoders need a while to be right. The
/// second is tried where the first comes out too late.
const RUN_UPS: [f64; 2] = [1.0, 11.0];
/// The longest silence that stands for samples that are not there, in seconds. A clock that leaps further is wrong.
const LONGEST_LEAP: f64 = 1800.0;
/// The furthest that a clock goes back, in seconds, for what was already heard to be dropped. One that goes back
/// further begins anew, as it does in recordings that were joined end to end.
const LONGEST_REPEAT: f64 = 1.0;
/// So many packets in a row that nothing can be made of are the end.
const MOST_BROKEN: u32 = 500;
/// How many samples of silence are given at a time.
const SILENCE: usize = SAMPLE_RATE as usize;
/// The most gaps that are told one by one.
const MOST_GAPS: usize = 100;

/// Where the samples that come out of the resampler lie.
struct Run {
    resampler: Resampler,
    /// When the first sample that it was given is heard, in seconds.
    begins: f64,
    /// How many samples it was given, and at which rate.
    fed: u64,
    rate: f64,
    /// The place of the next sample that comes out of it, counted from where sound is wanted.
    next: i64,
}

impl Run {
    fn ends(&self) -> f64 {
        self.begins + self.fed as f64 / self.rate
    }
}

/// The sound of a recording, from a second on.
pub(crate) struct Sound<'w> {
    reel: Reel<'w>,
    track: usize,
    tick: f64,
    decoder: Decoder,
    packet: Packet,
    frame: Frame,
    /// Whether `frame` holds what was decoded and not yet used.
    has_frame: bool,
    /// Where sound is wanted, in seconds.
    from: f64,
    run: Option<Run>,
    /// When the last sample was heard that was decoded, in seconds.
    heard_to: Option<f64>,
    /// Added to what the file says of time, in seconds, since it made no sense.
    shift: f64,
    /// How many samples were made.
    made: i64,
    /// How much silence comes before `ready`.
    silence: usize,
    ready: Vec<i16>,
    given: Vec<i16>,
    scratch: Vec<i16>,
    /// Packets, one after the other, that nothing could be made of.
    broken: u32,
    /// Whether there is nothing more to read, or to decode.
    is_read: bool,
    is_over: bool,
    gaps: Vec<Gap>,
}

impl<'w> Sound<'w> {
    /// The sound of a recording, from so many seconds after its beginning on.
    ///
    /// # Errors
    /// It cannot be opened, has no sound that can be decoded, or `pulse` said no.
    pub(crate) fn open(
        medium: &Medium,
        from: f64,
        pulse: impl Fn() -> bool + Copy + 'w,
    ) -> Result<Self, Interruption> {
        for run_up in RUN_UPS {
            let start = from - run_up;
            if start <= 0.0 {
                break;
            }
            let mut sound = Self::begin(medium, from, Box::new(pulse))?;
            if sound.reach(start)? {
                return Ok(sound);
            }
        }
        Self::begin(medium, from, Box::new(pulse))
    }

    /// The next samples, at [`SAMPLE_RATE`]: the first of all is heard at exactly the second that was asked for, and
    /// none is missing in between. None are the end.
    ///
    /// # Errors
    /// The system does not hand over the file, or nobody wants it any more.
    pub(crate) fn next(&mut self) -> Result<&[i16], Interruption> {
        self.given.clear();
        loop {
            if self.silence > 0 {
                let length = self.silence.min(SILENCE);
                self.silence -= length;
                self.given.resize(length, 0);
            } else if !self.ready.is_empty() {
                std::mem::swap(&mut self.given, &mut self.ready);
            } else if !self.is_over {
                self.advance()?;
                continue;
            }
            return Ok(&self.given);
        }
    }

    /// What could not be decoded so far.
    pub(crate) fn gaps(&self) -> Vec<Gap> {
        self.gaps.clone()
    }

    fn begin(medium: &Medium, from: f64, pulse: Pulse<'w>) -> Result<Self, Interruption> {
        let mut reel = Reel::open(medium, pulse)?;
        let Some(track) = reel.sound().cloned() else {
            return Err(Failure::new(Code::Unsupported, "it has no sound that can be decoded").into());
        };
        reel.container.keep_only(&[track.index]);
        let failed = |fault| refusal::undecodable("sound", fault);
        Ok(Self {
            decoder: reel.decoder(track.index).map_err(failed)?,
            packet: Packet::new().map_err(failed)?,
            frame: Frame::new().map_err(failed)?,
            reel,
            track: track.index,
            tick: track.tick,
            has_frame: false,
            from,
            run: None,
            heard_to: None,
            shift: 0.0,
            made: 0,
            silence: 0,
            ready: Vec::new(),
            given: Vec::new(),
            scratch: Vec::new(),
            broken: 0,
            is_read: false,
            is_over: false,
            gaps: Vec::new(),
        })
    }

    /// Goes on from this second, if a place at or before it can be found.
    fn reach(&mut self, second: f64) -> Result<bool, Interruption> {
        // Where there are pictures, the index of most containers is about them.
        let is_by_track = self.reel.container.format().contains("mp4");
        let leader = self.reel.picture().map(|track| track.index).filter(|_| !is_by_track);
        let sought = self.reel.container.seek(leader.unwrap_or(self.track), second + self.reel.origin);
        Ok(sought.is_ok() && self.decode()? && self.heard_at().is_some_and(|at| at <= self.from))
    }

    /// When the frame at hand is heard, in seconds from the beginning, as far as the file tells.
    fn heard_at(&self) -> Option<f64> {
        let at = self.frame.at()? as f64 * self.tick - self.reel.origin + self.shift;
        at.is_finite().then_some(at)
    }

    /// Decodes one frame, and makes samples of it or finds the end.
    fn advance(&mut self) -> Result<(), Interruption> {
        if !self.decode()? {
            self.finish_run();
            self.is_over = true;
            return Ok(());
        }
        if self.frame.samples() == 0 || self.frame.rate() == 0 {
            self.has_frame = false;
            return Ok(());
        }
        let says = self.heard_at().or(self.heard_to).unwrap_or(0.0);
        let at = self.believe(says);
        let follows = self.heard_to.is_some_and(|to| (at - to).abs() <= SLACK);
        match &self.run {
            Some(run) if follows && run.resampler.fits(&self.frame) => {}
            Some(_) => {
                // What it still holds comes first.
                self.finish_run();
                return Ok(());
            }
            None => {
                let Ok(resampler) = Resampler::new(&self.frame) else {
                    self.has_frame = false;
                    self.give_up(at, "it is of a kind that cannot be listened to");
                    return Ok(());
                };
                let next = ((at - self.from) * f64::from(SAMPLE_RATE)).round() as i64;
                let rate = f64::from(self.frame.rate());
                self.run = Some(Run { resampler, begins: at, fed: 0, rate, next });
            }
        }
        self.has_frame = false;
        if self.broken > 0 {
            if let Some(to) = self.heard_to.filter(|to| at - to > SLACK) {
                self.miss(to, at, refusal::broken(self.broken));
            }
            self.broken = 0;
        }
        let Some(run) = &mut self.run else { return Ok(()) };
        self.scratch.clear();
        let converted = run.resampler.convert(&self.frame, &mut self.scratch);
        run.fed += self.frame.samples() as u64;
        self.heard_to = Some(run.ends());
        let next = run.next;
        run.next += self.scratch.len() as i64;
        if converted.is_err() {
            self.run = None;
        }
        self.place(next);
        Ok(())
    }

    /// The second at which a frame is heard, of which the file says that it is this one.
    fn believe(&mut self, says: f64) -> f64 {
        let known = self.heard_to.unwrap_or(self.from);
        let leap = says - known;
        let is_back = self.heard_to.is_some() && -leap > LONGEST_REPEAT;
        if leap > LONGEST_LEAP || says > Recording::LONGEST || is_back {
            self.shift -= leap;
            self.miss(known, known, refusal::leap(leap));
            return known;
        }
        says
    }

    /// Takes the last samples out of the resampler.
    fn finish_run(&mut self) {
        self.scratch.clear();
        if let Some(Run { resampler, next, .. }) = self.run.take()
            && resampler.finish(&mut self.scratch).is_ok()
        {
            self.place(next);
        }
    }

    /// Gives out what came of the resampler, of which the first belongs to this place. Nothing else is to be given
    /// out by now.
    fn place(&mut self, first: i64) {
        let end = first + self.scratch.len() as i64;
        if end <= self.made.max(first) {
            return;
        }
        self.silence = usize::try_from(first - self.made).unwrap_or(0);
        let known = usize::try_from(self.made - first).unwrap_or(0);
        self.ready.extend_from_slice(&self.scratch[known..]);
        self.made = end;
    }

    /// Decodes until there is a frame; otherwise there is none left.
    fn decode(&mut self) -> Result<bool, Interruption> {
        while !self.has_frame {
            match self.decoder.receive(&mut self.frame) {
                Ok(true) => {
                    self.has_frame = true;
                    return Ok(true);
                }
                Ok(false) if self.is_read => return Ok(false),
                Ok(false) => {}
                Err(_) => self.broken += 1,
            }
            if self.broken > MOST_BROKEN {
                if self.is_read {
                    return Ok(false);
                }
                self.give_up(self.second(), "too much in a row cannot be decoded");
            }
            if !self.is_read {
                self.feed()?;
            }
        }
        Ok(true)
    }

    /// Hands the next packet to the decoder.
    fn feed(&mut self) -> Result<(), Interruption> {
        match self.reel.container.read(&mut self.packet) {
            Ok(()) if self.packet.track() != self.track => return Ok(()),
            Ok(()) => {
                if self.decoder.send(Some(&self.packet)).is_err() {
                    self.broken += 1;
                }
                return Ok(());
            }
            Err(Fault::END) => {}
            Err(Fault::STOPPED) => return Err(Interruption::Cancelled),
            Err(fault) => {
                if let Some(error) = self.reel.container.take_error() {
                    return Err(refusal::unreadable(&error).into());
                }
                self.broken += 1;
                if self.broken <= MOST_BROKEN {
                    return Ok(());
                }
                self.give_up(self.second(), &fault.to_string());
            }
        }
        if self.broken > 0 {
            let second = self.second();
            self.miss(second, second, refusal::broken_end(self.broken));
        }
        self.is_read = true;
        // It was fed before, and has nothing against an end.
        let _ = self.decoder.send(None);
        Ok(())
    }

    /// The second up to which samples were made.
    fn second(&self) -> f64 {
        self.heard_to.unwrap_or(self.from)
    }

    /// Ends it here; the rest is missing.
    fn give_up(&mut self, at: f64, why: &str) {
        let ends = self.reel.duration().unwrap_or(at).max(at);
        self.miss(at, ends, why.to_owned());
        self.broken = 0;
        self.is_read = true;
        let _ = self.decoder.send(None);
    }

    fn miss(&mut self, from: f64, to: f64, reason: String) {
        let bounded = |second: f64| second.clamp(0.0, Recording::LONGEST);
        let (from, to) = (bounded(from.max(self.from)), bounded(to.max(self.from)));
        if self.gaps.len() < MOST_GAPS {
            self.gaps.push(Gap { from, to, what: Missing::Sound, reason });
        } else if let Some(last) = self.gaps.last_mut() {
            last.to = last.to.max(to);
        }
    }
}

#[cfg(test)]
#[path = "sound_tests.rs"]
mod tests;
