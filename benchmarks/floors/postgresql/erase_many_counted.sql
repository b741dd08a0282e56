-- Floor: erase 1,000 people by hand, found by e-mail address, with a count of each table before and after.
-- gives every :people
SELECT id FROM customers WHERE email = ANY(ARRAY(SELECT unnest(:emails::text[])));
SELECT count(*) FROM customers WHERE id = ANY(:people::bigint[]);
SELECT count(*) FROM orders WHERE customer_id = ANY(:people::bigint[]);
SELECT count(*) FROM payments WHERE order_id = ANY(ARRAY(SELECT id FROM orders WHERE customer_id = ANY(:people::bigint[])));
SELECT count(*) FROM events WHERE customer_id = ANY(:people::bigint[]);
BEGIN;
DELETE FROM payments WHERE order_id = ANY(ARRAY(SELECT id FROM orders WHERE customer_id = ANY(:people::bigint[])));
DELETE FROM orders WHERE customer_id = ANY(:people::bigint[]);
DELETE FROM events WHERE customer_id = ANY(:people::bigint[]);
DELETE FROM customers WHERE id = ANY(:people::bigint[]);
COMMIT;
SELECT count(*) FROM customers WHERE id = ANY(:people::bigint[]);
SELECT count(*) FROM orders WHERE customer_id = ANY(:people::bigint[]);
SELECT count(*) FROM payments WHERE order_id = ANY(ARRAY(SELECT id FROM orders WHERE customer_id = ANY(:people::bigint[])));
SELECT count(*) FROM events WHERE customer_id = ANY(:people::bigint[]);
