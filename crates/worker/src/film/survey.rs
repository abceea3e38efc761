//! What a recording holds, as far as its header tells, and a frame that stands for it.

use std::ffi::CStr;

use deskscribe_protocol::{Code, Failure, Gap, Missing, PictureTrack, SoundTrack, Survey, one_line};
use image::{GrayImage, RgbImage};

use super::av::{Content, Decoder, Track};
use super::picture::{self, Picture};
use super::reel::Reel;
use super::{Sound, refusal};
use crate::job::{Interruption, Medium};
use crate::origin;

/// A frame that says something is looked for in this share of a recording, but at least and at most in so many
/// seconds, and in no more frames than this.
const SHARE: f64 = 0.05;
const SECONDS: (f64, f64) = (1.0, 10.0);
const MOST_FRAMES: usize = 300;
/// The edge of what frames are judged by, in pixels.
const JUDGED_EDGE: u32 = 160;
/// The least by which the brightness of a frame that says something differs from its mean.
const LEAST_CONTRAST: f64 = 10.0;
/// The longest name that is kept, in characters.
const LONGEST_NAME: usize = 100;

/// What an open recording holds, and a frame that stands for it. `pulse` is heard while it is looked into.
///
/// # Errors
/// Nothing in it can be decoded, it cannot be read, or nobody wants it any more.
pub(crate) fn survey(
    medium: &Medium,
    reel: Reel<'_>,
    edge: u32,
    pulse: impl Fn() -> bool + Copy,
) -> Result<(Survey, Option<RgbImage>), Interruption> {
    let name = |text: &str| one_line(text, LONGEST_NAME);
    let duration = reel.duration();
    let mut survey = Survey {
        duration,
        picture: None,
        sound: reel.sound().map(|track| SoundTrack { codec: name(&track.codec) }),
        taken_at: taken_at(&reel),
        camera: camera(&reel),
        gaps: unknown(&reel, duration.unwrap_or_default()),
    };
    let wanted = edge.max(JUDGED_EDGE);
    let mut poster = picture::cover(&reel, wanted);
    let track = reel.picture().cloned();
    // What a header says that there is may be no sound at all.
    if track.is_none() && survey.sound.is_some() && Sound::open(medium, 0.0, pulse)?.next()?.is_empty() {
        return Err(undecodable("sound").into());
    }
    if let Some(track) = track {
        let mut lost = None;
        let too_large = refusal::too_large(track.width, track.height, medium.limits.pixels);
        match too_large.map_or_else(|| Picture::of(reel), Err) {
            Ok(Some(mut moving)) => match look_for_poster(&mut moving, wanted)? {
                Some(found) => {
                    let (width, height) = match picture::sides(&track) {
                        (0, _) | (_, 0) => found.dimensions(),
                        sides => sides,
                    };
                    survey.picture = Some(PictureTrack { width, height, codec: name(&track.codec) });
                    poster = Some(found);
                }
                None => lost = Some(undecodable("picture")),
            },
            Ok(None) => {}
            Err(failure) => lost = Some(failure),
        }
        if let Some(failure) = lost {
            if survey.sound.is_none() {
                return Err(failure.into());
            }
            let to = duration.unwrap_or_default();
            survey.gaps.push(Gap { from: 0.0, to, what: Missing::Picture, reason: failure.reason });
        }
    } else if survey.sound.is_none() {
        let failure = match survey.gaps.first() {
            Some(gap) => Failure::new(Code::Unsupported, &gap.reason),
            None => Failure::new(Code::Damaged, "there is neither a picture nor sound in it"),
        };
        return Err(failure.into());
    }
    Ok((survey, poster.filter(|_| edge > 0)))
}

fn undecodable(what: &str) -> Failure {
    Failure::new(Code::Damaged, format!("nothing of its {what} can be decoded: it is damaged"))
}

/// The first frame that says something, or else the first of all.
fn look_for_poster(moving: &mut Picture<'_>, edge: u32) -> Result<Option<RgbImage>, Interruption> {
    let to = (moving.duration().unwrap_or_default() * SHARE).clamp(SECONDS.0, SECONDS.1);
    let mut first = None;
    let mut begins = None;
    for _ in 0..MOST_FRAMES {
        let Some((at, _)) = moving.advance()? else { break };
        if at - *begins.get_or_insert(at) > to {
            break;
        }
        if first.is_some() && !moving.greys(JUDGED_EDGE).is_ok_and(|greys| says_something(&greys)) {
            continue;
        }
        let Ok(frame) = moving.colours(edge) else { continue };
        if moving.greys(JUDGED_EDGE).is_ok_and(|greys| says_something(&greys)) {
            return Ok(Some(frame));
        }
        first = first.or(Some(frame));
    }
    Ok(first)
}

fn says_something(greys: &GrayImage) -> bool {
    let count = greys.as_raw().len().max(1) as f64;
    let mean = greys.as_raw().iter().map(|grey| f64::from(*grey)).sum::<f64>() / count;
    let spread = greys.as_raw().iter().map(|grey| (f64::from(*grey) - mean).powi(2)).sum::<f64>() / count;
    spread.sqrt() >= LEAST_CONTRAST
}

/// Tracks that nothing here can decode.
fn unknown(reel: &Reel<'_>, to: f64) -> Vec<Gap> {
    let gap = |track: &Track| {
        let (what, words) = match track.content {
            Content::Picture => (Missing::Picture, "picture"),
            Content::Sound => (Missing::Sound, "sound"),
            Content::Cover | Content::Other => return None,
        };
        if Decoder::is_known(&reel.container, track.index) {
            return None;
        }
        let reason = match track.codec.as_str() {
            "" | "none" => format!("a track of {words} in a format that nobody here knows"),
            codec => {
                let codec = one_line(codec, LONGEST_NAME);
                format!("a track of {words} in the format {codec}, which is not read")
            }
        };
        Some(Gap { from: 0.0, to, what, reason })
    };
    reel.tracks.iter().filter_map(gap).collect()
}

fn taken_at(reel: &Reel<'_>) -> Option<String> {
    // The first has the time zone of the place.
    let names = [c"com.apple.quicktime.creationdate", c"creation_time"];
    names.iter().find_map(|name| origin::rfc_3339(&note(reel, name)?))
}

fn camera(reel: &Reel<'_>) -> Option<String> {
    let pairs = [
        (c"com.apple.quicktime.make", c"com.apple.quicktime.model"),
        (c"com.android.manufacturer", c"com.android.model"),
        (c"make", c"model"),
    ];
    let named = |name| note(reel, name);
    pairs.iter().find_map(|(make, model)| origin::camera(named(make).as_deref(), named(model).as_deref()))
}

/// What a recording, or the track that is looked at, says about itself.
fn note(reel: &Reel<'_>, name: &CStr) -> Option<String> {
    let tracks = [reel.picture(), reel.sound()].into_iter().flatten().map(|track| Some(track.index));
    let said = [None].into_iter().chain(tracks).find_map(|track| reel.container.note(track, name))?;
    Some(said.trim().to_owned()).filter(|said| !said.is_empty())
}
