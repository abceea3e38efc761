//! Summaries by a language model: what wants one, when its turn is, and what becomes of it.
//!
//! Reading goes first. A summary gets a worker only where a seat is left, and gives it back, unfinished, as soon as
//! something is to be read and has no other. The right to ask is taken before the seat, so that no worker waits for
//! another's answer; then the content is claimed, so that no two programs ask about it. What the server does not answer
//! stays wanted; what the model can make nothing of is given up for that model.

mod brief;
mod claim;
mod settle;
mod writing;

use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use deskscribe_cache::{Asking, Basis, Cache, CacheError, Unsummarised};
use deskscribe_protocol::{Brief, ContentKey, Digest, JobId, MediaKind, Owed, Work};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use writing::Took;

use super::{Dispatch, Halt};
use crate::gateway::{Gateway, Line, LlmState, Server, Trouble};
use crate::intake::Medium;
use crate::pool::{Job, Talk};
use crate::status::SummariesStatus;
use crate::{Engine, Row, RunError, Settings};

/// How long a run that has nothing else to do waits for a server that was there before: a restart takes some seconds.
const MISSED: Duration = Duration::from_secs(15);
/// So many are looked up at once.
const AT_ONCE: usize = 32;
/// The most that a run looks through for what it has read itself.
const MOST: usize = 1_000_000;

/// Everything that wants a summary, and those who are at it.
pub(super) struct Summaries {
    cache: Cache,
    settings: Settings,
    gateway: Gateway,
    state: watch::Receiver<LlmState>,
    news: JoinSet<News>,
    /// What was found, the most urgent first.
    waiting: VecDeque<Unsummarised>,
    /// What is being made ready for those who may ask: claimed, then looked up.
    ready: HashMap<ContentKey, Arc<Talk>>,
    pub(super) lent: HashMap<JobId, Lent>,
    /// Whether the cache may know of more.
    has_more: bool,
    is_looking: bool,
    is_calling: bool,
    /// The contents of a run: it summarises nothing else. An engine that stays summarises whatever wants it.
    only: Option<HashSet<ContentKey>>,
    /// How often something was begun in vain.
    tries: HashMap<ContentKey, u32>,
    /// Whether the server was there in this run, and until when it is waited for since.
    was_there: bool,
    missed_until: Option<Instant>,
    /// How many contents in a row the model could make nothing of.
    nonsense: u32,
    /// How long summaries took.
    took: Took,
    /// When it was told last how it goes with what is being written.
    told: Instant,
}

/// A content that wants a summary, or a vector, and all that is to be known of it.
pub(super) struct Wanted {
    content: Unsummarised,
    medium: Arc<Medium>,
    brief: Brief,
    /// The words that it is made of.
    basis: Basis,
}

/// A summary that a worker is at.
pub(super) struct Lent {
    wanted: Wanted,
    talk: Arc<Talk>,
    cancel: CancellationToken,
    since: Instant,
}

/// Something that was waited for.
pub(super) enum News {
    /// The cache was asked what is wanted.
    Found(Result<Vec<Unsummarised>, CacheError>),
    /// Somebody may be asked, or the permits cannot be used.
    Line(io::Result<Line>),
    /// The same for a model that somebody wishes for; or the server does not have it.
    Wished(String, io::Result<Result<Line, Trouble>>),
    /// What is to be known of this content; nothing, if it was forgotten meanwhile.
    Brief(ContentKey, Result<Option<Box<Wanted>>, RunError>),
}

/// Who can be asked, for the cache.
pub(crate) fn asking(server: &Server) -> Asking<'_> {
    let Server { model, embedder, .. } = server;
    Asking { model: Some(&model.name), sees: model.sees, embedder: embedder.as_deref() }
}

impl Summaries {
    pub(super) fn of(engine: &Engine, stays: bool) -> Self {
        let Engine { cache, settings, gateway, .. } = engine;
        Self {
            cache: cache.clone(),
            settings: settings.clone(),
            gateway: gateway.clone(),
            state: gateway.watch(),
            news: JoinSet::new(),
            waiting: VecDeque::new(),
            ready: HashMap::new(),
            lent: HashMap::new(),
            has_more: true,
            is_looking: false,
            is_calling: false,
            only: (!stays).then(HashSet::new),
            tries: HashMap::new(),
            was_there: false,
            missed_until: None,
            nonsense: 0,
            took: Took::default(),
            told: Instant::now(),
        }
    }

    /// The file of a job.
    pub(super) fn medium(&self, job: JobId) -> Option<&Arc<Medium>> {
        self.lent.get(&job).map(|lent| &lent.wanted.medium)
    }

    /// A row is about to be told: it says whether a summary will follow, and what it is of may want one.
    pub(super) fn tells(&mut self, row: &mut Row) {
        let sees = match self.gateway.state() {
            LlmState::Ready(server) => Some(server.model.sees),
            LlmState::Unseen | LlmState::Trouble(_) if self.gateway.is_named() => Some(false),
            _ => None,
        };
        let is_extractive = row.summary_by.as_deref() == Some(Digest::EXTRACTIVE);
        let said = row.recording.as_ref().is_some_and(|recording| !recording.transcript.is_empty());
        let has_words = said || row.text.as_ref().is_some_and(|text| !text.is_empty());
        if sees.is_some_and(|sees| has_words || sees && row.kind == MediaKind::Image) && is_extractive {
            row.pending.push(Owed::Summary.as_str());
        }
        self.may_want(row.key);
    }

    /// A content may want a summary.
    pub(super) fn may_want(&mut self, key: Option<ContentKey>) {
        self.has_more = true;
        if let (Some(only), Some(key)) = (&mut self.only, key) {
            only.insert(key);
        }
    }

    /// Whether anything is, or could be, summarised without anything else happening.
    pub(super) fn goes_on(&self) -> bool {
        let at_it = !self.ready.is_empty() || !self.lent.is_empty();
        let wants = self.has_more || self.is_looking || !self.waiting.is_empty();
        match self.gateway.state() {
            LlmState::Off => false,
            // A run that has read nothing wants nothing.
            LlmState::Unseen => wants && self.only.as_ref().is_none_or(|only| !only.is_empty()),
            LlmState::Ready(_) => wants || at_it,
            LlmState::Trouble(_) => {
                let is_missed = || self.missed_until.is_some_and(|until| Instant::now() < until);
                at_it || wants && self.was_there && is_missed()
            }
        }
    }

    /// The next thing that was waited for, or nothing when something else is different.
    pub(super) async fn next(&mut self) -> Option<Result<News, JoinError>> {
        let missed = self.missed_until.filter(|_| self.only.is_some());
        tokio::select! {
            Some(news) = self.news.join_next() => Some(news),
            // So that whoever waits for the end looks again.
            Ok(()) = self.state.changed() => None,
            () = sleep_until(missed.unwrap_or_else(Instant::now)), if missed.is_some() => {
                self.missed_until = None;
                None
            }
            () = sleep_until(self.told + writing::EVERY), if !self.lent.is_empty() => {
                self.told = Instant::now();
                None
            }
            else => std::future::pending().await,
        }
    }

    /// What somebody is at, or is about to be.
    fn at_it(&self) -> impl Iterator<Item = ContentKey> {
        let lent = self.lent.values().map(|lent| lent.wanted.content.key);
        lent.chain(self.ready.keys().copied())
    }

    /// The first that waits, and that nobody is at.
    fn first(&mut self) -> Option<Unsummarised> {
        while let Some(content) = self.waiting.pop_front() {
            if !self.at_it().any(|key| key == content.key) {
                return Some(content);
            }
        }
        None
    }

    /// How many are known to wait.
    fn count(&self) -> usize {
        self.waiting.len() + self.ready.len() + self.lent.len()
    }

    /// Nobody is to be asked for now: those who are give their seats back.
    fn hang_up(&self) {
        self.lent.values().for_each(|lent| lent.cancel.cancel());
    }

    /// One of those who are asking gives its seat back.
    fn yield_seat(&self) {
        if self.lent.values().any(|lent| lent.cancel.is_cancelled()) {
            return;
        }
        if let Some((_, lent)) = self.lent.iter().max_by_key(|(job, _)| job.0) {
            lent.cancel.cancel();
        }
    }

    /// Asks the cache what is wanted.
    fn look(&mut self, server: Server) {
        (self.has_more, self.is_looking) = (false, true);
        let (cache, only) = (self.cache.clone(), self.only.clone());
        let at_it: HashSet<ContentKey> = self.at_it().collect();
        let find = move || -> Result<Vec<Unsummarised>, CacheError> {
            let most = if only.is_some() { MOST } else { AT_ONCE + at_it.len() };
            let mut found = cache.read()?.unsummarised(&asking(&server), most)?;
            let is_ours = |key: &ContentKey| only.as_ref().is_none_or(|only| only.contains(key));
            found.retain(|content| is_ours(&content.key) && !at_it.contains(&content.key));
            Ok(found)
        };
        self.news.spawn_blocking(move || News::Found(find()));
    }

    /// Takes the right to ask, as soon as the server is there and there is one.
    fn call(&mut self) {
        self.is_calling = true;
        let (gateway, wished) = (self.gateway.clone(), self.wished());
        self.news.spawn(async move {
            let line = gateway.line().await;
            match (wished, line) {
                (Some(model), Ok(line)) => {
                    let line = line.with_model(&model).await;
                    News::Wished(model, Ok(line))
                }
                (_, line) => News::Line(line),
            }
        });
    }

    /// The model that is wished for, for what goes next.
    fn wished(&self) -> Option<String> {
        self.waiting.front()?.model.clone()
    }

    /// Takes out everything for which this model is wished.
    fn take_wished(&mut self, model: &str) -> Vec<Unsummarised> {
        let is_for = |content: &Unsummarised| content.model.as_deref() == Some(model);
        let (wished, others) = std::mem::take(&mut self.waiting).into_iter().partition(is_for);
        self.waiting = others;
        Vec::from(wished)
    }
}

impl Dispatch {
    /// Goes on with what wants a summary, as far as no reading needs the seats.
    pub(super) fn lend_summaries(&mut self) {
        let has_free_seat = self.pool.has_free_seat(self.crowded.is_some());
        let reads = !self.pending.is_empty() || self.next_part(None).is_some();
        if !self.may_summarise() {
            return self.summaries.hang_up();
        }
        if reads && !has_free_seat {
            return self.summaries.yield_seat();
        }
        if !has_free_seat || self.summaries.is_calling {
            return;
        }
        let summaries = &mut self.summaries;
        match summaries.gateway.state() {
            LlmState::Off => {}
            LlmState::Ready(server) if summaries.waiting.is_empty() => {
                if summaries.has_more && !summaries.is_looking {
                    summaries.look(server);
                }
            }
            LlmState::Ready(_) => {
                let asks = summaries.ready.len() + summaries.lent.len();
                if asks < summaries.settings.max_concurrent_requests.get() {
                    summaries.call();
                }
            }
            // Who is there is known once somebody may be asked.
            LlmState::Unseen | LlmState::Trouble(_) => {
                if summaries.has_more || !summaries.waiting.is_empty() {
                    summaries.call();
                }
            }
        }
    }

    /// Whether nothing else has the pool for itself, or is about to.
    fn may_summarise(&self) -> bool {
        let is_suspicious = self.running.is_empty() && self.has_suspects();
        !self.paused && self.breaker.is_closed() && !self.is_one_alone() && !is_suspicious
    }

    /// Something that was waited for has come.
    pub(super) async fn hear_of_summaries(&mut self, news: Result<News, JoinError>) -> Result<(), Halt> {
        let summaries = &mut self.summaries;
        match news.map_err(io::Error::other)? {
            News::Found(found) => {
                summaries.is_looking = false;
                let found = found?;
                summaries.has_more |= summaries.only.is_none() && found.len() >= AT_ONCE;
                summaries.waiting.extend(found);
            }
            News::Line(line) => self.may_ask(None, line?).await?,
            News::Wished(model, line) => match line? {
                Ok(line) => self.may_ask(Some(model), line).await?,
                Err(trouble) => self.cannot_ask(&model, &trouble).await?,
            },
            News::Brief(key, wanted) => {
                let talk = summaries.ready.remove(&key);
                if let (Some(wanted), Some(talk)) = (wanted?, talk) {
                    self.lend_summary(*wanted, talk);
                }
            }
        }
        self.show_summaries();
        Ok(())
    }

    /// Lends what is ready, if there is a seat for it still.
    fn lend_summary(&mut self, wanted: Wanted, talk: Arc<Talk>) {
        let work = Work::Summarise(Box::new(wanted.brief.clone()));
        let job = Job { talk: Some(Arc::clone(&talk)), ..self.job(Arc::clone(&wanted.medium), false, work) };
        let (id, cancel) = (job.id, job.cancel.clone());
        let may = self.may_summarise()
            && self.pending.is_empty()
            && self.pool.has_free_seat(self.crowded.is_some());
        if !may || !self.pool.lend(job) {
            return self.summaries.waiting.push_front(wanted.content);
        }
        self.summaries.lent.insert(id, Lent { wanted, talk, cancel, since: Instant::now() });
    }

    /// Lets onlookers see how it stands.
    pub(super) fn show_summaries(&self) {
        let Summaries { gateway, lent, took, .. } = &self.summaries;
        let writing = lent.values().filter_map(|lent| writing::status(lent, took)).collect();
        let (model, waiting) = (gateway.state(), self.summaries.count());
        self.ledger.board.summaries(SummariesStatus { model, waiting, writing });
    }
}
