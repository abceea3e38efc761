//! Everything that a hostile file's code would try from inside a worker: none of it may succeed.
//!
//! The attempts themselves are in the worker's example `escaping_worker`. That they are worth something is
//! shown by the same suite with the sandbox off: most of them succeed then.

// Elsewhere nothing is confined yet, and workers say so.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use deskscribe_cache::Cache;
use deskscribe_engine::{Event, Home, Isolation, WorkerState};
use deskscribe_system_tests::{Bench, StandIn, StandInModel, Targets, Told, executable, samples};

/// A sandbox is worth little if no more than this can be done without it.
const LEAST_WITHOUT: usize = 30;

/// Errors that a sandbox gives, or the limits that belong to it; any other may mean that an attempt was
/// not made well.
const REFUSALS: [&str; 6] = ["EPERM", "EACCES", "ENOSYS", "EBADF", "ENOMEM", "EMFILE"];

/// What came of every attempt, by name.
struct Outcomes {
    escapes: BTreeMap<String, String>,
    needs: BTreeMap<String, String>,
}

impl Outcomes {
    #[track_caller]
    fn of(text: &str) -> Self {
        let mut outcomes = Self { escapes: BTreeMap::new(), needs: BTreeMap::new() };
        for line in text.lines() {
            let [kind, name, outcome] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
            let list = if kind == "escape" { &mut outcomes.escapes } else { &mut outcomes.needs };
            assert!(list.insert(name.to_owned(), outcome.to_owned()).is_none(), "tried twice: {name}");
        }
        assert!(outcomes.escapes.len() >= 110, "only {} attempts", outcomes.escapes.len());
        assert!(outcomes.needs.len() >= 15, "only {} needs", outcomes.needs.len());
        outcomes
    }

    fn escaped(&self) -> Vec<&str> {
        let allowed = self.escapes.iter().filter(|(_, outcome)| *outcome == "allowed");
        allowed.map(|(name, _)| name.as_str()).collect()
    }

    #[track_caller]
    fn assert_needs_are_met(&self) {
        let missed: Vec<_> = self.needs.iter().filter(|(_, outcome)| *outcome != "allowed").collect();
        assert!(missed.is_empty(), "a worker needs these: {missed:#?}");
    }

    /// Nothing may escape, and what would without a sandbox must have been refused by one.
    #[track_caller]
    fn assert_nothing_escaped(&self, without: &Self) {
        assert!(self.escaped().is_empty(), "these must be refused: {:#?}", self.escaped());
        let odd: Vec<_> = without.escaped().into_iter().map(|name| (name, &self.escapes[name])).collect();
        let odd: Vec<_> =
            odd.into_iter().filter(|(_, outcome)| !REFUSALS.contains(&outcome.as_str())).collect();
        assert!(odd.is_empty(), "these failed, but were not refused: {odd:#?}");
    }
}

/// A language model that is shown what it summarises, so that the list is lent again.
fn server() -> StandIn {
    StandIn::ollama().with_models([StandInModel::new("small", &["completion", "vision"])])
}

/// A bench with a worker that tries to escape, and a server that it may ask nothing but by way of the engine.
fn escaping(server: &StandIn) -> Bench {
    let mut bench = Bench::with_real_resources(executable("examples/escaping_worker")).workers(1);
    bench.settings.llm = server.settings();
    let key = Home::at(bench.home()).llm_key();
    fs::create_dir_all(bench.home()).unwrap();
    fs::write(&key, "the-key").unwrap();
    fs::set_permissions(key, Permissions::from_mode(0o600)).unwrap();
    bench
}

/// Lends a list of targets to the worker of this bench.
fn lend(bench: &Bench, targets: &Targets, server: &StandIn, name: &str) {
    let path = bench.desktop().join(name);
    let (key, url) = (Home::at(bench.home()).llm_key(), server.url());
    let port = url.rsplit(':').next().unwrap();
    let model = format!("model={port}\nkey={}\nname={name}\n", key.display());
    // Executable, so that only a sandbox can refuse to run it.
    bench.order(name, &(targets.list(&path) + &model));
    fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
}

/// What came of all that was tried while this file was summarised, which took an answer of the model.
#[track_caller]
fn while_summarised(bench: &Bench, told: &Told, name: &str) -> Vec<(String, String)> {
    let known = Cache::open(&bench.home()).unwrap().read().unwrap();
    let summary = known.summary(&told.row(name).key.unwrap()).unwrap();
    let digest = summary.unwrap_or_else(|| panic!("no summary of {name}: {told:#?}")).digest;
    assert_eq!((digest.title.as_deref(), digest.tags), (Some("A stand-in says so."), Vec::new()));
    let tried = digest.summary.unwrap();
    let tried = tried.split("; ").map(|one| one.split_once(": ").unwrap());
    tried.map(|(name, outcome)| (name.to_owned(), outcome.to_owned())).collect()
}

/// Whether a worker has asked the server something by itself.
fn was_asked_directly(server: &StandIn) -> bool {
    server.called().iter().any(|(call, _)| call.starts_with("DELETE"))
}

/// How well the workers of a run said they were confined.
#[track_caller]
fn isolation(told: &Told) -> Isolation {
    let of = |event: &Event| match event {
        Event::Worker { state: WorkerState::Ready { isolation, .. }, .. } => Some(*isolation),
        _ => None,
    };
    told.events.iter().find_map(of).unwrap_or_else(|| panic!("no worker got ready: {told:#?}"))
}

/// The suite where nothing confines the worker: its calls for confinement are denied.
async fn without_sandbox() -> Outcomes {
    let (targets, server) = (Targets::new(), server());
    let mut bench = escaping(&server).denying("no-sandbox");
    bench.settings.isolation = Isolation::Off;
    lend(&bench, &targets, &server, "list.png");
    let told = bench.scan().await;
    assert_eq!(isolation(&told), Isolation::Off);
    let summarised = while_summarised(&bench, &told, "list.png");
    assert!(summarised.iter().any(|(_, outcome)| outcome == "allowed"), "{summarised:#?}");
    assert!(was_asked_directly(&server), "it is there to be reached");
    let outcomes = Outcomes::of(told.text("list.png"));
    outcomes.assert_needs_are_met();
    outcomes
}

#[tokio::test]
async fn nothing_escapes_and_every_need_is_met() {
    let without = without_sandbox().await;
    let (targets, server) = (Targets::new(), server());
    let bench = escaping(&server);
    // Two, because descriptors must still arrive after a worker has tried everything.
    let names = ["first.png", "second.png"];
    for name in names {
        lend(&bench, &targets, &server, name);
    }
    let told = bench.scan().await;
    let full = names.map(|name| Outcomes::of(told.text(name)));
    let [escaped, all, off] = [full[0].escaped().len(), full[0].escapes.len(), without.escaped().len()];
    println!("escapes: {escaped} of {all} under Full, {off} of {all} with the sandbox off");
    for (name, outcome) in without.escapes.iter().filter(|(_, outcome)| *outcome != "allowed") {
        println!("  not possible here with the sandbox off either: {name} ({outcome})");
    }

    for outcomes in &full {
        outcomes.assert_needs_are_met();
        outcomes.assert_nothing_escaped(&without);
        assert_eq!(outcomes.escapes["make a call of the future"], "ENOSYS");
        assert_eq!(outcomes.escapes["fork with clone3"], "ENOSYS", "C libraries fall back to clone");
    }
    assert!(off >= LEAST_WITHOUT, "only {off} succeed with the sandbox off: {:#?}", without.escaped());
    assert_eq!(isolation(&told), Isolation::Full);
    for (name, outcome) in names.iter().flat_map(|name| while_summarised(&bench, &told, name)) {
        assert!(REFUSALS.contains(&outcome.as_str()), "while it is summarised: {name} ({outcome})");
    }
    assert!(!was_asked_directly(&server));
}

/// Root may do more, and is confined by other means: both are worth a run.
#[test]
fn nothing_escapes_from_a_normal_user_either() {
    const NOBODY: u32 = 65534;
    if !rustix::process::getuid().is_root() {
        // Then this is what the test above has shown.
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let own = std::env::current_exe().unwrap();
    let target = own.ancestors().nth(2).unwrap();
    let name = own.strip_prefix(target).unwrap();
    for name in [name, "examples/escaping_worker".as_ref(), "denying-wrapper".as_ref()] {
        publish(&target.join(name), &folder.path().join(name));
    }
    let resources = std::env::var_os("DESKSCRIBE_RESOURCES").map(Into::into);
    publish(&resources.unwrap_or_else(|| target.join("resources")), &folder.path().join("resources"));
    let output = Command::new(folder.path().join(name))
        .args(["--nocapture", "--exact"])
        .args(["nothing_escapes_and_every_need_is_met", "without_landlock_seccomp_alone_lets_nothing_escape"])
        .env_remove("DESKSCRIBE_RESOURCES")
        .env_remove("TMPDIR")
        .current_dir("/")
        .uid(NOBODY)
        .gid(NOBODY)
        .output()
        .unwrap();
    let [told, why] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    println!("as a normal user: {told}");
    assert!(output.status.success() && told.contains("2 passed"), "{told}\n{why}");
}

/// Puts a copy of a file or a folder where everybody may read it.
fn publish(source: &Path, target: &Path) {
    if source.is_dir() {
        for entry in fs::read_dir(source).unwrap().map(|entry| entry.unwrap()) {
            publish(&entry.path(), &target.join(entry.file_name()));
        }
        return;
    }
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    if fs::hard_link(source, target).is_err() {
        fs::copy(source, target).unwrap();
    }
}

#[tokio::test]
async fn without_landlock_isolation_is_reduced_and_pictures_are_read() {
    let bench = Bench::with_real_resources(executable("deskscribe-worker")).denying("no-landlock").workers(1);
    fs::copy(samples().join("label printer error.gif"), bench.desktop().join("a.gif")).unwrap();
    let told = bench.scan().await;
    assert_eq!(isolation(&told), Isolation::Reduced);
    assert!(!told.text("a.gif").is_empty());
}

#[tokio::test]
async fn without_landlock_seccomp_alone_lets_nothing_escape() {
    let (targets, server) = (Targets::new(), server());
    let bench = escaping(&server).denying("no-landlock");
    lend(&bench, &targets, &server, "list.png");
    let told = bench.scan().await;
    assert_eq!(isolation(&told), Isolation::Reduced);
    let outcomes = Outcomes::of(told.text("list.png"));
    println!("escapes: {} of {} without Landlock", outcomes.escaped().len(), outcomes.escapes.len());
    assert!(outcomes.escaped().is_empty(), "these must be refused: {:#?}", outcomes.escaped());
    outcomes.assert_needs_are_met();
    let summarised = while_summarised(&bench, &told, "list.png");
    assert!(summarised.iter().all(|(_, outcome)| outcome != "allowed"), "{summarised:#?}");
    assert!(!was_asked_directly(&server));
}

#[tokio::test]
async fn without_seccomp_no_worker_is_given_a_file() {
    for calls in ["no-seccomp", "no-sandbox"] {
        let bench = Bench::with_real_resources(executable("deskscribe-worker")).denying(calls).workers(1);
        fs::copy(samples().join("label printer error.gif"), bench.desktop().join("a.gif")).unwrap();
        let told = bench.scan().await;
        assert!(told.rows.is_empty(), "{told:#?}");
        let error = told.outcome.unwrap_err().to_string();
        assert!(error.contains("isolation is off, reduced is required"), "{error}");
        assert!(error.contains("what was not refused: "), "{error}");
        assert!(!error.contains("nothing was tried"), "{error}");
    }
}

#[tokio::test]
async fn whoever_opts_in_reads_without_a_sandbox() {
    let mut bench =
        Bench::with_real_resources(executable("deskscribe-worker")).denying("no-seccomp").workers(1);
    bench.settings.isolation = Isolation::Off;
    fs::copy(samples().join("label printer error.gif"), bench.desktop().join("a.gif")).unwrap();
    let told = bench.scan().await;
    assert_eq!(isolation(&told), Isolation::Off);
    assert!(!told.text("a.gif").is_empty());
}
