-- Floor: erase 1,000 people by hand, ids known, one transaction, set-based. The fastest of the shapes in NOTES.md.
BEGIN;
DELETE FROM payments WHERE order_id = ANY(ARRAY(SELECT id FROM orders WHERE customer_id = ANY(:people::bigint[])));
DELETE FROM orders WHERE customer_id = ANY(:people::bigint[]);
DELETE FROM events WHERE customer_id = ANY(:people::bigint[]);
DELETE FROM customers WHERE id = ANY(:people::bigint[]);
COMMIT;
