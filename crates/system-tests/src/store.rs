//! A home with a list of models, for tests of how they come there.

#![expect(clippy::unwrap_used, reason = "this runs in tests alone, where a panic is a failed test")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use deskscribe_engine::{
    Address, CancellationToken, Catalogue, Downloads, Got, Home, ModelError, Models, Settings, Step,
};

use crate::{Web, executable, list_models, weights};

/// The home, gone with the test. It knows two models, `tiny` and `base.en`, that are smaller than those of that name.
pub struct Store {
    folder: tempfile::TempDir,
    /// The settings that its models follow.
    pub settings: Settings,
    /// The bytes of `tiny`.
    pub tiny: Vec<u8>,
}

/// What came of a download, and what was told on the way.
#[derive(Debug)]
pub struct Fetched {
    /// Its end.
    pub end: Result<Got, ModelError>,
    /// Everything that was told.
    pub steps: Vec<Step>,
}

impl Store {
    /// An empty home.
    #[expect(clippy::new_without_default, reason = "it makes folders; nothing about it is a default")]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tiny = weights(true, 7, 200_000);
        let base = weights(false, 8, 300_000);
        let models: [(&str, &[u8], u64); 2] = [("tiny", &tiny, 1 << 20), ("base.en", &base, 2 << 20)];
        list_models(&folder.path().join("resources"), &models);
        let downloads = Downloads {
            connect: Duration::from_secs(20),
            quiet: Duration::from_secs(20),
            tries: 3,
            pause: Duration::from_millis(1),
            longest_pause: Duration::from_millis(10),
            ..Downloads::default()
        };
        Self { folder, settings: Settings { downloads, ..Settings::default() }, tiny }
    }

    /// The same, which fetches from this server.
    pub fn mirrored_by(mut self, web: &Web) -> Self {
        self.settings.downloads.mirror = Address::parse(&web.url());
        self
    }

    /// The same, which waits for no byte longer than a moment.
    pub fn impatient(mut self) -> Self {
        self.settings.downloads.connect = Duration::from_millis(100);
        self.settings.downloads.quiet = Duration::from_millis(100);
        self
    }

    /// Its models, on a machine with 16 GB of memory.
    pub fn models(&self) -> Models {
        let home = Home::at(self.home());
        let catalogue = Catalogue::in_folder(&self.resources()).unwrap();
        Models::of(&home, catalogue, &self.settings).with_memory(16_000_000_000)
    }

    /// `DESKSCRIBE_HOME`.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// `DESKSCRIBE_RESOURCES`.
    pub fn resources(&self) -> PathBuf {
        self.folder.path().join("resources")
    }

    /// A file in the folder of models.
    pub fn file(&self, name: &str) -> PathBuf {
        self.home().join("models").join(name)
    }

    /// How many bytes of `tiny` were downloaded so far.
    pub fn kept(&self) -> Option<u64> {
        Some(fs::metadata(self.file("ggml-tiny.bin.part")).ok()?.len())
    }

    /// A file of the user with this content.
    pub fn own_file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// `deskscribe` with these arguments in this home, where no proxy is set. It goes by the mirror and the proxy of
    /// the settings.
    pub fn deskscribe(&self, arguments: &[&str]) -> Command {
        fs::create_dir_all(self.home()).unwrap();
        let Downloads { mirror, proxy, .. } = &self.settings.downloads;
        let line = |key: &str, address: &Option<Address>| match address {
            Some(address) => format!("{key} = \"{address}\"\n"),
            None => String::new(),
        };
        let settings = line("models_mirror", mirror) + &line("proxy", proxy);
        fs::write(self.home().join("settings.toml"), settings).unwrap();
        let mut command = Command::new(executable("deskscribe"));
        command.args(arguments).env("DESKSCRIBE_HOME", self.home());
        command.env("DESKSCRIBE_RESOURCES", self.resources()).stdin(Stdio::null());
        for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
            command.env_remove(name).env_remove(name.to_uppercase());
        }
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Gets `tiny`, to whatever end.
    pub async fn get(&self) -> Fetched {
        self.get_until(|_, _| {}).await
    }

    /// The same, with a say in it after everything that is told.
    pub async fn get_until(&self, mut then: impl FnMut(&Step, &CancellationToken) + Send + Sync) -> Fetched {
        let cancel = CancellationToken::new();
        let mut steps = Vec::new();
        let mut tell = |step: Step| {
            then(&step, &cancel);
            steps.push(step);
        };
        let end = self.models().get("tiny", false, &cancel, &mut tell).await;
        Fetched { end, steps }
    }
}

impl Fetched {
    /// Why it waited, each time.
    pub fn waits(&self) -> Vec<&str> {
        let waits = self.steps.iter().filter_map(|step| match step {
            Step::Waiting { why, .. } => Some(why.as_str()),
            _ => None,
        });
        waits.collect()
    }

    /// Why it started over and how much was dropped, each time.
    pub fn fresh_starts(&self) -> Vec<(&str, u64)> {
        let starts = self.steps.iter().filter_map(|step| match step {
            Step::StartingOver { why, dropped } => Some((why.as_str(), *dropped)),
            _ => None,
        });
        starts.collect()
    }

    /// The words of its error; empty if it went well.
    pub fn error(&self) -> String {
        self.end.as_ref().map_or_else(ToString::to_string, |_| String::new())
    }
}
