//! The system's own dialogs for files and folders.

use std::path::PathBuf;

use tauri::{AppHandle, Manager, Wry};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use tokio::sync::oneshot;

use crate::WINDOW;

/// A folder that the person chooses; nothing, if the dialog was closed.
pub(crate) async fn which_folder(app: &AppHandle, title: &str, from: Option<PathBuf>) -> Option<PathBuf> {
    let mut dialog = dialog(app, title);
    if let Some(from) = from {
        dialog = dialog.set_directory(from);
    }
    let (send, chosen) = oneshot::channel();
    dialog.pick_folder(|folder| drop(send.send(folder)));
    path(chosen.await.ok()??)
}

/// Files that the person chooses; none, if the dialog was closed.
pub(crate) async fn which_files(app: &AppHandle, title: &str) -> Vec<PathBuf> {
    let (send, chosen) = oneshot::channel();
    dialog(app, title).pick_files(|files| drop(send.send(files)));
    let files = chosen.await.ok().flatten().unwrap_or_default();
    files.into_iter().filter_map(path).collect()
}

/// A file of this kind that the person chooses, by the end of its name; nothing, if the dialog was closed.
pub(crate) async fn which_file(app: &AppHandle, title: &str, kind: &str, end: &str) -> Option<PathBuf> {
    let (send, chosen) = oneshot::channel();
    dialog(app, title).add_filter(kind, &[end]).pick_file(|file| drop(send.send(file)));
    path(chosen.await.ok()??)
}

/// Where the person wants something to be saved; nothing, if the dialog was closed.
pub(crate) async fn where_to_save(app: &AppHandle, title: &str, name: &str) -> Option<PathBuf> {
    let (send, chosen) = oneshot::channel();
    dialog(app, title).set_file_name(name).save_file(|file| drop(send.send(file)));
    path(chosen.await.ok()??)
}

fn dialog(app: &AppHandle, title: &str) -> FileDialogBuilder<Wry> {
    let dialog = app.dialog().file().set_title(title);
    match app.get_webview_window(WINDOW) {
        Some(window) => dialog.set_parent(&window),
        None => dialog,
    }
}

fn path(chosen: FilePath) -> Option<PathBuf> {
    chosen.into_path().ok()
}
