//! What surrounds the program and is not as it should be: limits, files in the way, readers that have gone.

use std::fs;
use std::process::Command;

use deskscribe_system_tests::{Said, Terminal};
use rustix::fs::{CWD, FileType, Mode, mknodat};

#[test]
fn a_limit_on_file_sizes_is_a_full_disk_and_not_the_end() {
    let terminal = Terminal::new();
    terminal.sample("label printer error.gif");
    let mut limited = Command::new("sh");
    let scan = terminal.scan();
    limited.args(["-c", "ulimit -f 0; exec \"$@\"", "sh"]).arg(scan.get_program()).args(scan.get_args());
    limited.envs(scan.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = limited.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.starts_with("deskscribe: "), "{said}");
}

#[test]
fn a_pipe_in_place_of_a_lock_is_named_and_waited_for_by_nobody() {
    let terminal = Terminal::new();
    terminal.sample("label printer error.gif");
    fs::create_dir_all(terminal.home().join("slots")).unwrap();
    let pipe = terminal.home().join("slots/0.lock");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let said = Said::by(&mut terminal.scan());
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    assert!(said.stderr.contains("slots/0.lock"), "{}", said.stderr);
}

#[test]
fn who_does_not_read_a_status_to_its_end_is_no_error() {
    let terminal = Terminal::new();
    for command in ["status", "doctor"] {
        let mut child = terminal.deskscribe(&[command, "--json"]).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            (output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()),
            (Some(0), ""),
            "{command}"
        );
    }
}
