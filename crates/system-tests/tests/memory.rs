//! What is known comes back at once, by path or by content; what changed is read again.

use std::fs;
use std::io::Write;

use deskscribe_engine::{Again, Code, Event, RowState};
use deskscribe_system_tests::{Bench, executable, follow};

#[tokio::test]
async fn known_files_come_back_without_a_worker_wherever_they_went() {
    let bench = Bench::new().workers(2);
    let a = bench.order("a.png", "read a");
    bench.order("b.png", "exit 1");
    assert_eq!(bench.scan().await.counts().workers, 2);

    fs::rename(&a, bench.desktop().join("moved.png")).unwrap();
    fs::copy(bench.desktop().join("moved.png"), bench.desktop().join("copy.png")).unwrap();
    let told = bench.scan().await;
    let counts = told.counts();
    assert_eq!((counts.files, counts.read, counts.failed, counts.cached, counts.workers), (3, 2, 1, 3, 0));
    assert_eq!((told.text("moved.png"), told.text("copy.png")), ("a", "a"));
    assert_eq!(told.row("moved.png").key, told.row("copy.png").key);
    assert_eq!(told.row("b.png").code, Some(Code::WorkerCrashed), "a poison file is not tried again");
}

#[tokio::test]
async fn a_file_whose_workers_were_killed_is_not_to_blame_and_tried_again() {
    let bench = Bench::new().workers(1);
    bench.order("killed.png", "signal 9");
    bench.order("crashed.png", "signal 11");
    for cached in [false, true] {
        let told = bench.scan().await;
        for name in ["killed.png", "crashed.png"] {
            assert_eq!(told.row(name).code, Some(Code::WorkerCrashed), "{name}");
        }
        assert_eq!((told.row("killed.png").cached, told.row("crashed.png").cached), (false, cached));
    }
}

#[tokio::test]
async fn a_file_larger_than_any_picture_is_not_even_looked_into() {
    let bench = Bench::new();
    let file = fs::File::create(bench.desktop().join("huge.png")).unwrap();
    file.set_len(1 << 42).unwrap();
    let told = bench.scan().await;
    let row = told.row("huge.png");
    assert_eq!((row.code, row.key, row.worker), (Some(Code::TooLarge), None, None), "{row:?}");
    assert!(
        told.reason("huge.png").contains("4.4 TB are more than the 480.0 MB that a picture may have"),
        "{row:?}"
    );
}

#[tokio::test]
async fn an_edited_file_is_a_new_reading() {
    let bench = Bench::new().workers(1);
    bench.order("a.png", "read before");
    assert_eq!(bench.scan().await.text("a.png"), "before");
    bench.order("a.png", "read after!");
    let told = bench.scan().await;
    assert_eq!((told.text("a.png"), told.row("a.png").cached), ("after!", false));
}

#[tokio::test]
async fn a_thousand_copies_are_read_once() {
    let bench = Bench::new().workers(4);
    for number in 0..1000 {
        bench.order(&format!("{number}.png"), "slow 200 same");
    }
    let told = bench.scan().await;
    assert_eq!((told.counts().read, told.counts().cached), (1000, 999));
    let workers: Vec<_> = told.rows.values().filter_map(|row| row.worker).collect();
    assert_eq!(workers.len(), 1);
}

#[tokio::test]
async fn a_file_that_grows_while_it_is_read_is_read_again() {
    let bench = Bench::new().workers(1);
    let path = bench.order("a.png", "slow 500 ");
    let run = bench.engine().scan(vec![bench.desktop()], Again::Nothing).unwrap();
    let mut grown = false;
    let told = follow(run, |event, _| {
        if matches!(event, Event::Progress(_)) && !grown {
            grown = true;
            let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
            file.write_all(b"and more").unwrap();
        }
    })
    .await;
    let key = told.row("a.png").key.unwrap().to_string();
    let whole = blake3::hash(b"slow 500 and more");
    assert_eq!(key, format!("b3:{whole}"), "the key is that of what was read at last");
}

#[tokio::test]
async fn a_file_that_never_rests_is_left_for_later() {
    let bench = Bench::new().workers(1);
    let path = bench.order("a.png", "slow 300 ");
    let run = bench.engine().scan(vec![bench.desktop()], Again::Nothing).unwrap();
    let told = follow(run, |event, _| {
        if matches!(event, Event::Progress(_)) {
            let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
            file.write_all(b".").unwrap();
        }
    })
    .await;
    assert_eq!(told.row("a.png").code, Some(Code::Changed));
    assert_eq!(bench.scan().await.row("a.png").state, RowState::Read, "and read when it rests");
}

#[tokio::test]
async fn a_deleted_file_is_still_read_to_its_end() {
    let bench = Bench::new().workers(1);
    let path = bench.order("a.png", "slow 300 a");
    let run = bench.engine().scan(vec![bench.desktop()], Again::Nothing).unwrap();
    let told = follow(run, |event, _| {
        if matches!(event, Event::Progress(_)) {
            let _ = fs::remove_file(&path);
        }
    })
    .await;
    assert_eq!(told.row("a.png").state, RowState::Read);
}

#[tokio::test]
async fn a_file_that_is_replaced_while_it_is_read_is_told_as_it_was() {
    let bench = Bench::new().workers(1);
    let path = bench.order("a.png", "slow 300 a");
    let other = bench.home().with_file_name("other.png");
    fs::write(&other, "read another").unwrap();
    let run = bench.engine().scan(vec![bench.desktop()], Again::Nothing).unwrap();
    let told = follow(run, |event, _| {
        if matches!(event, Event::Progress(_)) {
            let _ = fs::rename(&other, &path);
        }
    })
    .await;
    let key = format!("b3:{}", blake3::hash(b"slow 300 a"));
    assert_eq!(told.row("a.png").key.unwrap().to_string(), key, "the open file is what was read");
    assert_eq!(
        bench.scan().await.text("a.png"),
        "another",
        "and what took its place is found by the next scan"
    );
}

#[tokio::test]
async fn a_suspect_that_is_gone_or_changed_when_its_turn_comes_holds_up_nobody() {
    let bench = Bench::new().workers(1);
    let gone = bench.order("gone.png", "signal 11 gone");
    let mended = bench.order("mended.png", "signal 11 mended");
    bench.order("z-good.png", "slow 300 z");
    let run = bench.engine().scan(vec![bench.desktop()], Again::Nothing).unwrap();
    let told = follow(run, |event, _| {
        if matches!(event, Event::Progress(_)) {
            let _ = fs::remove_file(&gone);
            fs::write(&mended, "read mended").unwrap();
        }
    })
    .await;
    assert_eq!(told.row("gone.png").code, Some(Code::Vanished));
    assert_eq!(told.text("mended.png"), "mended");
    assert_eq!(told.counts().files, 3);
}

#[tokio::test]
async fn a_damaged_cache_is_left_as_it_was_and_named() {
    let bench = Bench::new();
    fs::create_dir(bench.home()).unwrap();
    let path = bench.home().join("summaries.sqlite");
    fs::write(&path, "this is no database, but somebody's last will").unwrap();
    let resources = deskscribe_engine::Resources::in_folder(
        &bench.home().join("../resources"),
        executable("misbehaving-worker"),
    );
    let home = deskscribe_engine::Home::at(bench.home());
    let Err(error) = deskscribe_engine::Engine::open(home, resources.unwrap(), bench.settings.clone()) else {
        panic!("opened")
    };
    assert!(error.to_string().ends_with("summaries.sqlite"), "{error}");
    assert!(fs::read_to_string(path).unwrap().starts_with("this is no database"));
}
