//! A summary by a language model: what it is made of, and what comes of it.

use serde::{Deserialize, Serialize};

use crate::reading::ReadingError;
use crate::{Digest, OnScreen, Segment};

/// Everything a worker needs to have something summarised.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Brief {
    /// Who is asked for the summary; nobody, if only a vector is wanted.
    pub model: Option<LanguageModel>,
    /// Who is asked for a vector that stands for its meaning, if anybody is.
    pub embedder: Option<String>,
    /// What can be read on it.
    pub text: String,
    /// What was said, in order.
    pub transcript: Vec<Segment>,
    /// What was shown, in order.
    pub screen: Vec<OnScreen>,
    /// The language of all that, as a BCP-47 tag.
    pub language: Option<String>,
    /// The language to write in, as a BCP-47 tag; that of the text, if none is given.
    pub write_in: Option<String>,
    /// Tags that are in use already, the most used first: better one of them than a new one that means the same.
    pub tags: Vec<String>,
    /// Whether the medium comes along, for a model that can see.
    pub shows: bool,
}

impl Brief {
    /// The most tags that are offered.
    pub const MOST_TAGS: usize = 200;
}

/// A language model, as far as whoever asks it must know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct LanguageModel {
    /// Its name, as the server has it.
    pub name: String,
    /// How much it can have before it at once, in tokens: question and answer together.
    pub context: u32,
    /// Whether it can be shown pictures.
    pub sees: bool,
}

/// What came of a [`Brief`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The short form, if anything came that could be one.
    pub digest: Option<Digest>,
    /// How the model answered.
    pub form: Form,
    /// What stands for its meaning, if that was asked for and given.
    pub vector: Option<Vec<f32>>,
}

/// How well a model keeps to what it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// It was not asked.
    Unasked,
    /// As it was asked to.
    Kept,
    /// After it was shown its mistake.
    Repaired,
    /// As plain text, which became the summary.
    Plain,
    /// Nothing that makes sense.
    Nonsense,
}

impl Summary {
    /// The longest vector there may be, in numbers.
    pub const LONGEST_VECTOR: usize = 8192;

    /// Whether this can be true, as an answer to this brief.
    ///
    /// # Errors
    /// The first promise that it breaks.
    pub fn check(&self, brief: &Brief) -> Result<(), ReadingError> {
        let Self { digest, form, vector } = self;
        let is_asked = brief.model.is_some();
        let has_digest = matches!(form, Form::Kept | Form::Repaired | Form::Plain);
        if is_asked == (*form == Form::Unasked) || digest.is_some() != has_digest {
            return Err(ReadingError::OutOfPlace);
        }
        if vector.is_some() && brief.embedder.is_none() {
            return Err(ReadingError::OutOfPlace);
        }
        digest.as_ref().map_or(Ok(()), Digest::check)?;
        let vector = vector.as_deref().unwrap_or_default();
        if vector.len() > Self::LONGEST_VECTOR {
            return Err(ReadingError::TooLong("vector"));
        }
        if !vector.iter().all(|number| number.is_finite()) {
            return Err(ReadingError::Number);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_one_of_what_was_asked_for() {
        let model = LanguageModel { name: "small".to_owned(), context: 4096, sees: false };
        let both = Brief { model: Some(model), embedder: Some("words".to_owned()), ..Brief::default() };
        let digest_alone = Brief { embedder: None, ..both.clone() };
        let vector_alone = Brief { model: None, ..both.clone() };
        let summary = |digest: bool, form, vector: Option<Vec<f32>>| Summary {
            digest: digest.then(Digest::default),
            form,
            vector,
        };
        let long = || Some(vec![0.0; Summary::LONGEST_VECTOR + 1]);
        for (brief, summary, expected) in [
            (&both, summary(true, Form::Kept, Some(vec![0.5])), Ok(())),
            (&both, summary(true, Form::Plain, None), Ok(())),
            (&both, summary(false, Form::Nonsense, None), Ok(())),
            (&vector_alone, summary(false, Form::Unasked, Some(vec![1.0])), Ok(())),
            (&both, summary(false, Form::Kept, None), Err(ReadingError::OutOfPlace)),
            (&both, summary(true, Form::Nonsense, None), Err(ReadingError::OutOfPlace)),
            (&both, summary(false, Form::Unasked, None), Err(ReadingError::OutOfPlace)),
            (&vector_alone, summary(true, Form::Kept, None), Err(ReadingError::OutOfPlace)),
            (&digest_alone, summary(true, Form::Kept, Some(vec![1.0])), Err(ReadingError::OutOfPlace)),
            (&both, summary(true, Form::Kept, Some(vec![f32::NAN])), Err(ReadingError::Number)),
            (&both, summary(true, Form::Kept, long()), Err(ReadingError::TooLong("vector"))),
        ] {
            assert_eq!(summary.check(brief), expected, "{summary:?}");
        }
    }
}
