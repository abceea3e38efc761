//! What reading a picture takes, and confinement must leave.

use std::hint::black_box;
use std::io::{self, Read, Seek};
use std::os::unix::fs::FileExt;
use std::panic::catch_unwind;
use std::sync::{Arc, Barrier, Condvar, Mutex, PoisonError};
use std::thread::{self, available_parallelism};
use std::time::{Duration, Instant, SystemTime};

use crate::attempt::{Attempt, Book};
use crate::system::call;

pub(crate) const ATTEMPTS: &[Attempt] = &[
    ("read the lent file (pread)", |book| book.file().read_exact_at(&mut [0], 0)),
    ("read the lent file from its beginning", |book| {
        let mut file = book.file();
        file.rewind()?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        as_it_must_be(text.len() as u64 == file.seek(io::SeekFrom::End(0))?)
    }),
    ("map the lent file for reading", map_to_read),
    ("copy the descriptor of the lent file", |book| book.file().try_clone().map(drop)),
    ("start a thread and wait for it", |_| {
        let sum = thread::Builder::new().name("need".to_owned()).spawn(|| 1 + 1)?.join();
        as_it_must_be(sum.ok() == Some(2))
    }),
    ("run eight threads at once", |_| eight_threads()),
    ("use 500 MB of memory", |_| {
        let memory = vec![1_u8; 500 << 20];
        as_it_must_be(black_box(&memory).iter().step_by(4096).all(|byte| *byte == 1))
    }),
    ("use much memory many times", |_| {
        as_it_must_be((1..40).all(|size| black_box(vec![1_u8; size << 20]).len() == size << 20))
    }),
    ("give memory back (madvise)", |_| {
        let memory = vec![1_u8; 1 << 20];
        let page = (memory.as_ptr() as usize + 0xffff) & !0xffff;
        call!(libc::SYS_madvise, page, 1 << 16, libc::MADV_COLD).map(drop)
    }),
    ("draw random numbers", |_| {
        let mut bytes = [0_u8; 16];
        call!(libc::SYS_getrandom, bytes.as_mut_ptr(), bytes.len(), 0)?;
        as_it_must_be(bytes != [0; 16])
    }),
    ("know the time", |_| {
        let begun = Instant::now();
        as_it_must_be(SystemTime::now() > SystemTime::UNIX_EPOCH && begun.elapsed() < Duration::from_secs(60))
    }),
    ("know the processor time it spent", |_| {
        let mut time = [0_i64; 2];
        call!(libc::SYS_clock_gettime, libc::CLOCK_PROCESS_CPUTIME_ID, time.as_mut_ptr()).map(drop)
    }),
    ("know how many processors there are", |_| available_parallelism().map(drop)),
    ("know the processors it may run on", |_| {
        let mut set = [0_u64; 128];
        call!(libc::SYS_sched_getaffinity, 0, size_of_val(&set), set.as_mut_ptr()).map(drop)
    }),
    ("wait for a condition", |_| {
        let (lock, told) = (Mutex::new(()), Condvar::new());
        let held = lock.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = told.wait_timeout(held, Duration::from_millis(1));
        as_it_must_be(waited.is_ok_and(|(_, end)| end.timed_out()))
    }),
    ("sleep", |_| {
        thread::sleep(Duration::from_millis(1));
        Ok(())
    }),
    ("give way to another thread", |_| {
        thread::yield_now();
        Ok(())
    }),
    ("panic and go on", |_| {
        #[expect(clippy::panic, reason = "decoders do")]
        as_it_must_be(catch_unwind(|| panic!("a need, not a fault")).is_err())
    }),
    ("print something for the evidence", |_| {
        use io::Write;
        writeln!(io::stderr(), "printed on stderr")?;
        writeln!(io::stdout(), "printed on stdout")
    }),
    ("know its own number", |_| as_it_must_be(call!(libc::SYS_getpid)? > 0)),
];

fn as_it_must_be(is_it: bool) -> io::Result<()> {
    if is_it { Ok(()) } else { Err(io::Error::other("not as it must be")) }
}

fn map_to_read(book: &Book) -> io::Result<()> {
    let address = call!(libc::SYS_mmap, 0, 4096, libc::PROT_READ, libc::MAP_PRIVATE, book.lent(), 0)?;
    call!(libc::SYS_munmap, address, 4096).map(drop)
}

/// All eight must be there at the same time, or none gets on.
fn eight_threads() -> io::Result<()> {
    let barrier = Arc::new(Barrier::new(8));
    let wait = |_| {
        let barrier = Arc::clone(&barrier);
        thread::Builder::new().spawn(move || barrier.wait().is_leader())
    };
    let threads = (0..8).map(wait).collect::<io::Result<Vec<_>>>()?;
    let leaders = threads.into_iter().filter_map(|thread| thread.join().ok()).filter(|leads| *leads);
    as_it_must_be(leaders.count() == 1)
}
