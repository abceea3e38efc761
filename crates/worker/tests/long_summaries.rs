//! Summaries of what is too long for one question, and of what a language model can see.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "common/scripted.rs"]
mod scripted;

use std::io::Cursor;

use deskscribe_protocol::{Ask, Brief, Form, MediaKind, Segment, Summary};
use deskscribe_worker::Interruption;
use image::{ImageFormat, Rgb, RgbImage};
use scripted::{Scripted, brief, entry, model, said, summarise, try_summarise};

const INVOICE: &str = "Invoice 2231\nGarden furniture\nTotal 412.00 EUR\nPlease pay within 14 days.";

fn good() -> String {
    entry(
        "An invoice of 412 EUR for garden furniture, due in 14 days.",
        "Invoice 2231",
        &["invoices", "garden"],
    )
}

fn text_of(summary: &Summary) -> &str {
    summary.digest.as_ref().and_then(|digest| digest.summary.as_deref()).unwrap_or_default()
}

/// A recording of so many minutes, with a topic for each quarter of an hour.
fn recording(minutes: u32) -> Brief {
    let segment = |number: u32| {
        let start = f64::from(number) * 10.0;
        let topic =
            ["the budget", "the new office", "the move", "the summer party"][number as usize / 90 % 4];
        let text =
            format!("And then we talked about {topic} for a while, point number {number} of our list.");
        Segment { start, end: start + 9.0, text, confidence: 0.9 }
    };
    Brief { transcript: (0..minutes * 6).map(segment).collect(), ..brief("") }
}

/// The first and the last time in a question's material.
fn span(question: &str) -> (String, String) {
    let times = || {
        question
            .lines()
            .filter_map(|line| line.strip_prefix("| [")?.split_once(']'))
            .map(|(time, _)| time.to_owned())
    };
    (times().next().unwrap(), times().next_back().unwrap())
}

#[test]
fn a_short_recording_has_chapters_of_one_answer() {
    let answer = serde_json::json!({
        "summary": "A talk about the budget and the new office.", "title": "Budget and office", "tags": ["budget"],
        "chapters": [
            { "at": "0:00", "title": "The budget" },
            { "at": "[15:00]", "title": "The new office" },
            { "at": "9:59:00", "title": "Made up" },
        ],
    })
    .to_string();
    let texts = [answer.as_str()];
    let scripted = Scripted::says(&texts);
    let summary = summarise(&recording(20), &scripted);
    let chapters: Vec<_> = summary.digest.unwrap().chapters.into_iter().map(|it| (it.at, it.title)).collect();
    assert_eq!(chapters, [(0.0, "The budget".to_owned()), (900.0, "The new office".to_owned())]);
    assert_eq!(scripted.asked.borrow().len(), 1);
}

#[test]
fn a_long_recording_is_summarised_in_parts_and_then_together() {
    let script = |_: usize, ask: &Ask| {
        let Ask::Chat(request) = ask else { panic!("{ask:?}") };
        let question = request["messages"][1]["content"].as_str().unwrap();
        if question.contains("notes on the") {
            return said(&good());
        }
        let (from, to) = span(question);
        let chapters = serde_json::json!([{ "at": from, "title": format!("From {from}") }]);
        said(&serde_json::json!({ "summary": format!("They talk from {from} to {to}."), "chapters": chapters }).to_string())
    };
    let scripted = Scripted::new(script);
    let summary = summarise(&recording(180), &scripted);
    assert_eq!((summary.form, text_of(&summary).starts_with("An invoice")), (Form::Kept, true));
    let chats = scripted.chats();
    let parts = chats.len() - 1;
    assert!((3..20).contains(&parts), "{parts}");
    // Every part begins where the one before it ends, and the last question has all notes with their times.
    let (mut begins, mut ends) = (Vec::new(), Vec::new());
    for (number, chat) in chats[..parts].iter().enumerate() {
        let question = &chat[1].1;
        assert!(question.contains(&format!("part {} of {parts} of", number + 1)), "{question:.80}");
        let (from, to) = span(question);
        begins.push(from);
        ends.push(to);
    }
    assert_eq!((begins[0].as_str(), ends[parts - 1].as_str()), ("0:00", "2:59:40"));
    let last = &chats[parts][1].1;
    for (from, to) in begins.iter().zip(&ends) {
        assert!(last.contains(&format!("| [{from}] They talk from {from} to {to}.")), "{last}");
    }
    let digest = summary.digest.unwrap();
    let titles: Vec<&str> = digest.chapters.iter().map(|it| it.title.as_str()).collect();
    let expected: Vec<String> = begins.iter().map(|from| format!("From {from}")).collect();
    assert_eq!(titles, expected);
    // Real counts, from nothing to all.
    let told = scripted.told.borrow();
    let all = u32::try_from(parts + 1).unwrap();
    let steps: Vec<(u32, u32)> = (0..=all).map(|done| (done, all)).collect();
    assert_eq!(told[1..], steps);
}

#[test]
fn parts_that_fail_cost_no_more_than_themselves() {
    let all = || recording(180);
    // One in two makes no sense.
    let some = Scripted::new(|number, ask| {
        let Ask::Chat(request) = ask else { panic!("{ask:?}") };
        let is_last = request["messages"][1]["content"].as_str().unwrap().contains("notes on the");
        said(
            if is_last {
                good()
            } else if number % 2 == 0 {
                String::new()
            } else {
                "They talk about the move.".to_owned()
            }
            .as_str(),
        )
    });
    assert_eq!(summarise(&all(), &some).form, Form::Kept);
    // The notes are fine, and what is made of them is not: they are the summary.
    let notes = Scripted::new(|_, ask| {
        let Ask::Chat(request) = ask else { panic!("{ask:?}") };
        let is_last = request["messages"][1]["content"].as_str().unwrap().contains("notes on the");
        said(if is_last { "" } else { "They talk about the move." })
    });
    let summary = summarise(&all(), &notes);
    assert_eq!(summary.form, Form::Plain);
    assert!(text_of(&summary).starts_with("They talk about the move."));
    let none = Scripted::says(&[""]);
    assert_eq!(summarise(&all(), &none).form, Form::Nonsense);
}

#[test]
fn however_long_a_text_the_number_of_questions_is_bounded() {
    let good = good();
    let texts = [good.as_str()];
    for (context, text) in [
        (8192, "A line of an endless log with a number like 4711.\n".repeat(80_000)),
        (2048, "会議は木曜日の午後三時に変更されました。".repeat(9_000)),
        (512, "word ".repeat(20_000)),
    ] {
        let scripted = Scripted::says(&texts);
        let summary = summarise(&Brief { model: model(context, false), ..brief(&text) }, &scripted);
        assert_eq!(summary.form, Form::Kept);
        let chats = scripted.chats();
        assert_eq!(chats.len(), 25, "{context}");
        if context > 512 {
            // Three bytes of a character that is written without spaces make one token at least.
            let longest = chats.iter().flatten().map(|(_, text)| text.len()).max().unwrap();
            assert!(longest < 4 * context as usize, "{longest} at {context}");
        }
    }
}

fn photo() -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    let photo = RgbImage::from_fn(3000, 1500, |x, y| Rgb([(x / 12) as u8, (y / 6) as u8, 90]));
    photo.write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}

#[test]
fn a_model_that_sees_is_shown_the_picture() {
    use base64::Engine;
    let entry = entry("A field of blue and green under a low sun.", "Field in the evening", &["field"]);
    let texts = [entry.as_str()];
    let photo = photo();
    for text in ["", INVOICE] {
        let seeing = Brief { model: model(8192, true), shows: true, ..brief(text) };
        let scripted = Scripted::says(&texts);
        let summary = try_summarise(&seeing, MediaKind::Image, Some((&photo, "png")), &scripted).unwrap();
        assert_eq!(text_of(&summary), "A field of blue and green under a low sun.");
        let asked = scripted.asked.borrow();
        let Ask::Chat(request) = &asked[0] else { panic!("{asked:?}") };
        let images = request["messages"][1]["images"].as_array().unwrap();
        let jpeg = base64::engine::general_purpose::STANDARD.decode(images[0].as_str().unwrap()).unwrap();
        let shown = image::load_from_memory_with_format(&jpeg, ImageFormat::Jpeg).unwrap();
        assert_eq!((images.len(), shown.width(), shown.height()), (1, 1024, 512));
        assert!(request["messages"][0].get("images").is_none());
    }
    // One that does not see gets the text.
    let blind = Brief { model: model(8192, false), shows: true, ..brief(INVOICE) };
    let scripted = Scripted::says(&texts);
    try_summarise(&blind, MediaKind::Image, Some((&photo, "png")), &scripted).unwrap();
    let Ask::Chat(request) = &scripted.asked.borrow()[0] else { panic!() };
    assert!(request["messages"][1].get("images").is_none());
}

#[test]
fn a_picture_that_cannot_be_shown_is_summarised_by_its_text() {
    let good = good();
    let texts = [good.as_str()];
    let photo = photo();
    let seeing = Brief { model: model(8192, true), shows: true, ..brief(INVOICE) };
    for medium in [&photo[..photo.len() / 3], b"no picture", b""] {
        let scripted = Scripted::says(&texts);
        let summary = try_summarise(&seeing, MediaKind::Image, Some((medium, "png")), &scripted).unwrap();
        assert_eq!(summary.form, Form::Kept);
        let Ask::Chat(request) = &scripted.asked.borrow()[0] else { panic!() };
        assert!(request["messages"][1].get("images").is_none());
        // Without text there is nothing.
        let nothing = Brief { text: String::new(), ..seeing.clone() };
        let outcome = try_summarise(&nothing, MediaKind::Image, Some((medium, "png")), &scripted);
        assert!(matches!(outcome, Err(Interruption::Failed(_))), "{outcome:?}");
    }
    // Text that fills the window leaves no room for it.
    let dense = Brief { text: "A line with words and numbers 12, 13, 14.\n".repeat(300), ..seeing };
    let scripted = Scripted::says(&texts);
    try_summarise(&dense, MediaKind::Image, Some((&photo, "png")), &scripted).unwrap();
    let Ask::Chat(request) = &scripted.asked.borrow()[0] else { panic!() };
    assert!(request["messages"][1].get("images").is_none());
}
