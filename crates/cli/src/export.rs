//! `deskscribe export`: what was read, for other programs.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use anyhow::bail;
use deskscribe_engine::{
    ContentKey, ExportError, Exported, Format, Home, Library, Named, Query, Selection, count,
};

use crate::args::ExportArgs;
use crate::exit::Exit;
use crate::library::{open, query};
use crate::show::say;

/// What the arguments stand for.
pub(crate) enum Asked {
    Named(Vec<ContentKey>),
    Matching(Query),
}

impl Asked {
    pub(crate) fn selection(&self) -> Selection<'_> {
        match self {
            Self::Named(keys) => Selection::Keys(keys),
            Self::Matching(query) => Selection::Matching(query),
        }
    }
}

/// Runs the command.
pub(crate) fn export(args: ExportArgs) -> anyhow::Result<Exit> {
    let ExportArgs { query, format, output, force } = args;
    let library = open(&Home::locate()?)?;
    let asked = asked(&library, &query)?;
    let selection = asked.selection();
    let format = Format::from(format);
    if let Some(format) = format.transcript().filter(|_| output.is_dir()) {
        let Exported { written, without } = library.export_transcripts(selection, format, &output, force)?;
        let rest = match without {
            0 => String::new(),
            _ => format!("; {without} of {} have no words", count(written + without, "item", "items")),
        };
        say(&format!(
            "Exported {} to {}{rest}.",
            count(written, "transcript", "transcripts"),
            output.display()
        ));
        return Ok(Exit::Done);
    }
    let is_stdout = output == Path::new("-");
    let written = if is_stdout {
        library.export(selection, format, io::stdout().lock())
    } else {
        library.export_to(selection, format, &output, force)
    };
    let written = match written {
        // Nobody reads any more, or there is no room: `main` knows which.
        Err(ExportError::Write(error)) => {
            return Err(anyhow::Error::from(error).context("stdout does not take what is exported"));
        }
        written => written?,
    };
    let what = match format.transcript() {
        Some(_) => count(written, "transcript", "transcripts"),
        None => count(written, "item", "items"),
    };
    let place = if is_stdout { String::new() } else { format!(" to {}", output.display()) };
    say(&format!("Exported {what}{place}."));
    Ok(Exit::Done)
}

/// Files and keys, or a query.
pub(crate) fn asked(library: &Library, words: &[OsString]) -> anyhow::Result<Asked> {
    let named = words.iter().filter(|word| is_name(word)).count();
    if named == 0 {
        return Ok(Asked::Matching(query(words)?));
    }
    if let Some(filter) = words.iter().find(|word| !is_name(word)) {
        bail!(
            "name files and keys, or give filters and words, but not both: {} is no file",
            filter.display()
        );
    }
    let key = |name: &OsString| match library.find(name)? {
        Named::Content { key, .. } => Ok(key),
        Named::Queued(queued) => bail!("this file was not read: {}", queued.path.display()),
    };
    Ok(Asked::Named(words.iter().map(key).collect::<anyhow::Result<_>>()?))
}

/// Whether this is a file or a key, and no filter.
fn is_name(word: &OsStr) -> bool {
    let path = Path::new(word);
    let is_path = path.is_absolute() || path.starts_with(".") || path.starts_with("..") || path.is_file();
    is_path || word.as_encoded_bytes().starts_with(b"b3:")
}
