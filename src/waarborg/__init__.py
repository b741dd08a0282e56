"""Waarborg: a privacy policy as one file, carried out and proven."""

__version__ = "0.1.0"
