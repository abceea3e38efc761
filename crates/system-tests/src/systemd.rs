//! A systemd of the test's own, as a user's session has it: with a `/run`, a journal and a control group that nobody
//! else sees.

#![expect(clippy::unwrap_used, reason = "this runs in tests alone, where a panic is a failed test")]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Makes the surroundings, and becomes the manager in them. Without a group of its own it would take all processes of
/// this one into it, and by the names of groups the journal knows which unit said something.
const BEGIN: &str = "
    set -e
    for place in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
        [ -f $place/cgroup.procs ] || continue
        mkdir -p $place/$1/user@0.service
        echo $$ > $place/$1/user@0.service/cgroup.procs
    done
    mount -t tmpfs -o mode=755 tmpfs /run
    mkdir -p /run/systemd/system /run/systemd/journal /run/systemd/journald.conf.d /run/user
    mkdir -m 700 $XDG_RUNTIME_DIR
    printf '[Journal]\\nStorage=volatile\\nAudit=no\\nReadKMsg=no\\n' > /run/systemd/journald.conf.d/test.conf
    exec $2 --user
";

/// It ends with the test, and so does all that it has started.
pub struct Systemd {
    folder: tempfile::TempDir,
    group: String,
    manager: Child,
    journal: Option<Child>,
}

impl Systemd {
    /// Starts one, where that can be done: for root, with systemd, and with control groups that may be made.
    pub fn start() -> Option<Self> {
        let systemd = program("systemd")?;
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        let group = format!("deskscribe-test-{}.slice", std::process::id());
        let mut command = Command::new("unshare");
        command.args(["--mount", "--propagation", "private", "sh", "-c", BEGIN, "sh", &group]).arg(systemd);
        surroundings(&mut command, folder.path());
        let said = folder.path().join("manager");
        let manager = ready(&mut command, &said)?;
        let mut manager = Self { folder, group, manager, journal: None };
        let mut command = manager.within(&Command::new(program("systemd-journald")?));
        let journal = ready(&mut command, &manager.folder.path().join("journal"))?;
        manager.journal = Some(journal);
        Some(manager)
    }

    /// The home of its user.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// This command as somebody types it in that session.
    pub fn within(&self, command: &Command) -> Command {
        let mut within = Command::new("nsenter");
        within.args(["--mount", "--target", &self.manager.id().to_string(), "--"]);
        within.arg(command.get_program()).args(command.get_args());
        surroundings(&mut within, self.folder.path());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => within.env(name, value),
                None => within.env_remove(name),
            };
        }
        within
    }

    /// What `systemctl --user` says to this, without the last line end.
    pub fn systemctl(&self, arguments: &[&str]) -> String {
        self.said("systemctl", &[&["--user"], arguments].concat())
    }

    /// What the service has said, a line each with its priority before it.
    pub fn journal(&self, unit: &str) -> Vec<(char, String)> {
        let arguments = ["--user-unit", unit, "--output", "json", "--quiet", "--no-pager"];
        let rows = self.said("journalctl", &arguments);
        let rows = rows.lines().map(|row| serde_json::from_str::<serde_json::Value>(row).unwrap());
        // Of what systemd itself says of it, the unit is another one.
        let own = rows.filter(|row| row["_SYSTEMD_USER_UNIT"] == unit);
        own.filter_map(|row| {
            let priority = row["PRIORITY"].as_str()?.chars().next()?;
            Some((priority, row["MESSAGE"].as_str()?.to_owned()))
        })
        .collect()
    }

    fn said(&self, program: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(program);
        let output = self.within(command.args(arguments)).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }
}

impl Drop for Systemd {
    fn drop(&mut self) {
        self.systemctl(&["exit"]);
        let _ = self.manager.wait();
        if let Some(journal) = &mut self.journal {
            let _ = journal.kill();
            let _ = journal.wait();
        }
        for place in ["", "systemd", "unified"] {
            remove(&Path::new("/sys/fs/cgroup").join(place).join(&self.group));
        }
    }
}

/// The environment of a session, in place of that of the test.
fn surroundings<'a>(command: &'a mut Command, folder: &Path) -> &'a mut Command {
    command.env("XDG_RUNTIME_DIR", "/run/user/deskscribe-test").env("HOME", folder.join("home"));
    for name in [
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "DBUS_SESSION_BUS_ADDRESS",
        "NOTIFY_SOCKET",
        "JOURNAL_STREAM",
        "DESKSCRIBE_HOME",
        "DESKSCRIBE_WORKER",
        "DESKSCRIBE_RESOURCES",
    ] {
        command.env_remove(name);
    }
    command
}

/// Starts a program and waits until it says at this socket that it is ready; nothing if it has ended instead.
fn ready(command: &mut Command, socket: &Path) -> Option<Child> {
    let said = UnixDatagram::bind(socket).unwrap();
    said.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    command.env("NOTIFY_SOCKET", socket).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut program = command.spawn().ok()?;
    let mut words = [0; 4096];
    loop {
        if let Ok(length) = said.recv(&mut words) {
            let words = String::from_utf8_lossy(words.get(..length)?);
            if words.lines().any(|word| word == "READY=1") {
                return Some(program);
            }
        }
        if program.try_wait().unwrap().is_some() {
            return None;
        }
    }
}

/// Where systemd keeps programs that nobody calls by hand.
fn program(name: impl AsRef<OsStr>) -> Option<PathBuf> {
    let places =
        ["/usr/lib/systemd", "/lib/systemd"].into_iter().map(|folder| Path::new(folder).join(name.as_ref()));
    places.into_iter().find(|path| path.is_file())
}

/// Removes a control group with those below it, which hold no process any more.
fn remove(group: &Path) {
    for below in fs::read_dir(group).into_iter().flatten().flatten() {
        if below.path().is_dir() {
            remove(&below.path());
        }
    }
    let _ = fs::remove_dir(group);
}
