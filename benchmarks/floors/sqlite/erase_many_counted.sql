-- Floor: erase 1,000 people by hand, found by e-mail address, with a count of each table before and after.
-- gives every :people
SELECT id FROM customers WHERE email IN (SELECT value FROM json_each(:emails));
SELECT count(*) FROM customers WHERE id IN (SELECT value FROM json_each(:people));
SELECT count(*) FROM orders WHERE customer_id IN (SELECT value FROM json_each(:people));
SELECT count(*) FROM orders JOIN payments ON payments.order_id = orders.id WHERE orders.customer_id IN (SELECT value FROM json_each(:people));
SELECT count(*) FROM events WHERE customer_id IN (SELECT value FROM json_each(:people));
BEGIN IMMEDIATE;
DELETE FROM payments WHERE order_id IN (SELECT id FROM orders WHERE customer_id IN (SELECT value FROM json_each(:people)));
DELETE FROM orders WHERE customer_id IN (SELECT value FROM json_each(:people));
DELETE FROM events WHERE customer_id IN (SELECT value FROM json_each(:people));
DELETE FROM customers WHERE id IN (SELECT value FROM json_each(:people));
COMMIT;
SELECT count(*) FROM customers WHERE id IN (SELECT value FROM json_each(:people));
SELECT count(*) FROM orders WHERE customer_id IN (SELECT value FROM json_each(:people));
SELECT count(*) FROM orders JOIN payments ON payments.order_id = orders.id WHERE orders.customer_id IN (SELECT value FROM json_each(:people));
SELECT count(*) FROM events WHERE customer_id IN (SELECT value FROM json_each(:people));
