//! What a desktop looks for in `share/`: the entry for menus and for "Open with", and the icons of every size.

use std::path::Path;

use crate::build::place;
use crate::problem::Outcome;
use crate::workspace;

/// As the entry calls it.
const ICON: &str = "deskscribe";
const ENTRY: &str = "io.deskscribe.app.desktop";

/// By their names in `icons/`: where they lie below `hicolor/`.
const ICONS: [(&str, &str); 6] = [
    ("32x32.png", "32x32"),
    ("64x64.png", "64x64"),
    ("128x128.png", "128x128"),
    ("128x128@2x.png", "256x256"),
    ("icon.png", "512x512"),
    ("deskscribe.svg", "scalable"),
];

/// Makes `share/applications` and `share/icons` beside the executables.
pub(crate) fn stage(executables: &Path) -> Outcome {
    let (root, share) = (workspace::root(), executables.join("share"));
    place(&root.join("src-tauri").join(ENTRY), &share.join("applications").join(ENTRY))?;
    for (name, size) in ICONS {
        let (_, kind) = name.rsplit_once('.').unwrap_or_default();
        let icon = share.join("icons/hicolor").join(size).join("apps").join(ICON).with_extension(kind);
        place(&root.join("icons").join(name), &icon)?;
    }
    Ok(())
}
