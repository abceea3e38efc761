//! What is shown in a recording: which of its frames are worth reading, and for how long each line stood there.
//!
//! ```text
//!  frames ─▶ look (has anything changed?) ─▶ attention (is it worth reading by now?) ─▶ ocr ─▶ timeline
//! ```

mod attention;
mod look;
mod region;
mod timeline;

pub(crate) use attention::{Attention, STEP, Verdict};
pub(crate) use look::{Area, Look};
pub(crate) use region::Region;
pub(crate) use timeline::Timeline;
