//! How fast the window is and what it holds: `window-bench [READINGS]` on a desk of its own. Times are those of the
//! page itself, from its first moment or a key to what is painted; each line is a median.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a person at a terminal")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "whatever goes wrong, there is nothing to be measured"
)]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use deskscribe_cache::{Cache, Place};
use deskscribe_system_tests::processes::{Process, descendants, proportional};
use deskscribe_system_tests::words::Words;
use deskscribe_window_tests::{Desk, Window, until};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

const SEED: u64 = 7;
/// Starts that are measured with each library.
const STARTS: usize = 5;
/// Words that are typed, a letter at a time.
const TYPED: usize = 60;
/// Rows that another program stores, one after the other.
const STORED: usize = 40;
/// How often each hold-up is measured.
const AGAIN: usize = 7;
/// How long the library is scrolled.
const SCROLL: Duration = Duration::from_secs(5);
/// Pictures that are read meanwhile: more than eight workers can read in that time.
const PICTURES: usize = 200;

#[tokio::main]
async fn main() {
    let readings = std::env::args().nth(1).map_or(100_000, |number| number.parse().expect("a number"));
    let desk = Desk::new();
    println!("{:<58} {:>9} {:>9}", "milliseconds", "median", "worst");
    starts(&desk, "from the start to a usable window, nothing read yet").await;
    eprintln!("window-bench: storing {readings} readings");
    let mut words = Words::new(SEED);
    words.fill(&desk.cache(), 0..readings, |_, _| ()).unwrap();
    starts(&desk, &format!("the same with {readings} readings")).await;

    let window = desk.open(&[]).await;
    window.lists(readings).await;
    let memory = memory(&desk);
    type_words(&window).await;
    store_rows(&desk, &window, &mut words, readings).await;
    println!("\n{:<58} {:>9} {:>9} {:>9} {:>9}", "", "its work", "worst", "painted", "worst");
    println!("the longest that the page answers nobody, milliseconds");
    hold_ups(&desk, &window, &mut words, readings + STORED).await;
    window.close().await;
    first_screens(&desk, "the first screen is built").await;
    println!("\n{:<58} {memory:>9.0}", "MB of shell and page, idle, each shared page once (PSS)");
    scroll(&desk).await;
}

/// From the start of the process to the first paint of a library that answers.
async fn starts(desk: &Desk, name: &str) {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let window = desk.open(&[]).await;
        let usable = "window.__deskscribe?.usable && performance.timeOrigin + window.__deskscribe.usable";
        let usable = window.until("a usable window", usable).await.as_f64().unwrap();
        times.push(usable - started(shell(desk)));
        window.close().await;
    }
    tell(name, times);
}

/// The longest time that the page answers nobody while it begins. To look for it takes time itself, so that these are
/// starts of their own.
async fn first_screens(desk: &Desk, name: &str) {
    let mut times = Vec::new();
    for start in 0..=STARTS {
        let window = desk.open(&[]).await;
        if start > 0 {
            times.push(held_up(&window.until("the first screen", "window.__deskscribe?.begun").await));
        }
        let ask = if start < STARTS { "1500" } else { "0" };
        window.run("localStorage.setItem('deskscribe.held-up', arguments[0])", vec![json!(ask)]).await;
        window.close().await;
    }
    tell_held_up(name, times);
}

/// From a letter to what is painted for it.
async fn type_words(window: &Window) {
    let mut words = Words::new(SEED + 1);
    window.run("window.__deskscribe.search.length = 0", vec![]).await;
    let mut times = Vec::new();
    for _ in 0..TYPED {
        for letter in words.draw().chars() {
            window.search(&letter.to_string()).await;
            times.push(taken(window, "search").await);
        }
        // All of it away at once, which is measured with the others.
        window.search("\u{e009}a\u{e009}\u{e003}").await;
        times.push(taken(window, "search").await);
    }
    tell(&format!("from a key to the painted answer, {} keys", times.len()), times);
}

/// Waits for the next time of this kind, and takes it off the list.
async fn taken(window: &Window, kind: &str) -> f64 {
    let list = format!("window.__deskscribe.{kind}");
    let taken =
        window.until("a measured time", &format!("{list}.length > 0 && {list}.splice(0).at(-1)")).await;
    taken.as_f64().unwrap()
}

/// From the commit of another program to the painted row.
async fn store_rows(desk: &Desk, window: &Window, words: &mut Words, readings: usize) {
    let cache = desk.cache();
    let mut times = Vec::new();
    for number in readings..readings + STORED {
        window.run(WATCH, vec![json!(number + 1)]).await;
        words.fill(&cache, number..number + 1, |_, _| ()).unwrap();
        let stored = now();
        let seen = window.until("the new row", "window.__seen").await.as_f64().unwrap();
        times.push(seen - stored);
    }
    tell("from a row that the terminal program stores to its paint", times);
}

/// The longest time that the page answers nobody, while this is done with it: each several times. Its own work is script,
/// style and layout; with what is painted it is more, the most of which a graphics processor would do.
async fn hold_ups(desk: &Desk, window: &Window, words: &mut Words, mut readings: usize) {
    const SETTINGS: [(&str, &str); 2] = [
        ("settings are opened", "document.querySelector('[data-testid=open-settings]').click()"),
        ("settings are closed", "document.querySelector('[data-testid=close-settings]').click()"),
    ];
    const ITEM: [(&str, &str); 2] = [
        ("an item is opened", "document.querySelector('[data-testid=card]').click()"),
        ("an item is closed", "document.querySelector('[data-testid=back]').click()"),
    ];
    const ACTIVITY: [(&str, &str); 2] = [
        ("the activity is opened", "document.querySelector('[data-testid=activity]').click()"),
        ("the activity is closed", "document.querySelector('[data-testid=activity]').click()"),
    ];
    there_and_back(window, SETTINGS).await;
    there_and_back(window, ITEM).await;
    there_and_back(window, ACTIVITY).await;
    let scroll = "let left = 40; const box = document.querySelector('[data-testid=library]');
        const step = () => { box.scrollTop += 240; left -= 1; if (left > 0) requestAnimationFrame(step); };
        requestAnimationFrame(step)";
    let letter =
        "const box = document.querySelector('[data-testid=search]'); box.value = box.value ? '' : 'a';
        box.dispatchEvent(new Event('input', { bubbles: true }))";
    for (name, script) in
        [("forty steps of scrolling, ten rows a second", scroll), ("a letter is typed", letter)]
    {
        let mut times = Vec::new();
        for _ in 0..AGAIN {
            times.push(longest(window, script).await);
        }
        tell_held_up(name, times);
    }
    let cache = desk.cache();
    let mut times = Vec::new();
    for _ in 0..AGAIN {
        window
            .run(
                "window.__long = null; window.__deskscribe.heldUp(1500).then((one) => window.__long = one)",
                vec![],
            )
            .await;
        for _ in 0..50 {
            words.fill(&cache, readings..readings + 1, |_, _| ()).unwrap();
            readings += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        times.push(held_up(&window.until("the longest time", "window.__long").await));
    }
    tell_held_up("fifty results a second come in", times);
    const LONG: [(&str, &str); 2] = [
        ("an item with 200 kB of text is opened", ITEM[0].1),
        ("an item with 200 kB of text is closed", ITEM[1].1),
    ];
    store_long(&cache, readings);
    window.search("\u{e009}a\u{e009}\u{e003}in:/home/ann/long").await;
    window.lists(1).await;
    there_and_back(window, LONG).await;
}

/// One thing and what takes it back, by turns.
async fn there_and_back(window: &Window, pair: [(&str, &str); 2]) {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..AGAIN {
        for ((_, script), times) in pair.iter().zip(&mut times) {
            times.push(longest(window, script).await);
        }
    }
    pair.iter().zip(times).for_each(|((name, _), times)| tell_held_up(name, times));
}

/// One reading with 200 kB of text, in a folder of its own.
fn store_long(cache: &Cache, number: usize) {
    let (record, place) = Words::long(SEED).reading(number);
    let place = Place { path: "/home/ann/long/minutes.png".into(), ..place };
    let mut writer = cache.writer().unwrap();
    let mut guard = writer.lock(Duration::from_secs(60)).unwrap();
    guard.put(&record).unwrap();
    guard.remember(&place, &record.key, record.read_at).unwrap();
    guard.commit().unwrap();
}

/// Does this, and tells the longest time that the page answers nobody after it.
async fn longest(window: &Window, script: &str) -> [f64; 2] {
    let script = format!(
        "const done = arguments[0]; const longest = window.__deskscribe.heldUp(700);
         setTimeout(() => {{ {script}; longest.then(done); }}, 50);"
    );
    held_up(&window.client.execute_async(&script, vec![]).await.unwrap())
}

/// Its work alone, and all.
fn held_up(told: &Value) -> [f64; 2] {
    ["work", "whole"].map(|part| told[part].as_f64().unwrap())
}

/// Looks in every frame whether the library has so many items, and notes when that was painted.
const WATCH: &str = "
    const count = String(arguments[0]);
    window.__seen = null;
    const look = () => {
        const card = document.querySelector('[data-testid=card]');
        if (card?.getAttribute('aria-setsize') !== count) return requestAnimationFrame(look);
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => window.__seen = performance.timeOrigin + performance.now();
        port2.postMessage(null);
    };
    requestAnimationFrame(look);";

/// Frames of a library that is scrolled without a pause while all workers read.
async fn scroll(desk: &Desk) {
    desk.pictures(PICTURES);
    let window = desk.open(&[desk.desktop().to_str().unwrap()]).await;
    until("eight workers at work", || {
        let status = desk.status();
        let workers = status["workers"].as_array()?;
        (workers.iter().filter(|worker| worker["state"] == "busy").count() == 8).then_some(())
    })
    .await;
    let script = "
        const [milliseconds, done] = [arguments[0], arguments[1]];
        const box = document.querySelector('[data-testid=library]');
        let goes = true;
        const step = () => { box.scrollTop += 24; if (goes) requestAnimationFrame(step); };
        requestAnimationFrame(step);
        window.__deskscribe.frames(milliseconds).then((frames) => { goes = false; done(frames); });";
    let frames = window.client.execute_async(script, vec![json!(SCROLL.as_millis() as u64)]).await.unwrap();
    let frames: Vec<f64> = frames.as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    let per_second = frames.len() as f64 * 1e3 / frames.iter().sum::<f64>();
    println!("{:<58} {per_second:>9.1}", "frames per second of scrolling while 8 workers read");
    tell("between two of those frames, milliseconds", frames);
    window.close().await;
}

fn tell(name: &str, times: Vec<f64>) {
    let (median, worst) = median_and_worst(times);
    println!("{name:<58} {median:>9.1} {worst:>9.1}");
}

fn tell_held_up(name: &str, times: Vec<[f64; 2]>) {
    let [work, whole] = [0, 1].map(|part| median_and_worst(times.iter().map(|both| both[part]).collect()));
    println!("{name:<58} {:>9.1} {:>9.1} {:>9.1} {:>9.1}", work.0, work.1, whole.0, whole.1);
}

fn median_and_worst(mut times: Vec<f64>) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[times.len() - 1])
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64() * 1e3
}

fn shell(desk: &Desk) -> Process {
    let all = descendants(desk.keeper());
    all.into_iter().find(|process| process.name() == "deskscribe-app").expect("the window is open")
}

/// When a process was started, in milliseconds since 1970; the kernel keeps hundredths of a second.
fn started(process: Process) -> f64 {
    let since_boot = clock_gettime(ClockId::Boottime);
    let since_boot = since_boot.tv_sec as f64 * 1e3 + since_boot.tv_nsec as f64 / 1e6;
    now() - (since_boot - process.started_ms())
}

/// What the shell and the processes of its page hold together, in MB.
fn memory(desk: &Desk) -> f64 {
    // The kernel keeps fifteen letters of a name.
    const NAMES: [&str; 3] = ["deskscribe-app", "WebKitWebProces", "WebKitNetworkPr"];
    let all =
        descendants(desk.keeper()).into_iter().filter(|process| NAMES.contains(&process.name().as_str()));
    let held: u64 = all.filter_map(|process| proportional(process.pid)).sum();
    held as f64 / f64::from(1 << 20)
}
