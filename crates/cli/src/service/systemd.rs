//! The user's own systemd, asked with its own programs.

use std::collections::HashMap;
use std::io;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, bail};

use super::unit::NAME;

/// What of a unit is asked.
const PROPERTIES: &str = "ActiveState,SubState,UnitFileState,MainPID,ActiveEnterTimestamp,Result,ExecMainStatus,\
                          NRestarts,NeedDaemonReload";

/// A user manager that answers.
pub(super) struct Systemd {
    /// Such as 252.
    pub(super) version: u32,
}

/// What systemd says about the service.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ServiceState {
    /// Such as `active` or `failed`.
    pub(super) active: String,
    /// In more detail, such as `auto-restart`.
    pub(super) sub: String,
    /// Whether it starts with the session.
    pub(super) enabled: bool,
    /// Its process, while it runs.
    pub(super) process: Option<u32>,
    /// Milliseconds since 1970, while it runs.
    pub(super) since: Option<i64>,
    /// How it ended the last time, such as `exit-code`.
    pub(super) result: String,
    /// The exit code of the last time.
    pub(super) code: String,
    /// How often it was started again by itself.
    pub(super) restarts: u64,
    /// Whether the unit file has changed since systemd read it.
    pub(super) stale: bool,
}

impl Systemd {
    /// The user manager, or why there is none.
    pub(super) fn find() -> anyhow::Result<Self> {
        let output = match systemctl(&["show", "--property=Version"]) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => bail!("this system has no systemctl"),
            output => output.context("systemctl could not be run")?,
        };
        let text = String::from_utf8_lossy(&output.stdout);
        let version = text.trim().trim_start_matches("Version=").trim_start_matches('v');
        let digits = version.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        match digits.parse() {
            Ok(version) if output.status.success() => Ok(Self { version }),
            _ => bail!("systemd does not run for this user ({})", last_words(&output)),
        }
    }

    /// Has it do something, and waits until that is done.
    pub(super) fn tell(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let line = || format!("systemctl --user {}", arguments.join(" "));
        let output = systemctl(arguments).with_context(|| format!("`{}` could not be run", line()))?;
        if !output.status.success() {
            bail!("`{}` failed: {}", line(), last_words(&output));
        }
        Ok(())
    }

    /// How it is with the service.
    pub(super) fn state(&self) -> anyhow::Result<ServiceState> {
        let properties = format!("--property={PROPERTIES}");
        let asked = ["show", NAME, "--timestamp=unix", &properties];
        let output = systemctl(&asked).context("systemctl could not be run")?;
        if !output.status.success() {
            bail!("systemd does not say how the service is: {}", last_words(&output));
        }
        Ok(ServiceState::of(&String::from_utf8_lossy(&output.stdout)))
    }
}

impl ServiceState {
    fn of(text: &str) -> Self {
        let said: HashMap<_, _> = text.lines().filter_map(|line| line.split_once('=')).collect();
        let word = |name: &str| said.get(name).copied().unwrap_or_default();
        let active = word("ActiveState").to_owned();
        let since = word("ActiveEnterTimestamp").strip_prefix('@').and_then(|text| text.parse::<i64>().ok());
        Self {
            sub: word("SubState").to_owned(),
            enabled: word("UnitFileState").starts_with("enabled"),
            process: word("MainPID").parse().ok().filter(|process| *process != 0),
            since: since.filter(|_| active == "active").map(|seconds| seconds * 1000),
            result: word("Result").to_owned(),
            code: word("ExecMainStatus").to_owned(),
            restarts: word("NRestarts").parse().unwrap_or_default(),
            stale: word("NeedDaemonReload") == "yes",
            active,
        }
    }

    /// Whether it watches, or is about to.
    pub(super) fn runs(&self) -> bool {
        matches!(self.active.as_str(), "active" | "reloading")
    }
}

/// The last lines that the service said, if the journal can be asked. Asked by the unit and not by the user's own
/// journal: where journals are not kept on disk, or the user is a system user, there is none.
pub(super) fn last_lines(most: u32) -> Vec<String> {
    let most = most.to_string();
    let arguments = [
        "--user-unit",
        NAME,
        "--lines",
        &most,
        "--output",
        "short",
        "--no-hostname",
        "--no-pager",
        "--quiet",
    ];
    let output = Command::new("journalctl").args(arguments).stdin(Stdio::null()).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn systemctl(arguments: &[&str]) -> io::Result<Output> {
    let mut command = Command::new("systemctl");
    // In the language that what is asked for has.
    command.env("LC_ALL", "C").args(["--user", "--no-pager", "--no-ask-password"]).args(arguments);
    command.stdin(Stdio::null()).output()
}

fn last_words(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let words = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    if words.is_empty() { format!("it ended with {}", output.status) } else { words }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_systemd_says_is_understood_and_what_it_does_not_say_is_not_made_up() {
        let text = "Result=success\nNRestarts=2\nMainPID=4711\nExecMainStatus=0\nActiveState=active\nSubState=running\n\
                    UnitFileState=enabled\nActiveEnterTimestamp=@1773479564\nNeedDaemonReload=no\n";
        let state = ServiceState::of(text);
        assert!(state.runs() && state.enabled && !state.stale);
        assert_eq!((state.process, state.since, state.restarts), (Some(4711), Some(1_773_479_564_000), 2));
        let gone =
            ServiceState::of("ActiveState=inactive\nMainPID=0\nActiveEnterTimestamp=\nUnitFileState=\n");
        assert_eq!(gone, ServiceState { active: "inactive".to_owned(), ..ServiceState::default() });
    }
}
