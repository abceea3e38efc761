//! Deskscribe in the terminal.

mod args;
mod doctor;
mod log;
mod scan;
mod show;
mod status;
mod stop;

use std::io;
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command, StopArgs};

fn main() -> ExitCode {
    // What is read in a picture is nobody else's business: every file that we make is the user's alone.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let Args { command } = Args::parse();
    let result = match command {
        Command::Scan(args) => scan::scan(args),
        Command::Status(args) => status::status(args),
        Command::Stop(StopArgs {}) => stop::stop(),
        Command::Doctor(args) => doctor::doctor(args),
    };
    result.unwrap_or_else(|error| {
        // Nobody reads what we print any more: `deskscribe status | head`.
        let broken_pipe = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
        if error.downcast_ref().is_some_and(broken_pipe) {
            return ExitCode::SUCCESS;
        }
        show::complain(&error);
        ExitCode::from(scan::COULD_NOT_RUN)
    })
}
