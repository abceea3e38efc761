//! `deskscribe add`: hand files to the window or the watch that runs.

use std::path::PathBuf;

use anyhow::{Context, bail};
use deskscribe_engine::{Again, Home, Host, RunningEngine, Status, absolute, quoted, tame};

use crate::args::AddArgs;
use crate::exit::Exit;
use crate::runtime;
use crate::show::{print, say};

/// Runs the command.
pub(crate) fn add(args: AddArgs) -> anyhow::Result<Exit> {
    let AddArgs { files, again } = args;
    let paths = files.into_iter().map(there).collect::<anyhow::Result<Vec<_>>>()?;
    let home = Home::locate()?;
    runtime()?.block_on(async {
        let Some((engine, status)) = taker(&home).await? else {
            bail!("nothing runs that takes files; {}", instead(&paths));
        };
        let again = again.map_or(Again::Nothing, Into::into);
        engine.add(&paths, again, true).await.with_context(|| instead(&paths))?;
        print(&taken(&engine, &status, &paths))?;
        Ok(Exit::Done)
    })
}

/// The absolute path of a file that is there.
fn there(path: PathBuf) -> anyhow::Result<PathBuf> {
    let gone = || format!("nothing was handed over, as this cannot be found: {}", path.display());
    path.metadata().with_context(gone)?;
    Ok(absolute(&path))
}

/// Who reads what it is given while it runs: a window before a watch, as somebody looks at it.
async fn taker(home: &Home) -> anyhow::Result<Option<(RunningEngine, Status)>> {
    let mut watch = None;
    for engine in RunningEngine::all(home).await? {
        match engine.status().await {
            Ok(status) if status.host == Host::Window => return Ok(Some((engine, status))),
            Ok(status) if status.host == Host::Background => watch = watch.or(Some((engine, status))),
            // A scan reads what it was started with.
            Ok(_) => {}
            // It came to its end while we asked.
            Err(_) if !engine.is_there().await => {}
            Err(error) => say(&error.to_string()),
        }
    }
    Ok(watch)
}

/// What to do when nobody takes them.
fn instead(paths: &[PathBuf]) -> String {
    let names: Vec<_> = paths.iter().map(|path| quoted(path)).collect();
    let line = match names.as_slice() {
        [name] => name.as_str(),
        _ => "FILE…",
    };
    format!("to read them now: deskscribe scan {line}, or open the window and try again")
}

fn taken(engine: &RunningEngine, status: &Status, paths: &[PathBuf]) -> String {
    let what = match paths {
        [path] => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        paths => format!("these {}", paths.len()),
    };
    let host = match status.host {
        Host::Window => "window",
        Host::Background | Host::Terminal => "watch",
    };
    let mut text = format!("Process {} ({host}) reads {} next.\n", engine.process(), tame(&what));
    if status.paused {
        text += "It is paused, and reads it once it goes on: deskscribe resume\n";
    }
    text
}
