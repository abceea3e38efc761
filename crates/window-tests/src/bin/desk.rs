//! A desk: `desk` starts a screen in memory with a window manager, a session bus and the driver of the window, says in
//! one line of JSON where they are, and takes all of them along when its stdin ends, whatever became of who held it.
//!
//! It is a process of its own so that it can outlive a test that is killed, and adopts what its children leave behind:
//! WebKit's processes, and workers of the window.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to the test that started it")]

use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use deskscribe_system_tests::processes::{children, signal};
use rustix::process::{Signal, WaitOptions, set_child_subreaper, wait};
use serde_json::json;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// How long anything may take to be ready, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at something that cannot be waited for.
const LOOK: Duration = Duration::from_millis(20);

fn main() -> ExitCode {
    let outcome = hold();
    end();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("desk: {error}");
            ExitCode::FAILURE
        }
    }
}

fn hold() -> Outcome {
    set_child_subreaper(Some(rustix::process::getpid()))?;
    let driver = PathBuf::from(std::env::args_os().nth(1).ok_or("desk DRIVER: which tauri-driver?")?);

    // The server chooses a number that is free, and says it when it is ready.
    let size = ["-screen", "0", "1440x900x24"];
    let mut screen = Command::new("Xvfb");
    screen.args(["-displayfd", "1", "-nolisten", "tcp", "-noreset"]).args(size);
    let display = format!(":{}", first_line(&mut screen)?);
    let mut bus = Command::new("dbus-daemon");
    bus.stderr(Stdio::null())
        .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
        .env("DISPLAY", &display);
    let bus = first_line(&mut bus)?;
    // It runs this when it has taken over the screen.
    let mut manager = Command::new("openbox");
    manager.args(["--startup", "echo ready"]).env("DISPLAY", &display);
    first_line(&mut manager)?;
    let (driver, native) = drive(&driver, &display, &bus)?;

    println!("{}", json!({ "display": display, "bus": bus, "driver": driver, "native": native }));
    io::stdout().flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// Starts a program and returns the first line it prints. What it prints later is let go.
fn first_line(command: &mut Command) -> Outcome<String> {
    let name = command.get_program().display().to_string();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let child = child.map_err(|error| format!("{name}: {error}; `cargo xtask prepare` installs it"))?;
    let mut printed = BufReader::new(child.stdout.ok_or("no stdout")?);
    let mut line = String::new();
    printed.read_line(&mut line)?;
    std::thread::spawn(move || io::copy(&mut printed, &mut io::sink()));
    match line.trim() {
        "" => Err(format!("{name} ended before it was ready").into()),
        line => Ok(line.to_owned()),
    }
}

/// Starts the driver on ports that were free a moment ago, and on others if somebody was faster.
fn drive(program: &PathBuf, display: &str, bus: &str) -> Outcome<(u16, u16)> {
    for _ in 0..5 {
        let (port, native) = free_ports()?;
        let mut driver = Command::new(program);
        driver.args(["--port", &port.to_string(), "--native-port", &native.to_string()]);
        driver.env("DISPLAY", display).env("DBUS_SESSION_BUS_ADDRESS", bus);
        let driver = driver.stdin(Stdio::null()).stdout(io::stderr()).spawn();
        let mut driver =
            driver.map_err(|error| format!("{error}: {}; run `cargo xtask test`", program.display()))?;
        // The driver listens before the one behind it does.
        if listens(&mut driver, port)? && listens(&mut driver, native)? {
            return Ok((port, native));
        }
    }
    Err("tauri-driver does not start".into())
}

fn listens(driver: &mut Child, port: u16) -> Outcome<bool> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if driver.try_wait()?.is_some() {
            return Ok(false);
        }
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(true);
        }
        sleep(LOOK);
    }
    Err("tauri-driver does not listen".into())
}

fn free_ports() -> Outcome<(u16, u16)> {
    let free = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let (first, second) = (free()?, free()?);
    Ok((first.local_addr()?.port(), second.local_addr()?.port()))
}

/// Kills everything that came of us: what a dead child leaves becomes ours, until nothing is left.
fn end() {
    loop {
        let left = children(std::process::id());
        for child in &left {
            signal(child.pid, Signal::KILL);
        }
        if wait(WaitOptions::empty()).is_err() {
            // No child at all.
            return;
        }
    }
}
