//! What a language model is told, word for word: a change of it is a change of every summary.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "common/scripted.rs"]
mod scripted;

use deskscribe_protocol::{Brief, MediaKind, OnScreen, Segment};
use scripted::{Scripted, brief, entry, model, try_summarise};

/// All that was said, the random number of the fence left out.
fn told(brief: &Brief, kind: MediaKind, medium: Option<(&[u8], &str)>, answers: &[&str]) -> String {
    let scripted = Scripted::says(answers);
    try_summarise(brief, kind, medium, &scripted).unwrap();
    let chats = scripted.chats();
    let fence = chats[0][1].1.split("----- material ").nth(1).and_then(|rest| rest.split(' ').next());
    let fence = fence.unwrap_or("no fence").to_owned();
    let mut text = String::new();
    for (number, chat) in chats.iter().enumerate() {
        for (role, said) in chat {
            text += &format!("=== {} {role}\n{}\n", number + 1, said.replace(&fence, "0123456789abcdef"));
        }
    }
    text
}

#[test]
fn the_words_are_these() {
    let good = entry("An invoice of 412 EUR.", "Invoice 2231", &["invoice"]);
    let picture = Brief {
        tags: vec!["invoice".to_owned(), "Garden".to_owned()],
        write_in: Some("de-AT".to_owned()),
        ..brief("Invoice 2231\nTotal 412.00 EUR")
    };
    insta::assert_snapshot!(
        "picture_with_a_repair",
        told(&picture, MediaKind::Image, None, &["An invoice.", &good])
    );

    let segment =
        |start: f64, text: &str| Segment { start, end: start + 5.0, text: text.to_owned(), confidence: 0.9 };
    let recording = Brief {
        transcript: vec![
            segment(0.0, "Good morning."),
            segment(5.0, "Let us begin with the budget."),
            segment(3700.0, "Goodbye."),
        ],
        screen: vec![OnScreen { from: 60.0, to: 90.0, text: "Budget for the next year".to_owned() }],
        ..brief("")
    };
    insta::assert_snapshot!("recording", told(&recording, MediaKind::Video, None, &[&good]));

    let long =
        |minute: u32| segment(f64::from(minute) * 60.0, &format!("Minute {minute} is about the budget."));
    let long = Brief { model: model(1536, false), transcript: (0..40).map(long).collect(), ..brief("") };
    insta::assert_snapshot!("recording_in_parts", told(&long, MediaKind::Audio, None, &[&good]));

    let photo = include_bytes!("../../../samples/label printer error.gif");
    let photo = Some((photo.as_slice(), "gif"));
    let seeing = Brief { model: model(8192, true), shows: true, language: None, ..brief("") };
    insta::assert_snapshot!("photo", told(&seeing, MediaKind::Image, photo, &[&good]));
}
