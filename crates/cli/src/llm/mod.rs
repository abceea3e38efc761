//! `deskscribe llm`: whether the language model is there, how well it works, getting one, and its key.

mod key;
mod pull;
mod test;

use deskscribe_engine::{Gateway, Home, LlmState, Settings, Trouble, json, tame};
use serde::Serialize;

use crate::args::{LlmArgs, LlmCommand};
use crate::exit::Exit;
use crate::runtime;
use crate::show::print;

/// What is known of the language model, for scripts.
#[derive(Serialize)]
struct Status<'a> {
    /// Whether the settings name a server.
    named: bool,
    #[serde(flatten)]
    state: &'a LlmState,
}

/// Runs the command.
pub(crate) fn llm(args: LlmArgs) -> anyhow::Result<Exit> {
    let home = Home::locate()?;
    let settings = Settings::load(&home)?;
    match args.command {
        LlmCommand::Status { json } => status(&home, &settings, json),
        LlmCommand::Test { json } => test::test(&home, &settings, json),
        LlmCommand::Pull(args) => pull::pull(&home, &settings, args),
        LlmCommand::Key(args) => key::key(&home, &settings, args.command),
    }
}

fn status(home: &Home, settings: &Settings, as_json: bool) -> anyhow::Result<Exit> {
    let gateway = Gateway::of(home, settings);
    let runtime = runtime()?;
    let state = runtime.block_on(gateway.look());
    // The name of a server may still be looked up, and nobody waits for it.
    runtime.shutdown_background();
    let named = gateway.is_named();
    let text =
        if as_json { json(&Status { named, state: &state })? } else { tame_lines(&words(&state, named)) };
    print(&(text + "\n"))?;
    Ok(match state {
        LlmState::Ready(_) => Exit::Done,
        LlmState::Trouble(_) if named => Exit::CouldNotRun,
        LlmState::Off | LlmState::Unseen | LlmState::Trouble(_) => Exit::InPart,
    })
}

/// What is known of the language model, in lines for a person.
fn words(state: &LlmState, is_named: bool) -> String {
    const WITHOUT: &str = "Summaries are made of the text itself.";
    match state {
        LlmState::Ready(server) => {
            let mut text = server.words();
            if server.remote && server.address.starts_with("http://") {
                text += "\nWhoever is on the way to it can read what it is asked: use https, or a tunnel.";
            }
            if let Some(trouble) = &server.embedder_trouble {
                text += &format!("\nNo vectors: {}", with_remedy(trouble));
            }
            text
        }
        LlmState::Off | LlmState::Unseen => format!("Off: llm = \"off\" in settings.toml. {WITHOUT}"),
        LlmState::Trouble(trouble) => {
            let text = with_remedy(trouble);
            if is_named { text } else { format!("No language model. {WITHOUT}\n{text}") }
        }
    }
}

/// What is wrong, and below it what to do.
fn with_remedy(Trouble { reason, remedy, .. }: &Trouble) -> String {
    match remedy {
        Some(remedy) => format!("{reason}\nTo do: {remedy}"),
        None => reason.clone(),
    }
}

/// What a server says does nothing to the terminal.
fn tame_lines(text: &str) -> String {
    text.lines().map(tame).collect::<Vec<_>>().join("\n")
}
