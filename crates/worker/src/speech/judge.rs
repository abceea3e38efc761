//! Which words of an engine are believed.
//!
//! Where nobody speaks, or nothing can be understood, a speech engine may go on in circles, or say what so often stood
//! under the silence that it learned from ("Thanks for watching!"). Both are better told as what they are.

use std::ops::Range;

use super::evidence::Evidence;
use super::whisper::Said;
use super::words::{folded, spoken};

/// What is thought of some words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// They were said.
    Believed,
    /// Nobody said anything.
    Nothing,
    /// Somebody said something, and not this.
    Unclear(&'static str),
}

/// Words that are less probable than this, by the mean of their logarithms, are guesses.
const GUESSED: f32 = -1.0;
/// What is less probable than this is not beyond doubt.
const DOUBTFUL: f32 = -0.5;
/// The engine itself doubts that anybody speaks.
const NO_SPEECH: f32 = 0.5;
/// Who speaks to the end, speaks for at least this part of the time.
const SPOKEN: f32 = 0.4;
/// Text that deflates by more than this repeats itself; what people say comes to 1.2 to 2.
const DEFLATES: f32 = 2.4;
/// Words in a circle, and how often it goes round, at least.
const CIRCLE: usize = 12;
const ROUNDS: usize = 4;
/// The most words of a circle that are looked for.
const WIDEST: usize = 12;
/// Nobody speaks more characters in a second.
const FASTEST: f64 = 60.0;

/// Said by nobody: credits that stood under films.
const CREDITS: [&str; 22] = [
    "amara org",
    "subtitles by",
    "subtitled by",
    "captions by",
    "captioning by",
    "transcription by",
    "transcribed by",
    "translated by",
    "untertitel der",
    "untertitel im auftrag",
    "untertitelung",
    "sous titrage",
    "sous titres réalisés",
    "subtítulos realizados",
    "sottotitoli",
    "legendas pela",
    "ondertiteld door",
    "napisy stworzone",
    "субтитры",
    "редактор субтитров",
    "字幕由",
    "字幕志愿者",
];

/// Said by people too, but mostly by nobody.
const FAREWELLS: [&str; 30] = [
    "thank you",
    "thanks for watching",
    "thank you for watching",
    "thank you so much for watching",
    "thanks for listening",
    "please subscribe",
    "like and subscribe",
    "don t forget to subscribe",
    "see you next time",
    "see you in the next video",
    "i ll see you in the next video",
    "bye",
    "bye bye",
    "you",
    "vielen dank",
    "vielen dank fürs zuschauen",
    "bis zum nächsten mal",
    "merci d avoir regardé cette vidéo",
    "gracias por ver el video",
    "gracias por ver",
    "grazie per la visione",
    "obrigado por assistir",
    "bedankt voor het kijken",
    "dziękuję za uwagę",
    "спасибо за просмотр",
    "продолжение следует",
    "izlediğiniz için teşekkür ederim",
    "ご視聴ありがとうございました",
    "谢谢观看",
    "시청해주셔서 감사합니다",
];

/// What is thought of each of the words of a window.
pub(crate) fn judge(said: &[Said], evidence: &Evidence) -> Vec<Verdict> {
    let texts: Vec<String> = said.iter().map(|it| folded(&spoken(&it.text))).collect();
    let circle = circle(&texts);
    let verdict = |(index, said): (usize, &Said)| {
        let text = texts[index].as_str();
        let spoken = evidence.share(said.from, said.to);
        if text.is_empty() || !evidence.has_speech(said.from, said.to) {
            Verdict::Nothing
        } else if is_ghost(text, said, spoken) {
            if spoken < SPOKEN {
                Verdict::Nothing
            } else {
                Verdict::Unclear("somebody speaks, and not clearly enough")
            }
        } else if circle.contains(&index) {
            Verdict::Unclear("the same words over and over")
        } else if said.logprob < GUESSED {
            Verdict::Unclear("not clear enough to be understood")
        } else if text.chars().count() as f64 > FASTEST * (said.to - said.from).max(0.5) {
            Verdict::Unclear("more words than anybody says in that time")
        } else {
            Verdict::Believed
        }
    };
    said.iter().enumerate().map(verdict).collect()
}

/// Whether these are words that engines make up.
fn is_ghost(text: &str, said: &Said, spoken: f32) -> bool {
    let doubtful = said.no_speech >= NO_SPEECH || said.logprob < DOUBTFUL || spoken < SPOKEN;
    // A sentence in which they occur is one that somebody said.
    let short = text.split(' ').count() <= 10 && text.chars().count() <= 80;
    let is_credit = short && CREDITS.iter().any(|credit| text.starts_with(credit) || text.ends_with(credit));
    is_credit || doubtful && FAREWELLS.contains(&text)
}

/// The texts whose words follow themselves again and again, or all, if they only repeat themselves somehow.
fn circle(texts: &[String]) -> Range<usize> {
    let words =
        texts.iter().enumerate().flat_map(|(index, text)| text.split(' ').map(move |word| (index, word)));
    let words: Vec<(usize, &str)> = words.filter(|(_, word)| !word.is_empty()).collect();
    for width in 1..=WIDEST.min(words.len() / ROUNDS) {
        let follow = width * (ROUNDS.max(CIRCLE.div_ceil(width)) - 1);
        let mut same = 0;
        let mut found: Option<Range<usize>> = None;
        for (at, (before, word)) in words.iter().zip(&words[width..]).enumerate() {
            same = if word.1 == before.1 { same + 1 } else { 0 };
            if same >= follow {
                let begin = found.map_or(words[at + 1 - same].0, |found| found.start);
                found = Some(begin..word.0 + 1);
            }
        }
        if let Some(found) = found {
            return found;
        }
    }
    if deflates(&texts.join(" ")) { 0..texts.len() } else { 0..0 }
}

/// Whether a text takes much less room once it is deflated.
fn deflates(text: &str) -> bool {
    /// Nothing can be said of less, in bytes.
    const LEAST: usize = 64;
    let deflated = miniz_oxide::deflate::compress_to_vec_zlib(text.as_bytes(), 6).len();
    text.len() >= LEAST && text.len() as f32 / deflated as f32 > DEFLATES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(from: f64, to: f64, text: &str) -> Said {
        Said { from, to, text: text.to_owned(), logprob: -0.2, no_speech: 0.0 }
    }

    /// Somebody speaks all the time but for the last two of twelve seconds.
    fn evidence() -> Evidence {
        Evidence((0..375).map(|frame| if frame < 312 { 0.9 } else { 0.05 }).collect())
    }

    fn of_one(said: Said) -> Verdict {
        judge(&[said], &evidence())[0]
    }

    #[test]
    fn what_people_say_is_believed() {
        for text in [
            "No, no, no, no, I said the blue one.",
            "Testing, one two three, testing, one two three.",
            "Thank you for watching over the children while we were at the meeting.",
            "我们星期四下午开会",
            "And the subtitles by the way are wrong, so please correct them before Friday and tell Anna.",
        ] {
            assert_eq!(of_one(said(0.0, 8.0, text)), Verdict::Believed, "{text}");
        }
        assert_eq!(of_one(said(1.0, 2.0, "Thank you.")), Verdict::Believed);
    }

    #[test]
    fn circles_are_unclear() {
        let same = |text: &str, times| vec![text; times].join(" ");
        for text in [same("no", 40), same("I don't know.", 8), same("and then we go to the next one", 5)] {
            assert!(matches!(of_one(said(0.0, 9.0, &text)), Verdict::Unclear(_)), "{text}");
        }
        // One sentence again and again, each time as words of its own, behind one that was said.
        let mut many = vec![said(0.0, 2.0, "The budget for October is three thousand dollars.")];
        many.extend((2..10).map(|at| said(f64::from(at), f64::from(at + 1), "We will see.")));
        let verdicts = judge(&many, &evidence());
        assert_eq!(verdicts[0], Verdict::Believed);
        assert!(verdicts[1..].iter().all(|it| matches!(it, Verdict::Unclear(_))), "{verdicts:?}");
    }

    #[test]
    fn ghosts_are_not_believed() {
        // Where nobody speaks, nothing was said, whatever the engine is sure of.
        assert_eq!(of_one(said(10.5, 11.9, "Enter the date on the screen.")), Verdict::Nothing);
        assert_eq!(of_one(said(9.7, 11.9, "Thanks for watching!")), Verdict::Nothing);
        assert_eq!(of_one(said(0.0, 2.0, "[BLANK_AUDIO]")), Verdict::Nothing);
        // Where somebody does, something else was.
        let doubted = Said { no_speech: 0.8, ..said(1.0, 3.0, "Vielen Dank fürs Zuschauen!") };
        assert!(matches!(of_one(doubted), Verdict::Unclear(_)));
        for credit in [
            "Untertitel der Amara.org-Community",
            "Субтитры сделал DimaTorzok",
            "Subtitles by the Amara.org community",
        ] {
            assert!(matches!(of_one(said(1.0, 3.0, credit)), Verdict::Unclear(_)), "{credit}");
        }
    }

    #[test]
    fn guesses_are_unclear() {
        let guess = Said { logprob: -1.3, ..said(0.0, 3.0, "We met at the old station") };
        assert!(matches!(of_one(guess), Verdict::Unclear(_)));
        let hasty =
            "Everybody talks about the weather and nobody does anything about it at all these days, Anna.";
        assert!(matches!(of_one(said(0.0, 0.6, hasty)), Verdict::Unclear(_)));
    }
}
