-- Small pictures of contents.
CREATE TABLE thumbnail (
    key         BLOB    PRIMARY KEY CHECK (length(key) = 32),
    width       INTEGER NOT NULL,
    height      INTEGER NOT NULL,
    jpeg        BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
