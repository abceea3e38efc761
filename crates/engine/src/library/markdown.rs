//! An item as Markdown, in which every text stays a text, whatever Markdown it holds.

use std::fmt::Write;

use deskscribe_cache::Receipt;
use deskscribe_protocol::{acts, tame};

use super::Item;
use crate::transcript::{WAITS_FOR_SPEECH, plain, sections, sound};
use crate::{RowState, clock, count, omitted, size};

/// A heading, what is known, and the text as it was read, tables as tables and the rest in fences; of a recording, what
/// was said and shown with its times.
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
        ("Coordinates", row.coordinates.map(|place| place.to_string())),
        ("Read", read_at.clone()),
        ("Summary by", row.summary_by.as_deref().map(plain)),
        ("Key", row.key.map(|key| code(&key.to_string()))),
    ] {
        if let Some(value) = value {
            line(what, value);
        }
    }
    for omission in &row.omissions {
        line("Missing", plain(&omitted(omission)));
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
            text += &body(words);
        }
        (_, RowState::Read) => text += "\nNo text was found.\n",
        _ => {
            let _ = write!(text, "\nNot read: {}.\n", plain(row.reason.as_deref().unwrap_or_default()));
        }
    }
    text
}

/// A text as it was read: tables as tables, what stands between them in fences.
fn body(words: &str) -> String {
    let lines: Vec<&str> = words.trim_end_matches('\n').split('\n').collect();
    let mut text = String::new();
    let mut plain_lines: Vec<&str> = Vec::new();
    for rows in lines.chunk_by(|one, other| cells(one) == cells(other)) {
        if is_table(rows) {
            fenced(&mut text, &mut plain_lines);
            table(&mut text, rows);
        } else {
            plain_lines.extend(rows);
        }
    }
    fenced(&mut text, &mut plain_lines);
    text
}

/// How many cells a line has.
fn cells(line: &str) -> usize {
    line.split('\t').count()
}

/// Whether lines with as many cells as each other are a table: a row alone may be a menu, two columns of which the
/// first one is of numbers a program.
fn is_table(rows: &[&str]) -> bool {
    let is_number = |row: &&&str| row.split('\t').next().is_some_and(|cell| cell.parse::<u32>().is_ok());
    match rows.first().map_or(0, |row| cells(row)) {
        0 | 1 => false,
        2 => rows.len() >= 3 && 2 * rows.iter().filter(is_number).count() < rows.len(),
        _ => rows.len() >= 2,
    }
}

/// The first row is its head.
fn table(text: &mut String, rows: &[&str]) {
    text.push('\n');
    for (at, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row.split('\t').map(plain).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
        if at == 0 {
            let _ = writeln!(text, "|{}", "---|".repeat(cells.len()));
        }
    }
}

fn fenced(text: &mut String, lines: &mut Vec<&str>) {
    let words = lines.join("\n");
    lines.clear();
    if !words.trim().is_empty() {
        let fence = fence(&words);
        let _ = write!(text, "\n{fence}text\n{}\n{fence}\n", several_lines(&words));
    }
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
    fn tables_are_tables_and_what_stands_between_them_is_fenced() {
        let words = "Plants\nFile\tEdit\tView\tHelp\nPlant\tToday\tNote\nRoof\t1 | 2\t\nBarn\t388\t*new*\n1\tlet x;\n2\tlet y;\n3\tx";
        let expected = "\n```text\nPlants\nFile\tEdit\tView\tHelp\n```\n\n| Plant | Today | Note |\n|---|---|---|\n\
            | Roof | 1 \\| 2 |  |\n| Barn | 388 | \\*new\\* |\n\n```text\n1\tlet x;\n2\tlet y;\n3\tx\n```\n";
        assert_eq!(body(words), expected);
        assert_eq!(
            body("Name\tAda\nTown\tHaddon\nYear\t1815"),
            "\n| Name | Ada |\n|---|---|\n| Town | Haddon |\n| Year | 1815 |\n"
        );
    }

    #[test]
    fn what_stands_in_a_picture_marks_nothing_up() {
        assert_eq!(code("/a`b|c.png"), "`` /a`b\\|c.png ``");
        assert_eq!(fence("a\n```\n````"), "`````");
        assert_eq!(fence("plain"), "```");
        assert_eq!(several_lines("a\x1b[2J\n\tb\n"), "a\u{fffd}[2J\n\tb");
    }
}
