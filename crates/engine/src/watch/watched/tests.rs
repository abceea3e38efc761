//! A watched folder that does not answer, and one that has to be looked through again.

use super::*;
use crate::watch::eye::Sight;
use crate::watch::signal::{Incoming, Signals};
use crate::watch::walk::Others;

/// More than anybody is waited for.
const BEATS: u32 = 20;

/// A folder that is watched, and was looked through at this time; and whoever hears what its eye sees.
fn watched(at: Instant) -> (Watched, Remembered, Incoming) {
    let rules = WatchedFolder::of("/desktop");
    let folder = Arc::new(Folder::of(rules.clone(), rules.filter().unwrap(), 0, Vec::new()));
    let (signals, incoming) = Signals::channel();
    let deaf = || Err("nothing is listened to".to_owned());
    let others = Others::default();
    let sight = Sight { folder: Arc::clone(&folder), listener: None, above: None, others, signals };
    let lock = tempfile::tempfile().unwrap();
    let mut one = Watched::new(folder, rules, deaf(), Eye::open(sight).unwrap(), Ok(Some(lock)));
    let mut remembered = Remembered::since(0);
    one.ask_presence(false, None);
    assert_eq!(answer(&mut one, &mut remembered, at), (Presence::New, false));
    look_through(&mut one, at);
    (one, remembered, incoming)
}

/// It is there, as far as its eye can tell.
fn answer(one: &mut Watched, remembered: &mut Remembered, at: Instant) -> (Presence, bool) {
    one.answered();
    one.found_out(Found::default(), remembered, at)
}

fn look_through(one: &mut Watched, now: Instant) {
    let from = one.walk(Path::new("/desktop")).unwrap();
    one.walked(Walked { from, took: Duration::ZERO, untold: None, away: Vec::new() }, now);
}

/// Nobody stirs for a while. Tells whether it fell silent.
fn wait(one: &mut Watched, from: Instant) -> bool {
    (0..BEATS).any(|beat| one.falls_silent(from + beat * Duration::from_secs(1)))
}

fn state(one: &Watched) -> FolderState {
    one.status(0).state
}

#[test]
fn what_does_not_answer_is_offline_until_it_does() {
    let begun = Instant::now();
    let (mut one, mut remembered, _incoming) = watched(begun);
    assert!(!wait(&mut one, begun), "nobody was asked");
    one.ask_presence(false, None);
    assert_eq!(state(&one), FolderState::Watched);
    assert!(wait(&mut one, begun) && !wait(&mut one, begun), "it is told once");
    assert_eq!((state(&one), one.is_here(), one.next_due()), (FolderState::Offline, false, None));
    one.ask_presence(false, None);
    let back = answer(&mut one, &mut remembered, begun);
    assert_eq!(back, (Presence::New, true), "it may have gone again since it was asked");
    look_through(&mut one, begun);
    assert_eq!((state(&one), wait(&mut one, begun)), (FolderState::Watched, false));
}

#[test]
fn a_walk_that_does_not_come_back_is_waited_for() {
    let begun = Instant::now();
    let (mut one, mut remembered, _incoming) = watched(begun);
    let from = one.walk(Path::new("/desktop")).unwrap();
    for _ in 0..3 * BEATS {
        one.steps.fetch_add(1, Ordering::Relaxed);
        assert!(!one.falls_silent(begun), "it goes on");
    }
    assert!(wait(&mut one, begun));
    one.ask_presence(false, None);
    assert_eq!(answer(&mut one, &mut remembered, begun), (Presence::Same, false));
    assert_eq!(state(&one), FolderState::Offline, "there is something in it that does not answer");
    assert_eq!(
        one.walked(Walked { from, took: Duration::ZERO, untold: None, away: Vec::new() }, begun),
        (Vec::new(), None)
    );
    assert!(!one.falls_silent(begun));
    one.ask_presence(false, None);
    assert_eq!(answer(&mut one, &mut remembered, begun), (Presence::New, false));
}

#[test]
fn what_was_not_told_during_a_walk_is_looked_for_after_it() {
    let begun = Instant::now();
    let (mut one, mut remembered, _incoming) = watched(begun);
    assert_eq!(one.next_look(), Some(begun + LOOK_AGAIN));
    let from = one.walk(Path::new("/desktop")).unwrap();
    one.want(begun);
    assert!(!one.is_due(begun), "it is being looked through");
    one.walked(Walked { from, took: Duration::ZERO, untold: None, away: Vec::new() }, begun);
    assert!(one.is_due(begun));
    one.ask_presence(true, None);
    assert_eq!(answer(&mut one, &mut remembered, begun), (Presence::New, false));
    look_through(&mut one, begun);
    assert_eq!(one.next_look(), Some(begun + LOOK_AGAIN), "it was looked through since");
    let from = one.walk(Path::new("/desktop/deep")).unwrap();
    one.want(begun);
    one.walked(Walked { from, took: Duration::ZERO, untold: None, away: Vec::new() }, begun);
    assert!(one.is_due(begun), "most of it was not looked through");
}
