-- Floor: erase 1,000 people by hand, ids known, one transaction, set-based. The fastest of the shapes in NOTES.md.
BEGIN;
DELETE payments FROM orders JOIN payments ON payments.order_id = orders.id WHERE orders.customer_id IN :people;
DELETE FROM orders WHERE customer_id IN :people;
DELETE FROM events WHERE customer_id IN :people;
DELETE FROM customers WHERE id IN :people;
COMMIT;
