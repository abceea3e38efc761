//! What can be asked about settings and watched folders.

use std::path::PathBuf;

use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use deskscribe_engine::{MediaKind, Settings};

/// Show and change what you have chosen, which lies in settings.toml in the data folder.
///
/// Without a command: where the file is, and what in it is not as it comes. Programs that run take up what is changed,
/// here or with any editor. Folders that are watched are changed with `deskscribe folders`.
///
/// Exit code: 0 done, 1 check found a mistake, 2 it could not be done; the file is then as it was.
#[derive(Debug, clap::Args)]
#[command(disable_help_subcommand = true, args_conflicts_with_subcommands = true)]
pub(crate) struct SettingsArgs {
    #[command(subcommand)]
    pub(crate) command: Option<SettingsCommand>,

    /// Print one JSON document on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SettingsCommand {
    /// Print where the file is, also if there is none yet
    Path,
    /// Say whether the file can be followed, and if not, which line is wrong and what may stand there
    Check,
    Set(SetArgs),
    Unset(UnsetArgs),
    /// Write a file that explains every key and chooses nothing, if there is none
    Init,
}

/// Give a setting a value.
///
/// All else in the file stays as it is, with comments, order and blank lines. Such as: deskscribe settings set workers
/// 4
#[derive(Debug, clap::Args)]
pub(crate) struct SetArgs {
    /// Which one
    #[arg(value_name = "KEY", value_parser = PossibleValuesParser::new(Settings::keys()))]
    pub(crate) key: String,

    /// What it is to be: a number, true or false, a word, or words with commas between them
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    pub(crate) value: String,
}

/// Let a setting be as it comes again.
#[derive(Debug, clap::Args)]
pub(crate) struct UnsetArgs {
    /// Which one
    #[arg(value_name = "KEY", value_parser = PossibleValuesParser::new(Settings::keys()))]
    pub(crate) key: String,
}

/// List and change the folders that are watched.
///
/// Without a command they are listed. What is found in them is read by the window and by `deskscribe watch`, which take
/// up changes by themselves.
///
/// Exit code: 0 done, 1 the folder was not watched, 2 it could not be done; the settings are then as they were.
#[derive(Debug, clap::Args)]
#[command(disable_help_subcommand = true, args_conflicts_with_subcommands = true)]
pub(crate) struct FoldersArgs {
    #[command(subcommand)]
    pub(crate) command: Option<FoldersCommand>,

    /// Print JSON Lines on stdout, one row for every folder
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FoldersCommand {
    Add(AddFolderArgs),
    Remove(RemoveFolderArgs),
}

/// Watch a folder, or watch it in another way.
#[derive(Debug, clap::Args)]
pub(crate) struct AddFolderArgs {
    /// Which one
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,

    /// Not the folders in it
    #[arg(long)]
    pub(crate) no_recurse: bool,

    /// Only these, with commas between them
    #[arg(long, value_name = "KINDS", value_delimiter = ',')]
    pub(crate) kinds: Vec<WatchedKind>,

    /// Leave out what matches this glob, as in .gitignore; may be said more than once
    #[arg(long, value_name = "GLOB", allow_hyphen_values = true)]
    pub(crate) ignore: Vec<String>,

    /// Only files that come from now on, and none that are there
    #[arg(long)]
    pub(crate) new_only: bool,

    /// Print the folder as JSON on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// Watch a folder no more. What was read in it is kept.
#[derive(Debug, clap::Args)]
pub(crate) struct RemoveFolderArgs {
    /// Which one; it need not be there any more
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,

    /// Print the folder as JSON on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// What `--kinds` takes.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum WatchedKind {
    /// Pictures
    Image,
    /// Recordings with a picture
    Video,
    /// Sound alone
    Audio,
}

impl From<WatchedKind> for MediaKind {
    fn from(kind: WatchedKind) -> Self {
        match kind {
            WatchedKind::Image => Self::Image,
            WatchedKind::Video => Self::Video,
            WatchedKind::Audio => Self::Audio,
        }
    }
}
