//! Search, whatever is typed and whatever is in a text.

mod common;

use common::{DAY, open, put, text};
use deskscribe_cache::{Cache, Page, Query};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Whatever is typed: hits, none, or a line that says what to type.
    #[test]
    fn no_query_breaks_the_search(query in "(\\PC|[-\"'*+^(){}:,.~/ a東é_#]|NOT |OR |AND |NEAR\\(|kind:|in:|tag:|after:|text:){0,12}") {
        thread_local! {
            static SOME: (tempfile::TempDir, Cache) = {
                let (folder, cache) = open();
                put(&cache, &[("/d/a.png", DAY, text(1, "a 東京 é + text OR NOT NEAR in tag"))]);
                (folder, cache)
            };
        }
        SOME.with(|(_folder, cache)| {
            if let Ok(query) = Query::parse(&query) {
                let answer = cache.read().unwrap().search(&query, Page::default());
                prop_assert!(answer.is_ok(), "{query:?}: {answer:?}");
            }
            Ok(())
        })?;
    }

    /// Every word of a text finds its file.
    #[test]
    fn every_word_finds_its_file(words in "[\\PC]{1,30}") {
        thread_local! {
            static EMPTY: (tempfile::TempDir, Cache) = open();
        }
        EMPTY.with(|(_folder, cache)| {
            put(cache, &[("/d/a", DAY, text(1, &words))]);
            for word in words.split_whitespace() {
                let quoted = format!("\"{}\" ", word.replace(['"', '“', '”', '„', '«', '»', '「', '」'], " "));
                if let Ok(query) = Query::parse(&quoted) {
                    let hits = cache.read().unwrap().search(&query, Page::default()).unwrap().hits;
                    prop_assert_eq!(hits.len(), 1, "{}", word);
                    prop_assert!(!hits[0].snippet.marks.is_empty(), "{}: {:?}", word, hits[0].snippet);
                }
            }
            Ok(())
        })?;
    }
}
