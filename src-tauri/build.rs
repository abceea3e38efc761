//! Lets Tauri read its configuration and generate what the window may do.

fn main() {
    tauri_build::build();
}
