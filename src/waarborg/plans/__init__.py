"""Plans: locate, make, approve, apply, verify. Deciding is pure; doing is the store's; both leave evidence."""
