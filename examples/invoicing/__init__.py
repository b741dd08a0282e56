"""Pennestreek, online invoicing: policy, data map, schema, logs and a maker of people. All of it is made up."""
