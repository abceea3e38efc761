//! `deskscribe status` and `deskscribe stop`, and everything that may knock at the socket of a running engine.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::HashSet;
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::thread;

use deskscribe_engine::{Again, Event, Exit, RunError, Settings, WorkerState};
use deskscribe_system_tests::processes::signal;
use deskscribe_system_tests::{Bench, Said, follow, is_there};
use rustix::process::{Signal, Uid};
use rustix::thread::set_thread_res_uid;
use serde_json::Value;

/// Of no file and no process here.
const NOBODY: u32 = 65534;

/// A run that goes on until it is stopped: every file keeps a worker busy.
fn busy(files: usize) -> Bench {
    let bench = Bench::new().workers(files);
    for number in 0..files {
        bench.order(&format!("{number}.png"), &format!("slow 600000 {number}"));
    }
    bench
}

fn text(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// The engines of this home, as `deskscribe status --json` tells.
#[track_caller]
fn engines(command: &mut Command) -> Vec<Value> {
    let (code, stdout, stderr) = text(&command.output().unwrap());
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
    let document: Value = serde_json::from_str(&stdout).unwrap();
    document["engines"].as_array().unwrap().clone()
}

/// The one socket of this home.
fn socket(home: &Path) -> PathBuf {
    let paths = fs::read_dir(home.join("engines")).unwrap().map(|entry| entry.unwrap().path());
    let mut sockets: Vec<_> = paths.filter(|path| path.extension() == Some("sock".as_ref())).collect();
    assert_eq!(sockets.len(), 1, "{sockets:?}");
    sockets.remove(0)
}

/// Does something once, when so many workers are at work, and stops the run then.
async fn when_busy(bench: &Bench, workers: usize, mut what: impl FnMut()) {
    let run = bench.engine().scan(vec![bench.desktop()], Again::Nothing).unwrap();
    let mut at_work = HashSet::new();
    let told = follow(run, |event, run| {
        if let Event::Progress(activity) = event
            && at_work.insert(activity.worker.slot)
            && at_work.len() == workers
        {
            what();
            run.cancel();
        }
    })
    .await;
    assert!(matches!(told.outcome, Err(RunError::Cancelled(_))), "{:?}", told.outcome);
}

/// Starts a scan that prints this many rows and then goes on until it is stopped.
fn scan_with_rows(command: &mut Command, bench: &Bench, rows: usize) -> (Child, impl Read + use<>) {
    let mut child = command.arg(bench.desktop()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for _ in 0..rows {
        assert!(stdout.read_line(&mut String::new()).unwrap() > 0);
    }
    (child, stdout)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_names_every_worker_with_its_process_and_its_file() {
    let bench = busy(8);
    when_busy(&bench, 8, || {
        let engines = engines(&mut bench.deskscribe(&["status", "--json"]));
        let [engine] = engines.as_slice() else { panic!("{engines:?}") };
        assert_eq!((&engine["pid"], &engine["found"]), (&std::process::id().into(), &8.into()));
        assert_eq!(engine["folders"][0], bench.desktop().to_str().unwrap());
        let workers = engine["workers"].as_array().unwrap();
        let all = |what: &str| workers.iter().map(|worker| worker[what].clone()).collect::<Vec<_>>();
        assert_eq!(all("slot"), (0..8).map(Value::from).collect::<Vec<_>>());
        assert_eq!(all("state"), vec![Value::from("busy"); 8]);
        let files: HashSet<_> = workers.iter().map(|worker| worker["work"]["path"].to_string()).collect();
        assert_eq!(files.len(), 8, "{files:?}");
        for worker in workers {
            assert!(is_there(worker["pid"].as_u64().unwrap() as u32));
            assert!(worker["resident"].as_u64().unwrap() > 100_000, "{worker}");
            assert_eq!(
                (&worker["work"]["stage"], &worker["work"]["total"]),
                (&"ocr".into(), &u32::MAX.into())
            );
        }
        // Start and Read to each; Hello, Ready and progress from each.
        assert_eq!(engine["wire"]["sent"]["frames"], 16);
        assert!(engine["wire"]["received"]["frames"].as_u64().unwrap() >= 24, "{}", engine["wire"]);

        let (code, table, _) = text(&bench.deskscribe(&["status"]).output().unwrap());
        let heading =
            format!("Process {} has been reading {} for ", std::process::id(), bench.desktop().display());
        assert!(code == Some(0) && table.starts_with(&heading), "{table}");
        assert_eq!(table.lines().filter(|line| line.contains(".png")).count(), 8, "{table}");
    })
    .await;
    let (code, stdout, stderr) = text(&bench.deskscribe(&["status"]).output().unwrap());
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (Some(0), "Nothing is running.\n", ""));
    assert!(engines(&mut bench.deskscribe(&["status", "--json"])).is_empty());
    assert_eq!(
        fs::read_dir(bench.home().join("engines")).unwrap().count(),
        0,
        "the socket went with the run"
    );
}

#[test]
fn stop_ends_a_scan_as_ctrl_c_does_and_loses_nothing() {
    let bench = Bench::new();
    for number in 0..4 {
        bench.order(&format!("{number}.png"), &format!("read {number}"));
    }
    bench.order("x.png", "slow 600000");
    bench.order("y.png", "hang");
    let (child, mut rest) = scan_with_rows(&mut bench.deskscribe(&["scan", "--json"]), &bench, 4);
    let (code, stdout, stderr) = text(&bench.deskscribe(&["stop"]).output().unwrap());
    let expected = format!("Stopped process {}. What was read is kept.\n", child.id());
    assert_eq!((code, stdout, stderr.as_str()), (Some(0), expected, ""));
    let mut last = String::new();
    rest.read_to_string(&mut last).unwrap();
    assert!(last.starts_with("{\"run\":{\"files\":4,\"read\":4,"), "{last}");
    let (code, _, stderr) = text(&child.wait_with_output().unwrap());
    assert_eq!(code, Some(130), "{stderr}");
    assert!(
        stderr.ends_with("Stopped. What was read is kept; the next scan goes on from there.\n"),
        "{stderr}"
    );

    for name in ["x.png", "y.png"] {
        bench.order(name, &format!("read {name}"));
    }
    let said = Said::by(bench.deskscribe(&["scan", "--json"]).arg(bench.desktop()));
    assert_eq!((said.code, &said.run["read"], &said.run["cached"]), (Some(0), &6.into(), &4.into()));
    let (code, stdout, _) = text(&bench.deskscribe(&["stop"]).output().unwrap());
    assert_eq!((code, stdout.as_str()), (Some(0), "Nothing is running.\n"));
}

#[test]
fn stop_is_heard_when_nobody_reads_the_rows() {
    let bench = Bench::new();
    for number in 0..200 {
        bench.order(&format!("{number}.png"), &format!("read {number} {}", "words ".repeat(200)));
    }
    let (mut child, stdout) = scan_with_rows(&mut bench.deskscribe(&["scan", "--json"]), &bench, 1);
    let (code, said, stderr) = text(&bench.deskscribe(&["stop"]).output().unwrap());
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{said}");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(stdout);
}

#[test]
fn what_a_killed_engine_leaves_behind_is_cleared_away() {
    let bench = Bench::new();
    bench.order("0.png", "read 0");
    bench.order("1.png", "slow 600000");
    let (mut child, _rest) = scan_with_rows(&mut bench.deskscribe(&["scan", "--json"]), &bench, 1);
    let socket = socket(&bench.home());
    assert!(signal(child.id(), Signal::KILL));
    child.wait().unwrap();
    assert!(socket.exists());
    let (code, stdout, stderr) = text(&bench.deskscribe(&["status"]).output().unwrap());
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (Some(0), "Nothing is running.\n", ""));
    assert!(!socket.exists());
}

#[test]
fn an_engine_that_is_suspended_is_told_from_one_that_is_gone() {
    let bench = Bench::new();
    bench.order("0.png", "read 0");
    bench.order("1.png", "slow 600000");
    let (mut child, _rest) = scan_with_rows(&mut bench.deskscribe(&["scan", "--json"]), &bench, 1);
    assert!(signal(child.id(), Signal::STOP));
    let (code, stdout, stderr) = text(&bench.deskscribe(&["status"]).output().unwrap());
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(
        stderr.contains(&format!("the engine {}-", child.id())) && stderr.contains("does not answer"),
        "{stderr}"
    );
    assert!(signal(child.id(), Signal::CONT));
    assert_eq!(bench.deskscribe(&["stop"]).output().unwrap().status.code(), Some(0));
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_home_may_lie_deeper_than_a_socket_path_reaches() {
    let bench = Bench::new();
    bench.order("0.png", "read 0");
    bench.order("1.png", "slow 600000");
    let home = bench.home().join("d".repeat(120)).join("e".repeat(120));
    let mut scan = bench.deskscribe(&["scan", "--json"]);
    let (mut child, _rest) = scan_with_rows(scan.env("DESKSCRIBE_HOME", &home), &bench, 1);
    let engines = engines(bench.deskscribe(&["status", "--json"]).env("DESKSCRIBE_HOME", &home));
    assert_eq!(engines[0]["pid"], child.id());
    assert!(socket(&home).as_os_str().len() > 108);
    let mut stop = bench.deskscribe(&["stop"]);
    assert_eq!(stop.env("DESKSCRIBE_HOME", &home).output().unwrap().status.code(), Some(0));
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_and_silence_at_the_socket_hold_up_nobody() {
    let bench = busy(2);
    when_busy(&bench, 2, || {
        let socket = socket(&bench.home());
        let connect = || UnixStream::connect(&socket).unwrap();
        let answer = |mut stream: UnixStream| {
            let mut answer = Vec::new();
            // Hung up on in the middle of what it says, it is no answer either.
            let _ = stream.read_to_end(&mut answer);
            String::from_utf8(answer).unwrap()
        };
        let ask = |question: &[u8]| {
            let mut stream = connect();
            let _ = stream.write_all(question);
            answer(stream)
        };
        // More than are listened to at once; none says anything, or comes to an end of it.
        let silent: Vec<_> = (0..20).map(|_| connect()).collect();
        let mut endless = connect();
        endless.write_all(b"{\"ask\":").unwrap();
        assert_eq!(engines(&mut bench.deskscribe(&["status", "--json"])).len(), 1);
        for garbage in [
            &b"\n"[..],
            b"\xff\xfe\0\n",
            b"{\"ask\":\"everything\"}\n",
            b"GET / HTTP/1.1\r\n\r\n",
            b"[[[[[[\n",
        ] {
            let refused = ask(garbage);
            assert!(
                refused.starts_with("{\"answer\":\"refused\",\"reason\":\"this is no question: "),
                "{refused}"
            );
        }
        let refused = ask(&vec![b'x'; 1 << 20]);
        let long = "{\"answer\":\"refused\",\"reason\":\"this is more than 1.0 MB at once; name the folder ";
        assert!(refused.starts_with(long), "{refused}");
        for stream in silent.into_iter().chain([endless]) {
            assert_eq!(answer(stream), "", "hung up on");
        }
        assert!(ask(b"{\"ask\":\"status\"}\n").starts_with("{\"answer\":\"status\",\"status\":{\"id\":"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_user_is_refused() {
    let bench = busy(1);
    when_busy(&bench, 1, || {
        let socket = socket(&bench.home());
        let folder = bench.home().join("engines");
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
        let ask = |user: Option<Uid>| {
            let socket = socket.clone();
            // On Linux it is the thread that has a user, whatever the library says.
            let asked = thread::spawn(move || {
                if let Some(user) = user {
                    set_thread_res_uid(user, user, user).unwrap();
                }
                let mut stream = UnixStream::connect(&socket)?;
                stream.write_all(b"{\"ask\":\"stop\"}\n")?;
                let mut answer = String::new();
                stream.read_to_string(&mut answer).map(|_| answer)
            });
            asked.join().unwrap()
        };
        if !rustix::process::geteuid().is_root() {
            // Without the right to be somebody else, what can be checked is that nobody else gets this far.
            assert_eq!(fs::metadata(&folder).unwrap().uid(), rustix::process::geteuid().as_raw());
            return;
        }
        // Every door is opened, so that only the look at who is there is left.
        for place in [bench.home().parent().unwrap(), &bench.home(), &folder, &socket] {
            fs::set_permissions(place, Permissions::from_mode(0o777)).unwrap();
        }
        let answer = ask(Some(Uid::from_raw(NOBODY)));
        assert!(answer.as_ref().map_or(true, String::is_empty), "{answer:?}");
        let engine = engines(&mut bench.deskscribe(&["status", "--json"])).remove(0);
        assert_eq!(engine["stopping"], false, "it was not listened to");
        assert_eq!(ask(None).unwrap(), "{\"answer\":\"stopping\"}\n");

        chown(&folder, Some(NOBODY), None).unwrap();
        let (code, _, stderr) = text(&bench.deskscribe(&["status"]).output().unwrap());
        assert_eq!(code, Some(2));
        assert!(stderr.contains("belongs to another user (user id 65534)"), "{stderr}");
        chown(&folder, Some(0), None).unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_death_is_told_with_its_file_its_signal_and_its_last_words() {
    let bench = Bench::new().workers(1);
    bench.order("segfault.png", "signal 11");
    bench.order("talks.png", "exit 5");
    bench.order("hangs.png", "hang");
    let run = bench.engine().scan(vec![bench.desktop()], Again::Nothing).unwrap();
    let mut status = None;
    let told = follow(run, |event, run| {
        if matches!(event, Event::Finished { .. }) {
            status = Some(run.status());
        }
    })
    .await;
    let crashes = |name: &str| {
        let name = bench.desktop().join(name).to_str().unwrap().to_owned();
        let crash = |event: &Event| match event {
            Event::Worker { state: WorkerState::Died(crash), .. } => Some(crash.clone()),
            _ => None,
        };
        told.events
            .iter()
            .filter_map(crash)
            .filter(|crash| crash.path.as_ref() == Some(&name))
            .collect::<Vec<_>>()
    };
    assert!(!crashes("segfault.png").is_empty() && !crashes("talks.png").is_empty());
    assert!(crashes("segfault.png").iter().all(|crash| crash.death.exit == Some(Exit::Signal(11))));
    for crash in crashes("talks.png") {
        assert_eq!(crash.death.exit, Some(Exit::Code(5)));
        assert_eq!(crash.death.last_words.as_deref(), Some("about to leave / these are my last words"));
    }
    let killed = &crashes("hangs.png")[0].death;
    assert_eq!((killed.exit, killed.saw.as_deref()), (None, told.row("hangs.png").reason.as_deref()));
    let status = status.unwrap();
    let deaths =
        ["segfault.png", "talks.png", "hangs.png"].map(|name| crashes(name).len()).iter().sum::<usize>();
    assert_eq!((status.deaths, status.crashes.len()), (deaths as u64, deaths));
    assert_eq!(status.counts.failed, 3);
    assert_eq!(status.queues.recording.depth, 0);

    // A new home knows nothing of it, and tells a person in one line for each.
    let mut scan = bench.deskscribe(&["scan", "--workers", "1"]);
    scan.env("DESKSCRIBE_HOME", bench.home().join("other")).arg(bench.desktop().join("talks.png"));
    let (_, _, stderr) = text(&scan.output().unwrap());
    let line = "Worker 1 died on talks.png and is replaced: ended with exit code 5\n";
    assert!(stderr.contains(line), "{stderr}");
}

#[test]
fn the_settings_file_is_followed_and_the_command_line_wins() {
    let bench = Bench::new();
    for number in 0..6 {
        bench.order(&format!("{number}.png"), &format!("slow 50 {number}"));
    }
    let home = bench.home();
    fs::create_dir_all(&home).unwrap();
    let run = |text: &str, arguments: &[&str]| {
        fs::write(home.join("settings.toml"), text).unwrap();
        // Without its backup, or it would come back.
        for name in ["summaries.sqlite", "backups"] {
            let path = home.join(name);
            let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        }
        Said::by(bench.deskscribe(&[&["scan", "--json"], arguments].concat()).arg(bench.desktop()))
    };
    assert_eq!(run("workers = 2\nqueue_files = 1\n", &[]).run["workers"], 2);
    assert_eq!(run("workers = 2\n", &["--workers", "1"]).run["workers"], 1);
    let said = run("workers = 2\nquiet_seconds = 0\n", &[]);
    let file = home.join("settings.toml");
    assert_eq!((said.code, said.rows.len()), (Some(2), 0));
    assert_eq!(
        said.stderr,
        format!(
            "deskscribe: line 2 of the settings has quiet_seconds = 0; allowed is a whole number from 1 to \
             86400: {}\n",
            file.display()
        )
    );
    assert_eq!(Settings::default().workers.get(), 8);
}
