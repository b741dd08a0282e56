"""A request from door to answer: its states as data, its clock, identity, plan and answer."""
