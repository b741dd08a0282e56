"""What changed between two versions of a policy, and how much it matters to people.

Materiality is computed here and confirmed by a person: it decides who is told, and whether consent is asked again. When
in doubt a change is material. Wording that only corrects is not; what the wording then says is for the reader to judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from waarborg.policy.content import content, yaml_key
from waarborg.policy.model import Policy
from waarborg.policy.walk import texts
from waarborg.terms import LegalBasis


class Effect(StrEnum):
    """How much a change matters to people."""

    WORDING = "wording"
    """Other words for the same thing: published, not announced."""
    ADMINISTRATIVE = "administrative"
    """Documents, review dates, owners: nothing changes for people."""
    MATERIAL = "material"
    """Something changes for people: announced before it takes effect."""


class Kind(StrEnum):
    """What happened to a declaration."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `before` and `after` are plain values as `content` gives them; None when there is none."""

    path: str
    kind: Kind
    effect: Effect
    before: Any = None
    after: Any = None


ADMINISTRATIVE = frozenset(
    {"version", "format", "ignored", "promises", "review", "balancing", "balancing_review", "agreement"}
    | {"agreement_until", "instruction", "document", "owner", "sweep", "weighing", "certificate", "fiscal_year_starts"}
)
"""Keys that hold papers and dates of ours. A contact is not among them: people use it."""


def difference(old: Policy, new: Policy) -> list[Change]:
    """Every difference between two versions, in the order of the language."""
    words = {path for policy in (old, new) for path, _ in texts(policy)}
    before, after = content(old), content(new)
    order = [yaml_key(one) for one in fields(Policy)]
    keys = sorted({*before, *after}, key=order.index)
    return [one for key in keys for one in _compare(key, before.get(key), after.get(key), words)]


def material(changes: list[Change]) -> list[Change]:
    """The changes that people must be told of before they take effect."""
    return [one for one in changes if one.effect is Effect.MATERIAL]


def consent_needed(old: Policy, new: Policy) -> list[str]:
    """Purposes for which consent given under the old version does not serve: new ones, and those that reach further.

    Consent holds for one purpose, over the data and in the words it was asked with (Art. 4(11), 7).
    """
    found = []
    for name, purpose in new.purposes.items():
        earlier = old.purposes.get(name)
        if purpose.basis is not LegalBasis.CONSENT:
            continue
        further = earlier is None or earlier.basis is not LegalBasis.CONSENT
        further = further or bool(new.expand(purpose.data) - old.expand(earlier.data if earlier else ()))
        further = further or _asked(old, name) != _asked(new, name)
        if further:
            found.append(name)
    return found


def _asked(policy: Policy, purpose: str) -> Mapping[str, str]:
    ask = policy.notice.asks.get(purpose)
    return ask.text.by_language if ask else {}


def _compare(path: str, before: Any, after: Any, words: set[str]) -> Iterator[Change]:
    if before == after:
        return
    if path in words:
        yield Change(path, _kind(before, after), Effect.WORDING, before, after)
    elif isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            yield from _compare(f"{path}.{key}", before.get(key), after.get(key), words)
    else:
        yield Change(path, _kind(before, after), _effect(path, before, after), before, after)


def _kind(before: Any, after: Any) -> Kind:
    if before is None:
        return Kind.ADDED
    return Kind.REMOVED if after is None else Kind.CHANGED


def _effect(path: str, before: Any, after: Any) -> Effect:
    """An order of a list that changed is nobody's concern; so are our papers. All else touches people."""
    if path.rpartition(".")[2] in ADMINISTRATIVE or path.partition(".")[0] in ADMINISTRATIVE:
        return Effect.ADMINISTRATIVE
    if isinstance(before, list) and isinstance(after, list) and path != "rights.identity":
        same = sorted(map(str, before)) == sorted(map(str, after))
        return Effect.ADMINISTRATIVE if same else Effect.MATERIAL
    return Effect.MATERIAL
