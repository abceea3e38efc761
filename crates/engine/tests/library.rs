//! The library as a window sees it: pages, opened items, what waits and what failed, on a cache as engines leave it.

#![expect(clippy::unwrap_used, reason = "a test that cannot do what it must has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use deskscribe_cache::{Cache, Outcome, Place, Record, Stamp, Thumbnail};
use deskscribe_engine::{Format, Home, Item, Library, Query, set_tags};
use deskscribe_protocol::{Code, ContentKey, Digest, Failure, Line, MediaKind, Reading};
use tempfile::TempDir;

/// A day in March 2026, in milliseconds since 1970.
const DAY: i64 = 1_773_446_400_000;

/// Stores something in the home of a desk, as an engine would.
macro_rules! store {
    ($desk:expr, |$guard:ident| $store:block) => {{
        let mut writer = Cache::open($desk.home.folder()).unwrap().writer().unwrap();
        let mut $guard = writer.lock(Duration::from_secs(60)).unwrap();
        $store
        $guard.commit().unwrap();
    }};
}

/// A home and a desktop.
struct Desk {
    folder: TempDir,
    home: Home,
}

fn key(number: u8) -> ContentKey {
    ContentKey::from_bytes([number; 32])
}

fn query(text: &str) -> Query {
    Query::parse(text).unwrap()
}

fn record(number: u8, outcome: Outcome) -> Record {
    let read_at = DAY + i64::from(number) * 1000;
    Record { key: key(number), kind: MediaKind::Image, bytes: 42, outcome, read_at, program: Record::own() }
}

fn reading(title: &str, lines: &[&str]) -> Outcome {
    let line = |(at, text): (usize, &&str)| {
        let y = at as f32 * 20.0;
        let corners = [[1.0, y], [51.0, y], [51.0, y + 14.0], [1.0, y + 14.0]];
        Line { text: (*text).to_owned(), confidence: 0.875, corners, page: 0 }
    };
    Outcome::Read(Box::new(Reading {
        text: lines.join("\n"),
        lines: lines.iter().enumerate().map(line).collect(),
        language: Some("de".to_owned()),
        width: 640,
        height: 400,
        pages: 1,
        digest: Digest {
            title: Some(title.to_owned()),
            summary: Some(lines.join(" ")),
            tags: vec!["rechnung".to_owned()],
            chapters: Vec::new(),
            by: "extractive".to_owned(),
        },
        ..Reading::default()
    }))
}

fn failure(code: Code) -> Failure {
    Failure::new(code, "why it could not be read")
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("home"));
        Self { folder, home }
    }

    /// A file on the desktop, made if it is to be there.
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, record: &Record) {
        let path = self.path(name);
        fs::write(&path, name).unwrap();
        let mtime_ns = record.read_at * 1_000_000;
        let stamp = Stamp { device: 1, inode: 1, size: 1, mtime_ns, ctime_ns: 0 };
        store!(self, |guard| {
            guard.put(record).unwrap();
            guard.remember(&Place { path, stamp }, &record.key, DAY).unwrap();
        });
    }

    /// A picture that was read, one that cannot be, one that could not be for now, and one whose turn has not come.
    fn filled() -> Self {
        let desk = Self::new();
        desk.put("scan.png", &record(1, reading("Rechnung 7", &["Ihre Rechnung", "Betrag 12,50 €"])));
        desk.put("broken.png", &record(2, Outcome::Failed(failure(Code::Damaged))));
        store!(desk, |guard| {
            guard.put_thumbnail(&key(1), &Thumbnail { width: 320, height: 200, jpeg: vec![7; 9] }).unwrap();
            let kind = MediaKind::Image;
            let locked = desk.path("locked.png");
            guard.defer(&locked, kind, &failure(Code::PermissionDenied), DAY + 9_000).unwrap();
            guard.enqueue(&desk.path("later.png"), kind, DAY).unwrap();
        });
        desk
    }

    fn library(&self) -> Library {
        Library::open(&self.home).unwrap()
    }

    /// JSON as it is sent to the page, the desktop told as such.
    fn json<T: serde::Serialize>(&self, value: &T) -> serde_json::Value {
        let text = serde_json::to_string(value).unwrap();
        serde_json::from_str(&text.replace(self.folder.path().to_str().unwrap(), "/desktop")).unwrap()
    }
}

fn names(page: &deskscribe_engine::Page) -> Vec<&str> {
    page.cards.iter().map(|card| card.spot.name.as_str()).collect()
}

#[test]
fn the_page_gets_the_forms_that_it_depends_on() {
    let desk = Desk::filled();
    let library = desk.library();
    insta::assert_json_snapshot!("page", desk.json(&library.page(&query(""), 0, 10).unwrap()));
    insta::assert_json_snapshot!("found", desk.json(&library.page(&query("rechnung 12,50"), 0, 10).unwrap()));
    insta::assert_json_snapshot!(
        "waits",
        desk.json(&library.page(&query("state:queued later"), 0, 10).unwrap())
    );
    let view = library.view(&key(1), None, &query("betrag")).unwrap();
    insta::assert_json_snapshot!("view", desk.json(&view));
    insta::assert_json_snapshot!("queue", desk.json(&library.queue(0, 10).unwrap()));
    insta::assert_json_snapshot!("attention", desk.json(&library.attention(0, 10).unwrap()));
}

#[test]
fn a_page_holds_what_was_asked_for_and_counts_all() {
    let desk = Desk::new();
    for number in 1..=7 {
        desk.put(&format!("{number}.png"), &record(number, reading("Titel", &["common"])));
    }
    let library = desk.library();
    for text in ["", "common", "kind:image"] {
        let page = library.page(&query(text), 5, 10).unwrap();
        assert_eq!((names(&page), page.total.count, page.total.more), (vec!["2.png", "1.png"], 7, false));
        assert_eq!(library.page(&query(text), 9, 10).unwrap().cards, []);
    }
    // The number is that of the last change: what is stored next has a higher one.
    let before = library.page(&query(""), 0, 1).unwrap().change;
    desk.put("8.png", &record(8, reading("Titel", &["common"])));
    let page = library.page(&query(""), 0, 1).unwrap();
    assert_eq!((names(&page), page.coverage.read), (vec!["8.png"], 8));
    assert!(page.change > before);
}

#[test]
fn a_long_summary_is_cut_and_a_small_picture_may_be_missing() {
    let desk = Desk::new();
    desk.put("long.png", &record(1, reading("Titel", &["words and "; 60])));
    let card = desk.library().page(&query(""), 0, 1).unwrap().cards.remove(0);
    let summary = card.summary.unwrap();
    assert!(summary.ends_with("words and…") || summary.ends_with("words…"), "{summary}");
    assert!((200..=241).contains(&summary.chars().count()), "{summary}");
    assert_eq!((card.aspect, desk.library().thumbnail(&key(1)).unwrap()), (None, None));
    fs::remove_file(desk.home.folder().join("thumbnails.sqlite")).unwrap();
    assert_eq!(desk.library().page(&query(""), 0, 1).unwrap().cards.len(), 1, "without the file as well");
}

#[test]
fn an_open_library_goes_on_after_a_repair() {
    let desk = Desk::filled();
    let mut library = desk.library();
    assert_eq!(library.thumbnail(&key(1)).unwrap(), Some(vec![7; 9]));
    assert!(!library.refresh().unwrap());
    for file in ["summaries.sqlite-doubted", "thumbnails.sqlite-doubted"] {
        fs::write(desk.home.folder().join(file), "").unwrap();
    }
    assert_eq!(Cache::open(desk.home.folder()).unwrap().repairs().len(), 2);
    store!(desk, |guard| {
        guard.put_thumbnail(&key(1), &Thumbnail { width: 1, height: 1, jpeg: vec![8] }).unwrap();
    });
    assert!(library.refresh().unwrap());
    assert_eq!(library.thumbnail(&key(1)).unwrap(), Some(vec![8]));
    let found = library.page(&query("rechnung"), 0, 9).unwrap();
    assert_eq!((found.cards.len(), found.coverage.read), (1, 1));
}

#[test]
fn what_failed_is_tried_again_where_it_still_is() {
    let desk = Desk::filled();
    let copy = desk.path("copy.png");
    desk.put("copy.png", &record(2, Outcome::Failed(failure(Code::Damaged))));
    fs::write(desk.path("locked.png"), "").unwrap();
    let paths = |library: &Library| library.failed_paths().unwrap();
    assert_eq!(paths(&desk.library()).len(), 2, "of copies one");
    fs::remove_file(desk.path("broken.png")).unwrap();
    assert_eq!(paths(&desk.library()), [desk.path("locked.png"), copy.clone()]);
    fs::remove_file(&copy).unwrap();
    assert_eq!(paths(&desk.library()), [desk.path("locked.png")]);
    // It is still told, where it was seen last.
    let attention = desk.library().attention(1, 1).unwrap();
    assert_eq!((attention.count, attention.entries[0].key), (2, Some(key(2))));
}

#[test]
fn a_view_tells_which_places_are_there_and_what_is_the_users() {
    let desk = Desk::filled();
    desk.put("copy.png", &record(1, reading("Rechnung 7", &["Ihre Rechnung"])));
    fs::remove_file(desk.path("copy.png")).unwrap();
    let typed = ["Umzug".to_owned()];
    assert_eq!(set_tags(&desk.home, &key(1), Some(&typed)).unwrap(), Some(typed.to_vec()));
    assert_eq!(set_tags(&desk.home, &key(9), Some(&typed)).unwrap(), None);
    let view = desk.library().view(&key(1), None, &query("")).unwrap().unwrap();
    let mut spots: Vec<_> = view.spots.iter().map(|spot| (spot.spot.name.as_str(), spot.there)).collect();
    spots.sort_unstable();
    assert_eq!(spots, [("copy.png", false), ("scan.png", true)]);
    assert_eq!(
        (view.name.as_str(), view.tags_edited, view.item.row.tags),
        ("scan.png", true, typed.to_vec())
    );
    assert_eq!((view.hits, view.aspect), (Vec::new(), Some(1.6)));
    // Of a failure as well, and in an export.
    set_tags(&desk.home, &key(2), Some(&typed)).unwrap();
    let item: Item = desk.library().item(&key(2), None).unwrap().unwrap();
    assert_eq!(item.row.tags, typed);
    assert_eq!(desk.library().page(&query("tag:umzug"), 0, 9).unwrap().total.count, 2);
    assert_eq!(set_tags(&desk.home, &key(1), None).unwrap(), Some(vec!["rechnung".to_owned()]));
}

#[test]
fn a_selection_is_exported_in_its_order() {
    let desk = Desk::filled();
    let library = desk.library();
    let mut out = Vec::new();
    let keys = [key(2), key(9), key(1)];
    assert_eq!(library.export(&keys[..], Format::Markdown, &mut out).unwrap(), 2);
    let text = String::from_utf8(out).unwrap();
    let (broken, scan) = (text.find("# broken.png").unwrap(), text.find("# Rechnung 7").unwrap());
    assert!(broken < scan, "{text}");
    let to = desk.path("all.csv");
    assert_eq!(library.export_to(&keys[..1], Format::Csv, &to, false).unwrap(), 1);
    assert_eq!(fs::read_to_string(&to).unwrap().lines().count(), 2);
    assert_eq!(library.export(&query("state:read"), Format::Json, Vec::new()).unwrap(), 1);
}

#[test]
fn a_file_that_waits_can_be_looked_at() {
    let desk = Desk::filled();
    fs::write(desk.path("locked.png"), "").unwrap();
    let library = desk.library();
    let named = library.find(desk.path("locked.png").as_os_str()).unwrap();
    let view = library.view_of(&named, &query("")).unwrap().unwrap();
    assert_eq!(
        (view.name.as_str(), view.moment, view.item.row.code),
        ("locked.png", DAY + 9_000, Some(Code::PermissionDenied))
    );
    assert!(view.spots[0].there && Path::new(&view.spots[0].spot.path).ends_with("locked.png"));
}
