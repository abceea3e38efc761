//! Cues as SubRip and WebVTT have them.
//!
//! SubRip has no specification but what players read; WebVTT: <https://www.w3.org/TR/webvtt1/#file-structure>.

use std::fmt::Write;

use super::cues::Cue;

/// SubRip: a number, a line of times, the text, an empty line.
pub(super) fn srt(cues: &[Cue]) -> String {
    let mut text = String::new();
    for (number, Cue { start, end, lines }) in (1..).zip(cues) {
        let (start, end, lines) = (time(*start, ','), time(*end, ','), lines.join("\n"));
        let _ = write!(text, "{number}\n{start} --> {end}\n{lines}\n\n");
    }
    text
}

/// WebVTT: a head, and for each cue a line of times, the text, in which no character marks anything up, and an empty
/// line.
pub(super) fn vtt(cues: &[Cue]) -> String {
    let mut text = "WEBVTT\n\n".to_owned();
    for Cue { start, end, lines } in cues {
        let lines = lines.join("\n").replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let _ = write!(text, "{} --> {}\n{lines}\n\n", time(*start, '.'), time(*end, '.'));
    }
    text
}

/// Such as `01:02:07,250`; of more than 99 hours, with as many digits as it takes.
fn time(milliseconds: u64, point: char) -> String {
    let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}{point}{rest:03}")
}

#[cfg(test)]
mod tests {
    use deskscribe_protocol::Segment;
    use proptest::prelude::*;

    use super::super::cues::cues;
    use super::*;

    #[test]
    fn files_are_as_players_read_them() {
        let cue = |start, end, lines: &[&str]| Cue {
            start,
            end,
            lines: lines.iter().map(|&line| line.to_owned()).collect(),
        };
        let cues = [cue(1500, 4000, &["R&D <b>says</b>", "yes"]), cue(3_727_250, 360_000_000, &["a → b"])];
        assert_eq!(
            srt(&cues),
            "1\n00:00:01,500 --> 00:00:04,000\nR&D <b>says</b>\nyes\n\n\
             2\n01:02:07,250 --> 100:00:00,000\na → b\n\n"
        );
        assert_eq!(
            vtt(&cues),
            "WEBVTT\n\n00:00:01.500 --> 00:00:04.000\nR&amp;D &lt;b&gt;says&lt;/b&gt;\nyes\n\n\
             01:02:07.250 --> 100:00:00.000\na → b\n\n"
        );
    }

    fn milliseconds(time: &str, point: char) -> u64 {
        let (clock, rest) = time.split_once(point).unwrap();
        assert_eq!(rest.len(), 3);
        let parts: Vec<u64> = clock.split(':').map(|part| part.parse().unwrap()).collect();
        let [hours, minutes, seconds] = parts[..] else { panic!("{time}") };
        assert!(minutes < 60 && seconds < 60 && clock.len() >= 8);
        ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest.parse::<u64>().unwrap()
    }

    /// A parser of either format that knows nothing of how we write it.
    fn parsed(text: &str, point: char) -> Vec<Cue> {
        let blocks = text.split("\n\n").filter(|block| !block.is_empty());
        let cue = |block: &str| {
            let mut lines = block.lines().skip(usize::from(point == ','));
            let (start, end) = lines.next().unwrap().split_once(" --> ").unwrap();
            let plain = |line: &str| line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            let lines = lines.map(|line| if point == '.' { plain(line) } else { line.to_owned() });
            Cue { start: milliseconds(start, point), end: milliseconds(end, point), lines: lines.collect() }
        };
        blocks.map(cue).collect()
    }

    prop_compose! {
        fn segment()(
            start in 0.0..359_000.0, lasts in 0.0..60.0,
            text in "(\\PC|[a-z東&<>. \\-é\u{301}。!?]|-->){0,300}",
        ) -> Segment {
            Segment { start, end: start + lasts, text, confidence: 1.0 }
        }
    }

    proptest! {
        /// Whatever is said comes back whole and in its time, in cues that can be read.
        #[test]
        fn what_is_written_is_read_back(segments in prop::collection::vec(segment(), 0..4)) {
            let cues = cues(&segments);
            let (subrip, web) = (srt(&cues), vtt(&cues));
            prop_assert_eq!(&parsed(&subrip, ','), &cues);
            let rest = web.strip_prefix("WEBVTT\n\n").unwrap();
            prop_assert_eq!(&parsed(rest, '.'), &cues);
            for (number, block) in subrip.split("\n\n").filter(|block| !block.is_empty()).enumerate() {
                prop_assert_eq!(block.lines().next().unwrap().parse::<usize>().unwrap(), number + 1);
            }
            for cue in &cues {
                prop_assert!(cue.start < cue.end && (1..=2).contains(&cue.lines.len()), "{:?}", cue);
                prop_assert!(cue.lines.iter().all(|line| !line.trim().is_empty() && !line.contains("-->")));
            }
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            let said: String = segments.iter().map(|it| bare(&deskscribe_protocol::tame(&it.text).replace("-->", "→"))).collect();
            let shown: String = cues.iter().flat_map(|cue| &cue.lines).map(|line| bare(line)).collect();
            prop_assert_eq!(said, shown);
        }
    }
}
