//! What can be asked about speech models.

use std::path::PathBuf;

use clap::Subcommand;

/// Speech models, for what is said in recordings: which there are, and getting one.
///
/// Nothing is ever downloaded unless you ask for it here or in the window. Models lie in the data folder, in models/.
///
/// Exit code: 0 done, 1 verify found a broken one, 2 it could not be done, 130 it was stopped; what was downloaded is
/// kept.
#[derive(Debug, clap::Args)]
#[command(disable_help_subcommand = true)]
pub(crate) struct ModelsArgs {
    #[command(subcommand)]
    pub(crate) command: ModelsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    List(ListModelsArgs),
    Get(GetModelArgs),
    Import(ImportModelArgs),
    Remove(RemoveModelArgs),
    Verify(VerifyModelsArgs),
}

/// List the models that there are: what they need, which is installed, which listens.
#[derive(Debug, clap::Args)]
pub(crate) struct ListModelsArgs {
    /// Print JSON Lines on stdout, one row for every model
    #[arg(long)]
    pub(crate) json: bool,
}

/// Download a model, or the rest of it.
///
/// Ctrl-C stops it and keeps what came; the same command goes on from there. A mirror and a proxy can be set in
/// settings.toml: models_mirror, proxy.
#[derive(Debug, clap::Args)]
pub(crate) struct GetModelArgs {
    /// Which one; without it you are told which is recommended for this machine, and nothing is downloaded
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,

    /// Also one that is too large for the memory of this machine
    #[arg(long)]
    pub(crate) force: bool,

    /// Print JSON Lines on stdout: how far it is, and at last the model
    #[arg(long)]
    pub(crate) json: bool,
}

/// Take a model from a file: any Whisper model in whisper.cpp's GGML format.
///
/// It is copied, can be used at once, and is known by its bytes, whatever it is called.
#[derive(Debug, clap::Args)]
pub(crate) struct ImportModelArgs {
    /// The file, such as ggml-small.bin
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Print JSON Lines on stdout: how far it is, and at last the model
    #[arg(long)]
    pub(crate) json: bool,
}

/// Remove a model, or what was downloaded of one.
#[derive(Debug, clap::Args)]
pub(crate) struct RemoveModelArgs {
    /// Which one
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// Print one JSON document on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// Read every byte of installed models again, and say whether they are what they were.
#[derive(Debug, clap::Args)]
pub(crate) struct VerifyModelsArgs {
    /// Which one; all when none is named
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// Print JSON Lines on stdout, one row for every model
    #[arg(long)]
    pub(crate) json: bool,
}
