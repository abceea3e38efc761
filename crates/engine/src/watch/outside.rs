//! What happens outside of all folders, told by the kernel: drives come and go, folders in which watched ones lie are
//! renamed, and a machine that slept wakes up. Nothing is asked for again and again.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};

use super::above::Above;
use super::signal::{Signal, Signals};

/// The list of what is mounted where. The kernel wakes whoever waits for it when it changes.
const MOUNTS: &str = "/proc/self/mountinfo";

/// Held by whoever wants to hear of it.
#[derive(Debug)]
pub(super) struct Outside {
    above: Above,
    _open: OwnedFd,
}

impl Outside {
    /// Tells of drives and of waking up for as long as this is held.
    pub(super) fn hear(signals: Signals) -> io::Result<Self> {
        let mounts = File::open(MOUNTS)?;
        let alarm = alarm()?;
        let above = Above::open()?;
        let told = above.clone();
        // Closed, it ends the wait.
        let (closed, open) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
        thread::Builder::new().name("outside".to_owned()).spawn(move || {
            loop {
                let mut waits = [
                    PollFd::new(&mounts, PollFlags::PRI),
                    PollFd::new(&alarm, PollFlags::IN),
                    PollFd::new(&told, PollFlags::IN),
                    PollFd::new(&closed, PollFlags::IN),
                ];
                match poll(&mut waits, None) {
                    Ok(_) => {}
                    Err(Errno::INTR) => continue,
                    Err(error) => return tracing::warn!(%error, "drives that come and go are not seen"),
                }
                let [mounted, woke, moved, closed] = waits.map(|wait| !wait.revents().is_empty());
                if closed
                    || moved && told.drain().is_err()
                    || (mounted || moved) && !signals.send(Signal::Mounts)
                    || woke && !signals.send(Signal::Woke)
                {
                    return;
                }
                // Told until it is set again.
                if woke && set(&alarm).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { above, _open: open })
    }

    /// The ear for the folders in which watched ones lie.
    pub(super) fn above(&self) -> Above {
        self.above.clone()
    }
}

/// An alarm that never rings, but is cancelled when the clock of the day leaps: it was set, or the machine slept.
fn alarm() -> io::Result<OwnedFd> {
    let alarm = timerfd_create(TimerfdClockId::Realtime, TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK)?;
    set(&alarm)?;
    Ok(alarm)
}

fn set(alarm: &OwnedFd) -> io::Result<()> {
    let never = Timespec { tv_sec: i64::MAX / 2, tv_nsec: 0 };
    let once = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: never };
    timerfd_settime(alarm, TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET, &once)?;
    Ok(())
}

/// What is mounted where, at one moment.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Mounts(Vec<PathBuf>);

impl Mounts {
    /// As it is now.
    pub(super) fn now() -> Self {
        let list = fs::read(MOUNTS).unwrap_or_default();
        Self(list.split(|byte| *byte == b'\n').filter_map(point).collect())
    }

    /// Where the drive is mounted that this path is on.
    pub(super) fn of(&self, path: &Path) -> Option<&Path> {
        let around = self.0.iter().filter(|mount| path.starts_with(mount));
        around.max_by_key(|mount| mount.as_os_str().len()).map(PathBuf::as_path)
    }

    /// Whether a drive is mounted there.
    pub(super) fn has(&self, mount: &Path) -> bool {
        self.0.iter().any(|one| one == mount)
    }

    /// Where drives are mounted below this folder.
    pub(super) fn below(&self, folder: &Path) -> Vec<PathBuf> {
        self.0.iter().filter(|mount| mount.starts_with(folder) && *mount != folder).cloned().collect()
    }
}

/// Where something is mounted, by a line of the kernel's list. Blanks and the like are written as octal numbers there.
fn point(line: &[u8]) -> Option<PathBuf> {
    let field = line.split(|byte| *byte == b' ').nth(4)?;
    let mut path = Vec::with_capacity(field.len());
    let mut bytes = field;
    while let [byte, rest @ ..] = bytes {
        let octal = rest.get(..3).and_then(|digits| u8::from_str_radix(str::from_utf8(digits).ok()?, 8).ok());
        match octal.filter(|_| *byte == b'\\') {
            Some(meant) => {
                path.push(meant);
                bytes = &rest[3..];
            }
            None => {
                path.push(*byte);
                bytes = rest;
            }
        }
    }
    Some(OsString::from_vec(path).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_on_the_drive_that_is_mounted_nearest() {
        let lines = [
            &b"22 1 8:1 / / rw - ext4 /dev/sda1 rw"[..],
            b"90 22 8:17 / /media/ann/My\\040stick rw,nosuid shared:1 - vfat /dev/sdb1 rw",
            b"91 22 8:33 / /media/ann/My\\040stick/deep rw - ext4 /dev/sdc1 rw",
        ];
        let mounts = Mounts(lines.into_iter().filter_map(point).collect());
        let stick = Path::new("/media/ann/My stick");
        assert_eq!(mounts.of(&stick.join("shots")), Some(stick));
        assert_eq!(mounts.of(Path::new("/media/ann")), Some(Path::new("/")));
        assert!(mounts.has(stick) && !mounts.has(Path::new("/media/ann")));
        assert_eq!(mounts.below(stick), [stick.join("deep")]);
        assert!(Mounts::now().has(Path::new("/")));
    }
}
