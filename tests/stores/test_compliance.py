"""The memory store keeps the laws of `waarborg.stores.compliance`."""

from __future__ import annotations

import pytest
from sites import MemorySite

from waarborg.stores.compliance import LAWS, Law, generated


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_the_memory_store_keeps(law: Law) -> None:
    assert law.hold(MemorySite())


def test_the_worlds_reach_every_shape() -> None:
    """The memory store against itself says nothing about it, but shows what the worlds are made of."""
    assert generated.LAW.hold(MemorySite())
