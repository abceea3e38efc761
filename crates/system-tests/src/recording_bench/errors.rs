//! Wrong words, as they are counted for speech recognisers.

use std::ops::AddAssign;

/// Wrong words of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Errors {
    /// Words that were put in, left out or taken for others.
    pub(crate) wrong: usize,
    /// Words that were said.
    pub(crate) words: usize,
}

impl Errors {
    /// Compares what was heard with what was said; case and punctuation do not count.
    pub(crate) fn of(said: &str, heard: &str) -> Self {
        let (said, heard) = (words(said), words(heard));
        Self { wrong: strsim::generic_levenshtein(&said, &heard), words: said.len() }
    }

    /// The word error rate in percent.
    pub(crate) fn percent(self) -> f64 {
        self.wrong as f64 * 100.0 / self.words.max(1) as f64
    }
}

impl AddAssign for Errors {
    fn add_assign(&mut self, other: Self) {
        self.wrong += other.wrong;
        self.words += other.words;
    }
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '\'')).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_put_in_left_out_or_taken_for_others_are_wrong() {
        let said = "It's three o'clock. The END";
        for (heard, wrong) in [
            ("it's three o'clock the end", 0),
            ("it's free o'clock the end", 1),
            ("it's o'clock the the end", 2),
            ("", 5),
        ] {
            assert_eq!(Errors::of(said, heard), Errors { wrong, words: 5 }, "{heard}");
        }
    }
}
