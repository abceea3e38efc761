//! `deskscribe pause` and `deskscribe resume`: have everything that runs read nothing for a while.

use deskscribe_engine::{ControlError, Home, RunningEngine, clock};

use crate::args::{PauseArgs, ResumeArgs};
use crate::exit::Exit;
use crate::runtime;
use crate::show::{print, say};

/// Runs `deskscribe pause`.
pub(crate) fn pause(args: PauseArgs) -> anyhow::Result<Exit> {
    let until = match args.time {
        Some(time) => format!(" for {}; it goes on by itself", clock(time.as_secs_f64())),
        None => ". To go on: deskscribe resume".to_owned(),
    };
    tell_all(async |engine| engine.pause(args.time).await, &|process| {
        format!("Paused process {process}{until}")
    })
}

/// Runs `deskscribe resume`.
pub(crate) fn resume(ResumeArgs {}: ResumeArgs) -> anyhow::Result<Exit> {
    tell_all(async |engine| engine.resume().await, &|process| format!("Process {process} goes on."))
}

/// Tells every engine of this home something, and a person what came of it.
fn tell_all(
    tell: impl AsyncFn(&RunningEngine) -> Result<(), ControlError>,
    done: &dyn Fn(&str) -> String,
) -> anyhow::Result<Exit> {
    let home = Home::locate()?;
    runtime()?.block_on(async {
        let engines = RunningEngine::all(&home).await?;
        if engines.is_empty() {
            print("Nothing is running.\n")?;
        }
        let mut all = true;
        for engine in engines {
            match tell(&engine).await {
                Ok(()) => print(&(done(engine.process()) + "\n"))?,
                // It came to its end while we asked.
                Err(_) if !engine.is_there().await => {}
                Err(error) => {
                    say(&error.to_string());
                    all = false;
                }
            }
        }
        Ok(if all { Exit::Done } else { Exit::InPart })
    })
}
