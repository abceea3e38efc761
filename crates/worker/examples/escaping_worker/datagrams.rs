//! Telling somebody without a connection: datagrams, by every call that sends one.

use std::io::{self, Write};
use std::net::UdpSocket;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;

use libc::{AF_INET, AF_UNIX, SOCK_DGRAM};

use crate::attempt::{Attempt, Book};
use crate::sockets::{abstract_address, loopback, socket};
use crate::system::{call, owned};

pub(crate) const ATTEMPTS: &[Attempt] = &[
    ("send a datagram over UDP", |book| {
        let socket = UdpSocket::bind("0.0.0.0:0")?;
        socket.send_to(b"secret", ("127.0.0.1", book.number("udp")?)).map(drop)
    }),
    ("send a datagram over UDP of IPv6", |book| {
        let socket = UdpSocket::bind("[::]:0")?;
        socket.send_to(b"secret", ("::1", book.number("udp6")?)).map(drop)
    }),
    ("ask a name server", |book| {
        let socket = UdpSocket::bind("0.0.0.0:0")?;
        socket.connect(("127.0.0.1", book.number("udp")?))?;
        // A question for the address of `secret.example`.
        let question = b"\0\x01\x01\0\0\x01\0\0\0\0\0\0\x06secret\x07example\0\0\x01\0\x01";
        socket.send(question).map(drop)
    }),
    ("send a datagram over UDP-Lite", |book| {
        let socket = owned(socket(AF_INET, SOCK_DGRAM, libc::IPPROTO_UDPLITE))?;
        let address = loopback(book.number("udp")?);
        call!(libc::SYS_sendto, &socket, c"secret", 6, 0, address.as_ptr(), address.len()).map(drop)
    }),
    ("send a datagram with sendmmsg", |book| {
        let socket = owned(socket(AF_INET, SOCK_DGRAM, 0))?;
        let mut address = loopback(book.number("udp")?);
        let mut text = *b"secret";
        let mut piece = libc::iovec { iov_base: text.as_mut_ptr().cast(), iov_len: text.len() };
        let mut messages = libc::mmsghdr {
            msg_hdr: libc::msghdr {
                msg_name: address.as_mut_ptr().cast(),
                msg_namelen: address.len() as u32,
                msg_iov: &raw mut piece,
                msg_iovlen: 1,
                msg_control: std::ptr::null_mut(),
                msg_controllen: 0,
                msg_flags: 0,
            },
            msg_len: 0,
        };
        call!(libc::SYS_sendmmsg, &socket, &raw mut messages, 1, 0).map(drop)
    }),
    ("send a datagram to a Unix socket by path", |book| {
        UnixDatagram::unbound()?.send_to(b"secret", book.text("datagrams")?).map(drop)
    }),
    ("send a datagram to an abstract Unix socket", |book| {
        let socket = owned(socket(AF_UNIX, SOCK_DGRAM, 0))?;
        to_abstract(&socket, book)
    }),
    ("send a datagram from half a pair", |book| {
        // A pair needs neither a family nor a name, and each half can send to anybody.
        let (half, _other) = UnixDatagram::pair()?;
        to_abstract(&half.into(), book)
    }),
    ("send a datagram through the conversation", |book| {
        let address = abstract_address(book.text("abstract-datagrams")?);
        call!(libc::SYS_sendto, 0, c"secret", 6, 0, address.as_ptr(), address.len()).map(drop)
    }),
    ("write to the log of the system", |_| UnixDatagram::unbound()?.send_to(b"<15>", "/dev/log").map(drop)),
    ("say something on a terminal", |_| {
        std::fs::OpenOptions::new().write(true).open("/dev/tty")?.write_all(b"")
    }),
];

fn to_abstract(socket: &OwnedFd, book: &Book) -> io::Result<()> {
    let address = abstract_address(book.text("abstract-datagrams")?);
    call!(libc::SYS_sendto, socket, c"secret", 6, 0, address.as_ptr(), address.len()).map(drop)
}
