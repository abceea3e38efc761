-- What became of each content.
CREATE TABLE reading (
    id          INTEGER PRIMARY KEY,
    key         BLOB    NOT NULL UNIQUE CHECK (length(key) = 32),
    kind        TEXT    NOT NULL,
    bytes       INTEGER NOT NULL,
    read_at     INTEGER NOT NULL,
    program     TEXT    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('read', 'failed')),
    code        TEXT,
    reason      TEXT,
    title       TEXT,
    summary     TEXT,
    summary_by  TEXT,
    tags        TEXT,
    text        TEXT,
    lines       TEXT,
    language    TEXT,
    width       INTEGER,
    height      INTEGER,
    pages       INTEGER,
    taken_at    TEXT,
    camera      TEXT,
    seconds     REAL,
    provenance  TEXT
) STRICT;

-- Where contents were found, and what their files looked like.
CREATE TABLE place (
    path        BLOB    PRIMARY KEY,
    device      INTEGER NOT NULL,
    inode       INTEGER NOT NULL,
    size        INTEGER NOT NULL,
    mtime_ns    INTEGER NOT NULL,
    ctime_ns    INTEGER NOT NULL,
    key         BLOB    NOT NULL CHECK (length(key) = 32)
) STRICT, WITHOUT ROWID;

CREATE INDEX place_by_key ON place (key);
