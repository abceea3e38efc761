//! Models that are imported, checked, removed, and waited for.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use deskscribe_engine::{
    CancellationToken, Choice, Got, Imported, Languages, ModelError, ModelState, Models, Step,
};
use deskscribe_system_tests::{Reply, Store, Web, sha256, weights};

fn import(models: &Models, path: &Path) -> Result<Imported, ModelError> {
    models.import(path, &CancellationToken::new(), &mut |_| {})
}

fn verify(models: &Models) -> Vec<(String, bool, Option<String>)> {
    let verified = models.verify(None, &CancellationToken::new(), &mut |_, _| {}).unwrap();
    verified.into_iter().map(|one| (one.model, one.sound, one.mend)).collect()
}

/// The length of the folder's content by name, without locks.
fn there(store: &Store) -> Vec<String> {
    let entries = fs::read_dir(store.home().join("models")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| !name.ends_with(".lock")).collect();
    names.sort();
    names
}

#[test]
fn a_stranger_is_taken_and_used_at_once() {
    let store = Store::new();
    let models = store.models();
    let bytes = weights(false, 3, 20_000);
    let path = store.own_file("ggml-my model.en.bin", &bytes);
    let mut steps = Vec::new();
    let imported = models.import(&path, &CancellationToken::new(), &mut |step| steps.push(step)).unwrap();
    assert_eq!(imported.model.model, "my-model.en");
    assert_eq!((imported.model.known, imported.was_there), (false, false));
    assert_eq!((imported.model.languages, imported.model.sha256.as_str()), (Languages::En, &*sha256(&bytes)));
    assert_eq!(
        steps[..2],
        [Step::Copying { bytes: 0, total: 20_000 }, Step::Copying { bytes: 20_000, total: 20_000 }]
    );
    assert_eq!(steps[2..], [Step::Done(imported.model.clone())]);

    let speech = models.speech().unwrap();
    assert_eq!((speech.name.as_str(), speech.multilingual), ("my-model.en", false));
    assert!(fs::read(&speech.path).unwrap() == bytes);
    assert!(speech.memory > 20_000);
    assert!(fs::read(&path).unwrap() == bytes, "the file of the user stays");
    assert_eq!(there(&store), ["ggml-my-model.en.bin", "ggml-my-model.en.bin.json"]);

    // Once more it is the same; another one of that name gets another.
    assert!(import(&models, &path).unwrap().was_there);
    let other = weights(false, 4, 20_000);
    let second = import(&models, &store.own_file("ggml-my model.en.bin", &other)).unwrap();
    assert_eq!(second.model.model, format!("my-model.en-{}", &sha256(&other)[..8]));
    // And one that is called like a known model is still a stranger.
    let third = import(&models, &store.own_file("ggml-tiny.bin", &other)).unwrap();
    assert!(!third.model.known && third.model.model.starts_with("tiny-"), "{third:?}");
    assert!(
        models.list().iter().any(|listed| listed.model == "tiny" && listed.state == ModelState::Available)
    );
}

#[test]
fn a_known_model_is_known_by_its_bytes_whatever_it_is_called() {
    let store = Store::new();
    let models = store.models();
    let imported = import(&models, &store.own_file("whisper.dat", &store.tiny)).unwrap();
    assert_eq!((imported.model.model.as_str(), imported.model.known), ("tiny", true));
    assert_eq!(there(&store), ["ggml-tiny.bin", "ggml-tiny.bin.json"]);
    let listed = models.list().remove(0);
    assert_eq!((listed.state, listed.in_use, listed.memory), (ModelState::Installed, true, 1 << 20));
}

#[test]
fn what_is_no_whole_model_is_refused_and_leaves_nothing() {
    let store = Store::new();
    let models = store.models();
    let whole = weights(true, 3, 20_000);
    let refused = |name: &str, content: &[u8]| {
        let path = store.own_file(name, content);
        let error = import(&models, &path).unwrap_err().to_string();
        error.strip_prefix(&format!("{}: ", path.display())).unwrap().to_owned()
    };
    for end in [4, 10, 48, 52, 60, 70, 76, 100, 500, 2_000, 10_000, 19_999] {
        let error = refused("cut.bin", &whole[..end]);
        assert!(
            error.starts_with("it was cut short: it ends in its ") && error.ends_with("get it again"),
            "{end}: {error}"
        );
    }
    let mut long = whole.clone();
    long.extend([0; 40]);
    assert!(refused("long.bin", &long).starts_with("it is damaged: "));
    let mut silero = whole.clone();
    silero[4..8].copy_from_slice(&17_u32.to_le_bytes());
    assert!(refused("vad.bin", &silero).starts_with("it is a GGML file, but no Whisper model"));
    // Any number of the head but the first: no worker would load it.
    for number in 1..=10 {
        let mut absurd = whole.clone();
        let at = 4 + 4 * number;
        absurd[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(refused("absurd.bin", &absurd).starts_with("it is damaged: its head has sizes"), "{number}");
    }
    for (name, content, word) in [
        ("small.pt", b"PK\x03\x04 and so on".as_slice(), "PyTorch"),
        ("small.safetensors", b"\x40\x01\0\0\0\0\0\0{\"__metadata__\":{}}", "safetensors"),
        ("small.gguf", b"GGUF\x03\0\0\0", "GGUF"),
        ("ggml-small.bin", b"<!doctype html><title>Sign in</title>", "web page"),
        ("ggml-small.bin", b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        ("ggml-small.bin", b"", "it is empty"),
        ("notes.txt", b"to be or not to be", "no Whisper model in whisper.cpp's GGML format"),
    ] {
        let error = refused(name, content);
        assert!(error.contains(word), "{name}: {error}");
    }
    assert!(import(&models, &store.home()).unwrap_err().to_string().contains("cannot be read (No such file"));
    fs::create_dir_all(store.home()).unwrap();
    assert!(import(&models, &store.home()).unwrap_err().to_string().contains("it is a folder"));
    assert!(!store.home().join("models").exists(), "nothing was made for them");

    let cancel = CancellationToken::new();
    let path = store.own_file("fine.bin", &whole);
    let stopped = models.import(&path, &cancel, &mut |_| cancel.cancel()).map(drop);
    assert!(stopped.is_ok() || matches!(stopped, Err(ModelError::Stopped { .. })));
    cancel.cancel();
    let stopped = models.import(&path, &cancel, &mut |_| {}).unwrap_err();
    assert!(matches!(stopped, ModelError::Stopped { kept: 0 }), "{stopped}");
}

#[tokio::test]
async fn a_file_that_was_touched_is_not_used_until_it_is_checked() {
    let store = Store::new();
    let web = Web::serving([Reply::honest(&store.tiny, "\"1\"")]);
    let store = store.mirrored_by(&web);
    let models = store.models();
    import(&models, &store.own_file("tiny.bin", &store.tiny)).unwrap();
    assert!(models.speech().is_some());
    // Its time alone.
    let path = store.file("ggml-tiny.bin");
    let file = File::options().append(true).open(&path).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(models.choice(), Choice::Touched("tiny".into()));
    let listed = models.list().remove(0);
    assert_eq!(
        (listed.state, listed.mend.as_deref()),
        (ModelState::Touched, Some("deskscribe models verify tiny"))
    );
    assert_eq!(verify(&models), [("tiny".into(), true, None)]);
    assert!(models.speech().is_some() && store.models().speech().is_some());
    // Its bytes.
    (&file).write_all(b"!").unwrap();
    assert_eq!(models.speech(), None);
    let mend = Some("deskscribe models get tiny".to_owned());
    assert_eq!(verify(&models), [("tiny".into(), false, mend.clone())]);
    assert_eq!(models.choice(), Choice::Broken("tiny".into()));
    assert_eq!((models.list()[0].state, &models.list()[0].mend), (ModelState::Broken, &mend));
    // That command does mend it.
    assert!(matches!(store.get().await.end, Ok(Got::Fetched(_))));
    assert_eq!(models.speech().map(|speech| speech.name).as_deref(), Some("tiny"));
}

#[test]
fn a_stranger_that_broke_comes_from_where_it_came_before() {
    let store = Store::new();
    let models = store.models();
    let path = store.own_file("my own.bin", &weights(true, 3, 20_000));
    import(&models, &path).unwrap();
    fs::write(store.file("ggml-my-own.bin"), "gone").unwrap();
    let line = format!("deskscribe models import '{}'", path.display());
    assert_eq!(verify(&models), [("my-own".into(), false, Some(line))]);
    import(&models, &path).unwrap();
    assert_eq!(verify(&models), [("my-own".into(), true, None)]);
}

#[test]
fn a_checked_file_is_not_read_again() {
    let store = Store::new();
    let models = store.models();
    import(&models, &store.own_file("tiny.bin", &store.tiny)).unwrap();
    let path = store.file("ggml-tiny.bin");
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    let file = File::options().write(true).open(&path).unwrap();
    (&file).write_all(b"lmgG").unwrap();
    file.set_modified(modified).unwrap();
    assert!(store.models().speech().is_some(), "whoever looks, looks at size and time alone");
    assert!(!verify(&models)[0].1);
}

#[test]
fn what_is_removed_is_gone_and_what_was_begun_with_it() {
    let store = Store::new();
    let models = store.models();
    import(&models, &store.own_file("tiny.bin", &store.tiny)).unwrap();
    fs::write(store.file("ggml-base.en.bin.part"), [0; 500]).unwrap();
    assert_eq!(models.list()[1].kept, 500);
    assert_eq!(models.remove("base.en").unwrap(), 500);
    assert!(models.remove("tiny").unwrap() > 200_000);
    assert_eq!(there(&store), Vec::<String>::new());
    let error = models.remove("tiny").unwrap_err().to_string();
    assert_eq!(error, "no model tiny is installed; there are none yet");
    assert_eq!((models.speech(), models.choice()), (None, Choice::NoneInstalled));
}

#[tokio::test]
async fn whoever_waits_for_a_model_hears_of_it() {
    let store = Store::new();
    let mut speech = store.models().watch();
    assert_eq!(*speech.borrow_and_update(), None);
    // As another program would.
    let other = store.models();
    let path = store.own_file("tiny.bin", &store.tiny);
    import(&other, &path).unwrap();
    speech.changed().await.unwrap();
    assert_eq!(speech.borrow_and_update().as_ref().map(|model| model.name.as_str()), Some("tiny"));
    other.remove("tiny").unwrap();
    speech.changed().await.unwrap();
    assert_eq!(*speech.borrow_and_update(), None);
}
