//! Starting worker processes: nothing of ours goes with them but one socket and one pipe.

use std::io;
use std::num::NonZeroUsize;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::mpsc as blocking;
use std::thread;

use tokio::net::UnixStream;
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

use super::usage::Meter;
use crate::settings::Priority;

/// How much workers give way to other programs, as `nice` counts.
const POLITE: i32 = 10;

/// A worker process that has just been started.
pub(super) struct Spawned {
    pub(super) child: Child,
    pub(super) socket: UnixStream,
    pub(super) output: OwnedFd,
    pub(super) meter: Meter,
}

/// The thread that starts all workers. On Linux a worker dies with the *thread* that started it, so this
/// must be one that lives as long as the engine: a thread of a runtime's pool may end whenever it is idle,
/// and would take all its workers along.
#[derive(Clone)]
pub(super) struct Spawner {
    requests: blocking::SyncSender<Request>,
}

struct Request {
    program: PathBuf,
    threads: NonZeroUsize,
    answer: oneshot::Sender<io::Result<Spawned>>,
}

impl Spawner {
    /// Starts the thread, whose workers have this priority. Must be called inside a runtime, which will reap the
    /// workers.
    pub(super) fn start(priority: Priority) -> io::Result<Self> {
        let (requests, orders) = blocking::sync_channel::<Request>(1);
        let runtime = tokio::runtime::Handle::current();
        thread::Builder::new().name("spawner".to_owned()).spawn(move || {
            let _inside = runtime.enter();
            // What this thread is content with, its children are. The kernel gives their disk accesses the same place.
            if priority == Priority::Low
                && let Err(error) = rustix::process::nice(POLITE)
            {
                tracing::warn!(%error, "workers do not give way to other programs");
            }
            while let Ok(Request { program, threads, answer }) = orders.recv() {
                // A worker that nobody waits for any more is killed by being dropped.
                let _ = answer.send(spawn(&program, threads));
            }
        })?;
        Ok(Self { requests })
    }

    /// Starts a worker.
    pub(super) async fn spawn(&self, program: &Path, threads: NonZeroUsize) -> io::Result<Spawned> {
        let (answer, spawned) = oneshot::channel();
        let request = Request { program: program.to_owned(), threads, answer };
        let gone = || io::Error::other("the spawner thread has ended");
        // The queue of one is full only for as long as a single fork takes.
        let requests = self.requests.clone();
        tokio::task::spawn_blocking(move || requests.send(request)).await?.map_err(|_| gone())?;
        spawned.await.map_err(|_| gone())?
    }
}

fn spawn(program: &Path, threads: NonZeroUsize) -> io::Result<Spawned> {
    let (ours, theirs) = StdUnixStream::pair()?;
    let (output, print) = io::pipe()?;
    let threads = threads.to_string();
    let child = Command::new(program)
        // The socket is the worker's stdin: no descriptor has to be agreed on, and every other one of ours
        // closes by itself. What native libraries print goes to the pipe, not into the conversation.
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::from(print.try_clone()?))
        .stderr(Stdio::from(print))
        .env_clear()
        .env("LANG", "C.UTF-8")
        .env("MALLOC_ARENA_MAX", "2")
        .env("OMP_NUM_THREADS", &threads)
        // ONNX Runtime's official builds report home by default.
        .env("ORT_DISABLE_TELEMETRY", "1")
        .env("RAYON_NUM_THREADS", &threads)
        .env("RUST_BACKTRACE", "0")
        .current_dir("/")
        // Ctrl-C in a terminal reaches the whole group; the engine decides what becomes of workers.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    // At once: soon it will have made itself unreadable.
    let meter = Meter::of(child.id().unwrap_or_default());
    ours.set_nonblocking(true)?;
    Ok(Spawned { child, socket: UnixStream::from_std(ours)?, output: output.into(), meter })
}
