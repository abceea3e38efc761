//! An item as Markdown, in which every text stays a text, whatever Markdown it holds.

use std::fmt::Write;

use deskscribe_protocol::{acts, tame};

use super::Item;
use crate::{RowState, size};

/// A heading, what is known, and the text as it was read, in a fence.
pub fn markdown(item: &Item) -> String {
    let Item { row, bytes, date, read_at, places } = item;
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
    let kind = [Some(row.kind.to_string()), pixels, bytes.map(size)];
    line("Kind", kind.into_iter().flatten().collect::<Vec<_>>().join(", "));
    for (what, value) in [
        ("Tags", (!tags.is_empty()).then(|| tags.join(", "))),
        ("Language", row.language.as_deref().map(plain)),
        ("Date", date.clone()),
        ("Camera", row.camera.as_deref().map(plain)),
        ("Read", read_at.clone()),
        ("Key", row.key.map(|key| code(&key.to_string()))),
    ] {
        if let Some(value) = value {
            line(what, value);
        }
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

/// One line in which nothing is marked up.
fn plain(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in tame(text).chars() {
        match c {
            // Entities too: `&lt;` in a picture is no `<`.
            '&' => line.push_str("&amp;"),
            '<' => line.push_str("&lt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '>' | '#' | '|' | '~' | '!' | '$' => line.extend(['\\', c]),
            c => line.push(c),
        }
    }
    line
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
        assert_eq!(plain("# *a* <b> [c](d) & `e`"), "\\# \\*a\\* &lt;b\\> \\[c\\](d) &amp; \\`e\\`");
        assert_eq!(code("/a`b|c.png"), "`` /a`b\\|c.png ``");
        assert_eq!(fence("a\n```\n````"), "`````");
        assert_eq!(fence("plain"), "```");
        assert_eq!(several_lines("a\x1b[2J\n\tb\n"), "a\u{fffd}[2J\n\tb");
    }
}
