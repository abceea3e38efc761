//! Open files that travel beside the bytes of a frame, as Unix sockets can carry them (`SCM_RIGHTS`).
//!
//! Descriptors ride on the first byte of a frame and are taken with its header. A receiver that asks for
//! none has them closed by the system, so a peer cannot fill our table with files we did not expect.

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Result;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, recvmsg, sendmsg,
};

/// The most descriptors one frame may carry.
pub const MAX_DESCRIPTORS: usize = 8;

/// Sends a first piece of `bytes` with all `descriptors`; returns how many bytes went, at least one.
///
/// The rest of the bytes goes by plain writes. More than [`MAX_DESCRIPTORS`] is `EINVAL`.
pub fn send(socket: impl AsFd, bytes: &[u8], descriptors: &[BorrowedFd<'_>]) -> Result<usize> {
    if descriptors.len() > MAX_DESCRIPTORS {
        return Err(rustix::io::Errno::INVAL);
    }
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    // Fits, as the space was made for the most there may be; without any, there is nothing to push.
    let _ = descriptors.is_empty() || ancillary.push(SendAncillaryMessage::ScmRights(descriptors));
    sendmsg(socket, &[IoSlice::new(bytes)], &mut ancillary, SendFlags::NOSIGNAL)
}

/// Receives up to `into.len()` bytes, 0 at the end of the stream, and adds what descriptors came with them.
pub fn receive(socket: impl AsFd, into: &mut [u8], descriptors: &mut Vec<OwnedFd>) -> Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let received = recvmsg(socket, &mut [IoSliceMut::new(into)], &mut ancillary, RecvFlags::CMSG_CLOEXEC)?;
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            descriptors.extend(rights);
        }
    }
    Ok(received.bytes)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read, Seek, Write};
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn a_file_arrives_open_with_the_first_byte() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let mut file = tempfile();
        file.write_all(b"what is in it").unwrap();
        file.rewind().unwrap();
        send(&ours, b"ab", &[file.as_fd()]).unwrap();

        let mut descriptors = Vec::new();
        let mut byte = [0; 1];
        assert_eq!(receive(&theirs, &mut byte, &mut descriptors).unwrap(), 1);
        assert_eq!(descriptors.len(), 1);
        let mut text = String::new();
        File::from(descriptors.remove(0)).read_to_string(&mut text).unwrap();
        assert_eq!(text, "what is in it");
        assert_eq!(receive(&theirs, &mut byte, &mut descriptors).unwrap(), 1);
        assert!(descriptors.is_empty(), "a descriptor comes once");
    }

    #[test]
    fn too_many_descriptors_are_refused() {
        let (ours, _theirs) = UnixStream::pair().unwrap();
        let file = tempfile();
        let many = vec![file.as_fd(); MAX_DESCRIPTORS + 1];
        assert_eq!(send(&ours, b"x", &many), Err(rustix::io::Errno::INVAL));
    }

    fn tempfile() -> File {
        tempfile::tempfile().unwrap()
    }
}
