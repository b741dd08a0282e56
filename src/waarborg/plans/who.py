"""Who somebody is, as the stores have them: which rows, under which identifiers, and which data there is of them.

    known = who(planner, SubjectRef({"email": "…"}))
    known.addresses          # the address of record: that of the row, never the one that was asked with
    known.categories         # `{"account", "billing"}`: what an answer would hold
    known.organisations      # keys of the organisations for which they act
    known.touched            # when something last happened to their rows: an old address may be another's by now

Reads only. Raises `PlanError` WB411, WB417, WB428 where one person cannot be told from another (attacks 12 and 13), and
`StoreError` where a store is out of reach: half a look would be a false one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime

from waarborg.datamap.model import Identifier
from waarborg.plans.access import AccessBlueprint, access_blueprint
from waarborg.plans.identifiers import frozen_columns, named_by
from waarborg.plans.locate import asked_of, complete, given_seeds, hand_over, in_order, prepare
from waarborg.plans.planner import Planner, enough
from waarborg.plans.resolve import Mapped, World
from waarborg.stores.contract import In, Leads, Program, Reading, RowSet
from waarborg.terms import LinkKind, SubjectRef

TOUCHED = ("last_activity", "created")
"""Dates of a row of people that tell when it was last known to be theirs, best first."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the stores know of who somebody is. Personal: sealed, never logged."""

    rows: tuple[tuple[str, tuple[str, ...]], ...] = field(repr=False)
    """Tables of people with the key of their row, in the order of the map."""
    identifiers: Mapping[str, tuple[str, ...]] = field(repr=False)
    """By kind, as they stand in the rows."""
    categories: frozenset[str]
    """Categories of data of which they have something."""
    organisations: tuple[tuple[str, str], ...] = ()
    """Tables of organisations with the key of those they act for."""
    touched: date | None = None

    @property
    def found(self) -> bool:
        """Whether there is anything of them."""
        return bool(self.rows or self.categories)

    @property
    def addresses(self) -> tuple[str, ...]:
        """E-mail addresses of record."""
        return tuple(one for kind, all_ in self.identifiers.items() if "mail" in kind for one in all_ if "@" in one)

    @property
    def phones(self) -> tuple[str, ...]:
        """Telephone numbers of record."""
        return tuple(n for kind, all_ in self.identifiers.items() if "phone" in kind or "mobile" in kind for n in all_)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of record, to write to."""
        return self.identifiers.get("name", ())


def who(planner: Planner, person: SubjectRef) -> Known:
    """Look a person up in every store."""
    people = [person]
    enough(people, planner.datamap)
    world, asked = planner.world(), asked_of([person])
    blueprints = {name: access_blueprint(world, name, asked) for name in planner.stores}
    seeds = {name: given_seeds(world, blueprint, people) for name, blueprint in blueprints.items()}
    found = _Found()
    with ExitStack() as stack:
        for name in in_order(world, list(blueprints)):
            blueprint, store = blueprints[name], planner.stores[name]
            prepare(blueprint, store, seeds[name], people)
            program = Program((*blueprint.program.sets, *_held_apart(world, blueprint)))
            look = stack.enter_context(store.reading(program, complete(program, seeds[name])))
            hand_over(world, blueprint, look, seeds, people)
            for table, me in blueprint.me.items():
                if look.count(me):
                    found.person(world, world.tables[table], look, me)
            for section in blueprint.sections:
                if look.count(section.set):
                    columns = world.tables[section.table].decl.columns
                    shown = (*section.columns, *section.withheld)
                    found.categories |= {columns[one].category.partition(".")[0] for one in shown}
    return found.known(planner)


def _held_apart(world: World, blueprint: AccessBlueprint) -> Iterator[RowSet]:
    """The rows of other tables that hold identifiers of the people (several addresses of one account)."""
    for table, me in blueprint.me.items():
        mapped = world.tables[table]
        for one in mapped.decl.subject.identifiers if mapped.decl.subject else ():
            if one.table and world.tables[one.table].decl.store == mapped.decl.store:
                key = (mapped.decl.subject.key if mapped.decl.subject else ()) or mapped.facts.key
                yield RowSet(
                    _apart(table, one), world.tables[one.table].local, Leads(one.by, mapped.local, key, In(me))
                )


def _apart(table: str, one: Identifier) -> str:
    return f"who:{table}:{one.kind}"


@dataclass(slots=True)
class _Found:
    rows: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    identifiers: dict[str, dict[str, None]] = field(default_factory=dict)
    categories: set[str] = field(default_factory=set)
    organisations: dict[tuple[str, str], None] = field(default_factory=dict)
    touched: list[date] = field(default_factory=list)

    def person(self, world: World, mapped: Mapped, look: Reading, me: str) -> None:
        """What the rows of one table of people say."""
        subject = mapped.decl.subject
        assert subject is not None  # noqa: S101 - only tables of people have a set of this name
        for key in look.values(me, subject.key or mapped.facts.key):
            self.rows.append((mapped.name, tuple(str(part) for part in key)))
        if columns := frozen_columns(subject):
            for row in look.values(me, columns):
                for kind, value, _ in named_by(subject, dict(zip(columns, row, strict=True))):
                    self.identifiers.setdefault(kind, {})[value] = None
        for one in subject.identifiers:
            if one.table and world.tables[one.table].decl.store == mapped.decl.store:
                for row in look.values(_apart(mapped.name, one), one.columns):
                    for kind, value, _ in named_by(subject, dict(zip(one.columns, row, strict=True)), one):
                        self.identifiers.setdefault(kind, {})[value] = None
        for arm in mapped.arms:
            if arm.link.kind is LinkKind.ORGANISATION and arm.columns:
                for key in look.values(me, arm.columns):
                    if None not in key:
                        self.organisations[arm.target, "|".join(str(part) for part in key)] = None
        self._dates(mapped, look, me)

    def _dates(self, mapped: Mapped, look: Reading, me: str) -> None:
        names = [mapped.decl.dates[one] for one in TOUCHED if one in mapped.decl.dates]
        for row in look.values(me, names) if names else ():
            days = [value.date() if isinstance(value, datetime) else value for value in row]
            if known := [day for day in days if isinstance(day, date)]:
                self.touched.append(max(known))

    def known(self, planner: Planner) -> Known:
        """Everything together, tables of people in the order of the map."""
        order = list(planner.datamap.tables)
        return Known(
            tuple(sorted(self.rows, key=lambda row: order.index(row[0]))),
            {kind: tuple(values) for kind, values in self.identifiers.items()},
            frozenset(self.categories & set(planner.policy.data)),
            tuple(self.organisations),
            max(self.touched, default=None),
        )
