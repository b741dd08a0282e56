-- Floor: erase 1,000 people by hand, ids known, one transaction, set-based. The fastest of the shapes in NOTES.md.
CREATE TEMPORARY TABLE doomed (id bigint NOT NULL PRIMARY KEY);
INSERT INTO doomed SELECT id FROM JSON_TABLE(:people_json, '$[*]' COLUMNS (id bigint PATH '$')) AS named;
BEGIN;
DELETE payments FROM doomed STRAIGHT_JOIN orders ON orders.customer_id = doomed.id STRAIGHT_JOIN payments ON payments.order_id = orders.id;
DELETE orders FROM doomed STRAIGHT_JOIN orders ON orders.customer_id = doomed.id;
DELETE events FROM doomed STRAIGHT_JOIN events ON events.customer_id = doomed.id;
DELETE customers FROM doomed STRAIGHT_JOIN customers ON customers.id = doomed.id;
COMMIT;
DROP TEMPORARY TABLE doomed;
