"""The small worlds of the planner's tests, in memory and on every engine; and an office over a small deployment."""

from tests.office.conftest import office, small_world

from unit.plans.conftest import world

__all__ = ["office", "small_world", "world"]
