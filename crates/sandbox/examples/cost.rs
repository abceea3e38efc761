//! What confinement costs a process at its start, in milliseconds: `enter`, `seal`, and the attempts in both.
//!
//! A process can be confined only once, so this prints one line a run.

use std::time::Instant;

use deskscribe_sandbox::{Policy, begin};

fn main() {
    let begun = Instant::now();
    let policy = Policy { libraries: Vec::new(), memory: 4 << 30, descriptors: 64, file: 0 };
    let entered = begin().enter(&policy);
    let between = begun.elapsed();
    let report = entered.seal();
    let whole = begun.elapsed();
    let refused = report.attempts.iter().filter(|attempt| attempt.refused).count();
    #[expect(clippy::print_stdout, reason = "it is a program for a terminal")]
    {
        let (enter, seal) = (between.as_secs_f64() * 1e3, (whole - between).as_secs_f64() * 1e3);
        println!("enter {enter:.2} ms, seal {seal:.2} ms; {refused} of {} refused", report.attempts.len());
    }
}
