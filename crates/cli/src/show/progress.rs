//! Progress on stderr: a bar and a line for every busy worker on a terminal, a plain line now and then
//! without one.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use deskscribe_engine::{Activity, Crash, Event, Share, WorkerState, clock, tame};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::pace::Pace;
use super::say;

/// Between two plain lines.
const PLAIN_EVERY: Duration = Duration::from_secs(5);

/// The progress of a run.
pub(crate) struct Progress {
    begun: Instant,
    pace: Pace,
    face: Face,
}

enum Face {
    Bar(Bar),
    Plain { said: Instant, last: (u64, u64) },
}

/// Lines that are drawn over each other.
struct Bar {
    lines: MultiProgress,
    head: ProgressBar,
    workers: BTreeMap<usize, ProgressBar>,
    /// Below the workers.
    recordings: BTreeMap<PathBuf, ProgressBar>,
}

impl Progress {
    pub(crate) fn new() -> Self {
        let face = if io::stderr().is_terminal() { Face::Bar(Bar::new()) } else { Face::plain() };
        Self { begun: Instant::now(), pace: Pace::default(), face }
    }

    /// Takes note of an event.
    pub(crate) fn hear(&mut self, event: &Event) {
        self.pace.hear(event, self.begun.elapsed());
        if let Event::Note(text) = event {
            self.aside(|| say(text));
        }
        if let Event::Worker { state: WorkerState::Died(crash), .. } = event
            && let Some(line) = obituary(crash)
        {
            self.aside(|| say(&line));
        }
        if let Face::Bar(bar) = &mut self.face {
            match event {
                Event::Progress(activity) => bar.busy(activity),
                Event::Worker { worker, state } => bar.worker(worker.slot, state),
                Event::Recording { path, share } => bar.recording(path, *share),
                Event::Row(row) => bar.recording(Path::new(&row.path), None),
                _ => {}
            }
        }
    }

    /// Draws the current state of a run, which somebody may have paused.
    pub(crate) fn draw(&mut self, paused: bool) {
        self.pace.pause(paused, self.begun.elapsed());
        let line = || self.pace.line(self.begun.elapsed());
        match &mut self.face {
            Face::Bar(bar) => bar.head.set_message(line()),
            Face::Plain { said, last } => {
                if said.elapsed() >= PLAIN_EVERY && *last != self.pace.settled() {
                    say(&line());
                    (*said, *last) = (Instant::now(), self.pace.settled());
                }
            }
        }
    }

    /// Does something that prints, with the bar out of its way.
    pub(crate) fn aside<R>(&self, print: impl FnOnce() -> R) -> R {
        match &self.face {
            Face::Bar(bar) => bar.lines.suspend(print),
            Face::Plain { .. } => print(),
        }
    }

    /// Takes the bar off the screen.
    pub(crate) fn clear(&mut self) {
        if let Face::Bar(bar) = &mut self.face {
            bar.workers.values().chain(bar.recordings.values()).for_each(ProgressBar::finish_and_clear);
            bar.head.finish_and_clear();
        }
    }
}

impl Face {
    fn plain() -> Self {
        Self::Plain { said: Instant::now(), last: (0, 0) }
    }
}

impl Bar {
    fn new() -> Self {
        let lines = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(8));
        let head = lines.add(line());
        Self { lines, head, workers: BTreeMap::new(), recordings: BTreeMap::new() }
    }

    fn busy(&mut self, activity: &Activity) {
        let Activity { worker, path, stage, done, total } = activity;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let share = u64::from(*done) * 100 / u64::from((*total).max(1));
        let text = format!("  {}  {:<18} {share:>3}%  {}", worker.slot + 1, stage.as_verb(), tame(&name));
        self.at(worker.slot).set_message(text);
    }

    /// How far a recording has come, by all workers together; without a share, it is over.
    fn recording(&mut self, path: &Path, share: Option<Share>) {
        let Some(Share { done, total }) = share else {
            if let Some(line) = self.recordings.remove(path) {
                self.lines.remove(&line);
            }
            return;
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = format!("  {} of {}  {}", clock(done), clock(total), tame(&name));
        let lines = &self.lines;
        let line = self.recordings.entry(path.to_owned()).or_insert_with(|| lines.add(line()));
        line.set_message(text);
    }

    fn worker(&mut self, slot: usize, state: &WorkerState) {
        match state {
            WorkerState::Starting => self.at(slot).set_message(format!("  {}  starting", slot + 1)),
            WorkerState::Ready { .. } | WorkerState::Busy { .. } => {}
            WorkerState::Idle | WorkerState::Ended | WorkerState::Died(_) => {
                if let Some(line) = self.workers.remove(&slot) {
                    self.lines.remove(&line);
                }
            }
        }
    }

    /// The line of this slot, in the order of the slots.
    fn at(&mut self, slot: usize) -> &ProgressBar {
        let above = self.workers.range(..slot).count();
        let lines = &self.lines;
        self.workers.entry(slot).or_insert_with(|| lines.insert(above + 1, line()))
    }
}

/// A death in one line; its last words are in the log. One without a file never got ready: if that goes on, it
/// ends the run, which then says why.
fn obituary(crash: &Crash) -> Option<String> {
    let name = Path::new(crash.path.as_deref()?).file_name()?.to_string_lossy();
    let what = if crash.death.exit.is_some() { "died" } else { "was killed" };
    Some(format!("Worker {} {what} on {name} and is replaced: {}", crash.slot + 1, crash.death.in_short()))
}

/// A line that holds a message and is cut at the width of the terminal.
pub(super) fn line() -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new_spinner().with_style(style)
}
