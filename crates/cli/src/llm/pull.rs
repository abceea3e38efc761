//! `deskscribe llm pull`: having Ollama download a model.

use anyhow::bail;
use deskscribe_engine::{Gateway, Home, LlmState, Pull, Settings, Step, TroubleCode, json, tame};
use serde::Serialize;

use crate::args::PullArgs;
use crate::exit::Exit;
use crate::show::{Transfer, print, say};
use crate::{runtime, stop_on_signals};

/// How far a model is, in a line for scripts.
#[derive(Serialize)]
struct Row<'a> {
    model: &'a str,
    #[serde(flatten)]
    pull: &'a Pull,
}

/// Runs the command.
pub(super) fn pull(home: &Home, settings: &Settings, args: PullArgs) -> anyhow::Result<Exit> {
    let PullArgs { model, json: as_json } = args;
    let runtime = runtime()?;
    let cancel = stop_on_signals(&runtime)?;
    let gateway = Gateway::of(home, settings);
    let mut transfer = (!as_json).then(Transfer::new);
    let tell = |pull: Pull| match &mut transfer {
        Some(transfer) => transfer.hear(&model, &step(&pull)),
        None => {
            // A script that reads no further still gets its model.
            let _ = json(&Row { model: &model, pull: &pull }).map(|row| print(&(row + "\n")));
        }
    };
    let pulled = runtime.block_on(gateway.pull(&model, tell, cancel));
    runtime.shutdown_background();
    if let Some(transfer) = transfer {
        transfer.clear();
    }
    match pulled {
        Ok(()) if as_json => {}
        Ok(()) => print(&format!("{}\n", tame(&usage(&model, &gateway.state()))))?,
        Err(trouble) if trouble.code == TroubleCode::Stopped => {
            say(&format!("Stopped. Ollama keeps what came. To go on: deskscribe llm pull {model}"));
            return Ok(Exit::Interrupted);
        }
        Err(trouble) => bail!("{}", trouble.words()),
    }
    Ok(Exit::Done)
}

fn step(pull: &Pull) -> Step {
    let Pull { step, bytes, total } = pull;
    let (bytes, total) = (*bytes, *total);
    if step.starts_with("verifying") {
        return Step::Verifying { bytes, total };
    }
    Step::Downloading { bytes, total, rate: None, left_seconds: None }
}

/// Whether the model that came is the one that writes now.
fn usage(model: &str, state: &LlmState) -> String {
    let full = |name: &str| if name.contains(':') { name.to_owned() } else { format!("{name}:latest") };
    match state {
        LlmState::Ready(server) if full(&server.model.name) == full(model) => {
            format!("{model} is there and writes summaries.")
        }
        LlmState::Ready(server) if server.embedder.as_deref().map(full) == Some(full(model)) => {
            format!("{model} is there and makes vectors.")
        }
        LlmState::Ready(server) => format!(
            "{model} is there. {} stays in use; llm_model = \"{model}\" in settings.toml changes that.",
            server.model.name
        ),
        LlmState::Trouble(trouble) => format!("{model} is there. {trouble}"),
        LlmState::Off | LlmState::Unseen => format!("{model} is there."),
    }
}
