//! Stamps this crate with a hash of its own sources, so that two builds that would misread each other notice.

use std::collections::hash_map::DefaultHasher;
use std::hash::Hasher;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let sources = Path::new(&env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("src");
    let mut files: Vec<PathBuf> =
        fs::read_dir(&sources)?.map(|entry| entry.map(|e| e.path())).collect::<io::Result<_>>()?;
    files.sort();
    // `DefaultHasher::new` is keyed with constants: the same sources give the same stamp on every machine
    // of one compiler. Noticing a difference is all that is asked of it.
    let mut hasher = DefaultHasher::new();
    for file in &files {
        hasher.write(file.file_name().unwrap_or_default().as_encoded_bytes());
        hasher.write(&fs::read(file)?);
    }
    println!("cargo::rustc-env=DESKSCRIBE_PROTOCOL_STAMP={:016x}", hasher.finish());
    println!("cargo::rerun-if-changed=src");
    Ok(())
}
