"""The tests that guard erasure, held against sabotages: for each, one of them must fail. Survivors are named.

Only tests without luck in them count here: generated worlds find what nobody thought of, and this says what is always
found. A sabotage that does not even load is a mistake in the sabotage, not a catch.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mutants.sabotages import SABOTAGES, Sabotage

ROOT = Path(__file__).parents[2]
GUARDS = ("tests/unit/plans", "tests/attacks/test_attack_40_43_45_46_what_is_matched.py",
          "tests/attacks/test_attack_22_erasing_under_a_hold.py")  # fmt: skip
SURVIVORS: dict[str, str] = {}
"""Sabotages that no test catches, with the reason why that is right."""


def guards_fail(sabotage: str) -> bool:
    """Whether a guard fails, in memory, with this sabotage in place."""
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "mutants.plugin", "-p", "no:cacheprovider",
         "-k", "memory", *GUARDS],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "WAARBORG_SABOTAGE": sabotage, "PYTHONPATH": os.pathsep.join(sys.path),
             "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert ran.returncode in (0, 1), ran.stdout[-2000:] + ran.stderr[-2000:]
    assert "the source stands there" not in ran.stdout + ran.stderr, ran.stderr[-300:]
    return ran.returncode != 0


def test_the_guards_hold_without_a_sabotage() -> None:
    assert not guards_fail("")


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda one: one.name)
def test_a_sabotage_is_caught(sabotage: Sabotage) -> None:
    assert guards_fail(sabotage.name) or sabotage.name in SURVIVORS


def test_every_sabotage_still_fits_the_source() -> None:
    for one in SABOTAGES:
        source = (ROOT / "src" / one.module.replace(".", "/")).with_suffix(".py").read_text()
        assert source.count(one.old) == 1, one.name
    assert len(SABOTAGES) >= 25
