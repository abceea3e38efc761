-- What a picture holds and could not be read, as JSON; NULL where nothing was left out. Rows without it keep the seal that
-- they had.
ALTER TABLE reading ADD COLUMN omissions TEXT;
