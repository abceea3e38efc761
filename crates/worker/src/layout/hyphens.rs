//! Words that are broken at the end of a line.

use std::collections::HashSet;

use super::paragraphs::join;

/// The words of a pane, in small letters, if any may be broken there.
pub(super) struct Hyphens(HashSet<String>);

impl Hyphens {
    pub(super) fn of<'a>(lines: impl Iterator<Item = &'a str> + Clone) -> Self {
        if lines.clone().all(|line| broken(line).is_none()) {
            return Self(HashSet::new());
        }
        let words = lines.flat_map(|line| line.split(|c: char| !c.is_alphanumeric()));
        Self(words.map(str::to_lowercase).collect())
    }

    /// Appends the next line. A word that is certainly broken is made whole: at a soft hyphen, or where it stands whole
    /// elsewhere. Any other hyphen may belong to the word, and stays.
    pub(super) fn join(&self, text: &mut String, next: &str) {
        let rest: &str = next.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let Some(begin) = broken(text).filter(|_| rest.starts_with(char::is_lowercase)) else {
            if text.ends_with('\u{ad}') {
                text.pop();
                text.push_str(next);
            } else {
                join(text, next);
            }
            return;
        };
        if self.0.contains(&format!("{begin}{rest}").to_lowercase()) {
            text.pop();
        }
        text.push_str(next);
    }
}

/// What stands of a word that goes on after a hyphen at the end of a line.
fn broken(line: &str) -> Option<&str> {
    let begin = line.strip_suffix('-')?;
    let word = begin.rsplit(|c: char| !c.is_alphabetic()).next()?;
    (word.chars().count() >= 2).then_some(word)
}
