"""Taakveld, project management for teams: policy, data map, schema and a maker of people. All of it is made up."""
