//! `deskscribe export`: what was read, for other programs.

use std::io;
use std::path::Path;

use deskscribe_engine::{ExportError, Home, count};

use crate::args::ExportArgs;
use crate::exit::Exit;
use crate::library::{open, query};
use crate::show::say;

/// Runs the command.
pub(crate) fn export(args: ExportArgs) -> anyhow::Result<Exit> {
    let ExportArgs { query: filters, format, output, force } = args;
    let query = query(&filters)?;
    let library = open(&Home::locate()?)?;
    let written = if output == Path::new("-") {
        library.export(&query, format.into(), io::stdout().lock())
    } else {
        library.export_to(&query, format.into(), &output, force)
    };
    let written = match written {
        // Nobody reads any more, or there is no room: `main` knows which.
        Err(ExportError::Write(error)) => {
            return Err(anyhow::Error::from(error).context("stdout does not take what is exported"));
        }
        written => written?,
    };
    let place = if output == Path::new("-") { String::new() } else { format!(" to {}", output.display()) };
    say(&format!("Exported {}{place}.", count(written, "item", "items")));
    Ok(Exit::Done)
}
