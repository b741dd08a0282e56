"""Which columns refer to which tables: declared keys, and undeclared ones proposed from names and tested on values.

A proposal by name alone is weak, by values alone is chance (small numbers stand in every table): both together count.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from waarborg.scan.classify import words_of
from waarborg.scan.looks import Looks
from waarborg.scan.subjects import Subject
from waarborg.scan.tables import PERSON_NOUNS, Role, local_name
from waarborg.scan.words import canonical, common_prefix, singular, split, without_prefix
from waarborg.stores.contract import Column, Family, Schema, Table

ID_WORDS = frozenset(
    {"id", "number", "code", "key", "ref", "fk", "uid", "uuid", "pk", "reference", "guid", "oid", "nr", "idx"}
)
ROLE_WORDS = frozenset(
    """user author owner creator created updated modified editor assigned assignee reporter sender recipient poster
    uploader approver approved reviewer manager responsible member employee agent operator requester requestor submitter
    actor by moderator maintainer leader supervisor coordinator inviter invited
    subscriber voter follower starter salesman salesperson teacher student customer
    person contact changed posted sent initiator participant watcher commenter registrant organizer organiser speaker
    referrer referee buyer seller""".split()
)
_VERBS = frozenset(
    "created updated modified assigned closed resolved locked deleted approved handled performed invited changed "
    "posted sent last who to".split()
)
"""Alone these are moments or flags; with `by` or an id they name a person."""
_LONGEST_KEY = 255
"""Longer text columns hold texts; one without a declared length may hold keys, and is believed by its values."""
_SERVICES = frozenset({"oauth", "openid", "sso", "oidc", "grant", "application", "token", "client"})
_SHORT_KEY = 64
_TESTED = 5
"""References by a text key that values confirmed, from which a name alone is believed."""
_COUNTING = frozenset("number total count delta max min sum average order ordering sequence position".split())
_GENERIC_KEYS = frozenset(
    {
        "id",
        "uid",
        "oid",
        "guid",
        "uuid",
        "name",
        "code",
        "key",
        "value",
        "type",
        "position",
        "idx",
        "no",
        "nr",
        "nummer",
        "number",
        "username",
        "domain",
        "email",
        "date",
        "status",
        "text",
        "sequence",
        "language",
    }
)


@dataclass(frozen=True, slots=True)
class Reference:
    """Columns of one table that hold the key of another; `found_by` says how it was seen."""

    table: str
    columns: tuple[str, ...]
    target: str
    to_columns: tuple[str, ...]
    found_by: str
    confidence: float
    evidence: tuple[str, ...] = ()
    nobody: tuple[str, ...] = ()
    where: Mapping[str, tuple[str | int, ...]] = field(default_factory=dict)
    inside: str = "whole"
    path: str = ""
    template: str = "{}"
    normalise: tuple[str, ...] = ()
    by_identifier: str = ""
    orphans: float = 0.0
    """The share of sampled keys that lead nowhere: rows that outlive their owner, or a link to the wrong table."""


def declared(schema: Schema) -> list[Reference]:
    """The declared foreign keys."""
    return [
        Reference(
            table.name,
            key.columns,
            key.table,
            key.to_columns,
            "foreign_key",
            0.99,
            (f'declared as foreign key "{key.name}"',),
        )
        for table in schema.tables.values()
        for key in table.foreign_keys
        if key.table in schema.tables
    ]


class Finder:
    """Proposes undeclared references of one schema."""

    def __init__(
        self, schema: Schema, roles: Mapping[str, Role], subjects: Mapping[str, Subject], looks: Looks
    ) -> None:
        self._schema, self._roles, self._subjects, self._looks = schema, roles, subjects, looks
        self._accounts = _accounts(schema, subjects)
        self._strict = sum(len(t.foreign_keys) for t in schema.tables.values()) > len(schema.tables) // 2
        self._declaring = sum(1 for t in schema.tables.values() for _ in t.foreign_keys)
        self._by_key: dict[str, list[str]] = defaultdict(list)
        self._raw: dict[str, str] = {}
        prefix = common_prefix([local_name(t) for t in schema.tables], 0.6, 5)
        self._by_words: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for table in schema.tables.values():
            for key in single_keys(table):
                self._by_key[key.lower()].append(table.name)
            full = canonical(without_prefix(local_name(table.name), prefix))
            for words in {full, roles[table.name].words}:
                self._by_words[words].append(table.name)
            self._raw[singular(local_name(table.name).lower())] = table.name
        self._by_ending: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for own, names in self._by_words.items():
            self._by_ending[own[1:]].extend(names)
        self._holding: dict[str, set[str]] = defaultdict(set)
        for table in schema.tables.values():
            for column in table.columns:
                self._holding[column.name.lower()].add(table.name)

    def find(self) -> list[Reference]:
        """Every undeclared reference that names suggest and values do not refute."""
        found = list(self._each())
        led = {(r.table, r.columns[0]) for r in found} | {
            (t.name, c) for t in self._schema.tables.values() for f in t.foreign_keys for c in f.columns
        }
        found.extend(r for r in self._composite() if not any((r.target, c) in led for c in r.to_columns))
        composed = {(r.table, c) for r in found if len(r.columns) > 1 for c in r.columns}
        found = [r for r in found if len(r.columns) > 1 or (r.table, r.columns[0]) not in composed]
        found.extend(self._written_like_tested(found))
        tested = Counter((r.columns, r.target) for r in found if r.found_by == "name+values" and not r.orphans)
        return [
            replace(
                r,
                confidence=max(r.confidence, 0.85),
                evidence=(*r.evidence, f"the same column leads there in {tested[r.columns, r.target]} other tables"),
            )
            if r.found_by == "name" and not r.orphans and tested[r.columns, r.target] >= 2
            else r
            for r in found
        ]

    def _written_like_tested(self, found: list[Reference]) -> list[Reference]:
        """Text columns without a value that name a person, where others were seen to hold that text key."""
        seen = Counter((r.target, r.to_columns) for r in found if r.found_by == "name+values" and r.confidence >= 0.8)
        led = {(r.table, r.columns[0]) for r in found}
        more = []
        for account in self._accounts:
            for table in self._schema.tables.values():
                for column in table.columns:
                    key = _key_for(self._schema.tables[account], column) if column.family is Family.TEXT else ""
                    if not key or seen[account, (key,)] < _TESTED or (table.name, column.name) in led:
                        continue
                    stem = words_of(column.name, self._roles[table.name])
                    if column.choices or column.length or self._looks.profile(table.name, column.name).count:
                        continue
                    if stem[-2:] != ("user", "agent") and stem[-1] in (ROLE_WORDS - _VERBS) | {"by"}:
                        why = f'"{column.name}" names a person, and "{account}" is referred to by its "{key}"'
                        more.append(Reference(table.name, (column.name,), account, (key,), "name", 0.62, (why,)))
        return more

    def _composite(self) -> Iterator[Reference]:
        """Tables that carry every column of another table's composite key, and whose values stand there."""
        keyed = [t for t in self._schema.tables.values() if 2 <= len(t.key) <= 4]
        for target in keyed:
            wanted = [k.lower() for k in target.key]
            if all(w in _GENERIC_KEYS for w in wanted):
                continue
            holding = set.intersection(*(self._holding[w] for w in wanted))
            for table in (t for t in self._schema.tables.values() if t.name in holding):
                spelled = {c.name.lower(): c.name for c in table.columns}
                if table.name == target.name or table.foreign_keys:
                    continue
                columns = tuple(spelled[w] for w in wanted)
                if {c.lower() for c in table.key} == set(wanted) and len(table.columns) >= len(target.columns):
                    continue
                seen = self._looks.inclusion(table.name, columns, target.name, target.key)
                if seen.asked >= 3 and seen.share < 0.5:
                    continue
                sure = 0.65 + (0.3 * min(1.0, seen.asked / 5) * seen.share)
                yield Reference(
                    table.name,
                    columns,
                    target.name,
                    target.key,
                    "name+values" if seen.asked else "name",
                    round(sure, 2),
                    (
                        f'carries the whole key of "{target.name}"',
                        f"{seen.found} of {seen.asked} sampled keys stand there",
                    ),
                    orphans=round(1 - seen.share, 2) if seen.asked else 0.0,
                )

    def _each(self) -> Iterator[Reference]:
        for table in self._schema.tables.values():
            taken = {c for r in table.foreign_keys for c in r.columns}
            for column in table.columns:
                if column.name not in taken and _could_refer(table, column):
                    found = self._best(table, column)
                    if found:
                        yield found

    def _best(self, table: Table, column: Column) -> Reference | None:
        proposals = sorted(self._proposals(table, column), key=lambda p: -p[2])
        tested = [t for p in proposals[:6] if (t := self._tested(table, column, *p))]
        best = max(tested, key=lambda r: r.confidence, default=None)
        if best is None or column.family is not Family.TEXT:
            return best
        # Two tables of one row a person have the same text keys: the one that holds the accounts is meant.
        people = (r for r in tested if r.target in self._accounts and r.confidence >= best.confidence - 0.08)
        return max(people, key=lambda r: r.confidence, default=best)

    def _proposals(self, table: Table, column: Column) -> Iterator[tuple[str, str, float, str]]:
        """(target, its column, confidence by name, why)."""
        words = words_of(column.name, self._roles[table.name])
        if not words or (set(self._roles[table.name].words) & _SERVICES and split(column.name)[0] == "client"):
            return  # the client of OAuth is an application
        stem = words
        while len(stem) > 1 and stem[-1] in ID_WORDS:
            stem = stem[:-1]
        marked = stem != words
        while len(stem) > 1 and stem[-1] in ("from", "to", "source", "target") and stem[-2] not in ROLE_WORDS:
            stem = stem[:-1]
        if (
            (words[0] in _COUNTING and not (marked and len(words) > 2))
            or words[-1] in _COUNTING - {"number"}
            or (not marked and self._strict and "by" not in stem)
        ):
            return
        raw = split(column.name)[-1:]
        if (
            raw
            and (singular(raw[0]) != raw[0] or raw[0] == "ids")
            and (column.family is Family.TEXT if marked else column.family is Family.NUMBER)
        ):
            return  # `active_users` counts, and text called `user_ids` is a list
        if low_uid(column.name) and any(c.name != column.name and "user" in canonical(c.name) for c in table.columns):
            return
        low = column.name.lower()
        if low not in _GENERIC_KEYS:
            yield from self._same_key_name(table, low)
        if words in (("id",), ("number",), ("key",), ("code",)):
            return
        if column.name in table.key and len(table.key) == 1 and column.family is Family.NUMBER:
            return
        yield from self._entity(table, column, stem, marked)
        if stem and (stem[-1] == "parent" or (stem[0] == "parent" and len(stem) == 1)) and len(table.key) == 1:
            yield table.name, table.key[0], 0.75, f'"{column.name}" reads as the parent row'
        yield from self._person_role(table, column, stem, marked)

    def _same_key_name(self, table: Table, low: str) -> Iterator[tuple[str, str, float, str]]:
        # A key that is itself a reference (a row per person) is not what others refer to.
        holders = [t for t in self._by_key.get(low, ()) if t != table.name and not _refers(self._schema.tables[t], low)]
        own = table.column(_spelled(table, low))
        if not holders or len(holders) > 6 or (own and own.family is Family.TEXT and own.name in single_keys(table)):
            return
        if low in (k.lower() for k in table.key) and len(table.key) == 1 and self._owns_name(table.name, low):
            return
        best = max(holders, key=lambda t: (self._owns_name(t, low), t in self._subjects, -len(t)))
        sure = 0.88 if self._owns_name(best, low) or len(holders) == 1 else 0.6
        yield best, _spelled(self._schema.tables[best], low), sure, f'"{low}" is the key of "{best}"'

    def _owns_name(self, table: str, low: str) -> bool:
        """Whether the key's name is the table's own (`userid` in `users`)."""
        words = [w for w in canonical(low) if w not in ID_WORDS]
        own = self._roles[table].words
        return bool(words) and tuple(words) == own[-len(words) :]

    def _entity(
        self, table: Table, column: Column, stem: tuple[str, ...], marked: bool
    ) -> Iterator[tuple[str, str, float, str]]:
        raw_stem = singular(column.name.lower().removesuffix("_id").removesuffix("id"))
        for length in range(len(stem), 0, -1):
            targets = self._named(stem[-length:])
            for target in targets:
                key = _key_for(self._schema.tables[target], column)
                if not key:
                    continue
                exact = length == len(stem)
                raw = self._raw.get(raw_stem) == target
                sure = (0.85 if exact else 0.7) if marked else (0.72 if exact else 0.45)
                if stem[-length:] not in self._by_words and not self._spelled_alike(column.name, target):
                    sure -= 0.3  # a synonym of the end of a table's name (`filesystem` of `user_directory`)
                if stem[-length:] not in self._by_words and self._roles[target].join:
                    sure -= 0.2  # hardly anything refers to the rows of a table that only joins
                if target == table.name and (length < len(self._roles[target].words) or not marked):
                    continue
                if not exact and not marked and target in self._subjects:
                    sure = 0.75
                yield (
                    target,
                    key,
                    sure - 0.05 * (len(targets) > 1 and not raw) + 0.04 * raw,
                    f'"{" ".join(stem)}" names the table "{target}"',
                )
            if targets:
                return

    def _spelled_alike(self, column: str, target: str) -> bool:
        return bool({singular(w) for w in split(column)} & {singular(w) for w in split(local_name(target))})

    def _named(self, words: tuple[str, ...]) -> list[str]:
        exact = self._by_words.get(words, [])
        if exact:
            return exact[:4]
        ending = self._by_ending.get(words, [])
        return ending if len(ending) == 1 else []

    def _person_role(
        self, table: Table, column: Column, stem: tuple[str, ...], marked: bool
    ) -> Iterator[tuple[str, str, float, str]]:
        if not set(stem) & ROLE_WORDS:
            return
        if stem[-1] not in ROLE_WORDS | {"to"} or (set(stem) <= _VERBS and not marked):
            return
        for account in self._accounts:
            key = _key_for(self._schema.tables[account], column)
            if key and (column.family is not Family.TEXT or marked or self._looks.values(table.name, column.name)):
                yield (
                    account,
                    key,
                    0.74 if marked or "by" in stem else 0.62,
                    f'"{column.name}" names a person, and "{account}" holds the accounts',
                )

    def _tested(
        self, table: Table, column: Column, target: str, to: str, confidence: float, why: str
    ) -> Reference | None:
        to_column = self._schema.tables[target].column(to)
        if to_column is None or (target == table.name and to == column.name):
            return None
        if not _compatible(column, to_column):
            return None
        seen = self._looks.inclusion(table.name, (column.name,), target, (to,))
        if not seen.asked and column.family is Family.TEXT:
            keyed = self._schema.tables[target].key
            if not self._written_as_key(column) or (keyed and keyed != (to,)):
                return None  # text that may stand for a row without being its key must be seen to
        evidence = [why]
        orphans = 0.0
        if seen.asked >= 1:
            if seen.share < 0.5:
                return None if seen.asked >= 3 else self._weak(table, column, target, to, confidence, why)
            weight = min(1.0, seen.asked / 5)
            confidence += (0.97 - confidence) * 0.75 * weight * seen.share
            evidence.append(f"{seen.found} of {seen.asked} sampled keys stand there")
            orphans = 1 - seen.share
        elif self._declaring > len(self._schema.tables) // 2:
            # A schema that declares its keys leaves few undeclared.
            confidence -= 0.15
        if confidence < 0.5:
            return None
        return Reference(
            table.name,
            (column.name,),
            target,
            (to,),
            "name+values" if seen.asked else "name",
            round(confidence, 2),
            tuple(evidence),
            seen.nobody,
            orphans=round(orphans, 2),
        )

    def _written_as_key(self, column: Column) -> bool:
        """Whether a text column without a value is named and sized as a key: of a long one its values must tell."""
        return (column.length or _LONGEST_KEY) <= _SHORT_KEY or bool(set(canonical(column.name)[-1:]) & ID_WORDS)

    def _weak(
        self, table: Table, column: Column, target: str, to: str, confidence: float, why: str
    ) -> Reference | None:
        if confidence < 0.7 or (column.family is Family.TEXT and not self._written_as_key(column)):
            return None
        return Reference(
            table.name,
            (column.name,),
            target,
            (to,),
            "name",
            0.5,
            (why, "the few sampled keys do not stand there"),
            orphans=1.0,
        )


def _refers(table: Table, column: str) -> bool:
    return any(c.lower() == column for r in table.foreign_keys for c in r.columns)


def low_uid(name: str) -> bool:
    """Whether the name is a bare `uid`, which mail and LDAP also use for other things."""
    return name.lower() == "uid"


def _accounts(schema: Schema, subjects: Mapping[str, Subject]) -> list[str]:
    """The tables of people that log in, the most referred to first."""
    listed = [s for s in subjects.values() if s.account] or list(subjects.values())
    referred = Counter(r.table for t in schema.tables.values() for r in t.foreign_keys)
    return [s.table for s in sorted(listed, key=lambda s: (-referred[s.table], -s.confidence))][:2]


def single_keys(table: Table) -> list[str]:
    """Columns that alone identify a row: the primary key first, then the shortest of what is unique."""
    keys = [table.key[0]] if len(table.key) == 1 else []
    alone = [u.columns[0] for u in table.uniques if len(u.columns) == 1]
    alone += [i.columns[0] for i in table.indexes if i.unique and len(i.columns) == 1]
    keys += [c for c in dict.fromkeys(alone) if c not in keys and table.column(c)]
    return keys[:3]


def _key_for(table: Table, column: Column) -> str:
    """The key of `table` that a column of this kind could hold; '' when none is."""
    for key in single_keys(table):
        facts = table.column(key)
        if facts is not None and _compatible(column, facts):
            return key
    return ""


def _spelled(table: Table, low: str) -> str:
    return next((c.name for c in table.columns if c.name.lower() == low), low)


def _could_refer(table: Table, column: Column) -> bool:
    if column.family in (Family.NUMBER, Family.UUID):
        return not any(w in column.type for w in ("float", "double", "decimal", "numeric", "real"))
    return column.family is Family.TEXT and (column.length or 0) <= _LONGEST_KEY and not column.choices


def _compatible(one: Column, other: Column) -> bool:
    if one.family is other.family:
        return True
    return {one.family, other.family} <= {Family.TEXT, Family.NUMBER, Family.UUID} and False


__all__ = ["PERSON_NOUNS", "Finder", "Reference", "declared"]
