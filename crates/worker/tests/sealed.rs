//! A real worker, confined as always, that hears a recording and puts it into words: it writes into the memory that it
//! is lent, and a model comes as a descriptor after everything is closed.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "common/speech.rs"]
mod speech;

use std::env;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};

use deskscribe_protocol::{
    Answer, Build, Frame, FromWorker, HEADER_BYTES, Header, JobId, Limits, MediaKind, ToWorker, Work, send,
};
use speech::{fixture, model, resources, voice};

/// A worker and the engine's end of the conversation.
struct Worker {
    child: Child,
    socket: UnixStream,
}

impl Worker {
    fn start() -> Self {
        let (ours, theirs) = UnixStream::pair().unwrap();
        // Tests lie one folder below programs.
        let own = env::current_exe().unwrap();
        let mut command = Command::new(own.ancestors().nth(2).unwrap().join("deskscribe-worker"));
        let command = command.env_clear().env("ORT_DISABLE_TELEMETRY", "1");
        let child = command.stdin(Stdio::from(OwnedFd::from(theirs))).spawn().unwrap();
        let mut worker = Self { child, socket: ours };
        assert!(matches!(worker.hear(), FromWorker::Hello { .. }));
        let (grant, file) = voice();
        let runtime = resources().join("libonnxruntime.so").to_str().unwrap().to_owned();
        let (build, memory, models) = (Build::own(), 4 << 30, vec![grant]);
        worker.say(&ToWorker::Start { build, threads: 1, memory, runtime, models }, &[&file]);
        let ready = worker.hear();
        assert!(
            matches!(&ready, FromWorker::Ready { confinement } if confinement.canaries.iter().all(|it| it.refused)),
            "{ready:?}"
        );
        worker
    }

    fn say(&mut self, message: &ToWorker, files: &[&File]) {
        let bytes = Frame::new(message, Vec::new()).unwrap().to_bytes();
        let files: Vec<_> = files.iter().map(AsFd::as_fd).collect();
        send(&self.socket, &bytes[..1], &files).unwrap();
        self.socket.write_all(&bytes[1..]).unwrap();
    }

    fn hear(&mut self) -> FromWorker {
        let mut header = [0; HEADER_BYTES];
        self.socket.read_exact(&mut header).unwrap();
        Frame::read_rest(Header::parse(header).unwrap(), &self.socket).unwrap().message().unwrap()
    }

    /// What comes of a work.
    fn work(&mut self, work: Work, bytes: u64, files: &[&File]) -> Answer {
        let (job, kind, limits) = (JobId(7), MediaKind::Audio, Limits::default());
        let message = ToWorker::Work { job, kind, extension: None, bytes, limits, work: work.clone() };
        self.say(&message, files);
        loop {
            match self.hear() {
                FromWorker::Progress { .. } => {}
                FromWorker::Done { answer, .. } => {
                    assert_eq!(answer.check(&work), Ok(()));
                    return answer;
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_sealed_worker_hears_and_transcribes() {
    let mut worker = Worker::start();
    let medium = File::open(fixture("demo1-espeak-short.wav")).unwrap();
    let memory = tempfile::tempfile().unwrap();
    let bytes = medium.metadata().unwrap().len();
    let Answer::Heard(heard) = worker.work(Work::Hear { from: 0.0, blocks: 1 }, bytes, &[&medium, &memory])
    else {
        panic!("nothing was heard")
    };
    let (grant, file) = model();
    let block = heard.blocks[0];
    let transcription =
        Work::Transcribe { block, speech: heard.speech, language: None, model: grant, threads: 1 };
    let Answer::Transcript(transcript) = worker.work(transcription, 0, &[&memory, &file]) else {
        panic!("no transcript")
    };
    let texts: Vec<&str> = transcript.segments.iter().map(|segment| segment.text.as_str()).collect();
    assert_eq!(texts, ["You can check the video on the desktop.", "I will explain the window first."]);
}
