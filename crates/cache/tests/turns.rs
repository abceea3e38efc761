//! Whose turn it is: what language models are asked about, in which order, by whom, and when no more.

#![expect(clippy::unwrap_used, reason = "a test that cannot do what it must has failed")]

mod common;

use common::{DAY, SOON, basis, failed, key, open, owing, put, read, recorded, store, summary, text};
use deskscribe_cache::{
    Asking, Cache, EngineLock, Outcome, Record, SummaryClaim, Unasked, Unsummarised, WriteGuard,
};
use deskscribe_protocol::MediaKind;

const BLIND: Asking<'static> = Asking { model: Some("llama3.2:3b"), sees: false, embedder: None };
const SEEING: Asking<'static> = Asking { sees: true, ..BLIND };
const BOTH: Asking<'static> = Asking { embedder: Some("words"), ..BLIND };

fn write<T>(cache: &Cache, write: impl FnOnce(&mut WriteGuard<'_>) -> T) -> T {
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    let done = write(&mut guard);
    guard.commit().unwrap();
    done
}

/// The last number of each key, in order; the count says the same.
#[track_caller]
fn turns(cache: &Cache, asking: &Asking<'_>) -> Vec<u32> {
    let reader = cache.read().unwrap();
    let list = reader.unsummarised(asking, 99).unwrap();
    let count = reader.unsummarised_count(asking).unwrap();
    let wanted = |wants: fn(&Unsummarised) -> bool| list.iter().filter(|it| wants(it)).count() as u64;
    assert_eq!(count.summaries, wanted(|it| it.wants_digest), "{list:?}");
    assert_eq!(count.vectors, wanted(|it| it.wants_vector && it.has_words), "{list:?}");
    for content in &list {
        assert_eq!(reader.is_unsummarised(&content.key, asking).unwrap().as_ref(), Some(content));
    }
    numbers(&list)
}

fn numbers(list: &[Unsummarised]) -> Vec<u32> {
    let number = |it: &Unsummarised| u32::from_be_bytes(*it.key.as_bytes().first_chunk().unwrap());
    list.iter().map(number).collect()
}

/// A photo: nothing to read, and nothing that says when it was taken but its file.
fn photo(number: u32) -> Record {
    text(number, "")
}

fn some(cache: &Cache) {
    put(
        cache,
        &[
            ("/d/1.png", DAY, text(1, "eins")),
            ("/d/2.png", DAY + 2, photo(2)),
            ("/d/3.png", DAY + 3, text(3, "drei")),
            ("/d/4.png", DAY + 4, failed(4)),
            ("/d/5.png", DAY + 1, text(5, "fünf")),
        ],
    );
    // At no place.
    store(cache, &[text(6, "sechs")]).unwrap();
}

#[test]
fn the_newest_come_first_and_pictures_for_who_can_see() {
    let (_folder, cache) = open();
    some(&cache);
    assert_eq!(turns(&cache, &BLIND), [3, 5, 1]);
    assert_eq!(turns(&cache, &SEEING), [3, 2, 5, 1]);
    assert_eq!(turns(&cache, &Asking::default()), [0; 0]);
    let reader = cache.read().unwrap();
    let [first] = &reader.unsummarised(&BOTH, 1).unwrap()[..] else { panic!("one was asked for") };
    let expected = Unsummarised {
        key: key(3),
        kind: MediaKind::Image,
        place: "/d/3.png".into(),
        has_words: true,
        wants_digest: true,
        wants_vector: true,
        model: None,
    };
    assert_eq!(*first, expected);
    // Summarised, moved away, failed: nobody's turn. Found somewhere: its turn.
    assert!(write(&cache, |guard| guard.put_summary(&summary(&text(3, "drei")))).unwrap());
    put(&cache, &[("/d/1.png", DAY, photo(7)), ("/d/6.png", DAY, text(6, "sechs"))]);
    put(&cache, &[("/d/5.png", DAY, failed(5))]);
    assert_eq!((turns(&cache, &BLIND), turns(&cache, &SEEING).len()), (vec![6], 3));
    write(&cache, |guard| guard.forget(&key(6))).unwrap();
    assert_eq!(turns(&cache, &BLIND), [0; 0]);
}

#[test]
fn recordings_are_asked_about_for_what_was_said_or_shown() {
    let (_folder, cache) = open();
    let mut only_said = recorded(2);
    let mut nothing = owing(3);
    for record in [&mut only_said, &mut nothing] {
        if let Outcome::Read(reading) = &mut record.outcome {
            reading.text = String::new();
        }
    }
    put(&cache, &[("/d/1.mp4", DAY, owing(1)), ("/d/2.mp4", DAY, only_said), ("/d/3.mp4", DAY, nothing)]);
    let mut all = turns(&cache, &SEEING);
    all.sort_unstable();
    assert_eq!(all, [1, 2], "of a silent film there is nothing to show");
}

#[test]
fn what_was_given_up_is_not_asked_again_of_the_same_model_about_the_same_words() {
    let (_folder, cache) = open();
    some(&cache);
    let give_up = |number, model: &str| {
        write(&cache, |guard| guard.give_up_summary(&key(number), model, "nonsense", DAY)).unwrap();
    };
    give_up(3, "llama3.2:3b");
    give_up(6, "llama3.2:3b");
    give_up(4, "llama3.2:3b");
    assert_eq!(turns(&cache, &BLIND), [5, 1]);
    assert_eq!(turns(&cache, &Asking { model: Some("other"), ..BLIND }), [3, 5, 1]);
    assert_eq!(cache.read().unwrap().refusals(&key(3)).unwrap()[0].reason, "nonsense");
    // Another model that makes vectors still may.
    assert_eq!(turns(&cache, &BOTH), [5, 1, 3]);
    give_up(3, "words");
    assert_eq!(turns(&cache, &BOTH), [5, 1]);
    put(&cache, &[("/d/3.png", DAY + 3, text(3, "andere Worte"))]);
    assert_eq!(turns(&cache, &BOTH), [3, 5, 1]);
    give_up(3, "llama3.2:3b");
    assert_eq!(write(&cache, |guard| guard.want_summary(&[key(3)], None, DAY)).unwrap(), 1);
    assert_eq!(turns(&cache, &BLIND), [3, 5, 1]);
}

#[test]
fn wishes_come_first_in_their_order_and_outlive_the_program() {
    let (folder, cache) = open();
    some(&cache);
    let done = summary(&text(1, "eins"));
    assert!(write(&cache, |guard| guard.put_summary(&done)).unwrap());
    let want = |numbers: &[u32], model| {
        let keys: Vec<_> = numbers.iter().map(|number| key(*number)).collect();
        write(&cache, |guard| guard.want_summary(&keys, model, DAY)).unwrap()
    };
    assert_eq!(want(&[5, 1, 9], Some("big")), 2);
    assert_eq!(want(&[2], None), 1);
    let cache = Cache::open(folder.path()).unwrap();
    assert_eq!((turns(&cache, &BLIND), turns(&cache, &SEEING)), (vec![5, 1, 3], vec![5, 1, 2, 3]));
    let wanted = cache.read().unwrap().unsummarised(&BLIND, 2).unwrap();
    assert!(wanted.iter().all(|it| it.model.as_deref() == Some("big") && it.wants_digest));
    // What was there stays until then, and what another model says meanwhile fulfils nothing.
    assert!(write(&cache, |guard| guard.put_summary(&done)).unwrap());
    assert_eq!(turns(&cache, &BLIND), [5, 1, 3]);
    let mut big = done;
    (big.digest.by, big.receipt.model) = ("big:latest".to_owned(), "big".to_owned());
    assert!(write(&cache, |guard| guard.put_summary(&big)).unwrap());
    assert_eq!(turns(&cache, &BLIND), [5, 3]);
    // Tried in vain: it stays as it is, and is not tried for ever.
    want(&[1], Some("big"));
    write(&cache, |guard| guard.give_up_summary(&key(1), "big", "out of memory", DAY)).unwrap();
    assert_eq!(turns(&cache, &BLIND), [5, 3]);
    assert!(cache.read().unwrap().summary(&key(1)).unwrap().is_some());
    // A picture without words, wished for of a model of which nobody knows yet whether it sees.
    want(&[2], Some("eyes"));
    assert_eq!(turns(&cache, &BLIND), [5, 2, 3]);
}

#[test]
fn vectors_are_made_of_what_has_words_by_the_model_that_is_used() {
    let (_folder, cache) = open();
    some(&cache);
    let only = |embedder| Asking { model: None, sees: true, embedder: Some(embedder) };
    let vector = |number, words: &str, model: &str| {
        let record = text(number, words);
        assert!(
            write(&cache, |guard| guard.put_vector(&key(number), model, &[1.0, 2.0], &basis(&record)))
                .unwrap()
        );
    };
    assert_eq!(turns(&cache, &only("words")), [3, 5, 1]);
    vector(3, "drei", "words");
    vector(1, "eins", "other");
    assert_eq!(turns(&cache, &only("words")), [5, 1]);
    assert_eq!(turns(&cache, &only("other")), [5, 3]);
    assert_eq!(turns(&cache, &BOTH), [3, 5, 1]);
    // A content has the vector of one model, the last.
    vector(1, "eins", "words");
    let reader = cache.read().unwrap();
    assert_eq!(reader.vector(&key(1), "other").unwrap(), None);
    assert_eq!(turns(&cache, &only("words")), [5]);
    let count = reader.unsummarised_count(&BOTH).unwrap();
    assert_eq!(count, Unasked { summaries: 3, vectors: 1 });
    // A photo gets one with what a model sees on it, and only then.
    let seeing = Asking { sees: true, ..BOTH };
    let photo = reader.is_unsummarised(&key(2), &seeing).unwrap().unwrap();
    assert!(photo.wants_digest && photo.wants_vector && !photo.has_words);
    assert_eq!(reader.is_unsummarised(&key(2), &only("words")).unwrap(), None);
}

#[test]
fn one_engine_has_a_content_summarised_and_that_is_no_claim_to_read_it() {
    let (_folder, cache) = open();
    some(&cache);
    let (ours, theirs) = (cache.enter("1-ours").unwrap(), cache.enter("2-theirs").unwrap());
    let claim = |number, engine: &EngineLock, asking: &Asking<'_>| {
        write(&cache, |guard| guard.claim_summary(&key(number), engine, asking, DAY)).unwrap()
    };
    let granted = |claim: SummaryClaim| matches!(claim, SummaryClaim::Granted(_));
    let held = SummaryClaim::Held { engine: "1-ours".to_owned() };
    assert!(granted(claim(3, &ours, &BLIND)) && granted(claim(3, &ours, &BLIND)));
    assert_eq!(claim(3, &theirs, &BLIND), held);
    assert_eq!(numbers(&cache.read().unwrap().unsummarised(&BLIND, 9).unwrap()), [5, 1], "somebody is at it");
    // Reading it is another matter.
    let reads = write(&cache, |guard| guard.claim(&key(3), &theirs, |_, _| false)).unwrap();
    assert_eq!(reads, deskscribe_cache::Claim::Granted);
    write(&cache, |guard| guard.release(&key(3))).unwrap();
    assert_eq!(claim(3, &theirs, &BLIND), held);
    // Stored, given up or given back, it is free; what is done is nobody's turn.
    assert!(write(&cache, |guard| guard.put_summary(&summary(&text(3, "drei")))).unwrap());
    assert_eq!(claim(3, &theirs, &BLIND), SummaryClaim::Done);
    assert!(granted(claim(3, &theirs, &BOTH)), "for a vector");
    assert!(granted(claim(5, &ours, &BLIND)));
    write(&cache, |guard| guard.release_summary(&key(5))).unwrap();
    assert!(granted(claim(5, &theirs, &BLIND)));
    write(&cache, |guard| guard.give_up_summary(&key(5), "llama3.2:3b", "nonsense", DAY)).unwrap();
    assert_eq!(claim(5, &ours, &BLIND), SummaryClaim::Done);
    assert_eq!(claim(4, &ours, &BLIND), SummaryClaim::Done);
    // Whoever is dead holds nothing, and an engine that ends gives all back.
    assert!(granted(claim(1, &ours, &BLIND)));
    drop(ours);
    assert_eq!(numbers(&cache.read().unwrap().unsummarised(&BLIND, 9).unwrap()), [1]);
    assert!(granted(claim(1, &theirs, &BLIND)));
    write(&cache, |guard| guard.release_all("2-theirs")).unwrap();
    assert_eq!(turns(&cache, &BLIND), [1]);
}

#[test]
fn two_writers_never_have_the_same_content_summarised() {
    let (_folder, cache) = open();
    let files: Vec<_> = (0..60).map(|number| (format!("/d/{number}.png"), DAY, read(number))).collect();
    let files: Vec<_> =
        files.iter().map(|(path, day, record)| (path.as_str(), *day, record.clone())).collect();
    put(&cache, &files);
    let asked: Vec<Vec<u32>> = std::thread::scope(|scope| {
        let engine = |id: &'static str| {
            let cache = &cache;
            scope.spawn(move || {
                let engine = cache.enter(id).unwrap();
                let mut asked = Vec::new();
                while let [content, ..] = &cache.read().unwrap().unsummarised(&BLIND, 1).unwrap()[..] {
                    let claim = write(cache, |guard| guard.claim_summary(&content.key, &engine, &BLIND, DAY));
                    if let SummaryClaim::Granted(content) = claim.unwrap() {
                        asked.extend(numbers(std::slice::from_ref(&content)));
                        let record = read(*asked.last().unwrap());
                        assert!(write(cache, |guard| guard.put_summary(&summary(&record))).unwrap());
                    }
                }
                asked
            })
        };
        [engine("1-ours"), engine("2-theirs")].map(|engine| engine.join().unwrap()).into()
    });
    let mut all = asked.concat();
    all.sort_unstable();
    assert_eq!(all, (0..60).collect::<Vec<_>>());
}

#[test]
fn whose_turn_it_is_is_told_without_looking_at_all_others() {
    let (folder, cache) = open();
    some(&cache);
    let raw = rusqlite::Connection::open(folder.path().join("summaries.sqlite")).unwrap();
    for (query, index) in [
        (
            "SELECT reading FROM turn WHERE summarised = 0 AND (has_words OR 1) ORDER BY moment DESC",
            "turn_unsummarised",
        ),
        ("SELECT count(*) FROM turn WHERE summarised = 0 AND (has_words OR 1)", "turn_unsummarised"),
        (
            "SELECT reading FROM turn WHERE has_words = 1 AND embedder IS NULL ORDER BY moment DESC",
            "turn_by_embedder",
        ),
        (
            "SELECT reading FROM turn WHERE has_words = 1 AND embedder > 'a' ORDER BY embedder DESC, moment DESC",
            "turn_by_embedder",
        ),
    ] {
        let mut plan = raw.prepare(&format!("EXPLAIN QUERY PLAN {query}")).unwrap();
        let steps = plan.query_map([], |row| row.get("detail")).unwrap();
        let steps: Vec<String> = steps.collect::<Result<_, _>>().unwrap();
        assert!(
            steps.len() == 1 && steps[0].contains(&format!("COVERING INDEX {index}")),
            "{query}: {steps:?}"
        );
    }
}
