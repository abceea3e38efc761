//! Questions to a language model, asked as none of ours is. The words are those of the content: a file that says
//! `ask DEED` is asked about while it is read, one that says `read ask DEED` when it is to be summarised. All others
//! are summarised as a good worker would.
//!
//! | deed | what it does |
//! |---|---|
//! | `chat JSON` | asks, with these fields in the request, or in place of its own |
//! | `raw JSON` | sends this as its question |
//! | `body TEXT` | sends a message of these bytes |
//! | `huge MEGABYTES` | asks something that long |
//! | `endless` | asks again as soon as it is answered |
//! | `twice` | asks again without waiting for an answer |
//! | `stubborn` | asks what may not be asked, and goes on with it when it is told to stop |
//! | `late` | answers, and asks then |
//! | `answer JSON` | answers with these fields in its digest |
//! | `swollen MEGABYTES` | answers with a tag that long |
//! | `announce BYTES` | begins a message that long, and waits |

use std::io::Write;
use std::os::unix::net::UnixStream;

use deskscribe_protocol::{
    Answer, Ask, Brief, Digest, Form, Frame, FrameError, FromWorker, JobId, Reply, Summary, ToWorker, exit,
};
use serde_json::{Value, json};

use super::{Result, hear, say};

/// Summarises it, or does what its text says instead.
pub(super) fn summarise(socket: &mut UnixStream, job: JobId, brief: &Brief) -> Result<Option<u8>> {
    match brief.text.trim().strip_prefix("ask ") {
        Some(deed) => obey(socket, job, deed),
        None => match asked(socket, job, &chat(&json!({ "content": brief.text })))? {
            Heard::Words(said) => answer(socket, job, &json!({ "summary": said })),
            Heard::Stopped => Ok(None),
        },
    }
}

/// Does what the content says.
pub(super) fn obey(socket: &mut UnixStream, job: JobId, deed: &str) -> Result<Option<u8>> {
    let (word, rest) = deed.split_once(' ').unwrap_or((deed, ""));
    let fields = || serde_json::from_str::<Value>(rest).unwrap_or_default();
    let megabytes = || rest.parse::<usize>().unwrap_or_default() << 20;
    match word {
        "chat" => drop(asked(socket, job, &chat(&fields()))?),
        "raw" => drop(asked(socket, job, &fields())?),
        "body" => {
            Frame { body: rest.as_bytes().to_owned(), attachment: Vec::new() }.write_to(&*socket)?;
            hear(socket)?;
        }
        "huge" => send(socket, &question(job, &chat(&json!({ "content": "x".repeat(megabytes()) }))))?,
        "endless" => while let Heard::Words(_) = asked(socket, job, &chat(&Value::Null))? {},
        "twice" => {
            for _ in 0..2 {
                send(socket, &question(job, &chat(&Value::Null)))?;
            }
            while let (ToWorker::Reply { .. }, _) = hear(socket)? {}
        }
        "stubborn" => loop {
            send(socket, &question(job, &chat(&json!({ "model": "other" }))))?;
            hear(socket)?;
        },
        "late" => {
            answer(socket, job, &json!({ "title": "In time" }))?;
            send(socket, &question(job, &chat(&Value::Null)))?;
        }
        "answer" => return answer(socket, job, &fields()),
        "swollen" => return answer(socket, job, &json!({ "tags": ["x".repeat(megabytes())] })),
        "announce" => {
            let mut header = *b"dsk1\0\0\0\0\0\0\0\0";
            header[4..8].copy_from_slice(&rest.parse::<u32>().unwrap_or_default().to_le_bytes());
            socket.write_all(&header)?;
            hear(socket)?;
        }
        _ => return Ok(Some(exit::WIRE)),
    }
    Ok(None)
}

/// What came of a question.
enum Heard {
    Words(String),
    /// Nothing: it was told to stop, and has.
    Stopped,
}

fn asked(socket: &mut UnixStream, job: JobId, ask: &Value) -> Result<Heard> {
    send(socket, &question(job, ask))?;
    let mut said = String::new();
    loop {
        match hear(socket)?.0 {
            ToWorker::Reply { reply: Reply::Text { text }, .. } => said += &text,
            ToWorker::Reply { reply: Reply::Vectors { .. }, .. } => {}
            ToWorker::Reply { reply: Reply::End { .. }, .. } => return Ok(Heard::Words(said)),
            ToWorker::Cancel { job } => {
                say(socket, &FromWorker::Cancelled { job })?;
                return Ok(Heard::Stopped);
            }
            ToWorker::Start { .. } | ToWorker::Work { .. } => return Err(FrameError::Closed),
        }
    }
}

/// A plain question with these fields; `content` is what it says.
fn chat(more: &Value) -> Value {
    let content = more.get("content").cloned().unwrap_or_else(|| json!("What is this?"));
    let mut chat = json!({ "model": "small", "messages": [{ "role": "user", "content": content }] });
    for (name, value) in more.as_object().into_iter().flatten().filter(|(name, _)| *name != "content") {
        chat[name] = value.clone();
    }
    json!(Ask::Chat(chat))
}

fn question(job: JobId, ask: &Value) -> Value {
    json!({ "type": "ask", "job": job, "ask": ask })
}

/// Sends a message that no sane worker would have the words for.
fn send(socket: &mut UnixStream, message: &Value) -> Result<()> {
    Frame { body: message.to_string().into_bytes(), attachment: Vec::new() }.write_to(socket)
}

fn answer(socket: &mut UnixStream, job: JobId, fields: &Value) -> Result<Option<u8>> {
    let digest = Digest { by: "small".to_owned(), ..Digest::default() };
    let summary = Summary { digest: Some(digest), form: Form::Kept, vector: None };
    let mut done = json!(FromWorker::Done { job, answer: Answer::Summary(Box::new(summary)), picture: None });
    for (name, value) in fields.as_object().into_iter().flatten() {
        done["answer"]["digest"][name] = value.clone();
    }
    send(socket, &done)?;
    Ok(None)
}
