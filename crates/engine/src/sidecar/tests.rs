//! Sidecars in real folders: written, renewed, and never in the way of a file that is not ours.

use deskscribe_protocol::{Recording, Segment, Sound};
use tempfile::TempDir;

use super::*;
use crate::TranscriptFormat;

struct Desk {
    folder: TempDir,
    home: Home,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("home"));
        fs::write(folder.path().join("talk.mp4"), "a recording").unwrap();
        Self { folder, home }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, sidecars: &Sidecars, words: &str) -> Written {
        super::write(&self.home, sidecars, &self.path("talk.mp4"), &reading(words))
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        let mut names: Vec<String> = fs::read_dir(self.folder.path()).unwrap().flatten().map(name).collect();
        names.sort();
        names
    }
}

fn reading(words: &str) -> Reading {
    let segment = Segment { start: 1.5, end: 4.0, text: words.to_owned(), confidence: 1.0 };
    let recording =
        Recording { duration: 9.0, sound: Sound::Speech, transcript: vec![segment], ..Recording::default() };
    Reading { recording: Some(recording), ..Reading::default() }
}

fn beside(formats: &[TranscriptFormat]) -> Sidecars {
    Sidecars { place: SidecarPlace::Beside, formats: formats.to_vec(), folder: None }
}

fn notes(written: &Written) -> Vec<String> {
    written.refused.iter().map(ToString::to_string).collect()
}

#[test]
fn every_form_that_is_wanted_is_written_beside_the_recording() {
    let desk = Desk::new();
    fs::set_permissions(desk.path("talk.mp4"), Permissions::from_mode(0o640)).unwrap();
    let written = desk.write(&beside(&TranscriptFormat::ALL), "Good morning.");
    assert_eq!((written.files.len(), notes(&written)), (5, Vec::new()));
    assert_eq!(
        desk.names(),
        ["home", "talk.json", "talk.md", "talk.mp4", "talk.srt", "talk.txt", "talk.vtt"]
    );
    assert_eq!(desk.text("talk.srt"), "1\n00:00:01,500 --> 00:00:04,000\nGood morning.\n\n");
    assert_eq!(desk.text("talk.txt"), "Good morning.\n");
    assert_eq!(desk.text("talk.md"), "# talk.mp4\n\n## What was said\n\n- 0:01 Good morning.\n");
    let json: Recording = serde_json::from_str(&desk.text("talk.json")).unwrap();
    assert_eq!(Some(json), reading("Good morning.").recording);
    let mode = fs::metadata(desk.path("talk.srt")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640, "who may not read the recording may not read what was said");
}

#[test]
fn without_words_or_a_wish_nothing_is_written() {
    let desk = Desk::new();
    for (sidecars, words) in [(Sidecars::default(), "Hello"), (beside(&[TranscriptFormat::Srt]), " ")] {
        let written = desk.write(&sidecars, words);
        assert_eq!((written.files.len(), written.refused.len()), (0, 0));
    }
    let picture = Reading::default();
    let written = super::write(&desk.home, &beside(&[TranscriptFormat::Srt]), &desk.path("a.png"), &picture);
    assert!(written.files.is_empty());
    assert_eq!(desk.names(), ["talk.mp4"]);
}

#[test]
fn one_of_ours_is_renewed_and_one_that_was_edited_is_left() {
    let desk = Desk::new();
    let sidecars = beside(&[TranscriptFormat::Txt]);
    for words in ["First.", "Second.", "Second.", "Third."] {
        assert_eq!(notes(&desk.write(&sidecars, words)), Vec::<String>::new());
        assert_eq!(desk.text("talk.txt"), format!("{words}\n"));
    }
    fs::write(desk.path("talk.txt"), "Third, corrected by hand.\n").unwrap();
    let written = desk.write(&sidecars, "Fourth.");
    assert!(notes(&written)[0].contains("there is another file of this name"), "{written:?}");
    assert!(notes(&written)[0].ends_with(desk.path("talk.txt").to_str().unwrap()));
    assert_eq!(desk.text("talk.txt"), "Third, corrected by hand.\n");
    // Taken back to what we wrote, it is ours again.
    fs::write(desk.path("talk.txt"), "Third.\n").unwrap();
    assert!(desk.write(&sidecars, "Fifth.").refused.is_empty());
    assert_eq!((desk.text("talk.txt").as_str(), desk.names().len()), ("Fifth.\n", 3));
}

#[test]
fn whatever_else_is_there_stays_and_the_other_forms_are_written() {
    let desk = Desk::new();
    fs::write(desk.path("notes"), "my notes").unwrap();
    std::os::unix::fs::symlink(desk.path("notes"), desk.path("talk.txt")).unwrap();
    fs::create_dir(desk.path("talk.md")).unwrap();
    fs::write(desk.path("talk.srt"), "subtitles of my own").unwrap();
    let formats =
        [TranscriptFormat::Srt, TranscriptFormat::Txt, TranscriptFormat::Markdown, TranscriptFormat::Vtt];
    let written = desk.write(&beside(&formats), "Hello.");
    assert_eq!((written.files, written.refused.len()), (vec![desk.path("talk.vtt")], 3));
    assert_eq!(
        (desk.text("notes").as_str(), desk.text("talk.srt").as_str()),
        ("my notes", "subtitles of my own")
    );
    // What is there as it would be is fine, whoever put it there.
    fs::write(desk.path("talk.srt"), "1\n00:00:01,500 --> 00:00:04,000\nHello.\n\n").unwrap();
    assert!(desk.write(&beside(&[TranscriptFormat::Srt]), "Hello.").refused.is_empty());
    // The transcript of another recording of the same name is not this one's to renew.
    let other = |words| {
        super::write(&desk.home, &beside(&[TranscriptFormat::Vtt]), &desk.path("talk.mov"), &reading(words))
    };
    assert_eq!((other("Goodbye.").refused.len(), desk.text("talk.vtt").contains("Hello.")), (1, true));
}

#[test]
fn a_mirror_has_the_whole_path_and_is_made() {
    let desk = Desk::new();
    let mut sidecars = beside(&[TranscriptFormat::Vtt]);
    sidecars.place = SidecarPlace::Mirror;
    let below = |folder: PathBuf| folder.join(desk.path("talk.vtt").strip_prefix("/").unwrap());
    let written = desk.write(&sidecars, "Hello.");
    assert_eq!(written.files, [below(desk.home.transcripts())]);
    sidecars.folder = Some(desk.path("mirror"));
    let written = desk.write(&sidecars, "Hello.");
    assert_eq!(written.files, [below(desk.path("mirror"))]);
    assert!(fs::read_to_string(&written.files[0]).unwrap().starts_with("WEBVTT\n"));
    let odd = sidecars.path(&desk.home, Path::new("/a/../../b.mp4"), TranscriptFormat::Srt).unwrap();
    assert_eq!(odd, desk.path("mirror/a/b.srt"));
}

#[test]
fn what_cannot_be_written_is_told_and_leaves_nothing() {
    let desk = Desk::new();
    let written = super::write(
        &desk.home,
        &beside(&[TranscriptFormat::Srt]),
        &desk.path("gone/talk.mp4"),
        &reading("Hello."),
    );
    assert!(written.files.is_empty());
    let [note] = &notes(&written)[..] else { panic!("{written:?}") };
    assert!(
        note.starts_with("the transcript could not be written (") && note.contains("settings.toml"),
        "{note}"
    );
    assert_eq!(desk.names(), ["talk.mp4"]);
}

#[test]
fn an_edit_in_the_very_moment_of_renewing_is_kept() {
    let desk = Desk::new();
    let sidecars = beside(&[TranscriptFormat::Txt]);
    desk.write(&sidecars, "First.");
    let path = desk.path("talk.txt");
    let register = Register::of(&desk.home, &path, &desk.path("talk.mp4"));
    let fresh = made(desk.folder.path(), &desk.path("talk.mp4"), b"Second.\n").unwrap();
    // Somebody saves after it was looked at.
    fs::write(&path, "First, corrected.\n").unwrap();
    let error = renew(&register, fresh, &path).unwrap_err();
    assert!(matches!(error, SidecarError::NotOurs(_)), "{error}");
    assert_eq!((desk.text("talk.txt").as_str(), desk.names().len()), ("First, corrected.\n", 3));
}
