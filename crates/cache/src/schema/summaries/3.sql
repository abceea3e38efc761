-- What search looks into: made of the other tables, and can be made anew at any time. Texts are stored as tokens that
-- are folded and cut by us, in an order of their own: see search/. Text comes first, because positions in the first
-- column are the shortest.
CREATE VIRTUAL TABLE search USING fts5 (
    text, transcript, title, summary, name, tags, other, facet,
    content = '', contentless_delete = 1, tokenize = "ascii tokenchars '_+#'", prefix = '1 2 3'
);

-- Which reading stands in which row of `search`. Rows are numbered by the second of their moment, or one soon after that
-- is free: so the newest are found first, and days are ranges.
CREATE TABLE search_entry (
    slot        INTEGER PRIMARY KEY,
    reading     INTEGER NOT NULL UNIQUE,
    moment      INTEGER NOT NULL,
    print       INTEGER NOT NULL
) STRICT;

-- Every word of every text, to be found by what it holds.
CREATE TABLE search_spelling (
    id          INTEGER PRIMARY KEY,
    term        TEXT    NOT NULL UNIQUE
) STRICT;

CREATE VIRTUAL TABLE search_piece USING fts5 (
    term, content = 'search_spelling', content_rowid = 'id', columnsize = 0, detail = none,
    tokenize = 'trigram case_sensitive 1'
);

-- What is forgotten leaves no piece.
INSERT INTO search_piece (search_piece, rank) VALUES ('secure-delete', 1);
