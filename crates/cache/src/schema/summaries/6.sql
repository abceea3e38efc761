-- Chapters of the extractive summary, as a JSON array; NULL where there are none. Rows without any keep the seal that they
-- had.
ALTER TABLE reading ADD COLUMN chapters TEXT;

-- What a language model says of a content, in place of the extractive summary, which stays with its reading. What it did
-- not give is NULL. The basis is a hash of the words that it was made of: of other words it says nothing.
CREATE TABLE summary (
    id          INTEGER PRIMARY KEY,
    key         BLOB    NOT NULL UNIQUE CHECK (length(key) = 32),
    model       TEXT    NOT NULL,
    title       TEXT,
    summary     TEXT,
    tags        TEXT,
    chapters    TEXT,
    form        TEXT    NOT NULL,
    receipt     TEXT    NOT NULL,
    made_at     INTEGER NOT NULL,
    basis       BLOB    NOT NULL,
    seal        BLOB    NOT NULL
) STRICT;

-- What was ever sent to which model because of a content, in sum, whatever came of it.
CREATE TABLE receipt (
    id          INTEGER PRIMARY KEY,
    key         BLOB    NOT NULL CHECK (length(key) = 32),
    server      TEXT    NOT NULL,
    model       TEXT    NOT NULL,
    remote      INTEGER NOT NULL,
    requests    INTEGER NOT NULL,
    sent        INTEGER NOT NULL,
    received    INTEGER NOT NULL,
    ms          INTEGER NOT NULL,
    seal        BLOB    NOT NULL,
    UNIQUE (key, server, model)
) STRICT;

-- Models that could say nothing of a content, and are not asked about it again.
CREATE TABLE refusal (
    id          INTEGER PRIMARY KEY,
    key         BLOB    NOT NULL CHECK (length(key) = 32),
    model       TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    refused_at  INTEGER NOT NULL,
    basis       BLOB    NOT NULL,
    seal        BLOB    NOT NULL,
    UNIQUE (key, model)
) STRICT;

-- What the user wants summarised again, by this model or by whichever there is, in the order of the wishes.
CREATE TABLE wish (
    id          INTEGER PRIMARY KEY,
    key         BLOB    NOT NULL UNIQUE CHECK (length(key) = 32),
    model       TEXT,
    wished_at   INTEGER NOT NULL,
    seal        BLOB    NOT NULL
) STRICT;

-- Which engine is having which content summarised. Void when the engine's lock can be taken.
CREATE TABLE summary_claim (
    key         BLOB    PRIMARY KEY CHECK (length(key) = 32),
    engine      TEXT    NOT NULL,
    since       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX summary_claim_by_engine ON summary_claim (engine);

-- What the model that was asked last makes of the words of a content: a direction, as one signed byte for each of its
-- numbers. It can be made again at any time, so no backup has it. (The table `vector` of the second step was never filled.)
CREATE TABLE embedding (
    id          INTEGER PRIMARY KEY,
    key         BLOB    NOT NULL UNIQUE CHECK (length(key) = 32),
    model       TEXT    NOT NULL,
    vector      BLOB    NOT NULL,
    basis       BLOB    NOT NULL,
    seal        BLOB    NOT NULL
) STRICT;

CREATE INDEX embedding_by_model ON embedding (model);

-- Readings that a model can be asked about, and what it has said so far: made of the other tables, so that what is left to
-- do is found without looking at what is done. Without any words, a model must see the picture.
CREATE TABLE turn (
    reading     INTEGER PRIMARY KEY,
    moment      INTEGER NOT NULL,
    has_words   INTEGER NOT NULL,
    summarised  INTEGER NOT NULL,
    embedder    TEXT
) STRICT;

CREATE INDEX turn_unsummarised ON turn (moment, has_words) WHERE summarised = 0;
CREATE INDEX turn_by_embedder ON turn (embedder, moment) WHERE has_words = 1;

INSERT INTO turn (reading, moment, has_words, summarised)
    SELECT id, moment, has_words, 0 FROM (
        SELECT id, key, kind, moment, coalesce(octet_length(text), 0) > 0 OR coalesce(
            CASE WHEN json_valid(recording) THEN json_array_length(recording, '$.transcript') END, 0
        ) > 0 AS has_words FROM reading WHERE state = 'read'
    ) AS reading WHERE (has_words OR kind = 'image') AND EXISTS (SELECT 1 FROM place WHERE place.key = reading.key);
