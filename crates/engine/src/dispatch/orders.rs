//! Orders that are being carried out: each has a thread that looks at its files and a queue of what that found.

use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread;

use deskscribe_protocol::{Code, Owed};
use tokio::sync::mpsc;

use super::task::Task;
use super::{Dispatch, Halt};
use crate::intake::{self, Arrival, Trust, Walk};
use crate::order::{Files, Order, Origin};
use crate::pause::Gate;
use crate::record::Entry;
use crate::run_log::RunLog;
use crate::{Event, Row};

/// Files of one order that may be open and hashed before a worker is free for them.
const ARRIVALS_WAITING: usize = 8;
/// Orders of each turn that are looked through at once, of each watched folder for itself: one of them may be on a disk
/// that does not answer. Others wait.
const AT_ONCE: usize = 2;
/// Between two words about how far a walk has come.
const TELL_EVERY: u64 = 256;

/// All orders whose files have not all arrived.
#[derive(Default)]
pub(super) struct Orders {
    /// The most urgent first.
    open: Vec<Open>,
    /// With their numbers.
    waiting: Vec<(u64, Order)>,
    next: u64,
}

/// An order that is being looked through.
struct Open {
    origin: Arc<Origin>,
    /// What a round is called that begins with it, if none goes on when there is something to read.
    folders: Vec<PathBuf>,
    gate: Gate,
    arrivals: mpsc::Receiver<Arrival>,
    /// Files of it that are still to arrive.
    owed: u64,
    /// A medium for which there was no room. What comes behind it has to wait.
    parked: Option<Arrival>,
    sender: mpsc::WeakSender<Arrival>,
}

/// From which orders the dispatcher takes in media, each of which is an open file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    None,
    Urgent,
    All,
}

/// Something that arrived, and with which order; nothing is left of that when it is the end.
pub(super) type Arrived = (Arc<Origin>, Option<Arrival>);

impl Orders {
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.waiting.is_empty()
    }

    /// Gives up all of them.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.open.drain(..).for_each(|open| open.gate.close());
    }

    /// Gives up what came from this watched folder and from no other. Returns how many files of it will not arrive.
    pub(super) fn give_up(&mut self, folder: &Path) -> u64 {
        let is_its = |folders: &[PathBuf]| matches!(folders, [only] if only == folder);
        self.waiting.retain(|(_, order)| !is_its(order.files.watched()));
        let mut owed = 0;
        self.open.retain(|open| {
            let goes = open.origin.watched && is_its(&open.folders);
            if goes {
                open.gate.close();
                owed += open.owed;
            }
            !goes
        });
        owed
    }

    /// Whether there is room for this one beside those of its turn that are looked through.
    fn has_room(&self, order: &Order) -> bool {
        let folders = order.files.watched();
        let is_alike = |open: &&Open| {
            let is_of_same = open.folders.iter().any(|folder| folders.contains(folder));
            let is_of_none = folders.is_empty() && !open.origin.watched;
            open.origin.turn == order.turn && (is_of_same && open.origin.watched || is_of_none)
        };
        self.open.iter().filter(is_alike).count() < AT_ONCE
    }

    /// Nobody wants these any more, wherever they wait.
    pub(super) fn strike(&self, paths: &[PathBuf]) {
        self.open.iter().for_each(|open| open.gate.strike(paths));
    }

    /// Where arrivals wait.
    pub(super) fn senders(&self) -> Vec<mpsc::WeakSender<Arrival>> {
        self.open.iter().map(|open| open.sender.clone()).collect()
    }

    /// The next that arrives, of the most urgent order that has something. May be dropped at any time.
    pub(super) async fn next(&mut self, takes: Takes) -> Arrived {
        let (index, arrival) = poll_fn(|context| {
            for (index, open) in self.open.iter_mut().enumerate() {
                if let Poll::Ready(arrival) = open.poll(takes, context) {
                    return Poll::Ready((index, arrival));
                }
            }
            Poll::Pending
        })
        .await;
        let open = &mut self.open[index];
        let origin = Arc::clone(&open.origin);
        match &arrival {
            Some(Arrival::Walked { files, .. }) => open.owed += files,
            Some(
                Arrival::Settled(_)
                | Arrival::Struck(_)
                | Arrival::Unread(..)
                | Arrival::Known(..)
                | Arrival::New(_),
            ) => open.owed = open.owed.saturating_sub(1),
            Some(_) => {}
            None => drop(self.open.remove(index)),
        }
        (origin, arrival)
    }

    /// The watched folders of this order.
    fn folders_of(&self, origin: &Origin) -> Option<Vec<PathBuf>> {
        let open = self.open.iter().find(|open| open.origin.number == origin.number && origin.watched);
        open.map(|open| open.folders.clone())
    }

    fn gate_of(&self, origin: &Origin) -> Option<&Gate> {
        self.open.iter().find(|open| open.origin.number == origin.number).map(|open| &open.gate)
    }
}

impl Open {
    /// The next that arrived, unless it is a medium for which there is no room.
    fn poll(&mut self, takes: Takes, context: &mut Context<'_>) -> Poll<Option<Arrival>> {
        let is_taken = takes == Takes::All || takes == Takes::Urgent && self.origin.is_urgent();
        if self.parked.is_some() && !is_taken {
            return Poll::Pending;
        }
        if let Some(arrival) = self.parked.take() {
            return Poll::Ready(Some(arrival));
        }
        match self.arrivals.poll_recv(context) {
            Poll::Ready(Some(medium @ Arrival::New(_))) if !is_taken => {
                self.parked = Some(medium);
                Poll::Pending
            }
            arrival => arrival,
        }
    }
}

impl Dispatch {
    /// From which orders media are taken in. What is urgent has as many places of its own as there are seats, so that a
    /// backlog is never in its way.
    pub(super) fn takes(&self) -> Takes {
        if self.open() < self.most_pending() {
            return Takes::All;
        }
        let urgent =
            self.pending.iter().filter(|task| task.origin.is_urgent()).count() + self.elsewhere.open_urgent();
        if urgent < self.seats.get() { Takes::Urgent } else { Takes::None }
    }

    /// Takes an order. One that somebody gave begins a round, if there is none; news do when there is something to
    /// read.
    pub(super) async fn order(&mut self, order: Order) -> Result<(), Halt> {
        if !matches!(order.files, Files::Watched(_)) {
            self.join_round(&order.files.named(), RunLog::begin)?;
        }
        tracing::info!(again = ?order.again, turn = ?order.turn, "ordered");
        self.orders.next += 1;
        self.orders.waiting.push((self.orders.next, order));
        self.orders.waiting.sort_by_key(|(number, order)| std::cmp::Reverse(order.turn.rank(*number)));
        self.open_orders()
    }

    /// Begins to look through orders for which there is room, the most urgent first.
    pub(super) fn open_orders(&mut self) -> Result<(), Halt> {
        for (number, order) in std::mem::take(&mut self.orders.waiting) {
            if self.orders.has_room(&order) {
                self.open_order(number, order)?;
            } else {
                self.orders.waiting.push((number, order));
            }
        }
        self.ledger.board.arrive(self.orders.senders());
        Ok(())
    }

    fn open_order(&mut self, number: u64, Order { files, again, turn }: Order) -> Result<(), Halt> {
        let folders = files.named();
        let origin = Arc::new(Origin {
            number,
            turn,
            watched: matches!(files, Files::Watched(_)),
            trust: Trust::but(again, &self.resources, self.recordings.speech().as_ref(), &self.settings),
            begun_at: self.cache.read()?.last_change()?,
        });
        let gate = self.ledger.board.pause.gate(self.cancel.child_token());
        let (send, arrivals) = mpsc::channel(ARRIVALS_WAITING);
        let sender = send.downgrade();
        let (own, cache) = (self.home.folder().to_owned(), self.cache.clone());
        let limits = self.settings.limits.clone();
        let (trust, passing) = (origin.trust.clone(), gate.clone());
        // A thread of its own, not the runtime's: when a run is cancelled, nobody waits for a slow disk.
        thread::Builder::new().name("intake".to_owned()).spawn(move || {
            let mut told = 0;
            let tell = |files: u64| {
                let is_news = files.is_multiple_of(TELL_EVERY) && files != told;
                told = files;
                passing.pass() && (!is_news || send.blocking_send(Arrival::Looking { files }).is_ok())
            };
            let walk = match files {
                Files::Below(paths) => {
                    let refuse = |error| send.blocking_send(Arrival::Unwalkable(error)).is_ok();
                    Ok(intake::walk(&paths, &own, tell, refuse))
                }
                Files::Queued => queued(&cache),
                Files::Owing => owing(&cache),
                Files::Watched(news) => Ok(intake::take_news(news)),
            };
            match walk {
                Ok(walk) => intake::arrive(walk, &limits, &trust, &cache, &passing, &send),
                Err(error) => drop(send.blocking_send(Arrival::Blind(error))),
            }
        })?;
        self.orders.open.push(Open { origin, folders, gate, arrivals, owed: 0, parked: None, sender });
        self.orders.open.sort_by_key(|open| std::cmp::Reverse(open.origin.rank()));
        Ok(())
    }

    pub(super) async fn take_in(&mut self, (origin, arrival): Arrived) -> Result<(), Halt> {
        let Some(arrival) = arrival else {
            tracing::info!(
                pending = self.pending.len(),
                "queue filled: every file of an order was looked at"
            );
            return self.open_orders();
        };
        let is_struck = |path: &Path| self.orders.gate_of(&origin).is_some_and(|gate| gate.is_struck(path));
        match arrival {
            Arrival::Looking { files } => self.ledger.event(Event::Looking { files }).await,
            Arrival::Walked { files, ignored, unlisted } => {
                tracing::info!(files, ignored, "folders walked");
                if let Some(folders) = self.orders.folders_of(&origin) {
                    self.join_round(&folders, RunLog::of_watch)?;
                }
                self.ledger.counts.ignored += ignored;
                self.ledger.notes(unlisted).await;
                self.ledger.found(files).await;
            }
            Arrival::Struck(path) => self.lose(path).await?,
            Arrival::New(medium) if is_struck(&medium.path) => self.lose(medium.path).await?,
            Arrival::Unread(_, path) if is_struck(&path) => self.lose(path).await?,
            Arrival::Settled(mut row) => {
                self.summaries.tells(&mut row);
                self.ledger.row(row).await;
            }
            Arrival::Queued(files) => self.record(Entry::Queued(files)).await?,
            Arrival::Unqueued(files) => self.record(Entry::Unqueued(files)).await?,
            Arrival::Vacant(places) => self.record(Entry::Vacant(places)).await?,
            // It was there when it was handed over, and whoever watches it knows better.
            Arrival::Unread(row, path) if origin.watched && row.code == Some(Code::Vanished) => {
                self.lose(path).await?;
            }
            Arrival::Unread(row, path) => self.unread(row, &path).await?,
            Arrival::Known(row, place, key) => self.record(Entry::Known { row, place, key }).await?,
            Arrival::New(medium) => self.enqueue(Task::new(medium, origin)).await?,
            Arrival::Unwalkable(error) if self.stays => {
                let (path, reason) = (error.path().to_owned(), error.to_string());
                self.ledger.event(Event::Refused { path, reason }).await;
            }
            Arrival::Unwalkable(error) => return Err(error.into()),
            Arrival::Blind(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// A file was found that nobody wants any more. It may have been queued since that was said.
    pub(super) async fn lose(&mut self, path: PathBuf) -> Result<(), Halt> {
        self.ledger.lost(1).await;
        self.record(Entry::Unqueued(vec![path])).await
    }

    /// Claims a medium, unless its content is on its way already.
    pub(super) async fn enqueue(&mut self, task: Task) -> Result<(), Halt> {
        let (medium, origin) = (Arc::clone(&task.medium), Arc::clone(&task.origin));
        if let Some(copies) = self.copies.get_mut(&medium.key) {
            copies.push((&task).into());
            if origin.is_urgent() {
                self.hurry(&medium.key, &origin);
            }
            return Ok(());
        }
        if let Some(failure) = self.given_up.get(&medium.key, &origin) {
            let row = Row::failed(&medium.path, Some(medium.key), medium.kind, failure.clone(), None);
            return self.unread(Box::new(row), &medium.path).await;
        }
        self.copies.insert(medium.key, Vec::new());
        self.claim(medium.key, origin, Some(task)).await
    }
}

/// Files that were found before and not read.
fn queued(cache: &deskscribe_cache::Cache) -> Result<Walk, deskscribe_cache::CacheError> {
    let queue = cache.read()?.queue()?;
    Ok(intake::take_up(queue.into_iter().map(|queued| queued.path)))
}

/// Recordings whose words are owed, wherever they still lie.
fn owing(cache: &deskscribe_cache::Cache) -> Result<Walk, deskscribe_cache::CacheError> {
    let owing = cache.read()?.owing(Owed::Speech)?;
    let place = |owing: deskscribe_cache::Owing| owing.places.into_iter().find(|path| path.exists());
    Ok(intake::take_up(owing.into_iter().filter_map(place)))
}
