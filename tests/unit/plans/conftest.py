"""The same small worlds in memory and on every engine."""

from __future__ import annotations

from functools import partial

import pytest

import worlds
from databases import ENGINES


@pytest.fixture(params=["memory", *ENGINES])
def world(request: pytest.FixtureRequest) -> worlds.Build:
    """Builds a world: in memory, then on each engine."""
    if request.param == "memory":
        return worlds.world
    return partial(worlds.world, database=request.getfixturevalue(request.param))
