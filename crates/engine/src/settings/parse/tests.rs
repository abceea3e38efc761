//! Every key, every kind of mistake, and what is said about it.

use std::time::Duration;

use deskscribe_protocol::{Isolation, MediaKind};

use super::super::keys::Value::{Number, Switch, Text};
use super::super::{LlmServer, OnBattery, Priority, WatchedFolder};
use super::*;
use crate::models::Address;
use crate::{SidecarPlace, Sidecars, TranscriptFormat};

fn read(text: &str) -> Result<Settings, String> {
    parse(text, Path::new("/home/ann/settings.toml")).map_err(|error| error.to_string())
}

#[test]
fn every_key_reaches_its_setting() {
    let settings = read(
        r#"
        # What Ann has chosen.
        workers = 3
        queue_files = 32
        hello_seconds = 11
        ready_seconds = 0x20
        quiet_seconds = 90
        grace_seconds = 5
        cpu_seconds = 1_000
        cpu_seconds_per_mib = 0
        rest_seconds = 7
        memory_ceiling_mib = 2048
        jobs_per_worker = 9
        keep_gone_days = 30
        picture_megapixels = 50
        max_concurrent_requests = 4
        llm = "openai"
        llm_address = "https://llm.example/v1"
        llm_model = "gemma3:4b"
        llm_embedder = "nomic-embed-text"
        llm_language = "pt-BR"
        llm_connect_seconds = 8
        llm_first_seconds = 600
        llm_quiet_seconds = 30
        isolation = "full"
        speech_model = "base.en"
        models_mirror = "http://mirror.example/whisper"
        proxy = "socks5://localhost:1080"
        download_connect_seconds = 4
        download_quiet_seconds = 6
        sidecars = "mirror"
        sidecar_formats = ["vtt", "srt", "vtt"]
        sidecar_folder = "/srv/transcripts"
        keep_running = true
        notifications = false
        on_battery = "pause"
        priority = "normal"

        [[watch]]
        folder = "/srv/shots"

        [[watch]]
        folder = "~/Desktop/"
        recurse = false
        kinds = ["video", "image", "video"]
        ignore = ["*.tmp.png", "build/"]
        existing = false
        "#,
    )
    .unwrap();
    let Settings {
        workers,
        queue,
        limits,
        isolation,
        memory_ceiling,
        keep_gone,
        max_concurrent_requests,
        llm,
        speech_model,
        downloads,
        sidecars,
        patience,
        wear,
        watch,
        keep_running,
        notifications,
        on_battery,
        priority,
    } = settings;
    assert_eq!((workers.get(), queue.get(), limits.pixels), (3, 32, 50_000_000));
    assert_eq!((isolation, memory_ceiling, wear.jobs), (Isolation::Full, 2 << 30, 9));
    assert_eq!((max_concurrent_requests.get(), keep_gone.as_secs()), (4, 30 * 86_400));
    assert_eq!(llm.server, LlmServer::OpenAi);
    let named = [llm.model, llm.embedder, llm.language].map(Option::unwrap);
    assert_eq!(named, ["gemma3:4b", "nomic-embed-text", "pt-BR"]);
    let seconds = Duration::from_secs;
    assert_eq!((patience.hello, patience.ready), (seconds(11), seconds(32)));
    assert_eq!((patience.quiet_beats, patience.grace_beats), (90, 5));
    assert_eq!((patience.cpu_base, patience.cpu_per_mebibyte), (seconds(1000), seconds(0)));
    assert_eq!(patience.rest, seconds(7));
    assert_eq!(speech_model.as_deref(), Some("base.en"));
    assert_eq!((downloads.connect, downloads.quiet), (seconds(4), seconds(6)));
    assert_eq!((llm.connect, llm.first, llm.quiet), (seconds(8), seconds(600), seconds(30)));
    let address = |address: Option<Address>| address.unwrap().to_string();
    assert_eq!(address(llm.address), "https://llm.example/v1");
    assert_eq!(address(downloads.mirror), "http://mirror.example/whisper");
    assert_eq!(address(downloads.proxy), "socks5://localhost:1080");
    assert_eq!(
        sidecars,
        Sidecars {
            place: SidecarPlace::Mirror,
            formats: vec![TranscriptFormat::Srt, TranscriptFormat::Vtt],
            folder: Some("/srv/transcripts".into()),
        }
    );
    assert_eq!((keep_running, notifications), (true, false));
    assert_eq!((on_battery, priority), (OnBattery::Pause, Priority::Normal));
    let desktop = WatchedFolder {
        path: dirs::home_dir().unwrap().join("Desktop"),
        recurse: false,
        kinds: vec![MediaKind::Image, MediaKind::Video],
        ignore: vec!["*.tmp.png".to_owned(), "build/".to_owned()],
        existing: false,
    };
    assert_eq!(watch, [WatchedFolder::of("/srv/shots"), desktop]);
    for text in ["llm = \"chatgpt\"", "llm_address = \"localhost:1\"", "llm_language = \"german\""] {
        assert!(read(text).unwrap_err().contains("; allowed is "), "{text}");
    }
    for text in ["sidecar_formats = []", "sidecar_formats = [\"srt\", 3]", "sidecar_formats = [\"doc\"]"] {
        assert!(read(text).unwrap_err().contains("allowed is some of [\"srt\", "), "{text}");
    }
}

#[test]
fn the_bounds_themselves_are_allowed_and_so_is_an_empty_file() {
    assert_eq!(read("").unwrap().queue.get(), 16);
    for Key { name, value, .. } in keys() {
        let Number(range, ..) = value else { continue };
        for bound in [range.start(), range.end()] {
            read(&format!("{name} = {bound}")).unwrap();
        }
    }
}

#[test]
fn a_bad_value_is_told_with_its_line_and_what_is_allowed() {
    for Key { name, value, .. } in keys() {
        let mut wrong = vec!["-1".to_owned(), "1.5".to_owned()];
        wrong.push(if let Switch(..) = value { "\"true\"" } else { "true" }.to_owned());
        wrong.push(if let Text(..) = value { "\" \"" } else { "\"many\"" }.to_owned());
        wrong.push("99999999999999999999".to_owned());
        if let Number(range, ..) = value {
            wrong.push((range.end() + 1).to_string());
            wrong.extend(range.start().checked_sub(1).map(|less| less.to_string()));
        }
        for found in wrong {
            let error = read(&format!("# first line\n{name} = {found}\n")).unwrap_err();
            let expected = format!(
                "line 2 of the settings has {name} = {found}; allowed is {}: /home/ann/settings.toml",
                value.allowed()
            );
            assert_eq!(error, expected);
        }
    }
    assert_eq!(
        read("workers = 9").unwrap_err(),
        "line 1 of the settings has workers = 9; allowed is a whole number from 1 to 8: \
         /home/ann/settings.toml"
    );
    assert_eq!(
        read("isolation = \"Full\"").unwrap_err(),
        "line 1 of the settings has isolation = \"Full\"; allowed is \"full\" or \"reduced\" or \"off\": \
         /home/ann/settings.toml"
    );
}

#[test]
fn a_word_without_quotes_is_told_with_what_is_allowed() {
    for line in ["isolation = full", "isolation=off # unconfined", "isolation =\treduced", "isolation = max"]
    {
        let error = read(&format!("workers = 2\n{line}\n")).unwrap_err();
        assert!(error.starts_with("line 2 of the settings has isolation = "), "{line}: {error}");
        assert!(error.contains("; allowed is \"full\" or \"reduced\" or \"off\": "), "{line}: {error}");
    }
    let error = read("workers = eight").unwrap_err();
    assert!(error.contains("has workers = eight; allowed is a whole number from 1 to 8"), "{error}");
}

#[test]
fn a_key_below_a_key_is_unknown_and_what_is_long_is_cut() {
    for (text, key) in
        [("workers.x = 1", "workers.x"), ("[workers]", "[workers]"), ("[workers]\nmost = 3", "[workers]")]
    {
        let error = read(text).unwrap_err();
        assert!(error.contains(&format!("an unknown key, {key}; there are")), "{text}: {error}");
    }
    assert!(read("workers = {x = 1}").unwrap_err().contains("workers = {x = 1}; allowed is"));
    let long = "k".repeat(3 << 20);
    for text in [format!("{long} = 1"), format!("workers = \"{long}\""), format!("isolation = {long}")] {
        let error = read(&text).unwrap_err();
        assert!(error.len() < 900 && error.contains("kkk…"), "{error}");
    }
}

#[test]
fn an_unknown_key_and_a_line_that_is_no_toml_are_told() {
    let error = read("workers = 2\n\nworker = 3\n").unwrap_err();
    assert!(
        error.starts_with("line 3 of the settings has an unknown key, worker; there are workers, queue"),
        "{error}"
    );
    assert!(read("[patience]\nhello = 1").unwrap_err().contains("unknown key, patience"));
    let error = read("workers = 2\nworkers = 3\n").unwrap_err();
    assert!(error.starts_with("line 2 of the settings cannot be understood (duplicate key)"), "{error}");
    let error = read("workers = 2\nsix workers\n").unwrap_err();
    assert!(error.starts_with("line 2 of the settings cannot be understood ("), "{error}");
}

#[test]
fn a_mistake_in_a_folder_is_told_with_its_line() {
    let told = |text: &str, expected: &str| {
        let error = read(text).unwrap_err();
        assert_eq!(error, format!("{expected}: /home/ann/settings.toml"), "{text}");
    };
    let kinds = "allowed is some of [\"image\", \"video\", \"audio\"]";
    for (lines, expected) in [
        (
            "recurs = true",
            "has an unknown key, recurs in [[watch]]; there are folder, recurse, kinds, ignore, existing",
        ),
        (
            "workers = 3",
            "has an unknown key, workers in [[watch]]; there are folder, recurse, kinds, ignore, existing; workers is for \
             all of them, and goes above the first [[watch]]",
        ),
        ("recurse = 1", "has recurse = 1; allowed is true or false"),
        ("existing = \"yes\"", "has existing = \"yes\"; allowed is true or false"),
        ("kinds = []", &format!("has kinds = []; {kinds}")),
        ("kinds = [\"unknown\"]", &format!("has kinds = [\"unknown\"]; {kinds}")),
        ("kinds = \"image\"", &format!("has kinds = \"image\"; {kinds}")),
        (
            "ignore = \"*.tmp\"",
            "has ignore = \"*.tmp\"; allowed is globs as in .gitignore, such as [\"*.tmp.png\", \"build/\"]",
        ),
        ("ignore = [\"\"]", "has ignore = \"\", which is no glob as in .gitignore (it is empty)"),
    ] {
        told(
            &format!("[[watch]]\nfolder = \"/a\"\n\n[[watch]]\nfolder = \"/b\"\n{lines}\n"),
            &format!("line 6 of the settings {expected}"),
        );
    }
    let folder = "allowed is the whole path of a folder, or one that begins with ~/";
    for found in ["\"Desktop\"", "\"~ann/Desktop\"", "3", "\"\""] {
        told(
            &format!("[[watch]]\nfolder = {found}"),
            &format!("line 2 of the settings has folder = {found}; {folder}"),
        );
    }
    told(
        "\n[[watch]]\nrecurse = true",
        "line 2 of the settings has a [[watch]] without folder = \"…\" below it",
    );
    told(
        "[[watch]]\nfolder = \"/a/b\"\n[[watch]]\nrecurse = true\nfolder = \"/a//./b/\"",
        "line 5 of the settings names a folder that line 2 has already, /a/b; leave one of them",
    );
    let error = read("[[watch]]\nfolder = \"/a\"\nignore = [\n\"ok\",\n\"[a\",\n]").unwrap_err();
    assert!(
        error.starts_with("line 5 of the settings has ignore = \"[a\", which is no glob as in .gitignore ("),
        "{error}"
    );
    for text in ["[watch]\nfolder = \"/a\"", "watch = \"/a\"", "watch = [\"/a\"]", "watch.folder = \"/a\""] {
        let error = read(text).unwrap_err();
        assert!(
            error.contains("; allowed is [[watch]] in double brackets for each folder"),
            "{text}: {error}"
        );
    }
    let inline = read("watch = [{ folder = \"/a\" }, { folder = \"/b\" }]").unwrap();
    assert_eq!(inline.watch, [WatchedFolder::of("/a"), WatchedFolder::of("/b")]);
}
