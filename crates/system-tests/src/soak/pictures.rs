//! Real pictures and real engines in a storm.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use fastrand::Rng;
use serde_json::Value;

use super::scan::{Scan, ending, is_fresh, name};
use super::storm::{Weather, storm};
use super::table::Table;
use crate::{Terminal, samples};

/// How many pictures, and in what weather.
#[derive(Debug, Clone)]
pub struct Pictures {
    /// Pictures in all.
    pub pictures: usize,
    /// The samples they are made of; empty for all.
    pub of: Vec<&'static str>,
    /// Who is killed, how often.
    pub weather: Weather,
    /// For the random numbers.
    pub seed: u64,
}

/// Workers and the program are killed until everything is read; then it is compared with a scan in peace.
pub fn pictures(plan: &Pictures) -> Table {
    let Pictures { pictures, of, weather, seed } = plan;
    let mut table = Table::new(format!("{pictures} real pictures in a storm (seed {seed})"));
    let mut rng = Rng::with_seed(*seed);
    let sources = sources(of);

    // What becomes of each sample when nobody is killed.
    let peace = Terminal::new();
    sources.iter().for_each(|source| drop(peace.sample(source)));
    let expected: BTreeMap<String, Value> =
        Scan::start(&mut peace.scan()).said().rows.into_iter().map(|row| (name(&row), row)).collect();

    let terminal = Terminal::new();
    let mut origin = BTreeMap::new();
    for number in 0..*pictures {
        let source = &sources[number % sources.len()];
        let path = terminal.sample_as(source, &format!("{number:04} {source}"));
        // Bytes after the end of a picture make another content of it, which looks the same.
        let mut content = fs::read(&path).unwrap();
        content.extend(u32::try_from(number).unwrap().to_be_bytes());
        fs::write(&path, content).unwrap();
        origin.insert(name(&serde_json::json!({ "path": path })), source.clone());
    }
    let (mut lives, toll) = storm(&|| terminal.scan(), weather, &mut rng, |_| ());
    let stormy = lives.len();
    // Those that were killed three times are tried again.
    lives.push(Scan::start(&mut terminal.scan()).said());
    // By now everything that can be stored is stored.
    lives.push(Scan::start(&mut terminal.scan()).said());

    let mut fresh: BTreeMap<String, usize> = BTreeMap::new();
    let mut doubled = Vec::new();
    for said in &lives {
        let mut told = BTreeSet::new();
        for row in &said.rows {
            *fresh.entry(name(row)).or_default() += usize::from(row["state"] == "read" && is_fresh(row));
            if !told.insert(name(row)) {
                doubled.push(name(row));
            }
        }
    }
    let again: Vec<String> =
        fresh.into_iter().filter(|(_, times)| *times > 1).map(|(name, _)| name).collect();
    let last: BTreeMap<String, &Value> =
        lives.last().unwrap().rows.iter().map(|row| (name(row), row)).collect();
    let (mut lost, mut other, mut text) = (Vec::new(), Vec::new(), Vec::new());
    for (name, source) in &origin {
        let (wanted, Some(found)) = (&expected[source], last.get(name)) else {
            lost.push(name.clone());
            continue;
        };
        if ending(found) != ending(wanted) {
            other.push(format!("{name}: {} ({})", ending(found), found["reason"]));
        } else if found["text"] != wanted["text"] {
            text.push(name.clone());
        }
    }
    table.tell("scans in the storm", stormy);
    toll.tell(weather, &mut table);
    table.tell("read", last.values().filter(|row| row["state"] == "read").count());
    table.tell("failed, as in peace", last.values().filter(|row| row["state"] == "failed").count());
    table.none("lost: files without a row", &lost);
    table.none("ended otherwise than in peace", &other);
    table.none("read otherwise than in peace", &text);
    table.none("told twice by one scan", &doubled);
    table.none("told as read, and read again later", &again);
    let unknown = last.values().filter(|row| is_fresh(row)).map(|row| name(row)).collect::<Vec<_>>();
    table.none("not stored in the end", &unknown);
    table.timed()
}

/// The names of these samples, or of all.
fn sources(of: &[&str]) -> Vec<String> {
    if !of.is_empty() {
        return of.iter().map(|name| (*name).to_owned()).collect();
    }
    let files = fs::read_dir(samples()).unwrap().map(|entry| entry.unwrap());
    let files = files.filter(|entry| entry.file_type().unwrap().is_file());
    let mut names: Vec<String> = files.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.retain(|name| !name.ends_with(".md"));
    names.sort();
    names
}
