//! What a command tells the page when it cannot be done: a code to decide by, and a line to read.

use deskscribe_engine::{CacheError, FilePathError, QueryError, SettingsError};
use serde::Serialize;

/// Why a command was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, specta::Type, thiserror::Error)]
#[error("{message}")]
pub(crate) struct CommandError {
    /// What to decide by.
    pub(crate) code: ErrorCode,
    /// What happened, to what, and what to do; one line.
    pub(crate) message: String,
}

/// A closed list; the page never decides by the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ErrorCode {
    /// What was typed is no query yet.
    Query,
    /// What was asked for is not there any more.
    Gone,
    /// Nothing was ever read.
    Nothing,
    /// The cache cannot be asked or written to.
    Cache,
    /// Nothing can be read for now.
    Workers,
    /// A setting cannot have this value.
    Refused,
    /// The system refused something.
    System,
}

impl CommandError {
    pub(crate) fn new(code: ErrorCode, message: impl ToString) -> Self {
        Self { code, message: message.to_string() }
    }

    /// The system refused this.
    pub(crate) fn system(message: impl ToString) -> Self {
        Self::new(ErrorCode::System, message)
    }

    /// Something was forgotten while it was being looked at.
    pub(crate) fn gone() -> Self {
        Self::new(ErrorCode::Gone, "nothing is known of this file any more; it was forgotten meanwhile")
    }
}

impl From<QueryError> for CommandError {
    fn from(error: QueryError) -> Self {
        Self::new(ErrorCode::Query, error)
    }
}

impl From<CacheError> for CommandError {
    fn from(error: CacheError) -> Self {
        let code = match error {
            CacheError::Nothing(_) => ErrorCode::Nothing,
            _ => ErrorCode::Cache,
        };
        Self::new(code, error)
    }
}

impl From<SettingsError> for CommandError {
    fn from(error: SettingsError) -> Self {
        let code = match error {
            SettingsError::Refused { .. } | SettingsError::NoGlob(_) => ErrorCode::Refused,
            _ => ErrorCode::System,
        };
        Self::new(code, error)
    }
}

impl From<FilePathError> for CommandError {
    fn from(error: FilePathError) -> Self {
        Self::system(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_decides_by_a_code() {
        let told = serde_json::to_value(CommandError::gone()).unwrap();
        assert_eq!(told["code"], "gone");
        let error =
            deskscribe_engine::Query::parse("kind:song").map(drop).map_err(CommandError::from).unwrap_err();
        assert_eq!(error.code, ErrorCode::Query);
        assert!(error.message.contains("kind:"), "{}", error.message);
    }
}
