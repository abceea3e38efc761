//! Which files are still being written: each is taken when it is complete, and not before.
//!
//! A file is complete once its writer has closed it or it came by a rename, unless it says itself that something is
//! missing; else when nothing has changed about it for a while. One that is written again and again is given more time
//! each time, so that a log of a thousand lines is not read a thousand times.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::below::{below, take_below};

/// From the last word about a file that is complete until it is taken: whoever copies it may still set its times.
const BREATH: Duration = Duration::from_millis(60);
/// Without a word about a file before it is taken for complete.
const QUIET: Duration = Duration::from_secs(2);
/// The same for a file with a hidden name: programs write under such a name what gets its true one soon.
const HIDDEN_QUIET: Duration = Duration::from_secs(10);
/// No file has to be quiet for longer than this.
const LONGEST_QUIET: Duration = Duration::from_secs(60);
/// A file that is taken again within this time is one that is written again and again.
const AGAIN_WITHIN: Duration = Duration::from_secs(120);

/// What is known of a file's writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// Somebody may be writing.
    Writing,
    /// Somebody may be writing under a name that is not the last.
    Hidden,
    /// It is complete.
    Complete,
}

/// Files that are not complete yet.
#[derive(Debug, Default)]
pub(super) struct Unfinished {
    files: BTreeMap<PathBuf, File>,
    dues: BTreeSet<(Instant, PathBuf)>,
    /// Files that were taken not long ago, when, and how long they have to be quiet now.
    taken: HashMap<PathBuf, (Instant, Duration)>,
}

/// A file that is not complete yet.
#[derive(Debug, Clone, Copy)]
struct File {
    due: Instant,
    quiet: Duration,
    /// Size and time of its content when it was looked at last.
    looks: Option<Looks>,
}

/// Size in bytes and time of the content in nanoseconds since 1970.
pub(super) type Looks = (u64, i64);

impl Unfinished {
    /// Takes note of a sign.
    pub(super) fn hear(&mut self, path: PathBuf, sign: Sign, now: Instant) {
        let again = self.taken.get(&path).filter(|(when, _)| now < *when + AGAIN_WITHIN);
        let least = again.map_or(Duration::ZERO, |(_, quiet)| *quiet);
        let quiet = match sign {
            Sign::Complete => BREATH,
            Sign::Writing => QUIET,
            Sign::Hidden => HIDDEN_QUIET,
        };
        self.wait(path, quiet.max(least), None, now);
    }

    /// Nobody waits for this file, or for anything below this folder, any more.
    pub(super) fn forget(&mut self, path: &Path) {
        for (path, file) in take_below(&mut self.files, path) {
            self.dues.remove(&(file.due, path));
        }
    }

    /// The files that were quiet for long enough, with what they looked like when they were looked at last.
    pub(super) fn due(&mut self, now: Instant) -> Vec<(PathBuf, Option<Looks>)> {
        let mut due = Vec::new();
        while let Some((when, path)) = self.dues.first().cloned()
            && when <= now
        {
            let looks = self.files.get(&path).and_then(|file| file.looks);
            // It stays until somebody has looked: see `take` and `keep`.
            self.dues.remove(&(when, path.clone()));
            due.push((path, looks));
        }
        due
    }

    /// This one is complete, and goes on its way.
    pub(super) fn take(&mut self, path: &Path, now: Instant) {
        self.remove(path);
        self.taken.retain(|_, (when, _)| now < *when + AGAIN_WITHIN);
        let quiet = self.taken.get(path).map_or(Duration::ZERO, |(_, quiet)| *quiet);
        let more = if quiet.is_zero() { QUIET } else { (quiet * 2).min(LONGEST_QUIET) };
        self.taken.insert(path.to_owned(), (now, more));
    }

    /// This one is not complete: it looks like this now, and has to be quiet once more.
    pub(super) fn keep(&mut self, path: PathBuf, looks: Looks, now: Instant) {
        let quiet = self.files.get(&path).map_or(QUIET, |file| file.quiet.max(QUIET));
        self.wait(path, quiet, Some(looks), now);
    }

    /// When the next one will have been quiet for long enough.
    pub(super) fn next(&self) -> Option<Instant> {
        self.dues.first().map(|(due, _)| *due)
    }

    /// How many there are at or below this folder.
    pub(super) fn below(&self, folder: &Path) -> u64 {
        below(&self.files, folder).count() as u64
    }

    /// Whether it is known that this one is not complete.
    pub(super) fn has(&self, path: &Path) -> bool {
        self.files.contains_key(path)
    }

    /// Whether somebody looks at this one, and nothing has happened to it since it was due.
    pub(super) fn is_looked_at(&self, path: &Path) -> bool {
        let due = self.files.get(path).map(|file| (file.due, path.to_owned()));
        due.is_some_and(|due| !self.dues.contains(&due))
    }

    fn wait(&mut self, path: PathBuf, quiet: Duration, looks: Option<Looks>, now: Instant) {
        let before = self.files.get(&path).copied();
        let looks = looks.or(before.and_then(|file| file.looks));
        let due = now + quiet;
        if let Some(before) = before {
            self.dues.remove(&(before.due, path.clone()));
        }
        self.dues.insert((due, path.clone()));
        self.files.insert(path, File { due, quiet, looks });
    }

    fn remove(&mut self, path: &Path) {
        if let Some(file) = self.files.remove(path) {
            self.dues.remove(&(file.due, path.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOT: &str = "/desktop/shot.png";

    /// A clock that is set by hand.
    struct Clock(Instant);

    impl Clock {
        fn after(&self, millis: u64) -> Instant {
            self.0 + Duration::from_millis(millis)
        }
    }

    fn due(files: &mut Unfinished, now: Instant) -> Vec<String> {
        files.due(now).into_iter().map(|(path, _)| path.display().to_string()).collect()
    }

    #[test]
    fn a_file_that_was_closed_is_due_in_a_breath_and_one_that_is_written_when_it_is_quiet() {
        let (mut files, clock) = (Unfinished::default(), Clock(Instant::now()));
        files.hear(SHOT.into(), Sign::Writing, clock.after(0));
        assert_eq!(files.next(), Some(clock.after(2000)));
        files.hear(SHOT.into(), Sign::Complete, clock.after(100));
        assert_eq!(due(&mut files, clock.after(159)), Vec::<String>::new());
        assert_eq!(due(&mut files, clock.after(160)), [SHOT]);
        files.take(Path::new(SHOT), clock.after(160));
        assert!(!files.has(Path::new(SHOT)) && files.next().is_none());
    }

    #[test]
    fn what_is_written_on_is_waited_for_and_told_with_its_looks() {
        let (mut files, clock) = (Unfinished::default(), Clock(Instant::now()));
        files.hear(SHOT.into(), Sign::Writing, clock.after(0));
        assert_eq!(files.due(clock.after(2000)), [(SHOT.into(), None)]);
        files.keep(SHOT.into(), (10, 1), clock.after(2000));
        assert_eq!(files.next(), Some(clock.after(4000)));
        files.hear(SHOT.into(), Sign::Writing, clock.after(3000));
        assert_eq!(files.due(clock.after(4000)), []);
        assert_eq!(files.due(clock.after(5000)), [(SHOT.into(), Some((10, 1)))]);
    }

    #[test]
    fn a_file_that_is_closed_each_second_is_not_taken_each_second() {
        let (mut files, clock) = (Unfinished::default(), Clock(Instant::now()));
        let mut taken = Vec::new();
        for second in 0..300 {
            files.hear(SHOT.into(), Sign::Complete, clock.after(second * 1000));
            for quarter in 0..4 {
                let now = clock.after(second * 1000 + quarter * 250);
                if !files.due(now).is_empty() {
                    files.take(Path::new(SHOT), now);
                    taken.push(second);
                }
            }
        }
        // Once at once, and then whenever there is a pause: there is none.
        assert_eq!(taken.len(), 1 + taken.iter().filter(|second| **second >= 120).count(), "{taken:?}");
        assert!(taken.len() <= 4, "{taken:?}");
        files.hear(SHOT.into(), Sign::Complete, clock.after(300_000));
        assert_eq!(due(&mut files, clock.after(300_000 + 60_000)), [SHOT]);
    }

    #[test]
    fn what_is_gone_is_forgotten_with_all_that_was_below_it() {
        let (mut files, clock) = (Unfinished::default(), Clock(Instant::now()));
        for path in ["/desktop/a/b.png", "/desktop/a.png", "/desktop/a/c/d.png"] {
            files.hear(path.into(), Sign::Writing, clock.after(0));
        }
        assert_eq!(files.below(Path::new("/desktop")), 3);
        files.forget(Path::new("/desktop/a"));
        assert_eq!(due(&mut files, clock.after(2000)), ["/desktop/a.png"]);
    }

    #[test]
    fn a_hidden_name_may_be_the_last_one_after_a_while() {
        let (mut files, clock) = (Unfinished::default(), Clock(Instant::now()));
        files.hear("/desktop/.shot.png".into(), Sign::Hidden, clock.after(0));
        assert_eq!(files.next(), Some(clock.after(10_000)));
    }
}
