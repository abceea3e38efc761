-- Tags that the user gave a content, as JSON, in place of those of the machine; without any, they were given back to the
-- machine: a backup that still has some does not bring them back. Of two rows of one content, the later one counts.
CREATE TABLE tagging (
    key         BLOB    PRIMARY KEY CHECK (length(key) = 32),
    set_at      INTEGER NOT NULL,
    tags        TEXT,
    seal        BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- What waits for its turn, and what was put off, in their order.
CREATE INDEX queue_by_turn ON queue (since) WHERE code IS NULL;
CREATE INDEX queue_put_off ON queue (since) WHERE code IS NOT NULL;
