//! A worker that misbehaves on command: it obeys the text of the file it is lent, and its own name.
//!
//! | first word of the file | what it does |
//! |---|---|
//! | `read TEXT` | answers with that text |
//! | `slow MILLISECONDS` | takes that long, with progress, then answers with its own process id |
//! | `silent TENTHS` | takes so many tenths of a second of its own time without progress, then answers the same |
//! | `signal NUMBER` | ends by that signal |
//! | `exit CODE` | prints last words and ends |
//! | `midway DEED` | shows progress, then does one of the two above |
//! | `torn DEED` | does it with half of its reading sent |
//! | `after DEED` | does it once it has answered |
//! | `last DEED` | answers, and does it when it is given the next file |
//! | `panic` | panics, and so ends |
//! | `hang` | makes no progress and does not listen |
//! | `linger` | makes no progress, and stops when it is asked to |
//! | `repeat` | shows the same progress for ever, and does nothing |
//! | `crawl` | shows new progress for ever, and does nothing |
//! | `flood` | shows new progress a thousand times at once, then does nothing |
//! | `threads NUMBER` | starts so many threads, with progress to show for it |
//! | `claim CODE` | says that the file failed with this code |
//! | `spin` | uses the processor for ever, with progress to show for it |
//! | `garbage`, `half`, `huge` | sends bytes that are no frame, half a frame, a frame above the cap |
//! | `lie` | sends a thumbnail that is not what it says |
//! | `impossible` | sends a reading that cannot be true |
//! | `chatter` | answers a question that nobody asked |
//! | `bulk MEGABYTES` | answers with so much text, and a line of as much |
//! | `tag MEGABYTES` | sends a message of a type whose name is so long |
//! | `speak TEXT` | fails with that reason, as it is |
//! | `noise` | prints ten megabytes before it answers |
//! | `allocate` | asks for memory that it does not touch, until it is refused |
//! | `swell` | fills memory for ever, with progress to show for it |
//! | `leak MEGABYTES` | fills so much and keeps it, then answers with its own process id |
//! | `fault` | says that a fault of its own was caught |
//! | `unshown DEED` | is read, and does that when it is to be shown |
//!
//! To be shown, every other file is a picture of two pixels. A recording is read part by part: see [`recording`]. What
//! begins with `ask` asks a language model: see [`asking`].
//!
//! A picture is answered as a good worker would: its content is no order.
//!
//! Started under the name `other-build`, `mute`, `stillborn`, `not-ready` or `unconfined` it misbehaves before any
//! file; as `late-hello` or `late-ready` it takes half a second for that; as `hello DEED` or `ready DEED`, spelled with
//! hyphens, it ends just before; as `doomed` it dies of everything.

mod asking;
mod recording;

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use deskscribe_protocol::{
    Answer, Build, Canary, Code, Confinement, Digest, Failure, Frame, FrameError, FromWorker, HEADER_BYTES,
    Header, JobId, Layer, Line, MAX_BODY_BYTES, Raster, Reading, Stage, ToWorker, Work, exit, receive,
};
use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};

/// How it ends when it is given one more file, once it knows.
static LAST: OnceLock<String> = OnceLock::new();

/// How late a late worker is.
const LATE: Duration = Duration::from_millis(500);

type Result<T> = std::result::Result<T, FrameError>;

fn main() -> ExitCode {
    match live() {
        Ok(code) => code.into(),
        Err(FrameError::Closed) => exit::DONE.into(),
        Err(_) => exit::WIRE.into(),
    }
}

fn live() -> Result<u8> {
    let name = std::env::args().next().unwrap_or_default();
    let is = |what: &str| name.ends_with(what);
    // Like the true one: whatever it hangs in, it goes when the engine does.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    let mut socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let own = name.rsplit('/').next().unwrap_or_default().replace('-', " ");
    if let Some(deed) = own.strip_prefix("hello ") {
        return Ok(end(deed)?.unwrap_or(exit::WIRE));
    }
    if is("late-hello") {
        sleep(LATE);
    }
    if is("mute") {
        sleep(Duration::from_secs(3600));
    }
    if is("stillborn") {
        complain("stillborn: no such luck");
        return Ok(3);
    }
    let mut build = Build::own();
    if is("other-build") {
        build.id = "0.0.1+someone-else".to_owned();
    }
    say(&mut socket, &FromWorker::Hello { build })?;
    if let (ToWorker::Start { memory, .. }, _) = hear(&mut socket)? {
        let ceiling = Rlimit { current: Some(memory), maximum: Some(memory) };
        setrlimit(Resource::As, ceiling).map_err(io::Error::from)?;
    }
    if let Some(deed) = own.strip_prefix("ready ") {
        return Ok(end(deed)?.unwrap_or(exit::WIRE));
    }
    if is("late-ready") {
        sleep(LATE);
    }
    if is("not-ready") {
        complain("the ONNX Runtime library cannot be loaded");
        return Ok(exit::NOT_READY);
    }
    say(&mut socket, &FromWorker::Ready { confinement: claim(!is("unconfined")) })?;
    loop {
        let (message, mut files) = hear(&mut socket)?;
        if is("doomed") {
            end("signal 11")?;
        }
        if let Some(code) = LAST.get().map(|deed| end(deed)).transpose()?.flatten() {
            return Ok(code);
        }
        let code = match message {
            ToWorker::Work { job, work: Work::Read, .. } => match files.pop() {
                Some(file) => obey(&mut socket, job, &file.into())?,
                None => None,
            },
            ToWorker::Work { job, work: Work::Preview { .. }, .. } => match files.pop() {
                Some(file) => show(&mut socket, job, &file.into())?,
                None => None,
            },
            ToWorker::Work { job, work: Work::Summarise(brief), .. } => {
                asking::summarise(&mut socket, job, &brief)?
            }
            ToWorker::Work { job, work, .. } => {
                recording::do_part(&mut socket, job, work, files.into_iter().map(File::from).collect())?
            }
            ToWorker::Start { .. } | ToWorker::Reply { .. } | ToWorker::Cancel { .. } => None,
        };
        if let Some(code) = code {
            return Ok(code);
        }
    }
}

/// What a confined worker would say, or one that the system refused nothing.
fn claim(refused: bool) -> Confinement {
    let canary = |layer| Canary {
        attempt: "open /etc/passwd".to_owned(),
        layer,
        refused,
        outcome: if refused { "Permission denied" } else { "it worked" }.to_owned(),
    };
    Confinement { layers: Vec::new(), canaries: vec![canary(Layer::Files), canary(Layer::Calls)] }
}

fn show(socket: &mut UnixStream, job: JobId, file: &File) -> Result<Option<u8>> {
    let mut content = Vec::new();
    { file }.read_to_end(&mut content)?;
    if let Some(deed) = String::from_utf8_lossy(&content).trim().strip_prefix("unshown ") {
        return end(deed);
    }
    let picture = Raster { width: 2, height: 1 };
    let shown = FromWorker::Done { job, answer: Answer::Preview, picture: Some(picture) };
    Frame::new(&shown, vec![128; 6])?.write_to(socket)?;
    Ok(None)
}

fn obey(socket: &mut UnixStream, job: JobId, file: &File) -> Result<Option<u8>> {
    let mut content = Vec::new();
    { file }.read_to_end(&mut content)?;
    if content.starts_with(b"\x89PNG") {
        answer(socket, job, "a picture")?;
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&content);
    let (word, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    let number = || rest.split(' ').next().and_then(|first| first.parse::<i32>().ok()).unwrap_or_default();
    match word {
        "read" | "unshown" => answer(socket, job, rest)?,
        "slow" | "late" => {
            let until = Instant::now() + Duration::from_millis(number() as u64);
            while Instant::now() < until {
                progress(socket, job)?;
                sleep(Duration::from_millis(10));
            }
            let who = std::process::id().to_string();
            answer(socket, job, if word == "late" { rest } else { &who })?;
        }
        "silent" => {
            // Counted in steps: a process that is stopped takes none.
            (0..number()).for_each(|_| sleep(Duration::from_millis(100)));
            answer(socket, job, &std::process::id().to_string())?;
        }
        "ask" => return asking::obey(socket, job, rest),
        "signal" | "exit" => return end(text.trim()),
        "midway" => {
            progress(socket, job)?;
            return end(rest);
        }
        "torn" => {
            let bytes = Frame::new(&done(job, "half of this", None), Vec::new())?.to_bytes();
            socket.write_all(&bytes[..bytes.len() / 2])?;
            return end(rest);
        }
        "after" => {
            answer(socket, job, "done")?;
            return end(rest);
        }
        "last" => {
            let _ = LAST.set(rest.to_owned());
            answer(socket, job, "done")?;
        }
        "allocate" => {
            let mut kept = Vec::new();
            loop {
                kept.push(std::hint::black_box(vec![0_u8; 64 << 20]));
            }
        }
        "swell" => {
            let mut kept = Vec::new();
            loop {
                kept.push(std::hint::black_box(vec![1_u8; 1 << 20]));
                progress(socket, job)?;
                sleep(Duration::from_millis(2));
            }
        }
        "leak" => {
            std::mem::forget(std::hint::black_box(vec![1_u8; (number() as usize) << 20]));
            answer(socket, job, &std::process::id().to_string())?;
        }
        "fault" => {
            let failure = Failure::new(Code::Internal, format!("a fault in {}", std::process::id()));
            say(socket, &FromWorker::Failed { job, failure })?;
        }
        #[expect(clippy::panic, reason = "it is what this worker is for")]
        "panic" => panic!("asked to"),
        "hang" => sleep(Duration::from_secs(3600)),
        "linger" => match hear(socket)?.0 {
            ToWorker::Cancel { job } => say(socket, &FromWorker::Cancelled { job })?,
            ToWorker::Start { .. } | ToWorker::Reply { .. } | ToWorker::Work { .. } => {
                return Ok(Some(exit::WIRE));
            }
        },
        "repeat" => loop {
            say(socket, &FromWorker::Progress { job, stage: Stage::Ocr, done: 1, total: 2 })?;
            sleep(Duration::from_millis(10));
        },
        "crawl" => loop {
            progress(socket, job)?;
            sleep(Duration::from_millis(10));
        },
        "flood" => {
            for _ in 0..1000 {
                progress(socket, job)?;
            }
            sleep(Duration::from_secs(3600));
        }
        "threads" => {
            for _ in 0..number() {
                let started = std::thread::Builder::new().stack_size(64 << 10).spawn(|| sleep(Duration::MAX));
                started?;
            }
            loop {
                progress(socket, job)?;
                sleep(Duration::from_millis(10));
            }
        }
        "claim" => {
            let code = serde_json::from_value(rest.into()).map_err(io::Error::from)?;
            let failure = Failure::new(code, "so it says");
            say(socket, &FromWorker::Failed { job, failure })?;
        }
        "spin" => loop {
            progress(socket, job)?;
            // Long enough to be seen by a counter of processor time, which counts hundredths of a second.
            let until = Instant::now() + Duration::from_millis(20);
            while Instant::now() < until {
                std::hint::spin_loop();
            }
        },
        "garbage" => socket.write_all(&[0xde, 0xad, 0xbe, 0xef].repeat(100))?,
        "half" => {
            let bytes = Frame::new(&done(job, "half of this", None), Vec::new())?.to_bytes();
            socket.write_all(&bytes[..bytes.len() / 2])?;
            return Ok(Some(exit::DONE));
        }
        "huge" => {
            let mut header = *b"dsk1\0\0\0\0\0\0\0\0";
            header[4..8].copy_from_slice(&(MAX_BODY_BYTES as u32 + 1).to_le_bytes());
            socket.write_all(&header)?;
        }
        "lie" => {
            let message = done(job, "", Some(Raster { width: 300, height: 300 }));
            Frame::new(&message, vec![0; 10])?.write_to(&*socket)?;
        }
        "impossible" => {
            let mut reading = reading("");
            reading.digest.tags = vec!["tag".to_owned(); 9];
            say(socket, &told(job, reading, None))?;
        }
        "chatter" => say(socket, &done(JobId(job.0 + 1), "not asked", None))?,
        "bulk" => {
            let text = "x".repeat((number() as usize) << 20);
            let mut reading = reading(&text);
            reading.lines = vec![Line { text, confidence: 1.0, corners: [[0.0; 2]; 4], page: 0 }];
            say(socket, &told(job, reading, None))?;
        }
        "tag" => {
            let tag = "x\\u001b[2J".repeat((number() as usize) << 17);
            let body = format!("{{\"type\":\"{tag}\"}}").into_bytes();
            Frame { body, attachment: Vec::new() }.write_to(socket)?;
        }
        "speak" => {
            let failure = Failure { code: Code::Damaged, reason: rest.to_owned() };
            say(socket, &FromWorker::Failed { job, failure })?;
        }
        "noise" => {
            for _ in 0..100_000 {
                complain(&"noise ".repeat(17));
            }
            answer(socket, job, "noise")?;
        }
        _ => return Ok(Some(exit::WIRE)),
    }
    Ok(None)
}

/// Ends by `signal NUMBER` or with `exit CODE`, which is returned.
fn end(deed: &str) -> Result<Option<u8>> {
    let mut words = deed.split(' ');
    let word = words.next();
    let number: i32 = words.next().and_then(|number| number.parse().ok()).unwrap_or_default();
    if word == Some("exit") {
        complain("about to leave");
        complain("these are my last words");
        return Ok(Some(number as u8));
    }
    // Until it works: the runtime's own handler survives a first SIGSEGV or SIGBUS that nobody caused.
    while let Some(signal) = rustix::process::Signal::from_named_raw(number) {
        rustix::process::kill_process(rustix::process::getpid(), signal).map_err(io::Error::from)?;
        sleep(Duration::from_millis(10));
    }
    Ok(None)
}

fn answer(socket: &mut UnixStream, job: JobId, text: &str) -> Result<()> {
    say(socket, &done(job, text, None))
}

/// Tells that a little more is done each time.
fn progress(socket: &mut UnixStream, job: JobId) -> Result<()> {
    static DONE: AtomicU32 = AtomicU32::new(0);
    let done = DONE.fetch_add(1, Ordering::Relaxed) + 1;
    say(socket, &FromWorker::Progress { job, stage: Stage::Ocr, done, total: u32::MAX })
}

fn done(job: JobId, text: &str, thumbnail: Option<Raster>) -> FromWorker {
    told(job, reading(text), thumbnail)
}

fn told(job: JobId, reading: Reading, picture: Option<Raster>) -> FromWorker {
    FromWorker::Done { job, answer: Answer::Reading(Box::new(reading)), picture }
}

fn reading(text: &str) -> Reading {
    let title = Some(text.chars().take(80).collect()).filter(|title: &String| !title.is_empty());
    let digest = Digest { title, by: "extractive".to_owned(), ..Digest::default() };
    Reading { text: text.to_owned(), width: 1, height: 1, pages: 1, digest, ..Reading::default() }
}

fn say(socket: &mut UnixStream, message: &FromWorker) -> Result<()> {
    Frame::new(message, Vec::new())?.write_to(socket)
}

fn hear(socket: &mut UnixStream) -> Result<(ToWorker, Vec<OwnedFd>)> {
    let mut header = [0; HEADER_BYTES];
    let mut files = Vec::new();
    let first = receive(&*socket, &mut header, &mut files).map_err(io::Error::from)?;
    if first == 0 {
        return Err(FrameError::Closed);
    }
    socket.read_exact(&mut header[first..])?;
    let frame = Frame::read_rest(Header::parse(header)?, socket)?;
    Ok((frame.message()?, files))
}

fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
