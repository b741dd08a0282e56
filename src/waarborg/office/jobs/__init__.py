"""Work that is done in the background, at least once, by rows in the same database."""
