//! What an attempt is, what it aims at, and how its outcome is called.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, RawFd};
use std::path::PathBuf;
use std::str::FromStr;

/// A name, and what to do. `Ok` means that it would really have given something.
pub(crate) type Attempt = (&'static str, fn(&Book) -> io::Result<()>);

/// The file that was lent, and what it says is there to be reached.
pub(crate) struct Book {
    file: File,
    entries: BTreeMap<String, String>,
}

impl Book {
    /// Reads `key=value` lines.
    pub(crate) fn read(mut file: File) -> io::Result<Self> {
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        let entries = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Ok(Self { file, entries })
    }

    /// The file that was lent.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// The descriptor that was lent.
    pub(crate) fn lent(&self) -> RawFd {
        self.file.as_raw_fd()
    }

    /// What is written under this key.
    pub(crate) fn text(&self, key: &str) -> io::Result<&str> {
        let text = self.entries.get(key).map(String::as_str);
        text.ok_or_else(|| io::Error::other(format!("the list does not say {key}")))
    }

    /// The number under this key.
    pub(crate) fn number<N: FromStr>(&self, key: &str) -> io::Result<N> {
        let number = self.text(key)?.parse();
        number.map_err(|_| io::Error::other(format!("no number under {key}")))
    }

    /// A path in the folder where everything may be done, if anything may.
    pub(crate) fn path(&self, name: &str) -> io::Result<PathBuf> {
        Ok(PathBuf::from(self.text("folder")?).join(name))
    }

    /// The same, as system calls want it.
    pub(crate) fn c_path(&self, name: &str) -> io::Result<CString> {
        Ok(CString::new(self.path(name)?.into_os_string().into_encoded_bytes())?)
    }

    /// Whether these are the bytes that the parent keeps at `address`.
    pub(crate) fn is_the_secret(&self, bytes: &[u8]) -> io::Result<()> {
        let is_it = bytes == self.text("secret")?.as_bytes();
        if is_it { Ok(()) } else { Err(io::Error::other("something else is there")) }
    }

    /// The process that started this one.
    pub(crate) fn parent(&self) -> io::Result<i32> {
        self.number("parent")
    }

    /// A process of the same user that does nothing.
    pub(crate) fn bystander(&self) -> io::Result<i32> {
        self.number("bystander")
    }
}

/// For calls that ask for permission before they look at what they were given: this error is a yes.
pub(crate) fn past_permission<T>(result: io::Result<T>, errors: &[i32]) -> io::Result<()> {
    match result {
        Err(error) if error.raw_os_error().is_some_and(|number| errors.contains(&number)) => Ok(()),
        other => other.map(drop),
    }
}

/// The name of an error as the manual pages have it, or its number, or its text.
pub(crate) fn name_of(error: &io::Error) -> String {
    let name = match error.raw_os_error() {
        None => return error.to_string(),
        Some(libc::EPERM) => "EPERM",
        Some(libc::EACCES) => "EACCES",
        Some(libc::ENOSYS) => "ENOSYS",
        Some(libc::ENOENT) => "ENOENT",
        Some(libc::ESRCH) => "ESRCH",
        Some(libc::ENOMEM) => "ENOMEM",
        Some(libc::EMFILE) => "EMFILE",
        Some(libc::EBADF) => "EBADF",
        Some(libc::EINVAL) => "EINVAL",
        Some(libc::EFAULT) => "EFAULT",
        Some(libc::ENOTTY) => "ENOTTY",
        Some(libc::ENOTDIR) => "ENOTDIR",
        Some(libc::EEXIST) => "EEXIST",
        Some(libc::EFBIG) => "EFBIG",
        Some(libc::EXDEV) => "EXDEV",
        Some(libc::ENODEV) => "ENODEV",
        Some(libc::ENOEXEC) => "ENOEXEC",
        Some(libc::ENOTSUP) => "ENOTSUP",
        Some(libc::EISCONN) => "EISCONN",
        Some(libc::ECONNREFUSED) => "ECONNREFUSED",
        Some(libc::EAFNOSUPPORT) => "EAFNOSUPPORT",
        Some(libc::EPROTONOSUPPORT) => "EPROTONOSUPPORT",
        Some(libc::ESOCKTNOSUPPORT) => "ESOCKTNOSUPPORT",
        Some(number) => return format!("errno {number}"),
    };
    name.to_owned()
}
