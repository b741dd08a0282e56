"""What the letters of the command line need: a language that the policy speaks, and what an erasure did and told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from waarborg.cli.project import Project
from waarborg.errors import UsageError, near_miss
from waarborg.plans.casework import Case
from waarborg.policy.model import Policy
from waarborg.state.notifications import CONFIRMED, DUE, IMPOSSIBLE, TOLD

if TYPE_CHECKING:
    from waarborg.notice.letters import Erased

TELLING: Mapping[str, tuple[str, ...]] = {"told": (TOLD, CONFIRMED), "telling": (DUE,), "not_told": (IMPOSSIBLE,)}
"""How a letter speaks of recipients, by how far telling them is (Art. 19)."""


def spoken(policy: Policy, asked: str, here: str) -> str:
    """The language of an answer: the one asked for, else that of the command line if the policy speaks it."""
    if asked and asked not in policy.languages:
        todo = near_miss(asked, policy.languages) or f"It speaks {', '.join(policy.languages)}."
        raise UsageError.one("WB617", "The policy does not speak this language.", "", todo)
    return asked or (here if here in policy.languages else policy.languages[0])


def telling(project: Project, request: str) -> dict[str, tuple[str, ...]]:
    """The recipients of a request, by how a letter speaks of them."""
    with project.door.read() as state:
        all_ = state.notifications.of(request)
    return {name: tuple(one.recipient for one in all_ if one.state in states) for name, states in TELLING.items()}


def gone(case: Case, project: Project) -> Erased:
    """What the letter about an erasure tells."""
    from waarborg.notice.erased import erased

    by = telling(project, case.request)
    return erased(case.plan, project.policy, project.datamap, by["told"], by["not_told"], telling=by["telling"])


def as_data(what: Erased, policy: Policy, language: str) -> dict[str, object]:
    """The same for machines: categories, not tables."""
    from waarborg.notice.phrases import pieces
    from waarborg.notice.words import Say

    say = Say.of(policy, language)

    def named(refs: tuple[str, ...]) -> list[str]:
        return list(pieces(policy, say, refs, apart=True))

    kept = [
        {
            "data": named(one.data),
            "rule": one.rule,
            "article": one.article,
            "until": one.until.isoformat() if one.until else None,
        }
        for one in what.kept
    ]
    recipients = {"told": list(what.told), "telling": list(what.telling), "not_told": list(what.not_told)}
    return {"gone": named(what.gone), "without_you": named(what.changed), "kept": kept, **recipients}
