//! Eight workers of which each may do its worst.

use std::collections::HashSet;
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use deskscribe_engine::{Again, Code, Event, Exit, Isolation, Priority, RowState, RunError, WorkerState};
use deskscribe_system_tests::processes::signal;
use deskscribe_system_tests::{Bench, follow, is_there};
use rustix::process::Signal;

#[tokio::test]
async fn eight_files_have_eight_processes_at_work() {
    let bench = Bench::new();
    for number in 0..8 {
        bench.order(&format!("{number}.png"), &format!("slow 1500 {number}"));
    }
    let told = bench.scan().await;
    let pids: HashSet<&str> = (0..8).map(|number| told.text(&format!("{number}.png"))).collect();
    assert_eq!(pids.len(), 8, "{pids:?}");
    let slots: HashSet<usize> = told.rows.values().map(|row| row.worker.unwrap().slot).collect();
    assert_eq!(slots, (0..8).collect());
    assert_eq!(told.counts().workers, 8);
}

#[tokio::test]
async fn a_worker_that_dies_of_a_file_costs_that_file_alone() {
    let bench = Bench::new().workers(3);
    for number in 0..20 {
        bench.order(&format!("good-{number}.png"), &format!("read text {number}"));
    }
    for signal in [4, 6, 7, 8, 9, 11] {
        bench.order(&format!("signal-{signal}.png"), &format!("signal {signal}"));
    }
    bench.order("exit.png", "exit 5");
    bench.order("panic.png", "panic");
    let told = bench.scan().await;
    for number in 0..20 {
        assert_eq!(told.text(&format!("good-{number}.png")), format!("text {number}"));
    }
    for (name, how) in [
        ("signal-4.png", "SIGILL"),
        ("signal-6.png", "SIGABRT"),
        ("signal-7.png", "SIGBUS"),
        ("signal-8.png", "SIGFPE"),
        ("signal-9.png", "SIGKILL"),
        ("signal-11.png", "SIGSEGV"),
        ("exit.png", "ended with exit code 5; its last words: about to leave / these are my last words"),
        ("panic.png", "asked to"),
    ] {
        assert_eq!(told.row(name).code, Some(Code::WorkerCrashed), "{name}");
        assert!(told.reason(name).contains(how), "{name}: {}", told.reason(name));
    }
    assert_eq!((told.counts().read, told.counts().failed), (20, 8));
}

#[tokio::test]
async fn a_worker_that_sends_nonsense_is_replaced() {
    let bench = Bench::new().workers(2);
    let nonsense = [
        ("garbage", "not a frame"),
        ("half", "broke"),
        ("huge", "a frame of 16777217"),
        ("lie", "picture is not what it says"),
        ("impossible", "cannot be true"),
        ("chatter", "out of turn"),
    ];
    for (order, _) in nonsense {
        bench.order(&format!("{order}.png"), order);
    }
    bench.order("z-good.png", "read good");
    let told = bench.scan().await;
    for (order, why) in nonsense {
        let name = format!("{order}.png");
        assert_eq!(told.row(&name).code, Some(Code::WorkerCrashed), "{name}");
        assert!(told.reason(&name).contains(why), "{name}: {}", told.reason(&name));
    }
    assert_eq!(told.text("z-good.png"), "good");
}

/// A bench where it does not matter how long a worker is given no processor.
fn patient(workers: usize) -> Bench {
    let mut bench = Bench::new().workers(workers);
    bench.settings.patience.quiet_beats = 1200;
    bench.settings.patience.cpu_base = Duration::from_secs(60);
    bench
}

#[tokio::test]
async fn ten_megabytes_of_noise_block_nobody() {
    let bench = patient(1);
    bench.order("noise.png", "noise");
    assert_eq!(bench.scan().await.text("noise.png"), "noise");
}

#[tokio::test]
async fn readings_as_large_as_they_may_be_block_nobody() {
    let bench = patient(3);
    for number in 0..3 {
        bench.order(&format!("bulk-{number}.png"), &format!("bulk 4 {number}"));
        bench.order(&format!("dies-{number}.png"), &format!("torn signal 11 {number}"));
    }
    bench.order("too-much.png", "bulk 5");
    bench.order("beyond.png", "bulk 9");
    let told = bench.scan().await;
    for number in 0..3 {
        assert_eq!(told.text(&format!("bulk-{number}.png")).len(), 4 << 20);
    }
    assert!(told.reason("too-much.png").contains("a text that is too long"));
    // Its own end of the wire refuses it, and so it ends.
    assert_eq!(told.row("beyond.png").code, Some(Code::WorkerCrashed));
    assert_eq!((told.counts().read, told.counts().failed), (3, 5));
}

#[tokio::test]
async fn a_killed_worker_costs_a_moment_and_nothing_else() {
    let bench = Bench::new().workers(2);
    for number in 0..6 {
        bench.order(&format!("{number}.png"), &format!("slow 300 {number}"));
    }
    let run = bench.engine().scan(vec![bench.desktop()], Again::Nothing).unwrap();
    let mut killed = None;
    let told = follow(run, |event, _| {
        if let (Event::Progress(activity), None) = (event, killed) {
            assert!(signal(activity.worker.pid, Signal::KILL));
            killed = Some(activity.worker);
        }
    })
    .await;
    assert_eq!(told.counts().read, 6);
    let died = |event: &Event| matches!(event, Event::Worker { state: WorkerState::Died(crash), .. } if crash.death.exit == Some(Exit::Signal(9)));
    assert_eq!(told.events.iter().filter(|event| died(event)).count(), 1);
}

#[tokio::test]
async fn a_hanging_worker_is_killed_and_a_lingering_one_is_asked_to_stop() {
    let bench = Bench::new().workers(1);
    bench.order("1-linger.png", "linger");
    bench.order("2-good.png", "slow 10 a");
    bench.order("3-hang.png", "hang");
    bench.order("4-good.png", "slow 10 b");
    let told = bench.scan().await;
    for name in ["1-linger.png", "3-hang.png"] {
        assert_eq!(told.row(name).code, Some(Code::Stalled));
        assert_eq!(told.reason(name), "reading it made no progress for 1 s and was stopped");
    }
    let pid = |name| told.row(name).worker.unwrap().pid;
    assert_eq!(pid("1-linger.png"), pid("2-good.png"), "a worker that stops when asked is kept");
    assert_ne!(pid("3-hang.png"), pid("4-good.png"));
    assert!(!is_there(pid("3-hang.png")), "killed and reaped");
}

#[tokio::test]
async fn progress_does_not_buy_processor_time_for_ever() {
    let mut bench = Bench::new().workers(1);
    // After all other programs it might be given too little of it.
    bench.settings.priority = Priority::Normal;
    bench.order("spin.png", "spin");
    let told = bench.scan().await;
    assert_eq!(told.row("spin.png").code, Some(Code::TimedOut), "{}", told.reason("spin.png"));
}

#[tokio::test]
async fn a_worker_that_cannot_start_stops_the_run_and_says_why() {
    for (name, why) in [
        ("other-build", "the worker is build 0.0.1+someone-else (protocol 6), this program is build 0.1.0+"),
        ("stillborn", "ended with exit code 3; its last words: stillborn: no such luck"),
        ("not-ready", "the ONNX Runtime library cannot be loaded"),
        ("mute", "a worker did not say hello within 0.2 s"),
        (
            "unconfined",
            "isolation is off, reduced is required; what was not refused: open /etc/passwd (it worked), ",
        ),
    ] {
        let mut bench = Bench::new().worker_named(name);
        if name == "mute" {
            bench.settings.patience.hello = Duration::from_millis(200);
        }
        bench.order("a.png", "read a");
        let told = bench.scan().await;
        let error = told.outcome.unwrap_err();
        assert!(matches!(error, RunError::Workers(_)));
        assert!(error.to_string().contains(why), "{name}: {error}");
        assert!(told.rows.is_empty(), "nothing is said of a file that no worker saw");
    }
}

#[tokio::test]
async fn a_worker_that_is_not_confined_is_given_files_only_by_those_who_chose_that() {
    let mut bench = Bench::new().worker_named("unconfined");
    bench.settings.isolation = Isolation::Off;
    bench.order("a.png", "read a");
    assert_eq!(bench.scan().await.text("a.png"), "a");
}

#[tokio::test]
async fn a_cancelled_run_ends_at_once_keeps_what_was_read_and_goes_on_later() {
    let bench = Bench::new().workers(2);
    for number in 0..4 {
        bench.order(&format!("{number}.png"), &format!("read {number}"));
    }
    bench.order("x-hang.png", "slow 600000 x");
    bench.order("y-hang.png", "hang");
    let run = bench.engine().scan(vec![bench.desktop()], Again::Nothing).unwrap();
    let mut rows = 0;
    let mut busy = HashSet::new();
    let mut stopped = None;
    let told = follow(run, |event, run| {
        rows += usize::from(matches!(event, Event::Row(_)));
        if let Event::Worker { worker, state: WorkerState::Ready { .. } } = event {
            busy.insert(worker.pid);
        }
        if rows == 4 && stopped.is_none() {
            stopped = Some(Instant::now());
            run.cancel();
        }
    })
    .await;
    let took = stopped.unwrap().elapsed();
    let Err(RunError::Cancelled(counts)) = told.outcome else { panic!("{told:#?}") };
    assert_eq!((counts.files, counts.read), (4, 4));
    assert!(!busy.is_empty() && busy.iter().all(|pid| !is_there(*pid)), "no process is left behind");
    // The bound is on what is waited for, not on speed: a hanging worker is not waited for at all.
    assert!(took < Duration::from_secs(30), "{took:?}");

    for name in ["x-hang.png", "y-hang.png"] {
        fs::write(bench.desktop().join(name), format!("read {name}")).unwrap();
    }
    let told = bench.scan().await;
    assert_eq!((told.counts().read, told.counts().cached), (6, 4));
}

#[tokio::test]
async fn an_idle_worker_gives_its_memory_back() {
    let bench = Bench::new().workers(2);
    bench.order("a.png", "read a");
    bench.order("b.png", "slow 2000 b");
    let told = bench.scan().await;
    let ended =
        told.events.iter().position(|event| matches!(event, Event::Worker { state: WorkerState::Ended, .. }));
    let last_row = told.events.iter().rposition(|event| matches!(event, Event::Row(_)));
    assert!(ended.unwrap() < last_row.unwrap(), "the one without work ends while the other is busy");
    assert_eq!(told.rows.values().filter(|row| row.state == RowState::Read).count(), 2);
}

#[tokio::test]
async fn two_engines_share_eight_places() {
    let bench = Bench::new();
    let (one, other) = (bench.desktop().join("one"), bench.desktop().join("other"));
    for (folder, name) in [(&one, "one"), (&other, "other")] {
        fs::create_dir(folder).unwrap();
        for number in 0..8 {
            fs::write(folder.join(format!("{name}-{number}.png")), format!("slow 400 {name} {number}"))
                .unwrap();
        }
    }
    let runs = [
        bench.engine().scan(vec![one], Again::Nothing).unwrap(),
        bench.engine().scan(vec![other], Again::Nothing).unwrap(),
    ];
    // Both engines count into one: how many of their workers live, and the most that ever did.
    let alive = Arc::new(Mutex::new((HashSet::new(), 0)));
    let [one, other] = runs.map(|run| {
        let alive = Arc::clone(&alive);
        tokio::spawn(follow(run, move |event, _| {
            let (alive, most) = &mut *alive.lock().unwrap();
            if let Event::Worker { worker, state: WorkerState::Ready { .. } } = event {
                alive.insert(worker.pid);
            }
            alive.retain(|pid| is_there(*pid));
            *most = alive.len().max(*most);
        }))
    });
    let (one, other) = (one.await.unwrap(), other.await.unwrap());
    assert_eq!((one.counts().read, other.counts().read), (8, 8));
    let most = alive.lock().unwrap().1;
    assert!((2..=8).contains(&most), "{most} workers at once");
}
