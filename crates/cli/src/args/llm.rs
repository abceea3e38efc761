//! What can be asked about the language model that writes summaries.

use clap::Subcommand;

/// The language model that writes summaries: whether it is there, how well it works, getting one.
///
/// Without any settings Ollama on this machine is used if it is there, and nothing leaves this machine. Any other
/// server is named in settings.toml: llm, llm_address, llm_model.
#[derive(Debug, clap::Args)]
#[command(disable_help_subcommand = true)]
pub(crate) struct LlmArgs {
    #[command(subcommand)]
    pub(crate) command: LlmCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LlmCommand {
    /// Show which language model is there, or what is wrong and what to do
    ///
    /// Exit code: 0 it is there, 1 none is there and none is named, 2 the one that is named cannot be used.
    Status {
        /// Print one JSON document on stdout
        #[arg(long)]
        json: bool,
    },
    /// Ask it something, and show what was called, what came back and how fast
    ///
    /// Exit code: 0 it works, 1 it works in part, 2 it does not.
    Test {
        /// Print one JSON document on stdout
        #[arg(long)]
        json: bool,
    },
    Pull(PullArgs),
    Key(KeyArgs),
}

/// Have Ollama download a model, or the rest of it.
///
/// Ctrl-C stops it, and Ollama keeps what came; the same command goes on from there.
///
/// Exit code: 0 it is there, 2 it could not be had, 130 it was stopped.
#[derive(Debug, clap::Args)]
pub(crate) struct PullArgs {
    /// Which one, as Ollama's library calls it, such as gemma3:4b
    #[arg(value_name = "MODEL")]
    pub(crate) model: String,

    /// Print JSON Lines on stdout: how far it is
    #[arg(long)]
    pub(crate) json: bool,
}

/// Keep the key that a server wants, or let go of it.
///
/// It is kept in the keychain of the system under the server's address, or where there is none in a file that nobody
/// else may read. DESKSCRIBE_LLM_KEY in the environment wins over both.
#[derive(Debug, clap::Args)]
#[command(disable_help_subcommand = true)]
pub(crate) struct KeyArgs {
    #[command(subcommand)]
    pub(crate) command: KeyCommand,
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum KeyCommand {
    /// Read the key from stdin, one line, and keep it
    Set,
    /// Let go of it
    Remove,
}
