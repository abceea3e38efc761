//! `deskscribe models`, as a person types it and as a script reads it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Child;

use deskscribe_engine::Address;
use deskscribe_system_tests::{Printed, Reply, Store, Web, sha256, weights};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

fn interrupt(child: &Child) {
    kill_process(Pid::from_child(child), Signal::INT).unwrap();
}

#[test]
fn nothing_is_downloaded_before_somebody_names_it() {
    let web = Web::serving([]);
    let store = Store::new().mirrored_by(&web);
    let listed = Printed::by(&mut store.deskscribe(&["models", "list"]));
    assert_eq!((listed.code, listed.stderr.as_str()), (Some(0), ""));
    assert!(
        listed.stdout.contains("  tiny     200.0 kB  1.0 MB  all        recommended for this machine\n"),
        "{listed:?}"
    );
    let said = "No speech model is installed; what is said in recordings waits for one: `deskscribe models get tiny` fetches 200.0 kB.";
    assert!(listed.stdout.contains(said), "{listed:?}");

    let which = Printed::by(&mut store.deskscribe(&["models", "get"]));
    assert_eq!((which.code, which.stdout.as_str()), (Some(2), ""));
    assert!(
        which
            .stderr
            .starts_with("deskscribe: name the model to get; nothing was downloaded. For this machine ("),
        "{which:?}"
    );
    assert!(
        which.stderr.contains("tiny is recommended, a download of 200.0 kB: deskscribe models get tiny."),
        "{which:?}"
    );
    let unknown = Printed::by(&mut store.deskscribe(&["models", "get", "huge"]));
    assert_eq!(unknown.stderr, "deskscribe: there is no model huge to download; there are tiny, base.en\n");
    assert_eq!(unknown.code, Some(2));
    assert!(web.asked().is_empty());
    assert!(!store.home().join("models").exists());
}

#[test]
fn a_model_comes_is_used_checked_and_removed() {
    let store = Store::new();
    let web = Web::serving([Reply::honest(&store.tiny, "\"1\"")]);
    let store = store.mirrored_by(&web);
    let got = Printed::by(&mut store.deskscribe(&["models", "get", "tiny"]));
    assert_eq!((got.code, got.stdout.as_str()), (Some(0), "tiny is installed and in use.\n"), "{got:?}");
    let first = format!("Getting tiny (200.0 kB) from {}, the mirror of your settings.\n", web.host());
    assert!(got.stderr.starts_with(&first), "{got:?}");
    assert!(got.stderr.contains("\ntiny  verifying  "), "{got:?}");
    let again = Printed::by(&mut store.deskscribe(&["models", "get", "tiny"]));
    assert_eq!(again.stdout, "tiny was installed already and in use.\n");
    let listed = Printed::by(&mut store.deskscribe(&["models", "list"]));
    assert!(listed.stdout.contains("in use; recommended for this machine\n"), "{listed:?}");
    assert!(listed.stdout.ends_with("\ntiny listens, all languages, 1.0 MB of memory.\n"), "{listed:?}");

    let verified = Printed::by(&mut store.deskscribe(&["models", "verify"]));
    let hash = sha256(&store.tiny);
    assert_eq!((verified.code, verified.stdout), (Some(0), format!("tiny: whole, SHA-256 {hash}\n")));
    fs::write(store.file("ggml-tiny.bin"), "broken").unwrap();
    let verified = Printed::by(&mut store.deskscribe(&["models", "verify", "tiny"]));
    let said = "tiny: BROKEN, and not used any more. To mend it: deskscribe models get tiny\n";
    assert_eq!((verified.code, verified.stdout.as_str()), (Some(1), said));
    let removed = Printed::by(&mut store.deskscribe(&["models", "remove", "tiny"]));
    assert!(removed.code == Some(0) && removed.stdout.starts_with("Removed tiny: "), "{removed:?}");
    let removed = Printed::by(&mut store.deskscribe(&["models", "remove", "tiny"]));
    assert_eq!(
        (removed.code, removed.stderr.as_str()),
        (Some(2), "deskscribe: no model tiny is installed; there are none yet\n")
    );
}

#[test]
fn a_script_reads_lines_and_nothing_else() {
    let store = Store::new();
    let web = Web::serving([Reply::honest(&store.tiny, "\"1\"")]);
    let store = store.mirrored_by(&web);
    let got = Printed::by(&mut store.deskscribe(&["models", "get", "tiny", "--json"]));
    let rows = got.rows();
    assert!(rows.iter().all(|row| row["model"] == "tiny"), "{rows:?}");
    let (first, last) = (rows.first().unwrap(), rows.last().unwrap());
    let connecting = json!({
        "model": "tiny", "state": "connecting", "host": web.host(), "proxy": null, "mirror": true, "kept": 0, "total": 200_000,
    });
    assert_eq!(*first, connecting);
    let done = json!({
        "state": "done", "model": "tiny", "bytes": 200_000, "memory": 1 << 20, "languages": "all",
        "sha256": sha256(&store.tiny), "known": true, "path": store.file("ggml-tiny.bin"),
    });
    assert_eq!((last, got.stderr.as_str()), (&done, ""));
    let listed = Printed::by(&mut store.deskscribe(&["models", "list", "--json"])).rows();
    let states: Vec<_> = listed.iter().map(|row| (row["model"].as_str(), row["state"].as_str())).collect();
    assert_eq!(states, [(Some("tiny"), Some("installed")), (Some("base.en"), Some("available"))]);
    let verified = Printed::by(&mut store.deskscribe(&["models", "verify", "--json"])).rows();
    assert_eq!(
        verified,
        [json!({ "model": "tiny", "sound": true, "sha256": sha256(&store.tiny), "mend": null })]
    );
    let removed = Printed::by(&mut store.deskscribe(&["models", "remove", "tiny", "--json"])).rows();
    assert!(removed[0]["freed"].as_u64().unwrap() > 200_000, "{removed:?}");
}

#[test]
fn ctrl_c_keeps_the_bytes_and_says_how_to_go_on() {
    let store = Store::new();
    let honest = || Reply::honest(&store.tiny, "\"1\"");
    let web = Web::serving([honest().falls_silent_after(50_000), honest()]);
    let store = store.mirrored_by(&web);
    let mut child = store.deskscribe(&["models", "get", "tiny", "--json"]).spawn().unwrap();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let row: Value = serde_json::from_str(&line.unwrap()).unwrap();
        if row["bytes"] == 50_000 {
            interrupt(&child);
            break;
        }
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr, "Stopped. 50.0 kB are kept. To go on: deskscribe models get tiny\n");
    let listed = Printed::by(&mut store.deskscribe(&["models", "list"]));
    assert!(listed.stdout.contains("50.0 kB downloaded, `deskscribe models get tiny` goes on"), "{listed:?}");
    let got = Printed::by(&mut store.deskscribe(&["models", "get", "tiny"]));
    assert!(got.stderr.contains("; 50.0 kB are here already.\n"), "{got:?}");
    assert_eq!(web.ranges(), [None, Some("bytes=50000-".into())]);
}

#[test]
fn the_proxy_of_the_environment_is_gone_through_and_named() {
    let mut store = Store::new();
    let proxy = Web::serving([Reply::honest(&store.tiny, "\"1\"")]);
    store.settings.downloads.mirror = Address::parse("http://mirror.invalid/");
    let mut command = store.deskscribe(&["models", "get", "tiny"]);
    let got = Printed::by(command.env("http_proxy", proxy.url().replace("//", "//ann:secret@")));
    assert_eq!(got.code, Some(0), "{got:?}");
    assert!(got.stderr.contains(&format!(", through the proxy {}.\n", proxy.host())), "{got:?}");
    assert!(!got.stderr.contains("secret"), "{got:?}");
    assert_eq!(proxy.asked()[0].path, "http://mirror.invalid/ggml-tiny.bin");
}

#[test]
fn a_stranger_is_taken_with_a_warning_and_what_is_no_model_is_not() {
    let store = Store::new();
    let bytes = weights(false, 3, 20_000);
    let path = store.own_file("ggml-mine.en.bin", &bytes);
    let imported = Printed::by(store.deskscribe(&["models", "import"]).arg(&path));
    assert_eq!(imported.code, Some(0), "{imported:?}");
    assert_eq!(imported.stdout, "mine.en (20.0 kB, languages: English) is imported and in use.\n");
    let warning = format!("nobody has checked. Its SHA-256 is {}.\n", sha256(&bytes));
    assert!(imported.stderr.ends_with(&warning), "{imported:?}");
    let listed = Printed::by(&mut store.deskscribe(&["models", "list"]));
    assert!(listed.stdout.contains("English    in use; not one that Deskscribe knows\n"), "{listed:?}");

    let path = store.own_file("model.safetensors", b"\x40\x01\0\0\0\0\0\0{\"__metadata__\":{}}");
    let refused = Printed::by(store.deskscribe(&["models", "import"]).arg(&path));
    let said = format!(
        "deskscribe: {}: it is a safetensors file; get the ggml-<name>.bin of the same model",
        path.display()
    );
    assert!(refused.code == Some(2) && refused.stderr.starts_with(&said), "{refused:?}");
}

#[test]
fn a_disk_that_is_full_is_told_and_what_came_is_kept() {
    let store = Store::new();
    let honest = || Reply::honest(&store.tiny, "\"1\"");
    let web = Web::serving([honest(), honest()]);
    let store = store.mirrored_by(&web);
    let whole = store.deskscribe(&["models", "get", "tiny"]);
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", "ulimit -f 100; exec \"$0\" \"$@\""]).arg(whole.get_program()).args(whole.get_args());
    for (name, value) in whole.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    let full = Printed::by(&mut limited);
    assert_eq!(full.code, Some(2), "{full:?}");
    assert!(full.stderr.contains("deskscribe: the disk is full; make room, and try again"), "{full:?}");
    let kept = store.kept().unwrap();
    assert!((1..200_000).contains(&kept), "{kept}");
    let got = Printed::by(&mut store.deskscribe(&["models", "get", "tiny"]));
    assert_eq!((got.code, web.ranges()), (Some(0), vec![None, Some(format!("bytes={kept}-"))]));
}
