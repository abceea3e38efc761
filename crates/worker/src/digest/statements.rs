//! What a page says, in pieces that can be quoted: sentences, entries of lists with their values, headings. Furniture
//! is left out, or weighs little.

use std::borrow::Cow;
use std::collections::HashMap;

use deskscribe_protocol::Line;

use super::furniture as known;
use super::prose;
use super::rows::{self, Card, Row, is_furniture, is_value};
use crate::layout::script::is_dense;
use crate::layout::{self, Cell, Pane, code};

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A sentence of prose, or what somebody said.
    Sentence,
    /// A heading, a label, an entry of a list.
    Label,
    /// A label with its value.
    Entry,
    /// The subject of a letter.
    Subject,
    /// What somebody typed into a terminal.
    Command,
    /// A line of a program.
    Code,
    /// A number, a date or a time alone.
    Value,
}

/// A piece of what a page says.
#[derive(Debug, Clone)]
pub(super) struct Statement<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) kind: Kind,
    /// How much it tells because of what it is and where it stands; 1 is a sentence of prose.
    pub(super) weight: f32,
    /// How much of that is left because of where it stands alone, in a list at the side or in a bar.
    pub(super) place: f32,
    /// How large its letters are, in ordinary ones.
    pub(super) size: f32,
    /// How far down it stands: 0 at the top of the first page, 1 at the end of the last one.
    pub(super) depth: f32,
    /// How many times it stands there.
    pub(super) times: u32,
}

/// The largest letters that count, in ordinary ones.
const LARGE: f32 = 2.5;
/// What stands in a list at the side, in a bar, above a column.
const SIDE: f32 = 0.5;
const BAR: f32 = 0.35;
const HEADER: f32 = 0.2;
/// What a command wrote, unless something went wrong.
const OUTPUT: f32 = 0.5;
/// What stands alone above what it is about.
const HEADING: f32 = 1.4;

/// What these lines say, in reading order.
pub(super) fn of_lines(lines: &[Line]) -> Vec<Statement<'_>> {
    let ordinary = layout::ordinary(lines.iter().map(layout::size));
    let mut found = Vec::new();
    let pages = layout::pages(lines);
    for (at, layout::Page { panes, .. }) in pages.iter().enumerate() {
        let cells = || panes.iter().flat_map(|pane| pane.rows.iter().flatten());
        let texts = || cells().map(|cell| cell.text);
        let top = cells().map(|cell| cell.y).fold(f32::MAX, f32::min);
        let bottom = cells().map(|cell| cell.y).fold(f32::MIN, f32::max);
        let page = Page {
            ordinary,
            top,
            height: (bottom - top).max(1.0),
            at: at as f32,
            pages: pages.len() as f32,
            is_code: code::is_program(texts()),
            is_terminal: code::is_terminal(texts()),
        };
        for pane in panes {
            page.read(pane, &mut found);
        }
    }
    once(found)
}

/// What was said, in whole sentences.
pub(super) fn of_speech<'a>(spoken: impl Iterator<Item = &'a str>) -> Vec<Statement<'a>> {
    let statement = |text| Statement {
        text,
        kind: Kind::Sentence,
        weight: 1.0,
        place: 1.0,
        size: 1.0,
        depth: 0.5,
        times: 1,
    };
    once(prose::said(spoken).into_iter().map(statement).collect())
}

/// A page, and what all of its cells are measured by.
struct Page {
    ordinary: f32,
    top: f32,
    height: f32,
    at: f32,
    pages: f32,
    /// Whether it shows a program.
    is_code: bool,
    /// Whether somebody typed commands there.
    is_terminal: bool,
}

impl Page {
    fn read<'a>(&self, pane: &Pane<'a>, found: &mut Vec<Statement<'a>>) {
        // Cells under each other that go on in one another are one text, wherever the row of each stands.
        let texts = prose::joined(&pane.rows, self.ordinary, self.is_code);
        let cards = rows::cards(&pane.rows);
        let is_grid = pane.rows.iter().filter(|row| row.len() >= 4).count() >= 2;
        let mut place = 0;
        for (at, row) in pane.rows.iter().enumerate() {
            let first = place;
            place += row.len();
            let is_edge = at == 0 || at + 2 >= pane.rows.len();
            if is_edge && row.iter().all(|cell| is_furniture(cell)) {
                continue;
            }
            let depth = self.depth_on_page(row);
            let kind = rows::kind(&pane.rows, at, depth, is_grid);
            let side = if pane.is_side && row.iter().all(|cell| cell.y > self.top + 0.5 * cell.height) {
                SIDE
            } else {
                1.0
            };
            let heads = rows::is_heading(&pane.rows, at, &texts[place..]);
            let last = at + 1 == pane.rows.len() && depth > 0.9 && row.len() >= 3;
            let weight = side * if last { BAR } else { 1.0 };
            if kind == Row::Pair && cards[first..place].iter().all(Option::is_none) {
                self.pair(&row[0], &row[1], weight, found);
                continue;
            }
            for (index, cell) in row.iter().enumerate() {
                // A button beside the name of a window.
                if is_edge && index > 0 && kind == Row::Plain && is_furniture(cell) {
                    continue;
                }
                // What is wrong is wrong with what the row is about.
                if kind == Row::Record
                    && index > 0
                    && !is_value(cell)
                    && known::is_trouble(&cell.text.to_lowercase())
                {
                    self.entry(&row[0], cell.text, weight, found);
                    continue;
                }
                let weight = weight
                    * match kind {
                        Row::Header => HEADER,
                        Row::Bar if index > 0 => HEADER,
                        Row::Record if index > 0 => 0.5,
                        _ => 1.0,
                    };
                match (&cards[first + index], &texts[first + index]) {
                    (Some(Card::Label(value)), _) => self.entry(cell, value, weight * 1.2, found),
                    (Some(Card::Value), _) | (None, None) => {}
                    (None, Some(text)) => {
                        self.text(cell, text.clone(), if heads { HEADING * weight } else { weight }, found)
                    }
                }
            }
        }
    }

    /// A label and what stands beside it.
    fn pair<'a>(&self, label: &Cell<'a>, value: &Cell<'a>, weight: f32, found: &mut Vec<Statement<'a>>) {
        let name = label.text.to_lowercase();
        if known::subject(&name) == Some("") {
            found.push(self.statement(value, value.text.into(), Kind::Subject, 1.2, weight));
        } else if known::is_field(&name) {
            self.text(value, value.text.into(), weight * 1.2, found);
        } else if known::is_clock(&value.text.to_lowercase()) || known::is_days(&value.text.to_lowercase()) {
            self.text(label, label.text.into(), weight, found);
        } else {
            self.entry(label, value.text, weight, found);
        }
    }

    fn entry<'a>(&self, label: &Cell<'a>, value: &str, weight: f32, found: &mut Vec<Statement<'a>>) {
        let between = if label.text.ends_with([':', '：', '?', '=']) { " " } else { ": " };
        let text = format!("{}{between}{value}", label.text);
        let lower = text.to_lowercase();
        let sum = if known::is_sum(&lower) { 1.4 } else { 1.0 };
        let trouble = if known::is_trouble(&lower) { 1.5 } else { 1.0 };
        found.push(self.statement(label, text.into(), Kind::Entry, 1.1 * sum * trouble, weight));
    }

    /// A text that may be of several lines, from the first of which its place is.
    fn text<'a>(&self, cell: &Cell<'a>, text: Cow<'a, str>, weight: f32, found: &mut Vec<Statement<'a>>) {
        let lower = text.to_lowercase();
        if let Some(typed) = code::command(cell.text) {
            found.push(self.statement(cell, typed.into(), Kind::Command, 1.6, weight));
            return;
        }
        if let Some(subject) = known::subject(cell.text).filter(|subject| !subject.is_empty()) {
            found.push(self.statement(cell, subject.into(), Kind::Subject, 1.2, weight));
            return;
        }
        if known::is_chrome(&lower)
            || known::is_placeholder(&lower)
            || known::is_clock(&lower)
            || known::is_field(&lower)
        {
            return;
        }
        if known::is_value(&lower) {
            // A date tells more than a price whose name is not known.
            let date = if known::is_date(&lower) { 0.6 } else { 0.1 };
            found.push(self.statement(cell, text, Kind::Value, date, weight));
            return;
        }
        if known::is_days(&lower) {
            found.push(self.statement(cell, text, Kind::Label, 1.0, weight * HEADER));
            return;
        }
        if self.is_code && (code::is_code(&text) || code::begins_code(&text)) {
            let tells = code::is_comment(&text) || code::is_definition(&text);
            let code = match text {
                Cow::Borrowed(text) => code::bare_code(text).into(),
                Cow::Owned(text) => code::bare_code(&text).to_owned().into(),
            };
            found.push(self.statement(cell, code, Kind::Code, if tells { 0.9 } else { 0.25 }, weight));
            return;
        }
        let output = if self.is_terminal && !known::is_trouble(&lower) { OUTPUT } else { 1.0 };
        let shape = shape(&text, &lower) * output;
        for sentence in prose::sentences(&text) {
            let is_sentence = prose::is_sentence(&sentence);
            let kind = if is_sentence { Kind::Sentence } else { Kind::Label };
            let tells = match kind {
                Kind::Sentence => 1.0,
                // A greeting.
                _ if sentence.ends_with(',') => 0.4,
                _ if sentence.contains(' ') || sentence.contains(is_dense) => 0.9,
                _ => 0.7,
            };
            found.push(self.statement(cell, sentence, kind, shape * tells, weight));
        }
    }

    fn statement<'a>(
        &self,
        cell: &Cell<'a>,
        text: Cow<'a, str>,
        kind: Kind,
        tells: f32,
        place: f32,
    ) -> Statement<'a> {
        let size = cell.size / self.ordinary;
        let depth = (self.at + (cell.y - self.top) / self.height) / self.pages;
        Statement { text, kind, weight: tells * place * size.clamp(0.7, LARGE), place, size, depth, times: 1 }
    }

    fn depth_on_page(&self, row: &[Cell<'_>]) -> f32 {
        row.first().map_or(0.0, |cell| (cell.y - self.top) / self.height)
    }
}

/// How much a text tells by its shape alone.
fn shape(text: &str, lower: &str) -> f32 {
    let count = text.chars().count().max(1) as f32;
    let letters = text.chars().filter(|c| c.is_alphabetic()).count() as f32;
    let mut weight = (letters / count / 0.7).min(1.0);
    // An address or a path names something, but in a way that nobody would.
    if !text.contains(' ') && (text.contains('/') || text.contains('@') || text.contains('\\')) {
        weight *= 0.6;
    }
    if known::is_trouble(lower) {
        weight *= 1.5;
    }
    if known::is_sum(lower) {
        weight *= 1.3;
    }
    weight
}

/// What says the same, once. What differs by its numbers alone, in a long line, is a record of the same kind.
fn once(statements: Vec<Statement<'_>>) -> Vec<Statement<'_>> {
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut kept: Vec<Statement<'_>> = Vec::new();
    for statement in statements {
        let is_long = statement.text.split_whitespace().nth(4).is_some();
        let keeps = |c: &char| c.is_alphabetic() || (c.is_numeric() && !is_long);
        let mut key: String = statement.text.chars().filter(keeps).flat_map(char::to_lowercase).collect();
        if key.is_empty() {
            key = statement.text.to_string();
        }
        if let Some(before) = known.get(&key).and_then(|at| kept.get_mut(*at)) {
            before.times += 1;
            before.size = before.size.max(statement.size);
            before.weight = before.weight.max(statement.weight);
            before.place = before.place.max(statement.place);
            continue;
        }
        known.insert(key, kept.len());
        kept.push(statement);
    }
    kept
}
