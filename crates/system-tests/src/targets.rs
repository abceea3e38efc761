//! What a worker that escapes could reach: files, listeners and processes, really there.

#![expect(clippy::unwrap_used, reason = "this runs in tests alone, where a panic is a failed test")]

use std::fmt::Write as _;
use std::fs::{self, File, Permissions};
use std::io::Write as _;
use std::net::{TcpListener, UdpSocket};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::fs::{XattrFlags, setxattr};

/// Gone with the test, with all that was made of them.
pub struct Targets {
    folder: tempfile::TempDir,
    /// Kept in memory, in a file, and nowhere in a list in the clear of what to do with it.
    secret: String,
    left_open: OwnedFd,
    bystander: Child,
    tcp: TcpListener,
    tcp6: Option<TcpListener>,
    udp: UdpSocket,
    udp6: Option<UdpSocket>,
    _unix: (UnixListener, UnixListener, UnixDatagram, UnixDatagram),
}

impl Targets {
    /// Makes them all, in a folder of their own.
    #[expect(clippy::new_without_default, reason = "it makes folders; nothing about it is a default")]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        for name in ["victim", "truncated", "removed", "renamed", "swapped", "unmarked"] {
            fs::write(path.join(name), "words of the user\n").unwrap();
            // Not every file system has attributes.
            let _ = setxattr(path.join(name), c"user.marked", b"x", XattrFlags::empty());
            // Executable, so that only a sandbox can refuse to run it.
            fs::set_permissions(path.join(name), Permissions::from_mode(0o755)).unwrap();
        }
        symlink("victim", path.join("symlink")).unwrap();
        for name in ["removed-folder", "mount-point"] {
            fs::create_dir(path.join(name)).unwrap();
        }
        let secret = format!("the secret of process {}", std::process::id());
        let mut file = File::create_new(path.join("left-open")).unwrap();
        file.write_all(secret.as_bytes()).unwrap();
        let file = File::open(path.join("left-open")).unwrap();
        let of_name = |name: &str| SocketAddr::from_abstract_name(abstract_name(path, name)).unwrap();
        let unix = (
            UnixListener::bind(path.join("socket")).unwrap(),
            UnixListener::bind_addr(&of_name("stream")).unwrap(),
            UnixDatagram::bind(path.join("datagrams")).unwrap(),
            UnixDatagram::bind_addr(&of_name("datagrams")).unwrap(),
        );
        let mut bystander = Command::new("sleep");
        bystander.arg("600").stdin(Stdio::null()).stdout(Stdio::null());
        Self {
            // A copy that is not closed when another program is started, as a careless library makes it.
            left_open: rustix::io::dup(&file).unwrap(),
            bystander: bystander.spawn().unwrap(),
            tcp: TcpListener::bind("127.0.0.1:0").unwrap(),
            tcp6: TcpListener::bind("[::1]:0").ok(),
            udp: UdpSocket::bind("127.0.0.1:0").unwrap(),
            udp6: UdpSocket::bind("[::1]:0").ok(),
            _unix: unix,
            secret,
            folder,
        }
    }

    /// The list of them, for a worker that is lent the file that it will be written to.
    pub fn list(&self, file: &Path) -> String {
        let path = self.folder.path();
        let mut list = String::new();
        let mut add = |key: &str, value: &dyn std::fmt::Display| writeln!(list, "{key}={value}").unwrap();
        add("book", &file.display());
        add("folder", &path.display());
        add("parent", &std::process::id());
        add("group", &rustix::process::getpgrp());
        add("bystander", &self.bystander.id());
        add("secret", &self.secret);
        add("address", &(self.secret.as_ptr() as usize));
        add("left-open", &self.left_open.as_raw_fd());
        add("port", &self.tcp.local_addr().unwrap().port());
        add("udp", &self.udp.local_addr().unwrap().port());
        if let Some(tcp6) = &self.tcp6 {
            add("port6", &tcp6.local_addr().unwrap().port());
        }
        if let Some(udp6) = &self.udp6 {
            add("udp6", &udp6.local_addr().unwrap().port());
        }
        add("socket", &path.join("socket").display());
        add("datagrams", &path.join("datagrams").display());
        add("abstract", &abstract_name(path, "stream"));
        add("abstract-datagrams", &abstract_name(path, "datagrams"));
        list
    }
}

impl Drop for Targets {
    fn drop(&mut self) {
        let _ = self.bystander.kill();
        let _ = self.bystander.wait();
    }
}

/// Names without a path are shared by the whole machine; this one is as unique as the folder's.
fn abstract_name(folder: &Path, name: &str) -> String {
    format!("{}-{name}", folder.file_name().unwrap().display())
}
