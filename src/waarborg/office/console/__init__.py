"""The console: what staff see. A face: it has no models."""
