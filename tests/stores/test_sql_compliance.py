"""The SQL store keeps the laws of `waarborg.stores.compliance` on every engine, and does as the memory store does."""

from __future__ import annotations

import pytest
from sites import SqlSite

from databases import Database
from waarborg.stores.compliance import LAWS, Law, generated


@pytest.mark.parametrize("law", [*LAWS, generated.law(40)], ids=str)
def test_the_sql_store_keeps(law: Law, any_database: Database) -> None:
    if not law.hold(SqlSite(any_database)):
        pytest.skip("denied by its abilities")
