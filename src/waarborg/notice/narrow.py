"""A policy narrowed to some of its data: what an Art. 14 notice or an access answer has to tell, and no more."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TypeVar

from waarborg.policy.model import Cookies, DataCategory, Policy, Purpose, Recipient
from waarborg.policy.values import PROVIDED, Source

T = TypeVar("T")
ELSEWHERE = frozenset({Source.OTHER_SUBJECTS, Source.ORGANISATION, Source.THIRD_PARTY, Source.PUBLIC})
"""Sources that are not the person: their data is told about under Art. 14."""


def elsewhere(policy: Policy) -> Policy:
    """The policy as far as it concerns data that came from somebody else (Art. 14)."""
    names = {name for name, one in policy.data.items() if set(one.source) & ELSEWHERE}
    left = only(policy, names)
    return replace(left, data={name: _from_others(one) for name, one in left.data.items()}, cookies=Cookies())


def _from_others(category: DataCategory) -> DataCategory:
    return replace(category, source=tuple(one for one in category.source if one not in PROVIDED))


def only(policy: Policy, refs: Collection[str]) -> Policy:
    """The policy as far as it concerns these categories or items, with every reference to other data taken out.

    A whole category stays whole; of a category that is named by items, only these are left.
    """
    whole = {ref for ref in refs if "." not in ref}
    parts = {ref for ref in refs if "." in ref and ref.partition(".")[0] not in whole}
    names = whole | {ref.partition(".")[0] for ref in parts}

    def left(of: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one for ref in of for one in _left(ref, whole, parts))

    purposes: dict[str, Purpose] = {}
    for name, purpose in policy.purposes.items():
        if kept := left(purpose.data):
            profiling = purpose.profiling and replace(purpose.profiling, inputs=left(purpose.profiling.inputs))
            purposes[name] = replace(purpose, data=kept, profiling=profiling)
    recipients: dict[str, Recipient] = {}
    for name, recipient in policy.recipients.items():
        if kept := left(recipient.data):
            recipients[name] = replace(recipient, data=kept)
    rules = {}
    for name, rule in policy.retention.items():
        kept = left(rule.data)
        if kept or rule.sets:
            keep = tuple(n for n in rule.keep if any(_named(n, ref) for ref in _items(policy, kept)))
            rules[name] = replace(rule, data=kept, keep=keep)
    holds = {name: replace(hold, data=left(hold.data)) for name, hold in policy.holds.items() if left(hold.data)}
    return replace(
        policy,
        data={name: _category(one, name in whole, parts) for name, one in policy.data.items() if name in names},
        purposes=purposes,
        recipients=recipients,
        transfers={name: one for name, one in policy.transfers.items() if one.recipient in recipients},
        retention=rules,
        holds=holds,
        notice=replace(policy.notice, asks=_in(policy.notice.asks, purposes)),
    )


def _left(ref: str, whole: Collection[str], parts: Collection[str]) -> list[str]:
    name = ref.partition(".")[0]
    if name in whole or ref in parts:
        return [ref]
    return [part for part in sorted(parts) if part.startswith(f"{name}.")] if "." not in ref else []


def _category(one: DataCategory, whole: bool, parts: Collection[str]) -> DataCategory:
    if whole:
        return one
    return replace(one, items={name: item for name, item in one.items.items() if f"{one.id}.{name}" in parts})


def _items(policy: Policy, refs: tuple[str, ...]) -> set[str]:
    return policy.expand(refs)


def _named(name: str, ref: str) -> bool:
    return ref == name or ref.partition(".")[2] == name


def _in(of: Mapping[str, T], names: Collection[str]) -> dict[str, T]:
    return {name: one for name, one in of.items() if name in names}
