//! `deskscribe forget`: let go of what was read.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::bail;
use deskscribe_engine::{CacheError, FindError, Gone, Home, Library, Named, absolute, count, tame};

use crate::args::ForgetArgs;
use crate::exit::Exit;
use crate::library::open;
use crate::show::{print, say};

/// More names than that are not listed before asking.
const LISTED: usize = 20;

/// Runs the command.
pub(crate) fn forget(args: ForgetArgs) -> anyhow::Result<Exit> {
    let ForgetArgs { names, gone, yes } = args;
    let home = Home::locate()?;
    let library = open(&home)?;
    let (named, mut all_known) =
        if gone { (gone_below(&library, &names)?, true) } else { find(&library, &names)? };
    if named.is_empty() {
        if gone {
            print("Nothing to forget: every file that was read is there, or its folder is not.\n")?;
        }
        return Ok(if all_known { Exit::Done } else { Exit::CouldNotRun });
    }
    print(&describe(&library, &named)?)?;
    let what = count(named.len() as u64, "reading", "readings");
    if !yes && !is_sure(&format!("Forget {what}?"))? {
        print("Nothing was forgotten.\n")?;
        return Ok(Exit::InPart);
    }
    // While it is open, what is forgotten could not be wiped from the files.
    drop(library);
    let forgotten = match deskscribe_engine::forget(&home, &named) {
        Err(error @ CacheError::Traces(_)) => {
            say(&format!("deskscribe: {error}"));
            let keys = named.iter().filter_map(|named| match named {
                Named::Content { key, .. } => Some(key.to_string()),
                Named::Queued(_) => None,
            });
            say(&format!("deskscribe forget --yes {}", keys.collect::<Vec<_>>().join(" ")));
            return Ok(Exit::InPart);
        }
        forgotten => forgotten?,
    };
    all_known &= forgotten == named.len() as u64;
    let what = count(forgotten, "reading", "readings");
    print(&format!("Forgot {what}. No file was touched; a scan that finds one of them reads it again.\n"))?;
    Ok(if all_known { Exit::Done } else { Exit::InPart })
}

/// What is known by these names, and whether all of it is.
fn find(library: &Library, names: &[std::ffi::OsString]) -> anyhow::Result<(Vec<Named>, bool)> {
    let mut found: Vec<Named> = Vec::new();
    let mut all_known = true;
    for name in names {
        let named = match library.find(name) {
            // Whatever is there now: what was read there is to be forgotten.
            Err(FindError::Changed { key, path }) => Named::Content { key, path: Some(path) },
            // It was forgotten before, and could not be wiped from all files.
            Err(FindError::NoSuchKey(key)) if let Ok(key) = key.parse() => Named::Content { key, path: None },
            Err(error @ FindError::Cache(_)) => return Err(error.into()),
            Err(error) => {
                say(&format!("deskscribe: {error}"));
                all_known = false;
                continue;
            }
            Ok(named) => named,
        };
        let is_same = |other: &Named| match (other, &named) {
            (Named::Content { key: one, .. }, Named::Content { key: two, .. }) => one == two,
            (one, two) => one == two,
        };
        if !found.iter().any(is_same) {
            found.push(named);
        }
    }
    Ok((found, all_known))
}

/// What was read in files that are gone.
fn gone_below(library: &Library, folders: &[std::ffi::OsString]) -> anyhow::Result<Vec<Named>> {
    let below: Vec<PathBuf> = folders.iter().map(|folder| absolute(Path::new(folder))).collect();
    let Gone { mut keys, folder_too, folders } = library.gone(&below)?;
    if !below.is_empty() {
        keys.extend(folder_too);
    } else if let Some(folder) = folders.first() {
        let others = match folders.len() - 1 {
            0 => String::new(),
            others => format!(" and {}", count(others as u64, "other folder", "other folders")),
        };
        say(&format!(
            "Kept {} of files whose whole folder is gone, which may be on a drive that is not plugged in: {}{others}. \
             Name the folder to forget them: deskscribe forget --gone FOLDER",
            count(folder_too.len() as u64, "reading", "readings"),
            folder.display()
        ));
    }
    Ok(keys.into_iter().map(|key| Named::Content { key, path: None }).collect())
}

/// What will be forgotten, a line each.
fn describe(library: &Library, named: &[Named]) -> anyhow::Result<String> {
    let mut text = String::new();
    for named in named.iter().take(LISTED) {
        let Some(item) = library.item_of(named)? else { continue };
        let title = item.row.title.or(item.row.reason).unwrap_or_else(|| "no text found".to_owned());
        let place = match item.row.path.as_str() {
            "" => item.row.key.map(|key| key.to_string()).unwrap_or_default(),
            path => path.to_owned(),
        };
        text += &format!("  {}: {}\n", tame(&place), tame(&title));
        for place in item.places.iter().filter(|place| **place != item.row.path) {
            text += &format!("    also {}\n", tame(place));
        }
    }
    if named.len() > LISTED {
        text += &format!("  … and {} more\n", named.len() - LISTED);
    }
    Ok(text)
}

fn is_sure(question: &str) -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() {
        bail!("there is nobody to ask whether to forget this; say --yes");
    }
    write!(io::stderr(), "{question} [y/N] ")?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "Yes"))
}
