"""Mail out and in."""
