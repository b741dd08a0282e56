"""The answer to an erasure on the command line: the notice's own letter, in a language that the policy speaks."""

from __future__ import annotations

from datetime import date

from waarborg.errors import UsageError, near_miss
from waarborg.notice import letters
from waarborg.notice.letters import Erased
from waarborg.notice.markdown import to_text
from waarborg.notice.phrases import pieces
from waarborg.notice.words import Say
from waarborg.plans.casework import Case
from waarborg.policy.model import Policy


def spoken(policy: Policy, asked: str, here: str) -> str:
    """The language of an answer: the one asked for, else that of the command line if the policy speaks it."""
    if asked and asked not in policy.languages:
        todo = near_miss(asked, policy.languages) or f"It speaks {', '.join(policy.languages)}."
        raise UsageError.one("WB617", "The policy does not speak this language.", "", todo)
    return asked or (here if here in policy.languages else policy.languages[0])


def letter(case: Case, policy: Policy, what: Erased, language: str, today: date) -> str:
    """The letter, as plain text."""
    post = letters.Post(case.plan.made_at.date(), today, reference=case.request)
    return to_text(letters.erasure(policy, language, post, what))


def letter_data(case: Case, policy: Policy, what: Erased, language: str, digest: str) -> dict[str, object]:
    """The same for machines: categories, not tables."""
    say = Say.of(policy, language)
    return {
        "ok": case.state == "verified",
        "request": case.request,
        "right": case.plan.right.value,
        "verified": case.state == "verified",
        "language": language,
        "gone": list(pieces(policy, say, what.gone, apart=True)),
        "without_you": list(pieces(policy, say, what.changed, apart=True)),
        "kept": [
            {
                "data": list(pieces(policy, say, one.data, apart=True)),
                "rule": one.rule,
                "article": one.article,
                "until": one.until.isoformat() if one.until else None,
            }
            for one in what.kept
        ],
        "told": list(what.told),
        "telling": list(what.telling),
        "not_told": list(what.not_told),
        "sha256": digest,
    }
