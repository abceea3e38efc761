//! Starting when the user logs in, without a window: an entry in the folder that desktops look into.
//!
//! Written by us, because `auto-launch`, which Tauri's plugin stands on, writes the program's path without quotes and
//! looks for the folder in one place only.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Its name in that folder.
const ENTRY: &str = "io.deskscribe.app.desktop";
/// What keeps the window shut.
pub(crate) const BACKGROUND: &str = "--background";

/// Whether it is started at login.
pub(crate) fn is_on() -> bool {
    path().is_some_and(|path| path.is_file())
}

/// Has it started at login, or not.
///
/// # Errors
/// There is no such folder, or it may not be written; one line.
pub(crate) fn set(on: bool) -> Result<(), String> {
    let path = path().ok_or("this user has no folder for programs that start at login")?;
    let refused =
        |error: io::Error| format!("the start at login cannot be changed ({error}): {}", path.display());
    if on {
        let program = env::current_exe().map_err(refused)?;
        let home = env::var_os("DESKSCRIBE_HOME").filter(|home| !home.is_empty());
        write(&path, &entry(&program, home.as_deref())).map_err(refused)
    } else {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(refused(error)),
            _ => Ok(()),
        }
    }
}

/// Writes the entry again where there is one: the program may lie elsewhere now.
pub(crate) fn renew() {
    if is_on()
        && let Err(reason) = set(true)
    {
        tracing::warn!(reason, "the start at login may be out of date");
    }
}

fn path() -> Option<PathBuf> {
    Some(dirs::config_dir()?.join("autostart").join(ENTRY))
}

/// Whole or not at all; what is right already is left alone.
fn write(path: &Path, entry: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|there| there == entry) {
        return Ok(());
    }
    let folder = path.parent().ok_or(io::ErrorKind::NotFound)?;
    fs::create_dir_all(folder)?;
    let new = folder.join(format!(".{ENTRY}.new"));
    fs::write(&new, entry)?;
    fs::rename(&new, path)
}

/// A desktop entry that starts this program, with the home that it has now if that is no usual one.
fn entry(program: &Path, home: Option<&OsStr>) -> String {
    let mut line = Vec::new();
    if let Some(home) = home {
        line.extend(["env".to_owned(), format!("DESKSCRIBE_HOME={}", Path::new(home).display())]);
    }
    line.extend([program.display().to_string(), BACKGROUND.to_owned()]);
    let line: Vec<String> = line.iter().map(|word| quoted(word)).collect();
    format!(
        "[Desktop Entry]\nType=Application\nName=Deskscribe\nComment=Watches your folders, without a window\n\
         Exec={}\nIcon=deskscribe\nTerminal=false\nX-GNOME-Autostart-enabled=true\n",
        line.join(" ")
    )
}

/// A word of an `Exec` line: quoted if it has to be, then escaped as every text of an entry is.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+:,=".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    let mut quoted = String::new();
    for c in word.chars() {
        match c {
            '"' | '`' | '$' => quoted.extend(['\\', '\\', c]),
            '\\' => quoted.push_str(r"\\\\"),
            '%' => quoted.push_str("%%"),
            c => quoted.push(c),
        }
    }
    format!("\"{quoted}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word_whatever_is_in_it() {
        for (word, written) in [
            ("/usr/bin/deskscribe-app", "/usr/bin/deskscribe-app"),
            ("/opt/my apps/d", "\"/opt/my apps/d\""),
            ("/a$b", r#""/a\\$b""#),
            (r"/a\b", r#""/a\\\\b""#),
            ("/100%", "\"/100%%\""),
        ] {
            assert_eq!(quoted(word), written);
        }
        let entry = entry(Path::new("/opt/a b"), Some(OsStr::new("/srv/home")));
        assert!(
            entry.contains("\nExec=env DESKSCRIBE_HOME=/srv/home \"/opt/a b\" --background\n"),
            "{entry}"
        );
    }
}
