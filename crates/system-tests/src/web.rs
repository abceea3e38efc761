//! A server of files on this machine that behaves as a test says: it obeys, hangs up, falls silent, lies.

#![expect(clippy::unwrap_used, reason = "this runs in tests alone, where a panic is a failed test")]

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A server that answers one question after the other by its script, and what it was asked.
pub struct Web {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    script: Mutex<VecDeque<Reply>>,
    asked: Mutex<Vec<Question>>,
}

/// What somebody asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Question {
    /// The path; of a proxy, the whole address.
    pub path: String,
    /// The part that is wanted, such as `bytes=100-`.
    pub range: Option<String>,
    /// The version that it must be a part of.
    pub if_range: Option<String>,
}

/// How a question is answered.
pub struct Reply {
    answer: Box<dyn FnOnce(&Question) -> Answer + Send>,
    /// So many bytes of the body are sent.
    most: usize,
    end: End,
}

struct Answer {
    head: String,
    body: Vec<u8>,
}

#[derive(Clone, Copy)]
enum End {
    HangUp,
    /// Nothing more is said until the other side goes.
    Silence,
}

impl Web {
    /// A server with this script.
    pub fn serving(script: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State { script: Mutex::new(script.into_iter().collect()), ..State::default() });
        let shared = Arc::clone(&state);
        // Ends with the process: a test has few of them.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let state = Arc::clone(&shared);
                // Whoever hangs up early is no error of ours.
                thread::spawn(move || state.answer(stream.unwrap()).unwrap_or_default());
            }
        });
        Self { address, state }
    }

    /// Its address, with a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Its name and port.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Question> {
        self.state.asked.lock().unwrap().clone()
    }

    /// The parts that it was asked for, in order; nothing stands for the whole.
    pub fn ranges(&self) -> Vec<Option<String>> {
        self.asked().into_iter().map(|question| question.range).collect()
    }

    /// Continues the script.
    pub fn then(&self, reply: Reply) {
        self.state.script.lock().unwrap().push_back(reply);
    }
}

impl State {
    fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let question = read_question(&stream)?;
        self.asked.lock().unwrap().push(question.clone());
        let reply = self.script.lock().unwrap().pop_front();
        let reply = reply.unwrap_or_else(|| Reply::status(404, ""));
        let Answer { head, body } = (reply.answer)(&question);
        stream.write_all(head.as_bytes())?;
        stream.write_all(&body[..body.len().min(reply.most)])?;
        stream.flush()?;
        match reply.end {
            End::HangUp => Ok(()),
            End::Silence => stream.read(&mut [0]).map(drop),
        }
    }
}

fn read_question(stream: &TcpStream) -> std::io::Result<Question> {
    let mut question = Question::default();
    for (at, line) in BufReader::new(stream).lines().enumerate() {
        let line = line?;
        if line.is_empty() {
            break;
        }
        let value = || Some(line.split_once(": ")?.1.to_owned());
        match line.to_ascii_lowercase() {
            _ if at == 0 => question.path = line.split(' ').nth(1).unwrap_or_default().to_owned(),
            name if name.starts_with("range:") => question.range = value(),
            name if name.starts_with("if-range:") => question.if_range = value(),
            _ => {}
        }
    }
    Ok(question)
}

impl Reply {
    fn by(answer: impl FnOnce(&Question) -> Answer + Send + 'static) -> Self {
        Self { answer: Box::new(answer), most: usize::MAX, end: End::HangUp }
    }

    /// This file of this version, or the part of it that is asked for: as every good server does it.
    pub fn honest(file: &[u8], tag: &str) -> Self {
        let (file, tag) = (file.to_owned(), tag.to_owned());
        Self::by(move |question| {
            let is_same = question.if_range.as_ref().is_none_or(|wanted| *wanted == tag);
            let range = question.range.as_deref().filter(|_| is_same);
            let from = range.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
            let extra = format!("ETag: {tag}\r\n");
            match from {
                Some(from) => part(&file, from, &extra),
                None => whole(&file, &extra),
            }
        })
    }

    /// All of this file, whatever part is asked for.
    pub fn stubborn(file: &[u8]) -> Self {
        let file = file.to_owned();
        Self::by(move |_| whole(&file, ""))
    }

    /// These bytes, with no word about how many they are.
    pub fn unmeasured(bytes: &[u8]) -> Self {
        let body = bytes.to_owned();
        Self::by(move |_| Answer { head: head("200 OK", ""), body })
    }

    /// A part of this file from here on, whatever part is asked for, with this word about which it is.
    pub fn lying(file: &[u8], from: usize, content_range: &str) -> Self {
        let body = file[from..].to_owned();
        let extra = format!("Content-Range: {content_range}\r\nContent-Length: {}\r\n", body.len());
        Self::by(move |_| Answer { head: head("206 Partial Content", &extra), body })
    }

    /// No file: this status, with these lines in the head.
    pub fn status(status: u16, extra: &str) -> Self {
        let extra = format!("{extra}Content-Length: 0\r\n");
        Self::by(move |_| Answer { head: head(&format!("{status} So"), &extra), body: Vec::new() })
    }

    /// The question is heard, and nothing is ever said.
    pub fn silence() -> Self {
        Self { end: End::Silence, ..Self::by(|_| Answer { head: String::new(), body: Vec::new() }) }
    }

    /// The same, but it hangs up after so many bytes of the body.
    pub fn hangs_up_after(self, bytes: usize) -> Self {
        Self { most: bytes, ..self }
    }

    /// The same, but nothing more comes after so many bytes of the body.
    pub fn falls_silent_after(self, bytes: usize) -> Self {
        Self { most: bytes, end: End::Silence, ..self }
    }
}

fn head(status: &str, extra: &str) -> String {
    format!("HTTP/1.1 {status}\r\nConnection: close\r\n{extra}\r\n")
}

fn whole(file: &[u8], extra: &str) -> Answer {
    let extra = format!("{extra}Content-Length: {}\r\n", file.len());
    Answer { head: head("200 OK", &extra), body: file.to_owned() }
}

fn part(file: &[u8], from: usize, extra: &str) -> Answer {
    let (last, total) = (file.len() - 1, file.len());
    let length = total - from;
    let extra = format!("{extra}Content-Range: bytes {from}-{last}/{total}\r\nContent-Length: {length}\r\n");
    Answer { head: head("206 Partial Content", &extra), body: file[from..].to_owned() }
}
