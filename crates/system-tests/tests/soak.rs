//! Short forms of the soak; `cargo xtask soak` runs the long ones.

use std::process::Command;
use std::time::Duration;

use deskscribe_system_tests::soak::{
    Busy, Cuts, Damage, Disk, Jobs, Pictures, Table, Weather, Writers, cuts, damage, desktop, drift,
    full_disk, jobs, pictures, writers,
};
use deskscribe_system_tests::{executable, samples};

/// The soak's own bound on orphans is 250 ms; here others may use the processors, and only the end counts.
const GONE_WITHIN: Duration = Duration::from_secs(20);
const SEED: u64 = 20_261_121;

#[track_caller]
fn is_sound(table: &Table) {
    assert!(table.is_sound(), "{table}");
}

fn storm() -> Weather {
    Weather {
        scans: 3,
        workers: 0..120,
        most_workers: 60,
        parents: 300..1200,
        most_parents: 3,
        gone_within: GONE_WITHIN,
    }
}

#[test]
fn jobs_in_a_storm_end_as_they_must() {
    // Sooner than any scan can end: the file that hangs takes a second in each.
    let weather = Weather { parents: 100..600, ..storm() };
    is_sound(&jobs(&Jobs { files: 300, weather, seed: SEED }));
}

#[test]
fn a_parent_neither_grows_nor_leaves_zombies() {
    let weather = Weather { most_workers: 0, ..storm() };
    is_sound(&drift(&Jobs { files: 300, weather, seed: SEED }));
}

#[test]
fn real_pictures_in_a_storm_are_read_once() {
    let of = vec!["label printer error.gif", "holiday.jpg"];
    let weather = Weather {
        scans: 1,
        workers: 300..900,
        most_workers: 2,
        parents: 600..1800,
        most_parents: 1,
        ..storm()
    };
    is_sound(&pictures(&Pictures { pictures: 6, of, weather, seed: SEED }));
}

#[test]
fn killed_writers_lose_nothing_that_was_acknowledged() {
    let lasts = Duration::from_millis(1500);
    is_sound(&writers(&Writers { writers: 4, lasts, every: 60, seed: SEED }));
}

#[test]
fn a_cut_or_damaged_cache_opens_or_says_so() {
    is_sound(&cuts(&Cuts { most: Some(150), flips: 60, seed: SEED }));
}

#[test]
fn a_full_disk_costs_nothing_that_was_told() {
    is_sound(&full_disk(Disk::Files(256), 10));
}

#[test]
fn a_busy_desktop_ends_in_the_library_of_a_first_look() {
    is_sound(&desktop(&Busy {
        lasts: Duration::from_secs(15),
        acts: 5..150,
        blows: 200..2000,
        gaps: 100..1500,
        longest: Duration::from_secs(5),
        real: false,
        settles_within: Duration::from_secs(150),
        // Time is never the same twice, so neither is what happens: each run tries something else.
        seed: fastrand::u64(..),
    }));
}

#[test]
fn damaged_pictures_end_in_one_clear_line() {
    is_sound(&damage(&Damage { folder: samples().join("Old desktop"), tries: 12, seed: SEED }));
}

#[test]
fn a_part_that_there_is_not_is_refused() {
    let output = Command::new(executable("soak")).args(["--only", "typo"]).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(
        stderr.starts_with("there is no part called typo\n") && stderr.contains("Parts: drift"),
        "{stderr}"
    );
}
