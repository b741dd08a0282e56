"""From references to links: which of them lead to a person, and how the row stands to that person.

A reference to a table of people is a link. A reference to a row that itself belongs to a person is one too (the line of
an order, the attachment of a comment): the row goes where its parent goes. Everything else is not about people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from waarborg.scan.classify import words_of
from waarborg.scan.references import Reference
from waarborg.scan.subjects import Subject
from waarborg.scan.tables import COLLECTIVE_NOUNS, PERSON_NOUNS, SIGN_ON, Role
from waarborg.scan.words import canonical
from waarborg.stores.contract import Family, Schema, Table
from waarborg.terms import LinkKind

_HANDLING = frozenset(
    "updated modified editor assigned assignee approved approver closed resolved locked deleted changed "
    "handled handler reviewed reviewer moderator edited responsible manager supervisor coordinator "
    "salesperson posted validated cancelled checked processed last".split()
)
_MAKING = frozenset("created creator by added uploaded uploader".split())
_KEEPING = frozenset("owner author default leader lead contact".split())
_STAYING = frozenset(
    "location warehouse project product category team group department course channel room site building".split()
)
_SHARING = frozenset(
    "share shared access watcher watch acl visibility member membership participant collaborator "
    "permission invite follower grant viewer reader recipient".split()
)


_FEW = 4
"""Texts of a row that may only qualify a share (a role, a state, a token, a note)."""


@dataclass(frozen=True, slots=True)
class LinkFound:
    """A link as proposed: the reference it rests on, its kind, and the reason for the kind."""

    reference: Reference
    kind: LinkKind
    reason: str
    mechanical: bool = False
    """It stands in most tables and only says who entered the row."""
    carries: bool = False
    """The row it leads to names the person of this row, and goes where this row goes (the address of an order)."""

    @property
    def confidence(self) -> float:
        """That of the reference: the kind is a proposal a person confirms."""
        return self.reference.confidence


@dataclass(frozen=True, slots=True)
class Ownership:
    """Tables whose rows are persons' own: directly, or through the row they belong to."""

    own: frozenset[str]
    chained: frozenset[str]


def choose(
    schema: Schema, roles: Mapping[str, Role], subjects: Mapping[str, Subject], references: Iterable[Reference]
) -> tuple[list[LinkFound], Ownership]:
    """The references that lead to a person, with the kind of each, and whose rows the tables hold."""
    listed = [r for r in references if r.confidence >= 0.5]
    direct = [r for r in listed if r.target in subjects]
    mechanical = _mechanical(schema, direct)
    links = [_direct(schema, roles, subjects, r, mechanical) for r in direct]
    owned = _owned(schema, roles, links)
    own = frozenset(owned)
    for reference in _chains(listed, subjects, owned, roles):
        links.append(
            LinkFound(reference, LinkKind.BELONGS_TO, f'its row goes where the row of "{reference.target}" goes')
        )
    followed = {(one.reference.table, one.reference.columns) for one in links}
    links += [
        LinkFound(
            r,
            LinkKind.BELONGS_TO,
            f'a row of "{r.target}" names the person of this row, and goes with it',
            carries=True,
        )
        for r in listed
        if r.target not in subjects
        and (r.table, r.columns) not in followed
        and r.table in owned
        and roles[r.target].address
    ]
    links += [
        LinkFound(r, LinkKind.ORGANISATION, f'the person acts for a row of "{r.target}"')
        for r in listed
        if r.table in subjects and r.target not in subjects and roles[r.target].organisation
    ]
    return links, Ownership(own, frozenset(owned) - own)


def _direct(
    schema: Schema,
    roles: Mapping[str, Role],
    subjects: Mapping[str, Subject],
    reference: Reference,
    mechanical: set[str],
) -> LinkFound:
    role = roles[reference.table]
    words = set(words_of(reference.columns[-1] if reference.by_identifier == "" else reference.columns[0], role))
    column = " and ".join(reference.columns)
    if column in mechanical:
        return LinkFound(
            reference, LinkKind.ABOUT, f'"{column}" stands in most tables: who entered the row, not whose it is', True
        )
    if reference.table == reference.target:
        return LinkFound(reference, LinkKind.ABOUT, f'"{column}" names another person of the same table, not its owner')
    if reference.table in subjects:
        if words & (_HANDLING | _MAKING):
            return LinkFound(reference, LinkKind.ABOUT, f'"{column}" names who keeps the row of another person')
        return LinkFound(
            reference, LinkKind.BELONGS_TO, "one row of people leads to another: the same person, or kept by them"
        )
    if words & _HANDLING:
        return LinkFound(reference, LinkKind.ABOUT, f'"{column}" names who handled the row, not whose it is')
    facts = schema.tables[reference.table].column(reference.columns[0])
    filled = facts is not None and not facts.nullable
    keeping = words & (_MAKING | _KEEPING) or ("user" in words and not filled)
    if role.head in COLLECTIVE_NOUNS and not role.join and keeping:
        return LinkFound(
            reference, LinkKind.ABOUT, f'"{column}" names who made or keeps something that many people share'
        )
    if words & _MAKING and (role.config or role.machine):
        return LinkFound(reference, LinkKind.ABOUT, f'"{column}" names who made a row that is the service\'s own')
    others = [r for r in schema.tables[reference.table].foreign_keys if r.columns != reference.columns]
    if set(role.words) & _SHARING and (others or role.join) and _says_who(schema.tables[reference.table], role):
        return LinkFound(
            reference, LinkKind.VISIBLE_TO, f'"{reference.table}" says who may see a row of something else'
        )
    return LinkFound(reference, LinkKind.BELONGS_TO, f'"{column}" names the person the row is of')


def _says_who(table: Table, role: Role) -> bool:
    """Whether a row hardly says more than who and what: one with a name and an address is somebody's own."""
    referring = {c for r in table.foreign_keys for c in r.columns}
    told = [c for c in table.columns if c.family is Family.TEXT and c.name not in referring and not c.choices]
    return len(told) <= _FEW and not SIGN_ON & set(role.words)


def _mechanical(schema: Schema, direct: list[Reference]) -> set[str]:
    """Columns such as `create_uid` that most tables carry."""
    counts: dict[str, int] = defaultdict(int)
    for reference in direct:
        counts[" and ".join(reference.columns)] += 1
    return {
        c
        for c, n in counts.items()
        if n > 10 and n > 0.25 * len(schema.tables) and set(canonical(c)) & (_HANDLING | _MAKING)
    }


def _owned(schema: Schema, roles: Mapping[str, Role], links: Iterable[LinkFound]) -> set[str]:
    """Tables whose rows are a person's own."""
    owned: set[str] = set()
    for link in links:
        table = link.reference.table
        role = roles[table]
        written = (
            role.content and link.kind is LinkKind.ABOUT and not link.mechanical and role.head not in COLLECTIVE_NOUNS
        )
        mine = link.kind is LinkKind.BELONGS_TO and (not role.config or _personal(schema, link.reference, role))
        if (mine or written) and not (role.machine or role.organisation):
            owned.add(table)
    return owned


def _personal(schema: Schema, reference: Reference, role: Role) -> bool:
    """Whether a table of settings or versions is kept for each person: it says so, or every row names one."""
    facts = schema.tables[reference.table].column(reference.columns[0])
    words = set(words_of(reference.columns[0], role))
    return bool(set(role.words) & PERSON_NOUNS) or (
        facts is not None and not facts.nullable and bool(words & {"user", "author", "member", "customer"})
    )


def _pointer(reference: Reference, roles: Mapping[str, Role]) -> bool:
    """Whether the column only points at one of several rows (`last_reply_id`): the row does not go with it."""
    words = words_of(reference.columns[0], roles[reference.table])
    return bool(
        set(words[:-1]) & {"last", "first", "latest", "current", "main", "default", "primary", "best", "accepted"}
    )


def _shared(role: Role) -> bool:
    """Whether a row is something many people have a part in: it does not go where one person goes."""
    return role.organisation or role.head in _STAYING


def _chains(
    references: list[Reference], subjects: Mapping[str, Subject], owned: set[str], roles: Mapping[str, Role]
) -> list[Reference]:
    """References to rows that a person owns, and onwards."""
    by_target: dict[str, list[Reference]] = defaultdict(list)
    for reference in references:
        if reference.target not in subjects:
            by_target[reference.target].append(reference)
    found: list[Reference] = []
    seen: set[int] = set()
    queue = sorted(owned)
    while queue:
        target = queue.pop()
        for reference in by_target[target]:
            if (
                id(reference) in seen
                or _pointer(reference, roles)
                or (reference.table in subjects and subjects[reference.table].account)
            ):
                continue
            seen.add(id(reference))
            found.append(reference)
            if reference.table not in owned and not (
                roles[reference.table].organisation or _shared(roles[reference.table])
            ):
                owned.add(reference.table)
                queue.append(reference.table)
    return found
