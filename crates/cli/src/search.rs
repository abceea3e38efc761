//! `deskscribe search`: files by what is written in them.

use std::io::{self, IsTerminal};

use deskscribe_engine::{
    Coverage, Found, Gateway, Home, Library, Meant, Named, Query, Settings, Total, clock, json, local,
};

use crate::args::{SearchArgs, SimilarArgs};
use crate::exit::Exit;
use crate::library::{folder_and_name, open, query};
use crate::runtime;
use crate::show::{Style, print, say};

/// Runs the command.
pub(crate) fn search(args: SearchArgs) -> anyhow::Result<Exit> {
    let SearchArgs { query: words, json: as_json, limit, meaning } = args;
    let query = query(&words)?;
    let home = Home::locate()?;
    let library = open(&home)?;
    let meant = if meaning { meant(&home, query.said())? } else { None };
    let findings = match &meant {
        Some(meant) => library.search_meaning(&query, meant.meaning(), limit as usize)?,
        None => library.search(&query, limit as usize)?,
    };
    tell(&findings.hits, as_json)?;
    if findings.hits.is_empty() {
        return nothing(&library, &query, findings.coverage);
    }
    if !as_json && io::stdout().is_terminal() {
        say("");
    }
    say(&sum_up(findings.hits.len(), findings.total, findings.coverage));
    Ok(Exit::Done)
}

/// Finds what is like a file.
pub(crate) fn similar(args: SimilarArgs) -> anyhow::Result<Exit> {
    let SimilarArgs { name, json, limit } = args;
    let library = open(&Home::locate()?)?;
    let Named::Content { key, .. } = library.find(&name)? else {
        say("It is not read yet.");
        return Ok(Exit::InPart);
    };
    let found = library.similar(&key, limit as usize)?;
    tell(&found, json)?;
    if found.is_empty() {
        say(
            "Nothing is known to be like it. Vectors are made with summaries: deskscribe llm says whether a model does.",
        );
        return Ok(Exit::InPart);
    }
    Ok(Exit::Done)
}

/// What these words mean to the language model. Without one, there are the words.
fn meant(home: &Home, words: &str) -> anyhow::Result<Option<Meant>> {
    if words.is_empty() {
        return Ok(None);
    }
    let settings = Settings::load(home)?;
    let runtime = runtime()?;
    let meant = runtime.block_on(Gateway::of(home, &settings).meaning(words));
    runtime.shutdown_background();
    Ok(meant.map_err(|trouble| say(&format!("Searched by words alone: {}", trouble.words()))).ok())
}

fn tell(hits: &[Found], as_json: bool) -> anyhow::Result<()> {
    let style = Style::of_stdout();
    for (number, found) in hits.iter().enumerate() {
        let gap = if number == 0 || as_json { "" } else { "\n" };
        let text = if as_json { json(found)? + "\n" } else { describe(found, style) };
        print(&format!("{gap}{text}"))?;
    }
    Ok(())
}

/// A hit, for a person: what it is, where and when, and the words.
fn describe(found: &Found, style: Style) -> String {
    let (folder, name) = folder_and_name(&found.path);
    let mut text = style.marked(found.title.as_deref().unwrap_or(&name), &[]);
    text.push('\n');
    let mut line = format!("  {name} · {folder} · {}", local(found.moment));
    if let Some(page) = found.page.filter(|page| *page > 0) {
        line += &format!(" · page {}", page + 1);
    }
    if let Some(at) = found.at {
        line += &format!(" · at {}", clock(at.floor()));
    }
    if let Some(cosine) = found.meaning {
        line += &format!(" · alike {:.0} %", 100.0 * cosine.max(0.0));
    }
    text += &style.marked(&line, &[]);
    if !found.snippet.is_empty() {
        text += &format!("\n  {}", style.marked(&found.snippet, &found.marks));
    }
    text + "\n"
}

/// Such as `3 of 12 matches; searched 4,102 of 4,267, 165 not read yet`.
fn sum_up(shown: usize, total: Total, coverage: Coverage) -> String {
    let matches = match total {
        Total::Exactly(1) => "1 match".to_owned(),
        Total::Exactly(all) if all == shown => format!("{total} matches"),
        _ => format!("{shown} of {total} matches (--limit shows more)"),
    };
    format!("{matches}; {coverage}")
}

fn nothing(library: &Library, query: &Query, coverage: Coverage) -> anyhow::Result<Exit> {
    say(&format!("No match; {coverage}."));
    if query.has_filters()
        && query.has_words()
        && !library.search(&query.without_filters(), 1)?.hits.is_empty()
    {
        say("The words are there, but not with these filters.");
    } else if query.has_several_words() {
        say("All words must stand in the same file: try fewer of them.");
    }
    if coverage.queued > 0 {
        say("To read what is not read yet: deskscribe scan --queued");
    }
    Ok(Exit::InPart)
}
