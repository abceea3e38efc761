//! `deskscribe scan`: read every picture in folders.

use std::io;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::bail;
use deskscribe_engine::{
    Again, Engine, Home, Resources, Run, RunCounts, RunError, Settings, desktop, start_log,
};
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::timeout;

use crate::args::ScanArgs;
use crate::exit::Exit;
use crate::runtime;
use crate::show::{Progress, Rows, say};

/// The longest a run may take to end once it is asked to.
const LONGEST_STOP: Duration = Duration::from_secs(2);

/// How often the progress is drawn anew without an event.
const REDRAW: Duration = Duration::from_millis(250);

/// Runs the command.
pub(crate) fn scan(args: ScanArgs) -> anyhow::Result<Exit> {
    let ScanArgs { paths, json, queued, again, workers } = args;
    let runtime = runtime()?;
    let home = Home::locate()?;
    let resources = Resources::locate()?;
    let mut settings = Settings::load(&home)?;
    if let Some(workers) = workers {
        settings.workers = workers;
    }
    let paths = if paths.is_empty() && !queued { vec![own_desktop()?] } else { paths };
    start_log(&home)?;
    let engine = Engine::open(home, resources, settings)?;
    let outcome = runtime.block_on(async {
        let run = if queued {
            engine.scan_queued()?
        } else {
            engine.scan(paths, again.map_or(Again::Nothing, Into::into))?
        };
        follow(run, Rows::new(json), Progress::new()).await
    });
    // A thread that still waits for a slow disk is not waited for.
    runtime.shutdown_background();
    Ok(match outcome {
        Ok(RunCounts { failed: 0, .. }) => Exit::Done,
        Ok(_) => Exit::InPart,
        Err(RunError::Cancelled(_)) => Exit::Interrupted,
        Err(error) => return Err(error.into()),
    })
}

fn own_desktop() -> anyhow::Result<PathBuf> {
    let Some(desktop) = desktop() else {
        bail!("this user has no Desktop folder; name the folder to scan: deskscribe scan FOLDER");
    };
    say(&format!("Scanning your Desktop: {}", desktop.display()));
    Ok(desktop)
}

/// Shows a run until it is over.
pub(crate) async fn follow(mut run: Run, rows: Rows, mut progress: Progress) -> Result<RunCounts, RunError> {
    listen_for_the_end(&run)?;
    let mut redraw = tokio::time::interval(REDRAW);
    loop {
        tokio::select! {
            event = run.events.recv() => {
                let Some(event) = event else { break };
                progress.hear(&event);
                if let Err(error) = progress.aside(|| rows.hear(&event)) {
                    // Nobody reads what we print: `deskscribe scan --json | head`.
                    if error.kind() != io::ErrorKind::BrokenPipe {
                        let reason = format!("the rows cannot be printed ({error}); see what stdout is");
                        return Err(io::Error::other(reason).into());
                    }
                    run.cancel();
                }
            }
            _ = redraw.tick() => progress.draw(run.is_paused()),
        }
    }
    progress.clear();
    let outcome = run.finish().await;
    if let Err(RunError::Cancelled(_)) = &outcome {
        say("Stopped. What was read is kept; the next scan goes on from there.");
    }
    outcome
}

/// Waits for signals on a thread of its own: neither somebody who does not read the rows, nor a disk that does not
/// answer, must keep us from ending.
fn listen_for_the_end(run: &Run) -> io::Result<()> {
    let listener = Builder::new_current_thread().enable_all().build()?;
    let signals = {
        let _inside = listener.enter();
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    let (stopping, cancel) = (run.stopping(), run.canceller());
    let wait = move || listener.block_on(stop_on(signals, stopping, cancel));
    thread::Builder::new().name("signals".to_owned()).spawn(wait).map(drop)
}

/// Ctrl-C, SIGTERM or `deskscribe stop` ends the run early; a second signal, or a run that cannot end, the
/// program.
async fn stop_on(
    (mut interrupt, mut terminate): (Signal, Signal),
    stopping: impl Future<Output = ()>,
    cancel: impl Fn(),
) {
    let mut asked = async || {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    tokio::select! {
        () = asked() => cancel(),
        () = stopping => {}
    }
    // What was stored stays stored, and workers go when we do.
    let _ = timeout(LONGEST_STOP, asked()).await;
    std::process::exit(Exit::Interrupted.code().into());
}
