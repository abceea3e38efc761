//! A model on its way, on stderr: one line that is drawn over and over on a terminal, a plain line now and then without
//! one.

use std::io::{self, IsTerminal};
use std::mem::{Discriminant, discriminant};
use std::time::{Duration, Instant};

use deskscribe_engine::{Step, clock, size};
use indicatif::{ProgressBar, ProgressDrawTarget};

use super::progress::line;
use super::say;

/// Between two plain lines.
const PLAIN_EVERY: Duration = Duration::from_secs(5);

/// What is shown of one model, or of one after the other.
pub(crate) struct Transfer {
    /// Without one, lines are plain.
    bar: Option<ProgressBar>,
    /// When the last plain line was said, and of what.
    said: Option<(Instant, Discriminant<Step>)>,
    /// The server that was named.
    host: Option<String>,
}

impl Transfer {
    pub(crate) fn new() -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = line();
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(8));
            bar
        });
        Self { bar, said: None, host: None }
    }

    /// Shows a step of this model.
    pub(crate) fn hear(&mut self, model: &str, step: &Step) {
        match step {
            Step::Connecting { host, .. } if self.host.as_ref() != Some(host) => {
                self.host = Some(host.clone());
                self.aside(&notice(model, step));
            }
            Step::Connecting { .. } | Step::Done(_) => {}
            Step::Waiting { .. } | Step::StartingOver { .. } => self.aside(&notice(model, step)),
            Step::Downloading { .. } | Step::Copying { .. } | Step::Verifying { .. } => {
                let text = progress(model, step);
                match &self.bar {
                    Some(bar) => bar.set_message(text),
                    None => {
                        let what = discriminant(step);
                        let is_news = |(at, of): (Instant, _)| of != what || at.elapsed() >= PLAIN_EVERY;
                        if self.said.is_none_or(is_news) {
                            say(&text);
                            self.said = Some((Instant::now(), what));
                        }
                    }
                }
            }
        }
    }

    /// Takes the line off the screen.
    pub(crate) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn aside(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| say(text)),
            None => say(text),
        }
    }
}

/// What happens now, in a line that stays.
fn notice(model: &str, step: &Step) -> String {
    match step {
        Step::Connecting { host, proxy, mirror, kept, total } => {
            let mirror = if *mirror { ", the mirror of your settings" } else { "" };
            let proxy =
                proxy.as_ref().map(|proxy| format!(", through the proxy {proxy}")).unwrap_or_default();
            let kept = match kept {
                0 => String::new(),
                kept => format!("; {} are here already", size(*kept)),
            };
            format!("Getting {model} ({}) from {host}{mirror}{proxy}{kept}.", size(*total))
        }
        Step::Waiting { why, seconds } => format!("{why}; trying again in {} s", seconds.ceil()),
        Step::StartingOver { why, dropped } => {
            format!("Starting over, since {why}; {} are fetched again.", size(*dropped))
        }
        _ => String::new(),
    }
}

/// Such as `tiny  downloading  12.4 MB of 77.7 MB (16.0%) · 5.1 MB/s · 0:13 left`.
fn progress(model: &str, step: &Step) -> String {
    let (what, bytes, total) = match step {
        Step::Downloading { bytes, total, .. } => ("downloading", bytes, total),
        Step::Copying { bytes, total } => ("copying", bytes, total),
        Step::Verifying { bytes, total } => ("verifying", bytes, total),
        _ => return String::new(),
    };
    let percent = *bytes as f64 * 100.0 / (*total).max(1) as f64;
    let mut text = format!("{model}  {what}  {} of {} ({percent:.1}%)", size(*bytes), size(*total));
    if let Step::Downloading { rate: Some(rate), left_seconds: Some(left), .. } = step {
        text += &format!(" · {}/s · {} left", size(*rate as u64), clock(*left));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_sees_how_far_how_fast_and_from_where() {
        let (bytes, total) = (12_430_000, 77_691_713);
        let downloading =
            Step::Downloading { bytes, total, rate: Some(5_100_000.0), left_seconds: Some(12.8) };
        assert_eq!(
            progress("tiny", &downloading),
            "tiny  downloading  12.4 MB of 77.7 MB (16.0%) · 5.1 MB/s · 0:13 left"
        );
        let verifying = Step::Verifying { bytes: total, total };
        assert_eq!(progress("tiny", &verifying), "tiny  verifying  77.7 MB of 77.7 MB (100.0%)");
        let host = "mirror.example".to_owned();
        let proxy = Some("localhost:3128".to_owned());
        let connecting = Step::Connecting { host, proxy, mirror: true, kept: bytes, total };
        assert_eq!(
            notice("tiny", &connecting),
            "Getting tiny (77.7 MB) from mirror.example, the mirror of your settings, through the proxy localhost:3128; \
             12.4 MB are here already."
        );
        let why = "it says 503 Service Unavailable".to_owned();
        assert_eq!(
            notice("tiny", &Step::Waiting { why, seconds: 1.5 }),
            "it says 503 Service Unavailable; trying again in 2 s"
        );
    }
}
