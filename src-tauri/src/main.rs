//! Deskscribe's window.

use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    deskscribe_app::start()
}
