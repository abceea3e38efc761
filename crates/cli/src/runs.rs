//! `deskscribe runs`: what past scans did.

use deskscribe_engine::{Home, PastRun, RunEnd, clock, json, local_time};

use crate::args::RunsArgs;
use crate::exit::Exit;
use crate::show::{Table, print};

/// Runs the command.
pub(crate) fn runs(args: RunsArgs) -> anyhow::Result<Exit> {
    let home = Home::locate()?;
    let runs = PastRun::last(&home, args.most as usize)?;
    if args.json {
        for run in &runs {
            print(&(json(run)? + "\n"))?;
        }
    } else if runs.is_empty() {
        print("There was no scan yet.\n")?;
    } else {
        print(&describe(&runs))?;
        print(&format!("\nEach has a log: {}\n", home.runs().display()))?;
    }
    Ok(Exit::Done)
}

fn describe(runs: &[PastRun]) -> String {
    let heads = ["begun", ">took", ">files", ">read", ">failed", ">skipped", ">known before", "end", "of"];
    let mut table = Table::with_head(heads);
    for run in runs {
        let counts = run.counts;
        let number = |number: u64| number.to_string();
        table.add([
            run.begun.as_deref().map(local_time).unwrap_or_default(),
            if counts.seconds > 0.0 { clock(counts.seconds) } else { String::new() },
            number(counts.files),
            number(counts.read),
            number(counts.failed),
            number(counts.skipped),
            number(counts.cached),
            end(run),
            run.folders.join(", "),
        ]);
    }
    table.text()
}

fn end(run: &PastRun) -> String {
    match (run.end, &run.reason) {
        (RunEnd::Complete, _) => "complete".to_owned(),
        (RunEnd::Stopped, Some(reason)) if reason != "cancelled" => format!("stopped: {reason}"),
        (RunEnd::Stopped, _) => "stopped".to_owned(),
        (RunEnd::CutShort, _) => "cut short: the program was killed or crashed".to_owned(),
        (RunEnd::Running, _) => "still running".to_owned(),
    }
}
