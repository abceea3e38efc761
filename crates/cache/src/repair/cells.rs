//! The rows of a page, whatever table or index it belongs to.
//!
//! What a cell and a record look like: <https://sqlite.org/fileformat2.html>, sections 1.6 and 2.

use rusqlite::types::Value;

use super::pages::Pages;

/// No value of ours is longer; a length that is, is damaged.
const LONGEST: usize = 1 << 30;

/// The rows that lie on a page, each with all of its values; what cannot be a row is left out.
pub(crate) fn rows(pages: &Pages, number: u32) -> Vec<Vec<Value>> {
    let Some(page) = pages.get(number) else { return Vec::new() };
    // The first page begins with the header of the file.
    let head = if number == 1 { 100 } else { 0 };
    let (kind, pointers) = match page[head] {
        0x0d => (Kind::Table, head + 8),
        0x0a => (Kind::Index, head + 8),
        0x02 => (Kind::Fork, head + 12),
        _ => return Vec::new(),
    };
    let count = usize::from(u16::from_be_bytes([page[head + 3], page[head + 4]]));
    let pointers = page[pointers..].as_chunks::<2>().0.iter().take(count);
    pointers.filter_map(|at| row(pages, &page, usize::from(u16::from_be_bytes(*at)), kind)).collect()
}

/// A page that holds rows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A leaf of a table.
    Table,
    /// A leaf of an index, or of a table without row ids.
    Index,
    /// A fork of an index, which has rows as well.
    Fork,
}

fn row(pages: &Pages, page: &[u8], at: usize, kind: Kind) -> Option<Vec<Value>> {
    let mut rest = page.get(at..)?;
    if kind == Kind::Fork {
        rest = rest.get(4..)?;
    }
    let length = usize::try_from(number(&mut rest)?).ok().filter(|length| *length <= LONGEST)?;
    if kind == Kind::Table {
        number(&mut rest)?;
    }
    record(&payload(pages, rest, length, kind)?)
}

/// The bytes of a row, with those that did not fit on its page.
fn payload(pages: &Pages, rest: &[u8], length: usize, kind: Kind) -> Option<Vec<u8>> {
    let size = pages.size();
    let most = if kind == Kind::Table { size - 35 } else { (size - 12) * 64 / 255 - 23 };
    if length <= most {
        return Some(rest.get(..length)?.to_vec());
    }
    let least = (size - 12) * 32 / 255 - 23;
    let here = least + (length - least) % (size - 4);
    let here = if here <= most { here } else { least };
    let mut bytes = rest.get(..here)?.to_vec();
    let mut next = page_number(rest.get(here..)?)?;
    while bytes.len() < length {
        let page = pages.get(next)?;
        let take = (length - bytes.len()).min(size - 4);
        bytes.extend(page.get(4..4 + take)?);
        next = page_number(&page)?;
    }
    Some(bytes)
}

fn page_number(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.first_chunk()?))
}

/// The values of a record.
fn record(bytes: &[u8]) -> Option<Vec<Value>> {
    let mut head = bytes;
    let head_length = usize::try_from(number(&mut head)?).ok()?;
    let mut body = bytes.get(head_length..)?;
    // What is left of the head, without its own length.
    let mut head = head.get(..head_length.checked_sub(bytes.len() - head.len())?)?;
    let mut values = Vec::new();
    while !head.is_empty() {
        let kind = number(&mut head)?;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind as usize,
            5 => 6,
            6 | 7 => 8,
            12.. => usize::try_from((kind - 12) / 2).ok()?,
            _ => return None,
        };
        let (value, rest) = body.split_at_checked(length)?;
        body = rest;
        values.push(match kind {
            0 => Value::Null,
            1..=6 => Value::Integer(integer(value)),
            7 => Value::Real(f64::from_be_bytes(value.try_into().ok()?)),
            8 => Value::Integer(0),
            9 => Value::Integer(1),
            _ if kind % 2 == 0 => Value::Blob(value.to_vec()),
            _ => Value::Text(String::from_utf8(value.to_vec()).ok()?),
        });
    }
    Some(values)
}

fn integer(bytes: &[u8]) -> i64 {
    let sign = if bytes.first().is_some_and(|first| first & 0x80 != 0) { -1 } else { 0 };
    bytes.iter().fold(sign, |number, byte| number << 8 | i64::from(*byte))
}

/// Takes a number of one to nine bytes, of which the first eight give seven bits each.
fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for place in 0..9 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        if place == 8 {
            return Some(number << 8 | u64::from(*byte));
        }
        number = number << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}
