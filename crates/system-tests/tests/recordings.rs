//! Recordings, read part by part: by all workers at once, in spite of deaths, and on from where it was cut off.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use deskscribe_cache::{Cache, Outcome};
use deskscribe_engine::{Again, CancellationToken, Code, Event, RowState};
use deskscribe_protocol::{ContentKey, Missing, Reading};
use deskscribe_system_tests::{Bench, Sitting, Told, follow, logged, weights};

/// Brings a speech model to this bench, as somebody would in a terminal.
fn bring_model(bench: &Bench) {
    let file = bench.home().join("brought.bin");
    fs::create_dir_all(bench.home()).unwrap();
    fs::write(&file, weights(true, 7, 6_000)).unwrap();
    bench.engine().models().import(&file, &CancellationToken::new(), &mut |_| {}).unwrap();
    fs::remove_file(file).unwrap();
}

/// A recording of so many seconds whose parts are written down, and these lines more.
fn recording(bench: &Bench, name: &str, seconds: u32, lines: &str) -> PathBuf {
    bench.order(name, &format!("recording {seconds}\nlog {}\n{lines}", log(bench).display()))
}

fn log(bench: &Bench) -> PathBuf {
    bench.home().parent().unwrap().join("parts")
}

/// The parts that were begun so far, in order.
fn begun(bench: &Bench) -> Vec<String> {
    let text = fs::read_to_string(log(bench)).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// What the cache keeps of the only recording there is.
fn kept(bench: &Bench, path: &Path) -> Reading {
    let cache = Cache::open(&bench.home()).unwrap();
    let known = cache.read().unwrap();
    let key = known.last_key_at(path).unwrap().unwrap();
    match known.outcome(&key).unwrap().unwrap().outcome {
        Outcome::Read(reading) => *reading,
        Outcome::Failed(why) => panic!("{why}"),
    }
}

/// The lines that a recording of so many seconds comes to, if all of it is read.
fn whole(seconds: u32) -> BTreeSet<String> {
    let shown = (0..seconds.div_ceil(60)).map(|minute| format!("shown at {}", minute * 60));
    let said = (0..seconds.div_ceil(10)).map(|ten| format!("said at {} to brought", ten * 10));
    shown.chain(said).collect()
}

fn lines(told: &Told, name: &str) -> BTreeSet<String> {
    told.text(name).lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_recording_is_read_by_many_workers_and_is_one_row() {
    let bench = Bench::new();
    bring_model(&bench);
    let path = recording(&bench, "talk.mp4", 600, "");
    let told = bench.scan().await;
    assert_eq!((told.counts().files, told.counts().read), (1, 1));
    assert_eq!(lines(&told, "talk.mp4"), whole(600));
    assert!(told.row("talk.mp4").pending.is_empty());
    let share = |event: &Event| if let Event::Recording { share, .. } = event { *share } else { None };
    let shares: Vec<_> = told.events.iter().filter_map(share).collect();
    let last = shares.last().unwrap();
    assert_eq!(last.done, last.total, "everything was worked through: {shares:?}");
    let parts = begun(&bench);
    let watched = parts.iter().filter(|part| part.starts_with("watch")).count();
    let said = parts.iter().filter(|part| part.starts_with("say")).count();
    // A minute of speech each, of five minutes.
    assert_eq!((parts[0].as_str(), watched, said), ("survey", 10, 5));
    assert_eq!(kept(&bench, &path).text.lines().count(), 70);
    // What is known is not read again.
    assert_eq!(bench.scan().await.counts().cached, 1);
    assert_eq!(begun(&bench).len(), parts.len());
}

#[tokio::test]
async fn what_was_read_before_everything_was_killed_is_not_read_again() {
    let bench = Bench::new();
    bring_model(&bench);
    let gate = bench.home().join("gate");
    let wait = format!("watch 240 wait {}\nsay 240 wait {}", gate.display(), gate.display());
    let path = recording(&bench, "talk.mp4", 600, &wait);
    let mut program = bench.deskscribe(&["scan", &bench.desktop().display().to_string()]).spawn().unwrap();
    // All other parts have landed: one survey, one hearing, nine stretches of picture and four of speech.
    let key = ContentKey::from_bytes(*blake3::hash(&fs::read(&path).unwrap()).as_bytes());
    let cache = Cache::open(&bench.home()).unwrap();
    while cache.read().unwrap().parts_of(&key).unwrap().len() < 15 {
        assert!(program.try_wait().unwrap().is_none(), "it has ended");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let before = begun(&bench);
    // The workers go with it.
    program.kill().unwrap();
    program.wait().unwrap();
    fs::write(&gate, "").unwrap();
    let told = bench.scan().await;
    assert_eq!(lines(&told, "talk.mp4"), whole(600));
    let mut again: Vec<String> = begun(&bench)[before.len()..].to_vec();
    again.sort();
    assert_eq!(again, ["hear 0", "say 240", "watch 240"], "sound is decoded again for who listens");
    assert_eq!(
        cache.read().unwrap().parts_of(&key).unwrap(),
        [],
        "nothing is kept that is of no use any more"
    );
}

#[tokio::test]
async fn a_part_that_kills_its_workers_is_a_gap_and_the_rest_is_read() {
    let bench = Bench::new();
    bring_model(&bench);
    let path = recording(&bench, "talk.mp4", 300, "watch 120 signal 11\nsay 120 fail damaged");
    bench.order("beside.png", "read a picture");
    let told = bench.scan().await;
    assert_eq!((told.counts().read, told.counts().failed), (2, 0));
    let mut left = whole(300);
    left.remove("shown at 120");
    // A group of a minute of speech begins at second 120.
    left.retain(|line| !(120..240).step_by(10).any(|at| *line == format!("said at {at} to brought")));
    assert_eq!(lines(&told, "talk.mp4"), left);
    // In company twice, and twice alone; one that had done other work before may be excused.
    assert!([4, 5].contains(&told.deaths().len()), "{:?}", told.deaths());
    let gaps = kept(&bench, &path).recording.unwrap().gaps;
    let gap = |what| gaps.iter().find(|gap| gap.what == what).unwrap_or_else(|| panic!("{gaps:?}"));
    assert_eq!((gap(Missing::Picture).from, gap(Missing::Picture).to), (120.0, 180.0));
    assert!(gap(Missing::Picture).reason.starts_with("quarantined: 4 workers died of it"), "{gaps:?}");
    assert_eq!(gap(Missing::Words).from, 120.0);
}

#[tokio::test]
async fn a_worker_that_is_killed_costs_its_part_and_nothing_else() {
    let bench = Bench::new();
    bring_model(&bench);
    let once = |name: &str| bench.home().parent().unwrap().join(name).display().to_string();
    let deaths = format!(
        "survey once {} signal 9\nhear 0 once {} signal 9\nwatch 60 once {} signal 9\nsay 0 once {} signal 9",
        once("a"),
        once("b"),
        once("c"),
        once("d")
    );
    recording(&bench, "talk.mp4", 180, &deaths);
    let told = bench.scan().await;
    assert_eq!(lines(&told, "talk.mp4"), whole(180));
    assert_eq!(told.deaths().len(), 4);
    let mut parts = begun(&bench);
    parts.sort();
    let twice: Vec<_> =
        parts.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone()).collect();
    assert_eq!(twice, ["hear 0", "say 0", "survey", "watch 60"], "{parts:?}");
}

#[tokio::test]
async fn what_cannot_be_surveyed_or_composed_has_failed() {
    let bench = Bench::new();
    bench.order("broken.mp4", "recording 60\nsurvey fail damaged");
    bench.order("nothing.mp4", "recording 60\nmute\nwatch 0 fail damaged");
    bench.order("deadly.mp4", "recording 60\nsurvey signal 11");
    let told = bench.scan().await;
    for (name, code) in
        [("broken.mp4", Code::Damaged), ("nothing.mp4", Code::Damaged), ("deadly.mp4", Code::WorkerCrashed)]
    {
        assert_eq!((told.row(name).state, told.row(name).code), (RowState::Failed, Some(code)), "{name}");
    }
    // All of that is lasting.
    assert_eq!(bench.scan().await.counts().cached, 3);
}

#[tokio::test]
async fn without_a_model_speech_is_owed_and_put_into_words_when_one_comes() {
    let bench = Bench::new();
    let path = recording(&bench, "talk.mp4", 120, "");
    let silent = bench.order("silent.mp4", "recording 60\nmute");
    let told = bench.scan().await;
    assert_eq!(lines(&told, "talk.mp4"), ["shown at 0", "shown at 60"].map(str::to_owned).into());
    assert_eq!(told.row("talk.mp4").pending, ["speech"]);
    assert!(told.row("silent.mp4").pending.is_empty());
    let before = begun(&bench);
    assert_eq!(bench.scan().await.counts().cached, 2, "as long as there is none, it is as it was");
    assert_eq!(begun(&bench), before);
    bring_model(&bench);
    let told = bench.scan().await;
    assert_eq!(lines(&told, "talk.mp4"), whole(120));
    assert!(told.row("talk.mp4").pending.is_empty() && told.row("silent.mp4").cached);
    assert_eq!(begun(&bench)[before.len()..], ["hear 0", "say 0"], "what was shown was read");
    assert!(kept(&bench, &path).pending.is_empty() && silent.exists());
}

#[tokio::test]
async fn with_a_model_that_cannot_be_used_what_is_shown_is_read_and_speech_is_owed() {
    let bench = Bench::new();
    bring_model(&bench);
    let mended = bench.home().join("mended");
    let broken = format!("say 0 unless {} fail internal", mended.display());
    recording(&bench, "talk.mp4", 120, &broken);
    recording(&bench, "other.mp4", 180, &broken);
    let told = bench.scan().await;
    for name in ["talk.mp4", "other.mp4"] {
        assert!(
            lines(&told, name).iter().all(|line| line.starts_with("shown at ")),
            "{:?}",
            lines(&told, name)
        );
        assert_eq!(told.row(name).pending, ["speech"]);
    }
    let notes = told.notes();
    let said = notes.iter().filter(|note| note.starts_with("what is said in recordings waits: ")).count();
    assert_eq!(said, 1, "once for all that it would have listened to");
    let tries = begun(&bench).iter().filter(|part| *part == "say 0").count();
    assert!(tries <= 2, "each tries it once at most, and none again: {:?}", begun(&bench));
    fs::write(&mended, "").unwrap();
    let told = bench.scan().await;
    assert_eq!((lines(&told, "talk.mp4"), lines(&told, "other.mp4")), (whole(120), whole(180)));
}

#[tokio::test]
async fn an_engine_that_stays_listens_by_itself_when_a_model_comes() {
    let bench = Bench::new();
    let path = recording(&bench, "talk.mp4", 120, "");
    let mut sitting = Sitting::at(&bench);
    sitting.order(vec![bench.desktop()], false).await;
    sitting.finished().await;
    assert_eq!(kept(&bench, &path).text.lines().count(), 2);
    bring_model(&bench);
    let (counts, stopped) = sitting.finished().await;
    assert_eq!((counts.files, counts.read, stopped), (1, 1, None));
    assert_eq!(kept(&bench, &path).text.lines().count(), 14);
}

#[tokio::test]
async fn a_dropped_picture_overtakes_a_recording_at_its_next_part() {
    let bench = Bench::new().workers(1);
    let gate = bench.home().join("gate");
    let talk = recording(&bench, "talk.mp4", 240, &format!("mute\nwatch 0 wait {}", gate.display()));
    let mut sitting = Sitting::at(&bench);
    sitting.order(vec![talk], false).await;
    sitting.until(|_| begun(&bench).contains(&"watch 0".to_owned())).await;
    let folder = tempfile::tempdir().unwrap();
    let dropped = folder.path().join("dropped.png");
    fs::write(&dropped, "read dropped").unwrap();
    sitting.order(vec![dropped], true).await;
    sitting.until(|status| status.queues.pending.depth == 1).await;
    fs::write(&gate, "").unwrap();
    sitting.finished().await;
    let rows: Vec<_> = logged(&bench.home()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(rows, ["dropped.png", "talk.mp4"]);
}

#[tokio::test]
async fn a_long_recording_holds_up_no_pictures() {
    let bench = Bench::new().workers(2);
    let gate = bench.home().join("gate");
    let waits: String =
        (0..30).map(|minute| format!("watch {} wait {}\n", minute * 60, gate.display())).collect();
    recording(&bench, "a talk.mp4", 1800, &format!("mute\n{waits}"));
    for number in 0..20 {
        bench.order(&format!("picture {number:02}.png"), &format!("read {number}"));
    }
    let run = bench.engine().scan(vec![bench.desktop()], Again::Nothing).unwrap();
    let mut read = 0;
    let told = follow(run, |event, _| {
        if matches!(event, Event::Row(_)) {
            read += 1;
        }
        // Its parts come to an end only when all pictures were read beside them.
        if read == 20 && !gate.exists() {
            fs::write(&gate, "").unwrap();
        }
    })
    .await;
    assert_eq!(told.counts().read, 21);
}

#[tokio::test]
async fn a_recording_that_nobody_wants_is_given_up_with_all_its_parts() {
    let bench = Bench::new();
    let talk = recording(&bench, "talk.mp4", 300, "watch 0 hang\nwatch 60 hang\nwatch 120 hang");
    bench.order("picture.png", "read a picture");
    let mut sitting = Sitting::at(&bench);
    sitting.order(vec![bench.desktop()], false).await;
    sitting
        .until(|_| {
            ["watch 0", "watch 60", "watch 120"]
                .iter()
                .all(|part| begun(&bench).contains(&(*part).to_owned()))
        })
        .await;
    sitting.session.cancel(talk).await.unwrap();
    let (counts, stopped) = sitting.finished().await;
    assert_eq!((counts.files, counts.read, counts.failed, stopped), (1, 1, 0, None));
    let status = sitting.until(|status| status.idle).await;
    assert!(status.recordings.is_empty(), "{status:#?}");
}

#[tokio::test]
async fn a_recording_that_is_written_to_meanwhile_is_read_anew() {
    let bench = Bench::new();
    let gate = bench.home().join("gate");
    let talk = recording(&bench, "talk.mp4", 120, &format!("mute\nwatch 60 wait {}", gate.display()));
    let mut sitting = Sitting::at(&bench);
    sitting.order(vec![talk.clone()], false).await;
    sitting.until(|_| begun(&bench).contains(&"watch 60".to_owned())).await;
    fs::write(&talk, "recording 60\nmute").unwrap();
    fs::write(&gate, "").unwrap();
    let (counts, _) = sitting.finished().await;
    assert_eq!((counts.files, counts.read), (1, 1));
    assert_eq!(kept(&bench, &talk).text, "shown at 0\n");
}
