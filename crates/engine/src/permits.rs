//! Permits for requests to a language model, shared by all processes of a user.

use std::io;
use std::time::Duration;

use tokio::time::sleep;

use crate::places::{Place, Places};
use crate::{Home, Settings};

/// How long to wait before asking again whether another request is over.
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// The permits of one home: as many as [`Settings::max_concurrent_requests`] allows, over all processes together.
///
/// A local server answers few requests at once, and slows down or fails when it gets more. Whoever asks it something
/// holds a [`Permit`] from before the request is sent until its answer is complete, or given up.
///
/// Who waits longest is not served first: where many tasks of one process want a permit, they should queue for it
/// among themselves, so that one of them asks here.
#[derive(Debug, Clone)]
pub struct Permits(Places);

/// The right to have one request on its way, until this is dropped. The kernel takes it back from a process that
/// dies, however it does, so that none is ever lost.
#[must_use = "the right ends when this is dropped"]
#[derive(Debug)]
pub struct Permit(Place);

impl Permits {
    /// The permits of this home.
    pub fn of(home: &Home, settings: &Settings) -> Self {
        Self(Places::new(home.llm(), settings.max_concurrent_requests.get()))
    }

    /// Takes a permit, unless others hold all.
    ///
    /// # Errors
    /// The files of the permits cannot be made or locked; the error names the one.
    pub fn try_take(&self) -> io::Result<Option<Permit>> {
        Ok(self.0.try_take()?.map(Permit))
    }

    /// Takes a permit as soon as there is one. May be dropped at any time, and has then taken none.
    ///
    /// # Errors
    /// As for [`try_take`](Self::try_take).
    pub async fn take(&self) -> io::Result<Permit> {
        loop {
            if let Some(permit) = self.try_take()? {
                return Ok(permit);
            }
            sleep(ASK_AGAIN).await;
        }
    }
}

impl Permit {
    /// Its number, from 0.
    pub fn number(&self) -> usize {
        self.0.number
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;

    #[tokio::test]
    async fn two_holders_on_one_home_share_what_is_allowed() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let mut settings = Settings::default();
        let permits = Permits::of(&home, &settings);
        let only = permits.try_take().unwrap().unwrap();
        assert!(Permits::of(&home, &settings).try_take().unwrap().is_none(), "one is what is allowed");

        settings.max_concurrent_requests = NonZeroUsize::new(2).unwrap();
        let more = Permits::of(&home, &settings);
        let second = more.take().await.unwrap();
        assert_eq!((only.number(), second.number()), (0, 1));
        assert!(more.try_take().unwrap().is_none());

        let waits = tokio::spawn(async move { permits.take().await.unwrap().number() });
        drop(only);
        assert_eq!(waits.await.unwrap(), 0);
    }
}
