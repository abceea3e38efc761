//! `deskscribe service`: `deskscribe watch` as a service of the user's own systemd.

mod file;
mod status;
mod systemd;
mod unit;

use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context, bail};
use deskscribe_engine::{Home, at_home};

use crate::args::{ServiceArgs, ServiceCommand};
use crate::exit::Exit;
use crate::show::{print, say};
use systemd::Systemd;
use unit::{NAME, Unit, WANTED};

/// Runs the command.
pub(crate) fn service(args: ServiceArgs) -> anyhow::Result<Exit> {
    match args.command {
        ServiceCommand::Install { force } => install(force),
        ServiceCommand::Remove { force } => remove(force),
        ServiceCommand::Status => status::status(),
    }
}

fn install(force: bool) -> anyhow::Result<Exit> {
    let systemd = match Systemd::find() {
        Ok(systemd) => systemd,
        Err(reason) => bail!(
            "{reason}, so nothing was installed. Have `deskscribe watch` started when you log in: with an entry in \
             your desktop's list of programs to start, or with the line `deskscribe watch &` in ~/.profile"
        ),
    };
    let place = unit::place()?;
    let text = Unit::here(&Home::locate()?, systemd.version)?.text()?;
    let there = file::read(&place)?;
    if !force && there.as_deref().is_some_and(|there| there != text && !unit::is_ours(there)) {
        bail!(
            "this unit was changed by hand, or made by somebody else, and is left alone; --force replaces it: {}",
            place.display()
        );
    }
    let is_new = there.as_deref() != Some(text.as_str());
    if is_new {
        file::write(&place, &text)?;
    }
    let refused = || format!("the unit is written, but systemd does not take it: {}", place.display());
    systemd.tell(&["daemon-reload"]).with_context(refused)?;
    systemd.tell(&["enable", "--quiet", NAME]).with_context(refused)?;
    let runs = systemd.state()?.runs();
    // One that runs already goes on, unless it is another one now.
    let (verb, started) = match (runs, is_new) {
        (true, false) => ("", Ok(())),
        (true, true) => ("restart", systemd.tell(&["restart", NAME])),
        (false, _) => ("start", systemd.tell(&["start", NAME])),
    };
    let what = match there {
        None => "Installed",
        Some(_) if is_new => "Renewed",
        Some(_) => "Was installed already",
    };
    print(&format!("{what}: {}\n", at_home(&place)))?;
    if let Err(error) = started {
        say(&format!("It could not be {verb}ed: {error:#}"));
        status::tell_last_lines()?;
        say("systemd tries again by itself, and when you log in. `deskscribe service remove` ends that.");
        return Ok(Exit::InPart);
    }
    print(match verb {
        "" => "It runs, and starts whenever you log in.\n",
        "restart" => "It was started anew, and starts whenever you log in.\n",
        _ => "It was started, and starts whenever you log in.\n",
    })?;
    print(
        "How it goes: deskscribe service status\n\
         To undo this: deskscribe service remove\n",
    )?;
    if std::env::var_os("DESKSCRIBE_LLM_KEY").is_some() {
        say("The service does not get DESKSCRIBE_LLM_KEY; to keep the key for it: deskscribe llm key set");
    }
    Ok(Exit::Done)
}

fn remove(force: bool) -> anyhow::Result<Exit> {
    let place = unit::place()?;
    let Some(there) = file::read(&place)? else {
        print("The service is not installed.\n")?;
        return Ok(Exit::Done);
    };
    if !force && !unit::is_ours(&there) {
        bail!(
            "this unit was changed by hand, or made by somebody else, and is left alone; --force removes it: {}",
            place.display()
        );
    }
    let systemd = Systemd::find();
    if let Ok(systemd) = &systemd {
        systemd.tell(&["disable", "--quiet", "--now", NAME])?;
    }
    // Where no systemd runs, nobody else removes the link.
    let link = place.with_file_name(WANTED);
    for path in [&link, &place] {
        gone(path)
            .with_context(|| format!("this cannot be removed; check the folder: {}", path.display()))?;
    }
    if let Ok(systemd) = &systemd {
        systemd.tell(&["daemon-reload"])?;
        // It forgets that the service failed, if it did.
        let _ = systemd.tell(&["reset-failed", NAME]);
    }
    print(&format!(
        "Stopped and removed: {}\nWhat was read, settings and models stay. To have it back: deskscribe service install\n",
        at_home(&place)
    ))?;
    Ok(Exit::Done)
}

fn gone(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
