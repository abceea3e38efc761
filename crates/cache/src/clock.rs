//! The time, for people to read and for names that sort.

use jiff::Timestamp;

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

/// This moment as a name, later ones sorting behind earlier ones.
pub(crate) fn name() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H-%M-%S%.6fZ").to_string()
}

/// The moment with this name, in milliseconds since 1970.
pub(crate) fn named_ms(name: &str) -> Option<i64> {
    let moment = Timestamp::strptime("%Y-%m-%dT%H-%M-%S%.fZ%z", format!("{name}+0000")).ok()?;
    Some(moment.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_its_moment() {
        let (before, named, after) = (now_ms(), named_ms(&name()).unwrap(), now_ms());
        assert!(before <= named && named <= after, "{before} {named} {after}");
        assert_eq!(named_ms("yesterday"), None);
    }
}
