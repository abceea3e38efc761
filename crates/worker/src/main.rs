//! The lean process that reads one file at a time and can touch nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    deskscribe_worker::serve(deskscribe_worker::work)
}
