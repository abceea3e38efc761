//! The window: a thin shell over the engine. It shows what is, and hands on what is wanted; nothing is decided here.
//!
//! ```text
//!  page ── commands ──▶ engine, library ──▶ cache
//!    ◀──── live ─────── status, changes ◀────╯
//!    ◀──── thumb: ───── cache
//!    ◀──── preview: ─── engine ═══▶ worker
//!  tray, notices ◀──── status, rounds
//! ```

mod arguments;
mod instance;

mod choices;
mod counting;
mod desk;
mod errands;
mod live;
mod pulls;
mod settings;
mod shelves;
mod task;
mod unfinished;
mod ways_back;

mod background;

mod ask;
mod clipboard;
mod drag;
mod pictures;
mod screen;

mod bindings;
mod commands;
mod error;

use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;

use anyhow::{Context, bail};
use deskscribe_engine::{Home, Library, SettingsChanges, start_log};
use tauri::async_runtime::{block_on, spawn};
use tauri::webview::PageLoadEvent;
use tauri::{AppHandle, Manager, RunEvent, WebviewUrl, WebviewWindowBuilder, WindowEvent};
use tokio::signal::unix::{SignalKind, signal};

use arguments::Arguments;
use background::{autostart, closing, tray};
pub use bindings::write_bindings;
use desk::{Desk, LibraryState};
use drag::Drags;
use instance::Instance;

/// The name of the one window.
const WINDOW: &str = "main";
/// How large the window is at first, and at least, in points.
const SIZE: (f64, f64) = (1180.0, 780.0);
const LEAST_SIZE: (f64, f64) = (720.0, 520.0);

/// The whole program.
///
/// # Errors
/// There is no display, nothing can be kept, or a window that is open does not answer.
pub fn start() -> anyhow::Result<ExitCode> {
    let paths = match Arguments::parse(std::env::args_os().skip(1)) {
        Arguments::Window(paths) => Some(paths),
        Arguments::Background => None,
        Arguments::Version => return say(&format!("deskscribe-app {}", env!("CARGO_PKG_VERSION"))),
        Arguments::Help => return say(arguments::HELP),
    };
    if !has_display() {
        bail!("there is no display for a window; the terminal program does the same: deskscribe scan FOLDER");
    }
    let home = Home::locate()?;
    let first = match block_on(Instance::claim(&home, paths.as_deref()))? {
        Instance::First(lock) => lock,
        Instance::Handed => return Ok(ExitCode::SUCCESS),
    };
    start_log(&home)?;
    let code = run(home, paths)?;
    drop(first);
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

#[expect(clippy::print_stdout, reason = "what was asked for")]
fn say(text: &str) -> anyhow::Result<ExitCode> {
    println!("{text}");
    Ok(ExitCode::SUCCESS)
}

/// GTK would end the process where there is none.
fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || ["DISPLAY", "WAYLAND_DISPLAY"].into_iter().any(is_set)
}

/// Without paths, not even none, no window is opened until somebody asks for it.
fn run(home: Home, paths: Option<Vec<PathBuf>>) -> anyhow::Result<i32> {
    let desk = Desk::new(home, paths.is_none());
    let surface = bindings::surface();
    let drags = Drags::default();
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .register_asynchronous_uri_scheme_protocol("thumb", pictures::thumbnail)
        .register_asynchronous_uri_scheme_protocol("preview", pictures::preview)
        .invoke_handler(surface.invoke_handler())
        .manage(desk.clone())
        .on_window_event({
            let desk = desk.clone();
            move |_, event| match event {
                WindowEvent::DragDrop(event) => drags.hear(event, &desk),
                WindowEvent::CloseRequested { api, .. } if !closing::may_close(&desk) => api.prevent_close(),
                WindowEvent::Destroyed => desk.unfeed(),
                _ => {}
            }
        })
        .setup({
            let desk = desk.clone();
            move |app| {
                let app = app.handle().clone();
                if paths.is_some() {
                    open_window(&app);
                }
                watch_library(desk.clone())?;
                end_on_signals(app.clone());
                autostart::renew();
                desk.notices.begin(&app);
                tray::begin(desk.clone(), app.clone());
                spawn(async move {
                    // Before they are read for the first time, so that no change is missed.
                    let changes = SettingsChanges::of(&desk.home);
                    desk.start_engine(&app).await;
                    desk.add_first(paths.unwrap_or_default());
                    desk.follow_settings(changes, &app).await;
                });
                Ok(())
            }
        })
        .build(tauri::generate_context!())
        .context("the window cannot be opened; is there a display?")?;
    Ok(app.run_return(move |_, event| match event {
        // The last window was closed. What is really wanted comes with a code.
        RunEvent::ExitRequested { code: None, api, .. } if closing::goes_on(&desk) => api.prevent_exit(),
        RunEvent::Exit => desk.close(),
        _ => {}
    }))
}

/// Ctrl-C, the end of the session and `kill` end it as closing the window does.
fn end_on_signals(app: AppHandle) {
    spawn(async move {
        let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
        let (Ok(mut interrupt), Ok(mut terminate)) = signals else {
            return tracing::warn!("signals are not heard");
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        app.exit(0);
    });
}

/// Brings the window to the front, or opens it.
fn open_window(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(WINDOW) {
        // What the window manager refuses cannot be helped.
        let _ = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
        return;
    }
    let window = WebviewWindowBuilder::new(app, WINDOW, WebviewUrl::default())
        .title("Deskscribe")
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(LEAST_SIZE.0, LEAST_SIZE.1)
        // Shown once there is something to see: no white flash on a dark desktop.
        .visible(false)
        .on_page_load(|window, payload| {
            if payload.event() == PageLoadEvent::Finished {
                let _ = window.show();
            }
        })
        .build();
    match window {
        Ok(window) => {
            screen::suit(&window);
            screen::revive(&window);
        }
        Err(error) => tracing::error!(%error, "the window cannot be opened"),
    }
}

/// Tells the page whenever the cache changes, by whatever program.
fn watch_library(desk: Desk) -> std::io::Result<()> {
    let watch = move || {
        let mut changes = Library::changes(&desk.home);
        loop {
            match changes.wait() {
                Ok(Some(change)) => {
                    // Looked at each time: another program may update the cache while the window is open.
                    let server =
                        desk.session().ok().and_then(|session| session.gateway().state().server().cloned());
                    let look = move |library: &Library| {
                        let unsummarised = library.unsummarised(server.as_ref()).unwrap_or_default();
                        Ok((library.caution(), unsummarised))
                    };
                    let (caution, unsummarised) = block_on(desk.shelves.ask(look)).unwrap_or_default();
                    desk.library.send_replace(LibraryState { change: Some(change), unsummarised, caution });
                }
                Ok(None) => return,
                // The next wait begins with waiting until it may have been repaired or freed.
                Err(error) => tracing::error!(%error, "changes of the cache are not seen for now"),
            }
        }
    };
    thread::Builder::new().name("library".to_owned()).spawn(watch).map(drop)
}
