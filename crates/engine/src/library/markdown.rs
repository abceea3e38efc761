//! An item as Markdown, in which every text stays a text, whatever Markdown it holds.

use std::fmt::Write;

use deskscribe_cache::Receipt;
use deskscribe_protocol::{acts, tame};

use super::Item;
use crate::transcript::{WAITS_FOR_SPEECH, plain, sections, sound};
use crate::{RowState, clock, count, size};

/// A heading, what is known, and the text as it was read, in a fence; of a recording, what was said and shown with its
/// times.
pub fn markdown(item: &Item) -> String {
    let Item { row, bytes, date, read_at, places, receipts } = item;
    let name = row.path.rsplit('/').next().unwrap_or_default();
    let mut text = format!("# {}\n", plain(row.title.as_deref().unwrap_or(name)));
    if let Some(summary) = &row.summary {
        let _ = write!(text, "\n{}\n", plain(summary));
    }
    text += "\n| | |\n|---|---|\n";
    let mut line = |what: &str, value: String| {
        let _ = writeln!(text, "| {what} | {value} |");
    };
    line("File", code(&row.path));
    for place in places.iter().filter(|place| **place != row.path) {
        line("Also", code(place));
    }
    let tags: Vec<String> = row.tags.iter().map(|tag| plain(tag)).collect();
    let pixels = row.width.zip(row.height).map(|(width, height)| format!("{width} × {height}"));
    let length = row.recording.as_ref().map(|recording| clock(recording.duration));
    let kind = [Some(row.kind.to_string()), pixels, length, bytes.map(size)];
    line("Kind", kind.into_iter().flatten().collect::<Vec<_>>().join(", "));
    for (what, value) in [
        ("Tags", (!tags.is_empty()).then(|| tags.join(", "))),
        ("Language", row.language.as_deref().map(plain)),
        ("Sound", row.recording.as_ref().map(|recording| sound(recording.sound).to_owned())),
        ("Spoken", row.recording.as_ref().and_then(|it| it.spoken_language.as_deref()).map(plain)),
        ("Pending", row.pending.contains(&"speech").then(|| WAITS_FOR_SPEECH.to_owned())),
        ("Date", date.clone()),
        ("Camera", row.camera.as_deref().map(plain)),
        ("Read", read_at.clone()),
        ("Summary by", row.summary_by.as_deref().map(plain)),
        ("Key", row.key.map(|key| code(&key.to_string()))),
    ] {
        if let Some(value) = value {
            line(what, value);
        }
    }
    for receipt in receipts {
        line("Asked", plain(&asked(receipt)));
    }
    if !row.chapters.is_empty() {
        text += "\n## Chapters\n\n";
        for chapter in &row.chapters {
            let _ = writeln!(text, "- {} {}", clock(chapter.at), plain(&chapter.title));
        }
    }
    if let Some(recording) = &row.recording {
        let sections = sections(recording);
        return text + if sections.is_empty() { "\nNothing was said or shown.\n" } else { &sections };
    }
    match (&row.text, row.state) {
        (Some(words), _) if !words.is_empty() => {
            let fence = fence(words);
            let _ = write!(text, "\n{fence}text\n{}\n{fence}\n", several_lines(words));
        }
        (_, RowState::Read) => text += "\nNo text was found.\n",
        _ => {
            let _ = write!(text, "\nNot read: {}.\n", plain(row.reason.as_deref().unwrap_or_default()));
        }
    }
    text
}

/// What was sent to a language model and came back, in one line.
pub fn asked(receipt: &Receipt) -> String {
    let Receipt { server, remote, model, requests, sent, received, seconds } = receipt;
    let whither = if *remote { "LEFT THIS MACHINE" } else { "this machine" };
    let times = count(u64::from(*requests), "request", "requests");
    let (sent, received) = (size(*sent), size(*received));
    format!("{model} on {server}, {whither}: {times}, {sent} sent, {received} received, {seconds:.1} s")
}

/// One line in a span of code. Within a table, a bar has to be escaped even there.
fn code(text: &str) -> String {
    let text = tame(text).replace('|', "\\|");
    let ticks = longest_run(&text) + 1;
    let (ticks, pad) = ("`".repeat(ticks), if text.contains('`') { " " } else { "" });
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// What ends a block of code and stands nowhere in it.
fn fence(text: &str) -> String {
    "`".repeat(longest_run(text).max(2) + 1)
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

fn several_lines(text: &str) -> String {
    let keeps = |c: char| !acts(c) || matches!(c, '\n' | '\t');
    text.trim_end().chars().map(|c| if keeps(c) { c } else { '\u{fffd}' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_picture_marks_nothing_up() {
        assert_eq!(code("/a`b|c.png"), "`` /a`b\\|c.png ``");
        assert_eq!(fence("a\n```\n````"), "`````");
        assert_eq!(fence("plain"), "```");
        assert_eq!(several_lines("a\x1b[2J\n\tb\n"), "a\u{fffd}[2J\n\tb");
    }
}
