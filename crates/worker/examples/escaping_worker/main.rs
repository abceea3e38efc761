//! A worker that tries to escape: the real start-up, but every file it is lent is a list of what to reach.
//!
//! It answers with a line for each thing it tried: `escape` or `need`, its name, and what came of it, with tabs
//! between. An escape is something that no hostile file may get; a need is something that reading a picture takes. What
//! has to do with language models is tried again when the file is to be summarised. That models load and pictures are
//! read after confinement is what the other tests show.
//!
//! It also runs unconfined, as root, on the machines of developers: nothing it does leaves a mark on more
//! than the files that are in the list, signals are number 0, and calls that would change the system are
//! made with arguments that are refused after permission was given.

mod attempt;
mod system;

mod files;
mod marks;
mod system_files;

mod descriptors;
mod memory;

mod datagrams;
mod model;
mod sockets;

mod others;
mod privileges;
mod programs;

mod ipc;
mod kernel;
mod mounts;

mod needs;

#[cfg(target_arch = "x86_64")]
mod x86;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use deskscribe_protocol::{Answer, Code, Failure, Reading, Stage, Work};
use deskscribe_worker::{Engines, Interruption, Job, Outcome, Watch};

use crate::attempt::{Attempt, Book};

const ESCAPES: &[&[Attempt]] = &[
    files::ATTEMPTS,
    marks::ATTEMPTS,
    system_files::ATTEMPTS,
    descriptors::ATTEMPTS,
    memory::ATTEMPTS,
    sockets::ATTEMPTS,
    datagrams::ATTEMPTS,
    model::ATTEMPTS,
    others::ATTEMPTS,
    privileges::ATTEMPTS,
    programs::ATTEMPTS,
    ipc::ATTEMPTS,
    kernel::ATTEMPTS,
    mounts::ATTEMPTS,
    #[cfg(target_arch = "x86_64")]
    x86::ATTEMPTS,
];

fn main() -> ExitCode {
    deskscribe_worker::serve(try_everything)
}

fn try_everything(job: Job, _: &mut Engines, watch: &dyn Watch) -> Result<Outcome, Interruption> {
    let unreadable = |error: std::io::Error| Failure::new(Code::Unreadable, error.to_string());
    let medium = job.medium.ok_or_else(|| Failure::new(Code::Internal, "nothing to read"))?;
    let book = Book::read(medium.file).map_err(unreadable)?;
    if let Work::Summarise(brief) = &job.work {
        return model::summarise(brief, &book, watch);
    }
    let escapes = ESCAPES.iter().flat_map(|attempts| attempts.iter()).map(|attempt| ("escape", attempt));
    // Needs come last: they must still work in a worker that has tried everything else.
    let needs = needs::ATTEMPTS.iter().map(|attempt| ("need", attempt));
    let mut text = String::new();
    for (kind, (name, attempt)) in escapes.chain(needs) {
        watch.progress(Stage::Decode, 0, 1);
        let outcome = match catch_unwind(AssertUnwindSafe(|| attempt(&book))) {
            Ok(Ok(())) => "allowed".to_owned(),
            Ok(Err(error)) => attempt::name_of(&error),
            Err(_) => "panicked".to_owned(),
        };
        text += &format!("{kind}\t{name}\t{outcome}\n");
    }
    let reading = Reading { text, width: 1, height: 1, pages: 1, ..Reading::default() };
    Ok(Outcome { answer: Answer::Reading(Box::new(reading)), picture: None })
}
