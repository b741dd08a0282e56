"""Access (Art. 15): everything that is theirs, about them or visible to them, and nothing that is somebody else's.

`sections` decides, per table, which rows come with which columns; `Answer.write` streams them to a file in bounded
memory. Secrets never come out. In a shared row the columns that describe another person are withheld, and said so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import IO, Any

from waarborg.datamap.model import SECRET, TECHNICAL
from waarborg.plans.drafts import Handover, StandInDraft, WordSource
from waarborg.plans.resolve import Arm, Mapped, World
from waarborg.plans.sets import Asked, Ownership, hand_seed, handed_columns, words_seed
from waarborg.policy.model import Policy
from waarborg.state.disclosures import Disclosure
from waarborg.stores.contract import Both, Compare, In, Inside, Leads, Not, Program, Rows
from waarborg.terms import LinkKind

MOST_SPLITS = 4
"""Links with columns about people in one table: beyond so many, their columns are withheld rather than told apart."""


@dataclass(frozen=True, slots=True)
class Section:
    """Some rows of one table with the columns that may be shown."""

    table: str
    set: str
    why: str
    """`theirs`, `about them`, `mentions them` (someone else's text: to be reviewed) or `visible to them`."""
    columns: tuple[str, ...]
    withheld: tuple[str, ...] = ()
    """Columns about other people: their names are told, their contents are not."""


@dataclass(frozen=True, slots=True)
class AccessBlueprint:
    """What an access answer of one store is made of."""

    store: str
    program: Program
    sections: tuple[Section, ...]
    handovers: tuple[Handover, ...]
    own: Mapping[str, str]
    me: Mapping[str, str]
    words: Mapping[str, tuple[WordSource, ...]]
    stand_ins: tuple[StandInDraft, ...] = ()


def access_blueprint(world: World, store: str, asked: Asked) -> AccessBlueprint:
    """The sections of one store, for a person asked about in these ways."""
    return _Access(world, store, asked).blueprint()


class _Access:
    def __init__(self, world: World, store: str, asked: Asked) -> None:
        self.world, self.store = world, store
        self.sets = Ownership(world, store, asked, (), leaving=False, erased=frozenset())
        self.sections: list[Section] = []
        self.words: dict[str, tuple[WordSource, ...]] = {}

    def blueprint(self) -> AccessBlueprint:
        for table in self.sets.tables:
            self._theirs(table)
            for arm in table.arms:
                self._others(table, arm)
        return AccessBlueprint(
            self.store,
            self.sets.program(),
            tuple(self.sections),
            tuple(self._handovers()),
            {t.name: own for t in self.sets.tables if (own := self.sets.own(t))},
            {t.name: me for t in self.sets.tables if (me := self.sets.me(t))},
            self.words,
        )

    def _theirs(self, table: Mapped) -> None:
        """Own rows, split so that columns about a person are shown exactly where that person is the one asking."""
        own = self.sets.own(table)
        columns = _shown(table)
        if own is None or not columns:
            return
        speaking = [arm for arm in table.arms if set(arm.link.about) & set(columns)]
        parts: list[tuple[tuple[Rows, ...], frozenset[str]]] = [((In(own),), frozenset())]
        for arm in speaking[:MOST_SPLITS]:
            others = self._about_others(arm)
            about = frozenset(arm.link.about)
            parts = [
                split
                for rows, hidden in parts
                for split in (((*rows, Not(others)), hidden), ((*rows, others), hidden | about))
            ]
        always = frozenset(name for arm in speaking[MOST_SPLITS:] for name in arm.link.about)
        for number, (rows, hidden) in enumerate(parts):
            name = own if len(rows) == 1 else self.sets.add(f"theirs:{table.local}:{number}", table.local, Both(rows))
            self._section(table, name, "theirs", columns, hidden | always)

    def _about_others(self, arm: Arm) -> Rows:
        """Rows in which a link leads to somebody who is not the one asking, there or not: its columns are theirs."""
        target = self.world.tables[arm.target]
        filled = tuple(Not(Compare(name, "null")) for name in arm.columns)
        mine = self.sets.own(target) if arm.same_store else None
        return Both((*filled, *arm.conditions, *((Not(self.sets.leading(arm, In(mine))),) if mine else ())))

    def _others(self, table: Mapped, arm: Arm) -> None:
        """Rows that are somebody else's and come in all the same: what describes, mentions or was shown to them."""
        target = self.world.tables[arm.target]
        own = self.sets.own(target) if arm.same_store else None
        mine = self.sets.own(table)
        if own is None or arm.owning:
            return
        not_mine: tuple[Rows, ...] = (Not(In(mine)),) if mine else ()
        id = f"{arm.link.kind.value}:{table.local}:{arm.index}"
        if arm.link.mentions:
            self._mentioned(table, arm, not_mine)
        elif arm.link.kind is LinkKind.ABOUT and arm.link.about:
            rows = Both((self.sets.leading(arm, In(own)), *not_mine))
            hidden = frozenset(arm.link.about) if arm.link.withhold else frozenset()
            self._section(table, self.sets.add(id, table.local, rows), "about them", arm.link.about, hidden)
        elif arm.link.kind is LinkKind.VISIBLE_TO:
            rows = Both((self.sets.leading(arm, In(own)), *not_mine))
            hidden = frozenset(name for other in table.arms if other is not arm for name in other.link.about)
            hidden |= frozenset(_shown(table)) if arm.link.withhold else frozenset()
            self._section(table, self.sets.add(id, table.local, rows), "visible to them", _shown(table), hidden)
        elif arm.link.kind is LinkKind.ORGANISATION and mine is None:
            return
        elif arm.link.kind is LinkKind.ORGANISATION:
            theirs = Leads(arm.to_columns, table.local, arm.columns, In(mine or ""))
            self._section(
                target, self.sets.add(id, target.local, theirs), "visible to them", _shown(target), frozenset()
            )

    def _mentioned(self, table: Mapped, arm: Arm, not_mine: tuple[Rows, ...]) -> None:
        if not (sources := self.sets.word_sources(arm)):
            return
        self.words[words_seed(arm)] = sources
        for name, found in zip(arm.columns, self.sets.mentioning(arm), strict=True):
            id = f"mention:{table.local}:{arm.index}:{name}"
            rows = self.sets.add(id, table.local, Both((found, *not_mine)))
            encoded = arm.how.inside is Inside.ENCODED  # nobody can read it as it stands
            hidden = frozenset((name,)) if arm.link.withhold or encoded else frozenset()
            self._section(table, rows, "mentions them", (name,), hidden)

    def _section(self, table: Mapped, rows: str, why: str, columns: Iterable[str], hidden: frozenset[str]) -> None:
        shown = tuple(name for name in columns if name not in hidden)
        withheld = tuple(name for name in columns if name in hidden)
        if shown or withheld:
            self.sections.append(Section(table.name, rows, why, shown, withheld))

    def _handovers(self) -> Iterator[Handover]:
        for table in self.sets.tables:
            own = self.sets.own(table)
            for columns in handed_columns(self.world, table) if own else ():
                abroad = any(
                    arm.target == table.name and not arm.same_store and arm.to_columns == columns
                    for other in self.world.tables.values()
                    for arm in other.arms
                )
                if own and abroad:
                    yield Handover(own, columns, (hand_seed("own", table.name, columns),))


def _shown(table: Mapped) -> tuple[str, ...]:
    """The personal columns of a table that may come out at all."""
    return tuple(name for name, decl in table.decl.columns.items() if decl.category not in (SECRET, TECHNICAL))


@dataclass(slots=True)
class Answer:
    """An access answer that is ready to be written."""

    policy: Policy
    made_at: datetime
    sections: Sequence[tuple[Section, Iterable[Sequence[tuple[object, ...]]]]] = field(repr=False)
    disclosed: Sequence[Disclosure] = ()
    """Every hand-over of this person's data, oldest first."""
    logged: frozenset[str] = frozenset()
    """The recipients whose hand-overs are written down at all."""
    rows: int = 0
    """Rows written so far."""

    def write(self, out: IO[str], categories: Mapping[str, Mapping[str, str]]) -> None:
        """Stream the answer as JSON. `categories` gives the category of each column by table."""
        head = {
            "format": 1,
            "right": "access",
            "made_at": self.made_at.isoformat(),
            "policy": f"{self.policy.id} {self.policy.version.isoformat()}",
            "information": information(
                self.policy,
                {c for by in categories.values() for c in by.values()},
                [one for one in self.disclosed if not one.silent(self.made_at.date())],
                self.logged,
            ),
        }
        out.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "data": [')
        first = True
        for section, blocks in self.sections:
            first = self._write_section(out, section, blocks, categories.get(section.table, {}), first)
        out.write("\n]}\n")

    def _write_section(
        self,
        out: IO[str],
        section: Section,
        blocks: Iterable[Sequence[tuple[object, ...]]],
        categories: Mapping[str, str],
        first: bool,
    ) -> bool:
        """One table. A section without rows leaves nothing behind. Returns whether nothing was written yet."""
        begun = False
        for block in blocks:
            if not block:
                continue
            if not begun:
                head = {
                    "table": section.table,
                    "why": section.why,
                    "columns": {name: categories.get(name, "") for name in section.columns},
                    "withheld": list(section.withheld),
                }
                out.write(("" if first else ",") + "\n" + json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": [\n')
            rows = [dict(zip(section.columns, row, strict=False)) for row in block]
            out.write((",\n" if begun else "") + _encode(rows)[1:-1])
            self.rows += len(block)
            begun = True
        if begun:
            out.write("\n]}")
        return first and not begun


_encode = json.JSONEncoder(ensure_ascii=False, default=lambda value: shown(value)).encode


def shown(value: object) -> Any:
    """A value of the database as JSON can hold it."""
    match value:
        case datetime():
            return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
        case date() | time():
            return value.isoformat()
        case Decimal():
            return str(value)
        case bytes() | bytearray() | memoryview():
            raw = bytes(value)
            return {"bytes": len(raw), "hex": raw.hex()}
        case _:
            return str(value)


def information(
    policy: Policy, items: set[str], disclosed: Sequence[Disclosure] = (), logged: Collection[str] = ()
) -> dict[str, object]:
    """What Art. 15(1) asks to be told beside the data itself, for the categories that were found.

    Recipients are the actual ones (C-154/21): those that always get such data, and those by choice only where the
    register of disclosures says that they got it of this person, or where it never speaks of them.
    """
    found = {item.partition(".")[0] for item in items}

    def touches(refs: Iterable[str]) -> bool:
        return any(ref.partition(".")[0] in found for ref in refs)

    return {
        "controller": {"name": policy.controller.name, "contact": policy.controller.contact},
        "purposes": [
            {"id": one.id, "basis": one.basis.value if one.basis else ""}
            for one in policy.purposes.values()
            if touches(one.data)
        ],
        "categories": sorted(found & set(policy.data)),
        "recipients": list(_recipients(policy, touches, disclosed, logged)),
        "disclosures": [
            {"ground": one.ground, "who": one.told.get("who", ""), "data": list(one.data), "on": _day(one)}
            for one in disclosed
            if one.ground
        ],
        "retention": [
            {"id": one.id, "until": one.until or f"{one.period} from {one.starts_at}", "law": one.law}
            for one in policy.retention.values()
            if touches(one.data)
        ],
        "transfers": [{"id": one.id, "country": one.country} for one in policy.transfers.values()],
        "rights": ["rectification", "erasure", "restriction", "objection", "portability", "complaint"],
        "authority": policy.controller.authority,
    }


def _recipients(
    policy: Policy,
    touches: Callable[[Iterable[str]], bool],
    disclosed: Sequence[Disclosure],
    logged: Collection[str],
) -> Iterator[dict[str, object]]:
    for one in policy.recipients.values():
        given = [seen for seen in disclosed if seen.recipient == one.id]
        if given or (touches(one.data) and not (one.by_choice and one.id in logged)):
            days = [{"on": _day(seen), "purpose": seen.purpose, "data": list(seen.data)} for seen in given]
            yield {"id": one.id, "country": one.country, "given": days}


def _day(one: Disclosure) -> str:
    return one.on.isoformat() if one.on else ""
