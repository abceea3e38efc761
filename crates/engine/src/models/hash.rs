//! SHA-256 of large files, with progress, and a way to stop.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

/// Between two reports of progress.
pub(super) const TELL_EVERY: Duration = Duration::from_millis(100);
/// Read at once: large enough to cost few calls, small enough to stop at once.
const PIECE: usize = 1 << 20;

/// Why no hash came of it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unhashed {
    #[error("it was stopped")]
    Stopped,
    #[error(transparent)]
    Read(io::Error),
    #[error(transparent)]
    Write(io::Error),
}

/// Hands everything over piece by piece, and returns its hash, as 64 hex digits in lower case, with its length.
pub(super) fn sha256(
    mut from: impl Read,
    mut each: impl FnMut(&[u8]) -> io::Result<()>,
    cancel: &CancellationToken,
    mut tell: impl FnMut(u64),
) -> Result<(String, u64), Unhashed> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE];
    let mut done = 0;
    let mut told = None;
    loop {
        if cancel.is_cancelled() {
            return Err(Unhashed::Stopped);
        }
        if told.is_none_or(|told: Instant| told.elapsed() >= TELL_EVERY) {
            tell(done);
            told = Some(Instant::now());
        }
        let length = match from.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Unhashed::Read(error)),
        };
        hash.update(&piece[..length]);
        each(&piece[..length]).map_err(Unhashed::Write)?;
        done += length as u64;
    }
    tell(done);
    Ok((hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect(), done))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_the_known_one_and_ends_when_it_is_stopped() {
        let cancel = CancellationToken::new();
        let mut copy = Vec::new();
        let mut told = Vec::new();
        let each = |piece: &[u8]| {
            copy.extend_from_slice(piece);
            Ok(())
        };
        let hash = sha256(b"abc".as_slice(), each, &cancel, |bytes| told.push(bytes)).unwrap();
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((hash, copy.as_slice(), told), ((known.to_owned(), 3), b"abc".as_slice(), vec![0, 3]));
        cancel.cancel();
        let stopped = sha256(b"abc".as_slice(), |_| Ok(()), &cancel, |_| {});
        assert!(matches!(stopped, Err(Unhashed::Stopped)));
    }
}
