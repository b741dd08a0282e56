"""The small worlds of the planner's tests, for attacks: in memory and on every engine."""

from unit.plans.conftest import world

__all__ = ["world"]
