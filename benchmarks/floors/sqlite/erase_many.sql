-- Floor: erase 1,000 people by hand, ids known, one transaction, set-based. The fastest of the shapes in NOTES.md.
BEGIN IMMEDIATE;
DELETE FROM payments WHERE order_id IN (SELECT id FROM orders WHERE customer_id IN (SELECT value FROM json_each(:people)));
DELETE FROM orders WHERE customer_id IN (SELECT value FROM json_each(:people));
DELETE FROM events WHERE customer_id IN (SELECT value FROM json_each(:people));
DELETE FROM customers WHERE id IN (SELECT value FROM json_each(:people));
COMMIT;
