//! The rules, as tables. A new crate, an exemption, a crate that only some may reach: this is the file to edit.

/// Which siblings a crate may import. A crate that is not here is a violation.
pub(super) const SIBLINGS: &[(&str, &[&str])] = &[
    ("deskscribe-protocol", &[]),
    ("deskscribe-sandbox", &[]),
    ("deskscribe-cache", &["deskscribe-protocol"]),
    ("deskscribe-engine", &["deskscribe-protocol", "deskscribe-sandbox", "deskscribe-cache"]),
    ("deskscribe-worker", &["deskscribe-protocol", "deskscribe-sandbox"]),
    ("deskscribe-cli", &["deskscribe-engine"]),
    ("deskscribe-app", &["deskscribe-engine"]),
    (
        "deskscribe-system-tests",
        &["deskscribe-protocol", "deskscribe-sandbox", "deskscribe-cache", "deskscribe-engine"],
    ),
    ("deskscribe-window-tests", &["deskscribe-cache", "deskscribe-system-tests"]),
    ("xtask", &[]),
];

/// Crates that only some of ours may import; everybody else reaches them through those, or not at all.
pub(super) struct Reserved {
    pub(super) rule: &'static str,
    pub(super) crates: &'static [&'static str],
    pub(super) importers: &'static [&'static str],
}

pub(super) const RESERVED: &[Reserved] = &[
    Reserved {
        rule: "only the worker runs models",
        crates: &["ort", "ort-sys", "oar-ocr", "oar-ocr-core", "whisper-rs", "whisper-rs-sys", "tract-onnx"],
        importers: &["deskscribe-worker"],
    },
    Reserved {
        rule: "only the worker decodes pictures",
        // Encoders are missing on purpose: `record` writes thumbnails with jpeg-encoder.
        crates: &[
            "avif-parse",
            "dav1d",
            "exr",
            "gif",
            "hayro-jpeg2000",
            "image",
            "image-webp",
            "jpeg-decoder",
            "jxl-oxide",
            "kamadak-exif",
            "libheif-rs",
            "libheif-sys",
            "libwebp-sys",
            "mozjpeg",
            "openjpeg-sys",
            "png",
            "qoi",
            "ravif",
            "resvg",
            "tiff",
            "turbojpeg",
            "webp",
            "zune-image",
            "zune-jpeg",
            "zune-png",
        ],
        importers: &["deskscribe-worker"],
    },
    Reserved {
        rule: "only the worker decodes sound and moving pictures",
        crates: &[
            "ffmpeg-next",
            "ffmpeg-sys-next",
            "ffmpeg-sys-the-third",
            "ffmpeg-the-third",
            "gstreamer",
            "hound",
            "rsmpeg",
            "rusty_ffmpeg",
            "symphonia",
            "symphonia-core",
        ],
        importers: &["deskscribe-worker"],
    },
    Reserved {
        rule: "only the shell knows Tauri",
        crates: &["tao", "tauri", "tauri-runtime", "tauri-specta", "webkit2gtk", "wry"],
        importers: &["deskscribe-app"],
    },
    Reserved {
        rule: "only the engine asks servers",
        // Tauri brings a client of its own, as does ollama-rs, of which the worker takes the types alone.
        crates: &["curl", "isahc", "reqwest", "ureq"],
        importers: &["deskscribe-engine", "ollama-rs", "tauri"],
    },
    Reserved {
        rule: "only the gateway and the worker talk to a language model",
        crates: &["ollama-rs"],
        importers: &["deskscribe-engine", "deskscribe-worker"],
    },
];

/// Crates that one of ours must not reach by any way.
pub(super) struct Barred {
    pub(super) rule: &'static str,
    pub(super) member: &'static str,
    /// `*` stands for every crate.
    pub(super) crates: &'static [&'static str],
    /// What these import is their own affair.
    pub(super) but_through: &'static [&'static str],
}

pub(super) const BARRED: &[Barred] = &[
    Barred {
        rule: "the protocol is plain data",
        member: "deskscribe-protocol",
        crates: &["tokio", "async-std"],
        but_through: &[],
    },
    Barred {
        rule: "confinement comes before any thread",
        member: "deskscribe-sandbox",
        crates: &["tokio", "async-std", "rayon"],
        but_through: &[],
    },
    Barred {
        rule: "the worker is synchronous, opens no path and never sees the cache",
        member: "deskscribe-worker",
        crates: &["tokio", "async-std", "notify", "rusqlite", "libsqlite3-sys"],
        // Its request types cannot be had without its client. That is never called, and so not linked; and if it were,
        // the kernel refuses every socket.
        but_through: &["ollama-rs"],
    },
    Barred {
        rule: "xtask depends on nothing, so that it is there at once",
        member: "xtask",
        crates: &["*"],
        but_through: &[],
    },
];

/// The most lines of a source file.
pub(super) const LONGEST: usize = 400;

/// Files that may be longer, and why.
pub(super) const LONG_FILES: &[(&str, &str)] = &[
    (BINDINGS, "made by `cargo xtask bindings`"),
    ("ui/src/recorded/scripts.ts", "a list: one drawn screen after the other"),
];

/// What Rust tells the page of the window's commands.
const BINDINGS: &str = "ui/src/bindings.ts";

/// Files that need not say in their first line what they are for, and why.
pub(super) const SILENT_FILES: &[(&str, &str)] = &[];

/// Words that only some files may say; `*` at the end of a path stands for anything.
pub(super) struct Word {
    pub(super) rule: &'static str,
    pub(super) word: &'static str,
    pub(super) places: &'static [&'static str],
}

pub(super) const WORDS: &[Word] = &[
    Word {
        rule: "only the engine's record holds the write guard of the cache",
        word: "WriteGuard",
        places: &["crates/cache/*", "crates/engine/src/record*", "crates/xtask/src/edges/*"],
    },
    Word {
        rule: "nothing but models and the gateway speaks to a server",
        word: "reqwest",
        places: &["crates/engine/src/gateway/*", "crates/engine/src/models/*", "crates/xtask/src/edges/*"],
    },
    Word {
        rule: "the page speaks to the window in one place, and so runs without it",
        word: "@tauri-apps/",
        places: &["ui/src/backend/*", BINDINGS, "crates/xtask/src/edges/*"],
    },
];

/// Pages whose paths in backticks must exist.
pub(super) const PAGES: &[&str] = &["CONTRIBUTING.md", "crates/README.md", "models/README.md"];

/// Paths that a page may name although no clone has them, and why.
pub(super) const MADE_LATER: &[(&str, &str)] = &[
    ("models/weights/", "downloaded by `cargo xtask prepare`"),
    ("target/", "made by cargo"),
    ("resources/", "staged by `cargo xtask build`"),
    ("node_modules/", "made by npm"),
    ("ui/dist/", "made by `cargo xtask build`"),
    ("docs/screenshots/", "made by `cargo xtask screenshots`"),
];
