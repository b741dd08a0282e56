"""The answer to an erasure as a letter of plain text: the policy's words, no table names, no id but the request's."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from waarborg.cli.view import items, labels
from waarborg.cli.words import Words
from waarborg.datamap.model import SECRET, TECHNICAL, DataMap
from waarborg.plans.casework import Case
from waarborg.plans.model import Kept, Plan
from waarborg.policy.model import Policy
from waarborg.state.notifications import RecipientNotification
from waarborg.terms import Treatment

WIDTH = 65
"""Characters in a line: what people read well."""


def letter(
    case: Case,
    policy: Policy,
    datamap: DataMap,
    say: Words,
    today: date,
    told: Sequence[RecipientNotification] = (),
) -> str:
    """The letter. `told`: the recipients that have the same data, and how far telling them is (Art. 19)."""
    parts = [say("answer_title"), "=" * len(say("answer_title")), f"{policy.controller.name}, {say.day(today)}", ""]
    if case.state != "verified":
        parts += [*_wrapped(say("answer_not_yet")), ""]
    if not case.plan.located and case.plan.empty:
        parts += [*_wrapped(say("answer_nothing")), ""]
    for title, lines in [*_sections(case, policy, datamap, say), *_told(policy, say, told)]:
        parts += [title, "-" * len(title), *lines, ""]
    parts += _end(case, policy, say)
    return "\n".join(parts) + "\n"


def _sections(case: Case, policy: Policy, datamap: DataMap, say: Words) -> Iterator[tuple[str, list[str]]]:
    gone, stays = _gone(case.plan, datamap), _stays(case.plan, datamap)
    if gone:
        yield say("answer_gone"), [row for name in _named(policy, gone, say) for row in _wrapped(name, "- ")]
    why = [rule.label.say(say.lang) for rule in policy.retention.values() if rule.then == "anonymise" and rule.label]
    if stays:
        lines = [row for name in _named(policy, stays, say) for row in _wrapped(name, "- ")]
        yield say("answer_changed"), [*lines, *(row for text in why for row in _wrapped(text))]
    kept = list(_kept(case, policy, datamap, say))
    if kept:
        yield say("answer_kept"), [row for name in kept for row in _wrapped(name, "- ")]
    backups = [rule for rule in policy.retention.values() if rule.sets and rule.period]
    if backups and gone:
        period = say.period(str(max((rule.period for rule in backups if rule.period), default="")))
        yield say("answer_backups"), list(_wrapped(say("answer_backups_says", period=period)))


def _told(policy: Policy, say: Words, told: Sequence[RecipientNotification]) -> Iterator[tuple[str, list[str]]]:
    """Who else had the data: each by name, with how to reach them and how far it is."""
    lines = []
    for one in told:
        who = policy.recipients.get(one.recipient)
        if who is not None:
            name = who.label.say(say.lang) if who.name[:1].islower() else who.name
            reach = f" ({who.contact})" if who.contact else ""
            lines += _wrapped(f"{name}{reach}: {say(f'answer_told_{one.state}')}", "- ")
    if lines:
        yield say("answer_told"), [*_wrapped(say("answer_told_says")), *lines]


def _gone(plan: Plan, datamap: DataMap) -> list[str]:
    """What is gone: everything in rows that went, and the columns that were emptied in rows that stay."""
    found: dict[str, None] = {}
    for step in plan.steps():
        if step.treatment is Treatment.DELETE:
            found.update(dict.fromkeys(_refs(datamap, step.table)))
        elif not step.id.startswith("mention:"):
            lost = [name for name, treatment in step.columns.items() if treatment is not Treatment.KEEP]
            found.update(dict.fromkeys(_refs(datamap, step.table, lost)))
    return list(found)


def _stays(plan: Plan, datamap: DataMap) -> list[str]:
    """What stays without the person: the readable columns of rows that others have too, or that nobody is in."""
    treated = {step.table for step in plan.steps() if step.treatment is not Treatment.DELETE}
    found: dict[str, None] = {}
    for kept in plan.kept():
        if kept.why in ("shared", "anonymous") and kept.table in treated:
            found.update(dict.fromkeys(_refs(datamap, kept.table, kept.columns)))
    return list(found)


def _named(policy: Policy, refs: Sequence[str], say: Words) -> list[str]:
    """Categories of data, each with its items: `Account data (e-mail address, name)`."""
    found = []
    for name in dict.fromkeys(ref.partition(".")[0] for ref in refs):
        (label,) = labels(policy, [name], say.lang)
        inside = ", ".join(items(policy, (ref for ref in refs if ref.startswith(f"{name}.")), say.lang))
        found.append(f"{label} ({inside})" if inside else label)
    return found


def _refs(datamap: DataMap, table: str, columns: Iterable[str] | None = None) -> list[str]:
    decl = datamap.tables.get(table)
    chosen = None if columns is None else set(columns)
    return [
        column.category
        for name, column in (decl.columns.items() if decl else ())
        if column.category not in (SECRET, TECHNICAL) and (chosen is None or name in chosen)
    ]


def _kept(case: Case, policy: Policy, datamap: DataMap, say: Words) -> Iterator[str]:
    """Each thing that stays by a law, a hold or because such a row needs it, with its reason and its last day."""
    told: dict[tuple[str, str], tuple[dict[str, None], date | None]] = {}
    for kept in case.plan.kept():
        if kept.why not in ("rule", "needed") or not kept.columns:
            continue
        refs = _refs(datamap, kept.table, kept.columns)
        about = ", ".join(labels(policy, refs, say.lang)), _reason(kept, policy, say)
        before, until = told.get(about, ({}, None))
        ends = [day for day in (until, kept.until) if day]
        told[about] = before | dict.fromkeys(items(policy, refs, say.lang)), max(ends, default=None)
    for (label, reason), (inside, until) in told.items():
        when = f", {say('until', day=say.day(until))}" if until else ""
        yield f"{label}{_brackets(inside)}{when}. {reason}"


def _brackets(names: Iterable[str]) -> str:
    inside = ", ".join(names)
    return f" ({inside})" if inside else ""


def _reason(kept: Kept, policy: Policy, say: Words) -> str:
    rule = policy.retention.get(kept.ground.rule.removeprefix("retention."))
    own = rule.label.say(say.lang) if rule else ""
    if kept.ground.law:
        law = f"{kept.ground.law}; {say.article(kept.ground.article)}"
        return f"{own.rstrip('.')} ({law})." if own else say("answer_kept_law", law=law)
    return own or say("answer_kept_needed")


def _end(case: Case, policy: Policy, say: Words) -> list[str]:
    """What they can do if they disagree, and the reference of the request."""
    title = say("answer_disagree")
    contact = policy.controller.contact
    complaint = policy.rights.complaint.say(say.lang) if policy.rights.complaint else ""
    authority = say("answer_authority", authority=policy.controller.authority)
    says = " ".join(
        part
        for part in (
            say("answer_write", contact=contact) if contact else "",
            complaint or authority,
            say("answer_elsewhere"),
        )
        if part
    )
    return [title, "-" * len(title), *_wrapped(says), "", *_wrapped(say("answer_receipt", request=case.request))]


def _wrapped(text: str, mark: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )


def letter_data(case: Case, policy: Policy, datamap: DataMap, say: Words, digest: str) -> dict[str, object]:
    """The same for machines: categories, not tables."""
    return {
        "ok": case.state == "verified",
        "request": case.request,
        "right": case.plan.right.value,
        "verified": case.state == "verified",
        "gone": _named(policy, _gone(case.plan, datamap), say),
        "without_you": _named(policy, _stays(case.plan, datamap), say),
        "kept": list(_kept(case, policy, datamap, say)),
        "sha256": digest,
    }
