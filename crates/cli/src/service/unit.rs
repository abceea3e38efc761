//! The unit: what systemd is told about the service, and whether somebody else has changed it.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use deskscribe_engine::Home;

/// What systemd calls it.
pub(super) const NAME: &str = "deskscribe.service";

/// The link by which it is started with the session, beside the unit.
pub(super) const WANTED: &str = "default.target.wants/deskscribe.service";

/// What begins the line with the seal, which covers everything below it.
const SEAL: &str = "# Seal: ";

/// What says which parts belong together and where things lie: kept as it is now, because the service has another
/// environment. No keys: a unit is no place for them.
const KEPT: [&str; 4] = ["DESKSCRIBE_HOME", "DESKSCRIBE_WORKER", "DESKSCRIBE_RESOURCES", "XDG_DATA_HOME"];

/// From this version on systemd can wait longer after each failure.
const WITH_STEPS: u32 = 254;

/// What a unit is made of.
#[derive(Debug)]
pub(super) struct Unit {
    /// The program, absolute.
    pub(super) program: PathBuf,
    /// Variables and their values.
    pub(super) environment: Vec<(&'static str, OsString)>,
    /// Of systemd.
    pub(super) version: u32,
}

/// Where the unit lies.
pub(super) fn place() -> anyhow::Result<PathBuf> {
    let chosen = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = chosen.or_else(|| Some(env::home_dir()?.join(".config")));
    let folder = folder.context("this user has no home folder, where the unit would lie; set HOME")?;
    Ok(folder.join("systemd/user").join(NAME))
}

/// Whether this unit is as it was written here, whatever version wrote it.
pub(super) fn is_ours(text: &str) -> bool {
    let sealed = text.split_once(SEAL).and_then(|(_, rest)| rest.split_once('\n'));
    sealed.is_some_and(|(seal, body)| seal == self::seal(body))
}

impl Unit {
    /// For this program as it runs now.
    pub(super) fn here(home: &Home, version: u32) -> anyhow::Result<Self> {
        // With all links followed, as the kernel tells it.
        let program = env::current_exe().context("the system does not say where this program lies")?;
        if !program.is_file() {
            bail!(
                "this program was moved or replaced while it runs; run it anew from where it lies now: {}",
                program.display()
            );
        }
        let kept = |name: &'static str| {
            let value = env::var_os(name).filter(|value| !value.is_empty())?;
            // The service runs in another folder.
            let path = match name {
                "DESKSCRIBE_HOME" => home.folder().to_owned(),
                _ => std::path::absolute(&value).unwrap_or(value.into()),
            };
            Some((name, path.into_os_string()))
        };
        Ok(Self { program, environment: KEPT.into_iter().filter_map(kept).collect(), version })
    }

    /// The text of the unit file.
    pub(super) fn text(&self) -> anyhow::Result<String> {
        let command = command(&self.program)?;
        let mut environment = String::new();
        for (name, value) in &self.environment {
            let Some(word) = value.to_str().and_then(|value| quoted(&format!("{name}={value}"))) else {
                bail!("a unit cannot hold this value of {name}; choose another path: {}", value.display());
            };
            environment += &format!("Environment={word}\n");
        }
        let restart = match self.version {
            WITH_STEPS.. => "RestartSec=5s\nRestartSteps=6\nRestartMaxDelaySec=5min\n",
            _ => "RestartSec=1min\n",
        };
        // Nothing here takes folders away from the service: what it reads is the user's to choose. Workers confine
        // themselves. One that is killed for want of memory must not end the service.
        let body = format!(
            "[Unit]\n\
             Description=Deskscribe reads what is new in watched folders\n\
             \n\
             [Service]\n\
             Type=notify\n\
             ExecStart={command}\n\
             ExecReload=/bin/kill -HUP $MAINPID\n\
             {environment}\
             Restart=on-failure\n\
             {restart}\
             TimeoutStartSec=5min\n\
             TimeoutStopSec=20s\n\
             KillMode=mixed\n\
             OOMPolicy=continue\n\
             Nice=10\n\
             IOSchedulingClass=idle\n\
             NoNewPrivileges=yes\n\
             \n\
             [Install]\n\
             WantedBy=default.target\n"
        );
        Ok(format!(
            "# Made by `deskscribe service install`, which renews it as long as nobody changes it by hand.\n\
             # To change something, and keep it: systemctl --user edit deskscribe\n\
             {SEAL}{}\n{body}",
            seal(&body)
        ))
    }
}

fn seal(body: &str) -> String {
    blake3::hash(body.as_bytes()).to_hex()[..16].to_owned()
}

/// The command line. The name of a program may hold no quotes and no backslashes (systemd refuses them), and `$` means
/// nothing in it; an argument may hold everything, with `$$` for `$`.
fn command(program: &Path) -> anyhow::Result<String> {
    let refused = || {
        format!(
            "a unit cannot hold the path of this program; move it to another folder: {}",
            program.display()
        )
    };
    let path = program.to_str().with_context(refused)?;
    let word = quoted(path).with_context(refused)?;
    if path.contains(|c: char| "\"'\\".contains(c) || c.is_ascii_control()) {
        let argument = word.replace('$', "$$");
        return Ok(format!("/bin/sh -c 'exec \"$$0\" watch' {argument}"));
    }
    Ok(format!("{word} watch"))
}

/// A word in double quotes, as systemd reads it: escapes as in C, and `%%` for `%`.
fn quoted(text: &str) -> Option<String> {
    let mut word = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => word.extend(['\\', c]),
            '%' => word += "%%",
            '\n' => word += "\\n",
            '\t' => word += "\\t",
            c if c.is_control() => return None,
            c => word.push(c),
        }
    }
    Some(word + "\"")
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    fn unit(program: &str, version: u32) -> Unit {
        let environment = vec![("DESKSCRIBE_HOME", OsString::from("/home/ann/100% \"mine\""))];
        Unit { program: PathBuf::from(program), environment, version }
    }

    #[test]
    fn the_unit_says_what_systemd_is_to_do() {
        insta::assert_snapshot!(unit("/opt/my apps/deskscribe", 255).text().unwrap());
        let older = unit("/opt/deskscribe", 249).text().unwrap();
        assert!(older.contains("RestartSec=1min\n") && !older.contains("RestartSteps"), "{older}");
    }

    #[test]
    fn any_path_is_one_word() {
        for (path, line) in [
            ("/opt/a b%h$HOME/é/d", "\"/opt/a b%%h$HOME/é/d\" watch"),
            ("/a\\b/$c/\"d\"", r#"/bin/sh -c 'exec "$$0" watch' "/a\\b/$$c/\"d\"""#),
            ("/a\nb/it's", r#"/bin/sh -c 'exec "$$0" watch' "/a\nb/it's""#),
        ] {
            assert_eq!(command(Path::new(path)).unwrap(), line);
        }
        let error = command(Path::new("/a\u{1b}b")).unwrap_err().to_string();
        assert!(error.starts_with("a unit cannot hold the path of this program; move it"), "{error}");
        assert!(command(Path::new(OsStr::from_bytes(b"/\xff"))).is_err());
    }

    #[test]
    fn a_unit_that_was_changed_is_not_ours() {
        let text = unit("/opt/deskscribe", 255).text().unwrap();
        assert!(is_ours(&text));
        for changed in
            [text.replace("Nice=10", "Nice=0"), text.clone() + "\n", String::new(), "[Unit]".to_owned()]
        {
            assert!(!is_ours(&changed), "{changed}");
        }
    }
}
