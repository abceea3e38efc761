//! Deskscribe's window.

use std::process::ExitCode;

#[expect(clippy::print_stderr, reason = "whoever started it from a terminal reads why it does not start")]
fn main() -> ExitCode {
    deskscribe_app::start().unwrap_or_else(|error| {
        eprintln!("deskscribe-app: {error:#}");
        ExitCode::from(2)
    })
}
