"""The data map: where personal data is, whose it is, and how the rows lead to people."""
