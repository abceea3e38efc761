//! `deskscribe scan` as a person or a script meets it: real pictures, real models, real processes.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use deskscribe_system_tests::{Said, Terminal, executable};
use serde_json::{Value, json};

const ERROR_DIALOG: &str = "label printer error.gif";
const CHAT: &str = "IMG_2041.jpg";
const GERMAN: &str = "Bildschirmfoto 2026-02-02.png";
const PHOTO: &str = "DSC_0418.jpg";
const BROKEN: &str = "holiday.jpg";

#[test]
fn the_row_of_a_picture_has_the_form_that_scripts_depend_on() {
    let terminal = Terminal::new();
    terminal.sample(ERROR_DIALOG);
    let said = terminal.scanned();
    // On a busy machine it takes long enough for a line of progress.
    let is_progress = |line: &str| line.contains(" read · ");
    assert!(said.code == Some(0) && said.stderr.lines().all(is_progress), "{said:#?}");
    let row = said.row(ERROR_DIALOG);
    assert_eq!(row["path"], terminal.desktop().join(ERROR_DIALOG).to_str().unwrap());
    assert!(row["text"].as_str().unwrap().contains("The label printer on port USB003 stopped responding"));
    insta::assert_json_snapshot!("row", row, {
        ".path" => "[absolute path]",
        ".text" => "[text]",
        ".title" => "[title]",
        ".summary" => "[summary]",
        ".tags" => "[tags]",
        ".lines" => insta::dynamic_redaction(|lines, _| {
            // One line stands for all: the others have the same form.
            let first = lines.as_slice().unwrap()[0].clone();
            insta::internals::Content::Seq(vec![first])
        }),
        ".lines[].text" => "[text]",
        ".lines[].confidence" => "[0 to 1]",
        ".lines[].box" => "[four corners]",
        ".seconds" => "[seconds]",
        ".worker.slot" => "[0 to 7]",
        ".worker.pid" => "[process]",
        ".provenance.stages[].seconds" => "[seconds]",
    });
    insta::assert_json_snapshot!("run", said.run, { ".seconds" => "[seconds]" });
}

#[test]
fn lines_have_corners_within_the_picture_and_sure_words() {
    let terminal = Terminal::new();
    terminal.sample(CHAT);
    let said = terminal.scanned();
    let row = said.row(CHAT);
    let (width, height) = (row["width"].as_f64().unwrap(), row["height"].as_f64().unwrap());
    assert_eq!((width, height), (1280.0, 800.0));
    let lines = row["lines"].as_array().unwrap();
    assert!(lines.len() > 20);
    for line in lines {
        assert!((0.5..=1.0).contains(&line["confidence"].as_f64().unwrap()), "{line}");
        let corners: Vec<[f64; 2]> = serde_json::from_value(line["box"].clone()).unwrap();
        assert_eq!(corners.len(), 4);
        for [x, y] in corners {
            assert!((-1.0..=width + 1.0).contains(&x) && (-1.0..=height + 1.0).contains(&y), "{line}");
        }
        assert!(line["box"][0][0].as_f64() < line["box"][1][0].as_f64(), "upper left before upper right");
    }
}

#[test]
fn a_desktop_is_read_in_every_language_and_a_photograph_has_no_text() {
    let terminal = Terminal::new();
    for name in [GERMAN, PHOTO, BROKEN, "スクリーンショット 2026-03-02 10.15.27.png"] {
        terminal.sample(name);
    }
    fs::write(terminal.desktop().join("notes.txt"), "no picture").unwrap();
    let said = terminal.scanned();
    assert_eq!(said.code, Some(1), "one is broken");

    let german = said.row(GERMAN);
    assert_eq!((&german["language"], &german["title"]), (&json!("de"), &json!("Lüneburg – Würzburg")));
    assert!(german["text"].as_str().unwrap().contains("Fahrkarte öffnen"));
    let japanese = said.row("スクリーンショット 2026-03-02 10.15.27.png");
    assert_eq!(japanese["language"], "ja");
    assert!(japanese["text"].as_str().unwrap().contains("断水のお知らせ"));

    let photo = said.row(PHOTO);
    assert_eq!((&photo["state"], &photo["text"], &photo["lines"]), (&json!("read"), &json!(""), &json!([])));
    assert_eq!((&photo["title"], &photo["tags"]), (&Value::Null, &json!([])));

    let broken = said.row(BROKEN);
    assert_eq!((&broken["state"], &broken["code"]), (&json!("failed"), &json!("damaged")));
    let counts = ["files", "read", "failed", "skipped", "ignored", "cached"];
    assert_eq!(counts.map(|count| said.run[count].as_u64().unwrap()), [4, 3, 1, 0, 1, 0]);
}

#[test]
fn what_is_known_comes_back_whole_and_starts_no_worker() {
    let terminal = Terminal::new();
    for name in [ERROR_DIALOG, BROKEN] {
        terminal.sample(name);
    }
    let first = terminal.scanned();
    fs::rename(terminal.desktop().join(ERROR_DIALOG), terminal.desktop().join("renamed.gif")).unwrap();
    let second = terminal.scanned();
    assert_eq!((second.run["cached"].as_u64(), second.run["workers"].as_u64()), (Some(2), Some(0)));
    assert_eq!(second.code, Some(1), "what is broken stays broken");

    let mut known = second.row("renamed.gif").clone();
    assert_eq!((&known["cached"], &known["worker"]), (&json!(true), &Value::Null));
    let mut read = first.row(ERROR_DIALOG).clone();
    for changed in ["path", "cached", "worker"] {
        known[changed].take();
        read[changed].take();
    }
    assert_eq!(known, read);
}

#[test]
fn what_failed_is_read_again_when_asked_for_and_not_before() {
    let terminal = Terminal::new();
    terminal.sample(BROKEN);
    terminal.sample(ERROR_DIALOG);
    terminal.scanned();
    let said =
        Said::by(terminal.deskscribe(&["scan", "--json", "--again", "failed"]).arg(terminal.desktop()));
    assert_eq!(
        (&said.row(BROKEN)["cached"], &said.row(ERROR_DIALOG)["cached"]),
        (&json!(false), &json!(true))
    );
    assert_eq!((said.code, &said.row(BROKEN)["code"]), (Some(1), &json!("damaged")));
}

#[test]
fn everything_hostile_has_one_clear_line_and_stops_nothing() {
    let terminal = Terminal::new();
    let desktop = terminal.desktop();
    let put = |name: &str, content: &[u8]| fs::write(desktop.join(name), content).unwrap();
    let gif = fs::read(terminal.sample(ERROR_DIALOG)).unwrap();
    put("empty.webp", b"");
    put("table.tiff", b"city,rain\nBergen,2250\n");
    put("cut.gif", &gif[..600]);
    put("gif.bmp", &gif);
    put("noise.png", &[b"\x89PNG\r\n\x1a\n".as_slice(), &[0xa5; 4000]].concat());
    put("huge.png", &claims(60_000, 60_000));
    put("two words 🍞\nsecond line.gif", &gif);
    put("song.mp3", b"ID3 and so on");
    fs::create_dir(desktop.join("folder.jpg")).unwrap();
    symlink(&desktop, desktop.join("folder.jpg/again")).unwrap();
    symlink(desktop.join(ERROR_DIALOG), desktop.join("link.gif")).unwrap();
    symlink(desktop.join("nowhere"), desktop.join("dangling.png")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        desktop.join("pipe.png"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(desktop.join("socket.png")).unwrap();

    let said = terminal.scanned();
    assert_eq!(said.code, Some(1), "{said:#?}");
    assert!(!said.stderr.contains("died"), "{}", said.stderr);
    let mut rows: Vec<String> = said
        .rows
        .iter()
        .map(|row| {
            let name = Path::new(row["path"].as_str().unwrap()).file_name().unwrap().to_string_lossy();
            let [state, code] = ["state", "code"].map(|field| row[field].as_str().unwrap_or("-"));
            let reason = row["reason"].as_str().unwrap_or_default();
            assert!(!reason.contains('\n'), "one line: {reason}");
            format!("{name:?} {state} {code} {reason}")
        })
        .collect();
    rows.sort();
    insta::assert_snapshot!("hostile", rows.join("\n"));
    let files = said.run["files"].as_u64().unwrap();
    assert_eq!(files as usize, said.rows.len());
}

/// A PNG that says it is so large, and holds next to nothing.
fn claims(width: u32, height: u32) -> Vec<u8> {
    let chunk = |name: &[u8], data: &[u8]| {
        let length = (data.len() as u32).to_be_bytes();
        let named = [name, data].concat();
        [&length, named.as_slice(), &crc32(&named).to_be_bytes()].concat()
    };
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let header = [&size, [8, 6, 0, 0, 0].as_slice()].concat();
    let empty_deflate = [0x78, 0x9c, 0x03, 0, 0, 0, 0, 1];
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", &empty_deflate)].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

#[test]
fn a_name_that_is_no_utf8_is_told_twice() {
    use std::os::unix::ffi::OsStrExt;
    let terminal = Terminal::new();
    let path = terminal.sample(ERROR_DIALOG);
    let name = std::ffi::OsStr::from_bytes(b"not_utf8_\xe4\xf6.gif");
    fs::rename(path, terminal.desktop().join(name)).unwrap();
    let said = terminal.scanned();
    let row = said.row("not_utf8_\u{fffd}\u{fffd}.gif");
    assert_eq!(row["state"], "read");
    use base64::Engine as _;
    let bytes =
        base64::engine::general_purpose::STANDARD.decode(row["path_bytes"].as_str().unwrap()).unwrap();
    assert_eq!(bytes, terminal.desktop().join(name).as_os_str().as_bytes());
}

#[test]
fn what_cannot_be_scanned_is_named_and_left_as_it_was() {
    let terminal = Terminal::new();
    let missing = terminal.desktop().join("nowhere");
    let said = Said::by(terminal.deskscribe(&["scan", "--json"]).arg(&missing));
    assert_eq!((said.code, said.rows.len()), (Some(2), 0));
    assert_eq!(said.stderr, format!("deskscribe: there is no such file or folder: {}\n", missing.display()));

    let mut without_desktop = terminal.deskscribe(&["scan"]);
    let said = Said::by(without_desktop.env("HOME", terminal.home()).env_remove("XDG_CONFIG_HOME"));
    assert_eq!(said.code, Some(2));
    assert!(said.stderr.contains("name the folder to scan: deskscribe scan FOLDER"), "{}", said.stderr);

    let said = Said::by(terminal.deskscribe(&["scan", "--workers", "9"]).arg(terminal.desktop()));
    assert_eq!(said.code, Some(2));
    assert!(said.stderr.contains("1 to 8"), "{}", said.stderr);
}

#[test]
fn an_incomplete_installation_says_what_is_missing_and_what_to_do() {
    let terminal = Terminal::new();
    terminal.sample(ERROR_DIALOG);
    let empty = tempfile::tempdir().unwrap();
    let said = Said::by(terminal.scan().env("DESKSCRIBE_RESOURCES", empty.path()));
    assert_eq!(said.code, Some(2));
    assert!(
        said.stderr.starts_with("deskscribe: the models are missing; install Deskscribe again"),
        "{said:?}"
    );

    let nowhere = empty.path().join("deskscribe-worker");
    let said = Said::by(terminal.scan().env("DESKSCRIBE_WORKER", &nowhere));
    assert_eq!(said.code, Some(2));
    assert!(said.stderr.contains("the worker program is missing"), "{said:?}");
    assert!(!terminal.home().exists(), "nothing was begun");

    let other = empty.path().join("other-build");
    symlink(executable("misbehaving-worker"), &other).unwrap();
    let said = Said::by(terminal.scan().env("DESKSCRIBE_WORKER", &other));
    assert_eq!((said.code, &said.run["files"]), (Some(2), &json!(0)), "{}", said.stderr);
    assert!(said.stderr.contains("someone-else") && said.stderr.lines().count() == 1, "{}", said.stderr);
    assert_eq!(terminal.scanned().code, Some(0), "with the right one it goes on");
}

#[test]
fn a_model_that_does_not_load_stops_the_scan_before_any_file_is_blamed() {
    let terminal = Terminal::new();
    terminal.sample(ERROR_DIALOG);
    let whole = std::env::var_os("DESKSCRIBE_RESOURCES").expect("run the tests with `cargo xtask test`");
    let resources = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(whole).unwrap().map(Result::unwrap) {
        let copy = resources.path().join(entry.file_name());
        if entry.path().extension().is_some_and(|extension| extension == "onnx") {
            fs::write(copy, vec![0; entry.metadata().unwrap().len() as usize]).unwrap();
        } else {
            symlink(entry.path(), copy).unwrap();
        }
    }
    let said = Said::by(terminal.scan().env("DESKSCRIBE_RESOURCES", resources.path()));
    assert_eq!((said.code, said.rows.len()), (Some(2), 0), "{said:#?}");
    assert!(said.stderr.contains("the model PP-OCRv6_det_small cannot be loaded"), "{}", said.stderr);
}

#[test]
fn what_is_kept_is_the_users_alone() {
    let terminal = Terminal::new();
    terminal.sample(BROKEN);
    terminal.scanned();
    let mut folders = vec![terminal.home()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let mode = entry.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{} {mode:o}", entry.path().display());
            if entry.path().is_dir() {
                folders.push(entry.path());
            }
        }
    }
}

#[test]
fn a_home_that_cannot_be_written_is_named() {
    let terminal = Terminal::new();
    terminal.sample(ERROR_DIALOG);
    fs::write(terminal.home(), "a file where the folder should be").unwrap();
    let said = terminal.scanned();
    assert_eq!((said.code, said.rows.len()), (Some(2), 0));
    assert!(said.stderr.contains(terminal.home().to_str().unwrap()), "{}", said.stderr);
    assert_eq!(fs::read_to_string(terminal.home()).unwrap(), "a file where the folder should be");
}

#[test]
fn a_folder_that_may_not_be_listed_is_told_of() {
    let terminal = Terminal::new();
    terminal.sample(ERROR_DIALOG);
    let locked = terminal.desktop().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    let said = terminal.scanned();
    let may_list = fs::read_dir(&locked).is_ok();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(said.code, Some(0));
    // The superuser may list everything, and so there is nothing to tell.
    assert_eq!(said.stderr.contains(locked.to_str().unwrap()), !may_list, "{}", said.stderr);
}

#[test]
fn a_run_leaves_a_log_for_people_and_one_for_programs() {
    let terminal = Terminal::new();
    terminal.sample(GERMAN);
    terminal.sample(BROKEN);
    terminal.scanned();
    let logs: Vec<_> =
        fs::read_dir(terminal.home().join("runs")).unwrap().map(|log| log.unwrap().path()).collect();
    let read = |extension: &str| {
        let path = logs.iter().find(|path| path.extension().unwrap() == extension).unwrap();
        fs::read_to_string(path).unwrap()
    };
    let people = read("md");
    assert!(people.contains("- **Lüneburg – Würzburg** ("), "{people}");
    assert!(people.contains("- failed: the file ends in the middle of the picture"), "{people}");
    assert!(people.contains("2 files: 1 read, 1 failed, 0 skipped"), "{people}");
    let programs: Vec<Value> =
        read("jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [begun, rows @ .., ended] = &programs[..] else { panic!("{programs:?}") };
    assert_eq!(rows.len(), 2);
    let keys = |line: &Value| {
        let mut keys = line.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        keys.sort();
        keys
    };
    assert_eq!(keys(&begun["begun"]), ["at", "folders", "program"]);
    assert_eq!(begun["begun"]["folders"][0], terminal.desktop().to_str().unwrap());
    assert_eq!(
        (keys(ended), &ended["stopped"]),
        (["at", "run", "stopped"].map(str::to_owned).to_vec(), &Value::Null)
    );
    assert_eq!((&ended["run"]["read"], &ended["run"]["failed"]), (&json!(1), &json!(1)));
    assert!(rows.iter().any(|row| row["title"] == "Lüneburg – Würzburg" && row["seconds"].is_f64()));

    let log = fs::read_dir(terminal.home().join("logs")).unwrap().next().unwrap().unwrap().path();
    let log = fs::read_to_string(log).unwrap();
    for mark in ["queue filled", "first worker ready", "first file done", "run over"] {
        assert!(log.contains(mark), "{mark} in {log}");
    }
}
