-- Floor: erase 1,000 people by hand, found by e-mail address, with a count of each table before and after.
CREATE TEMPORARY TABLE doomed (id bigint NOT NULL PRIMARY KEY);
INSERT INTO doomed SELECT id FROM customers WHERE email IN :emails;
SELECT count(*) FROM doomed STRAIGHT_JOIN customers ON customers.id = doomed.id;
SELECT count(*) FROM doomed STRAIGHT_JOIN orders ON orders.customer_id = doomed.id;
SELECT count(*) FROM doomed STRAIGHT_JOIN orders ON orders.customer_id = doomed.id STRAIGHT_JOIN payments ON payments.order_id = orders.id;
SELECT count(*) FROM doomed STRAIGHT_JOIN events ON events.customer_id = doomed.id;
BEGIN;
DELETE payments FROM doomed STRAIGHT_JOIN orders ON orders.customer_id = doomed.id STRAIGHT_JOIN payments ON payments.order_id = orders.id;
DELETE orders FROM doomed STRAIGHT_JOIN orders ON orders.customer_id = doomed.id;
DELETE events FROM doomed STRAIGHT_JOIN events ON events.customer_id = doomed.id;
DELETE customers FROM doomed STRAIGHT_JOIN customers ON customers.id = doomed.id;
COMMIT;
SELECT count(*) FROM doomed STRAIGHT_JOIN customers ON customers.id = doomed.id;
SELECT count(*) FROM doomed STRAIGHT_JOIN orders ON orders.customer_id = doomed.id;
SELECT count(*) FROM doomed STRAIGHT_JOIN orders ON orders.customer_id = doomed.id STRAIGHT_JOIN payments ON payments.order_id = orders.id;
SELECT count(*) FROM doomed STRAIGHT_JOIN events ON events.customer_id = doomed.id;
DROP TEMPORARY TABLE doomed;
