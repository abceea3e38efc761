//! A drive that is plugged in and out: what is on it stays on it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system in memory, seen at one place while it is plugged in.
pub(super) struct Drive {
    /// Where it is always seen, by nobody but us.
    itself: PathBuf,
    at: PathBuf,
    pub(super) is_in: bool,
}

impl Drive {
    /// A drive that is plugged in here. Only root can have one.
    pub(super) fn plugged_in(itself: &Path, at: &Path) -> Self {
        fs::create_dir_all(itself).unwrap();
        done(Command::new("mount").args(["-t", "tmpfs", "drive"]).arg(itself));
        let mut drive = Self { itself: itself.to_owned(), at: at.to_owned(), is_in: false };
        drive.plug_in();
        drive
    }

    pub(super) fn plug_in(&mut self) {
        if !self.is_in {
            fs::create_dir_all(&self.at).unwrap();
            done(Command::new("mount").arg("--bind").args([&self.itself, &self.at]));
            self.is_in = true;
        }
    }

    /// Pulls it out, whoever reads from it or writes to it. As desktops have it, its folder goes with it.
    pub(super) fn pull_out(&mut self) {
        if self.is_in {
            done(Command::new("umount").arg("--lazy").arg(&self.at));
            self.is_in = false;
            match fs::remove_dir(&self.at) {
                // Whoever was about to save something there has saved it into the folder.
                Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => {}
                removed => removed.unwrap(),
            }
        }
    }
}

impl Drop for Drive {
    fn drop(&mut self) {
        self.pull_out();
        done(Command::new("umount").arg("--lazy").arg(&self.itself));
    }
}

fn done(command: &mut Command) {
    assert!(command.status().unwrap().success(), "{command:?}");
}
