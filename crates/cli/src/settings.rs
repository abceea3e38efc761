//! `deskscribe settings`: what the user has chosen, and choosing.

use deskscribe_engine::{Chosen, Edit, Home, Settings, at_home, count, json};
use serde::Serialize;

use crate::args::{SetArgs, SettingsArgs, SettingsCommand, UnsetArgs};
use crate::exit::Exit;
use crate::folders::FolderRow;
use crate::show::{Table, print, say};

/// What is chosen, for scripts.
#[derive(Serialize)]
struct Document {
    /// Where the file is, if it is there.
    path: String,
    exists: bool,
    chosen: Vec<Chosen>,
    watch: Vec<FolderRow>,
}

/// Runs the command.
pub(crate) fn settings(args: SettingsArgs) -> anyhow::Result<Exit> {
    let home = Home::locate()?;
    match args.command {
        None => show(&home, args.json),
        Some(SettingsCommand::Path) => {
            print(&format!("{}\n", home.settings().display()))?;
            Ok(Exit::Done)
        }
        Some(SettingsCommand::Check) => check(&home),
        Some(SettingsCommand::Set(SetArgs { key, value })) => change(&home, &key, &Edit::typed(&key, &value)),
        Some(SettingsCommand::Unset(UnsetArgs { key })) => {
            change(&home, &key, &Edit::Unset { key: key.clone() })
        }
        Some(SettingsCommand::Init) => init(&home),
    }
}

fn show(home: &Home, as_json: bool) -> anyhow::Result<Exit> {
    let settings = Settings::load(home)?;
    let exists = home.settings().exists();
    let chosen = settings.chosen();
    if as_json {
        let path = home.settings().display().to_string();
        let watch = settings.watch.iter().map(FolderRow::of).collect();
        print(&(json(&Document { path, exists, chosen, watch })? + "\n"))?;
        return Ok(Exit::Done);
    }
    let mut text = format!("{}\n", at_home(&home.settings()));
    if chosen.is_empty() && settings.watch.is_empty() {
        text += "Everything is as it comes.\n";
    }
    if !exists {
        text += "There is no such file yet; `deskscribe settings init` writes one that explains every key.\n";
    }
    if !chosen.is_empty() {
        let mut table = Table::with_head(["setting", "is", "as it comes"]);
        for Chosen { key, value, default } in chosen {
            table.add([key.to_owned(), value, default.unwrap_or_default()]);
        }
        text += &format!("\n{}", table.text());
    }
    if !settings.watch.is_empty() {
        let folders = count(settings.watch.len() as u64, "folder is", "folders are");
        text += &format!("\n{folders} watched; `deskscribe folders` lists them.\n");
    }
    print(&text)?;
    Ok(Exit::Done)
}

fn check(home: &Home) -> anyhow::Result<Exit> {
    let path = at_home(&home.settings());
    match Settings::load(home) {
        Ok(_) if home.settings().exists() => print(&format!("The settings can be followed: {path}\n"))?,
        Ok(_) => print(&format!("There is no such file, so everything is as it comes: {path}\n"))?,
        Err(error) => {
            say(&error.to_string());
            return Ok(Exit::InPart);
        }
    }
    Ok(Exit::Done)
}

/// Changes one key, and says what it is now.
fn change(home: &Home, key: &str, edit: &Edit) -> anyhow::Result<Exit> {
    let settings = Settings::change(home, std::slice::from_ref(edit))?;
    let line = match settings.chosen().into_iter().find(|chosen| chosen.key == key) {
        Some(Chosen { value, .. }) => format!("{key} = {value}\n"),
        None => format!("{key} is as it comes.\n"),
    };
    print(&line)?;
    Ok(Exit::Done)
}

fn init(home: &Home) -> anyhow::Result<Exit> {
    let path = at_home(&home.settings());
    print(&if Settings::begin(home)? {
        format!("A file that explains every key is there now: {path}\n")
    } else {
        format!("There is one, and it stays as it is: {path}\n")
    })?;
    Ok(Exit::Done)
}
