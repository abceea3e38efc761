//! Processes and their memory, as the kernel counts it.

use std::collections::HashMap;
use std::fs;

/// What a process and all that it started take together, in bytes: the sum of their proportional set sizes, in
/// which a page that several share counts once.
pub(super) fn memory_of_tree(root: u32) -> u64 {
    let parents = parents();
    let belongs = |mut process: u32| loop {
        if process == root {
            return true;
        }
        match parents.get(&process) {
            Some(parent) if *parent != 0 => process = *parent,
            _ => return false,
        }
    };
    parents.keys().filter(|process| belongs(**process)).map(|process| memory(*process)).sum()
}

/// Every process and its parent.
fn parents() -> HashMap<u32, u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter_map(|id| Some((id, parent(id)?))).collect()
}

fn parent(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is the name in brackets, which may hold anything.
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

fn memory(process: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_belongs_to_its_parents_tree() {
        let own = std::process::id();
        let alone = memory(own);
        assert!(alone > 100_000, "{alone}");
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        assert_eq!(parent(child.id()), Some(own));
        assert!(memory_of_tree(own) > memory_of_tree(child.id()));
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
