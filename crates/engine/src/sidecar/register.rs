//! What we wrote at a place, known by its hash: so a file of ours that nobody has touched since can be renewed, and any
//! other is left alone. Nothing in here tells what was said, or where.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use std::os::unix::ffi::OsStrExt;

use crate::Home;

/// So many hashes of one place are kept: the one that is there, and those that are on their way while programs write.
const KEPT: usize = 4;

/// The hashes of what was written at one place for one recording: another one of the same name has its own.
pub(super) struct Register {
    file: PathBuf,
}

/// The hash of a file's content, as text.
pub(super) fn hash(content: &[u8]) -> String {
    blake3::hash(content).to_hex().to_string()
}

impl Register {
    /// That of a sidecar at this path, of the recording at that one.
    pub(super) fn of(home: &Home, sidecar: &Path, recording: &Path) -> Self {
        // No path holds a zero.
        let both = [sidecar, recording].map(|path| path.as_os_str().as_bytes()).join(&0);
        Self { file: home.sidecars().join(hash(&both)) }
    }

    /// Whether we wrote this there.
    pub(super) fn knows(&self, hash: &str) -> bool {
        self.hashes().iter().any(|known| known == hash)
    }

    /// Notes that this is written there. The last ones are known as well.
    pub(super) fn add(&self, hash: &str) -> io::Result<()> {
        let folder = self.file.parent().unwrap_or(Path::new("/"));
        fs::create_dir_all(folder)?;
        let mut hashes = self.hashes();
        hashes.retain(|known| known != hash);
        hashes.push(hash.to_owned());
        let last = hashes.len().saturating_sub(KEPT);
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(hashes.split_off(last).join("\n").as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&self.file).map(drop).map_err(|error| error.error)
    }

    /// The newest last; none, if nothing can be read: then nothing there is ours.
    fn hashes(&self) -> Vec<String> {
        let text = fs::read_to_string(&self.file).unwrap_or_default();
        text.lines().map(ToOwned::to_owned).collect()
    }
}
