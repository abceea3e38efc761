//! Small pictures. Their file is kept open: a page of a grid asks for dozens.

use deskscribe_protocol::ContentKey;
use rusqlite::{OptionalExtension, Params, Row};

use super::ReadGuard;
use super::look::{Look, look};
use crate::schema::THUMBNAILS;
use crate::{CacheError, FileId, Thumbnail};

/// The file of small pictures.
pub(super) struct Thumbnails {
    look: Look,
    /// The file that is open; one that was damaged is replaced.
    file: Option<FileId>,
}

impl ReadGuard {
    /// The small picture of this content, if there is one.
    pub fn thumbnail(&self, key: &ContentKey) -> Result<Option<Thumbnail>, CacheError> {
        const QUERY: &str = "SELECT width, height, jpeg FROM thumbnail WHERE key = ?";
        let small =
            |row: &Row<'_>| Ok(Thumbnail { width: row.get(0)?, height: row.get(1)?, jpeg: row.get(2)? });
        self.ask(QUERY, [key.as_bytes()], small)
    }

    /// Width and height of the small picture of this content, if there is one.
    pub fn thumbnail_size(&self, key: &ContentKey) -> Result<Option<(u32, u32)>, CacheError> {
        const QUERY: &str = "SELECT width, height FROM thumbnail WHERE key = ?";
        self.ask(QUERY, [key.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    fn ask<T>(
        &self,
        query: &str,
        values: impl Params,
        tell: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, CacheError> {
        let path = self.folder.join(THUMBNAILS.file);
        let file = FileId::of(&path);
        let mut open = self.thumbnails.borrow_mut();
        let small = match open.take().filter(|small| small.file == file) {
            Some(small) => small,
            None => Thumbnails { look: look(&THUMBNAILS, &self.folder)?, file },
        };
        let find = || small.look.connection.prepare_cached(query)?.query_row(values, tell).optional();
        let found = find().map_err(|error| CacheError::sort(error, &path).noted());
        *open = Some(small);
        found
    }
}
