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
    for name in names(&program) {
        write(&format!("{PROGRAM}-{name}"), of(&program, &name)?)?;
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

/// All commands as their pages are called, such as `models` and `models-get`.
fn names(above: &Command) -> Vec<String> {
    let with_those_below = |command: &Command| {
        let name = command.get_name().to_owned();
        let below: Vec<_> = names(command).into_iter().map(|below| format!("{name}-{below}")).collect();
        [vec![name], below].concat()
    };
    above.get_subcommands().flat_map(with_those_below).collect()
}

/// The definition of one command, under the name of its page.
fn of(program: &Command, name: &str) -> anyhow::Result<Command> {
    let mut command = Some(program);
    for part in name.split(['-', ' ']) {
        command = command.and_then(|above| above.find_subcommand(part));
    }
    let Some(command) = command else {
        bail!("there is no command {name}; there are {}", names(program).join(", "));
    };
    let page = format!("{PROGRAM}-{}", name.replace(' ', "-"));
    let typed = format!("{PROGRAM} {}", name.replace('-', " "));
    Ok(command.clone().name(page.clone()).bin_name(typed).display_name(page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_also_one_below_another() {
        let program = Args::command();
        let names = names(&program);
        assert!(["scan", "models", "models-get"].iter().all(|name| names.contains(&(*name).to_owned())));
        for name in names {
            let page = String::from_utf8(page(of(&program, &name).unwrap()).unwrap()).unwrap();
            assert!(page.contains(&format!("deskscribe {}", name.replace('-', " "))), "{name}: {page}");
        }
        assert!(of(&program, "models get").is_ok());
        let error = of(&program, "models-fetch").unwrap_err().to_string();
        assert!(error.starts_with("there is no command models-fetch; there are scan, "), "{error}");
    }
}
