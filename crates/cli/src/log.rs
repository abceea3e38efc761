//! The program's own log: a file a day, a week of them.

use anyhow::Context;
use deskscribe_engine::Home;
use tracing::level_filters::LevelFilter;
use tracing_appender::rolling::{RollingFileAppender, Rotation};

const DAYS_KEPT: usize = 7;

/// Starts the log in this home.
pub(crate) fn start(home: &Home) -> anyhow::Result<()> {
    let folder = home.logs();
    let place = || {
        format!(
            "the log cannot be written to {}; set DESKSCRIBE_HOME to a folder that you may write to",
            folder.display()
        )
    };
    std::fs::create_dir_all(&folder).with_context(place)?;
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("deskscribe")
        .filename_suffix("log")
        .max_log_files(DAYS_KEPT)
        .build(&folder)
        .with_context(place)?;
    tracing_subscriber::fmt().with_writer(file).with_ansi(false).with_max_level(LevelFilter::INFO).init();
    Ok(())
}
