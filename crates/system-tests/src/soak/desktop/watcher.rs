//! The program that watches, and what befalls it: killed, stopped, frozen, paused, and begun anew.

use std::ops::Range;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use fastrand::Rng;
use rustix::process::Signal;

use super::pick;
use crate::Said;
use crate::processes::{descriptors, resident, signal};
use crate::soak::scan::Scan;
use crate::soak::zombies::Zombies;

/// Within this a program that was asked to stop has stopped, and the workers of one that was killed are gone.
const STOPPED_WITHIN: Duration = Duration::from_secs(15);
/// How often it is looked whether it has stopped.
const LOOK: Duration = Duration::from_millis(5);

/// What befalls a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Blow {
    KillWorker,
    KillProgram,
    Stop,
    Freeze,
    Pause,
}

/// Each with how often it comes.
const BLOWS: [(Blow, u32); 5] =
    [(Blow::KillWorker, 8), (Blow::KillProgram, 3), (Blow::Stop, 2), (Blow::Freeze, 3), (Blow::Pause, 2)];

/// The program that watches, life after life.
pub(super) struct Watcher {
    /// `deskscribe` with its surroundings, without arguments.
    program: Box<dyn Fn() -> Command>,
    /// For how long nobody watches after an end, and for how long a machine sleeps; in milliseconds.
    gap: Range<u64>,
    life: Option<Scan>,
    back_at: Instant,
    awake_at: Option<Instant>,
    zombies: Zombies,
    /// What was told by those that are over.
    pub(super) lives: Vec<Said>,
    pub(super) faults: Vec<String>,
    /// The most memory of its process that was seen, in KiB, and descriptors.
    pub(super) most: (u64, u64),
}

impl Watcher {
    pub(super) fn begin(program: Box<dyn Fn() -> Command>, gap: Range<u64>) -> Self {
        let mut watcher = Self {
            program,
            gap,
            life: None,
            back_at: Instant::now(),
            awake_at: None,
            zombies: Zombies::default(),
            lives: Vec::new(),
            faults: Vec::new(),
            most: (0, 0),
        };
        watcher.look();
        watcher
    }

    /// Begins it anew or wakes it when that is due, and looks after its dead.
    pub(super) fn look(&mut self) {
        if self.awake_at.is_some_and(|due| Instant::now() >= due) {
            self.wake();
        }
        if self.life.is_none() && Instant::now() >= self.back_at {
            let mut command = (self.program)();
            command.args(["watch", "--json"]);
            self.life = Some(Scan::start(&mut command));
        }
        let Some(life) = &mut self.life else { return };
        if life.has_ended() {
            self.over("ended by itself");
            return;
        }
        if self.awake_at.is_none() {
            self.zombies.look(life.workers());
        }
        if let (Some(memory), Some(open)) = (resident(life.pid()), descriptors(life.pid())) {
            self.most = (self.most.0.max(memory), self.most.1.max(open));
        }
    }

    /// Whether the machine sleeps.
    pub(super) fn is_frozen(&self) -> bool {
        self.awake_at.is_some()
    }

    /// Has something befall it, and says what. `None` when it is not there, or asleep.
    pub(super) fn strike(&mut self, rng: &mut Rng) -> Option<Blow> {
        let blow = pick(&BLOWS, rng);
        let gap = Duration::from_millis(rng.u64(self.gap.clone()));
        if self.is_frozen() {
            return None;
        }
        let life = self.life.as_mut()?;
        match blow {
            Blow::KillWorker => {
                let worker = rng.choice(life.workers())?;
                signal(worker.pid, Signal::KILL);
            }
            Blow::KillProgram => {
                let workers = life.kill();
                let begun = Instant::now();
                while workers.iter().any(|worker| worker.is_alive()) && begun.elapsed() < STOPPED_WITHIN {
                    sleep(LOOK);
                }
                if workers.iter().any(|worker| worker.is_alive()) {
                    self.faults.push("a worker outlived its program".to_owned());
                }
                self.back_at = Instant::now() + gap;
                self.lives.extend(self.life.take().map(Scan::said));
            }
            Blow::Stop => {
                self.back_at = Instant::now() + gap;
                self.stop();
            }
            Blow::Freeze => {
                // As a machine that sleeps: nobody runs, and the clock goes on.
                for worker in life.workers() {
                    signal(worker.pid, Signal::STOP);
                }
                signal(life.pid(), Signal::STOP);
                self.zombies.blink();
                self.awake_at = Some(Instant::now() + gap);
            }
            Blow::Pause => {
                let time = format!("{}s", gap.as_secs().max(1));
                let mut pause = (self.program)();
                pause.args(["pause", "--for", &time]).stdout(Stdio::null()).stderr(Stdio::null());
                // It may not have come so far that it can be told.
                let _ = pause.status();
            }
        }
        Some(blow)
    }

    /// Has it run from here on, undisturbed.
    pub(super) fn spare(&mut self) {
        if self.is_frozen() {
            self.wake();
        }
        self.back_at = Instant::now();
        self.look();
        let _ = (self.program)().arg("resume").stdout(Stdio::null()).stderr(Stdio::null()).status();
    }

    fn wake(&mut self) {
        self.awake_at = None;
        if let Some(life) = &self.life {
            signal(life.pid(), Signal::CONT);
            for worker in life.workers() {
                signal(worker.pid, Signal::CONT);
            }
        }
    }

    /// Asks it to stop, and waits until it has.
    pub(super) fn stop(&mut self) {
        let Some(life) = &mut self.life else { return };
        signal(life.pid(), Signal::TERM);
        let begun = Instant::now();
        while !life.has_ended() && begun.elapsed() < STOPPED_WITHIN {
            sleep(LOOK);
        }
        if !life.has_ended() {
            life.kill();
            self.faults.push("it did not stop when it was asked to".to_owned());
        }
        self.over("stopped");
    }

    /// A life that was not killed is over: it must have ended well.
    fn over(&mut self, how: &str) {
        let Some(said) = self.life.take().map(Scan::said) else { return };
        if said.code != Some(0) || how != "stopped" {
            let last = said.stderr.lines().last().unwrap_or_default();
            self.faults.push(format!("it {how} with {:?}: {last}", said.code));
        }
        self.lives.push(said);
    }

    /// All zombies that were seen.
    pub(super) fn zombies(&mut self) -> Vec<String> {
        std::mem::take(&mut self.zombies).found()
    }
}
