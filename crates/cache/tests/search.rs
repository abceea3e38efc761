//! Search as its users see it: on real files, with what engines store.

mod common;

use std::path::Path;

use common::{DAY, SOON, TO_FORMAT_3, TO_FORMAT_4, failed, key, open, put, text};
use deskscribe_cache::{Answer, Cache, CacheError, Hit, Outcome, Page, Query, Record, State, Total};
use deskscribe_protocol::{Line, MediaKind, Reading};

fn with(mut record: Record, change: impl FnOnce(&mut Reading)) -> Record {
    if let Outcome::Read(reading) = &mut record.outcome {
        change(reading);
    }
    record
}

#[expect(clippy::unwrap_used, reason = "a test that cannot search has failed")]
fn ask(cache: &Cache, query: &str) -> Answer {
    cache.read().unwrap().search(&Query::parse(query).unwrap(), Page::default()).unwrap()
}

/// The names of the files that are found, in order.
fn found(cache: &Cache, query: &str) -> String {
    let name = |hit: &Hit| hit.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    ask(cache, query).hits.iter().map(name).collect::<Vec<_>>().join(" ")
}

fn first(cache: &Cache, query: &str) -> Hit {
    ask(cache, query).hits.swap_remove(0)
}

fn marked(hit: &Hit) -> Vec<&str> {
    hit.snippet.marks.iter().map(|mark| &hit.snippet.text[mark.clone()]).collect()
}

#[test]
fn a_file_is_found_by_everything_that_is_known_of_it() {
    let (_folder, cache) = open();
    let record = with(text(1, "On screen"), |reading| {
        reading.digest.title = Some("Titel".to_owned());
        reading.digest.summary = Some("Zusammenfassung".to_owned());
        reading.digest.tags = vec!["Schlagwort".to_owned()];
    });
    put(&cache, &[("/d/my-scan_07.png", DAY, record), ("/d/broken.png", DAY, failed(2))]);
    for query in ["screen", "titel ", "zusammen", "schlagwort", "scan", "07", "my-scan_07.png", "png on", ""]
    {
        assert!(found(&cache, query).contains("my-scan_07.png"), "{query}");
    }
    assert_eq!(found(&cache, "broken"), "broken.png", "what cannot be read has a name");
    assert_eq!(first(&cache, "broken").state, State::Failed);
    assert_eq!(found(&cache, "nowhere"), "");
}

#[test]
fn accents_case_and_spelling_do_not_hide_a_file() {
    let (_folder, cache) = open();
    put(
        &cache,
        &[
            ("/d/cafe", DAY, text(1, "Größere Cafés, 12,50 €")),
            ("/d/mail", DAY, text(2, "send an e-mail or the in-\nvoice to ann@example.com")),
            ("/d/code", DAY, text(3, "fn loadRecipes() in C++ // dueonMonday")),
        ],
    );
    for (query, file) in [
        ("cafe", "cafe"),
        ("CAFÉS", "cafe"),
        ("grossere ", "cafe"),
        ("12,50", "cafe"),
        ("€", "cafe"),
        ("email", "mail"),
        ("e-mail", "mail"),
        ("invoice ", "mail"),
        ("ann@example.com", "mail"),
        ("example", "mail"),
        ("loadrecipes", "code"),
        ("recipes", "code"),
        ("c++", "code"),
        ("monday", "code"),
        ("eonmon", "code"),
        ("due monday", "code"),
        ("anexample", ""),
        ("12,20", ""),
        ("examplecom", "mail"),
    ] {
        assert_eq!(found(&cache, query), file, "{query}");
    }
}

#[test]
fn chinese_japanese_and_korean_are_found_by_any_of_their_characters() {
    let (_folder, cache) = open();
    put(
        &cache,
        &[
            ("/d/ja", DAY, text(1, "東京都の天気予報\nｶﾀｶﾅ")),
            ("/d/zh", DAY, text(2, "会议将于下午三点开始。请准时参加")),
            ("/d/ko", DAY, text(3, "회의록을 보내 주세요")),
        ],
    );
    for (query, file) in [
        ("東", "ja"),
        ("天気", "ja"),
        ("京都", "ja"),
        ("東京都", "ja"),
        ("都の天気", "ja"),
        ("報", "ja"),
        ("カタカナ", "ja"),
        ("東天", ""),
        ("会议", "zh"),
        ("三点开", "zh"),
        ("加", "zh"),
        ("회의록", "ko"),
        ("보내", "ko"),
        ("록", "ko"),
    ] {
        assert_eq!(found(&cache, query), file, "{query}");
    }
    assert_eq!(marked(&first(&cache, "京都")), ["京都"]);
    assert_eq!(marked(&first(&cache, "カタカナ")), ["ｶﾀｶﾅ"]);
}

#[test]
fn the_best_come_first_and_parts_of_words_last() {
    let (_folder, cache) = open();
    let title = |record| with(record, |reading| reading.digest.title = Some("Invoice".to_owned()));
    put(
        &cache,
        &[
            ("/d/within", DAY + 9000, text(1, "reinvoiced")),
            ("/d/long", DAY, text(2, &format!("invoice {}", "other words ".repeat(40)))),
            ("/d/begins", DAY, text(3, "invoices and more")),
            ("/d/title", DAY, title(text(4, "nothing else"))),
            ("/d/text", DAY, text(5, "invoice and more")),
        ],
    );
    assert_eq!(found(&cache, "invoice"), "title text begins long within");
    let answer = ask(&cache, "invoice");
    assert!(answer.hits.is_sorted_by(|one, two| one.score >= two.score));
    assert!(answer.hits[4].score < 0.0 && answer.hits[3].score > 0.0);
    assert_eq!(answer.total, Total::Exactly(5));
    assert_eq!(found(&cache, "\"invoice and\""), "text");
    assert_eq!(found(&cache, "invoice -more -other -else"), "within");
}

#[test]
fn operators_narrow_the_search() {
    let (_folder, cache) = open();
    let german = |record| {
        with(record, |reading| {
            reading.language = Some("de-AT".to_owned());
            reading.digest.tags = vec!["Reise nach Wien".to_owned(), "Zug".to_owned()];
        })
    };
    let video = Record { kind: MediaKind::Video, ..text(2, "cat") };
    put(
        &cache,
        &[
            ("/home/a/Desktop/one", DAY, german(text(1, "cat"))),
            ("/home/a/Desktop/deep/two", DAY + 3_600_000, video),
            ("/home/a/Desk", DAY + 86_400_000 * 2, text(3, "cat")),
            ("/srv/four", DAY - 86_400_000 * 40, failed(4)),
        ],
    );
    for (query, files) in [
        ("", "Desk two one four"),
        ("cat kind:image", "Desk one"),
        ("kind:image kind:video", "Desk two one four"),
        ("cat -kind:image", "two"),
        ("lang:de", "one"),
        ("lang:de-CH cat", "one"),
        ("tag:zug", "one"),
        ("tag:\"reise nach wien\" tag:ZUG", "one"),
        ("tag:reise", "one"),
        ("tag:zug tag:cat", ""),
        ("state:failed", "four"),
        ("-state:failed -in:/home/a/Desktop", "Desk"),
        ("in:/home/a/Desktop", "two one"),
        ("in:/home/a/Desktop/", "two one"),
        ("in:/home/a/Des", "two one"),
        ("in:/home/a/Desktop/deep in:/srv", "two four"),
        ("in:/", "Desk two one four"),
        ("after:2026-03", "Desk two one"),
        ("before:2026-03", "four"),
        ("cat after:2026-03 before:2026", ""),
    ] {
        assert_eq!(found(&cache, query), files, "{query}");
    }
}

#[test]
fn a_hit_tells_where_the_words_stand() {
    let (_folder, cache) = open();
    let line = |text: &str, page, y: f32| Line {
        text: text.to_owned(),
        confidence: 1.0,
        corners: [[0.0, y], [9.0, y], [9.0, y + 1.0], [0.0, y + 1.0]],
        page,
    };
    let record = with(text(1, "Ihre Rechnung\nBetrag 12,50 €\nSumme"), |reading| {
        reading.lines = vec![line("Ihre Rechnung", 0, 0.0), line("Betrag 12,50 €", 1, 5.0)];
        reading.digest.title = Some("Rechnung".to_owned());
        reading.pages = 2;
    });
    put(&cache, &[("/d/one", DAY, record)]);
    let hit = first(&cache, "12,50 betrag");
    assert_eq!(hit.snippet.text, "Ihre Rechnung Betrag 12,50 € Summe");
    assert_eq!(marked(&hit), ["Betrag", "12,50"]);
    assert_eq!((hit.page, hit.corners.map(|corners| corners[0])), (Some(1), Some([0.0, 5.0])));
    assert_eq!((hit.key, hit.kind, hit.moment), (Some(key(1)), MediaKind::Image, DAY));
    let hit = first(&cache, "kind:image");
    assert!(hit.snippet.marks.is_empty() && hit.page.is_none());
}

#[test]
fn of_many_hits_the_newest_come_first() {
    let (_folder, cache) = open();
    // Three of every tenth second, and not in order.
    let moment = |number: u32| DAY + i64::from(number * 7919 % 1201 / 3) * 10_000;
    let paths: Vec<String> = (0..1201).map(|number| format!("/d/{number}")).collect();
    let files: Vec<_> = (0..1201)
        .map(|number| (paths[number as usize].as_str(), moment(number), text(number, "common")))
        .collect();
    put(&cache, &files);
    let guard = cache.read().unwrap();
    // From any place on, whether it is reached from the beginning or from the end.
    let mut all: Option<Vec<Hit>> = None;
    for query in ["common", "", "kind:image", "after:2026-03-14", "kind:image after:2026-03-14 before:2027"] {
        let parsed = Query::parse(query).unwrap();
        let mut hits = Vec::new();
        for offset in (0..1300).step_by(100) {
            let answer = guard.search(&parsed, Page { offset, limit: 100 }).unwrap();
            let is_counted = offset > 900 || query != "common";
            let total = if is_counted { Total::Exactly(1201) } else { Total::MoreThan(1000) };
            assert_eq!(answer.total, total, "{query} {offset}");
            hits.extend(answer.hits);
        }
        assert_eq!(hits.len(), 1201, "{query}");
        let same = |all: &Vec<Hit>| all.iter().map(|hit| hit.key).eq(hits.iter().map(|hit| hit.key));
        assert!(all.as_ref().is_none_or(same), "{query}");
        all.get_or_insert(hits);
    }
    let hits = all.unwrap();
    let early = hits.windows(2).map(|two| two[1].moment - two[0].moment).max();
    assert!(early.unwrap() <= 0, "{early:?}");
    let mut paths: Vec<&Path> = hits.iter().map(|hit| hit.path.as_path()).collect();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), 1201);
    assert_eq!(ask(&cache, "common before:2026-03-14").total, Total::Exactly(0));
}

#[test]
fn the_index_follows_every_change() {
    let (_folder, cache) = open();
    put(&cache, &[("/d/one", DAY, text(1, "before")), ("/d/two", DAY, text(2, "before"))]);
    put(&cache, &[("/d/one", DAY, text(1, "after"))]);
    assert_eq!((found(&cache, "before"), found(&cache, "after")), ("two".to_owned(), "one".to_owned()));
    // A copy has the names of both; renamed, it is found where it was seen last.
    put(&cache, &[("/e/copy", DAY - 5000, text(1, "after"))]);
    assert_eq!(found(&cache, "in:/d one"), "one");
    assert_eq!(found(&cache, "in:/e one"), "copy");
    put(&cache, &[("/e2/third", DAY - 5000, text(1, "after"))]);
    assert_eq!(found(&cache, "in:/e one"), "copy");
    assert_eq!(first(&cache, "after").moment, DAY - 5000);
    // Another content at the place: the first is nowhere any more.
    put(&cache, &[("/d/two", DAY, text(3, "other"))]);
    assert_eq!(found(&cache, "before"), "");
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    assert!(guard.forget(&key(1)).unwrap());
    guard.commit().unwrap();
    assert_eq!(found(&cache, "after"), "");
    assert_eq!(found(&cache, ""), "two");
}

#[test]
fn what_is_forgotten_leaves_no_word_in_the_index() {
    let (folder, cache) = open();
    // Read again since, so that the first text is in no reading any more; renamed, so that the first name is.
    put(&cache, &[("/d/hunter2name", DAY, text(1, "hunter2old shared"))]);
    put(&cache, &[("/d/hunter2name", DAY, text(3, "three")), ("/d/hunter2name", DAY, text(4, "four"))]);
    put(&cache, &[("/d/one", DAY, text(1, "hunter2secret shared")), ("/d/two", DAY, text(2, "shared"))]);
    put(&cache, &[("/d/four", DAY, text(3, "three")), ("/d/hunter2name", DAY, text(2, "shared"))]);
    put(&cache, &[("/d/hunter2name", DAY, text(1, "hunter2secret shared"))]);
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    assert!(guard.forget(&key(1)).unwrap());
    guard.commit().unwrap();
    assert_eq!(found(&cache, "ter2sec"), "");
    assert_eq!(found(&cache, "hare"), "two");
    let file = rusqlite::Connection::open(folder.path().join("summaries.sqlite")).unwrap();
    for (table, column) in
        [("search_data", "block"), ("search_spelling", "term"), ("search_piece_data", "block")]
    {
        let hits: i64 = file
            .query_row(
                &format!("SELECT count(*) FROM {table} WHERE instr({column}, ?)"),
                [&b"ter2"[..]],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(hits, 0, "{table}");
    }
}

#[test]
fn what_is_not_read_yet_is_counted_and_can_be_listed() {
    let (_folder, cache) = open();
    put(&cache, &[("/d/one.png", DAY, text(1, "cat"))]);
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    guard.enqueue(Path::new("/d/cat-2.mp4"), MediaKind::Video, DAY).unwrap();
    guard.enqueue(Path::new("/e/dog.png"), MediaKind::Image, DAY + 1).unwrap();
    guard.commit().unwrap();
    assert_eq!(ask(&cache, "cat").coverage.to_string(), "searched 1 of 3, 2 not read yet");
    for (query, files) in [
        ("state:queued", "dog.png cat-2.mp4"),
        ("state:queued kind:video", "cat-2.mp4"),
        ("state:queued in:/e", "dog.png"),
        ("state:queued cat", "cat-2.mp4"),
        ("state:queued -cat", "dog.png"),
        ("state:queued tag:x", ""),
    ] {
        assert_eq!(found(&cache, query), files, "{query}");
    }
    assert_eq!(first(&cache, "state:queued cat").key, None);
}

#[test]
fn an_older_cache_is_indexed_when_it_is_opened() {
    let (folder, cache) = open();
    put(&cache, &[("/d/one", DAY, text(1, "something old"))]);
    let file = rusqlite::Connection::open(folder.path().join("summaries.sqlite")).unwrap();
    const TO_FORMAT_2: &str = "DROP TABLE search; DROP TABLE search_entry; DROP TABLE search_piece;
        DROP TABLE search_spelling; PRAGMA user_version = 2;";
    file.execute_batch(&[TO_FORMAT_4, TO_FORMAT_3, TO_FORMAT_2].concat()).unwrap();
    drop(file);
    let error = Cache::look(folder.path()).unwrap().search(&Query::default(), Page::default()).unwrap_err();
    assert!(matches!(error, CacheError::Older(_)), "{error}");
    let cache = Cache::open(folder.path()).unwrap();
    assert_eq!(found(&cache, "old"), "one");
    assert_eq!(found(&cache, "ethin"), "one");
}
