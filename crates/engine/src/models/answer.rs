//! What to make of a server's answer, before a byte of it is kept.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderMap, HeaderName, RETRY_AFTER};

use crate::words::size;

/// Where the bytes of an answer go.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// Behind what is there.
    GoesOn,
    /// It is the file from its first byte on.
    Whole,
}

/// What is wrong with an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It may be another one in a while; the server may say when.
    Passing(String, Option<Duration>),
    /// The server cannot send a part of a file, or sends another one than was asked for.
    Range(String),
    /// The file has another size there.
    Size(String),
    /// It will be the same again.
    Lasting(String),
}

/// Judges an answer to the question for a file of `total` bytes from this one on; for all of it where that is 0.
pub(super) fn judge(status: StatusCode, head: &HeaderMap, from: u64, total: u64) -> Result<Body, Wrong> {
    let length = number(head, &CONTENT_LENGTH);
    match status {
        StatusCode::PARTIAL_CONTENT if from > 0 => {
            let range = text(head, &CONTENT_RANGE).unwrap_or_default();
            let Some((first, last, of)) = parse_range(range) else {
                return Err(Wrong::Range("it sends a part of the file and does not say which".to_owned()));
            };
            if of.is_some_and(|of| of != total) {
                return Err(Wrong::Range("it has a file of another size".to_owned()));
            }
            let is_asked_for = first == from && (first..total).contains(&last);
            if !is_asked_for || length.is_some_and(|length| length != last - first + 1) {
                return Err(Wrong::Range(format!(
                    "it sends another part of the file than asked for: {range}"
                )));
            }
            Ok(Body::GoesOn)
        }
        StatusCode::OK => {
            let kind = text(head, &CONTENT_TYPE).unwrap_or_default();
            if kind.trim_start().to_ascii_lowercase().starts_with("text/html") {
                let why = "it sends a web page instead of the file; some networks ask for a sign-in first";
                return Err(Wrong::Lasting(why.to_owned()));
            }
            match length.filter(|length| *length != total) {
                Some(length) => Err(Wrong::Size(size(length))),
                None => Ok(Body::Whole),
            }
        }
        StatusCode::RANGE_NOT_SATISFIABLE if from > 0 => {
            Err(Wrong::Range("it has no such part of the file".to_owned()))
        }
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            Err(Wrong::Passing(said(status), retry_after(head)))
        }
        status if status.is_server_error() => Err(Wrong::Passing(said(status), retry_after(head))),
        status => Err(Wrong::Lasting(said(status))),
    }
}

/// Such as `it says 404 Not Found`.
fn said(status: StatusCode) -> String {
    let reason = status.canonical_reason().unwrap_or_default();
    format!("it says {} {reason}", status.as_u16()).trim_end().to_owned()
}

fn text<'a>(head: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    head.get(name)?.to_str().ok()
}

fn number(head: &HeaderMap, name: &HeaderName) -> Option<u64> {
    text(head, name)?.trim().parse().ok()
}

fn retry_after(head: &HeaderMap) -> Option<Duration> {
    number(head, &RETRY_AFTER).map(Duration::from_secs)
}

/// `bytes 100-199/1000` as its three numbers; the last may be `*`.
fn parse_range(range: &str) -> Option<(u64, u64, Option<u64>)> {
    let (part, of) = range.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = part.split_once('-')?;
    let of = if of == "*" { None } else { Some(of.parse().ok()?) };
    Some((first.parse().ok()?, last.parse().ok()?, of))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, head: &[(HeaderName, &str)], from: u64) -> Result<Body, Wrong> {
        let head = head.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        judge(StatusCode::from_u16(status).unwrap(), &head, from, 1000)
    }

    #[test]
    fn a_part_is_taken_only_if_it_is_the_one_that_was_asked_for() {
        let part = |range: &str| judged(206, &[(CONTENT_RANGE, range)], 100);
        assert_eq!(part("bytes 100-999/1000"), Ok(Body::GoesOn));
        assert_eq!(part("bytes 100-199/*"), Ok(Body::GoesOn), "a smaller one is asked on from");
        for lie in
            ["bytes 0-999/1000", "bytes 100-999/999", "bytes 100-1000/*", "bytes 100-99/1000", "100", ""]
        {
            assert!(matches!(part(lie), Err(Wrong::Range(_))), "{lie}");
        }
        let short = [(CONTENT_RANGE, "bytes 100-999/1000"), (CONTENT_LENGTH, "10")];
        assert!(matches!(judged(206, &short, 100), Err(Wrong::Range(_))));
        assert!(matches!(judged(416, &[], 100), Err(Wrong::Range(_))));
        assert!(matches!(judged(206, &[], 0), Err(Wrong::Lasting(_))), "nobody asked for a part");
    }

    #[test]
    fn the_whole_has_the_right_size_or_none_and_is_no_page() {
        for from in [0, 100] {
            assert_eq!(judged(200, &[(CONTENT_LENGTH, "1000")], from), Ok(Body::Whole));
            assert_eq!(judged(200, &[], from), Ok(Body::Whole));
            assert_eq!(judged(200, &[(CONTENT_LENGTH, "999")], from), Err(Wrong::Size("999 B".to_owned())));
            let page = judged(200, &[(CONTENT_TYPE, "Text/HTML; charset=utf-8")], from);
            assert!(matches!(page, Err(Wrong::Lasting(why)) if why.contains("sign-in")));
        }
    }

    #[test]
    fn what_may_pass_is_told_from_what_will_not() {
        let busy = judged(503, &[(RETRY_AFTER, "7")], 0);
        let why = "it says 503 Service Unavailable".to_owned();
        assert_eq!(busy, Err(Wrong::Passing(why, Some(Duration::from_secs(7)))));
        assert!(matches!(judged(429, &[], 0), Err(Wrong::Passing(_, None))));
        for status in [404, 403, 401, 304, 204] {
            assert!(matches!(judged(status, &[], 0), Err(Wrong::Lasting(_))), "{status}");
        }
    }
}
