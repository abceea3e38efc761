//! Summaries by a language model that keeps the form, forgets it, repeats itself, falls silent or is led astray.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "common/scripted.rs"]
mod scripted;

use deskscribe_protocol::{Ask, Brief, Code, Form, MediaKind, Reply, Summary};
use deskscribe_worker::Interruption;
use scripted::{Scripted, brief, entry, model, said, summarise, try_summarise, vector};

const INVOICE: &str = "Invoice 2231\nGarden furniture\nTotal 412.00 EUR\nPlease pay within 14 days.";

fn good() -> String {
    entry(
        "An invoice of 412 EUR for garden furniture, due in 14 days.",
        "Invoice 2231",
        &["Invoices", "garden"],
    )
}

fn text_of(summary: &Summary) -> &str {
    summary.digest.as_ref().and_then(|digest| digest.summary.as_deref()).unwrap_or_default()
}

#[test]
fn a_model_that_keeps_the_form_is_asked_once() {
    let good = good();
    let texts = [good.as_str()];
    let scripted = Scripted::says(&texts);
    let brief = Brief { tags: vec!["invoice".to_owned()], ..brief(INVOICE) };
    let Summary { digest, form, vector } = summarise(&brief, &scripted);
    let digest = digest.unwrap();
    assert_eq!((form, vector), (Form::Kept, None));
    assert_eq!(digest.title.as_deref(), Some("Invoice 2231"));
    assert_eq!(
        digest.summary.as_deref(),
        Some("An invoice of 412 EUR for garden furniture, due in 14 days.")
    );
    assert_eq!(digest.tags, ["invoice", "garden"]);
    assert_eq!((digest.by.as_str(), digest.chapters.len()), ("small:1b", 0));
    assert_eq!(*scripted.told.borrow(), [(0, 1), (1, 1)]);
}

#[test]
fn a_question_has_bounds_and_nothing_but_what_it_takes() {
    let good = good();
    let texts = [good.as_str()];
    for (context, window, predict) in
        [(131_072, 8192, 1024), (4096, 4096, 1024), (512, 512, 128), (0, 4096, 1024)]
    {
        let scripted = Scripted::says(&texts);
        summarise(&Brief { model: model(context, false), ..brief(INVOICE) }, &scripted);
        let asked = scripted.asked.borrow();
        let Ask::Chat(request) = &asked[0] else { panic!("{asked:?}") };
        assert_eq!(request["model"], "small:1b");
        assert_eq!(request["options"]["num_ctx"], window);
        assert_eq!(request["options"]["num_predict"], predict);
        assert!(request["options"]["temperature"].as_f64().unwrap() < 0.5);
        assert_eq!(request["think"], false);
        assert_eq!(request["format"]["required"], serde_json::json!(["summary", "title", "tags"]));
        for absent in ["tools", "template", "keep_alive"] {
            assert!(request.get(absent).is_none(), "{absent}");
        }
    }
}

#[test]
fn a_model_is_shown_its_mistake_once() {
    let good = good();
    for (first, form) in [
        ("It is an invoice over 412 EUR.", Form::Repaired),
        (r#"{"summary": "An invoice over 412 EUR."}"#, Form::Repaired),
        ("", Form::Repaired),
        ("{{{{{{{{", Form::Repaired),
        (&"We will see. ".repeat(90), Form::Repaired),
    ] {
        let texts = [first, good.as_str()];
        let scripted = Scripted::says(&texts);
        let summary = summarise(&brief(INVOICE), &scripted);
        assert_eq!(summary.form, form, "{first}");
        assert!(text_of(&summary).starts_with("An invoice of 412"), "{summary:?}");
        let chats = scripted.chats();
        assert_eq!(chats.len(), 2);
        // Roles take turns, as strict templates have it.
        let roles: Vec<&str> = chats[1].iter().map(|(role, _)| role.as_str()).collect();
        assert!(
            matches!(roles[..], ["system", "user"] | ["system", "user", "assistant", "user"]),
            "{roles:?}"
        );
        assert!(chats[1].last().unwrap().1.contains("Answer again"));
    }
}

#[test]
fn what_was_right_before_a_mistake_is_kept() {
    let texts =
        [r#"{"summary": "An invoice over 412 EUR.", "tags": ["invoice"]}"#, r#"{"title": "Invoice 2231"}"#];
    let scripted = Scripted::says(&texts);
    let summary = summarise(&brief(INVOICE), &scripted);
    let digest = summary.digest.unwrap();
    assert_eq!(summary.form, Form::Repaired);
    assert_eq!(digest.summary.as_deref(), Some("An invoice over 412 EUR."));
    assert_eq!((digest.title.as_deref(), digest.tags), (Some("Invoice 2231"), vec!["invoice".to_owned()]));
}

#[test]
fn a_model_that_writes_in_another_language_is_asked_once_more() {
    let german = entry(
        "Eine Rechnung über 412 Euro für Gartenmöbel, die innerhalb von vierzehn Tagen zu bezahlen ist.",
        "Rechnung über Gartenmöbel",
        &["rechnung"],
    );
    let english = entry(
        "An invoice for garden furniture that is to be paid within the next fourteen days.",
        "Invoice for garden furniture",
        &["invoice"],
    );
    let texts = [english.as_str(), german.as_str()];
    let scripted = Scripted::says(&texts);
    let summary = summarise(&Brief { write_in: Some("de".to_owned()), ..brief(INVOICE) }, &scripted);
    assert_eq!(summary.form, Form::Repaired);
    assert!(text_of(&summary).starts_with("Eine Rechnung"), "{summary:?}");
    assert!(scripted.chats()[1].last().unwrap().1.starts_with("That is not written in German (de)."));
}

#[test]
fn prose_becomes_the_summary_and_is_never_lost() {
    for texts in [
        ["It is an invoice over 412 EUR.", "Sorry! It is an invoice over 412 EUR."],
        ["It is an invoice over 412 EUR.", ""],
        ["", "It is an invoice over 412 EUR."],
    ] {
        let scripted = Scripted::says(&texts);
        let summary = summarise(&brief(INVOICE), &scripted);
        assert_eq!(summary.form, Form::Plain);
        assert!(text_of(&summary).contains("an invoice over 412 EUR."), "{summary:?}");
        let digest = summary.digest.unwrap();
        assert_eq!((digest.title, digest.tags), (None, vec![]));
        assert_eq!(scripted.asked.borrow().len(), 2);
    }
}

#[test]
fn garbage_is_told_and_not_shown() {
    let loops = "and so on and on ".repeat(500);
    let huge = "{\"summary\": \"".to_owned() + &"\u{0}\u{202e}".repeat(100_000);
    for garbage in [
        "",
        "....",
        "{}",
        "[1, 2]",
        "I'm sorry, but I can't help with that.",
        &loops,
        &huge,
        "\u{1b}[2J\u{7}",
    ] {
        let texts = [garbage];
        let scripted = Scripted::says(&texts);
        let summary = summarise(&brief(INVOICE), &scripted);
        assert_eq!((summary.digest, summary.form), (None, Form::Nonsense), "{garbage:.40}");
        assert_eq!(scripted.asked.borrow().len(), 2);
    }
    // The question itself.
    let scripted = Scripted::new(|_, ask| {
        let Ask::Chat(request) = ask else { panic!("{ask:?}") };
        said(request["messages"][1]["content"].as_str().unwrap())
    });
    assert_eq!(summarise(&brief(INVOICE), &scripted).form, Form::Nonsense);
}

#[test]
fn what_is_too_long_is_cut() {
    let word = |number: u32| format!("{:x}", number.wrapping_mul(0x9e37_79b9));
    let sentence = |number: u32| format!("{} {} {}. ", word(number), word(number + 999), word(number + 9999));
    let long =
        entry(&(0..300).map(sentence).collect::<String>(), &"Chairs and tables ".repeat(30), &["chair"; 99]);
    let texts = [long.as_str()];
    let digest = summarise(&brief(INVOICE), &Scripted::says(&texts)).digest.unwrap();
    assert!(
        digest.summary.as_ref().is_some_and(|text| text.chars().count() <= 900 && text.ends_with('.')),
        "{digest:?}"
    );
    assert!(
        digest.title.as_ref().is_some_and(|text| text.chars().count() <= 100 && text.ends_with('…')),
        "{digest:?}"
    );
    assert_eq!(digest.tags, ["chair"]);
    // More than anybody listens to.
    let mut endless = vec![Reply::Text { text: good() }];
    endless.extend((0..50_000).map(|_| Reply::Text { text: "{ and more ".repeat(10) }));
    endless.push(Reply::End { cut: true });
    let scripted = Scripted::new(move |_, _| endless.clone());
    let summary = summarise(&brief(INVOICE), &scripted);
    assert_eq!(summary.form, Form::Kept);
    assert!(text_of(&summary).starts_with("An invoice of 412"));
}

#[test]
fn an_answer_that_is_cut_off_is_asked_for_again() {
    let cut = [
        Reply::Text { text: r#"{"summary": "An invoice over 412 EUR, due in"#.to_owned() },
        Reply::End { cut: true },
    ];
    let scripted = Scripted::new(|number, _| if number == 0 { cut.to_vec() } else { said(&good()) });
    assert_eq!(summarise(&brief(INVOICE), &scripted).form, Form::Repaired);
    assert!(scripted.chats()[1].last().unwrap().1.contains("too long"));
    // What there is of it is kept.
    let scripted = Scripted::new(|_, _| cut.to_vec());
    let summary = summarise(&brief(INVOICE), &scripted);
    assert_eq!((summary.form, text_of(&summary)), (Form::Repaired, "An invoice over 412 EUR, due in"));
}

#[test]
fn a_cancelled_job_ends_in_the_middle_of_an_answer() {
    let good = good();
    for at in [0, 1] {
        let texts = ["prose that has to be mended", good.as_str()];
        let scripted = Scripted::says(&texts);
        scripted.cancel_at.set(Some(at));
        let outcome = try_summarise(&brief(INVOICE), MediaKind::Image, None, &scripted);
        assert!(matches!(outcome, Err(Interruption::Cancelled)), "{outcome:?}");
        assert_eq!(scripted.asked.borrow().len(), at + 1);
    }
}

#[test]
fn without_anything_to_summarise_nobody_is_asked() {
    let scripted = Scripted::says(&[]);
    let outcome = try_summarise(&brief(" \n\u{200b}\n"), MediaKind::Image, None, &scripted);
    let Err(Interruption::Failed(failure)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(failure.code, Code::Empty);
    let embed = Brief { model: None, embedder: Some("words".to_owned()), ..Brief::default() };
    assert_eq!(summarise(&embed, &scripted), Summary { digest: None, form: Form::Unasked, vector: None });
    assert!(scripted.asked.borrow().is_empty());
}

#[test]
fn the_meaning_is_that_of_title_summary_and_text() {
    let embedder = Some("words".to_owned());
    let script = |_: usize, ask: &Ask| match ask {
        Ask::Embed(_) => vector(&[0.5, -0.25]),
        _ => said(&good()),
    };
    let input = |scripted: &Scripted<'_>| match scripted.asked.borrow().last() {
        Some(Ask::Embed(request)) => {
            assert_eq!((&request["model"], &request["truncate"]), (&"words".into(), &true.into()));
            request["input"].as_str().unwrap().to_owned()
        }
        other => panic!("{other:?}"),
    };
    let scripted = Scripted::new(script);
    let summary = summarise(&Brief { embedder: embedder.clone(), ..brief(INVOICE) }, &scripted);
    assert_eq!((summary.form, summary.vector), (Form::Kept, Some(vec![0.5, -0.25])));
    let text = input(&scripted);
    assert!(text.starts_with("Invoice 2231\nAn invoice of 412 EUR") && text.ends_with("14 days."), "{text}");
    assert_eq!(*scripted.told.borrow().last().unwrap(), (2, 2));

    let scripted = Scripted::new(script);
    let alone = Brief { embedder: embedder.clone(), model: None, ..brief(&"many words ".repeat(9999)) };
    assert_eq!(summarise(&alone, &scripted).form, Form::Unasked);
    assert!(input(&scripted).len() < 2000 && scripted.asked.borrow().len() == 1);

    for none in [vec![Reply::End { cut: false }], vector(&[]), vector(&[0.0; 3]), vector(&[0.1; 9000])] {
        let scripted = Scripted::new(|_, _| none.clone());
        assert_eq!(summarise(&alone, &scripted).vector, None);
    }
}
