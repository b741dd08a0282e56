-- Floor: erase one person by hand, found by e-mail address, with a count of each table before and after.
-- gives :person
SELECT id FROM customers WHERE email = :email;
SELECT count(*) FROM customers WHERE id = :person;
SELECT count(*) FROM orders WHERE customer_id = :person;
SELECT count(*) FROM orders JOIN payments ON payments.order_id = orders.id WHERE orders.customer_id = :person;
SELECT count(*) FROM events WHERE customer_id = :person;
BEGIN IMMEDIATE;
DELETE FROM payments WHERE order_id IN (SELECT id FROM orders WHERE customer_id = :person);
DELETE FROM orders WHERE customer_id = :person;
DELETE FROM events WHERE customer_id = :person;
DELETE FROM customers WHERE id = :person;
COMMIT;
SELECT count(*) FROM customers WHERE id = :person;
SELECT count(*) FROM orders WHERE customer_id = :person;
SELECT count(*) FROM orders JOIN payments ON payments.order_id = orders.id WHERE orders.customer_id = :person;
SELECT count(*) FROM events WHERE customer_id = :person;
