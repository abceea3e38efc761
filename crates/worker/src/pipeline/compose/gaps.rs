//! What is missing from a recording, of all its parts together.

use deskscribe_protocol::{Gap, Missing, Parts, Recording};

/// A file may be wrong about how long it is by so many seconds, or by this part of it, without a word.
const OFF: f64 = 2.0;
const OFF_PART: f64 = 0.02;
/// What is missing for the same reason, and not further apart than this, in seconds, is one gap.
const TOGETHER: f64 = 0.1;

/// What is missing, in any order.
pub(super) struct Gaps(Vec<Gap>);

impl Gaps {
    /// What the parts miss, and what the file promises behind its end.
    pub(super) fn of(parts: &Parts, duration: f64) -> Self {
        let gaps = [&parts.survey.gaps, &parts.lost].into_iter();
        let gaps = gaps.chain(parts.heard.iter().map(|part| &part.gaps));
        let gaps = gaps.chain(parts.transcripts.iter().map(|part| &part.gaps));
        let gaps = gaps.chain(parts.watched.iter().map(|part| &part.gaps));
        let mut gaps: Vec<Gap> = gaps.flatten().cloned().collect();
        gaps.extend(rest(parts, duration));
        Self(gaps)
    }

    /// Whether any of this is missing.
    pub(super) fn has(&self, what: Missing) -> bool {
        self.0.iter().any(|gap| gap.what == what)
    }

    /// Entries, by time and length of text in bytes, as many as a recording may have; what is left out is a gap.
    pub(super) fn keep<T>(
        &mut self,
        mut entries: Vec<T>,
        duration: f64,
        what: Missing,
        measure: impl Fn(&T) -> (f64, usize),
    ) -> Vec<T> {
        // In the whole text, each is followed by one separator at most.
        let mut room = Recording::MOST_TEXT;
        let fits = |entry: &&T| {
            let left = room.checked_sub(measure(entry).1 + 1);
            room = left.unwrap_or_default();
            left.is_some()
        };
        let most = entries.iter().take(Recording::MOST).take_while(fits).count();
        if let Some(first) = entries.get(most) {
            let from = measure(first).0;
            let reason = "there is more text than can be kept".to_owned();
            self.0.push(Gap { from, to: duration.max(from), what, reason });
        }
        entries.truncate(most);
        entries
    }

    /// All of them in order, those that belong together as one.
    pub(super) fn in_order(self) -> Vec<Gap> {
        let Self(mut gaps) = self;
        let kind = |gap: &Gap| (gap.what, gap.reason.clone());
        gaps.sort_by(|one, other| kind(one).cmp(&kind(other)).then(one.from.total_cmp(&other.from)));
        gaps.dedup_by(|next, gap| {
            let is_one = kind(next) == kind(gap) && next.from - gap.to <= TOGETHER;
            if is_one {
                gap.to = gap.to.max(next.to);
            }
            is_one
        });
        gaps.sort_by(|one, other| one.from.total_cmp(&other.from).then(one.what.cmp(&other.what)));
        if gaps.len() > Recording::MOST_GAPS {
            let others = gaps.split_off(Recording::MOST_GAPS - 1);
            let to = others.iter().map(|gap| gap.to).fold(0.0, f64::max);
            let reason = format!("{} more places where something is missing", others.len());
            gaps.extend(others.first().map(|first| Gap { to, reason, ..first.clone() }));
        }
        gaps
    }
}

/// What the file promises behind its end.
fn rest(parts: &Parts, duration: f64) -> Option<Gap> {
    let says = parts.survey.duration?;
    let is_whole = parts.heard.last().is_none_or(|part| part.ended)
        && parts.watched.last().is_none_or(|part| part.ended)
        && (!parts.heard.is_empty() || !parts.watched.is_empty());
    if !is_whole || says - duration <= OFF.max(says * OFF_PART) {
        return None;
    }
    let reason = format!("the file says that it lasts {}, and ends after {}", clock(says), clock(duration));
    Some(Gap { from: duration, to: says.min(Recording::LONGEST), what: Missing::Rest, reason })
}

/// A time as people write it.
fn clock(seconds: f64) -> String {
    // As many hours as no recording has are as good as any.
    let seconds = seconds.clamp(0.0, 1e9).round() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}
