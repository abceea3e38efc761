//! Stores one record after the other and says so, until it is killed: `cache-writer HOME WRITER FROM`.

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use deskscribe_cache::Cache;
use deskscribe_system_tests::soak::record;

/// Others hold the lock for a commit at a time.
const LOCK_WITHIN: Duration = Duration::from_secs(30);

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().collect();
    let [_, home, writer, from] = &words[..] else { return Err("cache-writer HOME WRITER FROM".into()) };
    let (writer, from) = (writer.parse()?, from.parse()?);
    let cache = Cache::open(Path::new(home))?;
    let mut store = cache.writer()?;
    for number in from.. {
        let mut guard = store.lock(LOCK_WITHIN)?;
        guard.put(&record(writer, number))?;
        guard.commit()?;
        // In one go: a reader sees the full stop or knows that it was cut short.
        io::stdout().write_all(format!("{number}.\n").as_bytes())?;
    }
    Ok(())
}
