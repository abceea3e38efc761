//! Meaning: vectors that models make of the words of contents, kept small, and compared fast.
//!
//! A vector is a direction; how long it is says nothing. So it is kept as one signed byte for each number, scaled so
//! that the largest is 127, and what two of them have in common is the cosine of the angle between them.

mod compact;
mod nearest;

pub(crate) use compact::{Direction, compact};
pub(crate) use nearest::{Near, Vectors, nearest};
