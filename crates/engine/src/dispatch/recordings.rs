//! Recordings that are being read: which part of which goes next, and what becomes of each.
//!
//! A recording stays here from its first part to its last, with its [plan](crate::plan) and its file open. Its parts
//! are jobs like any other, and its place among other files is that of its order; while pictures of the same order
//! wait, parts take half of the seats at most, so that a long recording holds up no picture.

mod settle;

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::thread::available_parallelism;

use deskscribe_cache::{Cache, CacheError};
use deskscribe_protocol::{Code, ContentKey, Failure, JobId, ModelGrant, ModelRole, Stage};
use tokio::task::{JoinError, JoinSet};

use super::ladder::{Lane, Trial};
use super::task::{Errand, Running, Task};
use super::{Dispatch, Halt};
use crate::models::{Models, SpeechModel};
use crate::plan::{Kept, MOST_FILES, Part, Plan, Room};
use crate::{Engine, Event, pool};

/// All recordings that are being read.
pub(super) struct Recordings {
    cache: Cache,
    models: Models,
    /// What was stored of these is looked for.
    taken_up: JoinSet<Result<Recording, CacheError>>,
    open: Vec<Recording>,
    /// The model that listens now, as long as nothing else is asked for.
    model: Option<(String, Arc<File>)>,
    /// The hash of a model that could not be used. Until all these recordings are through, nobody tries again.
    unusable: Option<String>,
}

/// A recording that is being read.
pub(super) struct Recording {
    task: Task,
    plan: Plan,
    /// What listens to it.
    speech: Option<SpeechModel>,
    /// Parts that workers died of.
    trials: HashMap<Part, Trial>,
    /// Of these, those that are to be tried alone.
    suspects: Vec<Part>,
}

/// A recording for which the parts that were stored were looked up.
pub(super) type TakenUp = Result<Result<Recording, CacheError>, JoinError>;

impl Recordings {
    pub(super) fn of(engine: &Engine) -> Self {
        let Engine { cache, models, .. } = engine;
        Self {
            cache: cache.clone(),
            models: models.clone(),
            taken_up: JoinSet::new(),
            open: Vec::new(),
            model: None,
            unusable: None,
        }
    }

    /// What listens now, if anything does.
    pub(super) fn speech(&self) -> Option<SpeechModel> {
        self.models.speech().filter(|model| self.unusable.as_ref() != Some(&model.sha256))
    }

    /// How many are on their way.
    pub(super) fn len(&self) -> usize {
        self.open.len() + self.taken_up.len()
    }

    /// The next one whose parts were looked up.
    pub(super) async fn next(&mut self) -> Option<TakenUp> {
        self.taken_up.join_next().await
    }

    pub(super) fn has_suspects(&self) -> bool {
        self.suspects() > 0
    }

    /// Parts that wait to be tried alone.
    pub(super) fn suspects(&self) -> usize {
        self.open.iter().map(|recording| recording.suspects.len()).sum()
    }

    /// These contents are under suspicion: of their parts those that workers died of.
    pub(super) fn suspect(&mut self, keys: &HashSet<ContentKey>) {
        for recording in self.open.iter_mut().filter(|recording| keys.contains(&recording.task.medium.key)) {
            for (part, trial) in &mut recording.trials {
                trial.suspect();
                if recording.plan.hold(*part) {
                    recording.suspects.push(*part);
                }
            }
        }
    }

    fn get(&mut self, key: &ContentKey) -> Option<&mut Recording> {
        self.open.iter_mut().find(|recording| recording.task.medium.key == *key)
    }

    fn remove(&mut self, key: &ContentKey) -> Option<Recording> {
        let index = self.open.iter().position(|recording| recording.task.medium.key == *key)?;
        Some(self.open.remove(index))
    }

    /// What there is room for, with so many listening at most.
    fn room(&self, listeners: usize, threads: u32) -> Room {
        let held: usize = self.open.iter().map(|recording| recording.plan.files()).sum();
        Room { listeners, files: MOST_FILES.saturating_sub(held), threads }
    }

    /// The file of this model, opened once for as long as it is used.
    fn file(&mut self, model: &SpeechModel) -> io::Result<Arc<File>> {
        if let Some((sha256, file)) = &self.model
            && *sha256 == model.sha256
        {
            return Ok(Arc::clone(file));
        }
        let file = Arc::new(File::open(&model.path)?);
        self.model = Some((model.sha256.clone(), Arc::clone(&file)));
        Ok(file)
    }
}

/// What a worker is told of a model.
fn grant(model: &SpeechModel) -> ModelGrant {
    ModelGrant { role: ModelRole::Speech, name: model.name.clone(), sha256: model.sha256.clone() }
}

impl Dispatch {
    /// Looks up what was stored of a recording, which can then be read on.
    pub(super) fn take_up(&mut self, task: Task) {
        let (cache, speech) = (self.recordings.cache.clone(), self.recordings.speech());
        self.recordings.taken_up.spawn_blocking(move || {
            let stored = cache.read()?.parts_of(&task.medium.key)?;
            let kept = stored.into_iter().map(|deskscribe_cache::Part { plan, number, content }| Kept {
                plan,
                number,
                content,
            });
            let plan = Plan::resume(speech.as_ref().map(grant), kept);
            Ok(Recording { task, plan, speech, trials: HashMap::new(), suspects: Vec::new() })
        });
    }

    /// The parts that were stored of a recording are known.
    pub(super) fn taken_up(&mut self, taken_up: TakenUp) -> Result<(), Halt> {
        let recording = taken_up.map_err(io::Error::other)??;
        self.recordings.open.push(recording);
        // The first of equals stays the first.
        self.recordings.open.sort_by_key(|recording| std::cmp::Reverse(recording.task.origin.rank()));
        Ok(())
    }

    /// Whether a part of some recording may be lent or is, other than alone.
    pub(super) fn has_parts(&self) -> bool {
        let lent = || self.running.values().any(|running| running.part().is_some());
        !self.recordings.taken_up.is_empty() || lent() || self.next_part(None).is_some()
    }

    /// How many workers may hold a speech model: as many as there are processors, and memory for.
    fn most_listeners(&self) -> usize {
        let cores = available_parallelism().map_or(1, NonZeroUsize::get);
        let models = self.recordings.open.iter().filter_map(|recording| recording.speech.as_ref());
        let fits = |need: u64| {
            // What those that listen already hold is no longer available, and theirs all the same.
            let more = usize::try_from(pool::available_memory()? / need.max(1)).unwrap_or(usize::MAX);
            Some(self.pool.holding().saturating_add(more))
        };
        let fits = models.map(|model| model.memory).max().and_then(fits);
        cores.min(fits.unwrap_or(cores)).max(1)
    }

    /// Threads for each that listens. They wait for each other without rest, so that one that has to wait for a
    /// processor holds up all others: unless several listen, one processor is left to everything else.
    fn listening_threads(&self) -> u32 {
        let cores = available_parallelism().map_or(1, NonZeroUsize::get);
        let listeners = self.most_listeners().min(self.seats.get());
        u32::try_from((cores / listeners).min(cores - 1).max(1)).unwrap_or(1)
    }

    /// The part that goes next, if there is one and none of the pictures goes before it; `picture` is the rank of the
    /// most urgent that waits.
    pub(super) fn next_part(&self, picture: Option<i64>) -> Option<(ContentKey, Part)> {
        if self.recordings.open.is_empty() {
            return None;
        }
        let room = self.recordings.room(self.pool.listeners(self.most_listeners()), 1);
        let next = |recording: &Recording| {
            Some((recording.task.origin.rank(), recording.task.medium.key, recording.plan.next(room)?))
        };
        let (rank, key, part) = self.recordings.open.iter().find_map(next)?;
        let lent = self.running.values().filter(|running| running.part().is_some()).count();
        let is_its_turn = match picture {
            None => true,
            Some(picture) if picture > rank => false,
            // What somebody dropped goes before everything that was ordered earlier, whatever it is.
            Some(picture) if rank > 0 && picture < rank => true,
            Some(_) => lent < (self.seats.get() / 2).max(1),
        };
        is_its_turn.then_some((key, part))
    }

    /// Lends a part to a free seat. Tells whether one took it, or it is settled without.
    pub(super) fn lend_part(&mut self, key: ContentKey, part: Part, lane: Lane) -> bool {
        let room = self.recordings.room(usize::MAX, self.listening_threads());
        let Some(recording) = self.recordings.get(&key) else { return false };
        let (medium, speech) = (Arc::clone(&recording.task.medium), recording.speech.clone());
        let lent = recording.plan.lend(part, room).and_then(|(work, mut files)| {
            let listens = speech.filter(|_| part.listens());
            let memory = listens.as_ref().map_or(0, |model| model.memory);
            files.extend(listens.map(|model| self.recordings.file(&model)).transpose()?);
            Ok((work, files, memory))
        });
        let (work, files, memory) = match lent {
            Ok(lent) => lent,
            Err(error) => {
                // The system has no memory or no descriptor to give, or somebody took the model away meanwhile.
                let failure = Failure::new(Code::Internal, format!("this part could not be begun ({error})"));
                tracing::warn!(?part, %failure, "a part is not begun");
                if part.listens() {
                    self.leave_speech(&key);
                } else {
                    self.recordings.get(&key).into_iter().for_each(|it| it.plan.give_up(part, &failure));
                }
                return true;
            }
        };
        let job =
            crate::pool::Job { files, memory, ..self.job(Arc::clone(&medium), lane == Lane::Solo, work) };
        let (id, cancel) = (job.id, job.cancel.clone());
        if !self.pool.lend(job) {
            self.recordings.get(&key).into_iter().for_each(|it| it.plan.put_back(part));
            return false;
        }
        self.running.insert(id, Running { medium, errand: Errand::Part { part, lane }, cancel });
        true
    }

    /// Lends the first part that is under suspicion, while nothing else runs.
    pub(super) fn lend_suspected_part(&mut self) -> bool {
        let suspected = self.recordings.open.iter_mut().find_map(|recording| {
            let part = (!recording.suspects.is_empty()).then(|| recording.suspects.remove(0))?;
            Some((recording.task.medium.key, part))
        });
        let Some((key, part)) = suspected else { return false };
        if !self.lend_part(key, part, Lane::Solo)
            && let Some(recording) = self.recordings.get(&key)
        {
            recording.plan.hold(part);
            recording.suspects.insert(0, part);
        }
        true
    }

    /// A worker is so far with its part.
    pub(super) async fn part_comes_along(&mut self, job: JobId, stage: Stage, done: u32, total: u32) {
        let Some((part, key)) = self.running.get(&job).and_then(|it| Some((it.part()?, it.medium.key)))
        else {
            return;
        };
        // Models are loaded before anything of the recording is worked through.
        if stage != Stage::Load
            && let Some(recording) = self.recordings.get(&key)
        {
            recording.plan.comes_along(part, f64::from(done) / f64::from(total.max(1)));
            self.tell_share(&key).await;
        }
    }

    /// Tells how far a recording has come.
    async fn tell_share(&mut self, key: &ContentKey) {
        if let Some(recording) = self.recordings.get(key) {
            let (path, share) = (recording.task.medium.path.clone(), Some(recording.plan.share()));
            self.ledger.event(Event::Recording { path, share }).await;
        }
    }

    /// Takes recordings out, with the parts that workers have; those that workers have parts of only if `busy`. Returns
    /// the contents that are still claimed.
    pub(super) async fn withdraw_recordings(
        &mut self,
        busy: bool,
        is_one: impl Fn(&Path) -> bool,
    ) -> Vec<ContentKey> {
        let is_lent =
            |key: &ContentKey| self.running.values().any(|it| it.part().is_some() && it.medium.key == *key);
        let goes = |recording: &Recording| {
            let medium = &recording.task.medium;
            is_one(&medium.path) && (busy || !is_lent(&medium.key))
        };
        let keys: Vec<ContentKey> = self
            .recordings
            .open
            .iter()
            .filter(|recording| goes(recording))
            .map(|it| it.task.medium.key)
            .collect();
        for key in &keys {
            self.withdraw(key).await;
        }
        keys
    }

    /// Takes a recording out, with the parts that workers have: what comes of those is of no interest.
    async fn withdraw(&mut self, key: &ContentKey) -> Option<Task> {
        self.stop_jobs(|running| running.part().is_some() && running.medium.key == *key);
        let recording = self.recordings.remove(key)?;
        if self.recordings.open.is_empty() {
            (self.recordings.model, self.recordings.unusable) = (None, None);
        }
        let path = recording.task.medium.path.clone();
        self.ledger.event(Event::Recording { path, share: None }).await;
        Some(recording.task)
    }
}
