-- Floor: erase one person by hand, ids known, one transaction, one statement per table.
-- Also the floor for the person with 100,000 rows.
BEGIN;
DELETE FROM payments USING orders WHERE payments.order_id = orders.id AND orders.customer_id = :person;
DELETE FROM orders WHERE customer_id = :person;
DELETE FROM events WHERE customer_id = :person;
DELETE FROM customers WHERE id = :person;
COMMIT;
