//! Plans of recordings that nobody made: what is lent when, and what is left after each part.

use deskscribe_protocol::{
    Answer, Block, Code, Failure, Heard, Missing, ModelGrant, ModelRole, PictureTrack, Reading, SAMPLE_RATE,
    Segment, SoundTrack, Span, Survey, Transcript, Watched, Work,
};

use super::*;

const ROOM: Room = Room { listeners: 8, files: MOST_FILES, threads: 1 };

fn model() -> Option<ModelGrant> {
    Some(ModelGrant { role: ModelRole::Speech, name: "base".to_owned(), sha256: "ab".repeat(32) })
}

fn survey(duration: impl Into<Option<f64>>, picture: bool, sound: bool) -> Answer {
    let picture = picture.then(|| PictureTrack { width: 640, height: 480, codec: "h264".to_owned() });
    let sound = sound.then(|| SoundTrack { codec: "aac".to_owned() });
    Answer::Survey(Survey { duration: duration.into(), picture, sound, ..Survey::default() })
}

/// Sound from here on, of so many minutes, of which the first ten seconds of each are speech.
fn heard(from: f64, minutes: u32, ended: bool) -> Answer {
    let to = from + f64::from(minutes) * 60.0;
    let block = |from: f64| {
        let seconds = (to - from).min(600.0);
        Block { from, samples: (seconds * f64::from(SAMPLE_RATE)) as u64 }
    };
    let blocks = (0..minutes.div_ceil(10)).map(|index| block(from + f64::from(index) * 600.0)).collect();
    let speech = (0..minutes).map(|minute| {
        let from = from + f64::from(minute) * 60.0;
        Span { from, to: from + 10.0 }
    });
    Answer::Heard(Heard { blocks, speech: speech.collect(), audible: true, to, ended, ..Heard::default() })
}

fn transcript(text: &str) -> Answer {
    let segment = Segment { start: 0.0, end: 1.0, text: text.to_owned(), confidence: 1.0 };
    let language = Some("de".to_owned());
    Answer::Transcript(Transcript { segments: vec![segment], language, ..Transcript::default() })
}

fn watched(to: f64, ended: bool) -> Answer {
    Answer::Watched(Watched { to, ended, ..Watched::default() })
}

fn failure() -> Failure {
    Failure::new(Code::WorkerCrashed, "workers died of it")
}

/// All parts that can be lent at once, in their order, and what each worker is told.
fn lend_all(plan: &mut Plan, room: Room) -> Vec<(Part, Work)> {
    let mut lent = Vec::new();
    while let Some(part) = plan.next(room) {
        lent.push((part, plan.lend(part, room).unwrap().0));
    }
    lent
}

fn parts(plan: &mut Plan) -> Vec<Part> {
    lend_all(plan, ROOM).into_iter().map(|(part, _)| part).collect()
}

/// Plays a recording of so many minutes to its end, and collects what is to be kept until `most` parts have landed.
fn play(plan: &mut Plan, minutes: u32, most: usize) -> Vec<Kept> {
    let mut kept = Vec::new();
    let mut landed = 0;
    while let Some(part) = plan.next(ROOM) {
        let (work, files) = plan.lend(part, ROOM).unwrap();
        let answer = match work {
            Work::Survey => survey(f64::from(minutes) * 60.0, true, true),
            Work::Hear { from, .. } => {
                let left = minutes - (from / 60.0) as u32;
                heard(from, left.min(60), left <= 60)
            }
            Work::Transcribe { speech, .. } => transcript(&format!("at {}", speech[0].from)),
            Work::Watch { to, .. } => watched(to.unwrap(), to.unwrap() >= f64::from(minutes) * 60.0),
            Work::Compose(_) => return kept,
            Work::Read | Work::Preview { .. } | Work::Summarise(_) => panic!("no part of a recording"),
        };
        drop(files);
        kept.extend(plan.landed(part, answer).unwrap());
        landed += 1;
        if landed == most {
            return kept;
        }
    }
    kept
}

#[test]
fn a_recording_is_surveyed_first_and_then_heard_and_watched_at_once() {
    let mut plan = Plan::new(model());
    assert_eq!(parts(&mut plan), [Part::Survey]);
    plan.landed(Part::Survey, survey(150.0, true, true)).unwrap();
    let lent = lend_all(&mut plan, ROOM);
    assert_eq!(
        lent,
        [
            (Part::Hear(0), Work::Hear { from: 0.0, blocks: 2 }),
            (Part::Watch(0), Work::Watch { from: 0.0, to: Some(60.0) }),
            (Part::Watch(1), Work::Watch { from: 60.0, to: Some(120.0) }),
            (Part::Watch(2), Work::Watch { from: 120.0, to: Some(180.0) }),
        ]
    );
    assert_eq!(plan.files(), 2);
}

#[test]
fn one_group_tells_the_language_before_the_others_are_listened_to() {
    let mut plan = Plan::new(model());
    parts(&mut plan);
    plan.landed(Part::Survey, survey(1200.0, false, true)).unwrap();
    assert_eq!(parts(&mut plan), [Part::Hear(0)]);
    plan.landed(Part::Hear(0), heard(0.0, 20, true)).unwrap();
    let first = lend_all(&mut plan, ROOM);
    let [(Part::Transcribe { hearing: 0, group: 0 }, Work::Transcribe { language: None, speech, .. })] =
        &*first
    else {
        panic!("{first:?}")
    };
    assert_eq!(speech.len(), 6, "a minute of speech");
    plan.landed(Part::Transcribe { hearing: 0, group: 0 }, transcript("guten Tag")).unwrap();
    let few = lend_all(&mut plan, Room { listeners: 0, ..ROOM });
    assert_eq!(few, [], "nobody may begin to listen");
    let others = lend_all(&mut plan, ROOM);
    // Ten stretches in each of two blocks, six to a group.
    assert_eq!(others.len(), 3);
    for (_, work) in others {
        let Work::Transcribe { block, speech, language, .. } = work else { panic!("{work:?}") };
        assert_eq!(language.as_deref(), Some("de"));
        assert!(speech.iter().all(|span| block.span().from <= span.from && span.to <= block.span().to));
    }
}

#[test]
fn sound_is_given_back_as_soon_as_everybody_has_listened_to_it() {
    let mut plan = Plan::new(model());
    parts(&mut plan);
    plan.landed(Part::Survey, survey(60.0, false, true)).unwrap();
    parts(&mut plan);
    plan.landed(Part::Hear(0), heard(0.0, 1, true)).unwrap();
    assert_eq!(plan.files(), 1, "one was not needed");
    let part = parts(&mut plan)[0];
    plan.landed(part, transcript("one")).unwrap();
    assert_eq!(plan.files(), 0);
    assert_eq!(parts(&mut plan), [Part::Compose]);
}

#[test]
fn without_a_model_sound_is_heard_and_speech_is_owed_if_there_is_any() {
    for (minutes, owes) in [(1, true), (0, false)] {
        let mut plan = Plan::new(None);
        parts(&mut plan);
        plan.landed(Part::Survey, survey(60.0, false, true)).unwrap();
        parts(&mut plan);
        plan.landed(Part::Hear(0), heard(0.0, minutes, true)).unwrap();
        assert_eq!(plan.files(), 0);
        let [(Part::Compose, Work::Compose(all))] = &*lend_all(&mut plan, ROOM) else { panic!("{plan:?}") };
        assert_eq!((all.owes_speech, all.heard.len()), (owes, 1));
    }
}

#[test]
fn hours_are_heard_one_after_the_other_with_room_for_them() {
    let mut plan = Plan::new(model());
    parts(&mut plan);
    plan.landed(Part::Survey, survey(3.0 * 3600.0, false, true)).unwrap();
    let few = Room { files: 0, ..ROOM };
    assert_eq!(plan.next(few), None);
    assert_eq!(lend_all(&mut plan, ROOM), [(Part::Hear(0), Work::Hear { from: 0.0, blocks: 6 })]);
    plan.landed(Part::Hear(0), heard(0.0, 60, false)).unwrap();
    assert_eq!(plan.next(ROOM), Some(Part::Hear(1)));
    assert_eq!(plan.next(few), Some(Part::Transcribe { hearing: 0, group: 0 }));
    let share = plan.share();
    assert_eq!((share.done, share.total), (3600.0, 3.0 * 3600.0 + 1800.0));
}

#[test]
fn what_lies_about_its_length_is_watched_to_its_true_end() {
    // Six hours are claimed, and two seconds are there.
    let mut plan = Plan::new(None);
    parts(&mut plan);
    plan.landed(Part::Survey, survey(6.0 * 3600.0, true, false)).unwrap();
    assert_eq!(plan.next(ROOM), Some(Part::Watch(0)));
    plan.lend(Part::Watch(0), ROOM).unwrap();
    plan.landed(Part::Watch(0), watched(2.0, true)).unwrap();
    assert_eq!(parts(&mut plan), [Part::Compose]);
    // Nothing is claimed, or less than there is: it goes on until it ends.
    for claim in [None, Some(20.0)] {
        let mut plan = Plan::new(None);
        parts(&mut plan);
        plan.landed(Part::Survey, survey(claim, true, false)).unwrap();
        for number in 0..5 {
            assert_eq!(parts(&mut plan), [Part::Watch(number)]);
            plan.landed(Part::Watch(number), watched(f64::from(number + 1) * 60.0, number == 4)).unwrap();
        }
        assert_eq!(parts(&mut plan), [Part::Compose]);
    }
}

#[test]
fn a_part_that_is_lost_is_a_gap_and_nothing_else_is_lost_with_it() {
    let mut plan = Plan::new(model());
    parts(&mut plan);
    plan.landed(Part::Survey, survey(1800.0, true, true)).unwrap();
    let lent = parts(&mut plan);
    // The first ten minutes of the sound kill whoever decodes them.
    plan.give_up(Part::Hear(0), &failure());
    assert_eq!(lend_all(&mut plan, ROOM), [(Part::Hear(1), Work::Hear { from: 600.0, blocks: 3 })]);
    plan.landed(Part::Hear(1), heard(600.0, 20, true)).unwrap();
    let first = parts(&mut plan);
    plan.give_up(first[0], &failure());
    for part in parts(&mut plan) {
        plan.landed(part, transcript("later")).unwrap();
    }
    for part in lent.into_iter().filter(|part| matches!(part, Part::Watch(_))) {
        match part {
            Part::Watch(3) => plan.give_up(part, &failure()),
            _ => drop(plan.landed(part, watched(60.0, part == Part::Watch(29))).unwrap()),
        }
    }
    assert_eq!(plan.failure(), None);
    let [(Part::Compose, Work::Compose(all))] = &*lend_all(&mut plan, ROOM) else { panic!("{plan:?}") };
    let lost: Vec<_> = all.lost.iter().map(|gap| (gap.what, gap.from, gap.to)).collect();
    assert_eq!(
        lost,
        [(Missing::Sound, 0.0, 600.0), (Missing::Words, 600.0, 910.0), (Missing::Picture, 180.0, 240.0)]
    );
    assert_eq!((all.transcripts.len(), all.watched.len()), (3, 29));
}

#[test]
fn where_every_part_is_lost_there_is_no_reading_but_the_first_reason() {
    let mut plan = Plan::new(model());
    parts(&mut plan);
    plan.landed(Part::Survey, survey(50.0, true, true)).unwrap();
    for part in parts(&mut plan) {
        assert_eq!(plan.failure(), None);
        plan.give_up(part, &failure());
    }
    assert_eq!(plan.failure(), Some(&failure()));
}

#[test]
fn sound_that_cannot_be_decoded_anywhere_is_given_up_before_long() {
    let mut plan = Plan::new(model());
    parts(&mut plan);
    plan.landed(Part::Survey, survey(10.0 * 3600.0, false, true)).unwrap();
    let mut tries = 0;
    while let Some(part @ Part::Hear(_)) = plan.next(ROOM) {
        plan.lend(part, ROOM).unwrap();
        plan.give_up(part, &failure());
        tries += 1;
    }
    assert_eq!(tries, 3);
}

#[test]
fn a_plan_goes_on_with_the_next_part_wherever_it_was_cut_off() {
    let minutes = 95;
    let whole = {
        let mut plan = Plan::new(model());
        play(&mut plan, minutes, usize::MAX);
        plan.parts()
    };
    assert_eq!((whole.heard.len(), whole.transcripts.len()), (2, 19));
    for most in 0..usize::MAX {
        let mut plan = Plan::new(model());
        let kept = play(&mut plan, minutes, most);
        let done = most == kept.len() && plan.next(ROOM) == Some(Part::Compose);
        // As it comes out of a table, in whatever order.
        let mut plan = Plan::resume(model(), kept.into_iter().rev());
        let again = play(&mut plan, minutes, usize::MAX);
        assert_eq!(plan.parts(), whole, "cut off after {most} parts");
        // Beside what had not landed, only sound is decoded again, each hour of it once.
        let others = again.iter().filter(|kept| !kept.plan.starts_with("sound")).count();
        assert!(others <= 1 + 19 + 64 - most.saturating_sub(2), "{others} after {most}");
        if done {
            break;
        }
    }
}

#[test]
fn words_of_another_model_or_for_other_sound_are_not_taken() {
    let mut plan = Plan::new(model());
    let kept = play(&mut plan, 5, usize::MAX);
    let other = model().map(|model| ModelGrant { sha256: "cd".repeat(32), ..model });
    let mut plan = Plan::resume(other, kept.clone());
    assert!(plan.parts().transcripts.is_empty());
    assert_eq!(parts(&mut plan), [Part::Hear(0)], "the picture was watched");
    let shifted = kept.into_iter().map(|mut kept| {
        if kept.plan.starts_with("sound") {
            let Answer::Heard(mut heard) = heard(0.0, 5, true) else { panic!("heard") };
            heard.speech.iter_mut().for_each(|span| span.from += 1.0);
            kept = Kept::new(Part::Hear(0), &Answer::Heard(heard), Vec::new(), None).unwrap();
        }
        kept
    });
    let plan = Plan::resume(model(), shifted);
    assert!(plan.parts().transcripts.is_empty());
}

#[test]
fn what_was_composed_without_words_is_listened_to_when_a_model_comes() {
    let mut plan = Plan::new(None);
    let kept = play(&mut plan, 5, usize::MAX);
    assert!(plan.parts().owes_speech);
    let mut plan = Plan::resume(model(), kept);
    assert_eq!(parts(&mut plan), [Part::Hear(0)]);
    plan.landed(Part::Hear(0), heard(0.0, 5, true)).unwrap();
    assert_eq!(parts(&mut plan), [Part::Transcribe { hearing: 0, group: 0 }]);
    plan.landed(Part::Transcribe { hearing: 0, group: 0 }, transcript("at last")).unwrap();
    let [(Part::Compose, Work::Compose(all))] = &*lend_all(&mut plan, ROOM) else { panic!("{plan:?}") };
    assert!(!all.owes_speech && all.transcripts.len() == 1 && all.watched.len() == 5);
}

#[test]
fn progress_counts_seconds_and_never_more_than_there_are() {
    let mut plan = Plan::new(model());
    parts(&mut plan);
    plan.landed(Part::Survey, survey(120.0, true, true)).unwrap();
    let lent = parts(&mut plan);
    assert_eq!(plan.share(), Share { done: 0.0, total: 120.0 + 120.0 + 120.0 });
    plan.comes_along(Part::Watch(0), 0.5);
    assert_eq!(plan.share().done, 30.0);
    plan.comes_along(Part::Watch(0), 0.25);
    assert_eq!(plan.share().done, 30.0, "it never goes back");
    plan.comes_along(Part::Watch(0), 7.0);
    assert_eq!(plan.share().done, 60.0);
    assert_eq!(lent.len(), 3);
    plan.landed(Part::Hear(0), heard(0.0, 2, true)).unwrap();
    plan.landed(Part::Watch(0), watched(60.0, false)).unwrap();
    plan.landed(Part::Watch(1), watched(120.0, true)).unwrap();
    assert_eq!(plan.share(), Share { done: 240.0, total: 260.0 });
    let part = parts(&mut plan)[0];
    plan.landed(part, transcript("done")).unwrap();
    assert_eq!(plan.share(), Share { done: 260.0, total: 260.0 });
    plan.landed(Part::Compose, Answer::Reading(Box::<Reading>::default())).unwrap();
    assert_eq!(plan.next(ROOM), None);
}

#[test]
fn a_recording_that_never_ends_takes_few_stretches() {
    let mut plan = Plan::new(None);
    let mut stretches = 0;
    while let Some(part) = plan.next(ROOM) {
        let (work, _) = plan.lend(part, ROOM).unwrap();
        let answer = match work {
            Work::Survey => survey(6.0, true, false),
            Work::Watch { to, .. } => {
                stretches += 1;
                watched(to.unwrap(), false)
            }
            _ => break,
        };
        drop(plan.landed(part, answer));
    }
    assert!((50..150).contains(&stretches), "{stretches}");
}
