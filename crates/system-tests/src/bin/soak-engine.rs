//! A scan with little patience, in a process that can be killed: `soak-engine HOME FOLDER RESOURCES`.
//!
//! Prints what `deskscribe scan --json` prints, each row as soon as it is told, and ends with the same codes.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use deskscribe_engine::{Again, Engine, Event, Home, LastRow, Resources, json};
use deskscribe_system_tests::{executable, impatient};

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let outcome = runtime.map_err(Box::from).and_then(|runtime| runtime.block_on(scan()));
    match outcome {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "soak-engine: {error}");
            2.into()
        }
    }
}

/// Returns how many files failed.
async fn scan() -> Result<u64, Box<dyn Error>> {
    let words: Vec<PathBuf> = std::env::args_os().map(PathBuf::from).collect();
    let [_, home, folder, resources] = &words[..] else {
        return Err("soak-engine HOME FOLDER RESOURCES".into());
    };
    let resources = Resources::in_folder(Path::new(resources), executable("misbehaving-worker"))?;
    let engine = Engine::open(Home::at(home), resources, impatient())?;
    let mut run = engine.scan(vec![folder.clone()], Again::Nothing)?;
    while let Some(event) = run.events.recv().await {
        if let Event::Row(row) = event {
            print(json(&row)?)?;
        }
    }
    let counts = run.finish().await?;
    print(json(&LastRow { run: counts })?)?;
    Ok(counts.failed)
}

/// Prints a line, in one write.
fn print(line: String) -> io::Result<()> {
    io::stdout().write_all((line + "\n").as_bytes())
}
