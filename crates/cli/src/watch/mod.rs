//! `deskscribe watch`: read what is new in folders until somebody stops it, for a person or for systemd.

mod folders;
mod news;
mod settings;
mod supervisor;
mod voice;

use std::io;
use std::pin::pin;
use std::time::Duration;

use anyhow::Context;
use deskscribe_engine::{
    Again, CancellationToken, Engine, Event, Files, Home, Host, Order, Resources, Session, Settings, Turn,
    start_log,
};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use crate::args::WatchArgs;
use crate::exit::Exit;
use crate::runtime;
use crate::show::watching;
use folders::Named;
use news::News;
use settings::{Reload, Reloads};
use supervisor::Supervisor;
use voice::Voice;

/// The longest it may take to end once it is asked to.
const LONGEST_STOP: Duration = Duration::from_secs(10);

/// Between two looks at how it goes.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// Runs the command.
pub(crate) fn watch(args: WatchArgs) -> anyhow::Result<Exit> {
    let WatchArgs { folders, json } = args;
    let runtime = runtime()?;
    let home = Home::locate()?;
    let resources = Resources::locate()?;
    let named = Named::of(folders)?;
    start_log(&home)?;
    let voice = Voice::new(json);
    let stop = stop_on_signals(&runtime)?;
    let mut watch = Watch { home, resources, named, voice, supervisor: Supervisor::default(), stop };
    let outcome = runtime.block_on(watch.run());
    // A thread that still waits for a slow disk is not waited for.
    runtime.shutdown_background();
    Ok(match outcome {
        Ok(()) => Exit::Done,
        Err(error) => {
            watch.voice.complain(&error);
            Exit::CouldNotRun
        }
    })
}

/// A watch, from one engine to the next: other settings need another one.
struct Watch {
    home: Home,
    resources: Resources,
    named: Named,
    voice: Voice,
    supervisor: Supervisor,
    stop: CancellationToken,
}

/// Why an engine is not followed any more.
enum Next {
    /// Somebody stopped it.
    End,
    /// Nobody reads its lines any more.
    Unheard,
    /// It goes on with these.
    Anew(Box<Settings>),
}

impl Watch {
    async fn run(&mut self) -> anyhow::Result<()> {
        // Before the first look, so that no change falls between the two.
        let mut reloads = Reloads::of(&self.home, self.stop.clone())?;
        let (mut settings, broken) = Settings::load_or_last_good(&self.home);
        if let Some(error) = broken {
            self.voice.warn(&error.to_string());
        }
        let mut is_first = true;
        loop {
            let folders = self.named.under(&settings)?;
            let engine = Engine::open(self.home.clone(), self.resources.clone(), settings.clone())?;
            let (session, mut events) = engine.stay(Host::Background)?;
            session.watch(folders.clone());
            if self.named.falls_back(&settings) {
                self.voice.say("The settings name no folder to watch, so it is your Desktop.");
            }
            self.voice.say(&folders::told(&folders));
            if !is_first {
                // What the last engine was told to read, and did not.
                let order = Order { files: Files::Queued, again: Again::Nothing, turn: Turn::Later };
                session.order(order).await?;
            }
            is_first = false;
            self.supervisor.ready();
            let next = self.follow(&session, &mut events, &mut settings, &mut reloads).await;
            if !matches!(next, Ok(Next::Anew(_))) {
                self.supervisor.stopping();
            }
            self.close(&session, &mut events, !matches!(next, Ok(Next::Unheard))).await;
            match next? {
                Next::End | Next::Unheard => break,
                Next::Anew(other) => settings = *other,
            }
        }
        self.voice.say("Stopped. What was read is kept.");
        Ok(())
    }

    /// Ends an engine, and tells what it says until then as long as somebody listens: it has stored all that it tells,
    /// and waits until it is heard.
    async fn close(&self, session: &Session, events: &mut mpsc::Receiver<Event>, mut is_heard: bool) {
        let mut hear = |event: &Event| is_heard = is_heard && self.voice.hear(event).is_ok();
        let mut closing = pin!(session.close());
        loop {
            tokio::select! {
                () = &mut closing => break,
                Some(event) = events.recv() => hear(&event),
            }
        }
        while let Ok(event) = events.try_recv() {
            hear(&event);
        }
    }

    /// Tells what happens, until the engine is to end.
    async fn follow(
        &mut self,
        session: &Session,
        events: &mut mpsc::Receiver<Event>,
        settings: &mut Settings,
        reloads: &mut Reloads,
    ) -> anyhow::Result<Next> {
        let mut changes = session.changes();
        let mut news = News::default();
        let mut next_look = Instant::now();
        self.look(session, &mut news);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return Ok(Next::End),
                event = events.recv() => {
                    let Some(event) = event else { return Ok(Next::End) };
                    match self.voice.hear(&event) {
                        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(Next::Unheard),
                        heard => heard.context("the rows cannot be printed; see what stdout is")?,
                    }
                    // Not by us: as long as this is followed, we have stopped nothing.
                    if matches!(&event, Event::Finished { stopped: Some(reason), .. } if reason == "cancelled") {
                        self.voice.say("Reading was stopped, and what waited is left; watching goes on.");
                    }
                }
                reload = reloads.next() => {
                    self.supervisor.reloading();
                    if let Some(next) = self.reload(reload, session, settings) {
                        return Ok(next);
                    }
                    self.supervisor.ready();
                }
                is_alive = async { sleep_until(next_look).await; changes.changed().await } => {
                    if !is_alive {
                        return Ok(Next::End);
                    }
                    next_look = Instant::now() + LOOK_AGAIN;
                    self.look(session, &mut news);
                }
            }
        }
    }

    /// Tells what has become of it since the last look.
    fn look(&mut self, session: &Session, news: &mut News) {
        let status = session.status();
        for line in news.hear(&status) {
            if line.warns { self.voice.warn(&line.text) } else { self.voice.say(&line.text) }
        }
        self.supervisor.state(&watching(&status));
    }

    /// Follows other settings, with this engine if it can.
    fn reload(&self, reload: Reload, session: &Session, settings: &mut Settings) -> Option<Next> {
        let followed = reload.settings.map_err(anyhow::Error::from);
        let followed = followed.and_then(|other| Ok((self.named.under(&other)?, other)));
        let (folders, other) = match followed {
            Ok(followed) => followed,
            // Also where they name no folder any more: whoever saves them may have taken the old ones away first.
            Err(error) => {
                self.voice.warn(&format!("{error:#}. It goes on with the settings from before."));
                return None;
            }
        };
        match settings::differ(settings, &other) {
            settings::Difference::None => {
                if reload.asked {
                    self.voice.say("The settings are what they were.");
                }
            }
            settings::Difference::Folders => {
                session.watch(folders.clone());
                self.voice.say(&folders::told(&folders));
                *settings = other;
            }
            settings::Difference::More => {
                self.voice.say("The settings have changed and are followed from now on.");
                return Some(Next::Anew(Box::new(other)));
            }
        }
        None
    }
}

/// Ctrl-C or SIGTERM ends it. A second one ends the program at once, and so does a watch that cannot end: by then
/// nobody may read the lines, or a disk may not answer.
fn stop_on_signals(runtime: &Runtime) -> anyhow::Result<CancellationToken> {
    let _inside = runtime.enter();
    let failed = "the program could not listen for signals";
    let interrupt = signal(SignalKind::interrupt()).context(failed)?;
    let terminate = signal(SignalKind::terminate()).context(failed)?;
    let stop = CancellationToken::new();
    runtime.spawn(stop_on((interrupt, terminate), stop.clone()));
    Ok(stop)
}

async fn stop_on((mut interrupt, mut terminate): (Signal, Signal), stop: CancellationToken) {
    let mut asked = async || {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    asked().await;
    stop.cancel();
    // What was stored stays stored, and workers go when we do.
    let _ = timeout(LONGEST_STOP, asked()).await;
    std::process::exit(Exit::Interrupted.code().into());
}
