//! What systemd is told where it has started this: that it watches, that it reloads, that it ends, and how it goes.

use sd_notify::NotifyState;

/// Whoever has started this and watches over it, if it wants to be told: without it everything said here goes nowhere.
#[derive(Debug, Default)]
pub(super) struct Supervisor {
    /// What it was told last of how it goes.
    state: String,
}

impl Supervisor {
    /// It watches.
    pub(super) fn ready(&self) {
        tell(&[NotifyState::Ready]);
    }

    /// Settings are read anew; `ready` ends that.
    pub(super) fn reloading(&self) {
        // Units of another type than `notify-reload` do without the time.
        match NotifyState::monotonic_usec_now() {
            Ok(now) => tell(&[NotifyState::Reloading, now]),
            Err(_) => tell(&[NotifyState::Reloading]),
        }
    }

    /// It ends.
    pub(super) fn stopping(&self) {
        tell(&[NotifyState::Stopping]);
    }

    /// How it goes, in a line; said only when it is another one.
    pub(super) fn state(&mut self, line: &str) {
        if self.state != line {
            line.clone_into(&mut self.state);
            tell(&[NotifyState::Status(line)]);
        }
    }
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        // It goes on without: whoever watches over it finds out by itself.
        tracing::warn!(%error, "the service manager cannot be told how it goes");
    }
}
