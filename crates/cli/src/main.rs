//! Deskscribe in the terminal.

mod args;
mod exit;
#[cfg(test)]
mod sample;
mod show;

mod add;
mod doctor;
mod folders;
mod llm;
mod models;
mod pages;
mod pause;
mod recording;
mod runs;
mod scan;
mod service;
mod settings;
mod status;
mod stop;
mod watch;

mod export;
mod forget;
mod item;
mod library;
mod list;
mod search;
mod summarise;

use std::io;
use std::process::{self, ExitCode};

use anyhow::Context;
use clap::Parser;
use deskscribe_engine::CancellationToken;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};

use args::{Args, Command, StopArgs};
use exit::Exit;

/// The signal of a write beyond the limit on file sizes, as on every Linux but those of MIPS and the like.
const SIGXFSZ: i32 = 25;

fn main() -> ExitCode {
    // What is read in a picture is nobody else's business: every file that we make is the user's alone.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let Args { command } = Args::parse();
    let result = match command {
        Command::Scan(args) => scan::scan(args),
        Command::Watch(args) => watch::watch(args),
        Command::Add(args) => add::add(args),
        Command::Search(args) => search::search(args),
        Command::Similar(args) => search::similar(args),
        Command::List(args) => list::list(args),
        Command::Show(args) => item::show(args),
        Command::Export(args) => export::export(args),
        Command::Forget(args) => forget::forget(args),
        Command::Summarise(args) => summarise::summarise(args),
        Command::Models(args) => models::models(args),
        Command::Llm(args) => llm::llm(args),
        Command::Folders(args) => folders::folders(args),
        Command::Settings(args) => settings::settings(args),
        Command::Status(args) => status::status(args),
        Command::Pause(args) => pause::pause(args),
        Command::Resume(args) => pause::resume(args),
        Command::Stop(StopArgs {}) => stop::stop(),
        Command::Service(args) => service::service(args),
        Command::Runs(args) => runs::runs(args),
        Command::Doctor(args) => doctor::doctor(args),
        Command::Completions(args) => pages::completions(args),
        Command::Man(args) => pages::man(args),
    };
    result
        .unwrap_or_else(|error| {
            // Nobody reads what we print any more: `deskscribe status | head`.
            let broken_pipe = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
            if error.downcast_ref().is_some_and(broken_pipe) {
                return Exit::Done;
            }
            show::complain(&error);
            Exit::CouldNotRun
        })
        .into()
}

/// What everything runs on that waits for something.
fn runtime() -> anyhow::Result<Runtime> {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.context("the program could not start its threads")?;
    let inside = runtime.enter();
    // Once somebody listens, writing beyond a limit on file sizes is an error like that of a full disk, and not the
    // end of the program.
    let heard = signal(SignalKind::from_raw(SIGXFSZ)).context("the program could not listen for signals")?;
    drop((heard, inside));
    Ok(runtime)
}

/// Ctrl-C or SIGTERM stops what goes on; a second one ends the program.
fn stop_on_signals(runtime: &Runtime) -> anyhow::Result<CancellationToken> {
    let cancel = CancellationToken::new();
    let stopped = cancel.clone();
    let _inside = runtime.enter();
    let failed = "the program could not listen for signals";
    let mut interrupt = signal(SignalKind::interrupt()).context(failed)?;
    let mut terminate = signal(SignalKind::terminate()).context(failed)?;
    runtime.spawn(async move {
        for _ in 0..2 {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if stopped.is_cancelled() {
                process::exit(Exit::Interrupted.code().into());
            }
            stopped.cancel();
        }
    });
    Ok(cancel)
}
