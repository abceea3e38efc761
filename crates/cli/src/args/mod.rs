//! What can be asked for on the command line.

mod background;
mod library;
mod llm;
mod models;
mod settings;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;
use deskscribe_engine::Again;

pub(crate) use background::{AddArgs, PauseArgs, ResumeArgs, ServiceArgs, ServiceCommand, WatchArgs};
pub(crate) use library::{
    ExportArgs, ForgetArgs, ListArgs, RunsArgs, SearchArgs, ShowArgs, SimilarArgs, SummariseArgs,
};
pub(crate) use llm::{KeyCommand, LlmArgs, LlmCommand, PullArgs};
pub(crate) use models::{
    GetModelArgs, ImportModelArgs, ListModelsArgs, ModelsArgs, ModelsCommand, RemoveModelArgs,
    VerifyModelsArgs,
};
pub(crate) use settings::{
    AddFolderArgs, FoldersArgs, FoldersCommand, RemoveFolderArgs, SetArgs, SettingsArgs, SettingsCommand,
    UnsetArgs,
};

/// Reads your screenshots, so that you can find them again. Everything stays on this machine.
#[derive(Debug, Parser)]
#[command(name = "deskscribe", version, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Scan(ScanArgs),
    Watch(WatchArgs),
    Add(AddArgs),
    Search(SearchArgs),
    Similar(SimilarArgs),
    List(ListArgs),
    Show(ShowArgs),
    Export(ExportArgs),
    Forget(ForgetArgs),
    Summarise(SummariseArgs),
    Models(ModelsArgs),
    Llm(LlmArgs),
    Folders(FoldersArgs),
    Settings(SettingsArgs),
    Status(StatusArgs),
    Pause(PauseArgs),
    Resume(ResumeArgs),
    Stop(StopArgs),
    Service(ServiceArgs),
    Runs(RunsArgs),
    Doctor(DoctorArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

/// Read every picture and recording in folders.
///
/// What was read before is known by its content and comes back at once, even when it was moved or renamed.
/// Ctrl-C stops within a moment and loses nothing: the next scan goes on from there.
///
/// Exit code: 0 all files were read or skipped, 1 some failed, 2 the scan could not run, 130 it was stopped.
#[derive(Debug, clap::Args)]
pub(crate) struct ScanArgs {
    /// Folders or files; your Desktop when none is named
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    /// Print JSON Lines on stdout, one row for every file and a last one for the run
    #[arg(long)]
    pub(crate) json: bool,

    /// Go on with files that earlier scans found and did not read
    #[arg(long, conflicts_with_all = ["paths", "again"])]
    pub(crate) queued: bool,

    /// Read again what is known already
    #[arg(long, value_name = "WHICH")]
    pub(crate) again: Option<ReadAgain>,

    /// The most workers at once, 1 to 8 [default: 8, or what settings.toml says]; fewer start when there are
    /// fewer files or memory is short
    #[arg(long, value_name = "N", value_parser = workers)]
    pub(crate) workers: Option<NonZeroUsize>,
}

/// Show how running scans go: workers, queues and counts.
///
/// Exit code: 0 all were asked, also when nothing is running, 1 one did not answer, 2 nothing could be asked.
#[derive(Debug, clap::Args)]
pub(crate) struct StatusArgs {
    /// Print one JSON document on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// Stop running scans, as Ctrl-C does.
///
/// What was read is kept, and the next scan goes on from there.
///
/// Exit code: 0 all have stopped, also when nothing was running, 1 one is still there, 2 nothing could be asked.
#[derive(Debug, clap::Args)]
pub(crate) struct StopArgs {}

/// Check this installation: what is there, what is wrong, and how well workers are confined.
///
/// Exit code: 0 everything is fine, 1 it works but workers are not fully confined, 2 it does not work.
#[derive(Debug, clap::Args)]
pub(crate) struct DoctorArgs {
    /// Print one JSON document on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// Print what a shell completes commands with.
///
/// Such as: deskscribe completions bash > ~/.local/share/bash-completion/completions/deskscribe
#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// For which shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

/// Print the manual page, for `man -l`.
///
/// Such as: deskscribe man search | man -l -
#[derive(Debug, clap::Args)]
pub(crate) struct ManArgs {
    /// Of this command; of the whole program when none is named
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Option<String>,

    /// Write the pages of the program and of every command into this folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
    pub(crate) all: Option<PathBuf>,
}

fn workers(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().ok().filter(|number: &NonZeroUsize| number.get() <= 8).ok_or_else(|| "1 to 8".to_owned())
}

/// What `--again` takes.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum ReadAgain {
    /// What failed, quarantined files too
    Failed,
    /// That, and what other builds or models have read
    Older,
    /// Everything
    All,
}

impl From<ReadAgain> for Again {
    fn from(which: ReadAgain) -> Self {
        match which {
            ReadAgain::Failed => Self::Failed,
            ReadAgain::Older => Self::Older,
            ReadAgain::All => Self::All,
        }
    }
}
