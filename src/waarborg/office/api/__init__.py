"""The interface for machines: tokens with scopes, idempotency keys, webhooks."""
