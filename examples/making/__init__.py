"""What the makers of example data share: chance that is the same everywhere, made-up people, and three engines."""
