-- Floor: one chunk of a sweep by hand, done again until nothing is left; each statement is its own transaction.
-- By row address: a third faster here than by key.
DELETE FROM visits WHERE ctid = ANY(ARRAY(SELECT ctid FROM visits WHERE seen_on < :cutoff ORDER BY id LIMIT :chunk));
