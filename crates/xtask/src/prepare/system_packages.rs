//! What the system must have: noticed without asking any package manager, installed by apt where there is one.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::packages::{CERTIFICATES, CLANG, FONTS, Need, PACKAGES, Sign, SystemPackage};
use crate::problem::{Outcome, Problem};
use crate::workspace;

/// Where to look.
struct Machine {
    path: OsString,
    root: PathBuf,
    /// The user has named certificates of their own.
    has_own_certificates: bool,
    /// The user has said where libclang is.
    has_own_clang: bool,
    is_root: bool,
}

/// What to do about missing packages.
#[derive(Debug, PartialEq)]
enum Plan {
    Nothing,
    /// These, by apt-get, started with this before it.
    Apt {
        prefix: Vec<&'static str>,
        packages: Vec<&'static str>,
    },
    /// We may not or cannot: the person does.
    Tell(String),
}

/// Whether there is something to install.
pub(super) fn is_any_missing(needs: &[Need]) -> bool {
    !Machine::this().missing(needs).is_empty()
}

/// Installs what is missing, or stops and says how.
pub(super) fn install(needs: &[Need]) -> Outcome {
    let machine = Machine::this();
    let missing = machine.missing(needs);
    let (prefix, packages) = match machine.plan(&missing) {
        Plan::Nothing => return Ok(()),
        Plan::Tell(text) => return Err(Problem(text)),
        Plan::Apt { prefix, packages } => (prefix, packages),
    };
    eprintln!("xtask: installing {}", packages.join(" "));
    for SystemPackage { debian, purpose, .. } in &missing {
        eprintln!("  {debian}: {purpose}");
    }
    let apt = |arguments: &[&str]| {
        let words = [&prefix[..], &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"], arguments].concat();
        workspace::finish(Command::new(words[0]).args(&words[1..]))
    };
    if let Err(Problem(reason)) = apt(&["update"]) {
        eprintln!("xtask: {reason}; going on with what apt knows");
    }
    // A fresh machine may be busy with its own upgrades: wait for them.
    let install = ["install", "--yes", "--no-install-recommends", "--option=DPkg::Lock::Timeout=300"];
    let install = [&install[..], &packages].concat();
    apt(&install).map_err(|Problem(reason)| {
        let line = apt_line(prefix.first(), &packages);
        Problem(format!("{reason}\nRun this and then the command again:\n  {line}"))
    })?;
    match machine.missing(needs).first() {
        None => Ok(()),
        Some(SystemPackage { debian, purpose, .. }) => {
            Err(Problem(format!("{debian} is installed, but this is not found: {purpose}")))
        }
    }
}

fn apt_line(prefix: Option<&&str>, packages: &[&str]) -> String {
    let prefix = prefix.map_or(String::new(), |sudo| format!("{sudo} "));
    let packages = packages.join(" ");
    format!("{prefix}apt-get update; {prefix}apt-get install --yes --no-install-recommends {packages}")
}

impl Machine {
    fn this() -> Self {
        let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        let id = Command::new("id").arg("-u").output();
        Self {
            path: env::var_os("PATH").unwrap_or_default(),
            root: PathBuf::from("/"),
            has_own_certificates: is_set("SSL_CERT_FILE") || is_set("SSL_CERT_DIR"),
            has_own_clang: is_set("LIBCLANG_PATH"),
            is_root: id.is_ok_and(|id| id.stdout == b"0\n"),
        }
    }

    fn program(&self, name: &str) -> Option<PathBuf> {
        env::split_paths(&self.path).map(|folder| folder.join(name)).find(|path| path.is_file())
    }

    fn missing(&self, needs: &[Need]) -> Vec<&'static SystemPackage> {
        let is_wanted = |package: &&SystemPackage| needs.contains(&package.need);
        PACKAGES.iter().filter(is_wanted).filter(|package| !self.has(&package.sign)).collect()
    }

    fn has(&self, sign: &Sign) -> bool {
        match sign {
            Sign::Program(name) => self.program(name).is_some(),
            // The compiler answers with a path where there is one, and repeats the name otherwise.
            Sign::Linkable(file) => self.program("cc").is_some_and(|cc| {
                let answer = Command::new(cc).arg(format!("-print-file-name={file}")).output();
                answer.is_ok_and(|answer| answer.stdout.contains(&b'/'))
            }),
            Sign::Library(name) => self.program("pkg-config").is_some_and(|pkg_config| {
                workspace::succeeds(Command::new(pkg_config).args(["--exists", name]))
            }),
            Sign::Clang => {
                // The library for C++ programs is another one, and comes with graphics drivers.
                let is_versioned =
                    |name: &str| name.starts_with("libclang-") && !name.starts_with("libclang-cpp");
                let is_clang = |name: &str| name.starts_with("libclang.so") || is_versioned(name);
                let (folders, depth) = CLANG;
                self.has_own_clang
                    || folders.iter().any(|folder| has_file(&self.root.join(folder), depth, &is_clang))
            }
            Sign::Font => {
                let is_font = |name: &str| [".ttf", ".otf", ".ttc"].iter().any(|end| name.ends_with(end));
                has_file(&self.root.join(FONTS.0), FONTS.1, &is_font)
            }
            Sign::Certificates => {
                let is_there = |file: &&str| self.root.join(file).exists();
                self.has_own_certificates || CERTIFICATES.iter().any(is_there)
            }
            Sign::Pip => {
                let says_yes = |program: &str, arguments: &[&str]| {
                    let program = self.program(program);
                    program.is_some_and(|path| workspace::succeeds(Command::new(path).args(arguments)))
                };
                let python = ["python3", "python"].into_iter().find(|name| self.program(name).is_some());
                python.is_some_and(|python| {
                    says_yes(python, &["-m", "pip", "--version"])
                        || says_yes("pip3", &["--version"])
                        || says_yes("pip", &["--version"])
                })
            }
        }
    }

    fn plan(&self, missing: &[&SystemPackage]) -> Plan {
        if missing.is_empty() {
            return Plan::Nothing;
        }
        let named = |name: fn(&SystemPackage) -> &'static str| {
            let mut names = Vec::new();
            for name in missing.iter().map(|package| name(package)) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            names
        };
        let debian = named(|package| package.debian);
        let prefix = if self.is_root { Some(vec![]) } else { self.program("sudo").map(|_| vec!["sudo"]) };
        let has = |manager: &str| self.program(manager).is_some();
        let how = match prefix {
            Some(prefix) if has("apt-get") => return Plan::Apt { prefix, packages: debian },
            _ if has("apt-get") => format!("as root:\n  {}", apt_line(None, &debian)),
            _ if has("dnf") => format!("as root:\n  dnf install {}", named(|package| package.rpm).join(" ")),
            _ if has("zypper") => {
                format!("as root:\n  zypper install {}", named(|package| package.rpm).join(" "))
            }
            _ if has("pacman") => {
                format!("as root:\n  pacman -S --needed {}", named(|package| package.arch).join(" "))
            }
            _ => {
                format!("with the package manager of this system; Debian has it as:\n  {}", debian.join(" "))
            }
        };
        let mut text = "something is missing:\n".to_owned();
        for SystemPackage { debian, purpose, .. } in missing {
            text += &format!("  {debian}: {purpose}\n");
        }
        Plan::Tell(format!("{text}Install it and run the command again, {how}"))
    }
}

/// Whether there is a file with such a name in this folder, or not deeper than so many below.
fn has_file(folder: &Path, depth: usize, is_it: &dyn Fn(&str) -> bool) -> bool {
    fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        is_it(&entry.file_name().to_string_lossy()) || (depth > 0 && has_file(&path, depth - 1, is_it))
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A machine whose PATH holds these programs: what each one is, and what it is called.
    fn machine(programs: &[(&str, &str)]) -> (tempfile::TempDir, Machine) {
        let root = tempfile::tempdir().unwrap();
        for (real, name) in programs {
            symlink(real, root.path().join(name)).unwrap();
        }
        let machine = Machine {
            path: root.path().into(),
            root: root.path().to_owned(),
            has_own_certificates: false,
            has_own_clang: false,
            is_root: true,
        };
        (root, machine)
    }

    /// What recordings take on Debian.
    const RECORDINGS: &str = "pkg-config libavformat-dev libavcodec-dev libavutil-dev libswresample-dev \
                              libswscale-dev libclang-dev cmake";

    fn names(missing: &[&SystemPackage]) -> Vec<&'static str> {
        missing.iter().map(|package| package.debian).collect()
    }

    #[test]
    fn on_a_bare_debian_root_installs_all_by_one_call() {
        let (_root, machine) = machine(&[("/bin/true", "apt-get")]);
        let recordings: Vec<&str> = RECORDINGS.split(' ').collect();
        let packages =
            [&["gcc", "libc6-dev", "g++"], &recordings[..], &["ca-certificates", "python3-pip"]].concat();
        assert_eq!(
            machine.plan(&machine.missing(&[Need::Compile, Need::Fetch])),
            Plan::Apt { prefix: vec![], packages }
        );
    }

    #[test]
    fn a_complete_machine_is_left_alone() {
        let programs = ["c++", "python3", "apt-get", "pkg-config", "cmake"];
        let (root, machine) = machine(&programs.map(|name| ("/bin/true", name)));
        Command::new("sh")
            .args(["-c", "printf '#!/bin/sh\\necho /usr/lib/crt1.o\\n' > cc && chmod +x cc"])
            .current_dir(root.path())
            .status()
            .unwrap();
        fs::create_dir_all(root.path().join("etc/ssl")).unwrap();
        fs::write(root.path().join("etc/ssl/cert.pem"), "").unwrap();
        assert_eq!(names(&machine.missing(&[Need::Compile])), ["libclang-dev"]);
        fs::create_dir_all(root.path().join("usr/lib/llvm-14/lib")).unwrap();
        fs::write(root.path().join("usr/lib/llvm-14/lib/libclang-cpp.so.14"), "").unwrap();
        assert_eq!(names(&machine.missing(&[Need::Compile])), ["libclang-dev"]);
        fs::write(root.path().join("usr/lib/llvm-14/lib/libclang.so.1"), "").unwrap();
        assert_eq!(names(&machine.missing(&[Need::Compile, Need::Fetch])), Vec::<&str>::new());
        assert_eq!(machine.plan(&[]), Plan::Nothing);
    }

    #[test]
    fn the_window_is_asked_for_only_by_who_needs_it() {
        let (root, machine) = machine(&[("/bin/true", "xdotool"), ("/bin/false", "pkg-config")]);
        assert_eq!(names(&machine.missing(&[Need::Window])), ["libwebkit2gtk-4.1-dev"]);
        let desk = ["webkit2gtk-driver", "xvfb", "openbox", "dbus", "dunst", "ffmpeg", "fonts-dejavu-core"];
        assert_eq!(names(&machine.missing(&[Need::Desk])), desk);
        let fonts = root.path().join("usr/share/fonts/truetype/sans");
        fs::create_dir_all(&fonts).unwrap();
        fs::write(fonts.join("Sans.ttf"), "").unwrap();
        assert!(!names(&machine.missing(&[Need::Desk])).contains(&"fonts-dejavu-core"));
    }

    #[test]
    fn a_compiler_without_the_c_library_is_not_enough() {
        let programs = [("/bin/echo", "cc"), ("/bin/true", "c++"), ("/bin/true", "pkg-config")];
        let (_root, machine) = machine(&[&programs[..], &[("/bin/true", "cmake")]].concat());
        assert_eq!(
            names(&machine.missing(&[Need::Compile])),
            ["libc6-dev", "libclang-dev", "ca-certificates"]
        );
    }

    #[test]
    fn python_is_asked_for_only_to_fetch_and_only_counts_with_pip() {
        for (python, pip, is_missing) in [
            ("/bin/true", "/bin/false", false),
            ("/bin/false", "/bin/true", false),
            ("/bin/false", "/bin/false", true),
        ] {
            let (_root, machine) = machine(&[(python, "python3"), (pip, "pip3")]);
            assert_eq!(
                names(&machine.missing(&[Need::Compile, Need::Fetch])).contains(&"python3-pip"),
                is_missing,
                "{python} {pip}"
            );
            assert!(!names(&machine.missing(&[Need::Compile])).contains(&"python3-pip"));
        }
    }

    #[test]
    fn certificates_of_the_users_own_count() {
        let (_root, mut machine) = machine(&[]);
        machine.has_own_certificates = true;
        assert!(!names(&machine.missing(&[Need::Compile])).contains(&"ca-certificates"));
    }

    #[test]
    fn without_root_sudo_is_asked_and_without_sudo_the_person() {
        let (root, mut machine) = machine(&[("/bin/true", "apt-get"), ("/bin/true", "sudo")]);
        machine.is_root = false;
        let missing = machine.missing(&[Need::Compile]);
        assert!(matches!(machine.plan(&missing), Plan::Apt { prefix, .. } if prefix == ["sudo"]));
        fs::remove_file(root.path().join("sudo")).unwrap();
        let Plan::Tell(text) = machine.plan(&missing) else { panic!("something else than to tell") };
        let line = format!(
            "apt-get update; apt-get install --yes --no-install-recommends gcc libc6-dev g++ {RECORDINGS} \
             ca-certificates"
        );
        assert_eq!(text.lines().last().map(str::trim), Some(line.as_str()));
    }

    #[test]
    fn other_systems_get_their_own_line() {
        let rpm = "pkgconf-pkg-config 'pkgconfig(libavformat)' 'pkgconfig(libavcodec)' 'pkgconfig(libavutil)' \
                   'pkgconfig(libswresample)' 'pkgconfig(libswscale)'";
        for (manager, line) in [
            ("dnf", format!("dnf install gcc glibc-devel gcc-c++ {rpm} clang-devel cmake ca-certificates")),
            (
                "zypper",
                format!("zypper install gcc glibc-devel gcc-c++ {rpm} clang-devel cmake ca-certificates"),
            ),
            ("pacman", "pacman -S --needed gcc glibc pkgconf ffmpeg clang cmake ca-certificates".to_owned()),
        ] {
            let (_root, machine) = machine(&[("/bin/true", manager)]);
            let Plan::Tell(text) = machine.plan(&machine.missing(&[Need::Compile])) else {
                panic!("{manager}")
            };
            assert_eq!(text.lines().last().map(str::trim), Some(line.as_str()));
        }
        let (_root, machine) = machine(&[]);
        assert!(
            matches!(machine.plan(&machine.missing(&[Need::Compile])), Plan::Tell(text) if text.contains("package manager"))
        );
    }
}
