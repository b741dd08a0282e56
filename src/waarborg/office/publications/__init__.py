"""Published versions of a policy: what people were told, unchanged, at an address of its own."""
