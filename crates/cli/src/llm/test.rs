//! `deskscribe llm test`: what was called, what came back, how fast.

use deskscribe_engine::{Home, LlmTest, LlmVerdict, Settings, json};

use super::{tame_lines, words};
use crate::exit::Exit;
use crate::runtime;
use crate::show::{Table, print};

/// Runs the command.
pub(super) fn test(home: &Home, settings: &Settings, as_json: bool) -> anyhow::Result<Exit> {
    let runtime = runtime()?;
    let test = runtime.block_on(LlmTest::make(home, settings));
    runtime.shutdown_background();
    let text = if as_json { json(&test)? } else { tame_lines(&describe(&test, settings.llm.is_named())) };
    print(&(text + "\n"))?;
    Ok(match test.verdict {
        LlmVerdict::Works => Exit::Done,
        LlmVerdict::InPart => Exit::InPart,
        LlmVerdict::No | LlmVerdict::Off => Exit::CouldNotRun,
    })
}

/// All of it, for a person.
fn describe(test: &LlmTest, is_named: bool) -> String {
    let mut text = String::new();
    if !test.calls.is_empty() {
        let mut table = Table::with_head(["called", "", ">took", "what came back"]);
        for call in &test.calls {
            let status = call.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
            table.add([call.call.clone(), status, format!("{:.2} s", call.seconds), call.answer.clone()]);
        }
        text += &format!("{}\n", table.text());
    }
    text += &words(&test.state, is_named);
    if let Some(first) = test.first_seconds {
        text += &format!("\nThe first word came after {first:.1} s");
        text += &test
            .tokens_per_second
            .map(|pace| format!(", then {pace:.1} tokens a second"))
            .unwrap_or_default();
        text.push('.');
    }
    for note in &test.notes {
        text += &format!("\nNote: {note}");
    }
    text + match test.verdict {
        LlmVerdict::Works => "\nIt works.",
        LlmVerdict::InPart => "\nIt works in part.",
        LlmVerdict::No => "\nIt does not work.",
        LlmVerdict::Off => "",
    }
}
