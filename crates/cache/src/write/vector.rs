//! Storing what models make of the words of contents.

use deskscribe_protocol::ContentKey;

use super::WriteGuard;
use crate::{Basis, CacheError, meaning};

impl WriteGuard<'_> {
    /// Stores what a model makes of a content, in place of what any model made of it before: a direction, whose length
    /// is not kept. Whoever claimed the content has done what was to be done. The basis is that of the words it was
    /// made of.
    ///
    /// Returns whether it is stored: it is not if the content was forgotten, or read anew with other words, since then,
    /// or if the vector is empty, too long or nothing but zeros.
    pub fn put_vector(
        &mut self,
        key: &ContentKey,
        model: &str,
        vector: &[f32],
        basis: &Basis,
    ) -> Result<bool, CacheError> {
        const PUT: &str = "INSERT OR REPLACE INTO embedding (key, model, vector, basis, seal)
            VALUES (?1, ?2, ?3, ?4, seal(?1, ?2, ?3, ?4))";
        let put = || {
            self.give_summary_back(key)?;
            let (Some(vector), Some(id)) = (meaning::compact(vector), self.id_of_words(key, basis)?) else {
                return Ok(None);
            };
            let values = (key.as_bytes(), model, vector, basis.as_bytes());
            self.writer.summaries.prepare_cached(PUT)?.execute(values)?;
            self.change(key)?;
            Ok(Some(id))
        };
        let id = put().map_err(|error| self.sort(error))?;
        self.touched.get_mut().extend(id);
        Ok(id.is_some())
    }
}
