//! `deskscribe service status`: whether it is installed, whether it runs, and what it watches.

use anyhow::Context;
use deskscribe_engine::{Home, RunningEngine, Status, at_home, count, local, tame};

use super::systemd::{ServiceState, Systemd, last_lines};
use super::{file, unit};
use crate::exit::Exit;
use crate::runtime;
use crate::show::{print, say, watched};

/// Lines of the journal that are shown.
const LINES: u32 = 5;

/// Runs the command.
pub(super) fn status() -> anyhow::Result<Exit> {
    let place = unit::place()?;
    let Some(text) = file::read(&place)? else {
        print("Not installed. To have folders watched in the background: deskscribe service install\n")?;
        return Ok(Exit::CouldNotRun);
    };
    let changed = if unit::is_ours(&text) { "" } else { ", changed by hand" };
    print(&format!("Installed: {}{changed}\n", at_home(&place)))?;
    let systemd = Systemd::find().context("it cannot be said whether the service runs")?;
    let state = systemd.state()?;
    let status = match state.process {
        Some(process) => runtime()?.block_on(ask(process))?,
        None => None,
    };
    print(&describe(&state, status.as_ref()))?;
    tell_last_lines()?;
    Ok(if state.runs() { Exit::Done } else { Exit::InPart })
}

/// The last lines that the service said.
pub(super) fn tell_last_lines() -> anyhow::Result<()> {
    let lines = last_lines(LINES);
    if !lines.is_empty() {
        let lines: String = lines.iter().map(|line| format!("  {}\n", tame(line))).collect();
        print(&format!("The last lines of its log:\n{lines}"))?;
    }
    Ok(())
}

/// What the engine of this process says, if it has one that answers.
async fn ask(process: u32) -> anyhow::Result<Option<Status>> {
    for engine in RunningEngine::all(&Home::locate()?).await? {
        if engine.process() == process.to_string() {
            let status = engine.status().await;
            return Ok(status.inspect_err(|error| say(&error.to_string())).ok());
        }
    }
    Ok(None)
}

/// How it is with the service, for a person.
fn describe(state: &ServiceState, status: Option<&Status>) -> String {
    let ServiceState { active, sub, enabled, process, since, result, code, restarts, stale } = state;
    let since = since.map(|since| format!(" since {}", local(since))).unwrap_or_default();
    let number = process.map(|process| format!(", process {process}")).unwrap_or_default();
    let mut text = match (active.as_str(), sub.as_str()) {
        ("active" | "reloading", _) => format!("Running{since}{number}.\n"),
        ("activating", "auto-restart") => {
            format!("Not running: it {}. systemd starts it again by itself.\n", ended(result, code))
        }
        ("activating", _) => format!("Starting{number}.\n"),
        ("deactivating", _) => format!("Stopping{number}.\n"),
        ("failed", _) => format!(
            "Not running: it {}. To start it again: systemctl --user start deskscribe\n",
            ended(result, code)
        ),
        _ => "Not running. To start it: systemctl --user start deskscribe\n".to_owned(),
    };
    if *restarts > 0 {
        text += &format!("It was started again {} after it failed.\n", count(*restarts, "time", "times"));
    }
    if !enabled {
        text += "It does not start when you log in. To change that: deskscribe service install\n";
    }
    if *stale {
        text += "The unit has changed since systemd read it. To mend that: deskscribe service install\n";
    }
    if let Some(status) = status {
        text += &watched(status);
    }
    text
}

/// How it ended, after "it".
fn ended(result: &str, code: &str) -> String {
    match result {
        "exit-code" => format!("ended with exit code {code}"),
        "signal" | "core-dump" => format!("was ended by signal {code}"),
        "timeout" => "did not start or stop in time".to_owned(),
        "oom-kill" => "was killed for want of memory".to_owned(),
        "start-limit-hit" => "was started too often in too short a time".to_owned(),
        other => format!("failed ({other})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_told_how_it_is_and_what_to_do() {
        let state = |active: &str, sub: &str, result: &str, code: &str| ServiceState {
            active: active.to_owned(),
            sub: sub.to_owned(),
            result: result.to_owned(),
            code: code.to_owned(),
            enabled: true,
            ..ServiceState::default()
        };
        let running =
            ServiceState { process: Some(4711), restarts: 2, ..state("active", "running", "success", "0") };
        let texts = [
            running,
            state("activating", "auto-restart", "exit-code", "2"),
            ServiceState { enabled: false, stale: true, ..state("failed", "failed", "signal", "9") },
            state("inactive", "dead", "success", "0"),
        ]
        .map(|state| describe(&state, None));
        insta::assert_snapshot!(texts.join("--\n"));
    }
}
