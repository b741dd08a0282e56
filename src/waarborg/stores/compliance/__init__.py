"""The suite that every connector passes. You write a `Site`; the laws are ours.

    import pytest
    from waarborg.stores.compliance import LAWS, Law, Site

    class MySite(Site):
        modules = ("my_connector",)
        def fill(self, tables, rows): ...      # not through the connector
        def open(self, budget=None): ...       # a new handle each time
        def dump(self): ...                    # what somebody else sees

    @pytest.mark.parametrize("law", LAWS, ids=str)
    def test_my_connector_keeps(law: Law) -> None:
        if not law.hold(MySite()):
            pytest.skip("denied by its abilities")

A law that is broken raises `LawBroken`, with the name of the law and what was seen, never a value of a row.
"""

from __future__ import annotations

from waarborg.stores.compliance import changing, looking, meaning, returning
from waarborg.stores.compliance.site import Dump, Law, LawBroken, Site

LAWS: tuple[Law, ...] = (*looking.LAWS, *changing.LAWS, *meaning.LAWS, *returning.LAWS)
"""Every law, by example. `generated.LAW` (which needs the package hypothesis) adds made-up stores."""

__all__ = ["LAWS", "Dump", "Law", "LawBroken", "Site"]
