//! What a test does at the screen itself and not through the driver: `desk-hand screenshot FILE`, `desk-hand
//! clipboard`, and `desk-hand offer FILE…`, a small window that offers files to be dragged from it.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to the test that started it")]

use std::env;
use std::process::ExitCode;

use gtk::gdk::{self, DragAction, ModifierType, SELECTION_CLIPBOARD};
use gtk::prelude::*;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if gtk::init().is_err() {
        eprintln!("desk-hand: there is no screen");
        return ExitCode::FAILURE;
    }
    let outcome = match words[..] {
        ["screenshot", file] => screenshot(file),
        ["clipboard"] => clipboard(),
        ["offer", ref files @ ..] => offer(files),
        _ => Err("desk-hand screenshot FILE | clipboard | offer FILE…".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("desk-hand: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Everything on the screen, as a PNG.
fn screenshot(file: &str) -> Result<(), String> {
    let root = gdk::Window::default_root_window();
    let picture = root.pixbuf(0, 0, root.width(), root.height()).ok_or("the screen shows nothing")?;
    picture.savev(file, "png", &[]).map_err(|error| format!("{error}: {file}"))
}

/// The text that was copied last.
fn clipboard() -> Result<(), String> {
    let text = gtk::Clipboard::get(&SELECTION_CLIPBOARD).wait_for_text();
    print!("{}", text.ok_or("the clipboard holds no text")?);
    Ok(())
}

/// A window in the top left corner of the screen, above all others, that offers files until it is killed; it says
/// `ready` when it can be seen.
fn offer(files: &[&str]) -> Result<(), String> {
    let uri =
        |file: &&str| gtk::glib::filename_to_uri(file, None).map_err(|error| format!("{error}: {file}"));
    let uris = files.iter().map(uri).collect::<Result<Vec<_>, _>>()?;
    let window = gtk::Window::new(gtk::WindowType::Popup);
    window.set_default_size(120, 120);
    window.add(&gtk::Label::new(Some("Drag me")));
    let target = gtk::TargetEntry::new("text/uri-list", gtk::TargetFlags::OTHER_APP, 0);
    window.drag_source_set(ModifierType::BUTTON1_MASK, &[target], DragAction::COPY);
    window.connect_drag_data_get(move |_, _, data, _, _| {
        data.set_uris(&uris.iter().map(|uri| uri.as_str()).collect::<Vec<_>>());
    });
    window.connect_map_event(|_, _| {
        println!("ready");
        gtk::glib::Propagation::Proceed
    });
    window.show_all();
    window.move_(0, 0);
    gtk::main();
    Ok(())
}
