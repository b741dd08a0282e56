"""The life of a request as data: what the tables must keep, and that breaking them is seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from waarborg.office.requests.facts import FACTS
from waarborg.office.requests.life import ACTS, ENDED, MOVES, Move, State, faults
from waarborg.office.requests.moves import EFFECTS, UNSEEN


def test_the_tables_keep_what_they_must() -> None:
    assert list(faults()) == []


def test_every_fact_and_effect_is_known() -> None:
    needed = {need for one in {**MOVES, **ACTS}.values() for need in one.needs}
    assert needed == set(FACTS), "a fact nobody needs, or one that nobody can tell"
    assert set(EFFECTS) | UNSEEN <= set(MOVES) | set(ACTS)


def _without(name: str, *needs: str) -> dict[str, Move]:
    return {**MOVES, name: replace(MOVES[name], needs=MOVES[name].needs - set(needs))}


def _more(name: str, *sources: State, by: str = "") -> dict[str, Move]:
    one = MOVES[name]
    return {**MOVES, name: replace(one, sources=one.sources | set(sources), by=one.by | set(by.split()))}


SABOTAGES = {
    "carried out before the identity is sure": _without("begin", "sure_enough"),
    "approved before the identity is sure": _without("approve", "sure_enough"),
    "approved without a plan": _without("approve", "planned"),
    "answered before the identity is sure": _without("answer", "sure_enough"),
    "answered without an answer": _without("answer", "answer_ready"),
    "refused without an article": _without("refuse", "article"),
    "refused without reasons": _without("refuse", "reasons"),
    "partly refused without an article": _without("answer_partly", "article"),
    "refused by a machine": _more("refuse", by="system"),
    "partly refused by an agent": _more("answer_partly", by="support_agent"),
    "an ended request moves": _more("review", State.ANSWERED),
    "begun in the undo window": _without("begin", "undo_window_over"),
    "begun after the emergency stop": _without("begin", "not_stopped"),
    "approved by the person": _more("approve", by="person"),
    "approved by an auditor": _more("approve", by="auditor"),
    "an administrator beyond the powers": _without("approve", "may_decide"),
    "passed on to nobody": _without("pass_on", "organisation_decides"),
    "joined with another person's": _without("join", "same_open"),
    "identified without a look": _without("identify", "looked_up"),
    "a dead end": {name: one for name, one in MOVES.items() if name not in ("instruct", "refuse", "withdraw")},
    "a state nobody reaches": {name: one for name, one in MOVES.items() if name != "pass_on"},
}


@pytest.mark.parametrize("name", SABOTAGES)
def test_a_broken_table_is_seen(name: str) -> None:
    assert list(faults(moves=SABOTAGES[name])), name


ACT_SABOTAGES = {
    "extended after the first month": ("extend", {"needs": ACTS["extend"].needs - {"first_month"}}),
    "extended twice": ("extend", {"needs": ACTS["extend"].needs - {"not_extended"}}),
    "extended without reasons": ("extend", {"needs": ACTS["extend"].needs - {"reasons"}}),
    "paused without identity": ("pause", {"sources": ACTS["pause"].sources | {State.IN_REVIEW}}),
    "paused for nothing": ("pause", {"needs": ACTS["pause"].needs - {"identity_awaited"}}),
    "a fee for the first time": ("ask_fee", {"needs": ACTS["ask_fee"].needs - {"repeated"}}),
    "a fee above the cap": ("ask_fee", {"needs": ACTS["ask_fee"].needs - {"within_cap"}}),
    "an act on an ended request": ("assign", {"sources": ENDED}),
    "an act that moves": ("resume", {"target": State.VERIFIED}),
}


@pytest.mark.parametrize("name", ACT_SABOTAGES)
def test_a_broken_act_is_seen(name: str) -> None:
    act, changed = ACT_SABOTAGES[name]
    assert list(faults(acts={**ACTS, act: replace(ACTS[act], **changed)})), name  # type: ignore[arg-type]
