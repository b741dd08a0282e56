"""Attack 46, for evidence: the machine's clock is set back, by mistake or to write entries into the past."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.evidence_kit import PLAN, START, Kit, in_memory

from waarborg.evidence import log as module
from waarborg.evidence.audit import Flaw
from waarborg.evidence.entry import Entry


def a_day_back(kit: Kit) -> Entry:
    kit.append(1)
    entry = kit.log.append(kind="plan.made", at=START - timedelta(days=1), data={"plan": PLAN})
    kit.log.sign(at=START - timedelta(days=1), key=kit.key)
    return entry


def test_attack_46_time_in_the_log_never_goes_back_and_the_clocks_claim_is_kept() -> None:
    kit = in_memory()
    entry = a_day_back(kit)
    assert entry.at > "2026-12-01T09:30:00"
    assert entry.clock == "2026-11-30T09:30:00.000000Z"
    assert kit.head().at >= entry.at
    assert kit.audit().ok


def test_attack_46_sabotage_a_log_that_believes_the_clock_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    kit = in_memory()
    monkeypatch.setattr(module, "max", lambda before, claimed: claimed, raising=False)
    assert a_day_back(kit).at == "2026-11-30T09:30:00.000000Z"
    assert Flaw.BACK_DATED in kit.audit().names
