//! What was stored last, for copies that were found before and arrive after.

use std::collections::VecDeque;

use deskscribe_cache::{Outcome, Record};
use deskscribe_protocol::{ContentKey, Line};

/// So many records are kept: more than can be on their way from intake.
const MOST: usize = 64;
/// And no more than this, which a thousand full screens do not reach. A copy of something that had to go is read
/// again.
const MOST_BYTES: usize = 32 << 20;

/// The last records, the oldest first.
#[derive(Default)]
pub(super) struct Stored {
    records: VecDeque<Record>,
    bytes: usize,
}

impl Stored {
    /// Keeps one more, and no more than may be kept.
    pub(super) fn push(&mut self, record: Record) {
        self.bytes += size(&record);
        self.records.push_back(record);
        while (self.records.len() > MOST || self.bytes > MOST_BYTES)
            && let Some(oldest) = self.records.pop_front()
        {
            self.bytes -= size(&oldest);
        }
    }

    /// What is known of this content.
    pub(super) fn find(&self, key: &ContentKey) -> Option<&Record> {
        self.records.iter().find(|record| record.key == *key)
    }
}

/// What a record holds in memory, without what is small by its type.
fn size(record: &Record) -> usize {
    let Outcome::Read(reading) = &record.outcome else { return 0 };
    let line = |line: &Line| size_of::<Line>() + line.text.len();
    reading.text.len() + reading.lines.iter().map(line).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use deskscribe_protocol::{MediaKind, Reading};

    use super::*;

    fn record(number: u8, text: usize) -> Record {
        let reading = Reading { text: "x".repeat(text), ..Reading::default() };
        Record {
            key: ContentKey::from_bytes([number; 32]),
            kind: MediaKind::Image,
            bytes: 1,
            outcome: Outcome::Read(Box::new(reading)),
            read_at: 0,
            program: String::new(),
        }
    }

    #[test]
    fn neither_many_records_nor_large_ones_pile_up() {
        let mut stored = Stored::default();
        (0..100).for_each(|number| stored.push(record(number, 10)));
        assert_eq!((stored.records.len(), stored.bytes), (MOST, 10 * MOST));
        assert!(stored.find(&ContentKey::from_bytes([99; 32])).is_some());
        (100..110).for_each(|number| stored.push(record(number, Reading::MOST_TEXT)));
        assert!(stored.records.len() == 8 && stored.bytes <= MOST_BYTES, "{}", stored.bytes);
        stored.push(record(110, MOST_BYTES + 1));
        assert_eq!((stored.records.len(), stored.bytes), (0, 0));
    }
}
