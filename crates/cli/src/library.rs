//! What the commands about the library share.

use std::ffi::OsString;
use std::path::Path;

use anyhow::bail;
use deskscribe_engine::{CacheError, Home, Library, Query, at_home};

use crate::show::say;

/// Opens what was read, and says so if not all of it can be understood.
pub(crate) fn open(home: &Home) -> Result<Library, CacheError> {
    let library = Library::open(home)?;
    if let Some(caution) = library.caution() {
        say(&format!("Note: {caution}."));
    }
    Ok(library)
}

/// What was asked for. Words that the shell has kept together, such as `tag:two words`, stay together.
pub(crate) fn query(words: &[OsString]) -> anyhow::Result<Query> {
    let mut text = String::new();
    for word in words {
        let Some(word) = word.to_str() else {
            bail!("this is not UTF-8, and cannot be searched for: {}", word.display());
        };
        if !text.is_empty() {
            text.push(' ');
        }
        text += &kept_together(word);
    }
    // Nothing follows the last word, so it may be unfinished: `deskscribe search inv`.
    Ok(Query::parse(&text)?)
}

/// The value of a filter in quotes, if the shell took them away: `"in:/srv/My files"`. Words alone stay apart: a whole
/// query may come in one argument.
fn kept_together(word: &str) -> String {
    match word.split_once(':') {
        Some((name, value))
            if value.contains(char::is_whitespace)
                && !value.contains(['"', ':'])
                && name.trim_start_matches('-').chars().all(char::is_alphabetic) =>
        {
            format!("{name}:\"{value}\"")
        }
        _ => word.to_owned(),
    }
}

/// The folder of a file, short for people, and its name.
pub(crate) fn folder_and_name(path: &str) -> (String, String) {
    let path = Path::new(path);
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    (at_home(path.parent().unwrap_or(Path::new("/"))), name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_shell_kept_together_stays_together() {
        for (word, kept) in [
            ("in:/srv/My files", "in:\"/srv/My files\""),
            ("-tag:two words", "-tag:\"two words\""),
            ("tag:\"two words\"", "tag:\"two words\""),
            ("two words", "two words"),
            ("invoice kind:image", "invoice kind:image"),
            ("kind:image tag:a", "kind:image tag:a"),
        ] {
            assert_eq!(kept_together(word), kept);
        }
    }
}
