//! The bytes of a picture, read by position: as often as a decoder wants, and without moving anybody's offset.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// A file from its beginning. A copy reads for itself.
#[derive(Debug, Clone)]
pub(super) struct Source {
    file: Arc<File>,
    size: u64,
    position: u64,
}

impl Source {
    /// Of this file, `size` bytes long.
    pub(super) fn new(file: File, size: u64) -> Self {
        Self { file: Arc::new(file), size, position: 0 }
    }

    /// How many bytes there are.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// The same bytes from the first on.
    pub(super) fn anew(&self) -> Self {
        Self { position: 0, ..self.clone() }
    }

    /// So many bytes from there on, or as many as there are. No more is reserved than the file is long.
    pub(super) fn bytes(&self, from: u64, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        Self { position: from, ..self.clone() }.take(length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(self.position)).unwrap_or(usize::MAX);
        let most = into.len().min(left);
        let read = self.file.read_at(&mut into[..most], self.position)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
        };
        self.position = target.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}
