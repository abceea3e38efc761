//! `deskscribe list`: what was read, the newest first, or as it comes in.

use std::io;
use std::thread;

use deskscribe_engine::{Follow, Home, ItemState, Listed, StopWaiting, WAITS_FOR_SPEECH, clock, json, local};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use crate::args::ListArgs;
use crate::exit::Exit;
use crate::library::{folder_and_name, open, query};
use crate::show::{Style, print, say, untitled};

/// Runs the command.
pub(crate) fn list(args: ListArgs) -> anyhow::Result<Exit> {
    let ListArgs { query: filters, json, limit, follow: is_endless } = args;
    let (home, query) = (Home::locate()?, query(&filters)?);
    let most = limit.map_or(usize::MAX, |limit| limit as usize);
    let rows = Rows { json, style: Style::of_stdout() };
    if is_endless {
        let news = Follow::begin(&home, query)?;
        say("Waiting for what is read from now on. Ctrl-C ends it.");
        follow(news, most, rows)?;
        return Ok(Exit::Done);
    }
    let library = open(&home)?;
    let mut told = 0;
    library.list(&query, |listed| {
        told += 1;
        rows.print(&listed)?;
        anyhow::Ok(told < most)
    })?;
    if told > 0 {
        return Ok(Exit::Done);
    }
    say(&format!("Nothing matches; {}.", library.coverage()?));
    Ok(Exit::InPart)
}

/// Prints what comes in, until Ctrl-C ends the program or nobody reads it any more.
fn follow(mut follow: Follow, most: usize, rows: Rows) -> anyhow::Result<()> {
    end_with_the_reader(follow.stopper())?;
    for _ in 0..most {
        let Some(listed) = follow.wait()? else { break };
        rows.print(&listed)?;
    }
    Ok(())
}

/// Ends the wait when whoever reads our stdout has gone away: `deskscribe list --follow | head` would otherwise wait
/// for one row more.
fn end_with_the_reader(stop: StopWaiting) -> io::Result<()> {
    let wait = move || {
        let stdout = io::stdout();
        loop {
            // Asked for nothing, it wakes when the other end is closed, and at nothing else.
            let mut ends = [PollFd::new(&stdout, PollFlags::empty())];
            match poll(&mut ends, None) {
                Err(Errno::INTR) => {}
                _ => break stop.stop(),
            }
        }
    };
    thread::Builder::new().name("reader".to_owned()).spawn(wait).map(drop)
}

/// How rows are printed.
struct Rows {
    json: bool,
    style: Style,
}

impl Rows {
    fn print(&self, listed: &Listed) -> anyhow::Result<()> {
        let line = if self.json { json(listed)? } else { self.describe(listed) };
        Ok(print(&(line + "\n"))?)
    }

    /// Such as `2026-03-14 09:12  Backup  Screenshot.png · ~/Desktop`.
    fn describe(&self, listed: &Listed) -> String {
        let (folder, name) = folder_and_name(&listed.path);
        let what = match (listed.state, &listed.reason) {
            (ItemState::Read, _) => {
                listed.title.clone().unwrap_or_else(|| untitled(listed.duration.is_some()).to_owned())
            }
            (ItemState::Failed, reason) => format!("failed: {}", reason.as_deref().unwrap_or_default()),
            (ItemState::Queued, None) => "not read yet".to_owned(),
            (ItemState::Queued, Some(reason)) => format!("not read for now: {reason}"),
        };
        let length = listed.duration.map(|seconds| format!(" · {}", clock(seconds))).unwrap_or_default();
        let waits = if listed.pending.is_empty() { String::new() } else { format!(" · {WAITS_FOR_SPEECH}") };
        let line = format!("{}  {what}  ({name} · {folder}{length}{waits})", local(listed.moment));
        self.style.marked(&line, &[])
    }
}
