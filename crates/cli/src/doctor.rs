//! `deskscribe doctor`: whether this installation can work, and how well its workers are confined.

use deskscribe_engine::{
    Diagnosis, Home, Isolation, Kept, Layer, Mend, Part, Verdict, WorkerCheck, json, size, tame,
};

use crate::args::DoctorArgs;
use crate::exit::Exit;
use crate::runtime;
use crate::show::{Table, print};

/// Runs the command.
pub(crate) fn doctor(args: DoctorArgs) -> anyhow::Result<Exit> {
    let home = Home::locate()?;
    let diagnosis = runtime()?.block_on(Diagnosis::make(&home));
    let text = if args.json { json(&diagnosis)? + "\n" } else { describe(&diagnosis) };
    print(&text)?;
    Ok(match diagnosis.verdict {
        Verdict::Fine => Exit::Done,
        Verdict::Weak | Verdict::Busy => Exit::InPart,
        Verdict::Broken => Exit::CouldNotRun,
    })
}

/// All of it, for a person: what was found, then what to make of it.
fn describe(diagnosis: &Diagnosis) -> String {
    let mut text = format!("Deskscribe {}\n\n", diagnosis.program);
    let mut table = Table::with_head(["check", "", "what was found"]);
    for check in &diagnosis.checks {
        let good = match check.good {
            Some(true) => "ok",
            Some(false) => "WRONG",
            None => "?",
        };
        table.add([check.what.to_owned(), good.to_owned(), check.found.clone()]);
    }
    if let Some(worker) = &diagnosis.worker {
        let good = match worker.isolation {
            level if level < worker.required => "WRONG",
            Isolation::Full => "ok",
            Isolation::Reduced | Isolation::Off => "weak",
        };
        let (level, required) = (worker.isolation.as_str(), worker.required.as_str());
        let found = format!("{level}; at least {required} is required");
        table.add(["isolation".to_owned(), good.to_owned(), found]);
    }
    text += &table.text();
    text += &inventory(diagnosis);
    if let Some(worker) = &diagnosis.worker {
        text += &confinement(worker);
    }
    text += &format!("\n{}\n", advice(diagnosis));
    if !diagnosis.mend.is_empty() {
        let mut table = Table::with_head(["to mend", "this line"]);
        for Mend { what, line } in &diagnosis.mend {
            table.add([(*what).to_owned(), line.clone()]);
        }
        text += &format!("\n{}", table.text());
    }
    text
}

/// What is installed, and where things lie.
fn inventory(diagnosis: &Diagnosis) -> String {
    let mut text = String::new();
    if !diagnosis.parts.is_empty() {
        let mut table = Table::with_head(["installed", "", ">size", "where"]);
        for Part { what, name, bytes, path } in &diagnosis.parts {
            let bytes = bytes.map(size).unwrap_or_default();
            table.add([(*what).to_owned(), name.clone(), bytes, path.clone()]);
        }
        text += &format!("\n{}", table.text());
    }
    if !diagnosis.kept.is_empty() {
        let mut table = Table::with_head(["kept", ">size", "what is in it", "where"]);
        for Kept { what, bytes, holds, path } in &diagnosis.kept {
            table.add([(*what).to_owned(), size(*bytes), holds.clone(), path.clone()]);
        }
        text += &format!("\n{}", table.text());
    }
    text
}

/// The layers, and everything the worker tried.
fn confinement(worker: &WorkerCheck) -> String {
    let mut text = String::new();
    if !worker.layers.is_empty() {
        let mut table = Table::with_head(["layer", "state"]);
        for layer in &worker.layers {
            table.add([name(layer.layer).to_owned(), layer.state.clone()]);
        }
        text += &format!("\n{}", table.text());
    }
    if !worker.canaries.is_empty() {
        let mut table = Table::with_head(["the worker tried to", "layer", "", "the system said"]);
        for canary in &worker.canaries {
            let refused = if canary.refused { "refused" } else { "NOT REFUSED" };
            let layer = name(canary.layer).to_owned();
            table.add([canary.attempt.clone(), layer, refused.to_owned(), canary.outcome.clone()]);
        }
        text += &format!("\n{}", table.text());
    }
    text
}

fn name(layer: Layer) -> &'static str {
    match layer {
        Layer::Process => "process",
        Layer::Files => "files",
        Layer::Calls => "calls",
    }
}

/// What it comes to, and what to do.
fn advice(diagnosis: &Diagnosis) -> String {
    const BETTER: &str = "Full isolation needs Linux 5.13 or newer with seccomp and Landlock switched on; \
                          some containers take one or both away.";
    let wrong = diagnosis.checks.iter().find(|check| check.good == Some(false));
    match (diagnosis.verdict, &diagnosis.worker, wrong) {
        (Verdict::Fine, ..) => {
            "Everything is fine: a broken or hostile file can reach nothing of yours.".to_owned()
        }
        (Verdict::Weak, Some(WorkerCheck { isolation: Isolation::Reduced, .. }), _) => {
            format!("It works, with one layer of confinement instead of two.\n{BETTER}")
        }
        (Verdict::Weak, ..) => format!(
            "It works, but the system does not confine workers, and the settings allow that: scan only \
             pictures that you would open in a viewer.\n{BETTER}"
        ),
        (Verdict::Busy, ..) => {
            "Nothing is wrong as far as could be seen, but no worker could be looked at: other scans use all \
             eight. Try again when one of them has ended."
                .to_owned()
        }
        (Verdict::Broken, _, Some(check)) => tame(&format!("It does not work: {}.", check.found)),
        (Verdict::Broken, worker, None) => format!(
            "It does not work: workers are confined less than the settings demand, and get no file.\n{BETTER}\n\
             To work with less, at your own risk, put the level that there is into settings.toml: isolation = \"{}\".",
            worker.as_ref().map_or(Isolation::Off, |worker| worker.isolation).as_str()
        ),
    }
}

#[cfg(test)]
mod tests {
    use deskscribe_engine::{Canary, Check, LayerState};

    use super::*;

    fn diagnosis(isolation: Isolation, required: Isolation, verdict: Verdict) -> Diagnosis {
        let canary = |attempt: &str, layer, refused| Canary {
            attempt: attempt.to_owned(),
            layer,
            refused,
            outcome: if refused { "Permission denied".to_owned() } else { "it was opened".to_owned() },
        };
        let layer = |layer, state: &str| LayerState { layer, state: state.to_owned() };
        Diagnosis {
            verdict,
            program: "0.1.0+0123 (protocol 4)".to_owned(),
            checks: vec![Check {
                what: "cache",
                good: Some(true),
                found: "opens, with SQLite 3.53.2".to_owned(),
            }],
            worker: Some(WorkerCheck {
                ready_ms: 84.2,
                isolation,
                required,
                layers: vec![
                    layer(Layer::Calls, "seccomp, two stages"),
                    layer(Layer::Files, "Landlock is not there"),
                ],
                canaries: vec![
                    canary("open /etc/passwd", Layer::Files, isolation == Isolation::Full),
                    canary("make a socket", Layer::Calls, true),
                ],
            }),
            parts: vec![Part {
                what: "runtime",
                name: "ONNX Runtime 1.31.1".to_owned(),
                bytes: Some(29_352_200),
                path: "/opt/deskscribe/resources/libonnxruntime.so".to_owned(),
            }],
            kept: vec![Kept {
                what: "cache",
                bytes: 143_000_000,
                holds: "4102 readings".to_owned(),
                path: "/home/ann/.local/share/deskscribe/summaries.sqlite".to_owned(),
            }],
            mend: Vec::new(),
        }
    }

    #[test]
    fn what_was_tried_and_what_to_do_is_told_in_plain_words() {
        use Isolation::{Full, Off, Reduced};
        insta::assert_snapshot!("reduced", describe(&diagnosis(Reduced, Off, Verdict::Weak)));
        insta::assert_snapshot!("refused", describe(&diagnosis(Reduced, Full, Verdict::Broken)));
        assert!(describe(&diagnosis(Full, Full, Verdict::Fine)).ends_with("nothing of yours.\n"));
        let mut broken = diagnosis(Off, Off, Verdict::Broken);
        broken.worker = None;
        broken.checks =
            vec![Check { what: "home", good: Some(false), found: "cannot be written".to_owned() }];
        broken.mend = vec![Mend { what: "home", line: "chmod -R u+rwX /home/ann".to_owned() }];
        let text = describe(&broken);
        assert!(text.ends_with("\nIt does not work: cannot be written.\n\n  to mend  this line\n  home     chmod -R u+rwX /home/ann\n"));
        assert!(describe(&diagnosis(Off, Full, Verdict::Broken)).contains("isolation = \"off\"."));
        let busy = Check { what: "worker", good: None, found: "not examined".to_owned() };
        let busy = Diagnosis { verdict: Verdict::Busy, checks: vec![busy], worker: None, ..broken };
        let text = describe(&busy);
        assert!(text.contains("worker  ?  not examined") && text.contains("Try again when"), "{text}");
    }
}
