//! One window for each home: a second start hands its files to the first, and ends.

use std::fs::{self, File, TryLockError};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use deskscribe_engine::{Home, RunningEngine};
use tokio::time::{Instant, sleep};

/// How long the first one may take to be ready for ours: its cache may have to be repaired.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// What this start is.
pub(crate) enum Instance {
    /// The window. It is the first for as long as this is held.
    First(File),
    /// A later one: the window that is there has the files now.
    Handed,
}

impl Instance {
    /// Finds out which one this is, and hands the files over if there is a window already. Without any, not even none,
    /// the first one stays as it is.
    ///
    /// # Errors
    /// There is one that does not answer, or nothing can be kept in this home.
    pub(crate) async fn claim(home: &Home, paths: Option<&[PathBuf]>) -> anyhow::Result<Self> {
        let path = home.window();
        fs::create_dir_all(home.folder())
            .and_then(|()| File::options().create(true).append(true).open(&path))
            .with_context(|| {
                format!(
                    "nothing can be kept here; set DESKSCRIBE_HOME to a folder of yours: {}",
                    path.display()
                )
            })
            .map(Lock)?
            .claim(home, paths)
            .await
    }
}

/// Held by the window; the kernel frees it, however the window ends.
struct Lock(File);

impl Lock {
    async fn claim(self, home: &Home, paths: Option<&[PathBuf]>) -> anyhow::Result<Instance> {
        let deadline = Instant::now() + ANSWER_WITHIN;
        loop {
            match self.0.try_lock() {
                Ok(()) => return Ok(Instance::First(self.0)),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => {
                    return Err(error).context("the lock of the window cannot be taken");
                }
            }
            let Some(paths) = paths else { return Ok(Instance::Handed) };
            let first =
                RunningEngine::with_window(home).await.context("the window that is open cannot be found")?;
            let refused = match first {
                None => None,
                Some(first) => match first.open(paths).await {
                    Ok(()) => return Ok(Instance::Handed),
                    Err(error) => Some(error),
                },
            };
            // It is starting, or ending; in the end this one gets the lock or an answer.
            if Instant::now() > deadline {
                match refused {
                    Some(error) => {
                        return Err(error).context("the window that is open does not take the files");
                    }
                    None => bail!(
                        "another Deskscribe window is open and does not answer; close it, or end its process"
                    ),
                }
            }
            sleep(ASK_AGAIN).await;
        }
    }
}
