//! `deskscribe settings` and `deskscribe folders`, as people and scripts use them, and what happens to the file when
//! programs crash, come in each other's way, or find it broken.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command};

use deskscribe_engine::{Home, Settings, SettingsChanges, WatchedFolder};
use deskscribe_system_tests::{Printed, Terminal, executable};
use serde_json::json;

/// As somebody has it who keeps notes.
const NOTES: &str = "\
# Mine.

workers = 3   # the fan

# Loud enough.
notifications = false
";

fn file(terminal: &Terminal) -> PathBuf {
    terminal.home().join("settings.toml")
}

/// A home whose file says this.
fn with(text: &str) -> Terminal {
    let terminal = Terminal::new();
    fs::create_dir_all(terminal.home()).unwrap();
    fs::write(file(&terminal), text).unwrap();
    terminal
}

fn text(terminal: &Terminal) -> String {
    fs::read_to_string(file(terminal)).unwrap()
}

fn run(terminal: &Terminal, arguments: &[&str]) -> Printed {
    Printed::by(&mut terminal.deskscribe(arguments))
}

/// Runs it to a good end, and returns what it printed.
#[track_caller]
fn done(terminal: &Terminal, arguments: &[&str]) -> String {
    let printed = run(terminal, arguments);
    assert_eq!((printed.code, printed.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    printed.stdout
}

/// The settings as a program of this home reads them.
fn loaded(terminal: &Terminal) -> Settings {
    Settings::load(&Home::at(terminal.home())).unwrap()
}

#[test]
fn somebody_without_a_file_gets_one_that_explains_itself() {
    let terminal = Terminal::new();
    let path = file(&terminal);
    assert_eq!(done(&terminal, &["settings", "path"]), format!("{}\n", path.display()));
    let shown = done(&terminal, &["settings"]);
    assert!(
        shown.contains("Everything is as it comes.\n") && shown.contains("`deskscribe settings init`"),
        "{shown}"
    );
    assert!(done(&terminal, &["settings", "check"]).starts_with("There is no such file, "));
    assert!(!path.exists(), "nothing of this makes a file");

    assert!(
        done(&terminal, &["settings", "init"]).starts_with("A file that explains every key is there now: ")
    );
    assert_eq!(loaded(&terminal), Settings::default());
    for key in Settings::keys() {
        assert!(text(&terminal).contains(&format!("\n# {key} = ")), "{key}");
    }
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let before = text(&terminal);
    assert!(done(&terminal, &["settings", "init"]).starts_with("There is one, and it stays as it is: "));
    assert_eq!(text(&terminal), before);

    assert_eq!(done(&terminal, &["settings", "set", "workers", "3"]), "workers = 3\n");
    assert_eq!(text(&terminal), before.replace("# workers = 8\n", "# workers = 8\nworkers = 3\n"));
    assert_eq!(done(&terminal, &["settings", "unset", "workers"]), "workers is as it comes.\n");
    assert_eq!(text(&terminal), before);
}

#[test]
fn what_is_chosen_is_shown_and_comments_survive() {
    let terminal = with(NOTES);
    done(&terminal, &["settings", "set", "workers", "4"]);
    done(&terminal, &["settings", "set", "llm_model", "gemma3:4b"]);
    done(&terminal, &["settings", "set", "sidecar_formats", "srt,md"]);
    let expected = NOTES.replace("workers = 3", "workers = 4")
        + "llm_model = \"gemma3:4b\"\nsidecar_formats = [\"srt\", \"md\"]\n";
    assert_eq!(text(&terminal), expected);
    let shown = done(&terminal, &["settings"]);
    let rows: Vec<_> = shown.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
    assert!(rows.contains(&vec!["workers", "4", "8"]), "{shown}");
    assert!(rows.contains(&vec!["llm_model", "\"gemma3:4b\""]), "{shown}");
    let document = run(&terminal, &["settings", "--json"]).rows().remove(0);
    assert_eq!((&document["exists"], &document["watch"]), (&json!(true), &json!([])));
    assert_eq!(document["path"], file(&terminal).to_str().unwrap());
    assert_eq!(document["chosen"][0], json!({ "key": "workers", "value": "4", "default": "8" }));

    for key in ["workers", "notifications", "llm_model", "sidecar_formats"] {
        done(&terminal, &["settings", "unset", key]);
    }
    assert_eq!(text(&terminal), "# Mine.\n\n# the fan\n\n# Loud enough.\n");

    let refused = run(&terminal, &["settings", "set", "workers", "9"]);
    let expected = "deskscribe: workers = 9 cannot be; allowed is a whole number from 1 to 8\n";
    assert_eq!((refused.code, refused.stderr.as_str()), (Some(2), expected));
    let refused = run(&terminal, &["settings", "set", "worker", "2"]);
    assert!(refused.code == Some(2) && refused.stderr.contains("'workers'"), "{refused:?}");
}

#[test]
fn a_broken_file_is_named_with_its_line_and_not_touched() {
    let broken = "# Mine.\nworkers = 3\n\n[[watch]]\nfolder = \"Desktop\"\n";
    let terminal = with(broken);
    let check = run(&terminal, &["settings", "check"]);
    let reason = format!(
        "line 5 of the settings has folder = \"Desktop\"; allowed is the whole path of a folder, or one that begins \
         with ~/: {}\n",
        file(&terminal).display()
    );
    assert_eq!((check.code, check.stdout.as_str(), &check.stderr), (Some(1), "", &reason));
    let desktop = terminal.desktop();
    for arguments in [
        &["settings"][..],
        &["settings", "set", "workers", "2"],
        &["settings", "unset", "workers"],
        &["folders"],
        &["folders", "add", desktop.to_str().unwrap()],
        &["folders", "remove", "Desktop"],
    ] {
        let refused = run(&terminal, arguments);
        assert_eq!(
            (refused.code, refused.stderr),
            (Some(2), format!("deskscribe: {reason}")),
            "{arguments:?}"
        );
        assert_eq!(text(&terminal), broken, "{arguments:?}");
    }
    fs::write(file(&terminal), NOTES).unwrap();
    assert!(done(&terminal, &["settings", "check"]).starts_with("The settings can be followed: "));
}

#[test]
fn folders_come_change_and_go() {
    let terminal = with(NOTES);
    let desktop = terminal.desktop();
    let name = desktop.to_str().unwrap();
    assert!(done(&terminal, &["folders"]).starts_with("No folder is watched. "));
    assert_eq!(done(&terminal, &["folders", "add", name]), format!("{name} is watched from now on.\n"));
    assert_eq!(text(&terminal), format!("{NOTES}\n[[watch]]\nfolder = \"{name}\"\n"));
    assert_eq!(loaded(&terminal).watch, [WatchedFolder::of(&desktop)]);

    // From within it, by another way to say the same.
    let mut add =
        terminal.deskscribe(&["folders", "add", "../Desktop/", "--no-recurse", "--kinds", "video,image"]);
    add.args(["--ignore", "*.tmp.png", "--ignore", "!keep/", "--new-only"]).current_dir(&desktop);
    let said = Printed::by(&mut add).stdout;
    assert!(said.ends_with("/Desktop is watched in this way from now on.\n"), "{said}");
    let row = json!({
        "path": name, "recurse": false, "kinds": ["image", "video"], "ignore": ["*.tmp.png", "!keep/"], "existing": false,
    });
    assert_eq!(run(&terminal, &["folders", "--json"]).rows(), std::slice::from_ref(&row));
    assert_eq!(run(&terminal, &["settings", "--json"]).rows()[0]["watch"], json!([row]));
    let listed = done(&terminal, &["folders"]);
    let cells: Vec<_> =
        listed.lines().nth(1).unwrap().split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
    assert_eq!(cells, [name, "yes", "image, video", "no", "new ones", "*.tmp.png", "!keep/"]);

    let refused = run(&terminal, &["folders", "add", "/nowhere/at/all"]);
    assert!(refused.code == Some(2) && refused.stderr.contains("there is no such folder"), "{refused:?}");
    let refused = run(&terminal, &["folders", "add", name, "--ignore", "[a"]);
    assert!(refused.code == Some(2) && refused.stderr.contains("is no glob as in .gitignore"), "{refused:?}");

    // Also when it is gone.
    fs::remove_dir(&desktop).unwrap();
    assert_eq!(run(&terminal, &["folders", "remove", name, "--json"]).rows(), [row]);
    assert_eq!(text(&terminal), NOTES);
    let again = run(&terminal, &["folders", "remove", name]);
    assert_eq!(
        (again.code, again.stderr),
        (Some(1), format!("deskscribe: this folder is not watched: {name}\n"))
    );
}

#[test]
fn a_crash_between_writing_and_renaming_leaves_the_old_file_whole() {
    for change in [&["settings", "set", "workers", "5"][..], &["folders", "add", "/"], &["settings", "init"]]
    {
        let begins_with = if change.contains(&"init") { None } else { Some(NOTES) };
        let terminal = begins_with.map_or_else(Terminal::new, with);
        let whole = terminal.deskscribe(change);
        let mut crashing = Command::new(executable("dies-renaming"));
        crashing.arg(whole.get_program()).args(whole.get_args());
        crashing.envs(whole.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let crashed = crashing.output().unwrap();
        assert_eq!(crashed.status.signal(), Some(libc::SIGSYS), "{change:?}: {crashed:?}");
        assert_eq!(fs::read_to_string(file(&terminal)).ok().as_deref(), begins_with, "{change:?}");
        // It had got as far as it should have, and what it held is free.
        let written = fs::read_dir(terminal.home()).unwrap().map(|entry| entry.unwrap().file_name());
        let written = written.filter(|name| name.to_str().unwrap().starts_with(".deskscribe-")).count();
        assert_eq!(written, 1, "{change:?}");
        done(&terminal, change);
        assert_ne!(fs::read_to_string(file(&terminal)).ok().as_deref(), begins_with, "{change:?}");
    }
}

#[test]
fn programs_that_change_it_at_once_lose_nothing() {
    let terminal = with(NOTES);
    let folders: Vec<PathBuf> = (0..6).map(|number| terminal.desktop().join(number.to_string())).collect();
    folders.iter().for_each(|folder| fs::create_dir(folder).unwrap());
    let keys =
        ["workers", "queue_files", "hello_seconds", "cpu_seconds", "rest_seconds", "llm_quiet_seconds"];
    let start = |arguments: &[&str]| terminal.deskscribe(arguments).spawn().unwrap();
    let mut children: Vec<Child> = Vec::new();
    for (key, folder) in keys.iter().zip(&folders) {
        children.push(start(&["settings", "set", key, "7"]));
        children.push(start(&["folders", "add", folder.to_str().unwrap()]));
    }
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    let settings = loaded(&terminal);
    let chosen = settings.chosen();
    for key in keys {
        assert!(
            chosen.iter().any(|chosen| chosen.key == key && chosen.value == "7"),
            "{key} in {}",
            text(&terminal)
        );
    }
    let mut watched: Vec<_> = settings.watch.into_iter().map(|folder| folder.path).collect();
    watched.sort();
    assert_eq!(watched, folders);
    for line in NOTES.lines().filter(|line| line.starts_with('#')) {
        assert!(text(&terminal).lines().any(|other| other == line), "{line}");
    }
}

#[test]
fn a_file_among_other_dotfiles_stays_there() {
    let terminal = Terminal::new();
    fs::create_dir_all(terminal.home()).unwrap();
    let elsewhere = terminal.desktop().join("deskscribe.toml");
    fs::write(&elsewhere, NOTES).unwrap();
    fs::set_permissions(&elsewhere, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&elsewhere, file(&terminal)).unwrap();
    done(&terminal, &["settings", "set", "workers", "4"]);
    assert!(file(&terminal).is_symlink());
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), NOTES.replace("workers = 3", "workers = 4"));
    assert_eq!(fs::metadata(&elsewhere).unwrap().permissions().mode() & 0o777, 0o640);
}

#[tokio::test]
async fn an_engine_that_stays_hears_of_it_and_keeps_the_good_one() {
    let terminal = with(NOTES);
    let home = Home::at(terminal.home());
    let mut changes = SettingsChanges::of(&home);
    let (before, error) = Settings::load_or_last_good(&home);
    assert!(error.is_none(), "{error:?}");
    done(&terminal, &["settings", "set", "workers", "5"]);
    let now = changes.next().await.unwrap();
    assert_eq!((before.workers.get(), now.workers.get()), (3, 5));
    let desktop = terminal.desktop();
    done(&terminal, &["folders", "add", desktop.to_str().unwrap()]);
    let now = changes.next().await.unwrap();
    assert_eq!(now.watch, [WatchedFolder::of(&desktop)]);

    // Somebody types, and saves in between.
    let good = text(&terminal);
    fs::write(file(&terminal), format!("{good}ignore = [\n")).unwrap();
    let line = good.lines().count() + 1;
    let error = changes.next().await.unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("line {line} of the settings cannot be understood ("))
            || error.starts_with(&format!("line {} of", line + 1)),
        "{error}"
    );
    // A program that is started meanwhile goes on with the good one, and says what is wrong.
    let (last, told) = Settings::load_or_last_good(&home);
    assert_eq!((last, told.map(|error| error.to_string())), (now, Some(error)));
    fs::write(file(&terminal), format!("{good}ignore = [\"*.tmp\"]\n")).unwrap();
    assert_eq!(changes.next().await.unwrap().watch[0].ignore, ["*.tmp"]);
}
