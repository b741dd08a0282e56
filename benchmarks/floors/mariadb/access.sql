-- Floor: everything about one person; each statement is read through a cursor into a JSON-lines file.
SELECT id, email, full_name, phone, address, created_at FROM customers WHERE id = :person;
SELECT id, customer_id, ordered_at, status, total_cents, delivery_address FROM orders WHERE customer_id = :person;
SELECT payments.id, order_id, paid_at, method, amount_cents, payer_name, iban FROM orders JOIN payments ON payments.order_id = orders.id WHERE orders.customer_id = :person;
SELECT id, customer_id, happened_at, kind, ip_address, user_agent FROM events WHERE customer_id = :person;
