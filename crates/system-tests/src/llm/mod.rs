//! A stand-in for a language model server: Ollama, LM Studio, the server of llama.cpp or vLLM, as they answer on the
//! wire, on this machine and by a script. It never computes anything.
//!
//! ```no_run
//! # use deskscribe_system_tests::{Gate, StandIn, Turn};
//! let server = StandIn::ollama();                     // has `small`, which writes, and `words`, which makes vectors
//! server.then(Turn::says("Two words"));               // the answer to the next question to a model
//! let gate = Gate::closed();
//! server.then(Turn::says("Two words").waits(1, &gate)); // stops after a piece, until `gate.open()`
//! server.then(Turn::status(500, r#"{"error":"out of memory"}"#));
//! // Without a script it answers every question at once: by the schema that comes with it, if one does.
//! let settings = server.toml();                       // the lines for settings.toml that name it
//! server.stop();                                      // nobody listens, connections are cut
//! server.start();                                     // at the same address again
//! ```
//!
//! Questions about the server and its models are always answered, and are not in the script. [`StandIn::asked`] has
//! what models were asked, [`StandIn::most_open`] how many questions were on their way at once.

#![expect(clippy::unwrap_used, reason = "this runs in tests alone, where a panic is a failed test")]

mod house;
mod http;
mod ollama;
mod openai;
mod turn;

use std::collections::VecDeque;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use deskscribe_engine::{Address, Llm, LlmServer};
use serde_json::Value;
use tokio::sync::watch;

use http::Request;

pub use house::{House, chat, heard, ready, trouble, words};
pub use turn::{Gate, Turn};

/// Whom the stand-in stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// Ollama, with its own language.
    Ollama,
    /// LM Studio, which tells of its models in a way of its own.
    LmStudio,
    /// The server of llama.cpp, which has one model.
    LlamaCpp,
    /// vLLM, which tells the context of its models, and nothing else of them.
    Vllm,
}

/// A model of the stand-in.
#[derive(Debug, Clone)]
pub struct StandInModel {
    /// Its name.
    pub name: String,
    /// What it can do, in Ollama's words: `completion`, `vision`, `embedding`.
    pub can: Vec<&'static str>,
    /// The most that it can have before it, in tokens.
    pub context: u32,
    /// When it came, in RFC 3339; the newest is taken first.
    pub modified_at: String,
    /// The machine that Ollama hands its questions on to, if it does.
    pub remote_host: Option<String>,
    /// Whether it is in memory.
    pub is_loaded: bool,
}

impl StandInModel {
    /// A model that came on the first day of 2026 and can do these.
    pub fn new(name: &str, can: &[&'static str]) -> Self {
        Self {
            name: name.to_owned(),
            can: can.to_vec(),
            context: 32_768,
            modified_at: "2026-01-01T00:00:00Z".to_owned(),
            remote_host: None,
            is_loaded: false,
        }
    }
}

/// What a model was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelAsked {
    /// Such as `/api/chat`.
    pub path: String,
    /// The question.
    pub body: Value,
    /// The key that came with it.
    pub key: Option<String>,
}

/// How much was asked so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Questions to models.
    pub asked: usize,
    /// Those that are on their way now: read, and neither answered to the end nor given up.
    pub open: usize,
    /// The most that ever were.
    pub most_open: usize,
    /// Questions about the server and its models.
    pub looked: usize,
}

/// A language model server that behaves as a test says. Stops with the last of its clones.
#[derive(Clone)]
pub struct StandIn(Arc<Running>);

struct Running {
    state: Arc<State>,
    address: SocketAddr,
    /// Tells the thread that listens to end.
    listening: Mutex<Option<Arc<AtomicBool>>>,
}

struct State {
    maker: Maker,
    models: Mutex<Vec<StandInModel>>,
    script: Mutex<VecDeque<Turn>>,
    usual: Mutex<Option<Turn>>,
    pulls: Mutex<VecDeque<Turn>>,
    key: Mutex<Option<String>>,
    asked: Mutex<Vec<ModelAsked>>,
    called: Mutex<Vec<(String, Value)>>,
    traffic: watch::Sender<Traffic>,
    connections: Mutex<Vec<TcpStream>>,
}

impl StandIn {
    /// Ollama with two models: `small`, which writes, and `words`, which makes vectors.
    pub fn ollama() -> Self {
        Self::of(Maker::Ollama)
    }

    /// The same models on a server of this kind.
    pub fn of(maker: Maker) -> Self {
        let embeds = if maker == Maker::Ollama { "words" } else { "words-embed" };
        let models =
            vec![StandInModel::new("small", &["completion"]), StandInModel::new(embeds, &["embedding"])];
        let state = State {
            maker,
            models: Mutex::new(models),
            script: Mutex::default(),
            usual: Mutex::default(),
            pulls: Mutex::default(),
            key: Mutex::default(),
            asked: Mutex::default(),
            called: Mutex::default(),
            traffic: watch::Sender::default(),
            connections: Mutex::default(),
        };
        // Bound once for a port of its own.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let running =
            Self(Arc::new(Running { state: Arc::new(state), address, listening: Mutex::default() }));
        running.start();
        running
    }

    /// The same with these models instead.
    pub fn with_models(self, models: impl IntoIterator<Item = StandInModel>) -> Self {
        *self.0.state.models.lock().unwrap() = models.into_iter().collect();
        self
    }

    /// The same, which answers nobody without this key.
    pub fn wanting_key(self, key: &str) -> Self {
        *self.0.state.key.lock().unwrap() = Some(key.to_owned());
        self
    }

    /// Continues the script: how the next question to a model is answered.
    pub fn then(&self, turn: Turn) {
        self.0.state.script.lock().unwrap().push_back(turn);
    }

    /// How questions are answered when the script is at its end, from now on.
    pub fn always(&self, turn: Turn) {
        *self.0.state.usual.lock().unwrap() = Some(turn);
    }

    /// From now on, questions are answered at once and as they are meant, when the script is at its end.
    pub fn healthy(&self) {
        *self.0.state.usual.lock().unwrap() = None;
    }

    /// How the next wish for a model is answered; otherwise it comes at once.
    pub fn then_pull(&self, turn: Turn) {
        self.0.state.pulls.lock().unwrap().push_back(turn);
    }

    /// Such as `http://127.0.0.1:40123`.
    pub fn url(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// Settings that name this server and are patient by the second, with pauses of some milliseconds.
    pub fn settings(&self) -> Llm {
        let millis = std::time::Duration::from_millis;
        Llm {
            server: self.language(),
            address: Address::parse(&self.url()),
            connect: millis(20_000),
            first: millis(20_000),
            quiet: millis(20_000),
            pause: millis(1),
            longest_pause: millis(8),
            ..Llm::default()
        }
    }

    /// The lines of `settings.toml` that name this server.
    pub fn toml(&self) -> String {
        format!("llm = \"{}\"\nllm_address = \"{}\"\n", self.language().as_str(), self.url())
    }

    fn language(&self) -> LlmServer {
        match self.0.state.maker {
            Maker::Ollama => LlmServer::Ollama,
            Maker::LmStudio | Maker::LlamaCpp | Maker::Vllm => LlmServer::OpenAi,
        }
    }

    /// What models were asked so far, in order.
    pub fn asked(&self) -> Vec<ModelAsked> {
        self.0.state.asked.lock().unwrap().clone()
    }

    /// Every request so far, in order, whatever it was for: such as `POST /api/pull`, and what came with it.
    pub fn called(&self) -> Vec<(String, Value)> {
        self.0.state.called.lock().unwrap().clone()
    }

    /// How much was asked so far.
    pub fn traffic(&self) -> Traffic {
        *self.0.state.traffic.borrow()
    }

    /// The most questions to models that were ever on their way at once.
    pub fn most_open(&self) -> usize {
        self.traffic().most_open
    }

    /// The traffic, once it is so.
    pub async fn until(&self, is_so: impl FnMut(&Traffic) -> bool) -> Traffic {
        *self.0.state.traffic.subscribe().wait_for(is_so).await.unwrap()
    }

    /// Nobody listens any more, and whoever was being answered is cut off.
    pub fn stop(&self) {
        self.0.stop();
    }

    /// Listens again, at the same address.
    pub fn start(&self) {
        let mut listening = self.0.listening.lock().unwrap();
        if listening.is_some() {
            return;
        }
        let listener = TcpListener::bind(self.0.address).unwrap();
        let is_over = Arc::new(AtomicBool::new(false));
        *listening = Some(Arc::clone(&is_over));
        let state = Arc::clone(&self.0.state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if is_over.load(Ordering::SeqCst) {
                    return;
                }
                let (stream, state) = (stream.unwrap(), Arc::clone(&state));
                state.connections.lock().unwrap().push(stream.try_clone().unwrap());
                thread::spawn(move || {
                    let hangs_up = stream.try_clone().unwrap();
                    // Whoever hangs up early is no error of ours.
                    state.answer(stream).unwrap_or_default();
                    let _ = hangs_up.shutdown(Shutdown::Both);
                });
            }
        });
    }
}

impl Running {
    fn stop(&self) {
        let Some(is_over) = self.listening.lock().unwrap().take() else { return };
        is_over.store(true, Ordering::SeqCst);
        // Wakes the thread that listens, which closes its socket as it ends.
        let woken = TcpStream::connect(self.address);
        drop(woken);
        while TcpStream::connect(self.address).is_ok() {
            thread::yield_now();
        }
        for connection in self.state.connections.lock().unwrap().drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

impl State {
    fn answer(&self, stream: TcpStream) -> std::io::Result<()> {
        let Some(request) = Request::read(&stream)? else { return Ok(()) };
        let call = format!("{} {}", request.method, request.path);
        self.called.lock().unwrap().push((call, request.body.clone()));
        let wanted = self.key.lock().unwrap().clone();
        if wanted.is_some() && wanted != request.key {
            self.looked();
            let body = r#"{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}"#;
            return http::answer(&stream, 401, "application/json", "", body.as_bytes());
        }
        match self.maker {
            Maker::Ollama => ollama::answer(self, &request, &stream),
            Maker::LmStudio | Maker::LlamaCpp | Maker::Vllm => openai::answer(self, &request, &stream),
        }
    }

    /// How this question to a model is answered, by the script; and a guard that counts it as long as it is.
    fn turn(&self, request: &Request) -> (Option<Turn>, Open<'_>) {
        let Request { path, body, key, .. } = request.clone();
        self.asked.lock().unwrap().push(ModelAsked { path, body, key });
        let turn = self.script.lock().unwrap().pop_front().or_else(|| self.usual.lock().unwrap().clone());
        self.traffic.send_modify(|traffic| {
            traffic.asked += 1;
            traffic.open += 1;
            traffic.most_open = traffic.most_open.max(traffic.open);
        });
        (turn, Open(Some(self)))
    }

    fn looked(&self) {
        self.traffic.send_modify(|traffic| traffic.looked += 1);
    }

    /// The model of this name.
    fn model(&self, name: &str) -> Option<StandInModel> {
        let models = self.models.lock().unwrap();
        let full = |name: &str| name.strip_suffix(":latest").unwrap_or(name).to_owned();
        models.iter().find(|model| full(&model.name) == full(name)).cloned()
    }
}

/// A question that is on its way.
struct Open<'a>(Option<&'a State>);

impl Open<'_> {
    /// It is as good as answered.
    fn close(&mut self) {
        if let Some(state) = self.0.take() {
            state.traffic.send_modify(|traffic| traffic.open -= 1);
        }
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.close();
    }
}

/// A vector for a text, always the same for the same.
fn vector(text: &str) -> Vec<f32> {
    blake3::hash(text.as_bytes()).as_bytes()[..8].iter().map(|byte| f32::from(*byte) / 255.0 + 0.01).collect()
}

/// What a model that keeps to its schema would say; a sentence where there is none.
fn by_schema(schema: &Value) -> String {
    if schema.is_object() { example(schema).to_string() } else { "A stand-in says so.".to_owned() }
}

fn example(schema: &Value) -> Value {
    match schema["type"].as_str() {
        Some("object") => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            Value::Object(fields.map(|(name, schema)| (name.clone(), example(schema))).collect())
        }
        Some("array") => Value::Array(vec![example(&schema["items"])]),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| 1.into()),
        Some("boolean") => true.into(),
        _ => schema["enum"].get(0).cloned().unwrap_or_else(|| "stand-in".into()),
    }
}
