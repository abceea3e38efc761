//! `deskscribe status`: how the running scans go.

use std::path::Path;

use deskscribe_engine::{
    CrashStatus, Home, Host, Phase, QueueStatus, RunCounts, RunningEngine, Status, WorkerStatus, clock, json,
    size, tame,
};
use serde::Serialize;

use crate::args::StatusArgs;
use crate::exit::Exit;
use crate::runtime;
use crate::show::{Table, print, say, watched};

/// The JSON document.
#[derive(Serialize)]
struct Document {
    engines: Vec<Status>,
}

/// Runs the command.
pub(crate) fn status(args: StatusArgs) -> anyhow::Result<Exit> {
    let home = Home::locate()?;
    let (engines, complete) = runtime()?.block_on(ask_all(&home))?;
    if args.json {
        print(&(json(&Document { engines })? + "\n"))?;
    } else if engines.is_empty() && complete {
        print("Nothing is running.\n")?;
    } else {
        print(&engines.iter().map(describe).collect::<Vec<_>>().join("\n"))?;
    }
    Ok(if complete { Exit::Done } else { Exit::InPart })
}

/// What every engine says, and whether all said something.
async fn ask_all(home: &Home) -> anyhow::Result<(Vec<Status>, bool)> {
    let mut engines = Vec::new();
    let mut complete = true;
    for engine in RunningEngine::all(home).await? {
        match engine.status().await {
            Ok(status) => engines.push(status),
            // It came to its end while we asked.
            Err(_) if !engine.is_there().await => {}
            Err(error) => {
                say(&error.to_string());
                complete = false;
            }
        }
    }
    Ok((engines, complete))
}

/// One engine, for a person.
fn describe(status: &Status) -> String {
    let mut text = headline(status) + &watched(status);
    if !status.workers.is_empty() {
        text.push('\n');
        let heads = [">worker", ">pid", "state", ">for", ">memory", ">done", ">died", "isolation", "file"];
        let mut table = Table::with_head(heads);
        status.workers.iter().for_each(|worker| table.add(row(worker)));
        text += &table.text();
    }
    if !status.recordings.is_empty() {
        text.push('\n');
        let mut table = Table::with_head(["recording", ">worked through", ">of"]);
        for recording in &status.recordings {
            let (done, total) = (clock(recording.done_seconds), clock(recording.total_seconds));
            table.add([name(&recording.path), done, total]);
        }
        text += &table.text();
    }
    if let Some(why) = &status.waiting {
        text += &format!("\n  Waiting for a worker: {}.\n", tame(why));
    }
    text.push('\n');
    let mut table = Table::with_head(["queue", ">waiting", ">room for", ">oldest"]);
    let queues = &status.queues;
    for (name, queue) in [
        ("found", queues.arrivals),
        ("to be read", queues.pending),
        ("to be read alone", queues.alone),
        ("read by others", queues.elsewhere),
        ("to be stored", queues.recording),
        ("to be shown", queues.events),
    ] {
        let QueueStatus { depth, capacity, oldest_seconds } = queue;
        let capacity = capacity.map(|most| most.to_string()).unwrap_or_default();
        let oldest = oldest_seconds.map(clock).unwrap_or_default();
        table.add([name.to_owned(), depth.to_string(), capacity, oldest]);
    }
    text += &table.text();
    let (sent, received) = (status.wire.sent, status.wire.received);
    text += &format!(
        "\n  Said to workers: {} frames, {}; by them: {} frames, {}.\n",
        sent.frames,
        size(sent.bytes),
        received.frames,
        size(received.bytes)
    );
    if let Some(resident) = status.resident {
        text += &format!("  The engine itself takes {} of memory.\n", size(resident));
    }
    if !status.crashes.is_empty() {
        text += &format!("\n  Workers that died: {}, the last of them\n", status.deaths);
        status.crashes.iter().for_each(|crash| text += &obituary(crash));
    }
    text
}

/// Such as `Process 4711 has been reading /desktop for 0:42: 40 of 320 files, 35 read, 5 failed, 0 skipped.`
fn headline(status: &Status) -> String {
    let RunCounts { files, read, failed, skipped, seconds, .. } = status.counts;
    let what = status.folders.join(", ");
    if status.idle {
        let paused = if status.paused { ", paused" } else { "" };
        let host = match status.host {
            Host::Window => "window",
            Host::Background => "watch",
            Host::Terminal => "scan",
        };
        return format!("Process {}: {host}, idle{paused}.\n", status.pid);
    }
    let how = match (status.stopping, status.paused) {
        (true, _) => "is stopping; it has read",
        (false, true) => "is paused; it has been reading",
        (false, false) => "has been reading",
    };
    let of = status.found.map_or_else(|| " so far".to_owned(), |found| format!(" of {found}"));
    let line = format!(
        "Process {} {how} {what} for {}: {files}{of} files, {read} read, {failed} failed, {skipped} \
         skipped.",
        status.pid,
        clock(seconds)
    );
    let left = status.left_seconds.map(|left| format!(" About {} left.", clock(left))).unwrap_or_default();
    tame(&(line + &left)) + "\n"
}

fn row(worker: &WorkerStatus) -> [String; 9] {
    let WorkerStatus { slot, pid, state, seconds, work, resident, files, deaths, isolation } = worker;
    let stage = work.as_ref().and_then(|work| work.stage);
    let state = match stage {
        Some(stage) if *state == Phase::Busy => stage.as_verb(),
        _ => state.as_str(),
    };
    let file = work.as_ref().map(|work| {
        let share = u64::from(work.done) * 100 / u64::from(work.total.max(1));
        format!("{share:>3}% {}", name(&work.path))
    });
    [
        (slot + 1).to_string(),
        pid.to_string(),
        state.to_owned(),
        clock(*seconds),
        resident.map(size).unwrap_or_default(),
        files.to_string(),
        deaths.to_string(),
        isolation.map(|level| level.as_str().to_owned()).unwrap_or_default(),
        file.unwrap_or_default(),
    ]
}

fn obituary(crash: &CrashStatus) -> String {
    let CrashStatus { seconds_ago, crash } = crash;
    let file = crash
        .path
        .as_deref()
        .map_or_else(|| "before it was ready".to_owned(), |path| format!("on {}", name(path)));
    let line = format!(
        "{} ago: worker {} (process {}) {file}: {}",
        clock(*seconds_ago),
        crash.slot + 1,
        crash.pid,
        crash.death
    );
    format!("    {}\n", tame(&line))
}

fn name(path: &str) -> String {
    Path::new(path).file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_sees_workers_queues_and_deaths() {
        let worker = |slot: usize, rest: serde_json::Value| {
            let mut worker = serde_json::json!({
                "slot": slot, "pid": 4713 + slot, "seconds": 3.2, "work": null, "resident": null,
                "files": 12, "deaths": 0, "isolation": "full", "state": "idle",
            });
            worker.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
            worker
        };
        let queue = |depth: usize, oldest: Option<f64>| serde_json::json!({ "depth": depth, "capacity": 16, "oldest_seconds": oldest });
        let work = |stage: Option<&str>, done: u32| serde_json::json!({ "path": "/home/ann/Desktop/invoice\u{1b}[2J.jpg", "stage": stage, "done": done, "total": 9 });
        let status: Status = serde_json::from_value(serde_json::json!({
            "id": "4711-1", "pid": 4711, "program": "0.1.0", "folders": ["/home/ann/Desktop", "/mnt"],
            "stopping": false, "found": 320, "waiting": "other Deskscribe programs use all eight workers", "resident": 21_000_000,
            "counts": {
                "files": 40, "read": 35, "failed": 5, "skipped": 0, "ignored": 2, "cached": 0,
                "workers": 2, "seconds": 42.0,
            },
            "workers": [
                worker(0, serde_json::json!({ "state": "busy", "work": work(Some("ocr"), 5), "resident": 143_000_000 })),
                worker(1, serde_json::json!({ "state": "loading", "work": work(Some("load"), 0), "resident": 43_100_000 })),
                worker(2, serde_json::json!({ "state": "starting", "isolation": null, "files": 0 })),
                worker(7, serde_json::json!({ "state": "died", "deaths": 2 })),
            ],
            "queues": {
                "arrivals": queue(8, None), "pending": queue(16, Some(4.4)), "alone": { "depth": 2 }, "elsewhere": { "depth": 3 }, "recording": queue(0, None),
                "events": queue(1, None),
            },
            "wire": { "sent": { "frames": 123, "bytes": 45_100 }, "received": { "frames": 4560, "bytes": 1_200_000 } },
            "deaths": 2,
            "crashes": [{
                "seconds_ago": 75.0, "slot": 7, "pid": 4720, "path": "/home/ann/Desktop/poison.png",
                "saw": null, "exit": { "signal": 11 }, "last_words": "double free",
            }],
        }))
        .unwrap();
        insta::assert_snapshot!(describe(&status));
    }
}
