//! Numbers as a person would say them.

/// Bytes as `812 B`, `4.2 kB`, `143.0 MB` or `4.4 TB`.
pub fn size(bytes: u64) -> String {
    let bytes = bytes as f64;
    match bytes {
        0.0..1e3 => format!("{bytes} B"),
        1e3..1e6 => format!("{:.1} kB", bytes / 1e3),
        1e6..1e9 => format!("{:.1} MB", bytes / 1e6),
        1e9..1e12 => format!("{:.1} GB", bytes / 1e9),
        _ => format!("{:.1} TB", bytes / 1e12),
    }
}

/// So many of something, such as `1 file` or `2 files`.
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short_and_one_is_not_many() {
        assert_eq!(
            [0, 999, 4_210, 143_000_000, 7_500_000_000, 1 << 42].map(size),
            ["0 B", "999 B", "4.2 kB", "143.0 MB", "7.5 GB", "4.4 TB"]
        );
        assert_eq!([0, 1, 2].map(|number| count(number, "file", "files")), ["0 files", "1 file", "2 files"]);
    }
}
