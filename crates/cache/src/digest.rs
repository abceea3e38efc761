//! The digest that is told of a reading: that of a language model, where there is one, and of what this did not give,
//! the extractive one. Tags of the user's own stand above both.

/// The columns of a digest.
pub(crate) const DIGEST: [&str; 5] = ["title", "summary", "summary_by", "tags", "chapters"];

/// The format of the cache that brought language models.
pub(crate) const SINCE: i64 = 6;

/// SQL for the columns of the digest of a row of `reading`, joined with [`made!`].
macro_rules! told {
    () => {
        "coalesce(made.title, reading.title) AS title, coalesce(made.summary, reading.summary) AS summary,
        coalesce(made.model, reading.summary_by) AS summary_by, coalesce(made.tags, reading.tags) AS tags,
        coalesce(made.chapters, reading.chapters) AS chapters"
    };
}
pub(crate) use told;

/// SQL that joins a row of `reading` with the summary of a language model, if there is one that is what was stored.
macro_rules! made {
    () => {
        "LEFT JOIN summary AS made ON made.key = reading.key AND reading.state = 'read' AND seal(made.key, made.model,
        made.title, made.summary, made.tags, made.chapters, made.form, made.receipt, made.made_at, made.basis) = made.seal"
    };
}
pub(crate) use made;

/// SQL for whether something of a row of `reading` was sent to another machine.
macro_rules! remote {
    () => {
        "EXISTS (SELECT 1 FROM receipt WHERE receipt.key = reading.key AND receipt.remote)"
    };
}
pub(crate) use remote;

/// What whoever looks at an older cache sees in place of the tables of models.
pub(crate) const NONE_YET: &str = "PRAGMA temp_store = MEMORY;
    CREATE TEMP TABLE summary (key BLOB PRIMARY KEY, model TEXT, title TEXT, summary TEXT, tags TEXT, chapters TEXT,
        form TEXT, receipt TEXT, made_at INTEGER, basis BLOB, seal BLOB);
    CREATE TEMP TABLE receipt (id INTEGER PRIMARY KEY, key BLOB, server TEXT, model TEXT, remote INTEGER,
        requests INTEGER, sent INTEGER, received INTEGER, ms INTEGER, seal BLOB);
    CREATE TEMP TABLE refusal (id INTEGER PRIMARY KEY, key BLOB, model TEXT, reason TEXT, refused_at INTEGER, basis BLOB, seal BLOB);
    CREATE TEMP TABLE wish (id INTEGER PRIMARY KEY, key BLOB, model TEXT, wished_at INTEGER, seal BLOB);
    CREATE TEMP TABLE summary_claim (key BLOB PRIMARY KEY, engine TEXT, since INTEGER);
    CREATE TEMP TABLE embedding (id INTEGER PRIMARY KEY, key BLOB, model TEXT, vector BLOB, basis BLOB, seal BLOB);
    CREATE TEMP TABLE turn (reading INTEGER PRIMARY KEY, moment INTEGER, has_words INTEGER, summarised INTEGER,
        embedder TEXT);";
