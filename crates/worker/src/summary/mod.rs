//! A title, a summary, tags and chapters by a language model, and a vector that stands for their meaning.
//!
//! ```text
//!  brief ─▶ material ─▶ pieces ─┬─▶ notes on each ─▶ entry for all ─┬─▶ chapters, tags ─▶ digest
//!                               ╰─▶ entry, if there is but one ─────╯
//!  each question:  prompt ─▶ model ─▶ lenient ─▶ answer ─▶ sane   once more if it is not as it was asked for
//! ```
//!
//! Whatever a model says, something comes of it: an object that can be made out, else its words as a plain summary,
//! else nothing, and that is told. The short form that is made of the text alone stays in any case.

mod answer;
mod chapters;
mod clock;
mod foreign;
mod lenient;
mod material;
mod model;
mod pieces;
mod prompt;
mod sane;
mod shown;
mod tags;
mod tokens;

use std::cell::Cell;

use deskscribe_protocol::{
    Brief, Chapter, Code, Digest, Failure, Form, LanguageModel, MediaKind, Reading, Stage, Summary, one_line,
};
use ollama_rs::generation::chat::ChatMessage;
use ollama_rs::generation::images::Image;
use ollama_rs::generation::parameters::FormatType;

use crate::job::{Interruption, Medium, Watch};
use answer::{Draft, Verdict, Wanted, judge};
use material::{Fence, Row};
use model::Model;
use prompt::Wishes;
use tokens::{beginning, tokens};

/// What a template puts around two messages, in tokens.
const TEMPLATE: usize = 64;
/// To show a model its mistake takes so many tokens, its answer of this length included, in characters.
const MEND: usize = 400;
const SHOWN_AGAIN: usize = 600;
/// An embedder gets so many tokens at most: the smallest take 512.
const EMBEDDED: usize = 400;
/// However small a window is, so much of the material is shown to a model at once, in tokens.
const LEAST: usize = 128;

/// Has a language model summarise what was read.
///
/// # Errors
/// The job was cancelled, which is what happens when the model fails, too; or there is nothing to summarise.
pub(crate) fn summarise(
    brief: &Brief,
    kind: MediaKind,
    medium: Option<Medium>,
    watch: &dyn Watch,
) -> Result<Summary, Interruption> {
    let rows = material::rows(brief);
    let questions = u32::from(brief.model.is_some()) + u32::from(brief.embedder.is_some());
    let steps = Steps { watch, done: Cell::new(0), total: Cell::new(questions.max(1)) };
    steps.tell();
    let (digest, form) = match &brief.model {
        Some(model) => {
            let picture = match medium.filter(|_| model.sees && kind == MediaKind::Image) {
                Some(medium) => shown::picture(medium).map(Some),
                None => Ok(None),
            };
            // Without the picture there still is its text.
            let picture = picture.or_else(|failure| if rows.is_empty() { Err(failure) } else { Ok(None) })?;
            if rows.is_empty() && picture.is_none() {
                return Err(Failure::new(Code::Empty, "there is no text to summarise").into());
            }
            let wishes = Wishes::of(brief, kind, &rows);
            Summariser { brief, model: Model::new(model, watch), steps: &steps, wishes, picture }
                .digest(model, rows.clone())?
        }
        None => (None, Form::Unasked),
    };
    let vector = match &brief.embedder {
        Some(embedder) => vector(embedder, digest.as_ref(), &rows, watch)?,
        None => None,
    };
    if brief.embedder.is_some() {
        steps.advance();
    }
    Ok(Summary { digest, form, vector })
}

/// How far it is: so many questions of so many in all.
struct Steps<'a> {
    watch: &'a dyn Watch,
    done: Cell<u32>,
    total: Cell<u32>,
}

impl Steps<'_> {
    fn expect(&self, more: usize) {
        self.total.set(self.total.get() + u32::try_from(more).unwrap_or(u32::MAX));
        self.tell();
    }

    fn advance(&self) {
        self.done.set(self.total.get().min(self.done.get() + 1));
        self.tell();
    }

    fn tell(&self) {
        self.watch.progress(Stage::Summarise, self.done.get(), self.total.get());
    }
}

struct Summariser<'a> {
    brief: &'a Brief,
    model: Model<'a>,
    steps: &'a Steps<'a>,
    wishes: Wishes,
    picture: Option<Image>,
}

impl Summariser<'_> {
    fn digest(
        mut self,
        model: &LanguageModel,
        rows: Vec<Row>,
    ) -> Result<(Option<Digest>, Form), Interruption> {
        self.wishes.tags = tags::offer(self.brief, self.model.room() / 8);
        let fence = Fence::around(&rows);
        let room = self.room(&fence);
        if self.picture.is_some() {
            // A picture whose text leaves no room for it is read, and not looked at.
            let left = room.saturating_sub(shown::TOKENS);
            self.wishes.shows = rows.iter().map(Row::tokens).sum::<usize>() <= left;
        }
        let pieces = pieces::sample(pieces::cut(rows, room));
        let (draft, form, found) = match pieces.as_slice() {
            [] | [_] => {
                let rows = pieces.into_iter().next().unwrap_or_default();
                let question = self.wishes.whole(&fence, &rows);
                let asked = self.wishes.whole(&fence, &[]);
                let (draft, form) = self.settle(question, &asked, self.wishes.entry_form(true))?;
                let found = chapters::among(&draft.chapters, &rows);
                (draft, form, found)
            }
            pieces => self.in_parts(&fence, pieces, room)?,
        };
        let Some(summary) = draft.summary else {
            return Ok((None, Form::Nonsense));
        };
        let digest = Digest {
            title: draft.title,
            summary: Some(summary),
            tags: tags::settle(&draft.tags, self.brief),
            chapters: chapters::in_order(found),
            by: one_line(&model.name, Reading::LONGEST_NAME),
        };
        Ok((Some(digest), form))
    }

    /// How many tokens of material fit into one question, in any of its forms.
    fn room(&self, fence: &Fence) -> usize {
        let question = tokens(prompt::SYSTEM) + tokens(&self.wishes.whole(fence, &[]));
        let around = question + Fence::TOKENS + TEMPLATE + MEND;
        self.model.room().saturating_sub(around).max(LEAST)
    }

    /// Notes on each piece, then an entry made of these.
    fn in_parts(
        &self,
        fence: &Fence,
        pieces: &[Vec<Row>],
        room: usize,
    ) -> Result<(Draft, Form, Vec<Chapter>), Interruption> {
        let parts = pieces.len();
        self.steps.expect(parts);
        let mut notes = Vec::new();
        let mut found = Vec::new();
        for (index, rows) in pieces.iter().enumerate() {
            let number = (index + 1, parts);
            let messages = self.messages(self.wishes.part(fence, rows, number));
            let said = self.model.ask(messages, self.wishes.part_form())?;
            self.steps.advance();
            let summary = match judge(&said, &self.wishes.part(fence, &[], number), Wanted::Notes) {
                Verdict::Kept(draft) | Verdict::Flawed(draft, _) => {
                    found.extend(chapters::among(&draft.chapters, rows));
                    draft.summary
                }
                Verdict::Prose(prose) => Some(prose),
                Verdict::Nonsense => None,
            };
            let at = rows.first().and_then(|row| row.at);
            let bare = Row { at, text: String::new() }.tokens();
            let share = (room / parts).saturating_sub(bare);
            let text = summary.map(|text| material::clean(beginning(&text, share)));
            notes.extend(text.filter(|text| !text.is_empty()).map(|text| Row { at, text }));
        }
        if notes.is_empty() {
            return Ok((Draft::default(), Form::Nonsense, found));
        }
        let question = self.wishes.together(fence, &notes, parts);
        let asked = self.wishes.together(fence, &[], parts);
        let (draft, form) = self.settle(question, &asked, self.wishes.entry_form(false))?;
        if draft.summary.is_some() {
            return Ok((draft, form, found));
        }
        // The notes are a summary, too.
        let texts: Vec<&str> = notes.iter().map(|row| row.text.as_str()).collect();
        Ok((Draft { summary: sane::summary(&texts.join(" ")), ..draft }, Form::Plain, found))
    }

    /// Asks for an entry, shows the model its mistake if it makes one, and takes the best of both answers. `asked` is
    /// the question without its material.
    fn settle(&self, question: String, asked: &str, form: FormatType) -> Result<(Draft, Form), Interruption> {
        let said = self.model.ask(self.messages(question.clone()), form.clone())?;
        let first = self.in_language(judge(&said, asked, Wanted::Entry));
        let Some(mistake) = first.mistake() else {
            self.steps.advance();
            return Ok((first.draft().cloned().unwrap_or_default(), Form::Kept));
        };
        let mend = self.wishes.mend(mistake);
        let messages = if first == Verdict::Nonsense {
            // It would only go on like that, had it that before it.
            self.messages(format!("{question} {mend}"))
        } else {
            let wrong: String = sane::without_thoughts(&said.text).chars().take(SHOWN_AGAIN).collect();
            let mut messages = self.messages(question);
            messages.extend([ChatMessage::assistant(wrong), ChatMessage::user(mend)]);
            messages
        };
        let said = self.model.ask(messages, form)?;
        self.steps.advance();
        let second = judge(&said, asked, Wanted::Entry);
        let merged = match (first.draft(), second.draft()) {
            (Some(first), Some(second)) => second.clone().over(first.clone()),
            (Some(one), None) | (None, Some(one)) => one.clone(),
            (None, None) => Draft::default(),
        };
        if merged.summary.is_some() {
            return Ok((merged, Form::Repaired));
        }
        let prose = [second, first].into_iter().find_map(|verdict| match verdict {
            Verdict::Prose(prose) => Some(prose),
            _ => None,
        });
        let form = if prose.is_some() { Form::Plain } else { Form::Nonsense };
        Ok((Draft { summary: prose, ..merged }, form))
    }

    /// An entry in another language than it was asked for has a flaw.
    fn in_language(&self, verdict: Verdict) -> Verdict {
        let wanted = self.brief.write_in.as_deref().or(self.brief.language.as_deref());
        match verdict {
            Verdict::Kept(draft)
                if draft
                    .summary
                    .as_deref()
                    .zip(wanted)
                    .is_some_and(|(text, wanted)| foreign::is_foreign(text, wanted)) =>
            {
                Verdict::Flawed(draft, self.wishes.foreign())
            }
            verdict => verdict,
        }
    }

    fn messages(&self, question: String) -> Vec<ChatMessage> {
        let question = ChatMessage::user(question);
        let question = match self.picture.clone().filter(|_| self.wishes.shows) {
            Some(picture) => question.add_image(picture),
            None => question,
        };
        vec![ChatMessage::system(prompt::SYSTEM.to_owned()), question]
    }
}

/// The vector of a title, a summary and the beginning of what they are of.
fn vector(
    embedder: &str,
    digest: Option<&Digest>,
    rows: &[Row],
    watch: &dyn Watch,
) -> Result<Option<Vec<f32>>, Interruption> {
    let short = digest.into_iter().flat_map(|digest| [&digest.title, &digest.summary]).flatten();
    let lines = short.map(String::as_str).chain(rows.iter().map(|row| row.text.as_str()));
    let mut text = String::new();
    for line in lines {
        text.push_str(line);
        text.push('\n');
        if text.len() > 8 * EMBEDDED {
            break;
        }
    }
    let text = beginning(text.trim(), EMBEDDED);
    if text.is_empty() {
        return Ok(None);
    }
    let vector = model::embed(embedder, text.to_owned(), watch)?;
    Ok(vector.filter(|vector| {
        (1..=Summary::LONGEST_VECTOR).contains(&vector.len())
            && vector.iter().all(|number| number.is_finite())
            && vector.iter().any(|number| *number != 0.0)
    }))
}
