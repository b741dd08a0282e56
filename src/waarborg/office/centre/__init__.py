"""The privacy centre: what the public sees. A face: it has no models."""
