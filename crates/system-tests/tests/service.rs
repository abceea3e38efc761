//! `deskscribe service`: with a real systemd where one can be had, and with one that only takes notes of what it is
//! asked.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use deskscribe_system_tests::processes::{Process, children};
use deskscribe_system_tests::{Bench, Printed, Systemd, executable, is_there};

const UNIT: &str = "deskscribe.service";

/// A home with a systemctl that takes notes.
struct Desk {
    bench: Bench,
    folder: tempfile::TempDir,
}

impl Desk {
    /// Its systemctl answers what this script does.
    fn with_systemctl(script: &str) -> Self {
        let desk = Self { bench: Bench::new(), folder: tempfile::tempdir().unwrap() };
        fs::create_dir(desk.at("bin")).unwrap();
        desk.systemctl(script);
        desk
    }

    fn systemctl(&self, script: &str) {
        let text = format!("#!/bin/sh\necho \"$*\" >> {}\n{script}\n", self.at("calls").display());
        fs::write(self.at("bin/systemctl"), text).unwrap();
        fs::set_permissions(self.at("bin/systemctl"), Permissions::from_mode(0o755)).unwrap();
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn unit(&self) -> PathBuf {
        self.at("config/systemd/user").join(UNIT)
    }

    /// `deskscribe service` with these arguments.
    fn service(&self, arguments: &[&str]) -> Printed {
        let mut command = self.bench.deskscribe(&[&["service"], arguments].concat());
        command
            .env("PATH", self.at("bin"))
            .env("XDG_CONFIG_HOME", self.at("config"))
            .env("HOME", self.at("home"));
        Printed::by(&mut command)
    }

    /// What systemctl was asked, from now on anew.
    fn calls(&self) -> Vec<String> {
        let text = fs::read_to_string(self.at("calls")).unwrap_or_default();
        let _ = fs::remove_file(self.at("calls"));
        text.lines().map(|line| line.replace("--user --no-pager --no-ask-password ", "")).collect()
    }
}

/// Answers as a manager would in which the service runs, or does not.
fn answering(active: &str, version: &str) -> String {
    format!(
        "case \"$*\" in\n\
         *--property=Version*) echo Version={version} ;;\n\
         *' show '*) printf 'ActiveState={active}\\nUnitFileState=enabled\\nMainPID=0\\n' ;;\n\
         esac"
    )
}

#[test]
fn where_no_systemd_runs_nothing_is_written_and_what_to_do_is_said() {
    let desk = Desk::with_systemctl("echo 'Failed to connect to bus: No medium found' >&2; exit 1");
    let said = desk.service(&["install"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""));
    insta::assert_snapshot!(said.stderr);
    fs::remove_file(desk.at("bin/systemctl")).unwrap();
    let said = desk.service(&["install"]);
    assert_eq!(said.code, Some(2));
    assert!(
        said.stderr.starts_with("deskscribe: this system has no systemctl, so nothing was"),
        "{}",
        said.stderr
    );
    assert!(!desk.at("config").exists());
    let said = desk.service(&["status"]);
    assert_eq!(said.code, Some(2));
    assert!(said.stdout.starts_with("Not installed. "), "{}", said.stdout);
}

#[test]
fn a_unit_is_installed_once_renewed_and_removed_but_not_over_the_work_of_others() {
    let desk = Desk::with_systemctl(&answering("inactive", "255.4-1ubuntu8"));
    let said = desk.service(&["install"]);
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(said.stdout.replace(desk.unit().to_str().unwrap(), "<unit>"));
    insta::assert_snapshot!(desk.calls().join("\n"));
    let text = fs::read_to_string(desk.unit()).unwrap();
    assert!(text.contains("RestartSteps=6\n"), "{text}");
    let home = format!("Environment=\"DESKSCRIBE_HOME={}\"\n", desk.bench.home().display());
    assert!(text.contains(&home), "{text}");
    assert_eq!(fs::read_dir(desk.unit().parent().unwrap()).unwrap().count(), 1, "nothing else is left there");

    // Once more: nothing is written, and what runs goes on.
    desk.systemctl(&answering("active", "255"));
    let written = fs::metadata(desk.unit()).unwrap().modified().unwrap();
    let said = desk.service(&["install"]);
    assert!(said.code == Some(0) && said.stdout.starts_with("Was installed already: "), "{said:?}");
    assert_eq!(fs::metadata(desk.unit()).unwrap().modified().unwrap(), written);
    assert!(desk.calls().iter().all(|call| !call.starts_with("start ") && !call.starts_with("restart ")));

    // By another version of this program, or another systemd: renewed, and what runs is started anew.
    desk.systemctl(&answering("active", "252.38-1~deb12u1"));
    let said = desk.service(&["install"]);
    assert!(said.code == Some(0) && said.stdout.starts_with("Renewed: "), "{said:?}");
    assert!(desk.calls().contains(&format!("restart {UNIT}")));

    let own = fs::read_to_string(desk.unit()).unwrap();
    fs::write(desk.unit(), own.replace("Nice=10", "Nice=0")).unwrap();
    for arguments in [["install"], ["remove"]] {
        let said = desk.service(&arguments);
        assert_eq!(said.code, Some(2));
        assert!(
            said.stderr.contains("changed by hand, or made by somebody else, and is left alone"),
            "{said:?}"
        );
        assert!(fs::read_to_string(desk.unit()).unwrap().contains("Nice=0"));
    }
    let said = desk.service(&["install", "--force"]);
    assert!(said.code == Some(0) && fs::read_to_string(desk.unit()).unwrap() == own, "{said:?}");
    desk.calls();

    let said = desk.service(&["remove"]);
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(said.stdout.replace(desk.unit().to_str().unwrap(), "<unit>"));
    insta::assert_snapshot!(desk.calls().join("\n"));
    assert!(!desk.unit().exists());
    let said = desk.service(&["remove"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(0), "The service is not installed.\n"));
}

#[test]
fn a_service_that_does_not_start_is_told_with_the_reason() {
    let refuses =
        "case \"$*\" in *' start '*) echo 'Job for deskscribe.service failed.' >&2; exit 1 ;; esac\n";
    let desk = Desk::with_systemctl(&(refuses.to_owned() + &answering("inactive", "255")));
    let said = desk.service(&["install"]);
    assert_eq!(said.code, Some(1));
    assert!(said.stdout.starts_with("Installed: "), "{said:?}");
    let expected = "It could not be started: `systemctl --user start deskscribe.service` failed: \
                    Job for deskscribe.service failed.\n";
    assert!(said.stderr.starts_with(expected), "{said:?}");
    assert!(desk.unit().exists());
    let said = desk.service(&["status"]);
    assert_eq!((said.code, said.stdout.lines().count()), (Some(1), 2), "{said:?}");
}

/// Waits until the service has said this, and gives back with which priority.
fn heard(systemd: &Systemd, words: &str) -> char {
    loop {
        if let Some((priority, _)) = systemd.journal(UNIT).iter().find(|(_, line)| line.contains(words)) {
            return *priority;
        }
        assert_ne!(systemd.systemctl(&["is-active", UNIT]), "failed", "{:#?}", systemd.journal(UNIT));
        sleep(Duration::from_millis(20));
    }
}

fn property(systemd: &Systemd, name: &str) -> String {
    systemd.systemctl(&["show", UNIT, "--value", "--property", name])
}

/// The program under a name that systemd could misunderstand in many ways.
fn oddly_named(folder: &Path) -> PathBuf {
    let folder = folder.join("a b%h$HOME é;#");
    fs::create_dir(&folder).unwrap();
    let program = folder.join("deskscribe");
    if fs::hard_link(executable("deskscribe"), &program).is_err() {
        fs::copy(executable("deskscribe"), &program).unwrap();
    }
    program
}

/// Needs a systemd that may be started.
#[test]
#[ignore = "needs root, systemd and control groups of its own: cargo test --workspace --test service -- --ignored"]
fn a_real_systemd_runs_it_reloads_it_and_ends_it() {
    let systemd = Systemd::start().unwrap();
    let bench = Bench::new().workers(1);
    let odd = bench.desktop().join("inner %h");
    fs::create_dir_all(&odd).unwrap();
    fs::create_dir_all(bench.home()).unwrap();
    let settings = |more: &str| {
        let text = format!("[[watch]]\nfolder = {:?}\n{more}", bench.desktop());
        fs::write(bench.home().join("settings.toml"), text).unwrap();
    };
    settings("");
    let program = oddly_named(&systemd.home());
    let deskscribe = |arguments: &[&str]| {
        let asked = bench.deskscribe(arguments);
        let mut command = Command::new(&program);
        command.args(asked.get_args());
        for (name, value) in asked.get_envs() {
            command.env(name, value.unwrap());
        }
        Printed::by(&mut systemd.within(&command))
    };
    let said = deskscribe(&["service", "install"]);
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{said:?} {:#?}", systemd.journal(UNIT));
    assert_eq!(property(&systemd, "ActiveState"), "active");
    assert_eq!(systemd.systemctl(&["is-enabled", UNIT]), "enabled");
    let unit = systemd.home().join(".config/systemd/user").join(UNIT);
    let verify = systemd
        .within(Command::new("systemd-analyze").args(["verify", "--user"]).arg(&unit))
        .output()
        .unwrap();
    assert!(verify.status.success() && verify.stderr.is_empty(), "{verify:?}");

    // What comes is read, and the journal says so.
    bench.order("a.png", "read some words");
    bench.order("b.png", "exit 5");
    assert_eq!(heard(&systemd, "read    a.png: "), '6');
    assert_eq!(heard(&systemd, "failed  b.png: "), '4');
    assert!(heard(&systemd, "Watching 1 folder: ") == '6');
    let process: u32 = property(&systemd, "MainPID").parse().unwrap();
    assert!(property(&systemd, "StatusText").starts_with("Watching 1 folder"));
    assert!(!children(process).is_empty(), "workers are at hand");
    let said = deskscribe(&["service", "status"]);
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{said:?}");
    let running = format!(", process {process}.\n");
    assert!(said.stdout.contains("\nRunning since ") && said.stdout.contains(&running), "{}", said.stdout);
    assert!(
        said.stdout.contains("\nWatching 1 folder") && said.stdout.contains("failed  b.png"),
        "{}",
        said.stdout
    );
    let said = deskscribe(&["service", "install"]);
    assert!(said.code == Some(0) && said.stdout.starts_with("Was installed already"), "{said:?}");
    assert_eq!(property(&systemd, "MainPID"), process.to_string(), "it was left alone");

    // Settings are read anew when somebody asks, and when they change.
    systemd.systemctl(&["reload", UNIT]);
    assert_eq!(heard(&systemd, "The settings are what they were."), '6');
    settings("recurse = maybe\n");
    assert_eq!(heard(&systemd, "line 3 of the settings"), '4');
    assert_eq!(property(&systemd, "ActiveState"), "active");

    let workers: Vec<Process> = children(process);
    systemd.systemctl(&["stop", UNIT]);
    assert_eq!(
        (property(&systemd, "Result"), property(&systemd, "ExecMainStatus")),
        ("success".into(), "0".into())
    );
    assert!(workers.iter().all(|worker| !worker.is_alive()) && !is_there(process));
    heard(&systemd, "Stopped. What was read is kept.");
    let said = deskscribe(&["service", "status"]);
    assert!(said.code == Some(1) && said.stdout.contains("\nNot running. "), "{said:?}");

    let said = deskscribe(&["service", "remove"]);
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{said:?}");
    assert!(!unit.exists() && !unit.with_file_name("default.target.wants").join(UNIT).exists());
    assert_eq!(systemd.systemctl(&["show", UNIT, "--value", "--property", "LoadState"]), "not-found");
    assert_eq!(deskscribe(&["service", "status"]).code, Some(2));
}
