//! When a server that failed is asked again: after a pause, which grows until an answer comes.

use std::time::Duration;

use tokio::time::Instant;

use crate::settings::Llm;

/// The longest that a server may ask us to wait.
const LONGEST_WISH: Duration = Duration::from_secs(600);

/// Closed as long as answers come; open for a while after each failure.
#[derive(Debug)]
pub(super) struct Breaker {
    first: Duration,
    longest: Duration,
    /// The next one. That a server is there again does not shorten it, only an answer does: one that can be looked at
    /// and fails at every question would otherwise be asked again and again.
    pause: Duration,
    open_until: Option<Instant>,
}

impl Breaker {
    pub(super) fn of(llm: &Llm) -> Self {
        Self { first: llm.pause, longest: llm.longest_pause, pause: llm.pause, open_until: None }
    }

    /// Until when nobody is asked, if that is still to come.
    pub(super) fn open_until(&self, now: Instant) -> Option<Instant> {
        self.open_until.filter(|until| *until > now)
    }

    /// Something failed. The server may have said when it wants to be asked again.
    pub(super) fn failed(&mut self, wish: Option<Duration>, now: Instant) {
        let wish = wish.unwrap_or_default().min(LONGEST_WISH);
        self.open_until = Some(now + self.pause.max(wish));
        self.pause = (self.pause * 2).min(self.longest);
    }

    /// It is there: whoever waits may ask it something.
    pub(super) fn is_there(&mut self) {
        self.open_until = None;
    }

    /// An answer came.
    pub(super) fn answered(&mut self) {
        self.pause = self.first;
        self.open_until = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_until_an_answer_comes() {
        let now = Instant::now();
        let mut breaker = Breaker::of(&Llm::default());
        assert_eq!(breaker.open_until(now), None);
        let mut pauses = Vec::new();
        for _ in 0..8 {
            breaker.failed(None, now);
            pauses.push(breaker.open_until(now).unwrap().duration_since(now).as_secs());
            breaker.is_there();
            assert_eq!(breaker.open_until(now), None);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        breaker.answered();
        breaker.failed(Some(Duration::from_secs(7)), now);
        assert_eq!(breaker.open_until(now), Some(now + Duration::from_secs(7)), "as the server wishes");
        breaker.failed(Some(Duration::MAX), now);
        assert_eq!(breaker.open_until(now), Some(now + LONGEST_WISH), "within reason");
        assert_eq!(breaker.open_until(now + LONGEST_WISH), None);
    }
}
