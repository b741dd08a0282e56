"""Rectification as drafts: for one store, which cells get a new value, which stay with their reason, what must hold.

Pure, like `waarborg.plans.erasure`: from the world, the rules and the decided changes to a blueprint.

    self   rows that are the person, by identifiers or by the keys they had when the plan was made
    first  cells of the item in those rows that hold the old value, or nothing
    copy   cells of other rows that hold the old value in any spelling
    moved  first cells that hold something else by now: guarded, one such row makes the plan stale
    taken  rows that cannot get the value because another row has it: an error when planning, guarded when applying
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from waarborg.datamap.model import TECHNICAL
from waarborg.errors import Finding, Place, Severity
from waarborg.plans.drafts import Blueprint, Handover, KeptDraft, StepDraft
from waarborg.plans.identifiers import worth_searching
from waarborg.plans.model import Ground
from waarborg.plans.resolve import Arm, Mapped, World
from waarborg.plans.rules import Keeping, still_kept
from waarborg.plans.sets import Asked, Ownership, hand_seed, handed_columns
from waarborg.policy.model import Policy
from waarborg.state.known import TELEPHONIC
from waarborg.stores.contract import (
    All,
    Both,
    Collides,
    Column,
    Compare,
    Either,
    Family,
    FromSeed,
    Given,
    How,
    In,
    Inside,
    Leads,
    Mentions,
    Not,
    Rows,
    Write,
)
from waarborg.terms import WEAK, Treatment

if TYPE_CHECKING:
    from waarborg.plans.rectify import Change

SPELLED = How(("trim", "lowercase"))
"""How a copy is held against the old value, beside the spellings that the seed brings."""


def old_seed(number: int) -> str:
    """The seed of the old value of a change, in every spelling."""
    return f"frozen:old:{number}"


def family_seed(number: int, column: Column, forms: Sequence[str]) -> str:
    """The seed of the new value of a change, in a form and as a type."""
    return f"frozen:new:{number}:{'+'.join(forms)}:{column.family.value}"


def self_seed(table: str) -> str:
    """The seed of the keys of the rows that are the person."""
    return f"frozen:self:{table}"


def somebody_seed(number: int) -> str:
    """The seed of the new value as it was given: who is known by it already?"""
    return f"frozen:somebody:{number}"


class Correcting:
    """Builds the blueprint of one store."""

    def __init__(
        self,
        world: World,
        policy: Policy,
        store: str,
        asked: Asked,
        rules: tuple[Keeping, ...],
        changes: Sequence[Change],
    ) -> None:
        self.world, self.policy, self.store, self.rules, self.changes = world, policy, store, rules, changes
        self.sets = Ownership(world, store, asked, (), leaving=False, erased=frozenset())
        self.steps: list[StepDraft] = []
        self.kept: list[KeptDraft] = []
        rule = "rights.rectification" if policy.rights.rectification else ""
        promises = policy.rights.rectification.promises if policy.rights.rectification else ()
        self.ground = Ground(rule, "Art. 16", "", promises, "The person says what is right.")

    def blueprint(self) -> Blueprint:
        """Every set, step, guard and kept row of the store."""
        for table in self.sets.tables:
            self._self(table)
        handovers = tuple(self._handovers())
        for number, change in enumerate(self.changes):
            for table in self.sets.tables:
                if table.facts.view:
                    continue
                for name, forms in change.first.get(table.name, {}).items():
                    self._first(number, change, table, name, forms)
                for name, forms in change.copies.get(table.name, {}).items():
                    self._copy(number, change, table, name, forms)
                self._mentioned(number, change, table)
                self._other_items(number, change, table)
                self._somebody(number, change, table)
        return Blueprint(
            store=self.store,
            program=self.sets.program(),
            steps=tuple(self.steps),
            kept=tuple(self.kept),
            reached=(),
            stand_ins=(),
            handovers=handovers,
            own={t.name: own for t in self.sets.tables if (own := self.sets.own(t))},
            me={t.name: me for t in self.sets.tables if (me := self.sets.me(t))},
            words={},
        )

    # -- sets ----------------------------------------------------------------------------------------------------

    def _self(self, table: Mapped) -> None:
        me, key = self.sets.me(table), key_of(table)
        if me and key:
            self.sets.add(f"self:{table.local}", table.local, Either((In(me), Given(key, self_seed(table.name)))))
        elif me:
            self.sets.add(f"self:{table.local}", table.local, In(me))

    def _handovers(self) -> Iterator[Handover]:
        for table in self.sets.tables:
            me, own, key = self.sets.me(table), self.sets.own(table), key_of(table)
            if me and key:
                yield Handover(me, key, (self_seed(table.name),))
            for columns in handed_columns(self.world, table) if own else ():
                frozen, mine = hand_seed("frozen", table.name, columns), hand_seed("own", table.name, columns)
                yield Handover(own or "", columns, (frozen, mine))

    @staticmethod
    def copied(world: World, change: Change) -> Iterator[tuple[Mapped, str]]:
        """Columns that may hold a copy: of the same item, or by whose value rows lead to the person."""
        for table in world.tables.values():
            if table.facts.view:
                continue
            named = [name for name, decl in table.decl.columns.items() if decl.category == change.ref]
            if change.column:
                named = [name for name in named if f"{table.name}.{name}" != change.column]
            subject = table.decl.subject
            named += [one.column for one in subject.identifiers if not one.table] if subject else []
            named = [name for name in named if Correcting._leads(table, name, change) or _is(table, name, change)]
            named += [arm.columns[0] for arm in table.arms if Correcting._follows(world, arm, change)]
            for name in dict.fromkeys(named):
                yield table, name

    @staticmethod
    def _leads(table: Mapped, name: str, change: Change) -> bool:
        subject = table.decl.subject
        return subject is not None and any(
            one.column == name and one.kind in change.kinds and not one.table for one in subject.identifiers
        )

    @staticmethod
    def _follows(world: World, arm: Arm, change: Change) -> bool:
        """Whether the value in a link's column is what is corrected: it must go on leading there."""
        if arm.link.mentions or len(arm.columns) != 1 or len(arm.to_columns) != 1:
            return False
        return arm.link.by_identifier in change.kinds or arm.to_columns[0] in change.first.get(arm.holder, {})

    def _theirs(self, number: int, change: Change, table: Mapped, name: str) -> list[Rows]:
        """Rows in which the column may speak of the person: their own, and those that lead to them or describe them."""
        found: list[Rows] = [In(own)] if (own := self.sets.own(table)) else []
        for arm in table.arms:
            speaks = name in arm.link.about or name in arm.columns
            if not speaks or arm.owning or arm.link.mentions or arm.target not in self.sets.owned:
                continue
            if arm.same_store:
                found.append(self.sets.leading(arm, In(f"own:{self.world.tables[arm.target].local}")))
            for state in ("own", "frozen"):
                seed = hand_seed(state, arm.holder, arm.to_columns)
                if not arm.link.through and not arm.same_store:
                    found.append(Both((Given(arm.columns, seed, arm.how), *arm.conditions)))
        for arm in table.arms:
            alone = arm.to_unique or (arm.link.by_identifier and arm.link.by_identifier not in WEAK)
            if alone and name in arm.columns and self._follows(self.world, arm, change):
                # The old value leads there as well: a row that was born while the person changed.
                found.append(Both((self._old(number, table, name), *arm.conditions)))
        return found

    def _old(self, number: int, table: Mapped, name: str) -> Rows:
        """Rows whose column holds the old value in some spelling."""
        column = table.facts.column(name)
        text = column is not None and column.family is Family.TEXT
        arm = next((one for one in table.arms if name in one.columns and one.how.template != "{}"), None)
        how = SPELLED if text else How()
        if arm is not None:
            how = How(("trim", "lowercase"), arm.how.template)
        return Given((name,), old_seed(number), how)

    @staticmethod
    def _empty(table: Mapped, name: str) -> Rows:
        column = table.facts.column(name)
        null = Compare(name, "null")
        return Either((null, Compare(name, "=", ("",)))) if column and column.family is Family.TEXT else null

    # -- cells ---------------------------------------------------------------------------------------------------

    def _first(self, number: int, change: Change, table: Mapped, name: str, forms: Sequence[str]) -> None:
        column = table.facts.column(name)
        if column is None or f"{change.rows}:{table.local}" not in self.sets.sets:
            return
        seed = family_seed(number, column, forms)
        rows = In(f"{change.rows}:{table.local}")
        wrong = self._old(number, table, name) if change.old else self._empty(table, name)
        right = self._right(change, column, name, seed)
        self._step(number, change, table, name, seed, Both((rows, wrong, Not(right))))
        if change.rows == "self":
            old = self._old(number, table, name)
            other = Both((rows, Not(Either((old, right, self._empty(table, name))))))
            moved = self.sets.add(f"moved:{number}:{table.local}:{name}", table.local, other)
            self._guard(f"guard:moved:{number}:{table.local}:{name}", table, name, seed, moved, _moved(table, name))

    @staticmethod
    def _right(change: Change, column: Column, name: str, seed: str) -> Rows:
        """Cells that hold the new value exactly as it will be written."""
        if change.new == "":
            return Compare(name, "null") if column.nullable else Compare(name, "=", ("",))
        return Given((name,), seed)

    def _copy(self, number: int, change: Change, table: Mapped, name: str, forms: Sequence[str]) -> None:
        column, theirs = table.facts.column(name), self._theirs(number, change, table, name)
        if column is None or not theirs:
            return
        seed = family_seed(number, column, forms)
        arms = [arm for arm in table.arms if name in arm.columns]
        rows = Both((Either(tuple(theirs)), self._old(number, table, name),
                     Not(self._right(change, column, name, seed))))  # fmt: skip
        if any(arm.how.inside is not Inside.WHOLE or arm.how.template != "{}" for arm in arms):
            self._inside(number, table, name, rows, seed)
            return
        self._step(number, change, table, name, seed, rows)

    def _step(self, number: int, change: Change, table: Mapped, name: str, seed: str, rows: Rows) -> None:
        """Write one column of some rows, without those that a law or a hold keeps as they were."""
        stays = self._stays(table, name, change)
        if stays:
            kept = self.sets.add(
                f"kept:{number}:{table.local}:{name}", table.local, Both((rows, Either(tuple(one for _, one in stays))))
            )
            rule = stays[0][0]
            says = "It is kept as a record of what was so then."
            ground = Ground(rule.rule, "Art. 5(1)(d)", rule.ground.law, rule.ground.promises, says)
            date = table.decl.dates.get(rule.event, "")
            self.kept.append(KeptDraft(table.name, kept, (name,), ground, "rule", rule, date))
            rows = Both((rows, Not(In(kept))))
        set = self.sets.add(f"correct:{number}:{table.local}:{name}", table.local, rows)
        writes: dict[str, Write] = {name: FromSeed(seed)}
        id = f"correct:{number}:{table.local}:{name}"
        self.steps.append(
            StepDraft(id, table.name, set, Treatment.CORRECT, self._grounded(table), writes, {name: Treatment.CORRECT})
        )
        if change.new:
            self._taken(number, table, name, seed, set)
        self._referred(number, table, name, set)

    def _grounded(self, table: Mapped) -> Ground:
        if self.ground.rule:
            return self.ground
        return Ground(f"tables.{table.name}", "Art. 16", "", (), self.ground.sentence)

    def _stays(self, table: Mapped, name: str, change: Change) -> list[tuple[Keeping, Rows]]:
        """The rules under which cells of this column stay as they were recorded."""
        decl = table.decl.columns.get(name)
        item = decl.category if decl else change.ref
        return [(rule, still_kept(table, rule) or All()) for rule in self.rules if rule.covers(item)]

    # -- what must hold ------------------------------------------------------------------------------------------

    def _guard(self, id: str, table: Mapped, name: str, seed: str, set: str, finding: Finding) -> None:
        self.steps.append(
            StepDraft(id, table.name, set, Treatment.KEEP, self._grounded(table), {name: FromSeed(seed)},
                      findings=(finding,), guard=True)
        )  # fmt: skip

    def _taken(self, number: int, table: Mapped, name: str, seed: str, set: str) -> None:
        """Unique keys: another row has the value already, or two of the person's own rows would share it."""
        keys = [table.facts.key, *(u.columns for u in table.facts.uniques)]
        keys += [index.columns for index in table.facts.indexes if index.unique]
        for columns in sorted({key for key in keys if name in key}):
            rest = tuple(column for column in columns if column != name)
            if any(table.facts.column(column) is None for column in rest):
                continue  # an expression: the database judges it
            id = f"taken:{number}:{table.local}:{','.join(columns)}"
            taken = self.sets.add(id, table.local, Collides(set, name, rest, seed))
            self._guard(f"guard:{id}", table, name, seed, taken, _taken(table, name))

    def _somebody(self, number: int, change: Change, table: Mapped) -> None:
        """People who are known by the new value already: the two would be taken for one (attacks 12, 13 and 20)."""
        subject = table.decl.subject
        for one in subject.identifiers if subject and change.new else ():
            holder = self.world.tables.get(one.table) if one.table else table
            column = holder.facts.column(one.column) if holder and holder.decl.store == self.store else None
            if one.kind not in change.kinds or one.kind in WEAK or one.more or holder is None or column is None:
                continue
            seed = somebody_seed(number)
            rows: list[Rows] = [Given((one.column,), seed, How(one.normalise or ("lowercase",)))]
            for mine in (f"own:{holder.local}", f"self:{holder.local}"):
                rows += [Not(In(mine))] if mine in self.sets.sets else []
            rows += [Compare(c, "null") if v == (None,) else Compare(c, "in", v) for c, v in one.where.items()]
            if subject and subject.nobody and not one.table:
                rows.append(Not(Ownership.nobody(table)))
            id = f"somebody:{number}:{table.local}:{one.kind}"
            other = self.sets.add(id, holder.local, Both(tuple(rows)))
            if any(part in one.kind for part in TELEPHONIC):
                ground, note = self._grounded(holder), (_household(holder, one.kind),)
                self.steps.append(StepDraft(id, holder.name, other, Treatment.KEEP, ground, findings=note))
                continue
            self._guard(f"guard:{id}", holder, one.column, seed, other, _somebody(holder, one.kind))

    def _referred(self, number: int, table: Mapped, name: str, set: str) -> None:
        """Foreign keys that lead to the cell: the engine would refuse, or change rows nobody approved."""
        schema = self.world.schemas[self.store]
        for other, reference in schema.referring(table.local):
            if name not in reference.to_columns:
                continue
            id = f"referred:{number}:{table.local}:{name}:{other.name}:{','.join(reference.columns)}"
            rows = self.sets.add(id, other.name, Leads(reference.columns, table.local, reference.to_columns, In(set)))
            finding = _referred(table, name, other.name)
            ground = self._grounded(table)
            self.steps.append(StepDraft(id, table.name, rows, Treatment.KEEP, ground, findings=(finding,)))

    def _inside(self, number: int, table: Mapped, name: str, rows: Rows, seed: str) -> None:
        """A copy inside a document or a longer text: told before anybody approves, because it is not rewritten."""
        id = f"inside:{number}:{table.local}:{name}"
        found = self.sets.add(id, table.local, rows)
        ground = self._grounded(table)
        self.steps.append(StepDraft(id, table.name, found, Treatment.KEEP, ground, findings=(_inside(table, name),)))

    def _mentioned(self, number: int, change: Change, table: Mapped) -> None:
        """Texts that name the person by the old value: somebody else's words stay as they were written."""
        if not change.old:
            return
        for arm in table.arms:
            if not arm.link.mentions or not set(arm.link.mentions) & set(change.kinds):
                continue
            for name in arm.columns:
                id = f"mention:{number}:{table.local}:{arm.index}:{name}"
                rows = self.sets.add(id, table.local, Mentions(name, old_seed(number), arm.how))
                ground = Ground(
                    f"tables.{table.name}.links.{arm.index}", "Art. 16", "", (), "It is somebody else's text."
                )
                self.kept.append(KeptDraft(table.name, rows, (name,), ground, "shared"))

    def _other_items(self, number: int, change: Change, table: Mapped) -> None:
        """Cells of other items of theirs that hold the same value: nobody named them, so they stay and are said."""
        own = self.sets.own(table)
        if own is None or not change.old or not worth_searching(change.old):
            return
        done = {*change.first.get(table.name, {}), *change.copies.get(table.name, {})}
        for name, decl in table.decl.columns.items():
            column = table.facts.column(name)
            if name in done or decl.category == TECHNICAL or column is None or column.family is not Family.TEXT:
                continue
            id = f"other:{number}:{table.local}:{name}"
            rows = self.sets.add(id, table.local, Both((In(own), self._old(number, table, name))))
            ground = Ground(
                f"tables.{table.name}", "Art. 16", "", (), f"It is another item ({decl.category}), not named."
            )
            self.kept.append(KeptDraft(table.name, rows, (name,), ground, "other"))


def _is(table: Mapped, name: str, change: Change) -> bool:
    decl = table.decl.columns.get(name)
    return decl is not None and decl.category == change.ref


def key_of(table: Mapped) -> tuple[str, ...]:
    """The columns by which a row of people is known."""
    return (table.decl.subject.key if table.decl.subject else ()) or table.facts.key


def _place(table: Mapped, name: str) -> Place:
    return Place(table.decl.place.file, table.decl.place.line, 0, f"tables.{table.name}.columns.{name}")


def _moved(table: Mapped, name: str) -> Finding:
    return Finding(
        "WB467",
        _place(table, name),
        "This column holds another value by now than when the rectification was planned.",
        "Somebody changed it meanwhile; writing over it would undo that.",
        "Look at what is there now, and plan again.",
    )


def _taken(table: Mapped, name: str) -> Finding:
    return Finding(
        "WB465",
        _place(table, name),
        "Another row has the new value already, and it must be unique.",
        "The database would refuse it, or two people would share one identifier.",
        "Find out whose row that is; if it is the same person's, bring the two together first.",
    )


def _somebody(table: Mapped, kind: str) -> Finding:
    return Finding(
        "WB465",
        _place(table, kind),
        f"Somebody else is known by the new {kind} already.",
        "The two would be taken for one person from then on, and each would get the other's answers.",
        "Verify the address with the person. If both are the same person, bring their rows together first.",
    )


def _household(table: Mapped, kind: str) -> Finding:
    return Finding(
        "WB471",
        _place(table, kind),
        f"Somebody else has the same {kind}.",
        "A household can share a telephone; nobody can be told apart by it then.",
        "Nothing, if that is so.",
        Severity.NOTE,
    )


def _referred(table: Mapped, name: str, other: str) -> Finding:
    return Finding(
        "WB464",
        _place(table, name),
        f"Rows of {other} refer to this value by a foreign key.",
        "The value is a key as well: changing it would break the reference, or change rows that nobody approved.",
        "Correct it in the application, which changes both, or let the rows refer to a key without meaning.",
    )


def _inside(table: Mapped, name: str) -> Finding:
    return Finding(
        "WB464",
        _place(table, name),
        "A copy of the old value stands inside a document or a longer text.",
        "It cannot be written over without rewriting what is around it.",
        "Correct it in the application, and plan again.",
    )
