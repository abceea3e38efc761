//! Other people's programs that make what is read.

use std::process::{Command, Output};

/// Where they are to be had.
const PACKAGES: &str = "ffmpeg espeak-ng flite";

/// Runs one of them to its end.
///
/// # Panics
/// It is missing, or fails; the panic says what to do.
pub(crate) fn run(command: &mut Command) -> Output {
    let name = command.get_program().display().to_string();
    let output = command.output().unwrap_or_else(|error| {
        panic!("{name} could not be started ({error}); on Debian or Ubuntu: apt-get install {PACKAGES}")
    });
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} failed ({}): {said}", output.status);
    output
}

/// FFmpeg, which asks nothing and overwrites.
pub(crate) fn ffmpeg() -> Command {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-y"]);
    ffmpeg
}
