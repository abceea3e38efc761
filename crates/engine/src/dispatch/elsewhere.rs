//! Contents that other engines on the same cache are reading: each is read by one of them alone.
//!
//! Before a content is read it is claimed. Whoever finds it claimed keeps nothing of it open, waits for what the other
//! one stores, and asks again when that gives it up or dies.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use deskscribe_cache::{Cache, CacheError, Claim, StopWaiting};
use deskscribe_protocol::{Code, ContentKey, Failure};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::task::{Copy, Task};
use super::{Dispatch, Halt};
use crate::order::Origin;
use crate::record::Entry;
use crate::{ControlError, Engine, Home, Patience, Row, RunningEngine};

/// So many unanswered questions in a row, and an engine is waited for no longer.
const UNANSWERED: u32 = 2;
/// Batches of changes that may wait to be looked at.
const NEWS_WAITING: usize = 16;

/// What one run knows of the others.
pub(super) struct Elsewhere {
    cache: Cache,
    home: Home,
    /// Contents that were asked for, with the medium that waits for the answer, if it is open.
    asked: HashMap<ContentKey, Option<Task>>,
    /// Of these, those that changed meanwhile: the answer may be older than the change.
    stirred: HashSet<ContentKey>,
    /// Answers that came.
    answers: VecDeque<(ContentKey, Claim)>,
    /// Who reads what.
    held: HashMap<ContentKey, String>,
    /// How often in a row an engine did not answer.
    silent: HashMap<String, u32>,
    /// How often to look whether the engines that are waited for are alive. What they store is told at once.
    beat: Duration,
    /// So many looks pass between two questions whether one is more than alive.
    ask_every: u32,
    looks: u32,
    look_at: Option<Instant>,
    send: mpsc::Sender<News>,
    news: mpsc::Receiver<News>,
    watching: Option<StopWaiting>,
    /// Whether it was said that others are waited for.
    said: bool,
}

/// Something that happens elsewhere.
pub(super) enum News {
    /// These contents changed.
    Changed(Vec<ContentKey>),
    /// Changes are told no more.
    Blind(CacheError),
    /// It was asked whether this engine answers.
    Asked { engine: String, silent: bool },
    /// It is time to look after the others.
    Look,
}

impl Elsewhere {
    pub(super) fn of(engine: &Engine) -> Self {
        let Patience { beat, quiet_beats, .. } = engine.settings.patience;
        let (send, news) = mpsc::channel(NEWS_WAITING);
        Self {
            cache: engine.cache.clone(),
            home: engine.home.clone(),
            asked: HashMap::new(),
            stirred: HashSet::new(),
            answers: VecDeque::new(),
            held: HashMap::new(),
            silent: HashMap::new(),
            beat,
            ask_every: (quiet_beats / 4).max(1),
            looks: 0,
            look_at: None,
            send,
            news,
            watching: None,
            said: false,
        }
    }

    /// Media that are open and wait for an answer.
    pub(super) fn open(&self) -> usize {
        self.asked.values().flatten().count()
    }

    /// Of these, those that are urgent.
    pub(super) fn open_urgent(&self) -> usize {
        self.asked.values().flatten().filter(|task| task.origin.is_urgent()).count()
    }

    /// A medium that waits for an answer is wanted more urgently.
    pub(super) fn hurry(&mut self, key: &ContentKey, origin: &Arc<Origin>) {
        if let Some(task) = self.asked.get_mut(key).and_then(Option::as_mut) {
            task.origin = Arc::clone(origin);
        }
    }

    /// Whether an answer is still to come or to be heard.
    pub(super) fn is_asking(&self) -> bool {
        !self.asked.is_empty() || !self.answers.is_empty()
    }

    /// Contents that others read, and that are waited for.
    pub(super) fn held(&self) -> usize {
        self.held.len()
    }

    /// An answer came.
    pub(super) fn hear(&mut self, key: ContentKey, claim: Claim) {
        self.answers.push_back((key, claim));
    }

    /// The next thing that happens elsewhere. Never comes while nothing is waited for.
    pub(super) async fn news(&mut self) -> News {
        let look_at = self.look_at;
        tokio::select! {
            Some(news) = self.news.recv() => news,
            () = sleep_until(look_at.unwrap_or_else(Instant::now)), if look_at.is_some() => News::Look,
        }
    }

    /// Takes these files out of those that wait for an answer. It comes all the same.
    pub(super) fn take_out(&mut self, is_one: impl Fn(&Path) -> bool) -> Vec<Task> {
        let tasks = self.asked.values_mut();
        tasks.filter_map(|task| task.take_if(|task| is_one(&task.medium.path))).collect()
    }

    /// Waits for none of the contents any more that nobody here waits for.
    pub(super) fn forget(&mut self, is_wanted: impl Fn(&ContentKey) -> bool) {
        self.held.retain(|key, _| is_wanted(key));
    }

    /// Whether something is said anew of those who are waited for.
    pub(super) fn begin(&mut self) {
        self.said = false;
    }

    /// Another engine has this content. What comes of it will be a change after this one.
    fn wait_for(&mut self, key: ContentKey, engine: String, after: u64) -> Result<(), Halt> {
        self.held.insert(key, engine);
        self.look_at.get_or_insert_with(|| Instant::now() + self.beat);
        if self.watching.is_some() {
            return Ok(());
        }
        let mut changes = self.cache.changes_after(after)?;
        self.watching = Some(changes.stopper());
        let send = self.send.clone();
        thread::Builder::new().name("changes".to_owned()).spawn(move || {
            loop {
                let news = match changes.wait() {
                    Ok(keys) if keys.is_empty() => return,
                    Ok(keys) => News::Changed(keys),
                    Err(error) => News::Blind(error),
                };
                let last = matches!(news, News::Blind(_));
                if send.blocking_send(news).is_err() || last {
                    return;
                }
            }
        })?;
        Ok(())
    }

    /// Of these contents, those that can be asked for again.
    fn changed(&mut self, keys: Vec<ContentKey>) -> Vec<ContentKey> {
        let mut free = Vec::new();
        for key in keys {
            if self.held.remove(&key).is_some() {
                free.push(key);
            } else if self.asked.contains_key(&key) {
                self.stirred.insert(key);
            }
        }
        free
    }

    /// Looks after the engines that are waited for; returns what those held that are dead.
    fn look(&mut self) -> Vec<ContentKey> {
        let engines: HashSet<String> = self.held.values().cloned().collect();
        let (alive, dead): (HashSet<_>, HashSet<_>) =
            engines.into_iter().partition(|engine| self.cache.is_alive(engine));
        self.look_at = (!alive.is_empty()).then(|| Instant::now() + self.beat);
        self.looks += 1;
        if self.looks.is_multiple_of(self.ask_every) {
            alive.into_iter().for_each(|engine| self.ask_after(engine));
        }
        self.drop_holders(|engine| dead.contains(engine))
    }

    /// Asks an engine how it is, without waiting for the answer.
    fn ask_after(&self, engine: String) {
        let (home, send) = (self.home.clone(), self.send.clone());
        tokio::spawn(async move {
            let silent = match RunningEngine::find(&home, &engine) {
                Ok(Some(running)) => matches!(running.status().await, Err(ControlError::Silent { .. })),
                // One that cannot be asked is believed to be well.
                Ok(None) | Err(_) => false,
            };
            // A run that is over waits for nobody.
            let _ = send.send(News::Asked { engine, silent }).await;
        });
    }

    /// Takes what these engines hold.
    fn drop_holders(&mut self, is_one: impl Fn(&str) -> bool) -> Vec<ContentKey> {
        self.held.extract_if(|_, engine| is_one(engine)).map(|(key, _)| key).collect()
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        if let Some(watching) = &self.watching {
            watching.stop();
        }
    }
}

impl Dispatch {
    /// Asks for a content, before it is read.
    pub(super) async fn claim(
        &mut self,
        key: ContentKey,
        origin: Arc<Origin>,
        task: Option<Task>,
    ) -> Result<(), Halt> {
        self.elsewhere.asked.insert(key, task);
        self.record(Entry::Claim(key, origin)).await
    }

    /// Asks again for a content that others have had, for the first of those who wait for it.
    async fn claim_again(&mut self, key: ContentKey) -> Result<(), Halt> {
        match self.copies.get(&key).and_then(|copies| copies.first()) {
            Some(copy) => self.claim(key, Arc::clone(&copy.origin), None).await,
            None => {
                self.copies.remove(&key);
                Ok(())
            }
        }
    }

    /// Deals with every answer that came.
    pub(super) async fn hear_claims(&mut self) -> Result<(), Halt> {
        while let Some((key, claim)) = self.elsewhere.answers.pop_front() {
            let task = self.elsewhere.asked.remove(&key).flatten();
            let stirred = self.elsewhere.stirred.remove(&key);
            match (claim, task) {
                (Claim::Granted, Some(task)) => self.queue_up(task),
                (Claim::Granted, None) => self.release_copies(key).await?,
                (Claim::Known(record), task) => {
                    let own = task.as_ref().map(Copy::from);
                    let copies = self.copies.remove(&key).unwrap_or_default();
                    for Copy { place, .. } in own.into_iter().chain(copies) {
                        let row = Box::new(Row::recorded(&place.path, (*record).clone(), None));
                        self.record(Entry::Known { row, place, key }).await?;
                    }
                }
                (Claim::Held { engine, after }, task) => {
                    let copies = self.copies.entry(key).or_default();
                    copies.extend(task.as_ref().map(Copy::from));
                    if copies.is_empty() {
                        // Taken out meanwhile.
                        self.copies.remove(&key);
                    } else if stirred {
                        self.claim_again(key).await?;
                    } else {
                        self.elsewhere.wait_for(key, engine, after)?;
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) async fn hear_news(&mut self, news: News) -> Result<(), Halt> {
        let free = match news {
            News::Changed(keys) => self.elsewhere.changed(keys),
            News::Blind(error) => return Err(error.into()),
            News::Look => self.elsewhere.look(),
            News::Asked { engine, silent } => {
                let times = self.elsewhere.silent.entry(engine.clone()).or_default();
                *times = if silent { *times + 1 } else { 0 };
                return if *times < UNANSWERED { Ok(()) } else { self.give_up_on(&engine).await };
            }
        };
        for key in free {
            self.claim_again(key).await?;
        }
        Ok(())
    }

    /// Says once that nothing is left but what others read.
    pub(super) async fn tell_waiting(&mut self) {
        if !std::mem::replace(&mut self.elsewhere.said, true) {
            let mut engines: Vec<_> = self.elsewhere.held.values().map(|engine| process(engine)).collect();
            engines.sort_unstable();
            engines.dedup();
            let text = format!(
                "the files that are left are being read by another Deskscribe (process {}); waiting for it",
                engines.join(", ")
            );
            self.ledger.note(text).await;
        }
    }

    /// An engine that is alive and does not answer: it was suspended, or hangs.
    async fn give_up_on(&mut self, engine: &str) -> Result<(), Halt> {
        let reason = format!(
            "another Deskscribe (process {}) began to read it and does not answer; continue that process if it was \
             suspended, or end it, then scan again",
            process(engine)
        );
        for key in self.elsewhere.drop_holders(|holder| holder == engine) {
            for Copy { place, kind, .. } in self.copies.remove(&key).unwrap_or_default() {
                let why = Failure::new(Code::Stalled, &reason);
                let row = Box::new(Row::failed(&place.path, Some(key), kind, why, None));
                self.unread(row, &place.path).await?;
            }
        }
        Ok(())
    }
}

/// The process of an engine, as its name says.
fn process(engine: &str) -> &str {
    engine.split('-').next().unwrap_or(engine)
}
