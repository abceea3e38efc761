//! Fetching: all bytes of a known model into its `.part` file, over as many connections as it takes.
//!
//! What is there stays there, whatever happens: a connection that ends, a server that is silent, somebody who stops it
//! or drops it half-way. The next try, now or next week, asks for the rest. What is thrown away is what cannot be
//! right.

use std::io;
use std::path::Path;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, ETAG, HeaderMap, IF_RANGE, RANGE};
use reqwest::{Client, Response};
use tokio::fs::{self, File, OpenOptions};
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, interval, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::answer::{self, Body, Wrong};
use super::folder::Files;
use super::hash::TELL_EVERY;
use super::step::Speed;
use super::{Address, KnownModel, ModelError, Step, http};
use crate::settings::Downloads;

/// Whoever gets so much further may fail as often again.
const PROGRESS: u64 = 1 << 20;

/// Somebody who hears how it goes. `Sync`, so that a download may be awaited on any thread.
pub(super) type Tell<'a> = &'a mut (dyn FnMut(Step) + Send + Sync);

/// Where a model comes from: the mirror, if the settings have one.
pub(super) fn address(known: &KnownModel, settings: &Downloads) -> Address {
    match &settings.mirror {
        Some(mirror) => mirror.file(&known.file),
        None => known.address.clone(),
    }
}

/// A model on its way.
pub(super) struct Fetch<'a> {
    pub(super) known: &'a KnownModel,
    pub(super) files: &'a Files,
    pub(super) settings: &'a Downloads,
    pub(super) cancel: &'a CancellationToken,
    pub(super) tell: Tell<'a>,
}

/// Why one connection did not bring it all.
enum Trouble {
    /// It may pass.
    Passing(String, Option<Duration>),
    /// The server is not to be asked for a part again; where it is not, this does not happen.
    Range(String),
    /// Whatever we do, it will not come.
    Lasting(ModelError),
}

impl From<ModelError> for Trouble {
    fn from(error: ModelError) -> Self {
        Self::Lasting(error)
    }
}

impl Fetch<'_> {
    /// Brings all of it.
    pub(super) async fn all(mut self) -> Result<(), ModelError> {
        let from = self.address();
        let client = http::client(self.settings, &from)?;
        let (mut failed, mut begun_at) = (0, self.files.kept());
        let mut no_parts: Option<String> = None;
        while self.files.kept() < self.known.bytes {
            let trouble = match self.one(&client, &from, no_parts.as_deref()).await {
                Ok(()) => continue,
                Err(trouble) => trouble,
            };
            let (why, after) = match trouble {
                Trouble::Lasting(error) => return Err(error),
                Trouble::Passing(why, after) => (why, after),
                Trouble::Range(why) => {
                    no_parts = Some(why);
                    continue;
                }
            };
            let kept = self.files.kept();
            failed = if kept >= begun_at.saturating_add(PROGRESS) { 1 } else { failed + 1 };
            begun_at = if failed == 1 { kept } else { begun_at };
            if failed >= self.settings.tries {
                return Err(ModelError::GaveUp { host: from.host(), why, tries: failed, kept });
            }
            self.rest(why, after, failed).await?;
        }
        Ok(())
    }

    /// Where it comes from.
    pub(super) fn address(&self) -> Address {
        address(self.known, self.settings)
    }

    /// Waits before the next try, longer each time, or as long as the server wants within reason.
    async fn rest(&mut self, why: String, after: Option<Duration>, failed: u32) -> Result<(), ModelError> {
        let Downloads { pause, longest_pause, .. } = self.settings;
        let doubled = pause.saturating_mul(1 << failed.saturating_sub(1).min(16));
        let pause = after.unwrap_or_default().max(doubled).min(*longest_pause);
        tracing::info!(why, seconds = pause.as_secs_f64(), "a download waits");
        (self.tell)(Step::Waiting { why, seconds: pause.as_secs_f64() });
        tokio::select! {
            () = sleep(pause) => Ok(()),
            () = self.cancel.cancelled() => Err(self.stopped()),
        }
    }

    fn stopped(&self) -> ModelError {
        ModelError::Stopped { kept: self.files.kept() }
    }

    /// One connection, from the question to the last byte that came. The server is asked for the rest alone, unless
    /// there is a reason not to.
    async fn one(&mut self, client: &Client, from: &Address, no_parts: Option<&str>) -> Result<(), Trouble> {
        let kept = self.files.kept();
        (self.tell)(Step::Connecting {
            host: from.host(),
            proxy: http::proxy(self.settings, from),
            mirror: self.settings.mirror.is_some(),
            kept,
            total: self.known.bytes,
        });
        let ask_from = if no_parts.is_none() { kept } else { 0 };
        // Bytes as they are: a part of something packed would be a part of something else.
        let mut question = client.get(from.url().clone()).header(ACCEPT_ENCODING, "identity");
        if ask_from > 0 {
            question = question.header(RANGE, format!("bytes={ask_from}-"));
            if let Ok(tag) = fs::read_to_string(&self.files.tag).await {
                question = question.header(IF_RANGE, tag);
            }
        }
        let patience = self.settings.connect + self.settings.quiet;
        let cancel = self.cancel;
        let response = tokio::select! {
            () = cancel.cancelled() => return Err(self.stopped().into()),
            answer = timeout(patience, question.send()) => answer,
        };
        let response = match response {
            Ok(Ok(response)) => response,
            Ok(Err(error)) if error.is_redirect() || error.is_builder() => {
                return Err(self.refused(from, http::words(&error)).into());
            }
            Ok(Err(error)) => return Err(Trouble::Passing(http::words(&error), None)),
            Err(_) => return Err(Trouble::Passing(format!("no answer within {}", seconds(patience)), None)),
        };
        let head = response.headers();
        let body =
            answer::judge(response.status(), head, ask_from, self.known.bytes).map_err(
                |wrong| match wrong {
                    Wrong::Passing(why, after) => Trouble::Passing(why, after),
                    Wrong::Range(why) => Trouble::Range(why),
                    Wrong::Size(sent) => self.other_size(from, sent).into(),
                    Wrong::Lasting(why) => self.refused(from, why).into(),
                },
            )?;
        if body == Body::Whole && kept > 0 {
            let why = no_parts.unwrap_or("the server does not send the rest alone").to_owned();
            (self.tell)(Step::StartingOver { why, dropped: kept });
        }
        let mut part = self.open(body, head).await?;
        let taken = self.take(from, response, &mut part).await;
        // Whatever came is kept, also if this is the end of it.
        let flushed = part.flush().await.map_err(|error| self.disk(&error));
        taken?;
        Ok(flushed?)
    }

    /// The file that the bytes go to. If they are the first ones, what the server calls this version is noted.
    async fn open(&self, body: Body, head: &HeaderMap) -> Result<File, ModelError> {
        let Files { part, tag, .. } = self.files;
        let mut open = OpenOptions::new();
        if body == Body::Whole {
            open.write(true).truncate(true).create(true);
        } else {
            open.append(true);
        }
        let file = open.open(part).await.map_err(|error| self.disk(&error))?;
        if body == Body::Whole {
            // A weak one does not promise the same bytes; nobody may ask for a part by it.
            let strong = head.get(ETAG).and_then(|tag| tag.to_str().ok()).filter(|tag| tag.starts_with('"'));
            let noted = match strong {
                Some(strong) => fs::write(tag, strong).await,
                None => fs::remove_file(tag).await,
            };
            if let Err(error) = noted.or_else(ignore_missing) {
                return Err(ModelError::disk(&error, tag));
            }
        }
        Ok(file)
    }

    /// Takes the bytes as they come.
    async fn take(&mut self, from: &Address, mut response: Response, part: &mut File) -> Result<(), Trouble> {
        let total = self.known.bytes;
        let mut bytes = part.metadata().await.map_err(|error| self.disk(&error))?.len();
        let mut speed = Speed::default();
        let mut ticks = interval(TELL_EVERY);
        let mut heard = Instant::now();
        loop {
            let next = tokio::select! {
                biased;
                () = self.cancel.cancelled() => {
                    // So that the number is true.
                    part.flush().await.map_err(|error| self.disk(&error))?;
                    return Err(self.stopped().into());
                }
                // Also while nothing comes: the rate is then what it is.
                _ = ticks.tick() => {
                    self.tell(&mut speed, bytes);
                    continue;
                }
                next = timeout_at(heard + self.settings.quiet, response.chunk()) => next,
            };
            heard = Instant::now();
            let chunk = match next {
                Ok(Ok(Some(chunk))) => chunk,
                Ok(Ok(None)) if bytes == total => {
                    self.tell(&mut speed, bytes);
                    return Ok(());
                }
                Ok(Ok(None)) => {
                    return Err(Trouble::Passing("the connection ended too early".to_owned(), None));
                }
                Ok(Err(error)) => return Err(Trouble::Passing(http::words(&error), None)),
                Err(_) => {
                    let why = format!("not a byte came for {}", seconds(self.settings.quiet));
                    return Err(Trouble::Passing(why, None));
                }
            };
            bytes += chunk.len() as u64;
            if bytes > total {
                // Which of the bytes are wrong, nobody can say.
                self.discard().await?;
                return Err(self.other_size(from, "more".to_owned()).into());
            }
            part.write_all(&chunk).await.map_err(|error| self.disk(&error))?;
        }
    }

    fn tell(&mut self, speed: &mut Speed, bytes: u64) {
        speed.mark(std::time::Instant::now(), bytes);
        let (total, rate) = (self.known.bytes, speed.rate());
        let left_seconds = rate.map(|rate| total.saturating_sub(bytes) as f64 / rate);
        (self.tell)(Step::Downloading { bytes, total, rate, left_seconds });
    }

    /// Throws away what is there.
    async fn discard(&self) -> Result<(), ModelError> {
        for path in [&self.files.part, &self.files.tag] {
            fs::remove_file(path)
                .await
                .or_else(ignore_missing)
                .map_err(|error| ModelError::disk(&error, path))?;
        }
        Ok(())
    }

    fn disk(&self, error: &io::Error) -> ModelError {
        ModelError::disk(error, self.folder())
    }

    fn folder(&self) -> &Path {
        self.files.part.parent().unwrap_or(&self.files.part)
    }

    fn refused(&self, from: &Address, why: String) -> ModelError {
        ModelError::Refused { host: from.host(), why }
    }

    fn other_size(&self, from: &Address, sent: String) -> ModelError {
        ModelError::OtherSize { host: from.host(), sent, expected: self.known.bytes }
    }
}

fn ignore_missing(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// Such as `30 s`.
fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}
