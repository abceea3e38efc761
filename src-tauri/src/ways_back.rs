//! The ways back from what was changed in the window, so that each change can be undone.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use deskscribe_engine::WayBack;

/// Changes that can be taken back, the last first; what somebody did longer ago is changed by hand.
const KEPT: usize = 64;

/// How one change is taken back.
#[derive(Debug)]
pub(crate) enum Way {
    /// By what stood in `settings.toml`.
    Settings(WayBack),
    /// By whether it was started at login.
    Autostart(bool),
}

/// The ways back from the last changes, each with the number that the page knows it by.
#[derive(Debug, Default)]
pub(crate) struct WaysBack(Mutex<(u32, VecDeque<(u32, Way)>)>);

impl WaysBack {
    /// Keeps one, and tells its number.
    pub(crate) fn keep(&self, way: Way) -> u32 {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, ways) = &mut *kept;
        *last = last.wrapping_add(1);
        ways.push_front((*last, way));
        ways.truncate(KEPT);
        *last
    }

    /// The one with this number, which is used up by it.
    pub(crate) fn take(&self, number: u32) -> Option<Way> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.1.iter().position(|(known, _)| *known == number)?;
        kept.1.remove(at).map(|(_, way)| way)
    }
}

#[cfg(test)]
mod tests {
    use deskscribe_engine::{Edit, Home, Plain, Settings};

    use super::*;

    #[test]
    fn a_change_is_taken_back_once() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let ways = WaysBack::default();
        let change = |workers| {
            let edit = Edit::choose("workers", Some(&Plain::Number(workers))).unwrap();
            ways.keep(Way::Settings(Settings::change_with_way_back(&home, &[edit]).unwrap().1))
        };
        let (first, second) = (change(3), change(2));
        let back = |number| match ways.take(number) {
            Some(Way::Settings(way)) => Settings::go_back(&home, &way).unwrap().workers.get(),
            other => panic!("{other:?}"),
        };
        assert_eq!((back(second), back(first)), (3, 8));
        assert!(ways.take(first).is_none());
        let first = change(1);
        for _ in 0..KEPT {
            change(2);
        }
        assert!(ways.take(first).is_none(), "it is long ago");
    }
}
