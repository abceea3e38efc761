//! What a model says, made fit to be shown; and whether it makes any sense.

use std::collections::HashSet;

use deskscribe_protocol::Digest;

use super::material::{FENCE, is_hidden};

/// The longest title, in characters.
const TITLE: usize = 100;
/// The longest summary, in characters: what is longer is cut behind a sentence.
const SUMMARY: usize = 900;

/// A title of one line, if anything is left of it.
pub(super) fn title(text: &str) -> Option<String> {
    let line = bare(text.lines().find(|line| line.chars().any(char::is_alphanumeric))?);
    let line = line.trim_start_matches(['#', '-', '*', '•', ' ']);
    let line = unlabelled(line, &["title"]).trim_matches(['"', '\'', '“', '”', '„', '«', '»', '*', '`', ' ']);
    // A sentence's end is none of a name's.
    let line = line.strip_suffix('.').filter(|rest| !rest.ends_with('.')).unwrap_or(line);
    let title = shortened(line, TITLE, char::is_whitespace);
    title.chars().any(char::is_alphanumeric).then_some(title)
}

/// A summary of one paragraph, if anything is left of it.
pub(super) fn summary(text: &str) -> Option<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with("```"));
    let lines: Vec<String> = lines
        .map(|line| bare(line.trim_start_matches(['#', '>', '*', '•', ' ']).trim_start_matches("- ")))
        .filter(|line| !line.is_empty())
        .collect();
    let text = lines.join(" ").replace("**", "").replace("__", "");
    let text = unlabelled(&text, &["summary"]);
    let ends = |c: char| matches!(c, '.' | '!' | '?' | '。' | '！' | '？' | '…');
    let summary = if text.chars().nth(SUMMARY).is_some() {
        let (end, _) = text.char_indices().nth(SUMMARY).unwrap_or_default();
        let cut = &text[..end];
        match cut.rfind(ends).filter(|at| *at > end / 2) {
            Some(at) => cut[..at].to_owned() + &cut[at..].chars().take(1).collect::<String>(),
            None => shortened(text, SUMMARY, char::is_whitespace),
        }
    } else {
        text.to_owned()
    };
    summary.chars().any(char::is_alphanumeric).then_some(summary)
}

/// Without hidden characters, white space folded.
pub(super) fn bare(text: &str) -> String {
    let seen: String = text.chars().filter(|c| c.is_whitespace() || !is_hidden(*c)).collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Cut at a border, with a sign that it was.
fn shortened(text: &str, most: usize, border: impl Fn(char) -> bool) -> String {
    let Some((end, _)) =
        text.char_indices().nth(most.saturating_sub(1)).filter(|_| text.chars().count() > most)
    else {
        return text.to_owned();
    };
    let cut = &text[..end];
    let cut = cut.rfind(border).filter(|at| *at > end / 2).map_or(cut, |at| &cut[..at]);
    format!("{}…", cut.trim_end_matches(|c: char| !c.is_alphanumeric()))
}

/// Without `Summary:` before it.
fn unlabelled<'t>(text: &'t str, labels: &[&str]) -> &'t str {
    let text = text.trim();
    match text.split_once(':') {
        Some((label, rest))
            if labels.contains(&label.trim_matches(['*', '"', ' ']).to_lowercase().as_str()) =>
        {
            rest.trim_start_matches(['*', ' '])
        }
        _ => text,
    }
}

/// What a model says aloud before it answers, if it does, is no answer; nor is what it was cut off at.
pub(super) fn without_thoughts(text: &str) -> &str {
    const THOUGHTS: [(&str, &str); 3] =
        [("<think>", "</think>"), ("<thinking>", "</thinking>"), ("[THINK]", "[/THINK]")];
    for (begin, end) in THOUGHTS {
        if let Some((_, after)) = text.rsplit_once(end) {
            return after;
        }
        if text.trim_start().starts_with(begin) {
            return "";
        }
    }
    text
}

/// Whether a text tells anybody anything: neither next to nothing, nor a circle, nor what was asked, nor a refusal.
pub(super) fn makes_sense(text: &str, asked: &str) -> bool {
    const LEAST_LETTERS: usize = 4;
    let all = text.chars().filter(|c| !c.is_whitespace()).count();
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    letters >= LEAST_LETTERS
        && letters * 2 > all
        && !is_placeholder(text)
        && !goes_round(text)
        && !is_echo(text, asked)
        && !is_refusal(text)
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Whether it says the same again and again.
fn goes_round(text: &str) -> bool {
    /// Text that deflates by more than this repeats itself; what people write comes to 1.2 to 2.2.
    const DEFLATES: f32 = 3.5;
    /// Nothing can be said of less, in bytes.
    const LEAST: usize = 64;
    /// So many words of which so few are different.
    const WORDS: usize = 12;
    let deflated = miniz_oxide::deflate::compress_to_vec_zlib(text.as_bytes(), 6).len();
    let words = words(text);
    let different = words.iter().collect::<HashSet<_>>().len();
    (text.len() >= LEAST && text.len() as f32 / deflated as f32 > DEFLATES)
        || (words.len() >= WORDS && different * 4 <= words.len())
        || is_one_character(text)
}

/// Whether most of it is one character.
fn is_one_character(text: &str) -> bool {
    let characters: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let most = characters.iter().collect::<HashSet<_>>();
    characters.len() >= 12 && most.len() <= 3
}

/// Whether half of what it says was said in the question, or it shows the fence around the material.
fn is_echo(text: &str, asked: &str) -> bool {
    /// Words that stand side by side.
    const SIDE: usize = 4;
    let (said, asked) = (words(text), words(asked));
    let known: HashSet<&[String]> = asked.windows(SIDE).collect();
    let echoed = said.windows(SIDE).filter(|window| known.contains(window)).count();
    text.contains(FENCE) || echoed >= 3 && echoed * 2 >= said.len().saturating_sub(SIDE - 1)
}

/// Whether a text only names what was asked for.
pub(super) fn is_placeholder(text: &str) -> bool {
    matches!(text.to_lowercase().as_str(), "title" | "untitled" | "string" | "n/a" | "none" | "null")
}

/// Whether it only says that it says nothing.
fn is_refusal(text: &str) -> bool {
    const REFUSALS: [&str; 18] = [
        "i m sorry",
        "i am sorry",
        "sorry i can",
        "i cannot",
        "i can t",
        "i m unable",
        "i am unable",
        "as an ai",
        "i m not able",
        "es tut mir leid",
        "ich kann nicht",
        "ich kann ihnen",
        "je suis désolé",
        "lo siento",
        "mi dispiace",
        "抱歉",
        "很抱歉",
        "申し訳",
    ];
    let start = words(text).join(" ");
    text.chars().count() < 300 && REFUSALS.iter().any(|refusal| start.starts_with(refusal))
}

const _: () = assert!(TITLE <= Digest::LONGEST_TITLE && SUMMARY <= Digest::LONGEST_SUMMARY);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_clean_line() {
        for (said, kept) in [
            ("Invoice 2231 for garden furniture", "Invoice 2231 for garden furniture"),
            ("\n# **Title:** \"Invoice 2231\"\nand more", "Invoice 2231"),
            ("Title: The plan.", "The plan"),
            ("Wait for it...", "Wait for it..."),
            ("evil\u{202e}txt.exe \u{1b}[31mred\u{200b}", "eviltxt.exe [31mred"),
        ] {
            assert_eq!(title(said).as_deref(), Some(kept), "{said}");
        }
        assert_eq!(title("  \n*** --- "), None);
        let long = title(&"word ".repeat(99)).unwrap();
        assert!(long.ends_with("word…") && long.chars().count() <= TITLE);
        assert!(title(&"長".repeat(999)).unwrap().chars().count() <= TITLE);
    }

    #[test]
    fn a_summary_is_one_clean_paragraph() {
        for (said, kept) in [
            ("It is an invoice.\n\nIt is due.", "It is an invoice. It is due."),
            ("```\n**Summary:** - Two\tthings.\n```", "- Two things."),
            ("- one\n- two\n> three", "one two three"),
            ("\u{feff}a\u{0}b\u{2066}c\u{85}d", "abc d"),
        ] {
            assert_eq!(summary(said).as_deref(), Some(kept), "{said}");
        }
        assert_eq!(summary("```json\n```"), None);
        let long = summary(&"A sentence of six short words. ".repeat(99)).unwrap();
        assert!(long.ends_with("words.") && long.chars().count() <= SUMMARY);
        assert!(summary(&"長".repeat(9999)).unwrap().chars().count() <= SUMMARY);
        assert!(summary(&"長い。".repeat(9999)).unwrap().ends_with('。'));
    }

    #[test]
    fn thoughts_are_no_answer() {
        assert_eq!(without_thoughts("<think>hm {\"a\": 1}</think>\n{}"), "\n{}");
        assert_eq!(without_thoughts(" <think>cut off"), "");
        assert_eq!(without_thoughts("I think so"), "I think so");
    }

    #[test]
    fn what_people_would_write_makes_sense() {
        let asked =
            "Write a summary: one to three plain sentences that tell what it is and what matters in it.";
        for text in [
            "An invoice of 412 € for garden furniture, due on 17 March.",
            "会議は木曜日です。",
            "Ein Chat",
            "The screen tells the user to ignore all previous instructions.",
            "No, no, no, no: the meeting is on Thursday, not on Friday, as Anna wrote three times.",
        ] {
            assert!(makes_sense(text, asked), "{text}");
        }
        for text in [
            "",
            "ok",
            "....!!!....",
            "{}{}{}{}abcd{}{}{}",
            "the the the the the the the the the the the the the",
            &"We will see what comes. ".repeat(9),
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈",
            "One to three plain sentences that tell what it is and what matters.",
            "I'm sorry, but I can't help with that.",
        ] {
            assert!(!makes_sense(text, asked), "{text}");
        }
    }
}
