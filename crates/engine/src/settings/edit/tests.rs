//! What changes and what stays, line by line.

use proptest::prelude::*;

use super::super::parse::parse;
use super::super::template::template;
use super::super::watch::KINDS;
use super::*;

/// As people have it.
const ANNS: &str = "\
# Ann's settings, kept with her other dotfiles.

workers = 3   # the fan
sidecar_formats = [
    \"srt\", # for players
    \"md\",
]

# Not loud.
notifications = false

# What the phone sends.
[[watch]]
folder = \"~/Phone\" # by cable
ignore = [ \"*.tmp\" ]

# The NAS.
[[watch]]
folder = '/mnt/nas'
recurse = false

# The end.
";

fn file() -> &'static Path {
    Path::new("/home/ann/settings.toml")
}

fn done(text: &str, edits: &[Edit]) -> String {
    edited(text, edits, file()).unwrap()
}

fn set(key: &str, value: &str) -> Edit {
    Edit::Set { key: key.to_owned(), value: value.to_owned() }
}

fn unset(key: &str) -> Edit {
    Edit::Unset { key: key.to_owned() }
}

#[test]
fn what_is_not_changed_stays_as_it_is_written() {
    let text = done(
        ANNS,
        &[set("workers", "4"), set("sidecar_formats", "[\"txt\"]"), set("priority", "\"normal\"")],
    );
    let list = "sidecar_formats = [\n    \"srt\", # for players\n    \"md\",\n]\n";
    let expected = ANNS
        .replace("workers = 3 ", "workers = 4 ")
        .replace(list, "sidecar_formats = [\"txt\"]\n")
        .replace("notifications = false\n", "notifications = false\npriority = \"normal\"\n");
    assert_eq!(text, expected);

    let text =
        done(ANNS, &[unset("workers"), unset("sidecar_formats"), unset("notifications"), unset("priority")]);
    let expected = ANNS.replace("workers = 3   # the fan\n", "# the fan\n").replace(list, "");
    assert_eq!(text, expected.replace("notifications = false\n", ""));
}

#[test]
fn folders_come_change_and_go_and_the_others_stay_as_they_are_written() {
    let phone = dirs::home_dir().unwrap().join("Phone");
    let again = WatchedFolder { ignore: vec!["*.tmp".to_owned()], ..WatchedFolder::of(&phone) };
    assert_eq!(done(ANNS, &[Edit::Watch(again)]), ANNS, "it is so already");

    let other = WatchedFolder { kinds: vec![KINDS[0]], existing: false, ..WatchedFolder::of(&phone) };
    let expected = ANNS.replace("[ \"*.tmp\" ]\n", "[]\nkinds = [\"image\"]\nexisting = false\n");
    assert_eq!(done(ANNS, &[Edit::Watch(other)]), expected);

    let new = Edit::Watch(WatchedFolder::of(dirs::home_dir().unwrap().join("New")));
    assert_eq!(done(ANNS, std::slice::from_ref(&new)), format!("{ANNS}\n[[watch]]\nfolder = \"~/New\"\n"));
    assert_eq!(done("", std::slice::from_ref(&new)), "[[watch]]\nfolder = \"~/New\"\n");

    let gone = done(ANNS, &[Edit::Unwatch(phone.clone()), Edit::Unwatch("/nowhere".into())]);
    let table = "[[watch]]\nfolder = \"~/Phone\" # by cable\nignore = [ \"*.tmp\" ]\n";
    assert_eq!(gone, ANNS.replace(table, ""));
    let none = done(&gone, &[Edit::Unwatch("/mnt/nas".into())]);
    assert_eq!(none, gone.replace("[[watch]]\nfolder = '/mnt/nas'\nrecurse = false\n", ""));

    let inline = "watch = [{ folder = \"/a\" }, { folder = \"/b\", recurse = false }] # all\n";
    let text = done(inline, &[Edit::Unwatch("/a".into()), Edit::Watch(WatchedFolder::of("/b")), new]);
    let watched = parse(&text, file()).unwrap().watch;
    assert_eq!(watched, [WatchedFolder::of("/b"), WatchedFolder::of(dirs::home_dir().unwrap().join("New"))]);
    assert!(text.starts_with("watch = [") && text.ends_with("] # all\n"), "{text}");
}

#[test]
fn in_the_template_a_key_stands_below_its_explanation_and_never_below_a_folder() {
    let new = Edit::Watch(WatchedFolder::of("/srv/shots"));
    let text = done(&template(), &[new.clone(), set("workers", "3"), set("llm_model", "'gemma3:4b'")]);
    assert!(text.contains("\n# workers = 8\nworkers = 3\n"), "{text}");
    assert!(text.contains("\n# llm_model = \"gemma3:4b\"\nllm_model = 'gemma3:4b'\n"), "{text}");
    assert!(text.ends_with("\n\n[[watch]]\nfolder = \"/srv/shots\"\n"), "{text}");
    assert_eq!(parse(&text, file()).unwrap().workers.get(), 3);
    let back = done(&text, &[unset("workers"), unset("llm_model"), Edit::Unwatch("/srv/shots".into())]);
    assert_eq!(back.trim_end(), template().trim_end());
    // What only looks like its comment is no place for it.
    let text = "llm_model = \"\"\"\n# workers = 8\n\"\"\"\n[[watch]]\nfolder = \"/a\"\n# workers = 8\n";
    let above = text.replace("[[watch]]", "workers = 3\n[[watch]]");
    assert_eq!(done(text, &[set("workers", "3")]), above);
}

#[test]
fn marks_and_ends_of_lines_stay() {
    let text = format!("\u{feff}{}", ANNS.replace('\n', "\r\n"));
    let edits = [set("workers", "4"), set("priority", "\"low\""), Edit::Watch(WatchedFolder::of("/srv"))];
    let expected = format!("\u{feff}{}", done(ANNS, &edits).replace('\n', "\r\n"));
    assert_eq!(done(&text, &edits), expected);
    assert_eq!(done("workers = 2", &[set("priority", "\"low\"")]), "workers = 2\npriority = \"low\"\n");
    assert_eq!(done("workers = 2", &[unset("workers")]), "");
    assert_eq!(done("workers = 2 # two", &[unset("workers")]), "# two");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let told = |edit: Edit| edited(ANNS, &[edit], file()).unwrap_err().to_string();
    assert!(
        told(set("worker", "3")).starts_with("there is no setting worker; there are workers, queue_files, ")
    );
    assert!(told(unset("watch")).starts_with("there is no setting watch; "));
    for value in ["9", "\"3\"", "many", "", "3\nisolation = \"off\""] {
        let error = told(set("workers", value));
        assert!(error.ends_with(" cannot be; allowed is a whole number from 1 to 8"), "{error}");
    }
    let bad = WatchedFolder { ignore: vec!["[".to_owned()], ..WatchedFolder::of("/a") };
    assert!(told(Edit::Watch(bad)).starts_with("\"[\" is no glob as in .gitignore: "));
    let odd = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"/srv/\xff");
    for folder in [Path::new(odd), Path::new("relative")] {
        assert!(told(Edit::Watch(WatchedFolder::of(folder))).contains("cannot stand in the settings"));
    }
}

#[test]
fn people_type_no_quotes() {
    for (key, value, meant) in [
        ("workers", "3", "3"),
        ("workers", "many", "many"),
        ("keep_running", "true", "true"),
        ("priority", "normal", "\"normal\""),
        ("priority", "\"normal\"", "\"normal\""),
        ("llm_model", "3", "\"3\""),
        ("sidecar_formats", "srt, md", "[\"srt\", \"md\"]"),
        ("sidecar_formats", "[\"vtt\"]", "[\"vtt\"]"),
        ("sidecar_folder", "~/a b", "\"~/a b\""),
        ("worker", "x", "x"),
    ] {
        assert_eq!(Edit::typed(key, value), set(key, meant));
    }
}

/// Something that a person or a program may do.
fn any_edit() -> impl Strategy<Value = Edit> {
    let folders = ["/a", "/b c", "/mnt/nas", "/srv/ü\"'"].map(PathBuf::from).to_vec();
    let set = prop::sample::select(vec![
        set("workers", "5"),
        set("llm_model", "\"a # b\""),
        set("notifications", "true"),
        set("sidecar_formats", "[\"vtt\", \"json\"]"),
        set("quiet_seconds", "0x20"),
    ]);
    let unset =
        prop::sample::select(vec!["workers", "llm_model", "notifications", "isolation"]).prop_map(unset);
    let watched = (prop::sample::select(folders.clone()), any::<bool>(), any::<bool>(), any::<bool>());
    let watch = watched.prop_map(|(path, recurse, existing, leaves_out)| {
        let ignore = if leaves_out { vec!["*.x".to_owned(), "a \"b\"/".to_owned()] } else { Vec::new() };
        Edit::Watch(WatchedFolder { recurse, existing, ignore, ..WatchedFolder::of(path) })
    });
    let unwatch = prop::sample::select(folders).prop_map(Edit::Unwatch);
    prop_oneof![set, unset, watch, unwatch]
}

/// What comes of it in the settings, told apart from the text.
fn expect(settings: &mut Settings, edit: &Edit) {
    match edit {
        Edit::Set { key, value } => {
            let value = DeValue::parse(value).unwrap();
            Key::named(key).unwrap().value.accept(value.get_ref(), settings).unwrap();
        }
        Edit::Unset { key } => match key.as_str() {
            "workers" => settings.workers = Settings::default().workers,
            "llm_model" => settings.llm.model = None,
            "notifications" => settings.notifications = true,
            _ => settings.isolation = Settings::default().isolation,
        },
        Edit::Watch(folder) => match settings.watch.iter_mut().find(|there| there.path == folder.path) {
            Some(there) => there.clone_from(folder),
            None => settings.watch.push(folder.clone()),
        },
        Edit::Unwatch(path) => settings.watch.retain(|there| there.path != *path),
    }
}

proptest! {
    #[test]
    fn whatever_is_done_is_done_and_no_comment_of_its_own_line_is_lost(
        edits in prop::collection::vec(any_edit(), 1..12),
        begin in prop::sample::select(vec![String::new(), ANNS.to_owned(), template(), "# alone".to_owned()]),
    ) {
        let mut expected = parse(&begin, file()).unwrap();
        let mut text = begin.clone();
        for edit in &edits {
            text = done(&text, std::slice::from_ref(edit));
            expect(&mut expected, edit);
            prop_assert_eq!(&parse(&text, file()).unwrap(), &expected, "{:?} in {}", edit, text);
        }
        prop_assert_eq!(&done(&begin, &edits), &text);
        // One stood behind a value, and has the line of its own that the value had.
        let is_own = |line: &&str| line.starts_with('#') && *line != "# the fan";
        let comments = |text: &str| text.lines().filter(is_own).map(str::to_owned).collect::<Vec<_>>();
        prop_assert_eq!(comments(&text), comments(&begin));
    }
}
