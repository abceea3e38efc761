//! The packages that the system must have, and how to notice each without asking a package manager.

/// Something that must be there before anything of ours can work.
pub(super) struct SystemPackage {
    pub(super) debian: &'static str,
    /// Fedora and openSUSE.
    pub(super) rpm: &'static str,
    pub(super) arch: &'static str,
    pub(super) purpose: &'static str,
    pub(super) sign: Sign,
    pub(super) need: Need,
}

/// Who needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Whoever compiles anything.
    Compile,
    /// Whoever has to fetch the models.
    Fetch,
    /// Whoever compiles the window.
    Window,
    /// Whoever tests it.
    Desk,
}

/// How to notice that it is there, from whatever package.
pub(super) enum Sign {
    /// A program in PATH.
    Program(&'static str),
    /// A file that the C compiler finds.
    Linkable(&'static str),
    /// A library that pkg-config knows.
    Library(&'static str),
    /// The library that clang is made of, where systems keep it.
    Clang,
    /// One of the files where systems keep the certificates they trust.
    Certificates,
    /// A Python 3 that can run pip.
    Pip,
    /// A font where systems keep theirs.
    Font,
}

pub(super) const PACKAGES: &[SystemPackage] = &[
    SystemPackage {
        debian: "gcc",
        rpm: "gcc",
        arch: "gcc",
        purpose: "a C compiler, for SQLite and other libraries that are built in",
        sign: Sign::Program("cc"),
        need: Need::Compile,
    },
    SystemPackage {
        debian: "libc6-dev",
        rpm: "glibc-devel",
        arch: "glibc",
        purpose: "the C library to compile against",
        sign: Sign::Linkable("crt1.o"),
        need: Need::Compile,
    },
    SystemPackage {
        debian: "g++",
        rpm: "gcc-c++",
        arch: "gcc",
        purpose: "a C++ compiler, for libraries of the text reader",
        sign: Sign::Program("c++"),
        need: Need::Compile,
    },
    SystemPackage {
        debian: "pkg-config",
        rpm: "pkgconf-pkg-config",
        arch: "pkgconf",
        purpose: "pkg-config, by which libraries of the system are found",
        sign: Sign::Program("pkg-config"),
        need: Need::Compile,
    },
    SystemPackage {
        debian: "libavformat-dev",
        // Fedora has two FFmpegs, and both know what they provide.
        rpm: "'pkgconfig(libavformat)'",
        arch: "ffmpeg",
        purpose: "FFmpeg's libavformat, which takes recordings apart",
        sign: Sign::Library("libavformat"),
        need: Need::Compile,
    },
    SystemPackage {
        debian: "libavcodec-dev",
        rpm: "'pkgconfig(libavcodec)'",
        arch: "ffmpeg",
        purpose: "FFmpeg's libavcodec, which decodes them",
        sign: Sign::Library("libavcodec"),
        need: Need::Compile,
    },
    SystemPackage {
        debian: "libavutil-dev",
        rpm: "'pkgconfig(libavutil)'",
        arch: "ffmpeg",
        purpose: "FFmpeg's libavutil, on which the others stand",
        sign: Sign::Library("libavutil"),
        need: Need::Compile,
    },
    SystemPackage {
        debian: "libswresample-dev",
        rpm: "'pkgconfig(libswresample)'",
        arch: "ffmpeg",
        purpose: "FFmpeg's libswresample, for sound of any rate",
        sign: Sign::Library("libswresample"),
        need: Need::Compile,
    },
    SystemPackage {
        debian: "libswscale-dev",
        rpm: "'pkgconfig(libswscale)'",
        arch: "ffmpeg",
        purpose: "FFmpeg's libswscale, for pictures of any format",
        sign: Sign::Library("libswscale"),
        need: Need::Compile,
    },
    SystemPackage {
        debian: "libclang-dev",
        rpm: "clang-devel",
        arch: "clang",
        purpose: "libclang, by which FFmpeg's headers become Rust",
        sign: Sign::Clang,
        need: Need::Compile,
    },
    SystemPackage {
        debian: "cmake",
        rpm: "cmake",
        arch: "cmake",
        purpose: "cmake, which builds the reader of speech",
        sign: Sign::Program("cmake"),
        need: Need::Compile,
    },
    SystemPackage {
        debian: "ca-certificates",
        rpm: "ca-certificates",
        arch: "ca-certificates",
        purpose: "the certificates by which cargo and pip know whom they download from",
        sign: Sign::Certificates,
        need: Need::Compile,
    },
    SystemPackage {
        debian: "python3-pip",
        rpm: "python3-pip",
        arch: "python-pip",
        purpose: "Python 3 with pip, which downloads the models",
        sign: Sign::Pip,
        need: Need::Fetch,
    },
    SystemPackage {
        debian: "libwebkit2gtk-4.1-dev",
        // Fedora and openSUSE name the package differently, and both know what it provides.
        rpm: "'pkgconfig(webkit2gtk-4.1)'",
        arch: "webkit2gtk-4.1",
        purpose: "WebKitGTK with GTK 3, in which the window shows its page",
        sign: Sign::Library("webkit2gtk-4.1"),
        need: Need::Window,
    },
    SystemPackage {
        debian: "webkit2gtk-driver",
        rpm: "/usr/bin/WebKitWebDriver",
        arch: "webkit2gtk-4.1",
        purpose: "WebKitWebDriver, by which tests use the window",
        sign: Sign::Program("WebKitWebDriver"),
        need: Need::Desk,
    },
    SystemPackage {
        debian: "xvfb",
        rpm: "xorg-x11-server-Xvfb",
        arch: "xorg-server-xvfb",
        purpose: "Xvfb, a screen in memory for tests of the window",
        sign: Sign::Program("Xvfb"),
        need: Need::Desk,
    },
    SystemPackage {
        debian: "openbox",
        rpm: "openbox",
        arch: "openbox",
        purpose: "a window manager on that screen",
        sign: Sign::Program("openbox"),
        need: Need::Desk,
    },
    SystemPackage {
        debian: "dbus",
        rpm: "dbus-daemon",
        arch: "dbus",
        purpose: "dbus-daemon, a session bus for those tests alone",
        sign: Sign::Program("dbus-daemon"),
        need: Need::Desk,
    },
    SystemPackage {
        debian: "dunst",
        rpm: "dunst",
        arch: "dunst",
        purpose: "dunst, which shows the notices of those tests",
        sign: Sign::Program("dunst"),
        need: Need::Desk,
    },
    SystemPackage {
        debian: "xdotool",
        rpm: "xdotool",
        arch: "xdotool",
        purpose: "xdotool, the mouse of those tests",
        sign: Sign::Program("xdotool"),
        need: Need::Desk,
    },
    SystemPackage {
        debian: "ffmpeg",
        rpm: "/usr/bin/ffmpeg",
        arch: "ffmpeg",
        purpose: "ffmpeg, the program that makes recordings for tests",
        sign: Sign::Program("ffmpeg"),
        need: Need::Desk,
    },
    SystemPackage {
        debian: "fonts-dejavu-core",
        rpm: "dejavu-sans-fonts",
        arch: "ttf-dejavu",
        purpose: "a font to write with on that screen",
        sign: Sign::Font,
        need: Need::Desk,
    },
];

pub(super) const CERTIFICATES: [&str; 4] = [
    "etc/ssl/certs/ca-certificates.crt",
    "etc/pki/tls/certs/ca-bundle.crt",
    "etc/ssl/ca-bundle.pem",
    "etc/ssl/cert.pem",
];

/// Where libclang is looked for, and how deep: each version may have a folder of its own.
pub(super) const CLANG: (&[&str], usize) = (&["usr/lib", "usr/lib64", "usr/local/lib"], 2);

/// Where fonts are looked for, and how deep.
pub(super) const FONTS: (&str, usize) = ("usr/share/fonts", 4);
