"""The promises a policy makes, derived from its entries, and set against a list of promises both ways.

No promise without an entry, no entry that names a promise nobody made. Which check proves an entry is known by the
layers above; here is only what was said.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from waarborg.errors import Finding, Place, PolicyError, near_miss
from waarborg.policy.load import MAX_BYTES
from waarborg.policy.model import Policy
from waarborg.policy.parts import FROM_KEY, Entry
from waarborg.policy.read import Reader, Unreadable
from waarborg.policy.walk import entries
from waarborg.yamlfile import parse_text, read_text

KINDS = {
    "controller": "notice",
    "joint_controllers": "notice",
    "representative": "notice",
    "people": "notice",
    "events": "notice",
    "glossary": "notice",
    "texts": "notice",
    "notice": "notice",
    "notice.asks": "consent",
    "data": "source",
    "purposes": "purpose",
    "recipients": "disclosure",
    "disclosures": "disclosure",
    "transfers": "transfer",
    "retention": "retention",
    "holds": "retention",
    "rights": "right",
    "rights.withdrawal": "consent",
    "cookies": "cookie",
    "organisations": "account",
    "breach": "breach",
    "children": "children",
    "changes": "change",
    "measures": "security",
}
"""The kind of promise that an entry makes, by the longest matching path: one vocabulary for all policies."""

EXPLAINS = ("people", "events", "glossary")
"""Sections that explain words. They promise nothing unless they name a promise."""


@dataclass(frozen=True, slots=True)
class Promise:
    """Something the policy says to people. `id` is stable for a policy: its name and the path of the entry."""

    id: str
    path: str
    kind: str
    place: Place
    keeps: tuple[str, ...] = ()
    """Promises of a list that the entry names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service in a list of promises."""

    id: str = field(default="", metadata=FROM_KEY)
    country: str = ""
    minimum_age: int | None = None
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPromise:
    """A promise of a list: what is told, what the software does so that it is true, and how that is shown."""

    id: str
    kind: str = ""
    promise: str = ""
    system: str = ""
    proof: str = ""

    @property
    def service(self) -> str:
        """The service that made it: `projects` of `projects.13`."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseList:
    """A list of promises by service."""

    services: Mapping[str, Service] = field(default_factory=dict)
    promises: tuple[ListedPromise, ...] = ()

    def of(self, service: str) -> list[ListedPromise]:
        """The promises of one service, in the order of the file."""
        return [one for one in self.promises if one.service == service]


@dataclass(frozen=True, slots=True)
class Difference:
    """A policy against a list: what was promised and no entry keeps, and what entries name and nobody promised."""

    kept: Mapping[str, tuple[str, ...]]
    """Promise → paths of the entries that name it."""
    without_entry: tuple[str, ...]
    unknown: Mapping[str, tuple[str, ...]]
    """Name → paths of the entries that name it."""


def kind_of(path: str) -> str:
    """The kind of promise an entry at this path makes."""
    return KINDS[max((prefix for prefix in KINDS if f"{path}.".startswith(f"{prefix}.")), key=len)]


def derive(policy: Policy) -> list[Promise]:
    """Every promise the policy makes, in the order of the language. Sections that say nothing promise nothing."""
    return [
        Promise(f"{policy.id}:{path}", path, kind_of(path), policy.place(path), entry.promises)
        for path, entry in entries(policy)
        if _says_something(path, entry)
    ]


def _says_something(path: str, entry: Entry) -> bool:
    section = path.partition(".")[0]
    if section in EXPLAINS:
        return bool(entry.promises)
    whole_section = section == path and section not in ("controller", "representative")
    return not whole_section or entry != type(entry)()


def named(policy: Policy) -> dict[str, tuple[str, ...]]:
    """Every promise that entries name, with the paths of those entries."""
    found: dict[str, tuple[str, ...]] = {}
    for path, entry in entries(policy):
        for promise in entry.promises:
            found[promise] = (*found.get(promise, ()), path)
    return found


def compare(policy: Policy, listed: Iterable[ListedPromise]) -> Difference:
    """The policy against a list of promises, by set subtraction both ways."""
    names = named(policy)
    known = {one.id: None for one in listed}
    return Difference(
        kept={id: paths for id, paths in names.items() if id in known},
        without_entry=tuple(id for id in known if id not in names),
        unknown={id: paths for id, paths in names.items() if id not in known},
    )


def findings(policy: Policy, listed: Iterable[ListedPromise]) -> list[Finding]:
    """The difference as findings: WB120, a promise without an entry; WB121, an entry that names an unknown one."""
    wanted = list(listed)
    difference = compare(policy, wanted)
    why = "What is told to people must be carried out."
    open_ = [
        Finding("WB120", policy.place("policy"), f"No entry keeps the promise {id}.", why, "Name it in an entry.")
        for id in difference.without_entry
    ]
    wrong = [
        Finding(
            "WB121",
            policy.place(f"{path}.promises"),
            f'Nobody made the promise "{id}".',
            "An entry names promises of the list, so that each can be followed to what carries it out.",
            near_miss(id, [one.id for one in wanted]) or "Correct it, or add it to the list.",
        )
        for id, paths in difference.unknown.items()
        for path in paths
    ]
    return open_ + wrong


def load_promises(path: str | os.PathLike[str]) -> PromiseList:
    """A list of promises from its file. Raises `PolicyError` with everything wrong with it."""
    name = Path(path).name
    text, refused = read_text(path, MAX_BYTES)
    if refused is not None:
        raise PolicyError([refused])
    node, wrong = parse_text(text, name)
    reader = Reader(name, wrong)
    if node is None:
        raise PolicyError(wrong)
    try:
        read: PromiseList = reader.entry(PromiseList, node, "")
    except Unreadable:
        read = PromiseList()
    if wrong:
        raise PolicyError(wrong)
    return read
