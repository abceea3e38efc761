-- What the reading of a recording has beside that of a picture, as JSON; NULL for pictures and failures. Rows without
-- these two columns keep the seal that they had, and older programs can still read them.
ALTER TABLE reading ADD COLUMN recording TEXT;
-- What a reading is still owed, as a JSON array of words; NULL where nothing is.
ALTER TABLE reading ADD COLUMN pending TEXT;
CREATE INDEX reading_owing ON reading (moment) WHERE pending IS NOT NULL;

-- A hash of the row: a part that is not what was stored is none.
ALTER TABLE part ADD COLUMN seal BLOB;
