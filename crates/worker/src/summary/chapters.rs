//! Chapters out of what a model says of the beginning of topics.

use std::collections::HashSet;

use deskscribe_protocol::{Chapter, Digest};
use serde_json::Value;

use super::clock;
use super::material::Row;

/// Topics that begin nearer to each other than this, in seconds, are one.
const SHORTEST: f64 = 15.0;
/// A model may be wrong by so much, in seconds, at either end of what it was shown.
const OFF: f64 = 30.0;

/// The chapters that begin within these rows, each where a row begins: a time that the rows do not reach is made up.
pub(super) fn among(told: &[(Value, String)], rows: &[Row]) -> Vec<Chapter> {
    let times: Vec<f64> = rows.iter().filter_map(|row| row.at).collect();
    let (Some(first), Some(last)) = (times.first(), times.last()) else {
        return Vec::new();
    };
    let chapter = |(at, title): &(Value, String)| {
        let at = clock::understand(at).filter(|at| (first - OFF..=last + OFF).contains(at))?;
        let near = |one: &&f64, other: &&f64| (**one - at).abs().total_cmp(&(**other - at).abs());
        let at = *times.iter().min_by(near)?;
        Some(Chapter { at, title: title.clone() })
    };
    told.iter().filter_map(chapter).collect()
}

/// All of a recording's, in order, each topic once where it goes on; none, if there is only one.
pub(super) fn in_order(mut chapters: Vec<Chapter>) -> Vec<Chapter> {
    chapters.sort_by(|one, other| one.at.total_cmp(&other.at));
    let mut kept = Vec::<Chapter>::new();
    for chapter in chapters {
        let goes_on = kept.last().is_some_and(|before| {
            chapter.at - before.at < SHORTEST || before.title.to_lowercase() == chapter.title.to_lowercase()
        });
        if !goes_on {
            kept.push(chapter);
        }
    }
    kept.truncate(Digest::MOST_CHAPTERS);
    let topics: HashSet<&str> = kept.iter().map(|chapter| chapter.title.as_str()).collect();
    if topics.len() < 2 { Vec::new() } else { kept }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn chapters_begin_where_something_was_said() {
        let rows: Vec<Row> = (0..20)
            .map(|at| Row { at: Some(100.0 + 20.5 * f64::from(at)), text: "said".to_owned() })
            .collect();
        let told = |at: &str| (json!(at), at.to_owned());
        let all = [told("1:45"), told("[3:00]"), told("59:00"), told("0:05"), told("soon"), told("8:20")];
        let times: Vec<f64> = among(&all, &rows).into_iter().map(|chapter| chapter.at).collect();
        assert_eq!(times, [100.0, 182.0, 489.5]);
        assert_eq!(among(&all, &[Row { at: None, text: "read".to_owned() }]), []);
    }

    #[test]
    fn chapters_are_in_order_and_no_two_are_one() {
        let chapter = |at: f64, title: &str| Chapter { at, title: title.to_owned() };
        let chapters = vec![
            chapter(300.0, "Costs"),
            chapter(0.0, "Welcome"),
            chapter(60.0, "Costs"),
            chapter(70.0, "Prices"),
            chapter(400.0, "End"),
        ];
        let expected = [chapter(0.0, "Welcome"), chapter(60.0, "Costs"), chapter(400.0, "End")];
        assert_eq!(in_order(chapters), expected);
        assert_eq!(in_order(vec![chapter(0.0, "All")]), []);
        let many = (0..500).map(|at| chapter(f64::from(at) * 60.0, &at.to_string())).collect();
        assert_eq!(in_order(many).len(), Digest::MOST_CHAPTERS);
    }
}
