//! A real worker, started and confined as the engine does it.

#![allow(dead_code, clippy::allow_attributes, reason = "not every test asks for everything")]

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs};

use deskscribe_protocol::{
    Answer, Build, Confinement, Failure, Frame, FromWorker, HEADER_BYTES, Header, JobId, Limits, MediaKind,
    ModelGrant, ModelRole, Raster, Reply, Stage, ToWorker, Work, send,
};
use deskscribe_worker::{Engines, load_runtime};

/// A worker that is ready.
pub(crate) struct Sealed {
    child: Child,
    socket: UnixStream,
    pub(crate) confinement: Confinement,
    jobs: u64,
    /// What was told of the last job on its way.
    pub(crate) progress: Vec<(Stage, u32, u32)>,
}

/// What came of a job.
pub(crate) type Outcome = Result<(Answer, Option<(Raster, Vec<u8>)>), Failure>;

impl Sealed {
    pub(crate) fn start() -> Self {
        let resources = resources();
        let (ours, theirs) = UnixStream::pair().unwrap();
        let child =
            Command::new(program()).env_clear().stdin(Stdio::from(OwnedFd::from(theirs))).spawn().unwrap();
        let (models, files): (Vec<_>, Vec<_>) = models().into_iter().unzip();
        let confinement = Confinement { layers: Vec::new(), canaries: Vec::new() };
        let mut worker = Self { child, socket: ours, confinement, jobs: 0, progress: Vec::new() };
        assert!(matches!(worker.hear().0, FromWorker::Hello { .. }));
        let runtime = resources.join("libonnxruntime.so").to_str().unwrap().to_owned();
        let start = ToWorker::Start { build: Build::own(), threads: 1, memory: 6 << 30, runtime, models };
        worker.say(&start, &files);
        let FromWorker::Ready { confinement } = worker.hear().0 else { panic!("the worker is not ready") };
        worker.confinement = confinement;
        worker
    }

    /// What comes of a work with this file.
    pub(crate) fn ask(&mut self, path: &Path, kind: MediaKind, work: Work) -> Outcome {
        self.lend(Some(path), kind, &work);
        self.outcome(&work)
    }

    /// Lends it a work, with this file if it looks into one.
    pub(crate) fn lend(&mut self, path: Option<&Path>, kind: MediaKind, work: &Work) -> JobId {
        self.jobs += 1;
        let job = JobId(self.jobs);
        let extension =
            path.and_then(Path::extension).map(|extension| extension.to_str().unwrap().to_owned());
        let bytes = path.map_or(0, |path| fs::metadata(path).unwrap().len());
        let limits = Limits::default();
        let message = ToWorker::Work { job, kind, extension, bytes, limits, work: work.clone() };
        let files: Vec<File> = path.into_iter().map(|path| File::open(path).unwrap()).collect();
        self.say(&message, &files);
        job
    }

    /// Says what a language model has answered.
    pub(crate) fn reply(&mut self, job: JobId, replies: Vec<Reply>) {
        replies.into_iter().for_each(|reply| self.say(&ToWorker::Reply { job, reply }, &[]));
    }

    /// Waits until the work it was lent is done.
    pub(crate) fn outcome(&mut self, work: &Work) -> Outcome {
        self.progress.clear();
        loop {
            match self.hear() {
                (FromWorker::Progress { stage, done, total, .. }, _) => {
                    assert!(done <= total && total > 0, "{done} of {total}");
                    self.progress.push((stage, done, total));
                }
                (FromWorker::Done { answer, picture, .. }, pixels) => {
                    assert_eq!(answer.check(work), Ok(()), "{answer:?}");
                    let edge = answer.longest_edge(work, Limits::default().thumbnail_edge);
                    return Ok((answer, Raster::frame(picture, pixels, edge).unwrap()));
                }
                (FromWorker::Failed { failure, .. }, _) => return Err(failure),
                (other, _) => panic!("unexpected: {other:?}"),
            }
        }
    }

    /// Waits until the process is gone, and tells its exit code.
    pub(crate) fn end(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    pub(crate) fn say(&mut self, message: &ToWorker, files: &[File]) {
        let bytes = Frame::new(message, Vec::new()).unwrap().to_bytes();
        let files: Vec<_> = files.iter().map(AsFd::as_fd).collect();
        let sent = send(&self.socket, &bytes, &files).unwrap();
        std::io::Write::write_all(&mut self.socket, &bytes[sent..]).unwrap();
    }

    pub(crate) fn hear(&mut self) -> (FromWorker, Vec<u8>) {
        let mut header = [0; HEADER_BYTES];
        self.socket.read_exact(&mut header).expect("the worker has ended");
        let frame = Frame::read_rest(Header::parse(header).unwrap(), &self.socket).unwrap();
        (frame.message().unwrap(), frame.attachment)
    }
}

/// Engines for works that are done in the test itself.
pub(crate) fn engines() -> Engines {
    load_runtime(&resources().join("libonnxruntime.so")).unwrap();
    Engines::new(models(), 1)
}

fn resources() -> PathBuf {
    let resources = env::var_os("DESKSCRIBE_RESOURCES").map(PathBuf::from);
    resources.expect("run the tests with `cargo xtask test`, which prepares the models")
}

fn models() -> Vec<(ModelGrant, File)> {
    let model = |role, file: &str| {
        let grant = ModelGrant { role, name: file.to_owned(), sha256: String::new() };
        (grant, File::open(resources().join(file)).unwrap())
    };
    vec![
        model(ModelRole::TextDetection, "PP-OCRv6_det_small.onnx"),
        model(ModelRole::TextRecognition, "PP-OCRv6_rec_small.onnx"),
    ]
}

/// The worker, which lies beside the folder of the test.
fn program() -> PathBuf {
    let test = env::current_exe().unwrap();
    test.parent().and_then(Path::parent).unwrap().join("deskscribe-worker")
}

impl Drop for Sealed {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
