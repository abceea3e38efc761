//! How the page gets onto the screen, where there is a choice.

use tauri::WebviewWindow;

/// Has the page painted directly where there is no graphics processor. WebKitGTK would imitate one, layer by layer, and
/// scroll with half the frames.
#[cfg(target_os = "linux")]
pub(crate) fn suit(window: &WebviewWindow) {
    use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};

    let is_one = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.is_ok_and(|entry| entry.file_name().as_encoded_bytes().starts_with(b"renderD"))
    };
    if std::fs::read_dir("/dev/dri").is_ok_and(|mut devices| devices.any(is_one)) {
        return;
    }
    let painted = window.with_webview(|webview| {
        if let Some(settings) = webview.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    });
    if let Err(error) = painted {
        tracing::warn!(%error, "the page is painted as by a graphics processor, though there is none");
    }
}

/// Loads the page anew when the process that shows it is gone, whoever killed it: the live channel begins with what is
/// true now. Without this the last picture would stay on the screen for good.
#[cfg(target_os = "linux")]
pub(crate) fn revive(window: &WebviewWindow) {
    use webkit2gtk::WebViewExt;

    let watched = window.with_webview(|webview| {
        webview.inner().connect_web_process_terminated(|view, reason| {
            tracing::error!(?reason, "the process of the page is gone; the page is loaded anew");
            view.reload();
        });
    });
    if let Err(error) = watched {
        tracing::warn!(%error, "the process of the page is not watched");
    }
}

/// Elsewhere the system revives it.
#[cfg(not(target_os = "linux"))]
pub(crate) fn revive(_window: &WebviewWindow) {}

/// Elsewhere the system's web view knows best.
#[cfg(not(target_os = "linux"))]
pub(crate) fn suit(_window: &WebviewWindow) {}
