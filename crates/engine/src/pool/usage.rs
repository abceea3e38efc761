//! What a worker has spent, as the system counts it.

use std::fs;
use std::time::Duration;

/// Processor time that this process has used so far, in user and kernel together. `None` when it is gone, or
/// where the system does not tell.
pub(super) fn cpu_time(pid: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    parse(&stat, rustix::param::clock_ticks_per_second())
}

/// Fields 14 and 15 of proc(5)'s `stat`, counted after the process name, which may itself hold spaces.
fn parse(stat: &str, ticks_per_second: u64) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11);
    let ticks = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 1000 / ticks_per_second.max(1)))
}

/// Memory that this process holds, in bytes: its own and what it shares with others. `None` when it is gone, or
/// where the system does not tell.
pub(crate) fn resident_memory(pid: u32) -> Option<u64> {
    let pages = fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    let resident = pages.split_ascii_whitespace().nth(1)?.parse::<u64>().ok()?;
    Some(resident.saturating_mul(rustix::param::page_size() as u64))
}

/// Memory that can be used without pushing anything out, in bytes. `None` where the system does not tell.
pub(crate) fn available_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.split_ascii_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_and_brackets_does_not_shift_the_fields() {
        let stat = "77 (a (b) c) S 1 77 77 0 -1 4194560 900 0 0 0 150 50 0 0 20 0 1 0 100 1 1";
        assert_eq!(parse(stat, 100), Some(Duration::from_secs(2)));
        assert_eq!(parse("77 (cut", 100), None);
    }

    #[test]
    fn our_own_process_is_counted() {
        assert!(cpu_time(std::process::id()).is_some());
        assert_eq!(cpu_time(u32::MAX), None);
        assert!(resident_memory(std::process::id()).unwrap() > 1 << 20);
        assert_eq!(resident_memory(u32::MAX), None);
        assert!(available_memory().unwrap() > 1 << 20);
    }
}
