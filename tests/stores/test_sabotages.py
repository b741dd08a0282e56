"""Every law of the compliance suite has been broken on purpose, and noticed."""

from __future__ import annotations

import pytest
from sabotages import SABOTAGES, Sabotage
from sites import MemorySite

from waarborg.stores.compliance import LAWS, LawBroken


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=str)
def test_a_sabotage_is_caught_by_the_law_it_breaks(sabotage: Sabotage, monkeypatch: pytest.MonkeyPatch) -> None:
    law = next(law for law in LAWS if law.name == sabotage.law)
    sabotage.spoil(monkeypatch)
    with pytest.raises(LawBroken) as caught:
        law.hold(MemorySite())
    assert caught.value.law == sabotage.law
    monkeypatch.undo()
    assert law.hold(MemorySite())


def test_every_law_has_a_sabotage() -> None:
    assert {law.name for law in LAWS} == {sabotage.law for sabotage in SABOTAGES}
