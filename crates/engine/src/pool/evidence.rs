//! The last words of a worker: what it and its native libraries printed before it ended.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;

use tokio::io::{AsyncReadExt, BufReader};
use tokio::net::unix::pipe;
use tokio::sync::watch;

/// So many lines are kept.
const LINES: usize = 16;
/// Longer lines are cut.
const LINE_BYTES: usize = 400;

/// Everything a worker prints is drained, so that it can never block on a full pipe, and the end of it kept.
#[derive(Debug)]
pub(super) struct Evidence {
    lines: watch::Receiver<VecDeque<String>>,
    drained: tokio::task::JoinHandle<()>,
}

impl Evidence {
    /// Starts to drain this end of the worker's stdout and stderr.
    pub(super) fn collect(output: OwnedFd) -> std::io::Result<Self> {
        let mut output = BufReader::new(pipe::Receiver::from_owned_fd(output)?);
        let (keep, lines) = watch::channel(VecDeque::new());
        let drained = tokio::spawn(async move {
            let mut line = Vec::new();
            while let Ok(byte) = output.read_u8().await {
                if byte != b'\n' {
                    if line.len() < LINE_BYTES {
                        line.push(byte);
                    }
                    continue;
                }
                keep_line(&keep, &line);
                line.clear();
            }
            keep_line(&keep, &line);
        });
        Ok(Self { lines, drained })
    }

    /// The last lines, once the worker is gone and everything it printed has been read; one line for a
    /// message, or nothing.
    pub(super) async fn last_words(self) -> Option<String> {
        // A grandchild could hold the pipe open; workers start none, but evidence is not worth a hang.
        let _ = tokio::time::timeout(std::time::Duration::from_secs(1), self.drained).await;
        let lines = self.lines.borrow();
        (!lines.is_empty()).then(|| lines.iter().map(String::as_str).collect::<Vec<_>>().join(" / "))
    }
}

fn keep_line(keep: &watch::Sender<VecDeque<String>>, line: &[u8]) {
    let line = String::from_utf8_lossy(line);
    let line = line.trim();
    if line.is_empty() {
        return;
    }
    keep.send_modify(|lines| {
        if lines.len() == LINES {
            lines.pop_front();
        }
        lines.push_back(line.to_owned());
    });
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[tokio::test]
    async fn ten_megabytes_are_drained_and_the_end_is_kept() {
        let (output, mut input) = std::io::pipe().unwrap();
        let evidence = Evidence::collect(output.into()).unwrap();
        let writer = tokio::task::spawn_blocking(move || {
            for number in 0..100_000 {
                writeln!(
                    input,
                    "noise, noise, noise, noise, noise, noise, noise, noise, noise, noise {number}"
                )
                .unwrap();
            }
            write!(input, "no newline at the end").unwrap();
        });
        writer.await.unwrap();
        let words = evidence.last_words().await.unwrap();
        assert!(words.ends_with("noise 99999 / no newline at the end"), "{words}");
        assert_eq!(words.split(" / ").count(), LINES);
    }

    #[tokio::test]
    async fn a_silent_worker_leaves_nothing() {
        let (output, input) = std::io::pipe().unwrap();
        let evidence = Evidence::collect(output.into()).unwrap();
        drop(input);
        assert_eq!(evidence.last_words().await, None);
    }
}
