//! A desk: a screen in memory, a home, a folder of pictures, and the window on it.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use deskscribe_cache::Cache;
use deskscribe_system_tests::executable;
use serde_json::Value;

use crate::Window;

/// How to find our window, if it is on the screen.
const OUR_WINDOW: [&str; 4] = ["search", "--onlyvisible", "--name", "^Deskscribe$"];

/// Which of the system's two looks the window finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Dark text on light ground.
    Light,
    /// Light text on dark ground.
    Dark,
}

impl Look {
    /// Its name, as files of screenshots end with it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Gone with the test, with everything that was started on it, also when the test panics or is killed.
pub struct Desk {
    /// Takes all along when its stdin ends: see the program `desk`.
    keeper: Child,
    folder: tempfile::TempDir,
    told: Value,
    look: Look,
}

impl Desk {
    /// An empty desktop on a light screen.
    #[expect(clippy::new_without_default, reason = "it starts programs; nothing about it is a default")]
    pub fn new() -> Self {
        Self::with(Look::Light)
    }

    /// An empty desktop on a screen that looks so.
    pub fn with(look: Look) -> Self {
        let folder = tempfile::Builder::new().prefix("desk-").tempdir().unwrap();
        let user = folder.path().join("user");
        for name in ["Desktop", "run", ".config/gtk-3.0"] {
            fs::create_dir_all(user.join(name)).unwrap();
        }
        // What the session bus and GTK put there is the user's alone.
        fs::set_permissions(user.join("run"), Permissions::from_mode(0o700)).unwrap();
        let prefers_dark = u8::from(look == Look::Dark);
        // Nothing moves of itself, so that what is asked for is there at once and screenshots are all alike.
        let settings = format!(
            "[Settings]\ngtk-application-prefer-dark-theme={prefers_dark}\ngtk-enable-animations=0\n\
             gtk-font-name=DejaVu Sans 10\ngtk-cursor-blink=0\n"
        );
        fs::write(user.join(".config/gtk-3.0/settings.ini"), settings).unwrap();

        let driver = std::env::var_os("DESKSCRIBE_TAURI_DRIVER").map_or_else(installed_driver, PathBuf::from);
        let mut keeper = Command::new(executable("desk"));
        surround(&mut keeper, &user);
        keeper.arg(driver).stdin(Stdio::piped()).stdout(Stdio::piped());
        // A group of its own: whoever kills the test's leaves it time to clear up.
        let mut keeper = keeper.process_group(0).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let told = serde_json::from_str(&line).expect("the desk tells where it is, or why not on stderr");
        Self { keeper, folder, told, look }
    }

    /// The process that everything on this desk is below.
    pub fn keeper(&self) -> u32 {
        self.keeper.id()
    }

    fn user(&self) -> PathBuf {
        self.folder.path().join("user")
    }

    /// The folder of the pictures.
    pub fn desktop(&self) -> PathBuf {
        self.user().join("Desktop")
    }

    /// `DESKSCRIBE_HOME`.
    pub fn home(&self) -> PathBuf {
        self.user().join("home")
    }

    /// The screen's own name.
    pub fn display(&self) -> &str {
        self.told["display"].as_str().unwrap()
    }

    /// The address of the session bus.
    pub fn bus(&self) -> &str {
        self.told["bus"].as_str().unwrap()
    }

    /// Writes `settings.toml`, as somebody does by hand.
    pub fn settings(&self, text: &str) {
        fs::create_dir_all(self.home()).unwrap();
        fs::write(self.home().join("settings.toml"), text).unwrap();
    }

    /// Whether a window of ours is to be seen on the screen.
    pub fn shows_a_window(&self) -> bool {
        self.command("xdotool").args(OUR_WINDOW).output().unwrap().status.success()
    }

    /// Closes the window by the keys for it, once it is the one that hears them.
    pub fn close_by_keys(&self) {
        self.mouse(&[&OUR_WINDOW[..], &["windowactivate", "--sync"]].concat());
        self.mouse(&["key", "alt+F4"]);
    }

    /// The cache that the window shows, made if there is none.
    pub fn cache(&self) -> Cache {
        Cache::open(&self.home()).unwrap()
    }

    /// A program of ours or of the system, on this desk.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        surround(&mut command, &self.user());
        command.env("DISPLAY", self.display());
        command.env("DBUS_SESSION_BUS_ADDRESS", self.bus());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// The terminal program, beside the window.
    pub fn deskscribe(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(executable("deskscribe"));
        command.args(arguments);
        command
    }

    /// The window's program, started once more by hand.
    pub fn app(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(executable("deskscribe-app"));
        command.args(arguments);
        command
    }

    /// What `deskscribe status --json` says of the window's engine; null while there is none.
    pub fn status(&self) -> Value {
        let output = self.deskscribe(&["status", "--json"]).output().unwrap();
        let mut told: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        told["engines"].get_mut(0).map(Value::take).unwrap_or_default()
    }

    /// Opens the window on these files or folders, for the driver.
    pub async fn open(&self, arguments: &[&str]) -> Window {
        let port = self.told["driver"].as_u64().unwrap();
        Window::open(port, &executable("deskscribe-app"), arguments).await
    }

    /// Opens a plain browser, to look at the recorded session.
    pub async fn browse(&self) -> Window {
        Window::browse(self.told["native"].as_u64().unwrap(), self.look == Look::Dark).await
    }

    /// What was copied on this desk, if anything was.
    pub fn try_copied(&self) -> Option<String> {
        let output = self.command(executable("desk-hand")).arg("clipboard").output().unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    }

    /// The whole screen, as a PNG.
    #[track_caller]
    pub fn screenshot(&self, file: &Path) {
        said(self.command(executable("desk-hand")).arg("screenshot").arg(file));
    }

    /// Has the mouse do this, in the words of xdotool.
    #[track_caller]
    pub fn mouse(&self, words: &[&str]) -> String {
        said(self.command("xdotool").args(words))
    }

    /// Takes these files out of another program and holds them over the window, as a hand does: past the threshold of a
    /// drag, and on a bit once they are there.
    #[track_caller]
    pub fn hold(&self, files: &[&Path]) -> Held<'_> {
        const FROM: (u32, u32) = (60, 60);
        const STEP: (u32, u32) = (80, 55);
        let held = Held { desk: self, offer: self.offer(files) };
        let carry = |x: u32, y: u32| {
            self.mouse(&["mousemove", "--sync", &x.to_string(), &y.to_string()]);
        };
        let at = |step: u32| (FROM.0 + STEP.0 * step, FROM.1 + STEP.1 * step);
        carry(FROM.0, FROM.1);
        self.mouse(&["mousedown", "1"]);
        (1..=8).map(at).for_each(|(x, y)| carry(x, y));
        let (x, y) = at(8);
        carry(x + 3, y + 3);
        carry(x, y);
        held
    }

    /// A small window in the corner of the screen that offers these files to be dragged.
    fn offer(&self, files: &[&Path]) -> Child {
        let mut offer = self.command(executable("desk-hand"));
        let mut offer = offer.arg("offer").args(files).stderr(Stdio::inherit()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(offer.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        offer
    }
}

/// Files that a hand holds over the window. The program that offers them is there until this is gone: it is asked for
/// them after they were let go.
pub struct Held<'a> {
    desk: &'a Desk,
    offer: Child,
}

impl Held<'_> {
    /// Drops them where they are.
    #[track_caller]
    pub fn let_go(&self) {
        self.desk.mouse(&["mouseup", "1"]);
    }

    /// Thinks better of it.
    #[track_caller]
    pub fn call_off(&self) {
        self.desk.mouse(&["key", "Escape", "mouseup", "1"]);
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let _ = self.offer.kill();
        let _ = self.offer.wait();
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// Runs a command to its end and returns what it printed.
#[track_caller]
fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// What programs on a desk find around them: nothing of who runs the test.
fn surround(command: &mut Command, user: &Path) {
    let kept = ["PATH", "DESKSCRIBE_RESOURCES", "RUST_BACKTRACE"].map(|name| (name, std::env::var_os(name)));
    command.env_clear().envs(kept.into_iter().filter_map(|(name, value)| Some((name, value?))));
    command.env("HOME", user).env("XDG_RUNTIME_DIR", user.join("run"));
    command.env("DESKSCRIBE_HOME", user.join("home")).env("LANG", "C.UTF-8").env("GDK_BACKEND", "x11");
    // GTK asks a portal for settings where it finds one, and would find none of these.
    command.env("GTK_USE_PORTAL", "0").env("NO_AT_BRIDGE", "1");
}

/// Where `cargo xtask prepare` puts it.
fn installed_driver() -> PathBuf {
    let folder = executable("desk");
    folder.ancestors().nth(2).unwrap().join("tools/bin/tauri-driver")
}
