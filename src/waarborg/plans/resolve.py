"""The data map held against the schema: every link with its real columns, every column with its facts.

What cannot be resolved (a table or column that is not there, a view that would have to be treated, an identifier the
target does not declare) is a finding, all of them at once; a plan is only made when there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from waarborg.datamap.model import DataMap, Identifier, Link, TableDecl
from waarborg.errors import Finding, Place, PlanError, near_miss
from waarborg.plans.constraints import clearable
from waarborg.stores.contract import (
    EXACT,
    Both,
    Compare,
    Family,
    ForeignKey,
    How,
    Inside,
    Not,
    Rows,
    Schema,
    Table,
)
from waarborg.terms import LinkKind, Treatment

DEFAULT_NORMALISE: Mapping[str, tuple[str, ...]] = {}
"""Normalisation is declared, never assumed: an index that is not used is as bad as a row that is not found."""


SEVERAL = ("list", "json")
"""Where a cell holds keys that can be taken out of it one by one."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One link of the map with everything about it settled."""

    index: int
    link: Link
    table: str
    """The table the link stands in (qualified)."""
    target: str
    columns: tuple[str, ...]
    to_columns: tuple[str, ...]
    how: How
    conditions: tuple[Rows, ...]
    same_store: bool
    reference: ForeignKey | None
    """The declared foreign key behind the link: the engine guarantees that it leads somewhere."""
    to_unique: bool
    """At most one row of the target has these values."""
    cut: Treatment | None
    """How the link is cut when its row stays: CLEAR, STAND_IN or REPLACE; None where that is impossible."""
    elsewhere: Identifier | None = None
    """The identifier behind a link by value, where another table than the target holds it."""

    @property
    def holder(self) -> str:
        """The table that holds `to_columns`: the target, unless the identifier is elsewhere."""
        return self.elsewhere.table if self.elsewhere else self.target

    @property
    def takes(self) -> bool:
        """Whether the row goes with the person it is about, although it is somebody else's."""
        return not self.owning and self.link.on_erasure is Treatment.DELETE

    @property
    def to(self) -> str:
        """The target's name inside its store."""
        return self.target.partition(".")[2]

    @property
    def owning(self) -> bool:
        """Whether the link makes the row somebody's."""
        return self.link.kind is LinkKind.BELONGS_TO


@dataclass(frozen=True, slots=True)
class Mapped:
    """A table of the map with its facts and its resolved links."""

    decl: TableDecl
    facts: Table
    arms: tuple[Arm, ...] = ()

    @property
    def name(self) -> str:
        """Qualified name."""
        return self.decl.name

    @property
    def local(self) -> str:
        """Name inside the store: the schema's own spelling."""
        return self.facts.name

    @property
    def owners(self) -> tuple[Arm, ...]:
        """The links that decide whose the row is."""
        return tuple(arm for arm in self.arms if arm.owning)

    def arms_of(self, kind: LinkKind) -> tuple[Arm, ...]:
        """The links of one kind."""
        return tuple(arm for arm in self.arms if arm.link.kind is kind)


@dataclass(slots=True)
class World:
    """Map and schemas together: what the planner sees. Built once, used for every plan until one of them changes."""

    datamap: DataMap
    schemas: Mapping[str, Schema]
    tables: dict[str, Mapped] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def in_store(self, store: str) -> tuple[Mapped, ...]:
        """The mapped tables of one store."""
        return tuple(table for table in self.tables.values() if table.decl.store == store)

    def by_local(self, store: str, local: str) -> Mapped | None:
        """The mapped table of that name in a store, or None."""
        return next((t for t in self.tables.values() if t.decl.store == store and t.local == local), None)

    def ignored(self, store: str, local: str) -> bool:
        """Whether a person decided that this table is left out."""
        return any(one.name == f"{store}.{local}" for one in self.datamap.ignored)


def resolve(datamap: DataMap, schemas: Mapping[str, Schema]) -> World:
    """Hold the map against the schemas. Raises `PlanError` with every finding when something is not there."""
    world = World(datamap, schemas)
    for decl in datamap.tables.values():
        schema = schemas.get(decl.store)
        facts = _table(schema, decl) if schema else None
        if schema is None or facts is None:
            known = list(schema.tables) if schema else list(schemas)
            world.findings.append(
                Finding(
                    "WB401",
                    decl.place if decl.place.path else Place(path=f"tables.{decl.name}"),
                    "The data map names a table that the store does not have.",
                    "A plan that cannot find a table would silently leave people's rows in it.",
                    near_miss(decl.local, known) or "Correct the name, or remove the table from the map.",
                )
            )
            continue
        if facts.partition_of:
            world.findings.append(_partition(decl, facts))
        world.tables[decl.name] = Mapped(decl, facts)
    for name, mapped in list(world.tables.items()):
        world.findings += _missing_columns(mapped)
        arms = tuple(_arms(world, mapped))
        world.tables[name] = Mapped(mapped.decl, mapped.facts, arms)
    world.findings += _heirs(world)
    if world.findings:
        raise PlanError(world.findings)
    return world


def _partition(decl: TableDecl, facts: Table) -> Finding:
    return Finding(
        "WB404",
        decl.place if decl.place.path else Place(path=f"tables.{decl.name}"),
        f"This table is a partition of {facts.partition_of}.",
        "Its rows are those of that table: they would be counted, and treated, twice.",
        f"Map {decl.store}.{facts.partition_of}, and take the partition out of the map.",
    )


def _heirs(world: World) -> Iterator[Finding]:
    """Tables that inherit from a mapped one: nothing leads to their rows, since no foreign key is inherited."""
    for mapped in world.tables.values():
        store = mapped.decl.store
        for other in world.schemas[store].tables.values():
            if other.inherits == mapped.local and not (
                world.by_local(store, other.name) or world.ignored(store, other.name)
            ):
                yield Finding(
                    "WB405",
                    Place(mapped.decl.place.file, mapped.decl.place.line, 0, f"tables.{store}.{other.name}"),
                    f"The table {other.name} inherits from {mapped.local} and is not in the map.",
                    "Its rows are its own: a plan for the one would leave the other as it is.",
                    "Map it like the table it inherits from, or ignore it with a reason, an owner and an end date.",
                )


def _table(schema: Schema, decl: TableDecl) -> Table | None:
    """The facts of a declared table: by its name, or with its default schema spelled out."""
    found = schema.tables.get(decl.local)
    if found is None:
        head, _, tail = decl.local.partition(".")
        found = next((t for t in schema.tables.values() if t.name == tail and t.schema == head), None)
    return found


def _missing_columns(mapped: Mapped) -> Iterator[Finding]:
    """A finding for each column that the map names and the table does not have."""
    decl, facts = mapped.decl, mapped.facts
    named = set(decl.columns) | set(decl.dates.values())
    if decl.subject:
        named |= set(decl.subject.identifying) | set(decl.subject.where) | set(decl.subject.key)
        if decl.subject.stand_in:
            named |= set(decl.subject.stand_in.values)
    for link in decl.links:
        named |= set(link.columns) | set(link.where) | set(link.about)
    for name in sorted(named):
        if facts.column(name) is None:
            yield Finding(
                "WB402",
                Place(decl.place.file, decl.place.line, 0, f"tables.{decl.name}.{name}"),
                "The data map names a column that the table does not have.",
                "What is declared here would never be found or treated.",
                near_miss(name, [column.name for column in facts.columns]) or "Correct the name, or remove it.",
            )


def _arms(world: World, mapped: Mapped) -> Iterator[Arm]:
    for index, link in enumerate(mapped.decl.links):
        target = world.tables.get(link.target)
        if target is None:
            continue  # the target is not there: WB401 was already said for it, or the loader said so
        to_columns = _to_columns(link, target)
        if not to_columns:
            world.findings.append(
                Finding(
                    "WB403",
                    link.place,
                    "The target of this link has no key and no identifier of that kind.",
                    "Without it nobody can say which row is meant.",
                    "Name the columns: by: {column: target_column}.",
                )
            )
            continue
        same_store = target.decl.store == mapped.decl.store
        elsewhere = _elsewhere(world, mapped, link, target)
        reference = _reference(mapped.facts, link, target.facts.name, to_columns) if same_store else None
        if same_store and reference is None and (other := _contradicting(mapped.facts, link)):
            world.findings.append(_wrong_table(link, mapped, other))
        if link.through and not link.through.own_columns:
            own = mapped.decl.subject.key if mapped.decl.subject else mapped.facts.key
            link = replace(link, through=replace(link.through, own_columns=own))
        yield Arm(
            index=index,
            link=link,
            table=mapped.name,
            target=link.target,
            columns=link.columns,
            to_columns=to_columns,
            how=_how(link, target),
            conditions=_conditions(mapped, link, target),
            same_store=same_store,
            reference=reference,
            to_unique=elsewhere is None and unique(target.facts, to_columns) and not link.through,
            cut=_cut(mapped, link, target),
            elsewhere=elsewhere,
        )


def _elsewhere(world: World, mapped: Mapped, link: Link, target: Mapped) -> Identifier | None:
    """The identifier of a link by value that another table than the target holds."""
    subject = target.decl.subject
    found = subject.identifier(link.by_identifier) if subject and link.by_identifier else None
    if found is None or not found.table or found.table not in world.tables:
        return None
    if target.decl.store != mapped.decl.store:
        world.findings.append(
            Finding(
                "WB403",
                link.place,
                "The identifier that this link holds is in another table of another store.",
                "Keys travel from one store to the next, and this value is not a key of the target.",
                f"Link to {found.table} instead, and that table to the people.",
            )
        )
        return None
    return found


def _to_columns(link: Link, target: Mapped) -> tuple[str, ...]:
    if link.to_columns:
        return link.to_columns
    if link.by_identifier:
        subject = target.decl.subject
        found = subject.identifier(link.by_identifier) if subject else None
        return (found.column,) if found else ()
    if target.decl.subject and target.decl.subject.key:
        return target.decl.subject.key
    return target.facts.key


def _reference(facts: Table, link: Link, target: str, to_columns: tuple[str, ...]) -> ForeignKey | None:
    for reference in facts.foreign_keys:
        pairs = set(zip(reference.columns, reference.to_columns, strict=False))
        if reference.table == target and pairs == set(zip(link.columns, to_columns, strict=False)):
            return reference
    return None


def _contradicting(facts: Table, link: Link) -> ForeignKey | None:
    """A declared reference of exactly these columns: it leads elsewhere, or the link would have been found in it."""
    if link.where or link.by_identifier or link.through or link.template != "{}" or link.inside != "whole":
        return None
    return next((one for one in facts.foreign_keys if set(one.columns) == set(link.columns)), None)


def _wrong_table(link: Link, mapped: Mapped, other: ForeignKey) -> Finding:
    return Finding(
        "WB432",
        link.place if link.place.file else Place(path=f"tables.{mapped.name}"),
        f"This link leads to {link.target}, but the foreign key of {', '.join(link.columns)} leads to {other.table}.",
        "One of the two is wrong, and by the wrong one other people's rows would be erased.",
        f"Let the link lead to {other.table} ({', '.join(other.to_columns)}), or mend the foreign key.",
    )


def _how(link: Link, target: Mapped) -> How:
    normalise = link.normalise
    if not normalise and link.by_identifier and target.decl.subject:
        found = target.decl.subject.identifier(link.by_identifier)
        normalise = found.normalise if found else ()
    if not normalise and link.template == "{}" and link.inside == "whole":
        return EXACT
    return How(normalise, link.template, Inside(link.inside), link.path)


def _conditions(mapped: Mapped, link: Link, target: Mapped) -> tuple[Rows, ...]:
    found: list[Rows] = _filled(mapped, link)
    subject = target.decl.subject
    identifier = subject.identifier(link.by_identifier) if subject and link.by_identifier else None
    if identifier and identifier.nobody and len(link.columns) == 1:
        found.append(Not(Compare(link.columns[0], "in", identifier.nobody)))
    for column, values in link.where.items():
        found.append(Compare(column, "null") if values == (None,) else Compare(column, "in", values))
    if link.nobody and len(link.columns) == 1:
        found.append(Not(Compare(link.columns[0], "in", link.nobody)))
    return tuple(found)


def _filled(mapped: Mapped, link: Link) -> list[Rows]:
    """An empty text is no reference: else a row whose person was cleared would lead to everybody without a value."""
    columns = [mapped.facts.column(name) for name in link.columns]
    if link.mentions or link.inside != "whole" or not all(c and c.family is Family.TEXT for c in columns):
        return []
    empty = tuple(Compare(name, "in", ("",)) for name in link.columns)
    return [Not(empty[0] if len(empty) == 1 else Both(empty))] if empty else []


def unique(facts: Table, columns: tuple[str, ...]) -> bool:
    keys = [facts.key, *(unique.columns for unique in facts.uniques)]
    keys += [index.columns for index in facts.indexes if index.unique]
    return any(key and set(key) <= set(columns) for key in keys)


def _cut(mapped: Mapped, link: Link, target: Mapped) -> Treatment | None:
    """How this link can be cut in a row that stays: as declared, else cleared, else pointed at the stand-in."""
    if link.through or not link.columns or link.mentions:
        return None
    if link.on_erasure in (Treatment.CLEAR, Treatment.STAND_IN, Treatment.REPLACE):
        return link.on_erasure
    if link.on_erasure is Treatment.KEEP:
        return None
    columns = [column for name in link.columns if (column := mapped.facts.column(name))]
    if link.inside in SEVERAL and not any(c.generated or c.name in mapped.facts.key for c in columns):
        return Treatment.CLEAR  # the key is taken out of the cell, whatever else stands in it
    if link.inside == "whole" and any(clearable(mapped.facts, column) for column in columns):
        return Treatment.CLEAR
    plain = (
        link.inside == "whole" and link.template == "{}"
    )  # a key inside a document is not a column to point elsewhere
    if target.decl.subject and target.decl.subject.stand_in and not link.by_identifier and plain:
        return Treatment.STAND_IN
    return None
