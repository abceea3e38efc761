//! `deskscribe show`: what was read in a file.

use deskscribe_engine::{
    Digest, EngineUse, Home, Item, Named, Row, RowState, asked, clock, count, json, local_time, markdown,
    omitted, quoted, size, sound, tame,
};

use crate::args::ShowArgs;
use crate::exit::Exit;
use crate::library::open;
use crate::recording::timelines;
use crate::show::{Style, print, tame_lines};

/// Runs the command.
pub(crate) fn show(args: ShowArgs) -> anyhow::Result<Exit> {
    let ShowArgs { name, json: as_json, markdown: as_markdown, text: as_text } = args;
    let library = open(&Home::locate()?)?;
    let named = library.find(&name)?;
    let Some(item) = library.item_of(&named)? else {
        // It was forgotten in this very moment.
        anyhow::bail!("nothing is known about it any more: {}", name.display());
    };
    let text = if as_json {
        json(&item)? + "\n"
    } else if as_markdown {
        markdown(&item)
    } else if as_text {
        only_text(&item)?
    } else {
        describe(&item, &named, Style::of_stdout())
    };
    print(&text)?;
    Ok(if item.row.state == RowState::Read { Exit::Done } else { Exit::InPart })
}

fn only_text(item: &Item) -> anyhow::Result<String> {
    let Row { text, reason, path, recording, .. } = &item.row;
    if let Some(recording) = recording {
        // What was shown, and what was said.
        let said = recording.transcript.iter().map(|segment| segment.text.trim());
        let all = [text.as_deref().unwrap_or_default().trim_end()].into_iter().chain(said);
        return Ok(all.filter(|part| !part.is_empty()).map(|part| tame_lines(part) + "\n").collect());
    }
    match text {
        Some(text) if text.is_empty() => Ok(String::new()),
        Some(text) => Ok(tame_lines(text.trim_end()) + "\n"),
        None => {
            anyhow::bail!("not read: {}: {path}", reason.as_deref().unwrap_or("its turn has not come yet"))
        }
    }
}

/// All of it, for a person.
fn describe(item: &Item, named: &Named, style: Style) -> String {
    let Item { row, bytes, date, read_at, places, receipts } = item;
    let mut text = String::new();
    if let Some(title) = &row.title {
        text += &format!("{}\n", style.bold(title));
    }
    if let Some(summary) = row.summary.as_deref().filter(|summary| Some(*summary) != row.title.as_deref()) {
        text += &format!("{}\n", tame(summary));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    let mut line = |name: &str, value: String| {
        if !value.is_empty() {
            text += &format!("  {name:<9} {}\n", tame(&value));
        }
    };
    line("file", with_state(&row.path));
    for place in places.iter().filter(|place| **place != row.path) {
        line("also", with_state(place));
    }
    line("key", row.key.map(|key| key.to_string()).unwrap_or_default());
    let pixels = row.width.zip(row.height).map(|(width, height)| format!("{width} × {height} pixels"));
    let recording = row.recording.as_ref();
    let length = recording.map(|recording| clock(recording.duration));
    let (one, many) = if recording.is_some() { ("frame read", "frames read") } else { ("page", "pages") };
    let pages = row.pages.filter(|pages| *pages > 1).map(|pages| count(pages.into(), one, many));
    let heard = recording.map(|recording| sound(recording.sound).to_owned());
    let kind = [Some(row.kind.to_string()), length, pixels, pages, heard, bytes.map(size)];
    line("kind", kind.into_iter().flatten().collect::<Vec<_>>().join(", "));
    let camera = row.camera.as_ref().map(|camera| format!(", with {camera}")).unwrap_or_default();
    let place = row.coordinates.map(|place| format!(", at {place}")).unwrap_or_default();
    line("date", date.as_deref().map(|date| local_time(date) + &camera + &place).unwrap_or_default());
    line("language", row.language.clone().unwrap_or_default());
    line("spoken", recording.and_then(|recording| recording.spoken_language.clone()).unwrap_or_default());
    line("tags", row.tags.join(", "));
    for omission in &row.omissions {
        line("missing", omitted(omission));
    }
    line("read", read_at.as_deref().map(|at| local_time(at) + &by(row)).unwrap_or_default());
    line("summary", written_by(row.summary_by.as_deref()));
    for receipt in receipts {
        line("asked", asked(receipt));
    }
    text.push('\n');
    if !row.chapters.is_empty() {
        let chapters = row.chapters.iter();
        text +=
            &chapters.map(|it| format!("  {:>9} {}\n", clock(it.at), tame(&it.title))).collect::<String>();
        text.push('\n');
    }
    if let Some(recording) = recording {
        return text + &timelines(recording, row.pending.contains(&"speech"));
    }
    match (&row.text, &row.reason) {
        (Some(words), _) if words.is_empty() => text += "No text was found in it.\n",
        (Some(words), _) => text += &format!("{}\n", tame_lines(words.trim_end())),
        (None, reason) => {
            let reason = reason.as_deref().unwrap_or("its turn has not come yet");
            text += &format!("Not read: {}.\nTo try again: {}\n", tame(reason), again(row, named));
        }
    }
    text
}

/// Who wrote title, summary and tags.
fn written_by(by: Option<&str>) -> String {
    match by {
        Some(Digest::EXTRACTIVE) => "made from its own words".to_owned(),
        Some(model) => format!("by {model}"),
        None => String::new(),
    }
}

fn with_state(path: &str) -> String {
    let is_there = std::path::Path::new(path).symlink_metadata().is_ok();
    if is_there { path.to_owned() } else { format!("{path} (not there any more)") }
}

/// Such as ` in 0.8 s by oar-ocr with PP-OCRv6_det_small and PP-OCRv6_rec_small, Deskscribe 0.1.0`.
fn by(row: &Row) -> String {
    let mut text = row.seconds.map(|seconds| format!(" in {seconds:.1} s")).unwrap_or_default();
    if let Some(provenance) = &row.provenance {
        text += &makers(&provenance.engines);
        text += &format!(", Deskscribe {}", provenance.program);
    }
    text
}

/// The models that took part, each once however many stages it served; and what they ran on, if that is the same.
fn makers(used: &[EngineUse]) -> String {
    let mut models: Vec<&str> = Vec::new();
    for used in used {
        if !models.contains(&used.model.as_str()) {
            models.push(&used.model);
        }
    }
    let Some((last, others)) = models.split_last() else { return String::new() };
    let models =
        if others.is_empty() { (*last).to_owned() } else { format!("{} and {last}", others.join(", ")) };
    match used {
        [first, rest @ ..] if rest.iter().all(|used| used.engine == first.engine) => {
            format!(" by {} with {models}", first.engine)
        }
        _ => format!(" by {models}"),
    }
}

/// The line that reads it again.
fn again(row: &Row, named: &Named) -> String {
    let path = quoted(std::path::Path::new(&row.path));
    match named {
        Named::Content { .. } => format!("deskscribe scan --again failed {path}"),
        Named::Queued(_) => format!("deskscribe scan {path}"),
    }
}

#[cfg(test)]
mod tests {
    use deskscribe_engine::Stage;

    use super::*;

    #[test]
    fn each_model_that_took_part_is_named_once() {
        let used = |stage, engine: &str, model: &str| EngineUse {
            stage,
            engine: engine.to_owned(),
            model: model.to_owned(),
            sha256: String::new(),
        };
        let (heard, checked) =
            (used(Stage::Hear, "ONNX", "silero"), used(Stage::Transcribe, "ONNX", "silero"));
        let listened = used(Stage::Transcribe, "whisper.cpp", "base");
        assert_eq!(makers(&[heard.clone(), checked.clone(), listened]), " by silero and base");
        assert_eq!(
            makers(&[heard, checked, used(Stage::Ocr, "ONNX", "ocr")]),
            " by ONNX with silero and ocr"
        );
        assert_eq!(makers(&[]), "");
    }
}
