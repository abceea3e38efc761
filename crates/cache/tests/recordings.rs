//! Recordings in the cache: kept whole, through every kind of damage and from older formats on; and found by what was
//! said, at its second.

#![expect(clippy::unwrap_used, reason = "a test that cannot do what it must has failed")]

mod common;

use std::fs;
use std::path::Path;

use common::{DAY, SOON, TO_FORMAT_4, TO_FORMAT_5, failed, key, open, owing, put, read, recorded, store};
use deskscribe_cache::{Cache, Hit, Outcome, Owing, Page, Part, Query, Record, Repair};
use deskscribe_protocol::{Gap, Line, MediaKind, OnScreen, Owed, Recording, Segment};

fn raw(folder: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(folder.join("summaries.sqlite")).unwrap()
}

fn hit(cache: &Cache, query: &str) -> Hit {
    let answer = cache.read().unwrap().search(&Query::parse(query).unwrap(), Page::default()).unwrap();
    answer.hits.into_iter().next().unwrap()
}

fn recording(record: &mut Record) -> &mut Recording {
    match &mut record.outcome {
        Outcome::Read(reading) => reading.recording.as_mut().unwrap(),
        Outcome::Failed(_) => unreachable!(),
    }
}

fn put_parts(cache: &Cache, parts: &[(u32, &str, u32, &[u8])]) {
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    for (number, plan, part, content) in parts {
        guard.put_part(&key(*number), plan, *part, content).unwrap();
    }
    guard.commit().unwrap();
}

#[test]
fn what_is_stored_comes_back_and_what_is_owed_is_known_by_its_places() {
    let (_folder, cache) = open();
    let mut sound = owing(3);
    sound.kind = MediaKind::Audio;
    put(
        &cache,
        &[
            ("/d/talk.mp4", DAY, recorded(1)),
            ("/d/silent.mp4", DAY, owing(2)),
            ("/d/later.m4a", DAY, sound.clone()),
            ("/d/picture.png", DAY, read(4)),
        ],
    );
    // At no place any more: nobody can read it again.
    store(&cache, &[owing(5)]).unwrap();
    let reader = cache.read().unwrap();
    for record in [recorded(1), owing(2), sound] {
        assert_eq!(reader.outcome(&record.key).unwrap(), Some(record));
    }
    let owed = |number, kind, path: &str| Owing { key: key(number), kind, places: vec![path.into()] };
    assert_eq!(
        reader.owing(Owed::Speech).unwrap(),
        [owed(2, MediaKind::Video, "/d/silent.mp4"), owed(3, MediaKind::Audio, "/d/later.m4a")]
    );
    let head = reader.head(&key(2)).unwrap().unwrap();
    assert_eq!((head.duration, head.pending), (Some(600.0), vec![Owed::Speech]));
    let head = reader.head(&key(4)).unwrap().unwrap();
    assert_eq!((head.duration, head.pending), (None, Vec::new()));
    // Read again with a model, it is owed nothing.
    put(&cache, &[("/d/silent.mp4", DAY, recorded(2))]);
    assert_eq!(reader.owing(Owed::Speech).unwrap().len(), 1);
}

#[test]
fn who_owes_is_told_without_looking_at_all_others() {
    let (folder, cache) = open();
    put(&cache, &[("/d/silent.mp4", DAY, owing(1))]);
    let plan = "EXPLAIN QUERY PLAN SELECT key, kind FROM reading WHERE pending IS NOT NULL ORDER BY moment DESC, key";
    let steps: Vec<String> = raw(folder.path())
        .prepare(plan)
        .unwrap()
        .query_map([], |row| row.get("detail"))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(steps[0].contains("USING INDEX reading_owing"), "{steps:?}");
}

#[test]
fn a_recording_that_the_disk_has_changed_is_none() {
    for change in [
        "recording = replace(recording, 'Budget', 'Budgut')",
        "pending = NULL",
        "pending = '[]'",
        "recording = NULL, pending = NULL",
    ] {
        let (folder, cache) = open();
        put(
            &cache,
            &[("/d/silent.mp4", DAY, recorded(1)), ("/d/b.mp4", DAY, owing(2)), ("/d/c.png", DAY, read(3))],
        );
        raw(folder.path()).execute(&format!("UPDATE reading SET {change}"), []).unwrap();
        let reader = cache.read().unwrap();
        assert_eq!(
            reader.outcome(&key(2)).unwrap().is_some(),
            change.starts_with("recording = repl"),
            "{change}"
        );
        if change.starts_with("recording") {
            assert_eq!(reader.outcome(&key(1)).unwrap(), None, "{change}");
        }
    }
}

#[test]
fn a_cache_of_the_fourth_format_is_brought_up_to_date_without_writing_it_anew() {
    let (folder, cache) = open();
    put(&cache, &[("/d/1.png", DAY, read(1)), ("/d/2.png", DAY, failed(2)), ("/d/3.png", DAY, read(3))]);
    put_parts(&cache, &[(9, "plan", 1, b"of an older program")]);
    let file = raw(folder.path());
    file.execute("UPDATE reading SET text = 'changed by the disk' WHERE key = ?", [key(3).as_bytes()])
        .unwrap();
    file.execute_batch(&[TO_FORMAT_5, TO_FORMAT_4].concat()).unwrap();
    let seals = |file: &rusqlite::Connection| -> Vec<Vec<u8>> {
        let mut seals = file.prepare("SELECT seal FROM reading ORDER BY key").unwrap();
        seals.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let before = seals(&file);
    let known = |reader: &deskscribe_cache::ReadGuard| {
        assert_eq!(reader.outcome(&key(1)).unwrap(), Some(read(1)));
        assert_eq!(reader.outcome(&key(2)).unwrap(), Some(failed(2)));
        assert_eq!(reader.outcome(&key(3)).unwrap(), None, "what was broken is not sealed anew");
        assert_eq!(reader.parts_of(&key(9)).unwrap(), []);
        assert_eq!(reader.owing(Owed::Speech).unwrap(), []);
        assert_eq!(reader.head(&key(1)).unwrap().unwrap().duration, None);
        let found = reader.search(&Query::parse("rechnung").unwrap(), Page::default()).unwrap();
        assert_eq!(found.hits.len(), 2);
    };
    // Also where it may not be written.
    let mut looking = Cache::look(folder.path()).unwrap();
    known(&looking);
    let cache = Cache::open(folder.path()).unwrap();
    assert_eq!(cache.repairs(), []);
    known(&cache.read().unwrap());
    known(&looking);
    assert_eq!(seals(&file), before);
    put(&cache, &[("/d/talk.mp4", DAY, recorded(4))]);
    assert!(looking.refresh().unwrap());
    assert_eq!(looking.outcome(&key(4)).unwrap(), Some(recorded(4)));
}

#[test]
fn a_repair_keeps_recordings_and_parts_that_are_whole() {
    let (folder, cache) = open();
    put(&cache, &[("/d/1.png", DAY, read(1)), ("/d/2.mp4", DAY, recorded(2)), ("/d/3.mp4", DAY, owing(3))]);
    let mut long = recorded(4);
    let line = |at: u32| OnScreen { from: at.into(), to: 600.0, text: format!("line {at}") };
    recording(&mut long).screen = (0..600).map(line).collect();
    put(&cache, &[("/d/4.mp4", DAY, long.clone())]);
    put_parts(
        &cache,
        &[
            (3, "watch", 1, b"what was shown"),
            (9, "image", 1, b"whole"),
            (9, "hear", 2, b"broken"),
            (2, "watch", 1, b"of no use any more"),
        ],
    );
    raw(folder.path()).execute("UPDATE part SET content = x'00' WHERE plan = 'hear'", []).unwrap();
    fs::write(folder.path().join("summaries.sqlite-doubted"), "").unwrap();
    let cache = Cache::open(folder.path()).unwrap();
    assert!(
        matches!(cache.repairs(), [Repair::Summaries { restored: 4, again: 0, .. }]),
        "{:?}",
        cache.repairs()
    );
    let reader = cache.read().unwrap();
    for record in [read(1), recorded(2), owing(3), long] {
        assert_eq!(reader.outcome(&record.key).unwrap(), Some(record));
    }
    assert_eq!(reader.owing(Owed::Speech).unwrap().len(), 1);
    assert_eq!(hit(&cache, "budget kind:video").at, Some(65.25));
    let whole = Part { plan: "image".to_owned(), number: 1, content: b"whole".to_vec() };
    assert_eq!(reader.parts_of(&key(9)).unwrap(), [whole]);
    assert_eq!(reader.queue().unwrap(), []);
    // What was shown is not read anew when words are put to what was said.
    assert_eq!(reader.parts(&key(3), "watch").unwrap().len(), 1);
    assert_eq!(reader.parts_of(&key(2)).unwrap(), []);
}

#[test]
fn a_damaged_cache_of_the_fourth_format_and_its_backup_are_restored() {
    let (folder, cache) = open();
    put(&cache, &[("/d/1.png", DAY, read(1)), ("/d/2.png", DAY, failed(2))]);
    let backup = cache.back_up_if_due().unwrap().unwrap().path;
    put(&cache, &[("/d/3.png", DAY, read(3))]);
    drop(cache);
    let aged = rusqlite::Connection::open(&backup).unwrap();
    aged.execute_batch(&["PRAGMA journal_mode = DELETE;", TO_FORMAT_5, TO_FORMAT_4].concat()).unwrap();
    let file = raw(folder.path());
    file.execute("DELETE FROM reading WHERE key = ?", [key(1).as_bytes()]).unwrap();
    file.execute_batch(&[TO_FORMAT_5, TO_FORMAT_4].concat()).unwrap();
    drop((aged, file));
    fs::write(folder.path().join("summaries.sqlite-doubted"), "").unwrap();
    let cache = Cache::open(folder.path()).unwrap();
    assert!(
        matches!(cache.repairs(), [Repair::Summaries { restored: 3, again: 0, .. }]),
        "{:?}",
        cache.repairs()
    );
    let reader = cache.read().unwrap();
    for record in [read(1), failed(2), read(3)] {
        assert_eq!(reader.outcome(&record.key).unwrap(), Some(record));
    }
}

#[test]
fn parts_of_several_plans_are_kept_apart_and_go_with_what_they_belong_to() {
    let (folder, cache) = open();
    put_parts(
        &cache,
        &[(1, "watch 30", 1, b"b"), (1, "hear", 0, b"a"), (1, "watch 30", 0, b""), (2, "hear", 0, b"c")],
    );
    let reader = cache.read().unwrap();
    let told = |reader: &deskscribe_cache::ReadGuard, number| {
        let parts = reader.parts_of(&key(number)).unwrap();
        parts.iter().map(|part| format!("{} {}", part.plan, part.number)).collect::<Vec<_>>()
    };
    assert_eq!(told(&reader, 1), ["hear 0", "watch 30 0", "watch 30 1"]);
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    guard.drop_parts_of_plan(&key(1), "watch 30").unwrap();
    guard.commit().unwrap();
    assert_eq!((told(&reader, 1), told(&reader, 2).len()), (vec!["hear 0".to_owned()], 1));
    raw(folder.path()).execute("UPDATE part SET number = 7 WHERE key = ?", [key(1).as_bytes()]).unwrap();
    assert_eq!((told(&reader, 1).len(), reader.parts(&key(1), "hear").unwrap().len()), (0, 0));
    let mut guard = writer.lock(SOON).unwrap();
    assert!(guard.forget(&key(2)).unwrap());
    guard.commit().unwrap();
    assert_eq!(told(&reader, 2).len(), 0);
}

#[test]
fn a_file_that_waits_is_forgotten_with_the_parts_that_were_read_of_it() {
    const SECRET: &[u8] = b"what nobody shall know";
    let (folder, cache) = open();
    put(&cache, &[("/d/known.mp4", DAY, owing(1))]);
    put_parts(
        &cache,
        &[(1, "watch", 0, b"of another"), (2, "hear", 0, SECRET), (3, "hear", 0, b"of a living engine")],
    );
    let engine = cache.enter("engine").unwrap();
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    let _ = guard.claim(&key(3), &engine, |_, _| false).unwrap();
    guard.enqueue(Path::new("/d/half.mp4"), MediaKind::Video, 1).unwrap();
    guard.commit().unwrap();
    cache.back_up_if_due().unwrap().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    guard.forget_queued(Path::new("/d/half.mp4")).unwrap();
    guard.commit().unwrap();
    let reader = cache.read().unwrap();
    assert_eq!(reader.queue().unwrap(), []);
    assert_eq!(reader.parts_of(&key(2)).unwrap(), []);
    assert_eq!([1, 3].map(|number| reader.parts_of(&key(number)).unwrap().len()), [1, 1]);
    drop((reader, writer));
    let mut files: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().map(|file| file.path()).collect();
    files.extend(fs::read_dir(folder.path().join("backups")).unwrap().flatten().map(|file| file.path()));
    for file in files.into_iter().filter(|file| file.is_file()) {
        let bytes = fs::read(&file).unwrap();
        assert!(!bytes.windows(SECRET.len()).any(|window| window == SECRET), "{}", file.display());
    }
}

#[test]
fn what_was_only_said_is_found_at_its_second() {
    let (_folder, cache) = open();
    put(&cache, &[("/d/talk.mp4", DAY, recorded(1)), ("/d/picture.png", DAY, read(2))]);
    let said = hit(&cache, "budget");
    assert_eq!((said.key, said.at, said.duration), (Some(key(1)), Some(65.25), Some(600.0)));
    assert!(said.snippet.text.contains("Das Budget steht"), "{}", said.snippet.text);
    assert_eq!((said.page, said.corners), (None, None), "nothing of it stands anywhere");
    // Folded, unfinished, in quotes, and within longer words, as everywhere.
    for query in ["BUDG", "\"der nachsten folie\"", "esprechun"] {
        assert!(hit(&cache, query).at.is_some(), "{query}");
    }
    assert_eq!(hit(&cache, "esprechun").at, Some(1.5));
    let shown = hit(&cache, "ausgaben");
    assert_eq!((shown.at, shown.snippet.text.contains("Ausgaben")), (Some(60.0), true));
    // Said and shown: whichever comes first.
    assert_eq!(hit(&cache, "folie").at, Some(60.0));
    // What only the title says has no second, and neither has a picture.
    assert_eq!(hit(&cache, "zahlung kind:video").at, None);
    assert_eq!(
        (hit(&cache, "rechnung kind:image").at, hit(&cache, "rechnung kind:image").duration),
        (None, None)
    );
    assert_eq!((hit(&cache, "kind:video").at, hit(&cache, "kind:video").duration), (None, Some(600.0)));
    // Some of the words are in the summary alone.
    assert_eq!(hit(&cache, "budget zahlung").at, Some(65.25));
}

#[test]
fn a_line_that_was_shown_tells_where_it_stands() {
    let (_folder, cache) = open();
    let mut record = recorded(1);
    let line = |text: &str, page| Line {
        text: text.to_owned(),
        confidence: 1.0,
        corners: [[page as f32; 2]; 4],
        page,
    };
    if let Outcome::Read(reading) = &mut record.outcome {
        reading.pages = 2;
        reading.lines = vec![line("Rechnung", 0), line("Folie 2: Ausgaben", 1)];
    }
    put(&cache, &[("/d/talk.mp4", DAY, record)]);
    let shown = hit(&cache, "ausgaben");
    assert_eq!((shown.at, shown.page, shown.corners), (Some(60.0), Some(1), Some([[1.0; 2]; 4])));
}

#[test]
fn a_word_at_the_end_of_the_longest_recording_is_found() {
    let (_folder, cache) = open();
    let mut record = recorded(1);
    let words = "nothing of any interest ".repeat(80);
    let segment = |number: u32| Segment {
        start: f64::from(number) * 30.0,
        end: f64::from(number) * 30.0 + 29.0,
        text: words.trim().to_owned(),
        confidence: 1.0,
    };
    let recording = recording(&mut record);
    recording.duration = 60_000.0;
    recording.transcript = (0..1_000).map(segment).collect();
    recording.transcript.push(Segment { text: "at last the treasure".to_owned(), ..segment(1_900) });
    recording.gaps = vec![Gap { to: 60_000.0, ..recording.gaps[0].clone() }];
    put(&cache, &[("/d/talk.mp4", DAY, record)]);
    let hit = hit(&cache, "treasure");
    assert_eq!(
        (hit.at, hit.snippet.text.ends_with("at last the treasure")),
        (Some(57_000.0), true),
        "{hit:?}"
    );
}
