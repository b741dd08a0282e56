"""Tenants, organisations, staff with roles, and every look at a person's data."""
