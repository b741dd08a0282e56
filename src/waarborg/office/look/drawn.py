"""From what the office has to what people look at: a request's clock, a plan as a difference.

clock_for(request, policy)                       the clock of a request, the same for the person and the staff
difference_for(plan, policy, datamap, say)       a plan, in the words of the policy
difference_of_policy(policy, say)                what an erasure would do by the policy alone, before anybody asked
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from waarborg.datamap.model import DataMap, Link
from waarborg.notice.erased import refs_of, together
from waarborg.notice.letters import StillKept, reasons
from waarborg.notice.phrases import pieces, stay
from waarborg.notice.words import Say, capital, sentence
from waarborg.office import engine
from waarborg.office.look.heroes import Clock, Difference, Line
from waarborg.office.requests import clock
from waarborg.office.requests.models import SubjectRequest
from waarborg.plans.model import Kept, Plan, PlannedStep
from waarborg.policy.model import Policy
from waarborg.terms import LinkKind, Outcome, Treatment


def clock_for(request: SubjectRequest, policy: Policy, why_extended: str = "") -> Clock:
    """The clock of a request. `why_extended` are the reasons of an extension, where the page may show them."""

    def day(instant: datetime | None) -> date | None:
        return clock.day_of(instant, policy) if instant else None

    return Clock(
        received=clock.day_of(request.received_at, policy),
        due=request.due_on,
        today=clock.day_of(engine.now(), policy),
        first_due=request.first_due_on if request.extended else None,
        why_extended=why_extended,
        paused=day(request.paused_at),
        answered=day(request.answered_at),
    )


@dataclass(frozen=True, slots=True)
class _Piece:
    """Rows of one table that share a fate."""

    refs: tuple[str, ...]
    rows: int
    place: str
    why: tuple[str, ...] = ()
    until: date | None = None
    open_end: bool = False


def difference_for(
    plan: Plan, policy: Policy, datamap: DataMap, say: Say, *, done: bool = False, staff: bool = False
) -> Difference:
    """A plan as people compare it: for the person by category of data, for `staff` table by table.

    Columns that are cleared in a row that a law keeps count as gone: of that row only what the law needs is left.
    """
    by_rule = {one.table for one in plan.kept() if one.why == "rule"}
    parts: dict[str, list[_Piece]] = {"goes": [], "changes": [], "stays": []}
    for step in plan.steps():
        place = f"{step.table} · {step.ground.rule}"
        if step.treatment is Treatment.DELETE:
            parts["goes"].append(_Piece(tuple(refs_of(datamap, step.table)), step.rows, place))
        elif step.table in by_rule:
            parts["goes"].append(_Piece(tuple(refs_of(datamap, step.table, step.columns)), step.rows, place))
        elif step.set:
            refs = tuple(_left(datamap, step))
            parts["changes"].append(_Piece(refs, step.rows, place, _why(policy, say, refs)))
    parts["stays"] = [_kept(policy, datamap, say, one) for one in plan.kept() if one.why in ("rule", "needed")]
    drawn = _by_table if staff else _by_category
    sizes = {kind: sum(one.rows for one in pieces_ if one.refs) for kind, pieces_ in parts.items()}
    return Difference(**{kind: drawn(policy, say, pieces_) for kind, pieces_ in parts.items()}, done=done, sizes=sizes)


def _kept(policy: Policy, datamap: DataMap, say: Say, one: Kept) -> _Piece:
    still = StillKept((), one.ground.rule, one.ground.article, one.until, one.why)
    return _Piece(
        tuple(refs_of(datamap, one.table, one.columns)),
        one.rows,
        f"{one.table} · {one.ground.rule}",
        tuple(reasons(policy, say, still)),
        one.until,
        one.until is None,
    )


def _left(datamap: DataMap, step: PlannedStep) -> list[str]:
    """What stays of a row in which the person's name goes: of somebody else's row, only what was about the person."""
    link = _link(datamap, step)
    if link is not None and link.kind is LinkKind.ABOUT:
        return refs_of(datamap, step.table, link.about or tuple(step.columns))
    return refs_of(datamap, step.table)


def _link(datamap: DataMap, step: PlannedStep) -> Link | None:
    """The link by whose word a step stands: `tables.app.activity.links.1`."""
    table, _, number = step.ground.rule.removeprefix("tables.").rpartition(".links.")
    decl = datamap.tables.get(table)
    return decl.links[int(number)] if decl and number.isdigit() and int(number) < len(decl.links) else None


def _why(policy: Policy, say: Say, refs: Iterable[str]) -> tuple[str, ...]:
    """Why it stays without a name: in the policy's own words where it has some."""
    for ref in refs:
        for rule in policy.retention_for(ref):
            if rule.then is Outcome.ANONYMISE and rule.label:
                return (sentence(rule.label.say(say.language)),)
    return (say("hero.difference.shared"),)


def _by_table(policy: Policy, say: Say, found: list[_Piece]) -> tuple[Line, ...]:
    return tuple(
        Line(_named(policy, say, one.refs), one.rows, one.why, one.until, one.open_end, one.place)
        for one in found
        if one.refs and one.rows
    )


def _by_category(policy: Policy, say: Say, found: list[_Piece]) -> tuple[Line, ...]:
    """One line for each category and reason; a row with data of two categories counts in both lines."""
    refs: dict[tuple[str, tuple[str, ...], date | None, bool], set[str]] = {}
    rows: Counter[tuple[str, tuple[str, ...], date | None, bool]] = Counter()
    for one in found:
        for category in dict.fromkeys(ref.partition(".")[0] for ref in one.refs):
            key = (category, one.why, one.until, one.open_end)
            refs.setdefault(key, set()).update(ref for ref in one.refs if ref.partition(".")[0] == category)
            rows[key] += one.rows
    order = list(policy.data)
    keys = sorted((key for key in refs if rows[key]), key=lambda key: order.index(key[0]) if key[0] in order else 0)
    return tuple(
        Line(_named(policy, say, refs[key]), rows[key], key[1], key[2], key[3], category=key[0]) for key in keys
    )


def _named(policy: Policy, say: Say, refs: Iterable[str]) -> str:
    return capital("; ".join(pieces(policy, say, together(policy, refs), apart=True)))


def difference_of_policy(policy: Policy, say: Say) -> Difference:
    """What an erasure would do, by the policy alone: no rows, no dates, nothing of anybody."""
    goes: list[Line] = []
    changes: list[Line] = []
    stays: list[Line] = []
    for name in policy.data:
        refs = sorted(policy.expand([name]), key=list(_order(policy, name)).index)
        lawful = [rule for rule in policy.retention_for(refs[0]) if rule.law or rule.ground]
        others = [rule for rule in policy.retention_for(refs[0]) if not (rule.law or rule.ground)]
        what = capital("; ".join(pieces(policy, say, [name], apart=True)))
        if lawful:
            kept = [f"{name}.{item}" if "." not in item else item for rule in lawful for item in rule.keep] or [name]
            said = capital("; ".join(pieces(policy, say, kept, apart=True)))
            stays.append(Line(said, None, (stay(policy, say, lawful[0])[0], *_law(say, lawful[0].law))))
            goes += [Line(what)] if not others and kept == [name] else []
        elif any(rule.then is Outcome.ANONYMISE for rule in others):
            rule = next(rule for rule in others if rule.then is Outcome.ANONYMISE)
            changes.append(Line(what, None, (sentence(rule.label.say(say.language)),) if rule.label else ()))
        else:
            goes.append(Line(what))
    return Difference(tuple(goes), tuple(changes), tuple(stays))


def _order(policy: Policy, name: str) -> Iterator[str]:
    items = policy.data[name].items
    yield from ([f"{name}.{item}" for item in items] or [name])


def _law(say: Say, law: str) -> tuple[str, ...]:
    return (say("retention.law", law=say.law(law)),) if law else ()
