//! System calls as a hostile file's code would make them: by number, past every library.

use std::ffi::{CStr, CString, c_long};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

/// One argument of a system call: a number, or the address of something that outlives the call.
pub(crate) struct Word(c_long);

macro_rules! words_of {
    ($($number:ty)*) => {
        $(impl From<$number> for Word {
            fn from(number: $number) -> Self {
                Self(number as c_long)
            }
        })*
    };
}

words_of!(i32 u32 i64 u64 usize);

impl From<&CStr> for Word {
    fn from(text: &CStr) -> Self {
        Self(text.as_ptr() as c_long)
    }
}

impl From<&CString> for Word {
    fn from(text: &CString) -> Self {
        text.as_c_str().into()
    }
}

impl From<&OwnedFd> for Word {
    fn from(descriptor: &OwnedFd) -> Self {
        descriptor.as_raw_fd().into()
    }
}

impl<T> From<*mut T> for Word {
    fn from(pointer: *mut T) -> Self {
        Self(pointer as c_long)
    }
}

impl<T> From<*const T> for Word {
    fn from(pointer: *const T) -> Self {
        Self(pointer as c_long)
    }
}

/// Makes a system call: its number, then up to six arguments.
macro_rules! call {
    ($number:expr $(, $argument:expr)* $(,)?) => {
        $crate::system::make($number as ::std::ffi::c_long, &[$($crate::system::Word::from($argument)),*])
    };
}
pub(crate) use call;

/// Makes a system call; every attempt hands over memory of the size and the kind that the call is known for.
pub(crate) fn make(number: c_long, arguments: &[Word]) -> io::Result<c_long> {
    let mut words = [0; 6];
    for (word, argument) in words.iter_mut().zip(arguments) {
        *word = argument.0;
    }
    let [a, b, c, d, e, f] = words;
    #[expect(unsafe_code, reason = "there is no safe way to make the calls that must be refused")]
    // SAFETY: what a call may write to was lent for it by the attempt, or is memory of this test's own making.
    let result = unsafe { libc::syscall(number, a, b, c, d, e, f) };
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// Takes what a call opened, so that it closes again.
pub(crate) fn owned(result: io::Result<c_long>) -> io::Result<OwnedFd> {
    let number = result? as RawFd;
    #[expect(unsafe_code, reason = "system calls know numbers only")]
    // SAFETY: the call has just made it, and nobody else knows of it.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// Whether a call opened something, which is closed again.
pub(crate) fn opened(result: io::Result<c_long>) -> io::Result<()> {
    owned(result).map(drop)
}

/// Tries in a child what would leave a mark on this process. Where no child can be had, it is tried here: it
/// must be refused then.
pub(crate) fn beside(attempt: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    #[expect(unsafe_code, reason = "the marks of an attempt must go with a process")]
    // SAFETY: the child has this thread alone; it makes system calls, and ends without returning.
    let child = unsafe { libc::fork() };
    match child {
        -1 => attempt(),
        0 => {
            let code = attempt().map_or_else(|error| error.raw_os_error().unwrap_or(libc::EIO), |()| 0);
            leave_with(code)
        }
        child => ended_well(child),
    }
}

/// Waits for a child, and makes an error of the exit code that is one.
pub(crate) fn ended_well(child: libc::pid_t) -> io::Result<()> {
    let mut status = 0;
    call!(libc::SYS_wait4, child, &raw mut status, libc::__WALL, 0)?;
    match libc::WEXITSTATUS(status) {
        0 if libc::WIFEXITED(status) => Ok(()),
        code if libc::WIFEXITED(status) => Err(io::Error::from_raw_os_error(code)),
        _ => Err(io::Error::other("a signal ended it")),
    }
}

/// Ends a child.
pub(crate) fn leave() -> ! {
    leave_with(0)
}

fn leave_with(code: i32) -> ! {
    #[expect(unsafe_code, reason = "a copy of this process must not go on")]
    // SAFETY: ends this process, and runs nothing of the program that it is a copy of.
    unsafe {
        libc::_exit(code)
    }
}
