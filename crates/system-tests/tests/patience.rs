//! Runs that are stopped and go on, by a person, by the system or by its clock.

use std::collections::HashMap;
use std::fs;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use deskscribe_engine::{Again, Event, RowState, RunError};
use deskscribe_system_tests::processes::signal;
use deskscribe_system_tests::{Bench, follow};
use rustix::process::Signal;
use serde_json::Value;

/// The state of every worker of the engine that runs on this bench.
#[expect(clippy::unwrap_used, reason = "a panic is a failed test")]
fn workers(bench: &Bench) -> Vec<Value> {
    let output = bench.deskscribe(&["status", "--json"]).output().unwrap();
    let status: Value = serde_json::from_slice(&output.stdout).unwrap();
    status["engines"][0]["workers"].as_array().cloned().unwrap_or_default()
}

#[test]
fn a_process_tree_that_was_stopped_and_goes_on_has_killed_nobody() {
    let bench = Bench::new();
    fs::create_dir(bench.home()).unwrap();
    fs::write(bench.home().join("settings.toml"), "quiet_seconds = 3").unwrap();
    for number in 0..2 {
        bench.order(&format!("{number}.png"), &format!("silent 10 {number}"));
    }
    let desktop = bench.desktop();
    let child = bench.deskscribe(&["scan", desktop.to_str().unwrap()]).spawn().unwrap();
    let tree = loop {
        let busy: Vec<u32> = workers(&bench)
            .iter()
            .filter(|worker| worker["state"] == "busy")
            .map(|worker| worker["pid"].as_u64().unwrap() as u32)
            .collect();
        if busy.len() == 2 {
            break [busy, vec![child.id()]].concat();
        }
        sleep(Duration::from_millis(10));
    };
    let tell = |what| {
        for pid in &tree {
            assert!(signal(*pid, what));
        }
    };
    tell(Signal::STOP);
    // Longer by far than a worker may be silent.
    sleep(Duration::from_secs(6));
    tell(Signal::CONT);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success() && !said.contains("died"), "{said}");
    assert!(said.contains("2 files: 2 read, 0 failed"), "{said}");
}

#[tokio::test]
async fn dates_in_the_future_and_in_the_past_change_nothing() {
    let bench = Bench::new().workers(1);
    let (past, future) = (Duration::from_secs(1), Duration::from_secs(1 << 33));
    for (name, since) in [("past.png", past), ("future.png", future)] {
        let path = bench.order(name, &format!("read {name}"));
        let file = fs::File::options().append(true).open(path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + since).unwrap();
    }
    let told = bench.scan().await;
    assert_eq!((told.counts().read, told.counts().cached), (2, 0));
    assert_eq!(bench.scan().await.counts().cached, 2);

    // A reading that was stored by a clock that ran ahead is as good as any other.
    let cache = deskscribe_cache::Cache::open(&bench.home()).unwrap();
    let key = told.row("past.png").key.unwrap();
    let mut record = cache.read().unwrap().outcome(&key).unwrap().unwrap();
    record.read_at = i64::MAX;
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(Duration::from_secs(10)).unwrap();
    guard.put(&record).unwrap();
    guard.commit().unwrap();
    assert_eq!(bench.scan().await.counts().cached, 2);
}

#[tokio::test]
async fn a_run_that_is_cancelled_at_any_moment_loses_and_doubles_nothing() {
    let bench = Bench::new().workers(3);
    for number in 0..150 {
        let order = if number % 20 == 0 { "after exit 1" } else { "slow 20" };
        bench.order(&format!("{number:03}.png"), &format!("{order} {number}"));
    }
    // A row that was told with a reading that was made then, by file.
    let mut made: HashMap<String, u32> = HashMap::new();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..40 {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let (last, mut events) = (random % 30, 0);
        let run = bench.engine().scan(vec![bench.desktop()], Again::Nothing).unwrap();
        let told = follow(run, |event, run| {
            // Rows that are known already come in a burst, in which nothing happens to be cancelled.
            events += u64::from(!matches!(event, Event::Row(row) if row.cached));
            if events > last {
                run.cancel();
            }
        })
        .await;
        assert!(matches!(told.outcome, Ok(_) | Err(RunError::Cancelled(_))), "{told:#?}");
        for (name, row) in told.rows {
            assert_eq!(row.state, RowState::Read, "{row:#?}");
            *made.entry(name).or_default() += u32::from(!row.cached);
        }
    }
    let told = bench.scan().await;
    assert_eq!((told.counts().files, told.counts().read), (150, 150));
    for (name, row) in told.rows {
        *made.entry(name).or_default() += u32::from(!row.cached);
    }
    let doubled: Vec<_> = made.iter().filter(|(_, times)| **times > 1).collect();
    assert!(doubled.is_empty(), "told as read anew more than once: {doubled:?}");
}
