//! New code, and more memory than was granted.

use std::io;

use libc::{MAP_ANONYMOUS, MAP_PRIVATE, MAP_SHARED, PROT_EXEC, PROT_NONE, PROT_READ, PROT_WRITE};

use crate::attempt::{Attempt, Book};
use crate::system::{beside, call, owned};

const PAGE: usize = 1 << 16;

pub(crate) const ATTEMPTS: &[Attempt] = &[
    ("map memory for writing and running", |_| {
        Mapping::new(PAGE, PROT_READ | PROT_WRITE | PROT_EXEC).map(drop)
    }),
    ("map memory for running", |_| Mapping::new(PAGE, PROT_EXEC).map(drop)),
    ("make written memory run (mprotect)", |_| {
        let mapping = Mapping::new(PAGE, PROT_READ | PROT_WRITE)?;
        call!(libc::SYS_mprotect, mapping.address, PAGE, PROT_READ | PROT_EXEC).map(drop)
    }),
    ("make written memory run (pkey_mprotect)", |_| {
        let mapping = Mapping::new(PAGE, PROT_READ | PROT_WRITE)?;
        call!(libc::SYS_pkey_mprotect, mapping.address, PAGE, PROT_READ | PROT_EXEC, -1).map(drop)
    }),
    ("make own code writable", |_| {
        let code = code_page();
        beside(|| call!(libc::SYS_mprotect, code, 1, PROT_READ | PROT_WRITE | PROT_EXEC).map(drop))
    }),
    ("have all memory run (personality)", |_| {
        const READ_IMPLIES_EXEC: u32 = 0x0040_0000;
        beside(|| call!(libc::SYS_personality, READ_IMPLIES_EXEC).map(drop))
    }),
    ("map the lent file for running", |book| {
        Mapping::of(PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, book.lent()).map(drop)
    }),
    ("map the lent file for writing", |book| {
        Mapping::of(PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, book.lent()).map(drop)
    }),
    ("make the mapped lent file run", |book| {
        let mapping = Mapping::of(PAGE, PROT_READ, MAP_PRIVATE, book.lent())?;
        call!(libc::SYS_mprotect, mapping.address, PAGE, PROT_READ | PROT_EXEC).map(drop)
    }),
    ("make a file in memory", |_| {
        owned(call!(libc::SYS_memfd_create, c"escape", libc::MFD_CLOEXEC)).map(drop)
    }),
    ("make a file in memory that huge pages back", |_| {
        owned(call!(libc::SYS_memfd_create, c"escape", libc::MFD_CLOEXEC | libc::MFD_HUGETLB)).map(drop)
    }),
    ("make a secret file in memory", |_| owned(call!(libc::SYS_memfd_secret, 0)).map(drop)),
    ("map a file in memory for running", |_| {
        use std::os::fd::AsRawFd;
        let file = owned(call!(libc::SYS_memfd_create, c"escape", libc::MFD_CLOEXEC))?;
        Mapping::of(PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, file.as_raw_fd()).map(drop)
    }),
    ("map the first page, where null points to", |_| {
        beside(|| {
            let flags = MAP_PRIVATE | MAP_ANONYMOUS | libc::MAP_FIXED;
            call!(libc::SYS_mmap, 0, PAGE, PROT_READ | PROT_WRITE, flags, -1, 0).map(drop)
        })
    }),
    ("map more memory than was granted", |_| Mapping::new(MORE_THAN_GRANTED, PROT_NONE).map(drop)),
    ("use the log of page faults (userfaultfd)", |_| {
        owned(call!(libc::SYS_userfaultfd, libc::O_CLOEXEC)).map(drop)
    }),
    ("use the log of own page faults (userfaultfd)", |_| {
        const USER_MODE_ONLY: i32 = 1;
        owned(call!(libc::SYS_userfaultfd, libc::O_CLOEXEC | USER_MODE_ONLY)).map(drop)
    }),
];

/// Half as much again as the engine grants: see `memory_ceiling` in its settings.
const MORE_THAN_GRANTED: usize = 6 << 30;

/// Mapped memory, until it is dropped.
struct Mapping {
    address: i64,
    bytes: usize,
}

impl Mapping {
    fn new(bytes: usize, protection: i32) -> io::Result<Self> {
        Self::of(bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1)
    }

    fn of(bytes: usize, protection: i32, flags: i32, file: i32) -> io::Result<Self> {
        let address = call!(libc::SYS_mmap, 0, bytes, protection, flags, file, 0)?;
        Ok(Self { address, bytes })
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        let _ = call!(libc::SYS_munmap, self.address, self.bytes);
    }
}

/// The page on which a function of this program begins.
fn code_page() -> usize {
    let function: fn(&Book) -> io::Result<&str> = |book| book.text("secret");
    // Pages are no larger than this on any system that runs it, and no smaller than 4 KiB.
    function as usize & !0xfff
}
