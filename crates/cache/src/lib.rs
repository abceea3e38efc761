//! The summaries cache: what was learned, kept for every process of the user.
//!
//! ```text
//!  <folder>/
//!    summaries.sqlite      readings by content, and the places where contents were found
//!    summaries.lock        held by whoever writes, for one commit; says who that is
//!    summaries.turn        held by whoever writes next
//!    thumbnails.sqlite     small pictures by content; can be made again at any time
//!    backups/              two copies of what cannot be made again
//!    damaged/              files that were damaged, and are replaced
//! ```
//!
//! Identity is the content, never the path. Readers never wait. Writers queue at the lock, so that the
//! window, the terminal and a second copy can all write at once; the kernel frees the lock of one that dies.
//! A [`WriteGuard`] is the only thing with a way to write, and it cannot be had without the lock.

mod error;
mod lock;
mod network;
mod place;
mod receipt;
mod record;
mod store;
mod summary;

mod basis;
mod columns;
mod derived;
mod digest;
mod schema;
mod seal;
mod tags;

mod bell;
mod changes;
mod clock;
mod count;
mod engines;
mod repair;
mod watch;

mod meaning;
mod read;
mod search;
mod write;

use count::grouped;

pub use basis::Basis;
pub use bell::StopWaiting;
pub use changes::Changes;
pub use engines::EngineLock;
pub use error::{CacheError, ROOM};
pub use network::network_of;
pub use place::{FileId, Place, Stamp};
pub use read::{Coverage, Head, Owing, Part, Queued, ReadGuard, Unread};
pub use receipt::{Receipt, Sent};
pub use record::{Outcome, Record, Thumbnail};
pub use repair::{Backup, Repair};
pub use search::{Answer, Hit, Meaning, Page, Query, QueryError, Snippet, State, Total, Why};
pub use store::Cache;
pub use summary::{Asking, Refusal, Summary, Unasked, Unsummarised};
pub use watch::{Change, Watch};
pub use write::{Claim, SummaryClaim, WriteGuard, Writer};
