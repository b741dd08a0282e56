-- Floor: erase 1,000 people by hand, found by e-mail address, with a count of each table before and after.
-- gives every :people
SELECT id FROM customers WHERE email IN :emails;
SELECT count(*) FROM customers WHERE id IN :people;
SELECT count(*) FROM orders WHERE customer_id IN :people;
SELECT count(*) FROM orders JOIN payments ON payments.order_id = orders.id WHERE orders.customer_id IN :people;
SELECT count(*) FROM events WHERE customer_id IN :people;
BEGIN;
DELETE payments FROM orders JOIN payments ON payments.order_id = orders.id WHERE orders.customer_id IN :people;
DELETE FROM orders WHERE customer_id IN :people;
DELETE FROM events WHERE customer_id IN :people;
DELETE FROM customers WHERE id IN :people;
COMMIT;
SELECT count(*) FROM customers WHERE id IN :people;
SELECT count(*) FROM orders WHERE customer_id IN :people;
SELECT count(*) FROM orders JOIN payments ON payments.order_id = orders.id WHERE orders.customer_id IN :people;
SELECT count(*) FROM events WHERE customer_id IN :people;
