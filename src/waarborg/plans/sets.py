"""From map and rules to sets of rows: whose a row is, who else has it, what law keeps it, what others still need.

For every table of a store these sets are named (each only where it can have rows at all):

    me    rows that *are* the people asked about
    own   rows that belong to them, along every link, however far
    kept  own rows that a rule or hold keeps, and what hangs on them
    live  own rows that somebody else has too, and what hangs on those
    gone  own rows with no owner left: own without kept and live
    need  gone rows that a staying row still refers to and cannot let go of
    law   need rows that a kept row leads to: what the law names stays readable in them too
    del   what is deleted: gone without need

`own`, `kept`, `live`, `need` and `law` are least fixpoints, so trees, cycles and self references need no special case;
negation only reaches down (gone looks at live, never the other way round).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from waarborg.datamap.model import Identifier
from waarborg.plans.drafts import WordSource
from waarborg.plans.resolve import Arm, Mapped, World, unique
from waarborg.plans.rules import Keeping, applying, still_kept
from waarborg.stores.contract import (
    All,
    Both,
    Compare,
    Either,
    ForeignKey,
    Given,
    How,
    In,
    Leads,
    Mentions,
    Not,
    Program,
    Rows,
    RowSet,
)
from waarborg.terms import WEAK

Pin = tuple[Mapped, Mapped, tuple[str, ...], tuple[str, ...], Arm | None]
"""A reference that cannot be cut: to which table, from which, its columns there, ours, and the link behind it."""


def key_seed(kinds: Sequence[str]) -> str:
    """The name of the seed that holds given identifiers of these kinds."""
    return "given:" + "+".join(kinds)


def hand_seed(state: str, table: str, columns: Sequence[str]) -> str:
    """The seed that hands keys of a table to another store (`own`, `gone`) or to verification (`frozen`)."""
    return f"{state}:{table}:{','.join(columns)}"


def shared_seed(table: str) -> str:
    """The seed that remembers which rows of a table stay because somebody else has them too."""
    return f"frozen:shared:{table}"


def words_seed(arm: Arm) -> str:
    """The seed that holds the words of a mention."""
    return f"words:{arm.target}:{','.join(arm.link.mentions)}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of the people asked about: sets of identifier kinds that were given together."""

    kinds: frozenset[tuple[str, ...]]
    frozen: bool = False
    """Keys found at planning stand in for rows that are already gone (verification)."""

    @property
    def keyed(self) -> bool:
        """Nobody is named: the frozen keys are the people themselves (a tombstone knows no name)."""
        return self.frozen and not self.kinds


@dataclass
class Ownership:
    """The sets of one store. Names come out of the methods; a method answers None where a set cannot have rows."""

    world: World
    store: str
    asked: Asked
    rules: tuple[Keeping, ...]
    leaving: bool
    """Whether the people go (erasure): without it only `me` and `own` are built (access)."""
    erased: frozenset[str]
    """Tables (qualified) whose rows are deleted when nobody has them any more; the others stay, without a person."""
    roots: Mapping[str, Rows] | None = None
    """Retention: by table (qualified) the rows that go of themselves, in place of the people asked about."""
    spared: Mapping[str, Rows] = field(default_factory=dict)
    """Rows that stay whatever hangs on whom: those of people under a hold."""
    sets: dict[str, RowSet] = field(default_factory=dict)
    _owned: set[str] = field(default_factory=set)
    _kept: set[str] = field(default_factory=set)
    _live: set[str] = field(default_factory=set)
    _need: dict[str, tuple[Rows, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._owned = owned_tables(self.world, self.leaving, self.roots)
        if self.leaving:
            self._kept = self._spread({t.name for t in self.tables if self._own_rules(t) or t.name in self.spared})
            self._live = self._spread({t.name for t in self.tables if self._others(t)})
        for table in self.tables:
            if table.name in self._owned:
                self._define(table)
        if self.leaving:
            self._define_need()

    @cached_property
    def tables(self) -> tuple[Mapped, ...]:
        """The mapped tables of the store."""
        return self.world.in_store(self.store)

    @property
    def owned(self) -> set[str]:
        """Tables (qualified) that can have rows of theirs."""
        return self._owned

    # -- names of sets -------------------------------------------------------------------------------------------

    def me(self, table: Mapped) -> str | None:
        """The people themselves."""
        return self._named("me", table)

    def own(self, table: Mapped) -> str | None:
        """Everything that is theirs."""
        return self._named("own", table)

    def kept(self, table: Mapped) -> str | None:
        """What a rule keeps."""
        return self._named("kept", table)

    def live(self, table: Mapped) -> str | None:
        """What others have too."""
        return self._named("live", table)

    def gone(self, table: Mapped) -> str | None:
        """What nobody has any more."""
        return self._named("gone", table) or self.own(table)

    def need(self, table: Mapped) -> str | None:
        """What staying rows refer to."""
        return self._named("need", table)

    def lawful(self, table: Mapped) -> str | None:
        """What kept rows refer to."""
        return self._named("law", table)

    def deleted(self, table: Mapped) -> str | None:
        """What goes; None for tables whose rows stay."""
        if table.name not in self.erased:
            return None
        return self._named("del", table) or self.gone(table)

    def _named(self, kind: str, table: Mapped) -> str | None:
        name = f"{kind}:{table.local}"
        return name if name in self.sets else None

    def add(self, name: str, table: str, rows: Rows) -> str:
        """Define one more set and return its name."""
        self.sets[name] = RowSet(name, table, rows)
        return name

    def program(self) -> Program:
        """All sets so far."""
        return Program(tuple(self.sets.values()))

    # -- ownership -----------------------------------------------------------------------------------------------

    def _define(self, table: Mapped) -> None:
        parts: list[Rows] = []
        if (rows := self._root(table)) is not None:
            me = self.add(f"me:{table.local}", table.local, rows)
            self.sets[me] = replace(self.sets[me], once=self.roots is not None)
            parts.append(In(me))
        for arm in table.arms:
            if arm.owning or (self.leaving and arm.takes):
                parts += self.mentioning(arm) if arm.link.mentions else self._reached(arm, "own")
        if self.asked.frozen:  # what is not unique may be somebody else's as well: it leads on, but finds nobody
            handed = [columns for columns in self._handed(table) if unique(table.facts, columns)]
            parts += [self._frozen(table, columns) for columns in handed]
        if not parts:
            return
        own: Rows = parts[0] if len(parts) == 1 else Either(tuple(parts))
        if table.decl.subject and table.decl.subject.nobody and len(parts) > 1:
            own = Both((own, Not(self.nobody(table))))
        self.add(f"own:{table.local}", table.local, own)
        if self.leaving:
            self._define_leaving(table)

    def _root(self, table: Mapped) -> Rows | None:
        """Rows in which everything begins: the people themselves, or what goes by its date."""
        if self.roots is not None:
            return self.roots.get(table.name)
        if self.asked.keyed:
            key = _key(table)
            return self._frozen(table, key) if table.decl.subject and key in self._handed(table) else None
        return self._identified(table) if table.decl.subject else None

    def _define_leaving(self, table: Mapped) -> None:
        own = In(f"own:{table.local}")
        minus: list[Rows] = []
        if table.name in self._kept:
            parts = [rows for rule in self._own_rules(table) if (rows := still_kept(table, rule)) is not None]
            for arm in table.owners:
                parts += self._via(arm, "kept")
            parts += [self.spared[table.name]] if table.name in self.spared else []
            minus.append(In(self.add(f"kept:{table.local}", table.local, Both((own, _either(parts))))))
        if table.name in self._live:
            outside = [rows for arm in table.owners for rows in (*self._outside(arm), *self._via(arm, "live"))]
            me = f"me:{table.local}"
            conditions: tuple[Rows, ...] = (own, _either(outside)) + ((Not(In(me)),) if me in self.sets else ())
            conditions += tuple(self._not_dying(table, arm) for arm in table.owners if arm.link.dies_with)
            taken = [rows for arm in table.arms if arm.takes for rows in self._taken(arm)]
            conditions += (Not(_either(taken)),) if taken else ()
            minus.append(In(self.add(f"live:{table.local}", table.local, Both(conditions))))
        if minus:
            self.add(f"gone:{table.local}", table.local, Both((own, *(Not(rows) for rows in minus))))

    def _not_dying(self, table: Mapped, arm: Arm) -> Rows:
        """Rows that do not go along with the row they die with: it is not theirs, or it stays.

        In a tree of its own table every row would wait for its root, which may be its own parent: there the other
        links decide, as they do for the root.
        """
        mine = self._via(arm, "own")
        if arm.target == table.name or not mine:
            return All()
        return Either((Not(_either(mine)), *self._via(arm, "live"), *self._via(arm, "kept")))

    def _taken(self, arm: Arm) -> list[Rows]:
        """Rows that go with the person they are about."""
        return self.mentioning(arm) if arm.link.mentions else self._reached(arm, "own")

    def mentioning(self, arm: Arm) -> list[Rows]:
        """Rows in whose texts the people are named."""
        seed = words_seed(arm)
        return [self._with(arm, Mentions(column, seed, arm.how)) for column in arm.columns]

    def word_sources(self, arm: Arm) -> tuple[WordSource, ...]:
        """Where the words of a mention come from: the identifiers of the people themselves."""
        target = self.world.tables[arm.target]
        subject, me = target.decl.subject, self.me(target) if arm.same_store else None
        if subject is None or me is None:
            return ()
        found = []
        for kind in arm.link.mentions:
            identifier = subject.identifier(kind)
            if identifier is None:
                continue
            rows = self.elsewhere(target, identifier, me) if identifier.table else me
            found.append(WordSource(rows, identifier.columns))
        return tuple(found)

    def elsewhere(self, target: Mapped, identifier: Identifier, me: str) -> str:
        """Rows of another table that hold an identifier of the people."""
        holder = self.world.tables[identifier.table]
        rows = holding(identifier, Leads(identifier.by, target.local, _key(target), In(me)))
        return self.add(f"words:{holder.local}:{identifier.kind}", holder.local, rows)

    def _identified(self, table: Mapped) -> Rows | None:
        """Rows of a table of people found by what was given: one strong kind, narrowed by every weak one."""
        subject = table.decl.subject
        assert subject is not None  # noqa: S101 - callers ask only for tables of people
        found: list[Rows] = []
        for kinds in sorted(self.asked.kinds):
            strong = next(
                (k for k in ("key", *(one.kind for one in subject.identifiers)) if k in kinds and k not in WEAK), ""
            )
            if not strong:
                continue
            weak = [
                one.kind
                for one in subject.identifiers
                if one.kind in kinds and one.kind in WEAK and not one.table and not one.more
            ]
            identifier = subject.identifier(strong)
            if identifier and identifier.table:
                found.append(self._by_holder(table, identifier, kinds))
            else:
                found.append(self._by_kinds(table, strong, weak, kinds))
        if not found:
            return None
        rows = _either(found)
        extra: list[Rows] = [having(column, values) for column, values in subject.where.items()]
        if subject.nobody:
            extra.append(Not(self.nobody(table)))
        return Both((rows, *extra)) if extra else rows

    def _by_holder(self, table: Mapped, identifier: Identifier, kinds: tuple[str, ...]) -> Rows:
        """People whose identifier is in another table."""
        seed = key_seed((*kinds, "as", identifier.kind))
        held = holding(identifier, Given((identifier.column,), seed, How(identifier.normalise)))
        return Leads(_key(table), self.world.tables[identifier.table].local, identifier.by, held)

    def _by_kinds(self, table: Mapped, strong: str, weak: list[str], kinds: tuple[str, ...]) -> Rows:
        subject = table.decl.subject
        assert subject is not None  # noqa: S101 - callers ask only for tables of people
        identifier = subject.identifier(strong)
        columns = (identifier.column,) if identifier else (subject.key or table.facts.key)[:1]
        normalise = identifier.normalise if identifier else ()
        for kind in weak:
            found = subject.identifier(kind)
            columns += (found.column,) if found else ()
        return Given(columns, key_seed((*kinds, "as", strong, *weak)), How(normalise))

    @staticmethod
    def nobody(table: Mapped) -> Rows:
        """Rows of a table of people that stand for no person."""
        subject = table.decl.subject
        key = (subject.key if subject else ()) or table.facts.key
        return Compare(key[0], "in", subject.nobody if subject else ())

    def _reached(self, arm: Arm, kind: str) -> list[Rows]:
        """Ways in which a row belongs to these people through one link."""
        found = self._via(arm, kind)
        if arm.link.by_identifier and kind == "own":
            for kinds in sorted(self.asked.kinds):
                if arm.link.by_identifier in kinds:
                    seed = key_seed((*kinds, "as", arm.link.by_identifier))
                    found.append(self._with(arm, Given(arm.columns, seed, arm.how)))
        handed = self._handed(self.world.tables[arm.holder])
        if self.asked.frozen and arm.same_store and not arm.link.through and arm.to_columns in handed:
            found.append(self._with(arm, Given(arm.columns, hand_seed("frozen", arm.holder, arm.to_columns), arm.how)))
        return found

    def _via(self, arm: Arm, kind: str) -> list[Rows]:
        """Rows that lead to the `kind` set of the link's target: none where that set cannot have rows."""
        target = self.world.tables[arm.target]
        if not arm.same_store:
            if kind in ("own", "gone") and target.name in self._owned:
                return [self._with(arm, Given(arm.columns, hand_seed(kind, arm.target, arm.to_columns), arm.how))]
            return []
        if target.name not in {"own": self._owned, "kept": self._kept, "live": self._live}.get(kind, self._owned):
            return []
        return [self.leading(arm, In(f"{kind}:{target.local}"))]

    def leading(self, arm: Arm, to: Rows) -> Rows:
        """Rows that lead to rows `to` of the link's target (same store)."""
        target = self.world.tables[arm.target]
        if arm.elsewhere:
            holder, by = self.world.tables[arm.elsewhere.table].local, arm.elsewhere.by
            held = holding(arm.elsewhere, Leads(by, target.local, _key(target), to))
            return self._with(arm, Leads(arm.columns, holder, arm.to_columns, held, arm.how))
        if through := arm.link.through:
            middle = self.world.tables.get(through.table)
            local = middle.local if middle else through.table.partition(".")[2]
            inner = Leads(through.to, target.local, arm.to_columns, to)
            return self._with(arm, Leads(through.own_columns, local, through.columns, inner))
        return self._with(arm, Leads(arm.columns, target.local, arm.to_columns, to, arm.how))

    @staticmethod
    def _with(arm: Arm, rows: Rows) -> Rows:
        return Both((rows, *arm.conditions)) if arm.conditions else rows

    # -- other owners and rules ----------------------------------------------------------------------------------

    def _own_rules(self, table: Mapped) -> list[Keeping]:
        return [rule for rule in applying(table, self.rules) if still_kept(table, rule) is not None]

    def _others(self, table: Mapped) -> bool:
        """Whether a row of these people can have another owner as well, by the shape of its links alone."""
        owning = table.owners
        if table.name not in self._owned or not owning:
            return False
        if all(arm.link.dies_with and arm.target != table.name for arm in owning) and not table.decl.subject:
            return False
        return len(owning) > 1 or bool(table.decl.subject) or not owning[0].to_unique or bool(owning[0].link.through)

    def _outside(self, arm: Arm) -> list[Rows]:
        """Rows whose link leads to a row that is not these people's: a living owner."""
        target = self.world.tables[arm.target]
        if not arm.same_store:
            mine = Given(arm.columns, hand_seed("own", arm.target, arm.to_columns), arm.how)
            filled = tuple(Not(Compare(column, "null")) for column in arm.columns)
            return [Both((*filled, Not(mine), *arm.conditions))]
        living: list[Rows] = [Not(In(f"own:{target.local}"))] if target.name in self._owned else []
        subject = target.decl.subject
        if subject and subject.nobody:
            living.append(Not(self.nobody(target)))
        if subject and subject.stand_in:
            living.append(Not(self.placeholder(target)))
        return [self.leading(arm, all_of(living))]

    @staticmethod
    def placeholder(table: Mapped) -> Rows:
        """The stand-in's own row: nobody's owner, however many rows point at it."""
        stand_in = table.decl.subject.stand_in if table.decl.subject else None
        if stand_in is None:
            return Either(())
        return all_of([_placed(column, stand_in.values[column]) for column in stand_in.find])

    def _spread(self, start: set[str]) -> set[str]:
        """Tables that inherit a state along their owner links."""
        found = start & self._owned
        while True:
            more = {
                table.name
                for table in self.tables
                if table.name in self._owned and any(arm.same_store and arm.target in found for arm in table.owners)
            }
            if more <= found:
                return found
            found |= more

    # -- what staying rows need ----------------------------------------------------------------------------------

    def staying(self, table: Mapped) -> Rows:
        """Rows of a table that are there afterwards."""
        gone = self.gone(table)
        if gone is None or table.name not in self.erased:
            return All()
        need = self.need(table)
        return Either((Not(In(gone)), In(need))) if need else Not(In(gone))

    def pinned_down(self, table: Mapped) -> Iterable[tuple[Mapped, tuple[str, ...], tuple[str, ...], Arm | None, bool]]:
        """References to `table`: from which table, its columns, ours, the link behind it, and whether it can be cut."""
        seen = set()
        for other in self.tables:
            for arm in other.arms:
                plain = arm.how.template == "{}" and arm.how.inside == "whole" and not arm.link.mentions
                plain = plain and arm.to_unique  # what only looks alike (a name) is no reference
                if arm.target == table.name and arm.columns and plain and not arm.link.by_identifier:
                    seen.add((other.name, frozenset(arm.columns)))
                    yield other, arm.columns, arm.to_columns, arm, arm.cut is not None
            for reference in other.facts.foreign_keys:
                if reference.table == table.local and (other.name, frozenset(reference.columns)) not in seen:
                    yield other, reference.columns, reference.to_columns, None, clearable(other, reference)

    def _define_need(self) -> None:
        tables = [table for table in self.tables if table.name in self.erased and self.gone(table)]
        parts: dict[str, list[Rows]] = {table.name: [] for table in tables}
        held: dict[str, list[Rows]] = {table.name: [] for table in tables}
        links: list[Pin] = []
        for table in tables:
            for other, columns, to_columns, arm, cuttable in self.pinned_down(table):
                if (arm or not cuttable) and (kept := self.kept(other)):
                    rows = Leads(to_columns, other.local, columns, self._with_arm(arm, In(kept)))
                    held[table.name].append(rows)
                    parts[table.name] += [rows] if cuttable else []
                if not cuttable:
                    links.append((table, other, columns, to_columns, arm))
                    if stays := self._stays_and_points(other, arm):
                        parts[table.name].append(Leads(to_columns, other.local, columns, self._with_arm(arm, stays)))
        wanted, lawful = self._pulled("need", parts, links), self._pulled("law", held, links)
        for table in tables:
            gone, need = self.gone(table), f"need:{table.local}"
            if gone and table.name in wanted:
                self.add(need, table.local, Both((In(gone), _either(parts[table.name]))))
                self.add(f"del:{table.local}", table.local, Both((In(gone), Not(In(need)))))
                if table.name in lawful:
                    self.add(f"law:{table.local}", table.local, Both((In(need), _either(held[table.name]))))

    def _pulled(self, kind: str, parts: dict[str, list[Rows]], links: Sequence[Pin]) -> set[str]:
        """Tables with rows of a kind: those with parts, and what links that cannot be cut lead to from there."""
        found = {name for name, some in parts.items() if some}
        while more := {t.name for t, other, *_ in links if other.name in found} - found:
            found |= more
        for table, other, columns, to_columns, arm in links:
            if other.name in found and other.name in self.erased:
                inner = self._with_arm(arm, In(f"{kind}:{other.local}"))
                parts[table.name].append(Leads(to_columns, other.local, columns, inner))
        return found

    @staticmethod
    def _with_arm(arm: Arm | None, rows: Rows) -> Rows:
        return Both((rows, *arm.conditions)) if arm and arm.conditions else rows

    def _stays_and_points(self, other: Mapped, arm: Arm | None) -> Rows | None:
        """Rows of `other` that stay and keep pointing; None where its links make that impossible."""
        gone = self.gone(other)
        if gone is None or other.name not in self.erased:
            return All()
        alone = arm is not None and arm.owning and not arm.conditions
        alone = alone and (other.owners == (arm,) or (arm is not None and arm.link.dies_with))
        if alone and other.name not in self._kept | self._live:
            return None
        return Not(In(gone))

    # -- keys that outlive their rows ----------------------------------------------------------------------------

    def _handed(self, table: Mapped) -> list[tuple[str, ...]]:
        return handed_columns(self.world, table)

    def _frozen(self, table: Mapped, columns: tuple[str, ...]) -> Rows:
        return Given(columns, hand_seed("frozen", table.name, columns))


def owned_tables(world: World, leaving: bool = True, roots: Mapping[str, Rows] | None = None) -> set[str]:
    """Tables (qualified) that can hold rows of a person: people (or `roots`), and what belongs to them, however far.

    When the people leave, also rows of others that go with them.
    """
    found = set(roots or ())
    if roots is None:
        found = {table.name for table in world.tables.values() if table.decl.subject}
        found |= {t.name for t in world.tables.values() if any(a.owning and a.link.by_identifier for a in t.arms)}
        takes = {t.name for t in world.tables.values() if any(a.takes and a.link.mentions for a in t.arms)}
        found |= takes if leaving else set()
    while True:
        more = {
            table.name
            for table in world.tables.values()
            if any((arm.owning or (leaving and arm.takes)) and arm.target in found for arm in table.arms)
        }
        if more <= found:
            return found
        found |= more


def handed_columns(world: World, table: Mapped) -> list[tuple[str, ...]]:
    """Column tuples of a table whose values must survive its rows: for links no foreign key vouches for."""
    found: set[tuple[str, ...]] = set()
    if table.decl.subject and (table.decl.subject.key or table.facts.key):
        found.add(table.decl.subject.key or table.facts.key)
    for other in world.tables.values():
        for arm in other.arms:
            if arm.holder == table.name and arm.reference is None and not arm.link.mentions and not arm.link.through:
                found.add(arm.to_columns)
    return sorted(found)


def holding(identifier: Identifier, rows: Rows) -> Rows:
    """The rows among these that hold an identifier of a person: of the right kind, and not a shared one."""
    parts: list[Rows] = [rows, *(having(column, values) for column, values in identifier.where.items())]
    if identifier.nobody:
        parts.append(Not(Compare(identifier.column, "in", identifier.nobody)))
    return all_of(parts)


def _key(table: Mapped) -> tuple[str, ...]:
    return (table.decl.subject.key if table.decl.subject else ()) or table.facts.key


def clearable(table: Mapped, reference: ForeignKey) -> bool:
    """Whether a reference can be cut by NULL in one of its columns."""
    columns = [table.facts.column(name) for name in reference.columns]
    return any(c is not None and c.nullable and not c.generated and c.name not in table.facts.key for c in columns)


def having(column: str, values: tuple[object, ...]) -> Rows:
    if values == (None,):
        return Compare(column, "null")
    return Compare(column, "in", values)  # type: ignore[arg-type]  # the map's scalars are the contract's


def _placed(column: str, value: str | int | bool | None) -> Rows:
    """Rows with a placeholder's value; of a text with `{tenant}` in it the part before counts."""
    if isinstance(value, str) and "{tenant}" in value:
        return Compare(column, "starts", (value.partition("{tenant}")[0],))
    return having(column, (value,))


def _either(parts: Sequence[Rows]) -> Rows:
    return parts[0] if len(parts) == 1 else Either(tuple(parts))


def all_of(parts: Sequence[Rows]) -> Rows:
    if not parts:
        return All()
    return parts[0] if len(parts) == 1 else Both(tuple(parts))
