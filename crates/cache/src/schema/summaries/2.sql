-- A hash of the row, to find out bits that a disk has flipped: SQLite has no checksums.
ALTER TABLE reading ADD COLUMN seal BLOB;
-- The number of the change by which it was stored.
ALTER TABLE reading ADD COLUMN stored INTEGER NOT NULL DEFAULT 0;
-- When the medium was made, as far as can be told, in milliseconds since 1970.
ALTER TABLE reading ADD COLUMN moment INTEGER NOT NULL DEFAULT 0;
CREATE INDEX reading_by_moment ON reading (moment);
CREATE INDEX reading_by_state ON reading (state);

-- When a content was last found at this place, in milliseconds since 1970.
ALTER TABLE place ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;

-- Contents in the order of their last change, also of those that were forgotten: what an onlooker has seen is a
-- number in here.
CREATE TABLE change (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    key         BLOB    NOT NULL UNIQUE CHECK (length(key) = 32)
) STRICT;

-- Which engine is reading which content. Void when the engine's lock can be taken.
CREATE TABLE claim (
    key         BLOB    PRIMARY KEY CHECK (length(key) = 32),
    engine      TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX claim_by_engine ON claim (engine);

-- Files that were found and not read yet; with a code and a reason, those that could not be read for now.
CREATE TABLE queue (
    path        BLOB    PRIMARY KEY,
    kind        TEXT    NOT NULL,
    since       INTEGER NOT NULL,
    code        TEXT,
    reason      TEXT
) STRICT, WITHOUT ROWID;

-- What was learned from parts of a medium that is not read to its end.
CREATE TABLE part (
    key         BLOB    NOT NULL CHECK (length(key) = 32),
    plan        TEXT    NOT NULL,
    number      INTEGER NOT NULL,
    content     BLOB    NOT NULL,
    PRIMARY KEY (key, plan, number)
) STRICT, WITHOUT ROWID;

-- What a model makes of a content, as 32-bit floats, little-endian.
CREATE TABLE vector (
    key         BLOB    NOT NULL CHECK (length(key) = 32),
    model       TEXT    NOT NULL,
    vector      BLOB    NOT NULL,
    PRIMARY KEY (key, model)
) STRICT, WITHOUT ROWID;

UPDATE reading SET seal = seal(
    key, kind, bytes, read_at, program, state, code, reason, title, summary, summary_by, tags, text, lines, language,
    width, height, pages, taken_at, camera, seconds, provenance
);
INSERT INTO change (key) SELECT key FROM reading ORDER BY id;
