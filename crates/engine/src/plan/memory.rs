//! Files in memory: written to by one worker, then sealed and read by others, and never copied.

use std::fs::File;
use std::io;
use std::sync::Arc;

use deskscribe_protocol::Block;
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};

/// An empty file with room for a block of sound. It takes memory as it is written to, and cannot be made larger.
pub(super) fn file() -> io::Result<Arc<File>> {
    let file = File::from(memfd_create("sound", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?);
    file.set_len(Block::BYTES)?;
    fcntl_add_seals(&file, SealFlags::GROW | SealFlags::SHRINK)?;
    Ok(Arc::new(file))
}

/// From here on nobody can write to it, whatever descriptors they hold. Fails for as long as somebody has mapped it so
/// that they could.
pub(super) fn seal(file: &File) -> io::Result<()> {
    Ok(fcntl_add_seals(file, SealFlags::WRITE | SealFlags::SEAL)?)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt;

    use super::*;

    #[test]
    fn what_is_sealed_can_be_read_and_not_written() {
        let file = file().unwrap();
        file.write_all_at(b"sound", 7).unwrap();
        assert!(file.set_len(Block::BYTES + 1).is_err(), "it grows");
        seal(&file).unwrap();
        assert!(file.write_all_at(b"noise", 7).is_err(), "it can be written to");
        let mut read = [0; 5];
        file.read_exact_at(&mut read, 7).unwrap();
        assert_eq!(&read, b"sound");
    }
}
