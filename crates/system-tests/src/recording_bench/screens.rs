//! Screens that change: slides that fill up line by line, drawn by FFmpeg.

use std::fs;
use std::path::Path;

use crate::tools::{ffmpeg, run};

/// Seconds until a line is added, or the next slide comes.
const STAYS: usize = 10;
/// Lines of a slide when it comes.
const FIRST: usize = 6;
/// Lines that are added to it.
const ADDED: usize = 2;

/// A film of so many seconds, and what is shown in it.
#[derive(Debug)]
pub(crate) struct Film {
    /// Every line of every slide.
    pub(crate) lines: Vec<String>,
    /// FFmpeg's list of the stills and how long each stays.
    list: String,
}

impl Film {
    /// Draws the stills into a folder.
    pub(crate) fn draw(seconds: usize, sentences: &[String], rng: &mut fastrand::Rng, folder: &Path) -> Self {
        let (mut list, mut all, mut slide) = ("ffconcat version 1.0\n".to_owned(), Vec::new(), Vec::new());
        for (number, at) in (0..seconds).step_by(STAYS).enumerate() {
            let (of, step) = (number / (ADDED + 1) + 1, number % (ADDED + 1));
            if step == 0 {
                all.append(&mut slide);
            }
            while slide.len() < FIRST + step {
                let sentence = rng.choice(sentences).unwrap();
                slide.push(format!("{of}.{} {sentence}", slide.len() + 1));
            }
            let still = folder.join(format!("{number:04}.png"));
            draw(&slide, &still);
            let stays = STAYS.min(seconds - at);
            list += &format!("file {}\nduration {stays}\n", still.display());
        }
        all.append(&mut slide);
        // The last one again: FFmpeg ends with the beginning of what it lists last.
        if let Some(last) = list.lines().rev().find(|line| line.starts_with("file")).map(str::to_owned) {
            list += &last;
        }
        let path = folder.join("stills");
        fs::write(&path, &list).unwrap();
        Self { lines: all, list: path.display().to_string() }
    }

    /// Writes a recording of it, with this sound.
    pub(crate) fn write(&self, sound: &Path, path: &Path) {
        let picture = ["-vf", "fps=15", "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p"];
        let mut film = ffmpeg();
        film.args(["-f", "concat", "-safe", "0", "-i", &self.list, "-i"]).arg(sound);
        run(film.args(picture).args(["-c:a", "aac", "-b:a", "96k", "-shortest"]).arg(path));
    }
}

/// A slide with these lines.
fn draw(lines: &[String], still: &Path) {
    let text = still.with_extension("txt");
    fs::write(&text, lines.join("\n")).unwrap();
    let text = format!(
        "drawtext=textfile={}:expansion=none:font=Sans:fontsize=30:fontcolor=0x202020:line_spacing=34:x=80:y=90",
        text.display()
    );
    let paper = ["-f", "lavfi", "-i", "color=c=0xf4f4f0:s=1280x800", "-frames:v", "1", "-vf"];
    run(ffmpeg().args(paper).arg(text).arg(still));
}
