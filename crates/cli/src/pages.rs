//! `deskscribe completions` and `deskscribe man`: made of the same definitions as the commands themselves.

use std::fs;
use std::io::{self, Write};

use anyhow::{Context, bail};
use clap::builder::Resettable;
use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::args::{Args, CompletionsArgs, ManArgs};
use crate::exit::Exit;

const PROGRAM: &str = "deskscribe";

/// Runs the command.
pub(crate) fn completions(args: CompletionsArgs) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), PROGRAM, &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(Exit::Done)
}

/// Runs the command.
pub(crate) fn man(args: ManArgs) -> anyhow::Result<Exit> {
    let program = Args::command();
    let Some(folder) = args.all else {
        let command = match &args.command {
            None => program,
            Some(name) => of(&program, name)?,
        };
        io::stdout().lock().write_all(&page(command)?)?;
        return Ok(Exit::Done);
    };
    let write = |name: &str, command: Command| {
        let path = folder.join(name).with_added_extension("1");
        let failed = || format!("the page cannot be written; check the folder: {}", path.display());
        fs::write(&path, page(command)?).with_context(failed)
    };
    for command in program.get_subcommands() {
        let name = command.get_name();
        write(&format!("{PROGRAM}-{name}"), of(&program, name)?)?;
    }
    write(PROGRAM, program)?;
    Ok(Exit::Done)
}

/// A manual page.
fn page(command: Command) -> io::Result<Vec<u8>> {
    let below = command.get_after_help().map(ToString::to_string);
    let mut page = Vec::new();
    Man::new(command.after_help(Resettable::Reset)).render(&mut page)?;
    page.extend(below.iter().flat_map(|text| as_it_stands(text).into_bytes()));
    Ok(page)
}

/// A section whose head is its first line, and whose columns stay columns.
fn as_it_stands(text: &str) -> String {
    let (head, rest) = text.split_once(":\n").unwrap_or(("Notes", text));
    // What begins a line of roff is an order, and a backslash anywhere; `-` alone would be a hyphen.
    let lines = rest.lines().map(|line| format!("\\&{}\n", line.replace('\\', "\\e").replace('-', "\\-")));
    format!(".SH {}\n.nf\n{}.fi\n", head.to_uppercase(), lines.collect::<String>())
}

/// The definition of one command, under the name of its page.
fn of(program: &Command, name: &str) -> anyhow::Result<Command> {
    let Some(command) = program.find_subcommand(name) else {
        let names: Vec<&str> = program.get_subcommands().map(Command::get_name).collect();
        bail!("there is no command {name}; there are {}", names.join(", "));
    };
    let page = format!("{PROGRAM}-{name}");
    Ok(command.clone().name(page.clone()).bin_name(format!("{PROGRAM} {name}")).display_name(page))
}
