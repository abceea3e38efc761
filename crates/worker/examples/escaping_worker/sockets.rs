//! Connections, and sockets of every family.

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};

use libc::{AF_INET, AF_INET6, AF_NETLINK, AF_UNIX, SOCK_DGRAM, SOCK_RAW, SOCK_STREAM};

use crate::attempt::Attempt;
use crate::system::{call, opened, owned};

/// The conversation is where the engine put it.
const CONVERSATION: i32 = 0;

pub(crate) const ATTEMPTS: &[Attempt] = &[
    ("make a TCP socket", |_| opened(socket(AF_INET, SOCK_STREAM, 0))),
    ("make a TCP socket of IPv6", |_| opened(socket(AF_INET6, SOCK_STREAM, 0))),
    ("make a UDP socket", |_| opened(socket(AF_INET, SOCK_DGRAM, 0))),
    ("make a UDP socket of IPv6", |_| opened(socket(AF_INET6, SOCK_DGRAM, 0))),
    ("make a Unix socket", |_| opened(socket(AF_UNIX, SOCK_STREAM, 0))),
    ("make a netlink socket", |_| opened(socket(AF_NETLINK, SOCK_RAW, libc::NETLINK_ROUTE))),
    ("make a netlink socket of the audit log", |_| opened(socket(AF_NETLINK, SOCK_RAW, libc::NETLINK_AUDIT))),
    ("make a socket to the virtual machine's host", |_| opened(socket(libc::AF_VSOCK, SOCK_STREAM, 0))),
    ("make a socket of raw packets", |_| opened(socket(libc::AF_PACKET, SOCK_RAW, 0))),
    ("make a socket of raw IP", |_| opened(socket(AF_INET, SOCK_RAW, libc::IPPROTO_RAW))),
    ("make a socket of ICMP", |_| opened(socket(AF_INET, SOCK_RAW, libc::IPPROTO_ICMP))),
    ("make a socket of echo requests", |_| opened(socket(AF_INET, SOCK_DGRAM, libc::IPPROTO_ICMP))),
    ("make a Bluetooth socket", |_| opened(socket(libc::AF_BLUETOOTH, SOCK_RAW, 1))),
    ("make a CAN socket", |_| opened(socket(libc::AF_CAN, SOCK_RAW, 1))),
    ("make an XDP socket", |_| opened(socket(libc::AF_XDP, SOCK_RAW, 0))),
    ("use the kernel's cryptography (AF_ALG)", |_| {
        let socket = owned(socket(libc::AF_ALG, libc::SOCK_SEQPACKET, 0))?;
        // `struct sockaddr_alg`: family, type, two numbers, name.
        let mut address = [0_u8; 88];
        address[..2].copy_from_slice(&(libc::AF_ALG as u16).to_ne_bytes());
        address[2..6].copy_from_slice(b"hash");
        address[24..30].copy_from_slice(b"sha256");
        call!(libc::SYS_bind, &socket, address.as_ptr(), address.len()).map(drop)
    }),
    ("ask the network for its addresses (netlink)", |_| {
        let socket = owned(socket(AF_NETLINK, SOCK_RAW, libc::NETLINK_ROUTE))?;
        // `struct nlmsghdr` of RTM_GETADDR as a dump, then `struct ifaddrmsg`.
        let message: [u32; 6] = [24, (0x301 << 16) | 22, 1, 0, 0, 0];
        call!(libc::SYS_sendto, &socket, message.as_ptr(), 24, 0, 0, 0).map(drop)
    }),
    ("connect over TCP", |book| TcpStream::connect(("127.0.0.1", book.number("port")?)).map(drop)),
    ("connect over TCP of IPv6", |book| TcpStream::connect(("::1", book.number("port6")?)).map(drop)),
    ("connect over multipath TCP", |book| {
        let socket = owned(socket(AF_INET, SOCK_STREAM, libc::IPPROTO_MPTCP))?;
        let address = loopback(book.number("port")?);
        call!(libc::SYS_connect, &socket, address.as_ptr(), address.len()).map(drop)
    }),
    ("connect with the first bytes (TCP Fast Open)", |book| {
        let socket = owned(socket(AF_INET, SOCK_STREAM, 0))?;
        let (text, address) = (c"secret", loopback(book.number("port")?));
        let (flags, length) = (libc::MSG_FASTOPEN, address.len());
        call!(libc::SYS_sendto, &socket, text, 6, flags, address.as_ptr(), length).map(drop)
    }),
    ("make a socket of SCTP", |_| opened(socket(AF_INET, SOCK_STREAM, libc::IPPROTO_SCTP))),
    ("listen for TCP", |_| TcpListener::bind("127.0.0.1:0").map(drop)),
    ("connect to a Unix socket by path", |book| UnixStream::connect(book.text("socket")?).map(drop)),
    ("connect to an abstract Unix socket", |book| {
        let name = SocketAddr::from_abstract_name(book.text("abstract")?)?;
        UnixStream::connect_addr(&name)?.write_all(b"secret")
    }),
    ("listen on a Unix socket by path", |book| UnixListener::bind(book.path("made-listener")?).map(drop)),
    ("listen on an abstract Unix socket", |_| {
        let name = format!("deskscribe-escape-{}", std::process::id());
        UnixListener::bind_addr(&SocketAddr::from_abstract_name(name)?).map(drop)
    }),
    ("make a pair of sockets", |_| UnixStream::pair().map(drop)),
    ("hold the parent by the conversation (SO_PEERPIDFD)", |_| {
        const SO_PEERPIDFD: i32 = 77;
        let (mut number, mut length) = (-1_i64, 4_u32);
        let (at, size) = (&raw mut number, &raw mut length);
        call!(libc::SYS_getsockopt, CONVERSATION, libc::SOL_SOCKET, SO_PEERPIDFD, at, size)?;
        opened(Ok(i64::from(number as i32)))
    }),
    ("run a filter in the kernel on the conversation", |_| {
        // `struct sock_fprog` of one instruction that lets everything pass.
        let pass = [6_u64 | (u64::from(u32::MAX) << 32)];
        let program = [1_u64, pass.as_ptr() as u64];
        let (option, length) = (libc::SO_ATTACH_FILTER, size_of_val(&program));
        call!(libc::SYS_setsockopt, CONVERSATION, libc::SOL_SOCKET, option, program.as_ptr(), length)?;
        let (option, zero) = (libc::SO_DETACH_FILTER, 0_u32);
        call!(libc::SYS_setsockopt, CONVERSATION, libc::SOL_SOCKET, option, &raw const zero, 4).map(drop)
    }),
    ("name a network interface through the conversation", |_| interface(libc::SIOCGIFNAME, 1)),
    ("ask for a network address through the conversation", |_| interface(libc::SIOCGIFHWADDR, 0)),
    ("turn the conversation to another listener", |book| {
        let address = abstract_address(book.text("abstract")?);
        call!(libc::SYS_connect, CONVERSATION, address.as_ptr(), address.len()).map(drop)
    }),
    ("send a descriptor over the conversation", |book| {
        // Without a byte, so that nothing arrives: whether the call is there at all is what counts.
        let mut control = Rights::of(book.lent());
        let message = message(&mut control);
        call!(libc::SYS_sendmsg, CONVERSATION, &raw const message, 0).map(drop)
    }),
    ("send a descriptor over the conversation (sendmmsg)", |book| {
        let mut control = Rights::of(book.lent());
        let mut messages = libc::mmsghdr { msg_hdr: message(&mut control), msg_len: 0 };
        call!(libc::SYS_sendmmsg, CONVERSATION, &raw mut messages, 1, 0).map(drop)
    }),
    ("send a descriptor over a pair of sockets", |book| {
        let (one, _other) = UnixStream::pair()?;
        let mut control = Rights::of(book.lent());
        let mut message = message(&mut control);
        let mut byte = *b"x";
        let mut piece = libc::iovec { iov_base: byte.as_mut_ptr().cast(), iov_len: 1 };
        (message.msg_iov, message.msg_iovlen) = (&raw mut piece, 1);
        call!(libc::SYS_sendmsg, &OwnedFd::from(one), &raw const message, 0).map(drop)
    }),
];

pub(crate) fn socket(family: i32, kind: i32, protocol: i32) -> io::Result<i64> {
    call!(libc::SYS_socket, family, kind | libc::SOCK_CLOEXEC, protocol)
}

/// `struct sockaddr_in` of this machine.
pub(crate) fn loopback(port: u16) -> [u8; 16] {
    let mut address = [0; 16];
    address[..2].copy_from_slice(&(AF_INET as u16).to_ne_bytes());
    address[2..4].copy_from_slice(&port.to_be_bytes());
    address[4..8].copy_from_slice(&[127, 0, 0, 1]);
    address
}

/// `struct sockaddr_un` of an abstract name.
pub(crate) fn abstract_address(name: &str) -> Vec<u8> {
    [&(AF_UNIX as u16).to_ne_bytes()[..], b"\0", name.as_bytes()].concat()
}

/// Every socket answers questions about the network, whatever its family. `struct ifreq` has a name and a number.
fn interface(question: libc::Ioctl, number: u64) -> io::Result<()> {
    let mut request = [0_u64; 5];
    request[0] = u64::from_ne_bytes(*b"lo\0\0\0\0\0\0");
    request[2] = number;
    call!(libc::SYS_ioctl, CONVERSATION, question, request.as_mut_ptr()).map(drop)
}

/// `struct cmsghdr` with one descriptor.
#[repr(C)]
struct Rights {
    length: usize,
    level: i32,
    kind: i32,
    descriptor: i32,
}

impl Rights {
    fn of(descriptor: i32) -> Self {
        Self { length: 20, level: libc::SOL_SOCKET, kind: libc::SCM_RIGHTS, descriptor }
    }
}

fn message(control: &mut Rights) -> libc::msghdr {
    libc::msghdr {
        msg_name: std::ptr::null_mut(),
        msg_namelen: 0,
        msg_iov: std::ptr::null_mut(),
        msg_iovlen: 0,
        msg_control: std::ptr::from_mut(control).cast(),
        msg_controllen: size_of::<Rights>(),
        msg_flags: 0,
    }
}
