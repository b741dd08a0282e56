"""Attacks on the office: a check that holds, and sabotages (a defence switched off) under each of which it must not.

@attack({"answers go where the request says": spoil(lookup, "record_address", …)})
def test_attack_02_…(office: Office) -> None: …
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import signature
from typing import Any

import pytest

Sabotage = Callable[[pytest.MonkeyPatch], object]


def spoil(target: object, name: str, instead: object) -> Sabotage:
    """Something of the product is replaced."""
    return lambda patch: patch.setattr(target, name, instead)


def change(mapping: Mapping[Any, Any], key: object, value: object) -> Sabotage:
    """An entry of a table of the product says something else."""
    return lambda patch: patch.setitem(mapping, key, value)  # type: ignore[arg-type]


def attack(sabotages: Mapping[str, Sabotage]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run the check as it is, and once under each sabotage, where an assertion of it must fail."""

    def wrapped(check: Callable[..., None]) -> Callable[..., None]:
        @wraps(check)
        def run(sabotage: str, monkeypatch: pytest.MonkeyPatch, **given: Any) -> None:
            if "monkeypatch" in signature(check).parameters:
                given["monkeypatch"] = monkeypatch
            if not sabotage:
                check(**given)
                return
            sabotages[sabotage](monkeypatch)
            with pytest.raises(AssertionError):
                check(**given)

        old = signature(check)
        names = [*old.parameters.values()]
        extra = [p for p in signature(_extra).parameters.values() if p.name not in old.parameters]
        run.__signature__ = old.replace(parameters=[*names, *extra])  # type: ignore[attr-defined]
        del run.__wrapped__  # type: ignore[attr-defined]
        return pytest.mark.parametrize("sabotage", ["", *sabotages], ids=lambda name: name or "as it is")(run)

    return wrapped


def _extra(sabotage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The arguments that every attack takes beside its own."""
