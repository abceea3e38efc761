//! Whether a model wrote in another language than it was asked to, as small ones do.

use crate::digest::language_of;

/// Languages that are taken for each other in a few sentences.
const ALIKE: [&[&str]; 11] = [
    &["da", "nb", "nn", "no", "sv"],
    &["hr", "sr", "bs", "sl"],
    &["bg", "mk", "sr", "ru", "uk", "be"],
    &["cs", "sk"],
    &["id", "ms", "jv", "tl"],
    &["es", "pt", "gl", "ca", "it"],
    &["nl", "af"],
    &["zh", "ja"],
    &["hi", "mr", "ne"],
    &["ar", "fa", "ur"],
    &["az", "tr", "tk", "uz"],
];

/// Whether a text is plainly in another language than that of this BCP-47 tag.
pub(super) fn is_foreign(text: &str, wanted: &str) -> bool {
    let wanted = wanted.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let Some(found) = language_of(text) else {
        return false;
    };
    let are_alike =
        ALIKE.iter().any(|group| group.contains(&found.as_str()) && group.contains(&wanted.as_str()));
    // Of a language that nobody here can tell, every text looks like one in another.
    found != wanted && !are_alike && crate::digest::name_of(&wanted).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_language_is_noticed_where_it_is_plain() {
        let english = "An invoice for garden furniture that is to be paid within the next fourteen days.";
        let german = "Eine Rechnung über Gartenmöbel, die innerhalb von vierzehn Tagen zu bezahlen ist.";
        for (text, wanted, foreign) in [
            (english, "de-AT", true),
            (english, "en-GB", false),
            (german, "en", true),
            (german, "DE", false),
            ("会議は木曜日の午後三時に変更されました。", "en", true),
            ("会議は木曜日の午後三時に変更されました。", "zh-Hant", false),
            ("Invoice 2231", "de", false),
            (english, "tlh", false),
            (english, "", false),
        ] {
            assert_eq!(is_foreign(text, wanted), foreign, "{text} as {wanted}");
        }
    }
}
