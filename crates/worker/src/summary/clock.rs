//! Times of a recording as people write them.

use serde_json::Value;

/// `4:05`, or `1:02:03` from an hour on.
pub(super) fn tell(seconds: f64) -> String {
    let seconds = seconds.max(0.0) as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// The seconds that a model means: a time as it was shown to it, with or without its brackets, or a number.
pub(super) fn understand(value: &Value) -> Option<f64> {
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => {
            let begin = text.find(|c: char| c.is_ascii_digit())?;
            let time = &text[begin..];
            let end =
                time.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.'))).unwrap_or(time.len());
            let parts = time[..end].trim_end_matches([':', '.']).split(':').map(str::parse::<f64>);
            let parts: Vec<f64> = parts.collect::<Result<_, _>>().ok()?;
            if parts.len() > 3 {
                return None;
            }
            parts.iter().fold(0.0, |seconds, part| seconds * 60.0 + part)
        }
        _ => return None,
    };
    (0.0..1e9).contains(&seconds).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_told_is_understood() {
        for (seconds, told) in [(0.4, "0:00"), (65.0, "1:05"), (3725.9, "1:02:05"), (-3.0, "0:00")] {
            assert_eq!(tell(seconds), told);
        }
        for (said, meant) in [
            (json!("1:05"), Some(65.0)),
            (json!("[1:02:05]"), Some(3725.0)),
            (json!("at 0:07 - 0:20"), Some(7.0)),
            (json!("95 s"), Some(95.0)),
            (json!(95.5), Some(95.5)),
            (json!("soon"), None),
            (json!("1:2:3:4"), None),
            (json!("1::2"), None),
            (json!(-1), None),
            (json!(null), None),
        ] {
            assert_eq!(understand(&said), meant, "{said}");
        }
    }
}
