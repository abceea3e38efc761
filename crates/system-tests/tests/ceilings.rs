//! What workers may take, memory and time and descriptors, and when they are replaced.

use std::collections::HashSet;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::Stdio;
use std::time::Duration;

use deskscribe_engine::{Again, Code, Event, RowState, RunError};
use deskscribe_system_tests::{Bench, Said, Terminal, executable, follow};

#[tokio::test]
async fn a_worker_that_is_refused_memory_is_told_from_one_that_crashes() {
    let mut bench = Bench::new().workers(2);
    bench.settings.memory_ceiling = 256 << 20;
    bench.order("greedy.png", "allocate");
    bench.order("good.png", "read good");
    let told = bench.scan().await;
    let row = told.row("greedy.png");
    assert_eq!((row.state, row.code), (RowState::Failed, Some(Code::OutOfMemory)), "{row:?}");
    let reason = told.reason("greedy.png");
    assert!(reason.starts_with("needs more memory than a worker may have, even while nothing"), "{reason}");
    assert!(reason.contains("memory allocation of 67108864 bytes failed"), "{reason}");
    assert_eq!(told.deaths().len(), 2, "once in company, once alone");
    assert_eq!(told.text("good.png"), "good");
    assert!(bench.scan().await.row("greedy.png").cached, "it was alone: the next time will be the same");
}

#[tokio::test]
async fn a_worker_that_holds_more_than_the_ceiling_is_killed() {
    let mut bench = Bench::new().workers(2);
    bench.settings.memory_ceiling = 128 << 20;
    bench.order("swelling.png", "swell");
    bench.order("good.png", "read good");
    let told = bench.scan().await;
    assert_eq!(told.row("swelling.png").code, Some(Code::OutOfMemory));
    assert!(told.reason("swelling.png").contains("more than the 128 MB a worker may"), "{told:#?}");
    assert_eq!((told.deaths().len(), told.text("good.png")), (2, "good"));
}

#[tokio::test]
async fn what_failed_for_a_limit_is_tried_again_when_that_limit_is_another() {
    let mut bench = Bench::new().workers(1);
    bench.order("large.png", "claim too_large");
    bench.order("damaged.png", "claim damaged");
    let cached = async |bench: &Bench| {
        let told = bench.scan().await;
        (told.row("large.png").cached, told.row("damaged.png").cached)
    };
    assert_eq!(cached(&bench).await, (false, false));
    assert_eq!(cached(&bench).await, (true, true));
    bench.settings.limits.pixels *= 2;
    assert_eq!(cached(&bench).await, (false, true), "more may be allowed now");
    assert_eq!(cached(&bench).await, (true, true));
}

/// The processes that read these files, in order.
async fn pids(bench: &Bench, order: &str, count: usize) -> Vec<String> {
    for number in 0..count {
        bench.order(&format!("{number:02}.png"), &format!("{order} {number}"));
    }
    let told = bench.scan().await;
    assert_eq!(told.counts().files as usize, count);
    assert!(told.deaths().is_empty(), "no file and no death: {:?}", told.deaths());
    told.rows.values().map(|row| row.worker.map_or(0, |worker| worker.pid).to_string()).collect()
}

#[tokio::test]
async fn a_worker_goes_home_after_so_many_jobs() {
    let mut bench = Bench::new().workers(1);
    bench.settings.wear.jobs = 4;
    let pids = pids(&bench, "slow 1", 12).await;
    assert!(pids.chunks(4).all(|shift| shift.iter().all(|pid| *pid == shift[0])), "{pids:?}");
    assert_eq!(pids.iter().collect::<HashSet<_>>().len(), 3, "{pids:?}");
}

#[tokio::test]
async fn a_worker_that_leaks_goes_home_and_one_that_is_merely_large_does_not() {
    let mut bench = Bench::new().workers(1);
    bench.settings.wear.growth = 50 << 20;
    let pids = pids(&bench, "leak 20", 8).await;
    // 20 MB after the first, 80 MB after the fourth.
    assert!(pids.chunks(4).all(|shift| shift.iter().all(|pid| *pid == shift[0])), "{pids:?}");
    assert_eq!(pids.iter().collect::<HashSet<_>>().len(), 2, "{pids:?}");
}

#[tokio::test]
async fn a_worker_that_caught_three_faults_goes_home() {
    let bench = Bench::new().workers(1);
    let pids = pids(&bench, "fault", 6).await;
    assert_eq!(pids.iter().collect::<HashSet<_>>().len(), 2, "{pids:?}");
    assert_eq!((&pids[0], &pids[3]), (&pids[2], &pids[5]));
}

#[tokio::test]
async fn a_late_worker_is_waited_for_within_bounds_and_named_beyond() {
    for name in ["late-hello", "late-ready"] {
        let bench = Bench::new().workers(1).worker_named(name);
        bench.order("a.png", "read a");
        assert_eq!(bench.scan().await.text("a.png"), "a", "{name}");
    }
    let mut bench = Bench::new().workers(1).worker_named("late-ready");
    bench.settings.patience.ready = Duration::from_millis(100);
    bench.order("a.png", "read a");
    let told = bench.scan().await;
    let Err(RunError::Workers(why)) = &told.outcome else { panic!("{told:#?}") };
    assert!(why.contains("a worker did not get ready within 0.1 s"), "{why}");
}

#[tokio::test]
async fn descriptors_do_not_add_up_over_many_jobs_and_deaths() {
    let bench = Bench::new().workers(4);
    for number in 0..300 {
        let order = if number % 10 == 0 { "after exit 1" } else { "read" };
        bench.order(&format!("{number:03}.png"), &format!("{order} {number}"));
    }
    let open = || fs::read_dir("/proc/self/fd").unwrap().count();
    let run = bench.engine().scan(vec![bench.desktop()], Again::Nothing).unwrap();
    let (mut rows, mut early, mut late) = (0, 0, 0);
    let told = follow(run, |event, _| {
        rows += usize::from(matches!(event, Event::Row(_)));
        let most = if rows < 150 { &mut early } else { &mut late };
        *most = open().max(*most);
    })
    .await;
    assert_eq!(told.counts().read, 300);
    assert!(late <= early + 4, "at most {early} in the first half, {late} in the second");
}

#[test]
fn few_descriptors_make_it_slow_or_say_so_and_never_hang() {
    for most in [51, 64, 128] {
        let terminal = Terminal::new();
        for number in 0..60 {
            fs::write(terminal.desktop().join(format!("{number}.png")), format!("slow 20 {number}")).unwrap();
        }
        let mut scan = terminal.scan();
        scan.env("DESKSCRIBE_WORKER", executable("misbehaving-worker")).stderr(Stdio::piped());
        // The limit is the program's own: what it starts inherits it.
        let limit = rustix::process::Rlimit { current: Some(most), maximum: Some(most) };
        let said = Said::by(limited(&mut scan, limit));
        let read = said.rows.iter().filter(|row| row["state"] == "read").count();
        match said.code {
            Some(0) => assert_eq!(read, 60, "{most}: {}", said.stderr),
            Some(2) => assert!(said.stderr.contains("open files"), "{most}: {}", said.stderr),
            _ => panic!("{most}: {said:#?}"),
        }
        assert_eq!(read, said.rows.len(), "{most}: no file is blamed: {said:#?}");
    }
}

#[test]
fn too_few_descriptors_are_named_with_what_to_raise() {
    for most in [16, 24, 50] {
        let terminal = Terminal::new();
        terminal.sample("label printer error.gif");
        let limit = rustix::process::Rlimit { current: Some(most), maximum: Some(most) };
        let said = Said::by(limited(terminal.scan().stderr(Stdio::piped()), limit));
        assert_eq!(said.code, Some(2), "{most}: {said:#?}");
        let expected = format!("deskscribe: only {most} files may be open at once");
        assert!(said.stderr.starts_with(&expected), "{most}: {}", said.stderr);
        assert!(said.stderr.contains("`ulimit -n 256`"), "{most}: {}", said.stderr);
    }
}

#[expect(unsafe_code, reason = "a limit can only be set between fork and exec")]
fn limited(
    command: &mut std::process::Command,
    limit: rustix::process::Rlimit,
) -> &mut std::process::Command {
    // SAFETY: setrlimit is a single system call, which allocates nothing and takes no lock.
    unsafe {
        command.pre_exec(move || Ok(rustix::process::setrlimit(rustix::process::Resource::Nofile, limit)?))
    }
}
