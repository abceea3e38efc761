//! The one list of commands and types that the page knows: used to register them and to write `ui/src/bindings.ts`.

use std::path::Path;

use specta_typescript::Typescript;
use tauri::Wry;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands};

use crate::commands::{
    folders, item, library, meaning, models, reading, settings, summaries, transcript, ways_in,
};
use crate::error::CommandError;
use crate::live::Live;

/// What stands on top of the file.
const HEADER: &str = "// Generated from src-tauri by `cargo xtask bindings`; not to be edited.\n";

/// Everything that the page may call.
pub(crate) fn surface() -> Builder<Wry> {
    Builder::new()
        .commands(collect_commands![
            ways_in::live,
            ways_in::suggestion,
            ways_in::choose_folder,
            ways_in::choose_files,
            ways_in::paste,
            folders::choose_watched,
            folders::count_folder,
            folders::watch_folder,
            folders::unwatch_folder,
            folders::set_autostart,
            folders::close_window,
            settings::set_setting,
            settings::undo_setting,
            settings::capacity,
            settings::diagnose,
            settings::sent,
            settings::open_place,
            settings::choose_transcripts,
            library::page,
            library::waiting,
            library::troubles,
            library::export_items,
            meaning::similar,
            meaning::by_meaning,
            item::item,
            item::set_tags,
            item::forget,
            item::copy,
            item::copy_text,
            item::open,
            item::reveal,
            transcript::export_transcript,
            transcript::copy_transcript,
            models::models,
            models::get_model,
            models::import_model,
            models::verify_model,
            models::remove_model,
            models::stop_errand,
            models::dismiss_errand,
            summaries::look_for_model,
            summaries::test_model,
            summaries::pull_model,
            summaries::stop_pull,
            summaries::dismiss_pull,
            summaries::summarise,
            reading::read_again,
            reading::try_again,
            reading::retry_failed,
            reading::read_waiting,
            reading::pause,
            reading::resume,
            reading::cancel,
            reading::stop,
            reading::remove,
            reading::restart,
        ])
        .typ::<Live>()
        .typ::<CommandError>()
        .error_handling(ErrorHandlingMode::Throw)
        // Sizes and times stay far below 2^53, beyond which JavaScript would round them.
        .dangerously_cast_bigints_to_number()
        .disable_serde_phases()
}

/// Writes all that as TypeScript.
///
/// # Errors
/// A type cannot be told in TypeScript, or the file cannot be written.
pub fn write_bindings(path: &Path) -> anyhow::Result<()> {
    Ok(surface().export(Typescript::default().header(HEADER), path)?)
}
