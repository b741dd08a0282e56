"""What a plan says, arranged for reading: what goes, what changes and stays, what stays and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from waarborg.plans.model import Ground, Kept, Plan, PlannedStep
from waarborg.policy.model import Policy
from waarborg.policy.retention import RetentionRule
from waarborg.policy.words import EVENTS, words_of
from waarborg.terms import Treatment


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plan: a table, how many rows, and either what happens to its columns or why it stays."""

    table: str
    rows: int
    columns: Mapping[str, Treatment] = field(default_factory=dict)
    kept: Kept | None = None
    added: bool = False
    """A row is added: the stand-in."""
    untied: bool = False
    first: date | None = None
    """Where rows end on several days: the first of them; the last stands in `kept`."""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that rest on the same ground."""

    ground: Ground
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class View:
    """A plan in three parts."""

    goes: tuple[Group, ...]
    changes: tuple[Group, ...]
    stays: tuple[Group, ...]

    @staticmethod
    def rows(groups: Iterable[Group]) -> int:
        """How many rows a part is about; an added stand-in is not one of theirs."""
        return sum(line.rows for group in groups for line in group.lines if not line.added)


def view(plan: Plan) -> View:
    """The plan arranged for reading."""
    steps = list(plan.steps())
    treated = {step.table for step in steps if step.treatment is not Treatment.DELETE}
    stays = [kept for kept in plan.kept() if kept.why != "anonymous" or kept.table not in treated]
    return View(
        goes=_grouped((s.ground, _line(s)) for s in steps if s.treatment is Treatment.DELETE),
        changes=_grouped((s.ground, _line(s)) for s in steps if s.treatment is not Treatment.DELETE),
        stays=kept_groups(stays),
    )


def kept_groups(kept: Iterable[Kept]) -> tuple[Group, ...]:
    """What stays, by reason."""
    return _grouped((one.ground, Line(one.table, one.rows, kept=one)) for one in kept)


def _line(step: PlannedStep) -> Line:
    added = step.treatment is Treatment.STAND_IN and not step.set
    return Line(step.table, step.rows, step.columns, added=added, untied=step.id.startswith("untie:"))


def _grouped(pairs: Iterable[tuple[Ground, Line]]) -> tuple[Group, ...]:
    """By what decided it, in the order of first appearance. Links of one table count as one decision of the map."""
    found: dict[tuple[object, ...], tuple[Ground, list[Line]]] = {}
    for ground, line in pairs:
        mapped = ground.rule.startswith("tables.")
        key = ("map", ground.article, ground.sentence) if mapped else (ground.rule, ground.article)
        found.setdefault(key, (ground, []))[1].append(line)
    return tuple(Group(ground, tuple(lines)) for ground, lines in found.values())


# ------------------------------------------------------------------------------------------------ totals


@dataclass(frozen=True, slots=True)
class Totals:
    """The plan in numbers."""

    located: int
    goes: int
    changes: int
    law: int
    shared: int
    rest: int
    """Rows of theirs that stay without them in it: because others need them, or because nobody is in them any more."""
    last: date | None
    """The last day on which something is kept by law."""

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "located": self.located,
            "goes": self.goes,
            "changes": self.changes,
            "kept_by_rule": self.law,
            "kept_shared": self.shared,
            "stays_without": self.rest,
            "kept_until": self.last.isoformat() if self.last else None,
        }


def totals(plan: Plan) -> Totals:
    """The numbers of a plan."""
    seen = view(plan)
    by_law = [kept for kept in plan.kept() if kept.why == "rule"]
    goes, law = View.rows(seen.goes), sum(kept.rows for kept in by_law)
    return Totals(
        located=plan.located,
        goes=goes,
        changes=View.rows(seen.changes),
        law=law,
        shared=sum(kept.rows for kept in plan.kept() if kept.why == "shared"),
        rest=max(0, plan.located - goes - law),
        last=max((kept.until for kept in by_law if kept.until), default=None),
    )


# ------------------------------------------------------------------------------------------------ promises


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """A rule that a plan carries out, in words, and the promises it keeps."""

    rule: str
    words: str
    ids: tuple[str, ...]


def promises(plan: Plan, policy: Policy, lang: str, then: Mapping[str, str]) -> tuple[PromiseLine, ...]:
    """The promises that the plan's grounds name, by rule; `then` gives the words for an outcome and for a term."""
    found: dict[str, set[str]] = {}
    for ground in (*(s.ground for s in plan.steps()), *(k.ground for k in plan.kept())):
        if ground.promises:
            found.setdefault(ground.rule, set()).update(ground.promises)
    lines = [
        PromiseLine(rule, said(policy, rule, lang, then), tuple(sorted(ids, key=_number)))
        for rule, ids in found.items()
    ]
    return tuple(sorted(lines, key=lambda line: _number(line.ids[0])))


def _number(id: str) -> tuple[str, int, str]:
    head, _, tail = id.rpartition(".")
    return (head, int(tail) if tail.isdigit() else 0, tail)


def said(policy: Policy, rule: str, lang: str, then: Mapping[str, str]) -> str:
    """A retention rule in a few words: `Account data: erased after the closing of the account`."""
    if rule.startswith("rights."):
        right = getattr(policy.rights, rule.removeprefix("rights."), None)
        return (right.label.say(lang) if right else "") or then.get(f"right_{rule.removeprefix('rights.')}", "")
    found = policy.retention.get(rule.removeprefix("retention."))
    if found is None or not rule.startswith("retention."):
        hold = policy.holds.get(rule.removeprefix("holds."))
        return hold.label.say(lang) if hold else ""
    names = ", ".join(labels(policy, found.data, lang))
    outcome = then[f"then_{found.then.value}"] if found.then else ""
    when = _when(policy, found, lang, then)
    law = f" ({found.law})" if found.law else ""
    return f"{names}: {outcome} {when}{law}".strip()


def _when(policy: Policy, rule: RetentionRule, lang: str, then: Mapping[str, str]) -> str:
    event = rule.until or rule.starts_at
    own = policy.events.get(event)
    words = (own.label.say(lang) if own else "") or (EVENTS[event].say(lang) if event in EVENTS else event)
    if rule.period:
        return then["term"].format(period=str(rule.period), event=words)
    return then["at"].format(event=words) if event else ""


def labels(policy: Policy, refs: Iterable[str], lang: str) -> list[str]:
    """The policy's own words for categories, each once."""
    names = dict.fromkeys(ref.partition(".")[0] for ref in refs)
    return [(policy.data[name].label.say(lang) if name in policy.data else "") or name for name in names]


def items(policy: Policy, refs: Iterable[str], lang: str) -> Iterator[str]:
    """The policy's own words for items: `e-mail address`, `name`."""
    for ref in dict.fromkeys(refs):
        category, _, item = ref.partition(".")
        found = policy.data[category].items.get(item) if category in policy.data else None
        if found is not None:
            yield words_of(found).say(lang) or item
