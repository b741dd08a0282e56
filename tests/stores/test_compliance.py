"""Our connectors keep the laws of `waarborg.stores.compliance`."""

from __future__ import annotations

import pytest
from sites import MemorySite, SqlSite

from databases import Database
from waarborg.stores.compliance import LAWS, Law, generated


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_the_memory_store_keeps(law: Law) -> None:
    assert law.hold(MemorySite())


def test_the_worlds_reach_every_shape() -> None:
    """The memory store against itself says nothing about it, but shows what the worlds are made of."""
    assert generated.LAW.hold(MemorySite())


@pytest.mark.parametrize("law", [*LAWS, generated.law(40)], ids=str)
def test_the_sql_store_keeps(law: Law, any_database: Database) -> None:
    if not law.hold(SqlSite(any_database)):
        pytest.skip(f"{any_database.engine} denies it in its abilities")
