//! `deskscribe summarise`: have a language model write new titles, summaries and tags.

use deskscribe_engine::{Engine, Home, LlmState, Resources, RunCounts, RunError, Settings, start_log};

use crate::args::SummariseArgs;
use crate::exit::Exit;
use crate::export::asked;
use crate::library::open;
use crate::show::{Progress, Rows, say};
use crate::{runtime, scan};

/// Runs the command.
pub(crate) fn summarise(args: SummariseArgs) -> anyhow::Result<Exit> {
    let SummariseArgs { query, model, json } = args;
    let runtime = runtime()?;
    let home = Home::locate()?;
    let resources = Resources::locate()?;
    let mut settings = Settings::load(&home)?;
    let keys = {
        let library = open(&home)?;
        library.keys(asked(&library, &query)?.selection())?
    };
    if keys.is_empty() {
        say("Nothing that was read matches.");
        return Ok(Exit::InPart);
    }
    if let Some(model) = &model {
        settings.llm.model = Some(model.clone());
    }
    start_log(&home)?;
    let log = home.logs();
    let engine = Engine::open(home, resources, settings)?;
    let wanted = keys.len() as u64;
    let outcome = runtime.block_on(async {
        let run = engine.summarise(keys, model.as_deref())?;
        scan::follow(run, Rows::new(json), Progress::new()).await
    });
    match (engine.gateway().state(), &outcome) {
        (LlmState::Trouble(trouble), _) => say(&trouble.words()),
        (_, Ok(RunCounts { summarised, .. })) if *summarised < wanted => {
            let without = wanted - summarised;
            say(&format!("{without} of {wanted} got no new summary; why is in the log: {}", log.display()));
        }
        _ => {}
    }
    runtime.shutdown_background();
    Ok(match outcome {
        Ok(RunCounts { summarised, .. }) if summarised >= wanted => Exit::Done,
        Ok(_) => Exit::InPart,
        Err(RunError::Cancelled(_)) => Exit::Interrupted,
        Err(error) => return Err(error.into()),
    })
}
