-- A file that was moved is known by what it looks like, wherever it lies now.
CREATE INDEX IF NOT EXISTS place_by_inode ON place (inode);
