//! Days as people type them.

use jiff::civil::Date;
use jiff::{ToSpan, Zoned};

/// When the day, month or year that this means begins, in milliseconds since 1970, by the calendar of `now`.
pub(super) fn start(text: &str, now: &Zoned) -> Option<i64> {
    let today = now.date();
    let day = match text.to_ascii_lowercase().as_str() {
        "today" => today,
        "yesterday" => today.yesterday().ok()?,
        text => ago(text, today).or_else(|| date(text))?,
    };
    let start = day.to_zoned(now.time_zone().clone()).ok()?;
    Some(start.timestamp().as_millisecond())
}

/// `7d` or `2w`: so many days or weeks ago.
fn ago(text: &str, today: Date) -> Option<Date> {
    let (number, days) = match text.strip_suffix('d') {
        Some(number) => (number, 1),
        None => (text.strip_suffix('w')?, 7),
    };
    // Longer numbers lie before the calendar begins.
    let number: i64 = (number.len() <= 6 && is_number(number)).then(|| number.parse().ok())??;
    today.checked_sub((number * days).days()).ok()
}

/// `2026`, `2026-03` or `2026-03-14`; the first day of it.
fn date(text: &str) -> Option<Date> {
    let mut numbers = text.split('-');
    let mut next = |digits: usize| match numbers.next() {
        None => Some(1),
        Some(number) => (number.len() <= digits && is_number(number)).then(|| number.parse::<i16>().ok())?,
    };
    let (year, month, day) = (next(4)?, next(2)?, next(2)?);
    // Years of four digits: while one is typed, `20` is no year.
    let whole = text.split('-').next().is_some_and(|year| year.len() == 4) && numbers.next().is_none();
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    whole.then_some(date)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use jiff::tz::{TimeZone, offset};

    use super::*;

    #[test]
    fn days_begin_at_midnight_of_the_local_calendar() {
        let zone = TimeZone::fixed(offset(2));
        let now = jiff::civil::date(2026, 3, 14).at(9, 30, 0, 0).to_zoned(zone.clone()).unwrap();
        for (text, (year, month, day)) in [
            ("2026-03-14", (2026, 3, 14)),
            ("2026-3-4", (2026, 3, 4)),
            ("2026-03", (2026, 3, 1)),
            ("2025", (2025, 1, 1)),
            ("Today", (2026, 3, 14)),
            ("yesterday", (2026, 3, 13)),
            ("0d", (2026, 3, 14)),
            ("14d", (2026, 2, 28)),
            ("2w", (2026, 2, 28)),
        ] {
            let midnight = jiff::civil::date(year, month, day).to_zoned(zone.clone()).unwrap();
            assert_eq!(start(text, &now), Some(midnight.timestamp().as_millisecond()), "{text}");
        }
    }

    #[test]
    fn what_is_no_day_is_none() {
        let now = Zoned::now();
        for text in [
            "",
            "20",
            "2026-",
            "2026-13",
            "2026-02-30",
            "2026-03-14-1",
            "d",
            "-1d",
            "9999999w",
            "999999w",
            "tomorrow",
            "１d",
            "+2026",
        ] {
            assert_eq!(start(text, &now), None, "{text}");
        }
    }
}
