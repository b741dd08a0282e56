"""Connectors: what a store of personal data must be able to do, and the ones that come with Waarborg."""
