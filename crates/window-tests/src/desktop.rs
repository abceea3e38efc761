//! What lies on a desktop: samples, and as many pictures as a test needs to have time.

use std::fs;
use std::path::PathBuf;

use deskscribe_system_tests::samples;

use crate::Desk;

/// Samples with text, which take a worker about a second each.
const WITH_TEXT: [&str; 6] = [
    "Screenshot 2026-03-08 at 20.16.51.png",
    "Screenshot 2026-03-14 at 09.12.44.png",
    "Screenshot from 2026-01-21 17-48-03.png",
    "Bildschirmfoto 2026-02-02.png",
    "Screenshot_20260203_113020.png",
    "kitchen budget.png",
];

impl Desk {
    /// Puts a sample on the desktop.
    pub fn sample(&self, name: &str) -> PathBuf {
        let target = self.desktop().join(name);
        fs::copy(samples().join(name), &target).unwrap();
        target
    }

    /// Puts pictures with text on the desktop that all have to be read.
    pub fn pictures(&self, count: usize) -> Vec<PathBuf> {
        let names = WITH_TEXT.iter().cycle().take(count).enumerate();
        names.map(|(number, name)| self.picture(&format!("{number:03} {name}"), name, number)).collect()
    }

    fn picture(&self, name: &str, sample: &str, number: usize) -> PathBuf {
        let mut content = fs::read(samples().join(sample)).unwrap();
        // Bytes after the end of a picture make another content of it, which looks the same.
        content.extend(number.to_be_bytes());
        let target = self.desktop().join(name);
        fs::write(&target, content).unwrap();
        target
    }
}
