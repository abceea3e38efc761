-- Where a medium was taken, as JSON; NULL where it does not say so. Rows without it keep the seal that they had.
ALTER TABLE reading ADD COLUMN coordinates TEXT;
