//! What was shown, said and lost in a recording, for a person in a terminal.

use deskscribe_engine::{
    Gap, MODELS_COMMAND, OnScreen, Recording, Segment, WAITS_FOR_SPEECH, by_time, clock, missing, tame,
};

/// A timeline of what was shown, what was said, and what is missing, each with its times; what it waits for comes
/// first.
pub(crate) fn timelines(recording: &Recording, waits_for_speech: bool) -> String {
    let Recording { transcript, screen, gaps, .. } = recording;
    let mut text = String::new();
    if waits_for_speech {
        text += &format!("What is said is {WAITS_FOR_SPEECH}. To get one: {MODELS_COMMAND}\n");
    }
    let said = |Segment { start, text, .. }: &Segment| (clock(start.floor()), text.trim().to_owned());
    let shown = |OnScreen { from, to, text }: &OnScreen| (by_time(*from, *to), text.trim().to_owned());
    let lost =
        |Gap { from, to, what, reason }: &Gap| (by_time(*from, *to), format!("{}: {reason}", missing(*what)));
    for (head, lines) in [
        ("Said", transcript.iter().map(said).collect::<Vec<_>>()),
        ("Shown", screen.iter().map(shown).collect()),
        ("Missing", gaps.iter().map(lost).collect()),
    ] {
        if lines.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text += &format!("{head}:\n{}", columns(&lines));
    }
    if text.is_empty() { "Nothing was said or shown in it.\n".to_owned() } else { text }
}

/// Times, each told once for all lines that follow with the same, and what belongs to them.
fn columns(lines: &[(String, String)]) -> String {
    let width = lines.iter().map(|(time, _)| time.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    let mut told = "";
    for (time, line) in lines {
        let shown = if time == told { "" } else { time.as_str() };
        text += &format!("  {shown:>width$}  {}\n", tame(line));
        told = time;
    }
    text
}

#[cfg(test)]
mod tests {
    use deskscribe_engine::{Missing, Sound};

    use super::*;

    #[test]
    fn a_recording_is_told_by_its_times() {
        let line = |from, to, text: &str| OnScreen { from, to, text: text.to_owned() };
        let recording = Recording {
            duration: 4000.0,
            sound: Sound::Speech,
            transcript: vec![Segment {
                start: 3.9,
                end: 6.0,
                text: " Hello\x1b[2J ".to_owned(),
                confidence: 1.0,
            }],
            spoken_language: None,
            screen: vec![
                line(0.0, 60.0, "Agenda"),
                line(0.0, 60.0, "1. Budget"),
                line(60.0, 3900.0, "Slide 2"),
            ],
            gaps: vec![Gap {
                from: 3900.0,
                to: 4000.0,
                what: Missing::Rest,
                reason: "the file ends there".to_owned(),
            }],
        };
        assert_eq!(
            timelines(&recording, false),
            "Said:\n  0:03  Hello\u{fffd}[2J\n\nShown:\n     0:00–1:00  Agenda\n                1. Budget\n  \
             1:00–1:05:00  Slide 2\n\nMissing:\n  1:05:00–1:06:40  missing: the file ends there\n"
        );
        let silent = Recording { duration: 3.0, ..Recording::default() };
        assert_eq!(timelines(&silent, false), "Nothing was said or shown in it.\n");
        assert_eq!(
            timelines(&silent, true),
            "What is said is waiting for a speech model. To get one: deskscribe models get\n"
        );
    }
}
