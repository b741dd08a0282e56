-- Floor: erase 1,000 people by hand, found by e-mail address, with a count of each table before and after.
-- gives every :people
SELECT id FROM customers WHERE email = ANY(:emails);
SELECT count(*) FROM customers WHERE id = ANY(:people::bigint[]);
SELECT count(*) FROM orders WHERE customer_id = ANY(:people::bigint[]);
SELECT count(*) FROM orders JOIN payments ON payments.order_id = orders.id WHERE orders.customer_id = ANY(:people::bigint[]);
SELECT count(*) FROM events WHERE customer_id = ANY(:people::bigint[]);
BEGIN;
DELETE FROM payments USING orders WHERE payments.order_id = orders.id AND orders.customer_id = ANY(:people::bigint[]);
DELETE FROM orders WHERE customer_id = ANY(:people::bigint[]);
DELETE FROM events WHERE customer_id = ANY(:people::bigint[]);
DELETE FROM customers WHERE id = ANY(:people::bigint[]);
COMMIT;
SELECT count(*) FROM customers WHERE id = ANY(:people::bigint[]);
SELECT count(*) FROM orders WHERE customer_id = ANY(:people::bigint[]);
SELECT count(*) FROM orders JOIN payments ON payments.order_id = orders.id WHERE orders.customer_id = ANY(:people::bigint[]);
SELECT count(*) FROM events WHERE customer_id = ANY(:people::bigint[]);
