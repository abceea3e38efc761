//! Pictures of the real window in every main state, light and dark, and of what is hard to come by in the recorded
//! session: `screenshots FOLDER [PART]`, of which a part may be taken alone.

#![expect(clippy::print_stderr, reason = "it talks to a person at a terminal")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "without the window there are no pictures of it"
)]

use std::fs;
use std::path::PathBuf;

use deskscribe_system_tests::words::Words;
use deskscribe_system_tests::{samples, say};
use deskscribe_window_tests::{Desk, Look, RecordedPage, Tray, Window};
use fantoccini::key::Key;

/// A sample that is a recording, and what could be said in it, with the seconds.
const TALK: &str = "Screen Recording 2026-03-19 at 10.42.07.mp4";
const SAID: [(f64, &str); 6] = [
    (0.6, "Here are the sales of the bakery for this spring."),
    (3.4, "Rolls are ahead, and barley loaves are few."),
    (6.2, "Now to the export, as a table with totals."),
    (8.8, "It goes to the shared accounts, with a password."),
    (11.6, "And that was it: forty-two rows without a complaint."),
    (14.4, "The auditor can have it today."),
];
/// Readings of the large library.
const MANY: usize = 100_000;

/// Screens of the recorded session that take a crash, a battery or a broken server: their pictures are of the same page
/// in a browser.
const RECORDED: [&str; 17] = [
    "first-watching",
    "item-retried",
    "item-without-text",
    "item-writing",
    "no-match-meant",
    "downloading",
    "waiting",
    "watch",
    "watch-battery",
    "watch-cloud",
    "watch-offline",
    "llm-not-installed",
    "llm-not-running",
    "llm-model-missing",
    "llm-blind",
    "llm-tested",
    "llm-writing",
];

/// Where the pictures go, and of which look they are.
struct Album {
    folder: PathBuf,
    look: Look,
}

#[tokio::main]
async fn main() {
    let folder = PathBuf::from(std::env::args_os().nth(1).expect("screenshots FOLDER"));
    fs::create_dir_all(folder.join("recorded")).unwrap();
    let only = std::env::args().nth(2);
    let wants = |part: &str| only.as_deref().is_none_or(|only| only == part);
    for look in [Look::Light, Look::Dark] {
        let album = Album { folder: folder.clone(), look };
        // They are many, and nothing about them is another in the dark.
        if look == Look::Light && wants("recorded") {
            album.recorded().await;
        }
        if wants("beginning") {
            album.beginning().await;
        }
        if wants("folders") {
            album.folders().await;
        }
        if wants("reading") {
            album.reading().await;
        }
        if wants("library") {
            album.library().await;
        }
        if wants("recordings") {
            album.recordings().await;
        }
        if wants("large") {
            album.large().await;
        }
    }
}

impl Album {
    /// The window as large as the screen, so that nothing else is in the picture.
    async fn open(&self, desk: &Desk, arguments: &[&str]) -> Window {
        let window = desk.open(arguments).await;
        window.find("view-library").await;
        window.client.maximize_window().await.unwrap();
        window
    }

    /// Waits until everything that the page asked for is there and painted, and takes the picture.
    async fn keep(&self, desk: &Desk, window: &Window, name: &str) {
        window.until("an answer", "document.querySelector('[data-testid=loading]') === null").await;
        window.painted().await;
        let file = self.folder.join(format!("{name}-{}.png", self.look.name()));
        desk.screenshot(&file);
        eprintln!("screenshots: {}", file.display());
    }

    async fn recorded(&self) {
        let (desk, page) = (Desk::with(self.look), RecordedPage::serve());
        let window = desk.browse().await;
        window.resize(1280, 800).await;
        for screen in page.screens(&window).await {
            if RECORDED.contains(&screen.name.as_str()) {
                page.show(&window, &screen).await;
                let is_asked = "![...document.querySelectorAll('button:disabled')].some((one) => one.textContent.includes('…'))";
                window.until("all answers", is_asked).await;
                window.painted().await;
                let file = self.folder.join(format!("recorded/{}.png", screen.name));
                fs::write(&file, window.client.screenshot().await.unwrap()).unwrap();
                eprintln!("screenshots: {}", file.display());
            }
        }
        window.close().await;
    }

    async fn beginning(&self) {
        let desk = Desk::with(self.look);
        let window = self.open(&desk, &[]).await;
        window.find("empty").await;
        self.keep(&desk, &window, "empty").await;

        let picture = desk.sample("kitchen budget.png");
        let notes = desk.desktop().join("notes.txt");
        fs::write(&notes, "no picture").unwrap();
        let held = desk.hold(&[&picture, &notes]);
        window.shows("overlay", "1 not supported").await;
        self.keep(&desk, &window, "drop").await;
        held.call_off();
        window.close().await;
    }

    /// A folder that is to be watched, and one that is beside one that is not there.
    async fn folders(&self) {
        let desk = Desk::with(self.look);
        desk.pictures(3);
        let _tray = Tray::on(&desk).await;
        let window = self.open(&desk, &[]).await;
        window.click("watch-desktop").await;
        window.shows("folder-count", "3 images").await;
        self.keep(&desk, &window, "watch").await;
        desk.settings(
            "[[watch]]\nfolder = \"~/Desktop\"\n\n[[watch]]\nfolder = \"/media/archive/Meetings\"\n",
        );
        window.shows("watching", "3 done").await;
        window.click("form-back").await;
        window.click("watching").await;
        window.counts("folder", 2).await;
        self.keep(&desk, &window, "folders").await;
        window.close().await;
    }

    async fn reading(&self) {
        let desk = Desk::with(self.look);
        desk.pictures(40);
        let window = self.open(&desk, &[desk.desktop().to_str().unwrap()]).await;
        window.open_activity().await;
        window.until("some cards", "document.querySelectorAll('[data-testid=card]').length > 8").await;
        self.keep(&desk, &window, "reading").await;
        window.click("pause").await;
        window.shows("round", "Paused").await;
        self.keep(&desk, &window, "paused").await;
        window.click("tab-queue").await;
        self.keep(&desk, &window, "queue").await;
        window.close().await;
    }

    /// The samples, one of which is broken on purpose.
    async fn library(&self) {
        let desk = Desk::with(self.look);
        let files = fs::read_dir(samples()).unwrap().map(|entry| entry.unwrap());
        for file in files.filter(|entry| entry.file_type().unwrap().is_file()) {
            desk.sample(file.file_name().to_str().unwrap());
        }
        let window = self.open(&desk, &[desk.desktop().to_str().unwrap()]).await;
        window.open_activity().await;
        window.find("finished").await;
        // It has pictures of its own, below.
        window.click("dismiss-notice").await;
        window.click("tab-attention").await;
        window.find("trouble").await;
        self.keep(&desk, &window, "attention").await;
        window.click("dismiss").await;
        window.click("activity").await;
        self.keep(&desk, &window, "library").await;
        window.click("layout-list").await;
        self.keep(&desk, &window, "list").await;
        window.click("layout-grid").await;

        window.search("printer").await;
        window.until("marked words", "document.querySelector('[data-testid=card] mark')").await;
        self.keep(&desk, &window, "search").await;
        window.click("card").await;
        window.until("boxed hits", "document.querySelector('[data-testid=preview] [data-testid=hit]')").await;
        self.keep(&desk, &window, "item").await;
        window.press(Key::Escape).await;
        window.search(" nosuchword").await;
        window.find("no-match").await;
        self.keep(&desk, &window, "no-match").await;
        window.search(" kind:picture ").await;
        window.find("query-error").await;
        self.keep(&desk, &window, "query-error").await;
        window.close().await;
    }

    /// Recordings that nobody could listen to, and one that somebody did.
    async fn recordings(&self) {
        let desk = Desk::with(self.look);
        let talk = desk.sample(TALK);
        for name in ["Screencast from 2026-02-11 15-20-33.webm", "kitchen budget.png", "invoice-march.jpg"] {
            desk.sample(name);
        }
        let scan = desk.deskscribe(&["scan"]).arg(desk.desktop()).output().unwrap();
        assert!(scan.status.success(), "{}", String::from_utf8_lossy(&scan.stderr));
        let window = self.open(&desk, &[]).await;
        window.find("speech-notice").await;
        self.keep(&desk, &window, "waits").await;
        window.click("choose-model").await;
        window.find("model-tiny").await;
        self.keep(&desk, &window, "models").await;
        window.click("close-settings").await;

        say(&desk.cache(), &talk, &SAID);
        window.search("auditor").await;
        window.until("a marked word", "document.querySelector('[data-testid=card] mark')").await;
        self.keep(&desk, &window, "said").await;
        window.click("card").await;
        window.shows("hit", "auditor").await;
        let is_there =
            "document.querySelector('[data-testid=frame] img[src*=\"at=\"]:not(.hidden)')?.naturalWidth > 0";
        window.until("the frame", is_there).await;
        self.keep(&desk, &window, "recording").await;
        window.click("tab-shown").await;
        self.keep(&desk, &window, "shown").await;
        window.close().await;
    }

    async fn large(&self) {
        let desk = Desk::with(self.look);
        Words::brief(1).fill(&desk.cache(), 0..MANY, |_, _| ()).unwrap();
        let window = self.open(&desk, &[]).await;
        window.lists(MANY).await;
        self.keep(&desk, &window, "large").await;
        window.close().await;
    }
}
