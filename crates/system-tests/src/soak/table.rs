//! The figures of one part of the soak, and whether they are what they must be.

use std::fmt;
use std::time::{Duration, Instant};

/// So many examples are shown of what must not be.
const EXAMPLES: usize = 5;

/// What one part came to.
#[derive(Debug)]
pub struct Table {
    title: String,
    begun: Instant,
    figures: Vec<Figure>,
}

#[derive(Debug)]
struct Figure {
    name: String,
    value: String,
    sound: bool,
}

impl Table {
    /// An empty table; its clock runs from here.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), begun: Instant::now(), figures: Vec::new() }
    }

    /// A figure that may be anything.
    pub fn tell(&mut self, name: &str, value: impl fmt::Display) {
        self.must(name, value, true);
    }

    /// A figure that must be as it should be.
    pub fn must(&mut self, name: &str, value: impl fmt::Display, sound: bool) {
        self.figures.push(Figure { name: name.to_owned(), value: value.to_string(), sound });
    }

    /// A list that must be empty: its length, and some of it.
    pub fn none(&mut self, name: &str, list: &[String]) {
        let mut value = list.len().to_string();
        if !list.is_empty() {
            let more = if list.len() > EXAMPLES { ", …" } else { "" };
            value += &format!(": {}{more}", list[..list.len().min(EXAMPLES)].join(", "));
        }
        self.must(name, value, list.is_empty());
    }

    /// Ends the clock.
    pub fn timed(mut self) -> Self {
        let seconds = self.elapsed().as_secs_f64();
        self.tell("seconds", format_args!("{seconds:.1}"));
        self
    }

    /// Since the table was begun.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Whether everything is as it must be.
    pub fn is_sound(&self) -> bool {
        self.figures.iter().all(|figure| figure.sound)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        for Figure { name, value, sound } in &self.figures {
            let mark = if *sound { ' ' } else { '✗' };
            writeln!(f, "{mark} {name:<44} {value}")?;
        }
        Ok(())
    }
}
