//! `deskscribe folders`: which folders are watched.

use std::path::{Path, PathBuf};

use anyhow::bail;
use deskscribe_engine::{Edit, Home, MediaKind, Settings, WatchedFolder, absolute, at_home, json};
use serde::Serialize;

use crate::args::{AddFolderArgs, FoldersArgs, FoldersCommand, RemoveFolderArgs};
use crate::exit::Exit;
use crate::show::{Table, print, say};

/// A watched folder, for scripts.
#[derive(Serialize)]
pub(crate) struct FolderRow {
    path: String,
    recurse: bool,
    kinds: Vec<MediaKind>,
    ignore: Vec<String>,
    existing: bool,
}

impl FolderRow {
    /// This one.
    pub(crate) fn of(folder: &WatchedFolder) -> Self {
        let WatchedFolder { path, recurse, kinds, ignore, existing } = folder.clone();
        // A file of text has named it, so nothing is lost.
        Self { path: path.to_string_lossy().into_owned(), recurse, kinds, ignore, existing }
    }
}

/// Runs the command.
pub(crate) fn folders(args: FoldersArgs) -> anyhow::Result<Exit> {
    let home = Home::locate()?;
    match args.command {
        None => list(&home, args.json),
        Some(FoldersCommand::Add(args)) => add(&home, args),
        Some(FoldersCommand::Remove(args)) => remove(&home, args),
    }
}

fn list(home: &Home, as_json: bool) -> anyhow::Result<Exit> {
    let folders = Settings::load(home)?.watch;
    if as_json {
        for folder in &folders {
            print(&(json(&FolderRow::of(folder))? + "\n"))?;
        }
    } else if folders.is_empty() {
        print("No folder is watched. To watch one: deskscribe folders add FOLDER\n")?;
    } else {
        print(&describe(&folders))?;
    }
    Ok(Exit::Done)
}

fn describe(folders: &[WatchedFolder]) -> String {
    let mut table =
        Table::with_head(["folder", "is there", "what is read", "folders in it", "files", "left out"]);
    for folder in folders {
        let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
        let kinds: Vec<_> = folder.kinds.iter().map(|kind| kind.as_str()).collect();
        table.add([
            at_home(&folder.path),
            yes(folder.path.is_dir()),
            kinds.join(", "),
            yes(folder.recurse),
            if folder.existing { "all" } else { "new ones" }.to_owned(),
            folder.ignore.join("  "),
        ]);
    }
    table.text()
}

fn add(home: &Home, args: AddFolderArgs) -> anyhow::Result<Exit> {
    let AddFolderArgs { folder, no_recurse, kinds, ignore, new_only, json: as_json } = args;
    let path = named(&folder);
    // A folder that is away for a while stays watched; one that was never there is more likely a slip of the pen.
    if !path.is_dir() {
        bail!("there is no such folder; if it is on a drive, plug that in first: {}", path.display());
    }
    let mut watched =
        WatchedFolder { recurse: !no_recurse, ignore, existing: !new_only, ..WatchedFolder::of(path) };
    if !kinds.is_empty() {
        let wanted: Vec<MediaKind> = kinds.into_iter().map(MediaKind::from).collect();
        watched.kinds.retain(|kind| wanted.contains(kind));
    }
    let before = Settings::load(home)?.watch;
    let settings = Settings::change(home, &[Edit::Watch(watched.clone())])?;
    if as_json {
        print(&(json(&FolderRow::of(&watched))? + "\n"))?;
        return Ok(Exit::Done);
    }
    let how = match before.iter().find(|folder| folder.path == watched.path) {
        None => "is watched from now on",
        Some(_) if before == settings.watch => "was watched in this way already",
        Some(_) => "is watched in this way from now on",
    };
    print(&format!("{} {how}.\n", at_home(&watched.path)))?;
    Ok(Exit::Done)
}

fn remove(home: &Home, args: RemoveFolderArgs) -> anyhow::Result<Exit> {
    let path = named(&args.folder);
    let before = Settings::load(home)?.watch;
    let Some(watched) = before.iter().find(|folder| folder.path == path) else {
        say(&format!("deskscribe: this folder is not watched: {}", path.display()));
        return Ok(Exit::InPart);
    };
    Settings::change(home, &[Edit::Unwatch(path.clone())])?;
    print(&if args.json {
        json(&FolderRow::of(watched))? + "\n"
    } else {
        format!("{} is not watched any more. What was read in it is kept.\n", at_home(&path))
    })?;
    Ok(Exit::Done)
}

/// The folder that is meant, as the settings name it.
fn named(folder: &Path) -> PathBuf {
    absolute(folder).components().collect()
}
