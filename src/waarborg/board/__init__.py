"""Promises with their proof: what is kept, what is broken, what nobody has shown yet. Pure: facts in, verdicts out."""
