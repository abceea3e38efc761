//! Summaries by language models: told wherever a digest is, found by what they say, and kept through whatever the cache
//! survives.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot do what it must has failed")]

mod common;

use std::fs;
use std::path::Path;

use common::{
    DAY, SOON, TO_FORMAT_5, basis, failed, key, open, put, read, receipt, recorded, store, summary, text,
};
use deskscribe_cache::{Cache, Hit, Outcome, Page, Query, ReadGuard, Record, Repair, Summary, WriteGuard};
use deskscribe_protocol::{Chapter, Digest, Form};

fn write<T>(cache: &Cache, write: impl FnOnce(&mut WriteGuard<'_>) -> T) -> T {
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    let done = write(&mut guard);
    guard.commit().unwrap();
    done
}

fn raw(folder: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(folder.join("summaries.sqlite")).unwrap()
}

fn hits(reader: &ReadGuard, query: &str) -> Vec<Hit> {
    reader.search(&Query::parse(query).unwrap(), Page::default()).unwrap().hits
}

fn found(cache: &Cache, query: &str) -> usize {
    hits(&cache.read().unwrap(), query).len()
}

/// The digest of a content, the same wherever it is told.
#[track_caller]
fn told(reader: &ReadGuard, number: u32) -> Digest {
    let Some(Record { outcome: Outcome::Read(reading), .. }) = reader.outcome(&key(number)).unwrap() else {
        panic!("not read")
    };
    let digest = reading.digest;
    let head = reader.head(&key(number)).unwrap().unwrap();
    assert_eq!((&head.title, &head.tags), (&digest.title, &digest.tags));
    assert_eq!(head.summary_by.as_ref(), Some(&digest.by));
    let hit = hits(reader, "").into_iter().find(|hit| hit.key == Some(key(number))).unwrap();
    assert_eq!((&hit.title, &hit.summary, &hit.tags), (&digest.title, &digest.summary, &digest.tags));
    assert_eq!((hit.summary_by.as_ref(), hit.remote), (Some(&digest.by), head.remote));
    assert_eq!(head.remote, reader.is_remote(&key(number)).unwrap());
    digest
}

fn extractive(record: &Record) -> Digest {
    match &record.outcome {
        Outcome::Read(reading) => reading.digest.clone(),
        Outcome::Failed(_) => unreachable!(),
    }
}

#[test]
fn what_a_model_says_is_told_everywhere_and_what_it_does_not_say_is_the_extractive_digests() {
    let (_folder, cache) = open();
    put(&cache, &[("/d/1.png", DAY, read(1)), ("/d/2.png", DAY, read(2))]);
    let before = cache.read().unwrap().last_change().unwrap();
    let whole = summary(&read(1));
    assert!(write(&cache, |guard| guard.put_summary(&whole)).unwrap());
    let reader = cache.read().unwrap();
    assert_eq!(told(&reader, 1), whole.digest);
    assert_eq!(told(&reader, 2), extractive(&read(2)));
    assert_eq!(reader.summary(&key(1)).unwrap(), Some(whole.clone()));
    assert_eq!(reader.summary(&key(2)).unwrap(), None);
    assert_eq!(reader.changed_after(before).unwrap().0, [key(1)]);
    for (query, count) in [
        ("stadtwerke", 1),
        ("stromrechnung", 1),
        ("tag:haushalt", 1),
        ("tag:zahlung", 1),
        ("\"rechnung über\"", 1),
    ] {
        assert_eq!(found(&cache, query), count, "{query}");
    }
    assert!(hits(&reader, "stadtwerke")[0].snippet.text.contains("Die Stadtwerke"));
    // Plain text became the summary, and there is nothing else.
    let plain = Digest {
        summary: Some("Einfach Text.".to_owned()),
        by: "llama3.2:3b".to_owned(),
        ..Digest::default()
    };
    let plain = Summary { digest: plain, form: Form::Plain, ..whole };
    assert!(write(&cache, |guard| guard.put_summary(&plain)).unwrap());
    let Digest { title, tags, .. } = extractive(&read(1));
    assert_eq!(told(&reader, 1), Digest { title, tags, ..plain.digest });
    assert_eq!((found(&cache, "stadtwerke"), found(&cache, "tag:zahlung")), (0, 2));
    // The user's own tags stand above all.
    write(&cache, |guard| guard.set_tags(&key(1), Some(&["eigen".to_owned()]), DAY)).unwrap();
    assert_eq!(told(&reader, 1).tags, ["eigen"]);
    assert!(write(&cache, |guard| guard.put_summary(&summary(&read(1)))).unwrap());
    assert_eq!((told(&reader, 1).tags, found(&cache, "tag:haushalt")), (vec!["eigen".to_owned()], 0));
    write(&cache, |guard| guard.set_tags(&key(1), None, DAY)).unwrap();
    assert_eq!(told(&reader, 1).tags, ["strom", "haushalt"]);
}

#[test]
fn chapters_of_a_recording_are_stored_with_it() {
    let (_folder, cache) = open();
    let mut record = recorded(1);
    let chapters = vec![
        Chapter { at: 0.0, title: "Begrüßung".to_owned() },
        Chapter { at: 65.25, title: "Budget".to_owned() },
    ];
    if let Outcome::Read(reading) = &mut record.outcome {
        reading.digest.chapters = chapters.clone();
    }
    put(&cache, &[("/d/1.mp4", DAY, record.clone())]);
    let reader = cache.read().unwrap();
    assert_eq!(reader.outcome(&key(1)).unwrap(), Some(record.clone()));
    // A model that gives none leaves them in their place.
    let mut without = summary(&record);
    without.digest.chapters.clear();
    assert!(write(&cache, |guard| guard.put_summary(&without)).unwrap());
    assert_eq!(told(&reader, 1).chapters, chapters);
    assert!(write(&cache, |guard| guard.put_summary(&summary(&record))).unwrap());
    assert_eq!(told(&reader, 1).chapters, summary(&record).digest.chapters);
    store(&cache, &[recorded(1)]).unwrap();
    assert_eq!(told(&reader, 1).chapters, summary(&record).digest.chapters, "its words are the same");
}

#[test]
fn a_summary_stays_with_the_words_that_it_was_made_of() {
    let (_folder, cache) = open();
    let vector =
        |guard: &mut WriteGuard<'_>| guard.put_vector(&key(1), "words", &[1.0, 2.0], &basis(&read(1)));
    put(&cache, &[("/d/1.png", DAY, read(1))]);
    assert!(write(&cache, |guard| guard.put_summary(&summary(&read(1)))).unwrap());
    assert!(write(&cache, vector).unwrap());
    let reader = cache.read().unwrap();
    let has =
        || (reader.summary(&key(1)).unwrap().is_some(), reader.vector(&key(1), "words").unwrap().is_some());
    assert_eq!(has(), (true, true));
    let mut again = read(1);
    if let Outcome::Read(reading) = &mut again.outcome {
        (reading.seconds, reading.digest.title) = (9.0, Some("Anders".to_owned()));
    }
    put(&cache, &[("/d/1.png", DAY, again)]);
    assert_eq!(has(), (true, true));
    assert_eq!(told(&reader, 1).title.as_deref(), Some("Stromrechnung Juli"));
    put(&cache, &[("/d/1.png", DAY, text(1, "andere Worte"))]);
    assert_eq!((has(), told(&reader, 1).by.as_str()), ((false, false), ""));
    // What comes too late is not taken: the words are others now.
    assert!(!write(&cache, |guard| guard.put_summary(&summary(&read(1)))).unwrap());
    assert!(!write(&cache, vector).unwrap());
    assert_eq!(has(), (false, false));
    // A failure has no words at all, and what is not known neither.
    put(&cache, &[("/d/1.png", DAY, read(1))]);
    assert!(write(&cache, |guard| guard.put_summary(&summary(&read(1)))).unwrap());
    put(&cache, &[("/d/1.png", DAY, failed(1))]);
    assert_eq!((has().0, found(&cache, "stadtwerke")), (false, 0));
    assert!(!write(&cache, |guard| guard.put_summary(&summary(&read(9)))).unwrap());
    assert_eq!(reader.receipts(&key(9)).unwrap(), []);
}

#[test]
fn what_left_this_machine_is_marked_for_good() {
    let (_folder, cache) = open();
    put(&cache, &[("/d/1.png", DAY, read(1)), ("/d/2.png", DAY, read(2)), ("/d/3.png", DAY, failed(3))]);
    let reader = cache.read().unwrap();
    // Nothing came of it, but it was sent.
    write(&cache, |guard| guard.put_receipt(&key(1), &receipt("big", true))).unwrap();
    assert!(write(&cache, |guard| guard.put_summary(&summary(&read(1)))).unwrap());
    assert!(write(&cache, |guard| guard.put_summary(&summary(&read(2)))).unwrap());
    assert!(write(&cache, |guard| guard.put_summary(&summary(&read(2)))).unwrap());
    told(&reader, 1);
    told(&reader, 2);
    assert_eq!([1, 2].map(|number| reader.is_remote(&key(number)).unwrap()), [true, false]);
    let ours = receipt("llama3.2:3b", false);
    assert_eq!(reader.receipts(&key(1)).unwrap(), [receipt("big", true), ours.clone()]);
    let twice = deskscribe_cache::Receipt { requests: 4, sent: 8_000, received: 600, seconds: 3.0, ..ours };
    assert_eq!(reader.receipts(&key(2)).unwrap(), [twice]);
    let all = reader.sent().unwrap();
    let sums = all.iter().map(|sent| (sent.remote, sent.contents, sent.requests, sent.sent, sent.received));
    assert_eq!(sums.collect::<Vec<_>>(), [(true, 1, 2, 4_000, 300), (false, 2, 6, 12_000, 900)]);
    for (query, count) in [
        ("by:remote", 1),
        ("-by:remote", 2),
        ("by:llama3.2:3b", 2),
        ("by:llam", 2),
        ("by:llama3.2", 2),
        ("by:other", 0),
        ("by:extractive", 0),
        ("-by:extractive", 3),
        ("by:remote -by:llama3.2", 0),
        ("by:extractive by:remote", 1),
    ] {
        assert_eq!(found(&cache, query), count, "{query}");
    }
    // With other words, it left all the same.
    put(&cache, &[("/d/1.png", DAY, text(1, "andere Worte"))]);
    assert_eq!((found(&cache, "by:remote"), found(&cache, "by:extractive")), (1, 1));
}

#[test]
fn a_summary_that_the_disk_has_changed_is_none() {
    for change in
        ["summary = replace(summary, 'Geld', 'Gold')", "model = 'other'", "receipt = '{'", "made_at = 1"]
    {
        let (folder, cache) = open();
        put(&cache, &[("/d/1.png", DAY, read(1))]);
        assert!(write(&cache, |guard| guard.put_summary(&summary(&read(1)))).unwrap());
        raw(folder.path()).execute(&format!("UPDATE summary SET {change}"), []).unwrap();
        let reader = cache.read().unwrap();
        assert_eq!(
            (told(&reader, 1), reader.summary(&key(1)).unwrap()),
            (extractive(&read(1)), None),
            "{change}"
        );
    }
}

#[test]
fn tags_in_use_are_offered_those_of_people_and_models_first() {
    let (_folder, cache) = open();
    let files: Vec<_> = (1..=4).map(|number| (format!("/d/{number}.png"), read(number))).collect();
    files.iter().for_each(|(path, record)| put(&cache, &[(path, DAY, record.clone())]));
    put(&cache, &[("/d/5.png", DAY, text(5, "nothing"))]);
    write(&cache, |guard| {
        guard.put_summary(&summary(&read(1))).unwrap();
        guard.put_summary(&summary(&read(2))).unwrap();
        guard.set_tags(&key(5), Some(&["Strom".to_owned(), "Umzug".to_owned()]), DAY).unwrap();
    });
    let reader = cache.read().unwrap();
    assert_eq!(reader.common_tags(9).unwrap(), ["Strom", "haushalt", "Umzug", "rechnung", "zahlung"]);
    assert_eq!(reader.common_tags(2).unwrap(), ["Strom", "haushalt"]);
}

/// What must be there after damage, whatever way it came back.
#[track_caller]
fn is_whole(cache: &Cache) {
    let reader = cache.read().unwrap();
    assert_eq!(reader.summary(&key(1)).unwrap(), Some(summary(&read(1))));
    assert_eq!(told(&reader, 1), summary(&read(1)).digest);
    assert!(reader.is_remote(&key(2)).unwrap());
    assert_eq!(reader.receipts(&key(2)).unwrap(), [receipt("big", true)]);
    assert_eq!(reader.refusals(&key(2)).unwrap()[0].reason, "nonsense");
    for (query, count) in [("stadtwerke", 1), ("by:remote", 1), ("by:llama", 1), ("by:extractive", 2)] {
        assert_eq!(found(cache, query), count, "{query}");
    }
}

fn fill(cache: &Cache) {
    put(cache, &[("/d/1.png", DAY, read(1)), ("/d/2.png", DAY, read(2)), ("/d/3.png", DAY, read(3))]);
    write(cache, |guard| {
        assert!(guard.put_summary(&summary(&read(1))).unwrap());
        assert!(guard.put_vector(&key(1), "words", &[1.0, 0.5], &basis(&read(1))).unwrap());
        guard.put_receipt(&key(2), &receipt("big", true)).unwrap();
        guard.give_up_summary(&key(2), "big", "nonsense", DAY).unwrap();
        assert_eq!(guard.want_summary(&[key(3), key(9)], Some("other"), DAY).unwrap(), 1);
    });
}

#[test]
fn a_repair_keeps_what_is_whole_and_drops_what_was_said_of_other_words() {
    let (folder, cache) = open();
    fill(&cache);
    put(&cache, &[("/d/4.png", DAY, read(4))]);
    assert!(write(&cache, |guard| guard.put_summary(&summary(&read(4)))).unwrap());
    cache.back_up_if_due().unwrap().unwrap();
    // Only the backup has what was said of the words before.
    put(&cache, &[("/d/4.png", DAY, text(4, "andere Worte"))]);
    fs::write(folder.path().join("summaries.sqlite-doubted"), "").unwrap();
    let cache = Cache::open(folder.path()).unwrap();
    assert!(matches!(cache.repairs(), [Repair::Summaries { restored: 4, again: 0, .. }]));
    let reader = cache.read().unwrap();
    assert_eq!(reader.summary(&key(4)).unwrap(), None);
    assert!(reader.vector(&key(1), "words").unwrap().is_some());
    write(&cache, |guard| guard.forget(&key(4))).unwrap();
    is_whole(&cache);
    // With nothing but the backup, vectors are made anew.
    fs::write(folder.path().join("summaries.sqlite"), "").unwrap();
    let cache = Cache::open(folder.path()).unwrap();
    is_whole(&cache);
    assert_eq!(cache.read().unwrap().vector(&key(1), "words").unwrap(), None);
}

#[test]
fn a_cache_of_the_fifth_format_is_brought_up_to_date_without_writing_it_anew() {
    let (folder, cache) = open();
    put(&cache, &[("/d/1.png", DAY, read(1)), ("/d/2.png", DAY, failed(2)), ("/d/3.mp4", DAY, recorded(3))]);
    let file = raw(folder.path());
    file.execute_batch(TO_FORMAT_5).unwrap();
    // Its index is as good as ever; made anew, this would be gone.
    file.execute("UPDATE search_entry SET print = 7", []).unwrap();
    let mut looking = Cache::look(folder.path()).unwrap();
    for record in [read(1), failed(2), recorded(3)] {
        assert_eq!(looking.outcome(&record.key).unwrap(), Some(record));
    }
    assert_eq!(told(&looking, 1), extractive(&read(1)));
    assert_eq!((hits(&looking, "rechnung").len(), hits(&looking, "by:extractive").len()), (2, 2));
    assert_eq!(looking.similar(&key(1), 9).unwrap(), []);
    let asking = deskscribe_cache::Asking { model: Some("m"), sees: true, embedder: Some("e") };
    assert_eq!(looking.unsummarised(&asking, 9).unwrap(), []);
    let cache = Cache::open(folder.path()).unwrap();
    assert_eq!(cache.repairs(), []);
    let print: i64 = file.query_row("SELECT min(print) FROM search_entry", [], |row| row.get(0)).unwrap();
    assert_eq!(print, 7);
    let reader = cache.read().unwrap();
    let keys: Vec<_> = reader.unsummarised(&asking, 9).unwrap().into_iter().map(|it| it.key).collect();
    assert_eq!(keys.len(), 2);
    assert!(keys.contains(&key(1)) && keys.contains(&key(3)));
    assert!(write(&cache, |guard| guard.put_summary(&summary(&read(1)))).unwrap());
    assert!(looking.refresh().unwrap());
    assert_eq!(told(&looking, 1), summary(&read(1)).digest);
}

#[test]
fn what_is_forgotten_is_forgotten_with_all_that_was_said_of_it() {
    const SECRET: &str = "Geheimniskrämerei";
    let (folder, cache) = open();
    fill(&cache);
    let mut secret = summary(&read(1));
    secret.digest.summary = Some(SECRET.repeat(60));
    secret.receipt.server = format!("http://{SECRET}");
    write(&cache, |guard| {
        assert!(guard.put_summary(&secret).unwrap());
        guard.give_up_summary(&key(1), "big", SECRET, DAY).unwrap();
        guard.want_summary(&[key(1)], Some(SECRET), DAY).unwrap();
        assert!(guard.put_vector(&key(1), SECRET, &[1.0], &secret.basis).unwrap());
    });
    cache.back_up_if_due().unwrap().unwrap();
    assert!(write(&cache, |guard| guard.forget(&key(1))).unwrap());
    let backups = fs::read_dir(folder.path().join("backups")).unwrap();
    for file in backups.chain(fs::read_dir(folder.path()).unwrap()).flatten().map(|file| file.path()) {
        let bytes = if file.is_file() { fs::read(&file).unwrap() } else { Vec::new() };
        let has = |word: &str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
        assert!(!has(SECRET) && !has(&SECRET.to_lowercase()), "{}", file.display());
    }
}
