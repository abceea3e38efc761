//! How a question to the stand-in is answered: what is said, and everything that may go wrong with it.

use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use tokio::sync::watch;

use super::http;

/// How a question is answered. Pieces are words with the space before them.
#[derive(Clone)]
pub struct Turn {
    pub(super) what: What,
    /// Waits for a gate after so many pieces.
    gates: Vec<(usize, Gate)>,
    /// Nothing more comes after so many pieces.
    silent_after: Option<usize>,
    /// The connection ends after so many pieces, without a word.
    hangs_up_after: Option<usize>,
    /// Pieces of the network are no longer than this, wherever that divides them.
    most_bytes: usize,
    /// Between two pieces.
    pause: Duration,
    pub(super) is_cut: bool,
    pub(super) thought: Option<String>,
}

#[derive(Clone)]
pub(super) enum What {
    /// As a healthy model answers.
    Usual,
    /// These words.
    Says(String),
    /// The same words, for ever.
    Endless(String),
    /// These bytes instead of an answer, as they are.
    Raw(Vec<u8>),
    /// No answer.
    Status { status: u16, body: String, extra: String },
    /// These vectors.
    Vectors(Vec<Vec<f32>>),
    /// Nothing at all.
    Silence,
}

impl Turn {
    fn new(what: What) -> Self {
        Self {
            what,
            gates: Vec::new(),
            silent_after: None,
            hangs_up_after: None,
            most_bytes: usize::MAX,
            pause: Duration::ZERO,
            is_cut: false,
            thought: None,
        }
    }

    /// As a healthy model answers: by the schema, with a vector for each text.
    pub fn usual() -> Self {
        Self::new(What::Usual)
    }

    /// These words.
    pub fn says(text: &str) -> Self {
        Self::new(What::Says(text.to_owned()))
    }

    /// These words, again and again.
    pub fn endless(text: &str) -> Self {
        Self::new(What::Endless(text.to_owned()))
    }

    /// These vectors, however many texts came.
    pub fn vectors(vectors: &[&[f32]]) -> Self {
        Self::new(What::Vectors(vectors.iter().map(|vector| vector.to_vec()).collect()))
    }

    /// A stream of these bytes instead of an answer.
    pub fn raw(bytes: &[u8]) -> Self {
        Self::new(What::Raw(bytes.to_owned()))
    }

    /// No answer: this status with this body.
    pub fn status(status: u16, body: &str) -> Self {
        Self::new(What::Status { status, body: body.to_owned(), extra: String::new() })
    }

    /// The same, with a wish to be asked again in so many seconds.
    pub fn busy(seconds: u32) -> Self {
        let body =
            r#"{"error":"server busy, please try again.  maximum pending requests exceeded"}"#.to_owned();
        Self::new(What::Status { status: 503, body, extra: format!("Retry-After: {seconds}\r\n") })
    }

    /// The model does not fit into memory, in Ollama's words.
    pub fn out_of_memory() -> Self {
        Self::status(
            500,
            r#"{"error":"model requires more system memory (5.6 GiB) than is available (2.1 GiB)"}"#,
        )
    }

    /// The question is heard, and nothing is ever said.
    pub fn silence() -> Self {
        Self::new(What::Silence)
    }

    /// The same, but after so many pieces it waits until the gate is open.
    pub fn waits(mut self, pieces: usize, gate: &Gate) -> Self {
        self.gates.push((pieces, gate.clone()));
        self
    }

    /// The same, but nothing more comes after so many pieces.
    pub fn falls_silent_after(self, pieces: usize) -> Self {
        Self { silent_after: Some(pieces), ..self }
    }

    /// The same, but it hangs up after so many pieces.
    pub fn hangs_up_after(self, pieces: usize) -> Self {
        Self { hangs_up_after: Some(pieces), ..self }
    }

    /// The same, in pieces of the network of so many bytes, so that characters are divided.
    pub fn in_pieces_of(self, bytes: usize) -> Self {
        Self { most_bytes: bytes, ..self }
    }

    /// The same, with such a pause before each piece: a slow model, for benches.
    pub fn slow(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// The same, but the model was not allowed to say all it had to say.
    pub fn cut(self) -> Self {
        Self { is_cut: true, ..self }
    }

    /// The same, after the model has thought aloud.
    pub fn after_thinking(self, thought: &str) -> Self {
        Self { thought: Some(thought.to_owned()), ..self }
    }

    /// Sends an answer in pieces, as far as it goes. Calls `last` before the last of them: whoever has that is done.
    pub(super) fn send(
        &self,
        stream: &TcpStream,
        kind: &str,
        pieces: impl IntoIterator<Item = Vec<u8>>,
        last: impl FnOnce(),
    ) -> std::io::Result<()> {
        // A server that loads its model has not even begun.
        self.pass(0, stream)?;
        http::begin(stream, kind)?;
        let mut pieces = pieces.into_iter().enumerate().peekable();
        let mut last = Some(last);
        while let Some((number, piece)) = pieces.next() {
            if number > 0 {
                self.pass(number, stream)?;
            }
            std::thread::sleep(self.pause);
            if pieces.peek().is_none()
                && let Some(last) = last.take()
            {
                last();
            }
            for part in piece.chunks(self.most_bytes) {
                http::piece(stream, part)?;
            }
        }
        http::end(stream)
    }

    /// Whether it goes on after so many pieces, which may take a while.
    fn pass(&self, pieces: usize, stream: &TcpStream) -> std::io::Result<()> {
        for (_, gate) in self.gates.iter().filter(|(at, _)| *at == pieces) {
            gate.wait();
        }
        if self.silent_after == Some(pieces) {
            http::wait(stream)?;
            return Err(std::io::ErrorKind::ConnectionAborted.into());
        }
        if self.hangs_up_after == Some(pieces) {
            return Err(std::io::ErrorKind::ConnectionAborted.into());
        }
        Ok(())
    }

    /// Answers if it is no answer in the server's own language; whether it was none.
    pub(super) fn answer_otherwise(&self, stream: &TcpStream, last: impl FnOnce()) -> std::io::Result<bool> {
        match &self.what {
            What::Silence => http::wait(stream)?,
            What::Status { status, body, extra } => {
                self.pass(0, stream)?;
                last();
                http::answer(stream, *status, "application/json", extra, body.as_bytes())?;
            }
            What::Raw(bytes) => self.send(stream, "application/x-ndjson", [bytes.clone()], last)?,
            What::Usual | What::Says(_) | What::Endless(_) | What::Vectors(_) => return Ok(false),
        }
        Ok(true)
    }

    /// The words, where the healthy ones would be these.
    pub(super) fn words(&self, usual: impl FnOnce() -> String) -> Box<dyn Iterator<Item = String>> {
        let words = |text: &str| text.split_inclusive(' ').map(str::to_owned).collect::<Vec<_>>().into_iter();
        match &self.what {
            What::Says(text) => Box::new(words(text)),
            What::Endless(text) => Box::new(words(text).collect::<Vec<_>>().into_iter().cycle()),
            _ => Box::new(words(&usual())),
        }
    }
}

/// Something that the stand-in waits for, until a test opens it.
#[derive(Clone, Default)]
pub struct Gate(Arc<Latch>);

#[derive(Default)]
struct Latch {
    is_open: Mutex<bool>,
    opened: Condvar,
    waiting: watch::Sender<usize>,
}

impl Gate {
    /// A closed one.
    pub fn closed() -> Self {
        Self::default()
    }

    /// Lets all pass, now and from now on.
    pub fn open(&self) {
        *self.0.is_open.lock().unwrap() = true;
        self.0.opened.notify_all();
    }

    /// Waits until so many have come to it.
    pub async fn reached_by(&self, number: usize) {
        self.0.waiting.subscribe().wait_for(|waiting| *waiting >= number).await.unwrap();
    }

    fn wait(&self) {
        self.0.waiting.send_modify(|waiting| *waiting += 1);
        let is_open = self.0.is_open.lock().unwrap();
        drop(self.0.opened.wait_while(is_open, |is_open| !*is_open).unwrap());
    }
}
