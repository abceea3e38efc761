//! A language model that says what a test wants it to, and keeps what it was asked.

#![allow(dead_code, clippy::allow_attributes, reason = "not every test needs all of it")]

use std::cell::{Cell, RefCell};

use deskscribe_protocol::{
    Answer, Ask, Brief, LanguageModel, Limits, MediaKind, Reply, Stage, Summary, Work,
};
use deskscribe_worker::{Engines, Interruption, Job, Medium, Watch, work};
use serde_json::{Value, json};

/// What the model says to a question, by its number.
type Script<'a> = Box<dyn Fn(usize, &Ask) -> Vec<Reply> + 'a>;

/// Whoever waits for the job, and the model it asks.
pub(crate) struct Scripted<'a> {
    script: Script<'a>,
    pub(crate) asked: RefCell<Vec<Ask>>,
    pub(crate) told: RefCell<Vec<(u32, u32)>>,
    /// Cancelled at the question with this number.
    pub(crate) cancel_at: Cell<Option<usize>>,
}

impl<'a> Scripted<'a> {
    pub(crate) fn new(script: impl Fn(usize, &Ask) -> Vec<Reply> + 'a) -> Self {
        Self {
            script: Box::new(script),
            asked: RefCell::default(),
            told: RefCell::default(),
            cancel_at: Cell::new(None),
        }
    }

    /// Says these texts, one for each question to chat, and the last for all that follow.
    pub(crate) fn says(texts: &'a [&'a str]) -> Self {
        Self::new(move |number, _| said(texts[number.min(texts.len() - 1)]))
    }

    /// The messages of all chats, as roles and texts.
    pub(crate) fn chats(&self) -> Vec<Vec<(String, String)>> {
        let asked = self.asked.borrow();
        let chats = asked.iter().filter_map(|ask| match ask {
            Ask::Chat(request) => Some(request["messages"].as_array().unwrap()),
            _ => None,
        });
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        chats
            .map(|messages| messages.iter().map(|it| (text(&it["role"]), text(&it["content"]))).collect())
            .collect()
    }
}

/// A text in pieces, and the end.
pub(crate) fn said(text: &str) -> Vec<Reply> {
    let mut pieces: Vec<Reply> =
        text.split_inclusive(' ').map(|piece| Reply::Text { text: piece.to_owned() }).collect();
    pieces.push(Reply::End { cut: false });
    pieces
}

pub(crate) fn vector(numbers: &[f32]) -> Vec<Reply> {
    vec![Reply::Vectors { vectors: vec![numbers.to_vec()] }, Reply::End { cut: false }]
}

/// An entry as it is asked for.
pub(crate) fn entry(summary: &str, title: &str, tags: &[&str]) -> String {
    json!({ "summary": summary, "title": title, "tags": tags }).to_string()
}

impl Watch for Scripted<'_> {
    fn progress(&self, stage: Stage, done: u32, total: u32) {
        assert_eq!(stage, Stage::Summarise);
        assert!(total >= 1 && done <= total, "{done} of {total}");
        self.told.borrow_mut().push((done, total));
    }

    fn cancelled(&self) -> bool {
        false
    }

    fn ask(&self, ask: Ask, hear: &mut dyn FnMut(Reply)) -> Result<(), Interruption> {
        let number = self.asked.borrow().len();
        let replies = (self.script)(number, &ask);
        self.asked.borrow_mut().push(ask);
        if self.cancel_at.get() == Some(number) {
            replies.into_iter().take(1).for_each(hear);
            return Err(Interruption::Cancelled);
        }
        assert!(matches!(replies.last(), Some(Reply::End { .. })), "a script without an end");
        replies.into_iter().for_each(hear);
        Ok(())
    }
}

pub(crate) fn model(context: u32, sees: bool) -> Option<LanguageModel> {
    Some(LanguageModel { name: "small:1b".to_owned(), context, sees })
}

/// The brief of a text.
pub(crate) fn brief(text: &str) -> Brief {
    Brief {
        model: model(8192, false),
        text: text.to_owned(),
        language: Some("en".to_owned()),
        ..Brief::default()
    }
}

/// What comes of a brief.
pub(crate) fn try_summarise(
    brief: &Brief,
    kind: MediaKind,
    medium: Option<(&[u8], &str)>,
    watch: &dyn Watch,
) -> Result<Summary, Interruption> {
    use std::io::{Seek, Write};
    let medium = medium.map(|(bytes, extension)| {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        let extension = Some(extension.to_owned());
        Medium { file, bytes: bytes.len() as u64, extension, limits: Limits::default() }
    });
    let what = Work::Summarise(Box::new(brief.clone()));
    let job = Job { work: what.clone(), kind, medium, files: Vec::new() };
    let answer = work(job, &mut Engines::new(Vec::new(), 1), watch)?.answer;
    assert_eq!(answer.check(&what), Ok(()), "{answer:?}");
    let Answer::Summary(summary) = answer else { panic!("no summary") };
    Ok(*summary)
}

/// What comes of a brief of something that is not shown.
pub(crate) fn summarise(brief: &Brief, watch: &dyn Watch) -> Summary {
    let kind = if brief.transcript.is_empty() { MediaKind::Image } else { MediaKind::Audio };
    try_summarise(brief, kind, None, watch).unwrap()
}
