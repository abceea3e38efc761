//! `deskscribe stop`: end running scans, as Ctrl-C does.

use std::time::Duration;

use deskscribe_engine::{ControlError, Home, Host, RunningEngine, Stopped};

use crate::exit::Exit;
use crate::runtime;
use crate::show::{print, say};

/// For an engine to be gone, once it was asked to stop. It takes a moment; a program that cannot end ends
/// itself by force before this.
const GONE_WITHIN: Duration = Duration::from_secs(10);

/// Runs the command.
pub(crate) fn stop() -> anyhow::Result<Exit> {
    let home = Home::locate()?;
    runtime()?.block_on(async {
        let engines = RunningEngine::all(&home).await?;
        if engines.is_empty() {
            print("Nothing is running.\n")?;
        }
        // All of them are asked before any is waited for.
        let mut asked = Vec::new();
        for engine in engines {
            let answer = engine.stop().await;
            asked.push((engine, answer));
        }
        let mut all_gone = true;
        for (engine, answer) in asked {
            let process = engine.process();
            match end(&engine, answer).await {
                Ok(Stopped::Ending) => {
                    print(&format!("Stopped process {process}. What was read is kept.\n"))?
                }
                Ok(Stopped::Staying) => {
                    let is_watch = engine.status().await.is_ok_and(|status| status.host == Host::Background);
                    let stays = if is_watch { "it goes on watching" } else { "its window stays open" };
                    print(&format!(
                        "Process {process} has stopped reading, and {stays}. What was read is kept.\n"
                    ))?;
                }
                Err(problem) => {
                    say(&problem);
                    all_gone = false;
                }
            }
        }
        Ok(if all_gone { Exit::Done } else { Exit::InPart })
    })
}

/// Sees an engine gone that was asked to stop, or says why it is still there.
async fn end(engine: &RunningEngine, answer: Result<Stopped, ControlError>) -> Result<Stopped, String> {
    let stopped = answer.map_err(|error| error.to_string())?;
    if stopped == Stopped::Staying || engine.gone(GONE_WITHIN).await {
        return Ok(stopped);
    }
    let (process, seconds) = (engine.process(), GONE_WITHIN.as_secs());
    Err(format!(
        "process {process} was asked to stop and is still there after {seconds} s; end it with kill {process}"
    ))
}
