//! Meaning: what is alike is found, whatever its words, and beside them.

#![expect(clippy::unwrap_used, reason = "a test that cannot do what it must has failed")]

mod common;

use common::{DAY, SOON, basis, key, open, put, store, text};
use deskscribe_cache::{Answer, Cache, Meaning, Page, Query, Record, Total, Why};
use deskscribe_protocol::ContentKey;
use proptest::prelude::*;

const MODEL: &str = "words";

fn put_vector(cache: &Cache, record: &Record, vector: &[f32]) {
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    assert!(guard.put_vector(&record.key, MODEL, vector, &basis(record)).unwrap());
    guard.commit().unwrap();
}

/// Directions in a plane, in degrees.
fn at(degrees: f32) -> [f32; 2] {
    let (sin, cos) = degrees.to_radians().sin_cos();
    [cos * 3.0, sin * 3.0]
}

fn files(cache: &Cache) {
    let all = [
        (1, "/a/1.png", "eine Rechnung", 0.0),
        (2, "/a/2.png", "eine Quittung", 10.0),
        (3, "/b/3.png", "ein Beleg", 20.0),
        (4, "/b/4.png", "ein Hund", 90.0),
        (5, "/b/5.png", "eine Katze", 100.0),
    ];
    for (number, path, words, degrees) in all {
        put(cache, &[(path, DAY + i64::from(number), text(number, words))]);
        put_vector(cache, &text(number, words), &at(degrees));
    }
}

fn numbers(list: &[(ContentKey, f32)]) -> Vec<u32> {
    list.iter().map(|(key, _)| u32::from_be_bytes(*key.as_bytes().first_chunk().unwrap())).collect()
}

#[test]
fn what_is_alike_is_found_the_nearest_first() {
    let (_folder, cache) = open();
    files(&cache);
    let reader = cache.read().unwrap();
    let similar = reader.similar(&key(1), 3).unwrap();
    assert_eq!(numbers(&similar), [2, 3, 4]);
    for ((_, cosine), degrees) in similar.iter().zip([10.0_f32, 20.0, 90.0]) {
        assert!((cosine - degrees.to_radians().cos()).abs() < 0.01, "{cosine} {degrees}");
    }
    assert_eq!(numbers(&reader.nearest(MODEL, &at(96.0), 2).unwrap()), [5, 4]);
    assert_eq!(reader.similar(&key(1), 0).unwrap(), []);
    // Of another model, of none, of another length.
    for (model, vector) in
        [("other", &[1.0, 0.0][..]), (MODEL, &[]), (MODEL, &[0.0, 0.0]), (MODEL, &[1.0; 3])]
    {
        assert_eq!(reader.nearest(model, vector, 9).unwrap(), [], "{model} {vector:?}");
    }
    assert_eq!(reader.similar(&key(9), 9).unwrap(), []);
}

#[test]
fn whoever_asks_again_sees_what_has_changed() {
    let (_folder, cache) = open();
    files(&cache);
    let reader = cache.read().unwrap();
    let near = || numbers(&reader.nearest(MODEL, &at(0.0), 3).unwrap());
    assert_eq!(near(), [1, 2, 3]);
    put_vector(&cache, &text(4, "ein Hund"), &at(5.0));
    put(&cache, &[("/c/6.png", DAY, text(6, "neu"))]);
    put_vector(&cache, &text(6, "neu"), &at(1.0));
    assert_eq!(near(), [1, 6, 4]);
    // With other words, forgotten, at no place any more.
    put(&cache, &[("/c/6.png", DAY, text(6, "anders"))]);
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(SOON).unwrap();
    guard.forget(&key(1)).unwrap();
    guard.commit().unwrap();
    assert_eq!(near(), [4, 2, 3]);
    put(&cache, &[("/b/4.png", DAY, text(7, "an seiner Stelle"))]);
    assert_eq!(near(), [2, 3, 5]);
}

#[test]
fn many_changes_are_seen_as_well() {
    let (_folder, cache) = open();
    files(&cache);
    let reader = cache.read().unwrap();
    assert_eq!(numbers(&reader.nearest(MODEL, &at(0.0), 1).unwrap()), [1]);
    let others: Vec<Record> = (100..2_200).map(|number| text(number, "noch einer")).collect();
    store(&cache, &others).unwrap();
    put_vector(&cache, &text(5, "eine Katze"), &at(0.0));
    put_vector(&cache, &text(1, "eine Rechnung"), &at(50.0));
    assert_eq!(numbers(&reader.nearest(MODEL, &at(0.0), 1).unwrap()), [5]);
}

#[test]
fn vectors_that_the_disk_has_changed_are_none() {
    let (folder, cache) = open();
    files(&cache);
    let raw = rusqlite::Connection::open(folder.path().join("summaries.sqlite")).unwrap();
    raw.execute("UPDATE embedding SET vector = x'7f00' WHERE key <> ?", [key(1).as_bytes()]).unwrap();
    let reader = cache.read().unwrap();
    assert_eq!(reader.vector(&key(2), MODEL).unwrap(), None);
    assert_eq!(reader.similar(&key(1), 9).unwrap(), []);
}

fn meant(cache: &Cache, typed: &str, degrees: f32, page: Page) -> Answer {
    let vector = at(degrees);
    let meaning = Meaning { model: MODEL, vector: &vector };
    cache.read().unwrap().search_meaning(&Query::parse(typed).unwrap(), meaning, page).unwrap()
}

/// The files that are found, and how: by their words, by their meaning.
fn told(answer: &Answer) -> Vec<(u32, bool, bool)> {
    let hits = answer.hits.iter();
    let number = |key: &ContentKey| u32::from_be_bytes(*key.as_bytes().first_chunk().unwrap());
    hits.map(|hit| (number(hit.key.as_ref().unwrap()), hit.why.words, hit.why.meaning.is_some())).collect()
}

#[test]
fn words_and_meaning_make_one_list_and_each_hit_says_why() {
    let (_folder, cache) = open();
    files(&cache);
    let answer = meant(&cache, "quittung", 5.0, Page::default());
    assert_eq!(told(&answer), [(2, true, true), (1, false, true), (3, false, true)]);
    assert_eq!(answer.total, Total::Exactly(3));
    assert!(answer.hits.is_sorted_by(|one, other| one.score >= other.score));
    assert!(!answer.hits[0].snippet.marks.is_empty() && answer.hits[1].snippet.marks.is_empty());
    assert_eq!(answer.hits[1].snippet.text, "eine Rechnung");
    // Words that mean nothing like what they stand in are found all the same.
    assert_eq!(told(&meant(&cache, "hund", 0.0, Page::default()))[..2], [(4, true, false), (1, false, true)]);
    // Page by page, each once.
    let page = |offset| told(&meant(&cache, "quittung", 5.0, Page { offset, limit: 2 }));
    assert_eq!((page(0).len(), page(2), page(4)), (2, vec![(3, false, true)], vec![]));
    // Within filters and days, and without what must not be there.
    for (typed, found) in [
        ("quittung in:/b", vec![(3, false, true)]),
        ("quittung -beleg", vec![(2, true, true), (1, false, true)]),
        ("quittung kind:video", vec![]),
        ("quittung before:2000", vec![]),
        ("nirgends", vec![(1, false, true), (2, false, true), (3, false, true)]),
    ] {
        assert_eq!(told(&meant(&cache, typed, 4.0, Page::default())), found, "{typed}");
    }
}

#[test]
fn without_vectors_or_words_it_is_the_search_by_words() {
    let (_folder, cache) = open();
    put(&cache, &[("/a/1.png", DAY, text(1, "eine Rechnung")), ("/a/2.png", DAY, text(2, "ein Hund"))]);
    let by_words =
        |typed: &str| cache.read().unwrap().search(&Query::parse(typed).unwrap(), Page::default()).unwrap();
    for typed in ["rechnung", "", "kind:image", "state:queued a"] {
        assert_eq!(meant(&cache, typed, 0.0, Page::default()), by_words(typed), "{typed}");
    }
    assert_eq!(by_words("rechnung").hits[0].why, Why { words: true, meaning: None });
    assert_eq!(by_words("kind:image").hits[0].why, Why::default());
    put_vector(&cache, &text(1, "eine Rechnung"), &at(0.0));
    for typed in ["", "kind:image"] {
        assert_eq!(meant(&cache, typed, 0.0, Page::default()), by_words(typed), "{typed}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// The nearest are those that whole numbers of full length would give, but for what is as good as equal; whatever
    /// was stored, replaced and dropped before, with a reader that has seen all of it.
    #[test]
    fn the_nearest_are_the_nearest(
        steps in proptest::collection::vec((0_u32..12, proptest::collection::vec(-1.0_f32..1.0, 8), prop::bool::weighted(0.2)), 1..30),
        asked in proptest::collection::vec(-1.0_f32..1.0, 8),
    ) {
        thread_local! {
            static EMPTY: (tempfile::TempDir, Cache) = open();
        }
        EMPTY.with(|(_folder, cache)| {
            let reader = cache.read().unwrap();
            let mut known = std::collections::BTreeMap::new();
            let forget = |number| {
                let mut writer = cache.writer().unwrap();
                let mut guard = writer.lock(SOON).unwrap();
                guard.forget(&key(number)).unwrap();
                guard.commit().unwrap();
            };
            (0..12).for_each(forget);
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
            let cosine = |vector: &[f32]| dot(vector, &asked) / (dot(vector, vector) * dot(&asked, &asked)).sqrt();
            for (number, vector, drop) in steps {
                if drop {
                    forget(number);
                    known.remove(&number);
                } else {
                    let record = text(number, "words");
                    put(cache, &[(&format!("/{number}.png"), DAY, record.clone())]);
                    put_vector(cache, &record, &vector);
                    known.insert(number, vector);
                }
                let near = reader.nearest(MODEL, &asked, 5).unwrap();
                let mut truth: Vec<f32> = known.values().map(|vector| cosine(vector)).collect();
                truth.sort_by(|one, other| other.total_cmp(one));
                prop_assert_eq!(near.len(), truth.len().min(5));
                for ((key, told), best) in near.iter().zip(truth) {
                    let number = u32::from_be_bytes(*key.as_bytes().first_chunk().unwrap());
                    prop_assert!((told - cosine(&known[&number])).abs() < 0.02);
                    prop_assert!((told - best).abs() < 0.02);
                }
            }
            Ok(())
        })?;
    }
}
