-- Floor: one chunk of a sweep by hand, done again until nothing is left; each statement is its own transaction.
DELETE FROM visits WHERE seen_on < :cutoff ORDER BY id LIMIT :chunk;
