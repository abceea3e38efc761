//! The few sentences, or entries, that say most.

use std::collections::HashSet;

use super::furniture::is_date;
use super::statements::{Kind, Statement};
use super::terms::Terms;
use super::title::shorten;
use crate::layout::script::is_dense;

/// The longest summary, in characters.
const LONGEST: usize = 280;
/// So many sentences; a shorter piece than `ENTRY`, in characters, takes as much less of that.
const SENTENCES: f32 = 3.0;
const ENTRY: f32 = 60.0;
/// What says less than this part of what comes third is left out.
const LITTLE: f32 = 0.3;

/// What says most beside the title, in order: of prose up to three sentences, of lists their entries.
pub(super) fn of(statements: &[Statement<'_>], terms: &Terms<'_>, title: Option<usize>) -> Option<String> {
    let called: HashSet<u32> = title.into_iter().flat_map(|index| terms.ids(index)).collect();
    let mut known = HashSet::new();
    let is_sentence = |statement: &Statement<'_>| statement.kind == Kind::Sentence;
    let prose = statements.iter().filter(|statement| is_sentence(statement)).count();
    let first = statements.iter().position(is_sentence).filter(|_| prose >= 6);
    // The beginning of a text says what it is about.
    let value = |index: usize, known: &HashSet<u32>| {
        let count = terms.count(index).max(3) as f32;
        let lead = 1.0 + 0.3 * (1.0 - statements[index].depth) + if first == Some(index) { 0.4 } else { 0.0 };
        // Among sentences, a word alone says nothing.
        let alone = if prose >= 2 && terms.count(index) == 1 { 0.3 } else { 1.0 };
        terms.tells(index, known, &called) / count.powf(0.6) * statements[index].weight * lead * alone
    };
    let says = |index: &usize| {
        Some(*index) != title
            && (statements[*index].kind != Kind::Value || is_date(&statements[*index].text.to_lowercase()))
    };
    let mut left: Vec<(usize, f32)> =
        (0..statements.len()).filter(says).map(|index| (index, value(index, &known))).collect();
    left.sort_by(|one, other| other.1.total_cmp(&one.1));
    left.retain(|(_, value)| *value > 0.0);
    // What comes after these is never picked.
    left.truncate(60);
    let usual = left.get(2).or(left.last())?.1;

    let mut picked: Vec<usize> = Vec::new();
    let (mut room, mut sentences) = (LONGEST, SENTENCES);
    while sentences > 0.0 {
        let fits = |index: usize| {
            let count = statements[index].text.chars().count() + 3;
            count <= room && cost(&statements[index]) <= sentences + 0.01
        };
        let best =
            left.iter().filter(|(index, _)| fits(*index)).map(|(index, _)| (value(*index, &known), *index));
        let best = best.reduce(|one, other| if other.0 > one.0 { other } else { one });
        let Some((_, index)) = best.filter(|(value, _)| *value > LITTLE * usual) else { break };
        left.retain(|(other, _)| *other != index);
        known.extend(terms.ids(index));
        room = room.saturating_sub(statements[index].text.chars().count() + 3);
        sentences -= cost(&statements[index]);
        picked.push(index);
    }
    if picked.is_empty() {
        return left.first().map(|(index, _)| shorten(&statements[*index].text, LONGEST));
    }
    picked.sort_unstable();
    Some(written(picked.into_iter().map(|index| &statements[index])))
}

/// How much of the sentences that may be told a piece takes.
fn cost(statement: &Statement<'_>) -> f32 {
    let count =
        statement.text.chars().count() as f32 * if statement.text.contains(is_dense) { 2.0 } else { 1.0 };
    match statement.kind {
        Kind::Sentence => 1.0,
        _ => (count / ENTRY).clamp(0.3, 1.0),
    }
}

/// One after the other, with a mark between those that are no sentences.
fn written<'a>(statements: impl Iterator<Item = &'a Statement<'a>>) -> String {
    let mut summary = String::new();
    for statement in statements {
        let text = statement.text.trim();
        if summary.ends_with(['。', '！', '？']) {
        } else if summary.ends_with(['.', '!', '?', '…', '।', '؟', ':']) {
            summary.push(' ');
        } else if !summary.is_empty() {
            summary.push_str(" · ");
        }
        summary.push_str(text);
    }
    summary
}
