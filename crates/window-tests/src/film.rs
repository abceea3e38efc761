//! A recording of the screen of a desk, as people make one: the program `ffmpeg` films what is there while something
//! happens.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;

use tokio::sync::watch;

use crate::Desk;

/// Goes on until it is ended, or until its desk is gone.
pub struct Film {
    camera: Child,
    /// How many it has so far.
    frames: watch::Receiver<u64>,
    file: PathBuf,
}

impl Desk {
    /// Begins to film the whole screen into this file, which is MP4: as many frames in a second as are looked at when
    /// it is read.
    pub fn film(&self, file: &Path) -> Film {
        let mut camera = self.command("ffmpeg");
        camera.args("-loglevel error -y -f x11grab -framerate 4 -i".split(' ')).arg(self.display());
        // Without loss, so that small letters stay as sharp as they are on the screen.
        camera
            .args("-c:v libx264 -preset ultrafast -qp 0 -pix_fmt yuv444p -progress pipe:1 -f mp4".split(' '));
        camera.arg(file).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut camera = camera.spawn().unwrap();
        let (told, frames) = watch::channel(0);
        let progress = BufReader::new(camera.stdout.take().unwrap());
        // To its end, or it would wait for somebody to read what it tells.
        thread::spawn(move || {
            for line in progress.lines().map_while(Result::ok) {
                if let Some(frames) = line.strip_prefix("frame=").and_then(|count| count.trim().parse().ok())
                {
                    told.send_replace(frames);
                }
            }
        });
        Film { camera, frames, file: file.to_owned() }
    }
}

impl Film {
    /// Waits until what is on the screen now is in the film for some seconds: on a busy machine the camera comes late.
    #[track_caller]
    pub fn sees(&mut self) -> impl Future<Output = ()> {
        let before = *self.frames.borrow();
        async move {
            // Some that it has it has not told of yet.
            self.frames.wait_for(|frames| *frames >= before + 16).await.expect("the camera runs");
        }
    }

    /// Ends it as somebody does by the key for it, and returns the file once it is whole.
    #[track_caller]
    pub fn end(mut self) -> PathBuf {
        self.camera.stdin.take().unwrap().write_all(b"q").unwrap();
        let output = self.camera.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.file
    }
}
