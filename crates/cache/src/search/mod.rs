//! Search: files by what is written, said or shown in them, by their title, summary, tags and name.
//!
//! ```text
//!  a reading ─▶ document ─▶ token (fold) ─▶ index ─▶ search_… tables     when it is stored
//!
//!  what is typed ─▶ query (operator, when) ─▶ expression ─▶ find ─▶ fetch ─▶ Answer
//!                                                                 locate ─▶ snippet
//! ```
//!
//! Folding and cutting are ours, and the same for what is stored, asked and marked: SQLite only sees tokens of letters
//! that no part of its query language is made of. Properties such as the kind or the folder are tokens too, so that
//! one query of SQLite's answers everything. Rows lie in the order of time: where many match, the newest come
//! first, and no more of them are looked at than are shown.

mod fold;
mod token;

mod operator;
mod query;
mod when;

mod document;
mod index;
mod spelling;
mod timeline;

mod all;
mod days;
mod expression;
mod fetch;
mod find;
mod meant;
mod queued;

mod locate;
mod snippet;

mod hit;

pub use hit::{Answer, Hit, Page, Snippet, State, Total, Why};
pub use meant::Meaning;
pub use query::{Query, QueryError};

pub(crate) use find::SINCE;
pub(crate) use index::{make, purge, rebuild, remove};
pub(crate) use operator::sameness;
