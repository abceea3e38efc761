//! The moving picture of a recording: frame after frame, upright, and for how long each is shown.

use deskscribe_protocol::{Failure, Gap, Missing, Recording};
use image::{GrayImage, RgbImage, imageops};

use super::av::{Content, Decoder, Fault, Frame, Packet, Painter, Track};
use super::reel::Reel;
use super::refusal;
use crate::job::Interruption;

/// So many packets in a row that nothing can be made of are the end.
const MOST_BROKEN: u32 = 500;
/// A frame that is missing for longer than this is told, in seconds.
const LONGEST_HOLE: f64 = 0.5;
/// How long a frame is shown of which nothing tells it, in seconds.
const USUAL: f64 = 0.04;
/// The last frame is not shown for longer than this, in seconds, whatever the file says.
const LONGEST_LAST: f64 = 600.0;
/// The furthest that a clock goes back, in seconds, and stands still until it has caught up. One that goes back further
/// begins anew, as it does in recordings that were joined end to end.
const LONGEST_REPEAT: f64 = 1.0;
/// The longest that a frame stands still, in seconds, beyond what the file says of its length. A clock that leaps
/// further is wrong.
const LONGEST_LEAP: f64 = 1800.0;
/// The most gaps that are told one by one.
const MOST_GAPS: usize = 100;

/// A frame that is there to be painted.
struct Shown {
    frame: Frame,
    /// When it appears, in seconds.
    at: f64,
}

/// The moving picture of a recording.
pub(crate) struct Picture<'w> {
    reel: Reel<'w>,
    track: Track,
    decoder: Decoder,
    packet: Packet,
    painter: Painter,
    /// What is shown, and what is shown next.
    shown: Option<Shown>,
    next: Option<Shown>,
    spare: Vec<Frame>,
    /// For how long the last packet is shown, in seconds.
    lasts: f64,
    /// Added to what the file says of time, in seconds, since its clock began anew.
    shift: f64,
    /// Packets whose frames would come before this second need not be decoded, where each stands for itself.
    wanted: f64,
    broken: u32,
    is_read: bool,
    gaps: Vec<Gap>,
}

impl<'w> Picture<'w> {
    /// The picture of an open recording, at its beginning. None, if it has none that can be decoded.
    pub(crate) fn of(mut reel: Reel<'w>) -> Result<Option<Self>, Failure> {
        let Some(track) = reel.picture().cloned() else { return Ok(None) };
        reel.container.keep_only(&[track.index]);
        let failed = |fault| refusal::undecodable("picture", fault);
        Ok(Some(Self {
            decoder: reel.decoder(track.index).map_err(failed)?,
            packet: Packet::new().map_err(failed)?,
            spare: vec![Frame::new().map_err(failed)?, Frame::new().map_err(failed)?],
            reel,
            track,
            painter: Painter::default(),
            shown: None,
            next: None,
            lasts: USUAL,
            shift: 0.0,
            wanted: 0.0,
            broken: 0,
            is_read: false,
            gaps: Vec::new(),
        }))
    }

    /// Goes to the last place at or before this second from which it can be decoded, and says whether that was found.
    fn go_to(&mut self, second: f64) -> bool {
        let sought = self.reel.container.seek(self.track.index, second + self.reel.origin).is_ok();
        self.decoder.flush();
        self.spare.extend([self.shown.take(), self.next.take()].into_iter().flatten().map(|it| it.frame));
        self.is_read = false;
        self.shift = 0.0;
        sought
    }

    /// Shows a frame from which on all can be seen that is shown at this second: the first of all, if no place that
    /// is nearer can be found.
    pub(crate) fn approach(&mut self, second: f64) -> Result<Option<(f64, f64)>, Interruption> {
        /// Some indexes are wrong by a few seconds.
        const FARTHER: f64 = 11.0;
        if second <= 0.0 {
            return self.advance();
        }
        for place in [second, second - FARTHER] {
            if place > 0.0 && self.go_to(place) {
                let shown = self.advance()?;
                if shown.is_some_and(|(at, _)| at <= second) {
                    return Ok(shown);
                }
            }
        }
        self.go_to(0.0);
        self.advance()
    }

    /// Whether nothing comes after what is shown.
    pub(crate) fn is_last(&self) -> bool {
        self.next.is_none()
    }

    /// Shows the next frame: when it appears and when it is gone, in seconds. None is the end.
    ///
    /// # Errors
    /// The system does not hand over the file, or nobody wants it any more.
    pub(crate) fn advance(&mut self) -> Result<Option<(f64, f64)>, Interruption> {
        if self.next.is_none() && self.shown.is_none() {
            self.next = self.decode()?;
        }
        self.spare.extend(self.shown.take().map(|it| it.frame));
        self.shown = self.next.take();
        let Some(at) = self.shown.as_ref().map(|it| it.at) else { return Ok(None) };
        self.next = self.decode()?;
        let until = match &mut self.next {
            // Clocks that go back stand still.
            Some(next) => {
                next.at = next.at.max(at);
                next.at
            }
            None => at + self.lasts,
        };
        Ok(Some((at, until.min(Recording::LONGEST).max(at))))
    }

    /// Nothing that is gone before this second will be looked at.
    pub(crate) fn skip_to(&mut self, second: f64) {
        self.wanted = second;
    }

    /// What is shown, upright, its longer edge at most `edge`.
    pub(crate) fn colours(&mut self, edge: u32) -> Result<RgbImage, Fault> {
        let Some(Shown { frame, .. }) = &self.shown else { return Err(Fault::NONSENSE) };
        upright(&mut self.painter, frame, &self.track, edge)
    }

    /// How bright what is shown is, as stored, its longer edge at most `edge`.
    pub(crate) fn greys(&mut self, edge: u32) -> Result<GrayImage, Fault> {
        let Some(Shown { frame, .. }) = &self.shown else { return Err(Fault::NONSENSE) };
        let (width, height) = within(frame.width(), frame.height(), edge);
        self.painter.greys(frame, width, height)
    }

    /// Whether it is shown as it is stored.
    pub(crate) fn is_upright(&self) -> bool {
        self.track.quarter_turns == 0
    }

    /// What could not be decoded so far.
    pub(crate) fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// How long the recording says it is, in seconds.
    pub(crate) fn duration(&self) -> Option<f64> {
        self.reel.duration()
    }

    fn decode(&mut self) -> Result<Option<Shown>, Interruption> {
        let Some(mut frame) = self.spare.pop() else { return Ok(None) };
        loop {
            match self.decoder.receive(&mut frame) {
                Ok(true) => {
                    let at = self.appears(&frame);
                    self.tell_hole(at);
                    return Ok(Some(Shown { frame, at }));
                }
                Ok(false) if self.is_read => break,
                Ok(false) => {}
                Err(_) => self.broken += 1,
            }
            if self.broken > MOST_BROKEN {
                if self.is_read {
                    break;
                }
                self.give_up("too much in a row cannot be decoded");
            } else if !self.is_read {
                self.feed()?;
            }
        }
        self.spare.push(frame);
        Ok(None)
    }

    /// When a frame appears, in seconds from the beginning.
    fn appears(&mut self, frame: &Frame) -> f64 {
        let says = frame.at().map(|at| at as f64 * self.track.tick - self.reel.origin + self.shift);
        let known = self.shown.as_ref().map(|shown| shown.at);
        let follows = known.map_or(0.0, |known| known + self.lasts);
        let at = says.filter(|says| says.is_finite()).unwrap_or(follows);
        let ends = self.reel.duration().unwrap_or_default() + self.shift;
        let is_back = known.is_some_and(|known| known - at > LONGEST_REPEAT);
        let is_ahead = known.is_some() && at - follows > LONGEST_LEAP && at > ends;
        if is_back || is_ahead {
            let leap = at - follows;
            self.shift -= leap;
            self.miss(follows, follows, refusal::leap(leap));
            return follows.min(Recording::LONGEST);
        }
        at.clamp(0.0, Recording::LONGEST)
    }

    /// Hands the next packet to the decoder.
    fn feed(&mut self) -> Result<(), Interruption> {
        match self.reel.container.read(&mut self.packet) {
            Ok(()) if self.packet.track() != self.track.index => Ok(()),
            Ok(()) => {
                let lasts = self.packet.lasts() as f64 * self.track.tick;
                self.lasts = if lasts > 0.0 && lasts.is_finite() { lasts.min(LONGEST_LAST) } else { USUAL };
                let ends = self.packet.at().map(|at| (at as f64).mul_add(self.track.tick, self.lasts));
                // Far behind what is shown, its clock has begun anew.
                let early = self.reached() - LONGEST_REPEAT..self.wanted;
                let is_early =
                    ends.is_some_and(|ends| early.contains(&(ends - self.reel.origin + self.shift)));
                if is_early && self.decoder.stands_alone() {
                    return Ok(());
                }
                self.broken += u32::from(self.decoder.send(Some(&self.packet)).is_err());
                Ok(())
            }
            Err(Fault::STOPPED) => Err(Interruption::Cancelled),
            Err(fault) => {
                if let Some(error) = self.reel.container.take_error() {
                    return Err(refusal::unreadable(&error).into());
                }
                if fault != Fault::END {
                    self.broken += 1;
                    if self.broken <= MOST_BROKEN {
                        return Ok(());
                    }
                }
                if self.broken > 0 {
                    self.give_up(&refusal::broken_end(self.broken));
                } else {
                    self.finish();
                }
                Ok(())
            }
        }
    }

    /// Tells what was missing before a frame that could be decoded.
    fn tell_hole(&mut self, at: f64) {
        if self.broken > 0 {
            let known = self.reached();
            if at - known > LONGEST_HOLE {
                self.miss(known, at, refusal::broken(self.broken));
            }
            self.broken = 0;
        }
    }

    /// When the last frame that was decoded appears, in seconds.
    fn reached(&self) -> f64 {
        self.shown.as_ref().or(self.next.as_ref()).map_or(0.0, |it| it.at)
    }

    /// Ends it here; the rest is missing.
    fn give_up(&mut self, why: &str) {
        let at = self.reached();
        let ends = self.reel.duration().unwrap_or(at).max(at);
        self.miss(at, ends, why.to_owned());
        self.broken = 0;
        self.finish();
    }

    fn finish(&mut self) {
        self.is_read = true;
        // It was fed before, and has nothing against an end.
        let _ = self.decoder.send(None);
    }

    fn miss(&mut self, from: f64, to: f64, reason: String) {
        if self.gaps.len() < MOST_GAPS {
            self.gaps.push(Gap { from, to, what: Missing::Picture, reason });
        } else if let Some(last) = self.gaps.last_mut() {
            last.to = last.to.max(to);
        }
    }
}

/// The picture that belongs to all of a recording, upright.
pub(crate) fn cover(reel: &Reel<'_>, edge: u32) -> Option<RgbImage> {
    let track = reel.cover().filter(|track| track.content == Content::Cover)?;
    let mut decoder = reel.decoder(track.index).ok()?;
    let mut frame = Frame::new().ok()?;
    decoder.send(Some(&reel.container.cover(track.index)?)).ok()?;
    if !decoder.receive(&mut frame).ok()? {
        decoder.send(None).ok()?;
        if !decoder.receive(&mut frame).ok()? {
            return None;
        }
    }
    upright(&mut Painter::default(), &frame, track, edge).ok()
}

/// The sides of a track's picture when it is upright and its pixels are square.
pub(crate) fn sides(track: &Track) -> (u32, u32) {
    let (width, height) = square(track.width, track.height, track.pixel_aspect);
    if track.quarter_turns.is_multiple_of(2) { (width, height) } else { (height, width) }
}

fn upright(painter: &mut Painter, frame: &Frame, track: &Track, edge: u32) -> Result<RgbImage, Fault> {
    let (width, height) = square(frame.width(), frame.height(), track.pixel_aspect);
    let (width, height) = within(width, height, edge);
    let stored = painter.colours(frame, width, height)?;
    Ok(match track.quarter_turns {
        1 => imageops::rotate90(&stored),
        2 => imageops::rotate180(&stored),
        3 => imageops::rotate270(&stored),
        _ => stored,
    })
}

/// Sides with square pixels: those that are stretched become wider, or higher, and none is lost.
fn square(width: u32, height: u32, aspect: f64) -> (u32, u32) {
    if aspect >= 1.0 {
        ((f64::from(width) * aspect).round() as u32, height)
    } else {
        (width, (f64::from(height) / aspect).round() as u32)
    }
}

/// Sides in the same proportion, the longer at most `edge`.
fn within(width: u32, height: u32, edge: u32) -> (u32, u32) {
    let longer = width.max(height);
    let scale = |side: u32| (u64::from(side) * u64::from(edge) / u64::from(longer.max(1))).max(1) as u32;
    if longer <= edge { (width, height) } else { (scale(width), scale(height)) }
}
