//! What a confined process may have.

use std::path::PathBuf;

/// What differs from process to process. What is refused to all of them stands in the system's own tables.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Files and folders that may be read until the process is sealed, beside the system's own libraries.
    pub libraries: Vec<PathBuf>,
    /// The most address space, in bytes. More is refused by the system with an error that allocators
    /// understand.
    pub memory: u64,
    /// The most open descriptors.
    pub descriptors: u64,
    /// The largest file that may be written, in bytes: a descriptor for it must have been lent.
    pub file: u64,
}
