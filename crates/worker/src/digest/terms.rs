//! How much the words of a text tell about it, and the phrases that they make.
//!
//! In the manner of RAKE and YAKE: what stands between words of grammar is a candidate, and tells the more, the more
//! its words do. What a word tells depends on how often it stands there, in what, and how it is written.

use std::collections::{HashMap, HashSet};

use deskscribe_protocol::Digest;

use super::statements::{Kind, Statement};
use super::words::{Kind as Of, Stop, Word, fold, is_proper, words};
use crate::layout::script::is_dense;

/// The longest tag, in words.
const LONGEST: usize = 3;
/// The longest tag, in characters.
const WIDEST: usize = 40;
/// A phrase is taken apart where one of its words stands alone so often.
const WHOLE: f32 = 0.4;
/// What tells less than this part of what tells most is no tag.
const LITTLE: f32 = 0.15;
/// A word alone tells less than the same as a phrase.
const ALONE: f32 = 0.9;

/// By its number in `Terms`.
type Id = u32;
/// Behind the last word of a shorter phrase.
const NO_WORD: Id = Id::MAX;

/// A word of a statement.
#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    word: Word<'a>,
    /// None for words of grammar.
    id: Option<Id>,
}

/// What is known of a word.
#[derive(Debug, Clone, Default)]
struct Term {
    /// The sum of the weights of where it stands.
    sum: f32,
    /// What it tells.
    weight: f32,
    /// Whether it is written as a name somewhere where any other word would be small.
    is_name: bool,
    is_number: bool,
}

/// The words of some statements.
pub(super) struct Terms<'a> {
    terms: Vec<Term>,
    /// Of each statement.
    tokens: Vec<Vec<Token<'a>>>,
    /// Of each statement, how much what stands in it tells.
    weights: Vec<f32>,
    labels: Vec<bool>,
}

/// A phrase of up to three words.
#[derive(Debug, Clone)]
struct Phrase<'a> {
    ids: Vec<Id>,
    words: &'a [Token<'a>],
    /// The sum of the weights of where it stands.
    sum: f32,
    /// How much of that is where nothing else stands beside it.
    whole: f32,
    order: usize,
}

impl<'a> Terms<'a> {
    /// Counts them.
    pub(super) fn of(statements: &'a [Statement<'_>], stop: &Stop) -> Self {
        let mut ids: HashMap<String, Id> = HashMap::new();
        let mut all = Self { terms: Vec::new(), tokens: Vec::new(), weights: Vec::new(), labels: Vec::new() };
        for statement in statements {
            let is_code = statement.kind == Kind::Code;
            let shout = !statement.text.contains(char::is_lowercase);
            // What stands there again tells more, but not as much more.
            let weight = statement.weight * (1.0 + (statement.times.min(4) as f32).ln());
            let is_label = !matches!(statement.kind, Kind::Sentence | Kind::Code);
            let all_large = |tokens: &[Word<'_>]| {
                tokens.len() > 1 && tokens.iter().all(|word| word.text.starts_with(char::is_uppercase))
            };
            let split = words(&statement.text, stop, is_code);
            // A name alone, such as "Mia Lind" or "City Library".
            let is_named = is_label && !shout && all_large(&split);
            let mut tokens = Vec::new();
            for word in split {
                let is_keyword =
                    is_code && !is_proper(word.text) && CODE.split(' ').any(|known| known == word.text);
                if word.kind == Of::Stop || is_keyword {
                    tokens.push(Token { word: Word { kind: Of::Stop, ..word }, id: None });
                    continue;
                }
                // What a program is made of tells less than what it names.
                let weight = if is_code && !is_proper(word.text) { 0.5 * weight } else { weight };
                let next = all.terms.len() as Id;
                let id = *ids.entry(fold(word.text)).or_insert(next);
                if id == next {
                    all.terms.push(Term { is_number: word.kind == Of::Number, ..Term::default() });
                }
                if let Some(term) = all.terms.get_mut(id as usize) {
                    term.sum += weight;
                    let is_large = word.text.starts_with(char::is_uppercase);
                    term.is_name |=
                        is_named || !shout && ((is_large && !word.begins) || is_proper(word.text));
                }
                tokens.push(Token { word, id: Some(id) });
            }
            all.tokens.push(tokens);
            all.weights.push(weight);
            all.labels.push(is_label);
        }
        for term in &mut all.terms {
            let name = if term.is_name { 1.25 } else { 1.0 };
            let number = if term.is_number { 0.5 } else { 1.0 };
            term.weight = (1.0 + term.sum).ln() * name * number;
        }
        all
    }

    /// What the words of a statement tell together; those that were told before, or stand in the title, less.
    pub(super) fn tells(&self, statement: usize, known: &HashSet<Id>, title: &HashSet<Id>) -> f32 {
        let ids: HashSet<Id> = self.ids(statement).collect();
        let news = |id: &Id| match id {
            _ if known.contains(id) => 0.25,
            _ if title.contains(id) => 0.7,
            _ => 1.0,
        };
        ids.iter().map(|id| self.terms[*id as usize].weight * news(id)).sum()
    }

    /// What a statement tells, as a part of what tells most.
    pub(super) fn share(&self) -> impl Fn(usize) -> f32 {
        let none = HashSet::new();
        let tells: Vec<f32> = (0..self.tokens.len()).map(|index| self.tells(index, &none, &none)).collect();
        let most = tells.iter().copied().fold(1.0, f32::max);
        move |index| tells.get(index).map_or(0.0, |tells| tells / most)
    }

    /// The words of a statement that tell something.
    pub(super) fn ids(&self, statement: usize) -> impl Iterator<Item = Id> {
        self.tokens.get(statement).into_iter().flatten().filter_map(|token| token.id)
    }

    /// How many words a statement has.
    pub(super) fn count(&self, statement: usize) -> usize {
        self.tokens.get(statement).map_or(0, Vec::len)
    }

    /// The phrases that tell most, most telling first, as people would type them, each about something else.
    pub(super) fn tags(&self, title: Option<usize>) -> Vec<String> {
        let title: HashSet<Id> = title.into_iter().flat_map(|index| self.ids(index)).collect();
        let called = |phrase: &Phrase<'_>| {
            if phrase.ids.len() > 1 && phrase.ids.iter().all(|id| title.contains(id)) { 1.25 } else { 1.0 }
        };
        let phrases = self.phrases();
        let mut scored: Vec<(f32, &Phrase<'_>)> =
            phrases.iter().map(|phrase| (self.score(phrase) * called(phrase), phrase)).collect();
        scored.retain(|(score, _)| *score > 0.0);
        scored.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.order.cmp(&other.1.order)));
        let least = LITTLE * scored.first().map_or(0.0, |(score, _)| *score);
        scored.retain(|(score, _)| *score >= least);
        // What comes after these is never picked.
        scored.truncate(40 * Digest::MOST_TAGS);
        let mut known: HashSet<Id> = HashSet::new();
        let mut tags: Vec<String> = Vec::new();
        while tags.len() < Digest::MOST_TAGS {
            let value = |(score, phrase): &(f32, &Phrase<'_>)| {
                let old: f32 = phrase
                    .ids
                    .iter()
                    .filter(|id| known.contains(id))
                    .map(|id| self.terms[*id as usize].weight)
                    .sum();
                let all: f32 = phrase.ids.iter().map(|id| self.terms[*id as usize].weight).sum();
                let share = old / all.max(f32::MIN_POSITIVE);
                if share > 0.6 { 0.0 } else { score * (1.0 - share) }
            };
            let best = scored
                .iter()
                .map(|it| (value(it), it.1))
                .reduce(|one, other| if other.0 > one.0 { other } else { one });
            let Some((_, phrase)) = best.filter(|(value, _)| *value > 0.0) else { break };
            known.extend(&phrase.ids);
            tags.push(self.written(phrase.words));
        }
        tags
    }

    fn phrases<'b>(&'b self) -> Vec<Phrase<'b>> {
        let mut found: HashMap<[Id; LONGEST], usize> = HashMap::new();
        let mut phrases: Vec<Phrase<'b>> = Vec::new();
        let mut add = |words: &'b [Token<'b>], weight: f32, is_whole: bool| {
            let mut key = [NO_WORD; LONGEST];
            for (place, id) in key.iter_mut().zip(words.iter().filter_map(|token| token.id)) {
                *place = id;
            }
            let at = *found.entry(key).or_insert_with(|| {
                let ids = words.iter().filter_map(|token| token.id).collect();
                phrases.push(Phrase { ids, words, sum: 0.0, whole: 0.0, order: phrases.len() });
                phrases.len() - 1
            });
            phrases[at].sum += weight;
            phrases[at].whole += if is_whole { weight } else { 0.0 };
        };
        for ((tokens, weight), is_label) in self.tokens.iter().zip(&self.weights).zip(&self.labels) {
            for run in tokens.chunk_by(|_, next| next.word.joins && next.id.is_some()) {
                let run = if run[0].id.is_none() { &run[1..] } else { run };
                for (at, _) in run.iter().enumerate() {
                    for end in at + 1..=run.len().min(at + LONGEST) {
                        add(&run[at..end], *weight, at == 0 && end == run.len());
                    }
                }
            }
            // A short label is a phrase, also with a word of grammar in it: "train to the coast".
            let telling = tokens.iter().filter(|token| token.id.is_some()).count();
            let inner = tokens.iter().skip(1).all(|token| token.word.joins);
            let ends = tokens.first().is_some_and(|token| token.id.is_some())
                && tokens.last().is_some_and(|token| token.id.is_some());
            if *is_label && inner && ends && telling >= 2 && telling < tokens.len() && tokens.len() <= LONGEST
            {
                add(tokens, *weight, true);
            }
        }
        phrases
    }

    /// What a phrase tells: what its words do, if they stand together more often than alone.
    fn score(&self, phrase: &Phrase<'_>) -> f32 {
        let terms = || phrase.ids.iter().filter_map(|id| self.terms.get(*id as usize));
        let telling = terms().filter(|term| !term.is_number).count();
        let text = phrase.words.iter().map(|token| token.word.text.chars().count() + 1).sum::<usize>();
        let repeats = phrase.ids.iter().enumerate().any(|(at, id)| phrase.ids[..at].contains(id));
        if telling == 0 || text > WIDEST || repeats {
            return 0.0;
        }
        let sum: f32 = terms().map(|term| term.weight).sum();
        let most =
            terms().filter(|term| !term.is_number).map(|term| term.sum).fold(f32::MIN_POSITIVE, f32::max);
        let together = (phrase.sum / most).min(1.0);
        let count = telling as f32 + 0.5 * (phrase.ids.len() - telling) as f32;
        let whole = 0.7 + 0.3 * phrase.whole / phrase.sum.max(f32::MIN_POSITIVE);
        // People are called by both names, and by one.
        let is_name = phrase.ids.len() > 1 && terms().all(|term| term.is_name);
        let cohesion = match together {
            _ if is_name => together.powf(0.25),
            _ if together < WHOLE => together,
            _ => together.sqrt(),
        };
        let alone = if phrase.ids.len() == 1 { ALONE } else { 1.0 };
        sum / count.powf(0.55) * cohesion * whole * alone
    }

    /// As people would type it: small, except for names.
    fn written(&self, words: &[Token<'_>]) -> String {
        let is_name = |token: &Token<'_>| {
            token.id.and_then(|id| self.terms.get(id as usize)).is_some_and(|term| term.is_name)
        };
        let names = words
            .iter()
            .filter(|token| {
                is_name(token)
                    && token.word.text.starts_with(char::is_uppercase)
                    && !is_proper(token.word.text)
            })
            .count();
        let written = words.iter().map(|token| {
            let text = token.word.text;
            // The first word of a name stands where every word is large.
            let among = text.starts_with(char::is_uppercase) && names > 0;
            let keeps = (is_name(token) || among)
                && (text.contains(char::is_lowercase)
                    || text.chars().count() <= 5
                    || text.contains(char::is_numeric));
            if keeps { text.to_owned() } else { text.to_lowercase() }
        });
        let dense = words.iter().all(|token| token.word.text.contains(is_dense));
        written.collect::<Vec<_>>().join(if dense { "" } else { " " })
    }
}

/// Words that programs are made of.
const CODE: &str = "import from export function const let var def class fn pub return struct impl public private \
    package include use async await type interface enum elif else func string number boolean bool int float void null \
    none true false self this new static final throws try catch except finally for while if in of match switch case \
    default continue break std str usize vec option result println print printf console log";
