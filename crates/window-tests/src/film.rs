//! A recording of the screen of a desk, as people make one: the program `ffmpeg` films what is there while something happens.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use crate::Desk;

/// Goes on until it is ended, or until its desk is gone.
pub struct Film {
    camera: Child,
    file: PathBuf,
}

impl Desk {
    /// Begins to film the whole screen into this file, which is MP4: as many frames in a second as are looked at when it is
    /// read.
    pub fn film(&self, file: &Path) -> Film {
        let mut camera = self.command("ffmpeg");
        camera.args("-loglevel error -y -f x11grab -framerate 4 -i".split(' ')).arg(self.display());
        // Without loss, so that small letters stay as sharp as they are on the screen.
        camera.args("-c:v libx264 -preset ultrafast -qp 0 -pix_fmt yuv444p -f mp4".split(' '));
        camera.arg(file).stdin(Stdio::piped()).stdout(Stdio::null());
        Film { camera: camera.spawn().unwrap(), file: file.to_owned() }
    }
}

impl Film {
    /// Ends it as somebody does by the key for it, and returns the file once it is whole.
    #[track_caller]
    pub fn end(mut self) -> PathBuf {
        self.camera.stdin.take().unwrap().write_all(b"q").unwrap();
        let output = self.camera.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.file
    }
}
