//! The life of an engine that stays: it survives what would end a run.

use std::sync::Arc;
use std::time::Duration;

use deskscribe_cache::ROOM;
use rustix::fs::statvfs;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::listen::listen;
use super::{COMMANDS_WAITING, Session};
use crate::control::Control;
use crate::dispatch::Dispatch;
use crate::order::{Command, Files, Order, Turn};
use crate::power;
use crate::scan::EVENTS_WAITING;
use crate::status::{Board, Host, SummariesStatus};
use crate::watch::Watch;
use crate::{Again, Engine, Event, Home, RunError};

impl Engine {
    /// Stays, and reads what is ordered. Of what happens it tells no more than is not in its status: see [`Event`].
    /// Nothing is held up by somebody who does not look. `host` says what it runs for. Must be called inside a tokio
    /// runtime.
    ///
    /// # Errors
    /// The cache cannot be used, or the system refuses a thread.
    pub fn stay(&self, host: Host) -> Result<(Session, mpsc::Receiver<Event>), RunError> {
        let (events, incoming) = mpsc::channel(EVENTS_WAITING);
        let (commands, orders) = mpsc::channel(COMMANDS_WAITING);
        let (alive, ended) = watch::channel(());
        let cancel = CancellationToken::new();
        let id = Control::new_id();
        let board = Arc::new(Board::new(id.clone(), host, &events, cancel.clone()));
        // Before anything happens: nobody was asked yet, which is not the same as that nobody is to be asked.
        board.summaries(SummariesStatus { model: self.gateway.state(), ..SummariesStatus::default() });
        self.tell_repairs(&events);
        let first = self.dispatch(&id, &events, &board, &cancel)?;
        let control =
            Control::open(&self.home, id, Arc::clone(&board), cancel.clone(), commands.downgrade(), &events);
        let control = self.unless_unasked(control, &events);
        let watch = Watch::begin(&self.home, Arc::clone(&board), commands.downgrade())?;
        let heeds = power::heed(Arc::clone(&board), self.settings.on_battery);
        let listens = listen(self.models.clone(), self.cache.clone(), commands.downgrade());
        let session = Session {
            commands,
            board: Arc::clone(&board),
            cancel: cancel.clone(),
            cache: self.cache.clone(),
            gateway: self.gateway.clone(),
            watch: watch.clone(),
            ended,
        };
        let life = Life { engine: self.clone(), events, board, watch: watch.clone(), cancel };
        tokio::spawn(async move {
            let board = Arc::clone(&life.board);
            tokio::select! {
                () = life.live(first, orders) => {}
                () = async { tokio::join!(listens, heeds); std::future::pending().await } => {}
            }
            watch.end();
            drop(control);
            board.dismiss();
            board.end();
            drop(alive);
        });
        Ok((session, incoming))
    }
}

/// After what ends a round, what was left is tried again: not before this has passed, …
const TRY_AGAIN: Duration = Duration::from_secs(15);
/// … and not later than this, however often it failed.
const LONGEST_TRY_AGAIN: Duration = Duration::from_secs(10 * 60);
/// Where there is no room for anything, it is looked for this often.
const LOOK_FOR_ROOM: Duration = Duration::from_secs(5);
const LEFT: Order = Order { files: Files::Queued, again: Again::Nothing, turn: Turn::Later };

struct Life {
    engine: Engine,
    events: mpsc::Sender<Event>,
    board: Arc<Board>,
    watch: Watch,
    cancel: CancellationToken,
}

impl Life {
    /// Obeys one dispatcher after the other. One that could not go on has told why, and the next begins with the next
    /// command: by then the disk may have room again, or the lock be free.
    async fn live(self, first: Dispatch, mut commands: mpsc::Receiver<Command>) {
        let mut next = Some((first, None));
        let mut pause = TRY_AGAIN;
        let mut again: Option<JoinHandle<()>> = None;
        loop {
            let begun = Instant::now();
            let outcome = match next.take() {
                Some((dispatch, command)) => dispatch.run(command, &mut commands).await.map(drop),
                None => Ok(()),
            };
            match outcome {
                Ok(()) | Err(RunError::Cancelled(_)) => return,
                Err(error) => {
                    tracing::error!(%error, "the engine could not go on");
                    self.board.dismiss();
                    self.board.waiting(Some(error.to_string()));
                }
            }
            pause = if begun.elapsed() > LONGEST_TRY_AGAIN {
                TRY_AGAIN
            } else {
                (pause * 2).min(LONGEST_TRY_AGAIN)
            };
            if again.as_ref().is_none_or(JoinHandle::is_finished) {
                again = Some(self.hand_over_again(pause));
            }
            next = loop {
                let command = tokio::select! {
                    command = commands.recv() => command,
                    () = self.cancel.cancelled() => None,
                    // Whatever was given up waits in the cache's queue, if it could be stored there.
                    () = until_next_try(&self.engine.home, pause) => Some(Command::Order(LEFT)),
                };
                let Some(command) = command else { return };
                let Self { engine, events, board, cancel, .. } = &self;
                // A name of its own: what was claimed under the last one is void.
                match engine.dispatch(&Control::new_id(), events, board, cancel) {
                    Ok(dispatch) => {
                        board.waiting(None);
                        break Some((dispatch, Some(command)));
                    }
                    Err(error) => drop(events.try_send(Event::Note(error.to_string()))),
                }
            };
        }
    }

    /// Has the watch hand over all of its folders after this time: what it handed over meanwhile could not even be
    /// queued.
    fn hand_over_again(&self, after: Duration) -> JoinHandle<()> {
        let (watch, home) = (self.watch.clone(), self.engine.home.clone());
        tokio::spawn(async move {
            until_next_try(&home, after).await;
            // The lookout may wait for the dispatcher.
            let told = spawn_blocking(move || watch.hand_over_again());
            drop(told.await);
        })
    }
}

/// Waits for this time; on a disk without room, until there is some: whoever makes room waits for what comes of it.
async fn until_next_try(home: &Home, pause: Duration) {
    if has_room(home) {
        return sleep(pause).await;
    }
    while !has_room(home) {
        sleep(LOOK_FOR_ROOM).await;
    }
}

/// Whether there is room for what is learned. Where the system does not tell, storing finds out.
fn has_room(home: &Home) -> bool {
    statvfs(home.folder()).map_or(true, |disk| disk.f_bavail.saturating_mul(disk.f_frsize) >= ROOM)
}
