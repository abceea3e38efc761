//! Deskscribe in the terminal.

mod args;
mod doctor;
mod exit;
mod log;
mod scan;
mod show;
mod status;
mod stop;

use std::process::ExitCode;

use clap::Parser;

use anyhow::Context;
use tokio::runtime::{Builder, Runtime};

use args::{Args, Command, StopArgs};
use exit::Exit;

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
    result
        .unwrap_or_else(|error| {
            show::complain(&error);
            Exit::CouldNotRun
        })
        .into()
}

/// What everything runs on that waits for something.
fn runtime() -> anyhow::Result<Runtime> {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.context("the program could not start its threads")
}
