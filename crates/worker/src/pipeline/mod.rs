//! From a job to what comes of it: which stages a medium goes through, in which order.

mod beat;
mod compose;
mod frames;
mod hear;
mod pages;
mod picture;
mod survey;
mod transcribe;
mod watch;

use deskscribe_protocol::{Answer, Code, Failure, MediaKind, Omission, Omitted, Raster, Work};

use crate::engines::Engines;
use crate::job::{Interruption, Job, Outcome, Watch};
use crate::ocr::KNOWN_SCRIPTS;
use crate::summary;

/// What is said of writing in letters that the engine does not know, on this page.
fn strange_writing(page: u32) -> Omission {
    Omission { what: Omitted::Script, page, reason: KNOWN_SCRIPTS.to_owned() }
}

/// A picture that belongs to an answer, as 8-bit RGB.
type Shown = (Raster, Vec<u8>);

/// Does a job.
///
/// # Errors
/// What the medium or the system has against it, that it was cancelled, or that a model does not load.
pub fn work(job: Job, engines: &mut Engines, watch: &dyn Watch) -> Result<Outcome, Interruption> {
    let Job { work, kind, medium, files } = job;
    let told = |answer| Ok(Outcome { answer, picture: None });
    match (work, kind, medium) {
        (Work::Read, MediaKind::Image, Some(medium)) => {
            let (reading, picture) = picture::read(medium, engines, watch)?;
            Ok(Outcome { answer: Answer::Reading(Box::new(reading)), picture })
        }
        (Work::Preview { edge, .. }, MediaKind::Image, Some(medium)) => {
            let picture = picture::preview(medium, edge, watch)?;
            Ok(Outcome { answer: Answer::Preview, picture: Some(picture) })
        }
        (Work::Survey, MediaKind::Video | MediaKind::Audio, Some(medium)) => {
            let (survey, picture) = survey::look(&medium, watch)?;
            Ok(Outcome { answer: Answer::Survey(survey), picture })
        }
        (Work::Preview { edge, at }, MediaKind::Video | MediaKind::Audio, Some(medium)) => {
            let picture = survey::preview(&medium, edge, at, watch)?;
            Ok(Outcome { answer: Answer::Preview, picture: Some(picture) })
        }
        (Work::Watch { from, to }, _, Some(medium)) => {
            let watched = watch::watch(&medium, (from, to), engines, watch)?;
            Ok(Outcome { answer: Answer::Watched(watched), picture: None })
        }
        (Work::Hear { from, .. }, _, Some(medium)) => {
            let heard = hear::hear(&medium, &files, from, engines, watch)?;
            told(Answer::Heard(heard))
        }
        (Work::Transcribe { block, speech, language, model, threads }, ..) => {
            let (model, files) = (&model, &files);
            let task = transcribe::Task { block, speech: &speech, language, model, threads, files };
            told(Answer::Transcript(transcribe::transcribe(&task, engines, watch)?))
        }
        (Work::Compose(parts), ..) => told(Answer::Reading(Box::new(compose::compose(*parts, watch)))),
        (Work::Summarise(brief), _, medium) => {
            let summary = summary::summarise(&brief, kind, medium, watch)?;
            told(Answer::Summary(Box::new(summary)))
        }
        _ => {
            let reason = format!("{kind} files are not read by this version of Deskscribe");
            Err(Interruption::Failed(Failure::new(Code::Unsupported, reason)))
        }
    }
}
