-- Contents that lie nowhere any more, with the moment at which that was seen first, in milliseconds since 1970.
CREATE TABLE gone (
    key BLOB PRIMARY KEY,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
