//! Which language a text is in, when there is enough of it to tell.

use whatlang::{Lang, Script, detect};

/// Fewer letters than this tell nothing.
const LETTERS: usize = 20;
/// How far the likeliest language must be ahead of the next, 0 to 1; measured on screens, where sentences are
/// few and words from programs many. Below it about every other guess is wrong.
const AHEAD: f64 = 0.5;

/// A BCP-47 tag, such as `de`.
pub(crate) fn language_of(text: &str) -> Option<String> {
    // Numbers, paths and punctuation are the same in every language.
    let letters: String = text.chars().map(|c| if c.is_alphabetic() { c } else { ' ' }).collect();
    let count = letters.chars().filter(|c| c.is_alphabetic()).count();
    let found = detect(&letters)?;
    // A few characters are enough where a script has one language.
    let sure = match found.script() {
        Script::Mandarin | Script::Hiragana | Script::Katakana | Script::Hangul => count >= 4,
        _ => count >= LETTERS && found.confidence() >= AHEAD,
    };
    sure.then(|| tag(found.lang()).to_owned())
}

/// What a language is called in English, by its BCP-47 tag: `German` for `de` and for `de-AT`.
pub(crate) fn name_of(bcp47: &str) -> Option<&'static str> {
    let primary = bcp47.split('-').next()?.to_ascii_lowercase();
    match primary.as_str() {
        // The script is called so, whoever speaks it.
        "zh" => Some("Chinese"),
        "no" | "nn" => Some("Norwegian"),
        _ => Lang::all().iter().find(|lang| tag(**lang) == primary).map(|lang| lang.eng_name()),
    }
}

/// The shortest tag of a language: two letters where there are any.
fn tag(language: Lang) -> &'static str {
    match language {
        Lang::Afr => "af",
        Lang::Aka => "ak",
        Lang::Amh => "am",
        Lang::Ara => "ar",
        Lang::Aze => "az",
        Lang::Bel => "be",
        Lang::Ben => "bn",
        Lang::Bul => "bg",
        Lang::Cat => "ca",
        Lang::Ces => "cs",
        Lang::Cmn => "zh",
        Lang::Cym => "cy",
        Lang::Dan => "da",
        Lang::Deu => "de",
        Lang::Ell => "el",
        Lang::Eng => "en",
        Lang::Epo => "eo",
        Lang::Est => "et",
        Lang::Fin => "fi",
        Lang::Fra => "fr",
        Lang::Guj => "gu",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        Lang::Hrv => "hr",
        Lang::Hun => "hu",
        Lang::Hye => "hy",
        Lang::Ind => "id",
        Lang::Ita => "it",
        Lang::Jav => "jv",
        Lang::Jpn => "ja",
        Lang::Kan => "kn",
        Lang::Kat => "ka",
        Lang::Khm => "km",
        Lang::Kor => "ko",
        Lang::Lat => "la",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        Lang::Mal => "ml",
        Lang::Mar => "mr",
        Lang::Mkd => "mk",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Nld => "nl",
        Lang::Nob => "nb",
        Lang::Ori => "or",
        Lang::Pan => "pa",
        Lang::Pes => "fa",
        Lang::Pol => "pl",
        Lang::Por => "pt",
        Lang::Ron => "ro",
        Lang::Rus => "ru",
        Lang::Sin => "si",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Sna => "sn",
        Lang::Spa => "es",
        Lang::Srp => "sr",
        Lang::Swe => "sv",
        Lang::Tam => "ta",
        Lang::Tel => "te",
        Lang::Tgl => "tl",
        Lang::Tha => "th",
        Lang::Tuk => "tk",
        Lang::Tur => "tr",
        Lang::Ukr => "uk",
        Lang::Urd => "ur",
        Lang::Uzb => "uz",
        Lang::Vie => "vi",
        Lang::Yid => "yi",
        Lang::Zul => "zu",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enough_text_tells_its_language() {
        let of = |text| language_of(text);
        assert_eq!(of("The meeting was moved to Thursday because the room is taken.").as_deref(), Some("en"));
        assert_eq!(
            of("Bitte überweisen Sie den Betrag innerhalb von vierzehn Tagen.").as_deref(),
            Some("de")
        );
        assert_eq!(of("明日の会議は午後三時からです").as_deref(), Some("ja"));
        assert_eq!(of("会议改到星期四下午").as_deref(), Some("zh"));
    }

    #[test]
    fn a_tag_has_a_name() {
        for (tag, name) in [("de", "German"), ("de-AT", "German"), ("ZH-hant", "Chinese"), ("ja", "Japanese")]
        {
            assert_eq!(name_of(tag), Some(name));
        }
        assert_eq!(name_of("tlh"), None);
        assert_eq!(name_of(""), None);
    }

    #[test]
    fn too_little_text_tells_nothing() {
        assert_eq!(language_of("OK 12:30"), None);
        assert_eq!(language_of(""), None);
        assert_eq!(language_of("4,102 / 4,267 = 96.1 %"), None);
    }
}
