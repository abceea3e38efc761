//! `deskscribe llm` and its part of `deskscribe doctor`, as a person types them and as a script reads them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use deskscribe_system_tests::{Maker, Printed, StandIn, StandInModel, Terminal, Turn};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

/// `deskscribe` with these arguments and settings, on a machine without proxies, keychain, keys and Ollama.
fn deskscribe(terminal: &Terminal, settings: &str, arguments: &[&str]) -> Command {
    fs::create_dir_all(terminal.home()).unwrap();
    fs::write(terminal.home().join("settings.toml"), settings).unwrap();
    let mut command = terminal.deskscribe(arguments);
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy", "deskscribe_llm_key"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent").env("PATH", "/nonexistent");
    command.env("OLLAMA_HOST", "127.0.0.1:1");
    command
}

fn run(terminal: &Terminal, settings: &str, arguments: &[&str]) -> Printed {
    Printed::by(&mut deskscribe(terminal, settings, arguments))
}

/// A program of this name in a folder, which does nothing.
fn install(folder: &Path, name: &str) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join(name), "#!/bin/sh\n").unwrap();
    fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_machine_without_any_is_told_what_that_means_and_nothing_is_wrong_with_it() {
    let terminal = Terminal::new();
    let status = run(&terminal, "", &["llm", "status"]);
    let expected = "No language model. Summaries are made of the text itself.\n\
                    Ollama is not installed, and nothing answers at http://127.0.0.1:1\n\
                    To do: install it from https://ollama.com/download, or name another server in settings.toml: llm, llm_address\n";
    assert_eq!((status.code, status.stdout.as_str(), status.stderr.as_str()), (Some(1), expected, ""));
    let bin = terminal.home().join("bin");
    install(&bin, "ollama");
    let status = Printed::by(deskscribe(&terminal, "", &["llm", "status", "--json"]).env("PATH", &bin))
        .rows()
        .remove(0);
    assert_eq!((&status["named"], &status["state"]), (&false.into(), &"trouble".into()));
    assert_eq!(
        (&status["code"], &status["remedy"]),
        (&"not_running".into(), &json!({ "way": "run", "words": "ollama serve" }))
    );

    let doctor = run(&terminal, "", &["doctor", "--json"]).rows().remove(0);
    let check = doctor["checks"].as_array().unwrap().iter().find(|check| check["what"] == "llm").unwrap();
    assert_eq!((&check["good"], &doctor["mend"]), (&true.into(), &Value::Array(Vec::new())));
    let found = check["found"].as_str().unwrap();
    assert!(
        found.starts_with("none, summaries are made of the text itself: Ollama is not installed"),
        "{found}"
    );

    let off = run(&terminal, "llm = \"off\"", &["llm", "status"]);
    assert!(off.code == Some(1) && off.stdout.starts_with("Off: "), "{off:?}");
    let test = run(&terminal, "llm = \"off\"", &["llm", "test"]);
    assert!(test.code == Some(2) && test.stdout.starts_with("Off: "), "{test:?}");
}

#[test]
fn another_machine_in_the_environment_is_not_asked_unasked() {
    let terminal = Terminal::new();
    let mut status = deskscribe(&terminal, "", &["llm", "status"]);
    let status = Printed::by(status.env("OLLAMA_HOST", "box.invalid"));
    assert!(
        status.stdout.contains("names another machine, http://box.invalid:11434, which is not asked"),
        "{status:?}"
    );
    assert!(
        status.stdout.ends_with("To do: to have it asked, add to settings.toml: llm = \"ollama\"\n"),
        "{status:?}"
    );
    // One on this machine is.
    let server = StandIn::ollama();
    let mut status = deskscribe(&terminal, "", &["llm", "status"]);
    let status = Printed::by(status.env("OLLAMA_HOST", server.url()));
    let expected = format!("small on {} (Ollama 0.20.3), this machine; vectors by words\n", server.url());
    assert_eq!((status.code, status.stdout), (Some(0), expected));
}

#[test]
fn one_that_is_named_and_not_there_is_something_to_mend() {
    let terminal = Terminal::new();
    let server = StandIn::ollama();
    let settings = server.toml() + "llm_model = \"gemma3:4b\"\n";
    let status = run(&terminal, &settings, &["llm", "status"]);
    let expected = format!(
        "Ollama at {} does not have the model gemma3:4b\nTo do: deskscribe llm pull gemma3:4b\n",
        server.url()
    );
    assert_eq!((status.code, status.stdout), (Some(2), expected));
    let doctor = run(&terminal, &settings, &["doctor"]);
    assert!(
        doctor.stdout.contains("does not have the model gemma3:4b; deskscribe llm pull gemma3:4b\n"),
        "{doctor:?}"
    );
    assert!(doctor.stdout.ends_with("  llm      deskscribe llm pull gemma3:4b\n"), "{doctor:?}");
    assert_ne!(doctor.code, Some(2), "it works without");

    let pulled = run(&terminal, &settings, &["llm", "pull", "gemma3:4b"]);
    assert_eq!(
        (pulled.code, pulled.stdout.as_str()),
        (Some(0), "gemma3:4b is there and writes summaries.\n")
    );
    assert!(pulled.stderr.contains("gemma3:4b  downloading  "), "{pulled:?}");
    assert_eq!(run(&terminal, &settings, &["llm", "status"]).code, Some(0));
    let again = run(&terminal, &server.toml(), &["llm", "pull", "other", "--json"]);
    assert!(again.rows().iter().all(|row| row["model"] == "other"), "{again:?}");
    assert_eq!(again.rows().last().unwrap()["step"], "success");
    server.stop();
    let gone = run(&terminal, &settings, &["llm", "pull", "gemma3:4b"]);
    assert_eq!((gone.code, gone.stdout.as_str()), (Some(2), ""));
    assert!(
        gone.stderr.starts_with("deskscribe: Ollama is not installed, and nothing answers at "),
        "{gone:?}"
    );
}

#[test]
fn a_test_shows_what_was_called_and_what_came_back() {
    let terminal = Terminal::new();
    for server in [StandIn::ollama(), StandIn::of(Maker::LmStudio)] {
        let test = run(&terminal, &server.toml(), &["llm", "test"]);
        assert_eq!(test.code, Some(0), "{test:?}");
        assert!(test.stdout.contains(r#"  {"title":"stand-in"}"#), "{test:?}");
        assert!(test.stdout.contains("  a vector of 8 numbers\n"), "{test:?}");
        assert!(test.stdout.ends_with(" tokens a second.\nIt works.\n"), "{test:?}");
        let json = run(&terminal, &server.toml(), &["llm", "test", "--json"]).rows().remove(0);
        assert_eq!((&json["verdict"], &json["state"]), (&"works".into(), &"ready".into()));
        assert!(json["calls"].as_array().unwrap().iter().all(|call| call["seconds"].is_f64()), "{json}");
    }
    let server = StandIn::ollama();
    server.then(Turn::says("Sure! Here is a title: Invoice"));
    let test = run(&terminal, &server.toml(), &["llm", "test"]);
    assert_eq!(test.code, Some(1), "{test:?}");
    assert!(test.stdout.contains("Note: the model does not keep to the form"), "{test:?}");
    assert!(test.stdout.ends_with("It works in part.\n"), "{test:?}");
    server.then(Turn::out_of_memory());
    let test = run(&terminal, &server.toml(), &["llm", "test"]);
    assert_eq!(test.code, Some(2), "{test:?}");
    assert!(test.stdout.contains("small does not fit into the memory of Ollama at "), "{test:?}");
    assert!(test.stdout.ends_with("llm_model in settings.toml\nIt does not work.\n"), "{test:?}");
    server.then(Turn::status(500, "{\"error\":\"\\u001b[2Jgone\"}"));
    let test = run(&terminal, &server.toml(), &["llm", "test"]);
    assert!(!test.stdout.contains('\x1b'), "{test:?}");
}

#[test]
fn what_leaves_this_machine_is_marked() {
    let terminal = Terminal::new();
    let cloud = StandInModel {
        remote_host: Some("https://ollama.com:443".into()),
        ..StandInModel::new("huge-cloud", &["completion"])
    };
    let server = StandIn::ollama().with_models([cloud]);
    let status = run(&terminal, &(server.toml() + "llm_model = \"huge-cloud\""), &["llm", "status"]);
    assert!(status.stdout.contains(", LEAVES THIS MACHINE\n"), "{status:?}");
}

#[test]
fn a_key_is_kept_used_and_let_go_of() {
    let terminal = Terminal::new();
    let server = StandIn::of(Maker::Vllm).wanting_key("sk-secret");
    let refused = run(&terminal, &server.toml(), &["llm", "status"]);
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.stdout.ends_with("Incorrect API key provided\nTo do: deskscribe llm key set\n"),
        "{refused:?}"
    );
    let set = |settings: &str, key: &str| {
        let mut child =
            deskscribe(&terminal, settings, &["llm", "key", "set"]).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(key.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let kept = set(&server.toml(), "sk-secret\n");
    let said = String::from_utf8(kept.stdout).unwrap();
    assert!(kept.status.success() && said.contains("in a file that nobody else may read"), "{said}");
    let file = terminal.home().join("llm.key");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let test = run(&terminal, &server.toml(), &["llm", "test", "--json"]);
    assert!(test.code == Some(0) && !test.stdout.contains("sk-secret"), "{test:?}");
    assert!(server.asked().iter().all(|asked| asked.key.as_deref() == Some("sk-secret")));

    let removed = run(&terminal, &server.toml(), &["llm", "key", "remove"]);
    assert_eq!((removed.code, removed.stdout.as_str()), (Some(0), "The key is gone.\n"));
    assert!(!file.exists());
    let mut status = deskscribe(&terminal, &server.toml(), &["llm", "status"]);
    assert_eq!(Printed::by(status.env("DESKSCRIBE_LLM_KEY", "sk-secret")).code, Some(0));
    let wrong = set(&server.toml(), "two words\n");
    assert_eq!(wrong.status.code(), Some(2));
    // Nobody is named who could want one.
    let nobody = set("", "sk-secret\n");
    assert!(String::from_utf8(nobody.stderr).unwrap().contains("no server is named"), "{:?}", nobody.status);
}

#[test]
fn ctrl_c_stops_a_download_and_says_how_to_go_on() {
    let terminal = Terminal::new();
    let server = StandIn::ollama();
    server.then_pull(Turn::usual().falls_silent_after(3));
    let mut child = deskscribe(&terminal, &server.toml(), &["llm", "pull", "big", "--json"]).spawn().unwrap();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let row: Value = serde_json::from_str(&line.unwrap()).unwrap();
        if row["bytes"] == 400 {
            kill_process(Pid::from_child(&child), Signal::INT).unwrap();
            break;
        }
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr, "Stopped. Ollama keeps what came. To go on: deskscribe llm pull big\n");
}
