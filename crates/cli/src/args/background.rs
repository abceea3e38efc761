//! What can be asked of watching, of the service that does it, and of what runs in the background.

use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;
use jiff::SignedDuration;

use super::ReadAgain;

/// No pause that ends by itself is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(1000 * 60 * 60);

/// Watch folders, and read what is new in them until you stop it.
///
/// Nothing is read twice, and what was added, changed or moved while nobody watched is found at the start. Settings
/// that change are followed at once, and SIGHUP reads them anew. Ctrl-C or SIGTERM stops within a moment and loses
/// nothing.
///
/// Exit code: 0 it was stopped, 2 it could not run or go on.
#[derive(Debug, clap::Args)]
pub(crate) struct WatchArgs {
    /// Folders; without any those of settings.toml, and your Desktop when it names none
    #[arg(value_name = "FOLDER")]
    pub(crate) folders: Vec<PathBuf>,

    /// Print JSON Lines on stdout, one row for every file as `scan --json` does
    #[arg(long)]
    pub(crate) json: bool,
}

/// Have folders watched in the background, as a service of your own systemd.
///
/// It starts when you log in, does what `deskscribe watch` does, and says so in the journal.
#[derive(Debug, clap::Args)]
#[command(disable_help_subcommand = true)]
pub(crate) struct ServiceArgs {
    #[command(subcommand)]
    pub(crate) command: ServiceCommand,
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum ServiceCommand {
    /// Install the service and start it, now and whenever you log in
    ///
    /// Exit code: 0 it is installed and runs, 1 it is installed and did not start, 2 it could not be installed.
    Install {
        /// Also over a unit that was changed by hand
        #[arg(long)]
        force: bool,
    },
    /// Stop the service and remove it; what was read, settings and models stay
    ///
    /// Exit code: 0 it is gone, also when it was not there, 2 it could not be removed.
    Remove {
        /// Also a unit that was changed by hand
        #[arg(long)]
        force: bool,
    },
    /// Show whether the service is installed, whether it runs, and what it watches
    ///
    /// Exit code: 0 it runs, 1 it is installed and does not run, 2 it is not installed, or systemd cannot be asked.
    Status,
}

/// Have files read next by the window or the watch that runs, before everything else.
///
/// Exit code: 0 they were handed over, 2 they were not.
#[derive(Debug, clap::Args)]
pub(crate) struct AddArgs {
    /// Files or folders
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,

    /// Read again what is known already
    #[arg(long, value_name = "WHICH")]
    pub(crate) again: Option<ReadAgain>,
}

/// Have everything that runs read nothing until you resume it.
///
/// Exit code: 0 all are paused, also when nothing is running, 1 one is not, 2 nothing could be asked.
#[derive(Debug, clap::Args)]
pub(crate) struct PauseArgs {
    /// Go on by itself after this time, such as 30m, 1h or 1h30m
    #[arg(long = "for", value_name = "TIME", value_parser = time)]
    pub(crate) time: Option<Duration>,
}

/// Have everything that was paused go on.
///
/// Exit code: 0 all go on, also when nothing is running, 1 one does not, 2 nothing could be asked.
#[derive(Debug, clap::Args)]
pub(crate) struct ResumeArgs {}

fn time(text: &str) -> Result<Duration, String> {
    let time = text.parse::<SignedDuration>().ok().and_then(|time| Duration::try_from(time).ok());
    time.filter(|time| (Duration::from_secs(1)..=LONGEST_PAUSE).contains(time))
        .ok_or_else(|| "a time with its unit, from 1s to 1000h, such as 30m or 1h30m".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit_and_bounds() {
        for (text, seconds) in [("1h", 3600), ("1h30m", 5400), ("45 min", 2700), ("1000h", 3_600_000)] {
            assert_eq!(time(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "60", "0s", "-1h", "1h ago", "1001h", "a while", "1d"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
