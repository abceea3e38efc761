//! Folding: what a text looks like to search, without case, accents and width, and where each piece came from.
//!
//! There is one definition for what is indexed, what is asked for and what is marked, so that they cannot
//! disagree. It is made of clusters: a character with the marks that belong to it.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// A character with its marks, and what it is folded to.
#[derive(Debug)]
pub(super) struct Cluster {
    /// Where it stands in the text, in bytes.
    pub(super) range: Range<usize>,
    pub(super) fold: Fold,
}

/// What a cluster is folded to; most are one character, which costs no allocation.
#[derive(Debug)]
pub(super) enum Fold {
    One(char),
    /// None for what is not seen, several for such as `ß`, `ﬁ` and `½`.
    Some(Vec<char>),
}

impl Fold {
    pub(super) fn chars(&self) -> &[char] {
        match self {
            Self::One(c) => std::slice::from_ref(c),
            Self::Some(chars) => chars,
        }
    }
}

/// The clusters of a text, in order. Together they cover it.
pub(super) fn clusters(text: &str) -> impl Iterator<Item = Cluster> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let cluster = cluster(text, at)?;
        at = cluster.range.end;
        Some(cluster)
    })
}

/// The cluster that begins at this byte; none at the end.
pub(super) fn cluster(text: &str, start: usize) -> Option<Cluster> {
    let mut chars = text.get(start..)?.chars();
    let first = chars.next()?;
    let mut end = start + first.len_utf8();
    let alone = end;
    end += chars.take_while(|next| joins(*next)).map(char::len_utf8).sum::<usize>();
    let range = start..end;
    let is_plain = end == alone && is_plain(first);
    let fold =
        if is_plain { Fold::One(first.to_ascii_lowercase()) } else { fold_cluster(text.get(range.clone())?) };
    Some(Cluster { range, fold })
}

/// The whole text, folded.
pub(super) fn fold(text: &str) -> String {
    clusters(text).flat_map(|cluster| cluster.fold.chars().to_vec()).collect()
}

/// Where the folded characters `wanted` (counted from 0) of this text come from, in bytes, whole clusters.
pub(super) fn origin(text: &str, wanted: Range<usize>) -> Range<usize> {
    let (mut place, mut at) = (None::<Range<usize>>, 0);
    for Cluster { range, fold } in clusters(text) {
        let next = at + fold.chars().len();
        if next > wanted.start && at < wanted.end {
            place = Some(place.map_or(range.start, |place| place.start)..range.end);
        }
        at = next;
    }
    place.unwrap_or(0..0)
}

/// Whether nothing but its case has to be looked at.
fn is_plain(c: char) -> bool {
    c.is_ascii()
        || matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fe}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

fn fold_cluster(text: &str) -> Fold {
    let seen = |c: &char| !is_accent(*c) && !is_unseen(*c);
    let lower = text.nfkd().filter(seen).flat_map(char::to_lowercase).filter(seen);
    let folded: Vec<char> = lower.flat_map(plain).nfc().collect();
    match folded[..] {
        [c] => Fold::One(c),
        _ => Fold::Some(folded),
    }
}

/// Letters whose accent is part of them, as people write them who lack the key.
fn plain(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'ß' => ('s', Some('s')),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'þ' => ('t', Some('h')),
        'ø' => ('o', None),
        'ł' => ('l', None),
        'đ' | 'ð' => ('d', None),
        'ħ' => ('h', None),
        'ŧ' => ('t', None),
        'ı' => ('i', None),
        'ς' => ('σ', None),
        _ => (c, None),
    };
    std::iter::once(first).chain(second)
}

/// Marks that can be left out when writing. Those of Indic and Thai letters, and the voicing of kana, cannot.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' |
        '\u{fe20}'..='\u{fe2f}' | // Hebrew and Arabic vowels:
        '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}' |
        '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

/// Soft hyphens, joiners, directions, variants and skin tones.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' |
        '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'..='\u{e01ef}')
}

/// Whether this character belongs to the one before it.
fn joins(c: char) -> bool {
    // The half-width voicing marks, and the vowels and ends of Korean syllables, as some systems take them apart.
    c >= '\u{ad}'
        && (is_unseen(c)
            || is_accent(c)
            || matches!(c, '\u{ff9e}' | '\u{ff9f}' | '\u{1160}'..='\u{11ff}')
            || canonical_combining_class(c) != 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accents_case_and_width_do_not_count() {
        for (text, folded) in [
            ("Café CRÈME", "cafe creme"),
            ("cafe\u{301}", "cafe"),
            ("Straße ẞ", "strasse ss"),
            ("İstanbul ısı", "istanbul isi"),
            ("Łódź Ærø Œuvre", "lodz aero oeuvre"),
            ("ＦＵＬＬ　ｗｉｄｔｈ １２", "full width 12"),
            ("ﬁne ½ m² №5", "fine 1⁄2 m2 no5"),
            ("ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ"),
            ("Ёлка й", "елка и"),
            ("in\u{ad}voice", "invoice"),
            ("👍🏽", "👍"),
            ("مُحَمَّد", "محمد"),
        ] {
            assert_eq!(fold(text), folded);
        }
    }

    #[test]
    fn marks_that_make_another_letter_stay() {
        // Voiced and half-voiced kana, in one character, two, and half width; Korean in parts; Hindi.
        for (text, folded) in [
            ("が か", "が か"),
            ("か\u{3099}", "が"),
            ("ｶﾞｷﾞ ﾊﾟ", "ガギ パ"),
            ("\u{1112}\u{116c}\u{110b}\u{1174}", "회의"),
            ("हिन्दी", "हिन्दी"),
        ] {
            assert_eq!(fold(text), folded);
        }
    }

    #[test]
    fn what_was_folded_is_found_again_in_the_text() {
        let text = "Große Cafe\u{301}s";
        let origin = |wanted| &text[origin(text, wanted)];
        assert_eq!(origin(0..6), "Große");
        // In the middle of a character that was two: all of it.
        assert_eq!(origin(0..4), "Groß");
        assert_eq!(origin(7..11), "Cafe\u{301}");
        assert_eq!(origin(99..100), "");
    }

    proptest! {
        #[test]
        fn clusters_cover_the_text_and_fold_as_it_does(text: String) {
            let parts: Vec<Range<usize>> = clusters(&text).map(|cluster| cluster.range).collect();
            let whole: String = parts.iter().map(|part| &text[part.clone()]).collect();
            prop_assert_eq!(&whole, &text);
            let folded: String = parts.iter().map(|part| fold(&text[part.clone()])).collect();
            prop_assert_eq!(folded, fold(&text));
        }
    }
}
