"""The sweep of one retention rule as drafts: rows past their term take the place of the people who ask for erasure.

Everything else is erasure's: what hangs on a row that goes, goes along; what law or somebody else keeps, stays; what
others need is reduced. Columns that are due in rows that are not are emptied. Pure, like `waarborg.plans.erasure`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from waarborg.canonical import digest
from waarborg.plans.columns import Written, written
from waarborg.plans.drafts import Blueprint, Handover, KeptDraft, StepDraft
from waarborg.plans.due import RESTRICTED, Due, outcome
from waarborg.plans.erasure import Draft
from waarborg.plans.model import Ground
from waarborg.plans.resolve import Arm, Mapped, World
from waarborg.plans.rules import keepings
from waarborg.plans.sets import Asked
from waarborg.policy.content import content
from waarborg.policy.model import Policy, RetentionRule
from waarborg.stores.contract import (
    NONE,
    Both,
    Compare,
    Constant,
    Either,
    Given,
    In,
    Leads,
    Not,
    Rows,
    RowSet,
    Write,
)
from waarborg.terms import LinkKind, Outcome, Treatment

NOBODY = Asked(frozenset())


def chunk_seed(table: str) -> str:
    """The seed that holds the keys of the rows with which one transaction of a sweep begins."""
    return f"chunk:{table}"


def sweep_blueprint(
    world: World,
    policy: Policy,
    store: str,
    rule: RetentionRule,
    due: Due,
    now: datetime,
    held: Sequence[RowSet] = (),
    chunked: bool = False,
) -> Blueprint:
    """The blueprint of a rule's sweep in one store.

    `held` are the sets that `due.spared` speaks of; `chunked` begins only in rows whose keys are in the chunk seeds.
    """
    return SweepDraft(world, policy, store, rule, due, now, chunked).swept(held)


class SweepDraft(Draft):
    """Builds the blueprint of one rule's sweep."""

    def __init__(
        self, world: World, policy: Policy, store: str, rule: RetentionRule, due: Due, now: datetime, chunked: bool
    ) -> None:
        self.rule, self.due = rule, due
        mine = [t for t in world.tables.values() if (found := due.rule_of(t)) and found.id == rule.id]
        self.due_rows = {t.name: rows for t in mine if (rows := due.whole(t)) != NONE}
        begins = {name: self._first(world.tables[name], rows, chunked) for name, rows in self.due_rows.items()}
        spared: dict[str, Rows] = {}
        for one in due.spared:
            for name in one.rows:
                if stays := one.of(world.tables[name]):
                    spared[name] = Either((spared[name], stays)) if name in spared else stays
        super().__init__(world, policy, store, NOBODY, keepings(policy, now), begins, spared)

    @staticmethod
    def _first(table: Mapped, rows: Rows, chunked: bool) -> Rows:
        key = table.facts.key
        return Both((Given(key, chunk_seed(table.name)), rows)) if chunked and key else rows

    def swept(self, held: Sequence[RowSet]) -> Blueprint:
        """The blueprint. Its people are nobody: a sweep asks for no one."""
        for one in held:
            self.sets.sets[one.name] = one
        for table in self.sets.tables:
            if not table.facts.view:
                self._parts(table)
                self._left(table)
        made = self.blueprint()
        return Blueprint(
            made.store,
            made.program,
            made.steps,
            made.kept,
            made.reached,
            made.stand_ins,
            made.handovers,
            made.own,
            {},
            made.words,
        )

    # -- what erasure asks ---------------------------------------------------------------------------------------

    def outcome(self, item: str) -> Outcome:
        """What comes of an item at its end."""
        return outcome(self.policy.retention_for(item))

    def ground(self, items: set[str], fallback: str) -> Ground:
        """The rule whose sweep it is (Art. 5(1)(e))."""
        rule = self.rule
        return Ground(f"retention.{rule.id}", "Art. 5(1)(e)", rule.law, rule.promises, "Its term is over.")

    def _stays(self, table: Mapped) -> bool:
        """A row that goes by its own date stays only where it is anonymised or the map says so."""
        if table.name not in self.due_rows:
            return super()._stays(table)
        if table.decl.on_erasure is not None:
            return table.decl.on_erasure is not Treatment.DELETE
        if table.decl.subject:
            return table.decl.subject.on_erasure is Treatment.REDUCE
        items = self._items(table)
        anonymous = bool(items) and all(self.outcome(item) is Outcome.ANONYMISE for item in items)
        return anonymous and all(arm.cut is not None for arm in _leading_to_people(table))

    def _handovers(self) -> Iterator[Handover]:
        """Only keys that lead to other stores: nothing needs to outlive its rows, since dates are found again."""
        for hand in super()._handovers():
            seeds = tuple(seed for seed in hand.seeds if not seed.startswith("frozen:"))
            if seeds:
                yield Handover(hand.set, hand.columns, seeds)

    # -- parts of rows -------------------------------------------------------------------------------------------

    def _parts(self, table: Mapped) -> None:
        """Columns that are due in rows that are not: emptied, replaced or made coarser, as the map says."""
        for number, group in enumerate(self.due.groups(table)):
            if not group.rules or group.decisive.id != self.rule.id:
                continue
            part = self.due.part(table, group)
            if part != NONE:
                rows = self.sets.add(f"part:{table.local}:{number}", table.local, part)
                columns = {name: self._written(table, name) for name in group.columns}
                self._update(table, f"clear:{table.local}:{number}", rows, columns, table.name)
            self._told(table, number)

    def _written(self, table: Mapped, name: str) -> Written:
        decl = table.decl.columns[name]
        return written(table, name, decl.on_erasure or Treatment.CLEAR, decl)

    def _told(self, table: Mapped, number: int) -> None:
        """What is past its term but for a hold, and what has no date at all."""
        group = self.due.groups(table)[number]
        undated = self.due.undated(table, group)
        if undated != NONE:
            rows = self.sets.add(f"undated:{table.local}:{number}", table.local, undated)
            self.kept.append(KeptDraft(table.name, rows, group.columns, self.ground(set(), ""), "undated"))
        free, past = self.due.past(table, group, held=False), self.due.past(table, group)
        if free not in (NONE, past):
            rows = self.sets.add(f"held:{table.local}:{number}", table.local, Both((free, Not(past))))
            holds = [h for h in self.policy.holds.values() if h.stands_on(self.due.today)]
            items = [table.decl.columns[name].category for name in group.columns]
            hold = next((h for h in holds if any(h.covers(item) for item in items)), None)
            hold = hold or next(one.hold for one in self.due.spared if one.of(table))
            why = Ground(f"holds.{hold.id}", "Art. 17(3)(e)", hold.law, hold.promises, "A legal hold covers it.")
            if hold.id == RESTRICTED:
                why = Ground(RESTRICTED, "Art. 18(2)", "", (), "Its person asked for restriction.")
            self.kept.append(KeptDraft(table.name, rows, group.columns, why, "rule"))

    # -- rows that stay without their person -----------------------------------------------------------------------

    def _left(self, table: Mapped) -> None:
        """An anonymised row leads to nobody any more, although its people are still there."""
        if table.name not in self.staying or not (gone := self.sets.gone(table)):
            return
        for arm in _leading_to_people(table):
            writes, findings = self._cut_write(table, arm)
            self._tenants(table, arm, gone)
            todo = [Not(self._is_cut(arm, name, write)) for name, write in writes.items() if name in arm.columns]
            if not writes and not findings:
                continue
            id = f"leave:{table.local}:{arm.index}"
            rows = self.sets.add(id, table.local, Both((In(gone), *arm.conditions, Either(tuple(todo)))))
            columns = dict.fromkeys(writes, arm.cut or Treatment.CLEAR)
            self.steps.append(
                StepDraft(
                    id, table.name, rows, arm.cut or Treatment.CLEAR, self.ground(set(), ""), writes, columns, findings
                )
            )

    def _tenants(self, table: Mapped, arm: Arm, gone: str) -> None:
        """Whose tenants the placeholders are for: those of the people whom the rows led to."""
        stand_in = self.stand_ins.get(arm.target)
        if stand_in is not None and not stand_in.me:
            led = Leads(arm.to_columns, table.local, arm.columns, In(gone))
            rows = self.sets.add(f"led:{stand_in.local}", stand_in.local, led)
            self.stand_ins[arm.target] = replace(stand_in, me=rows)

    def _is_cut(self, arm: Arm, name: str, write: Write) -> Rows:
        """Rows whose link is as it should be already."""
        if arm.cut is Treatment.STAND_IN:
            return Given((name,), self.stand_ins[arm.target].keys)
        value = write.value if isinstance(write, Constant) else None
        return Compare(name, "null") if value is None else Compare(name, "=", (value,))


def _leading_to_people(table: Mapped) -> list[Arm]:
    kinds = (LinkKind.BELONGS_TO, LinkKind.ABOUT, LinkKind.VISIBLE_TO)
    return [arm for arm in table.arms if arm.link.kind in kinds and not arm.link.mentions and not arm.link.through]


def scope(rule: RetentionRule, blueprints: Mapping[str, Blueprint]) -> str:
    """A digest of what a rule's sweep may do, whatever rows there are: what a person allows beforehand."""
    steps = [
        [store, step.id, step.table, step.treatment, dict(step.columns)]
        for store, blueprint in sorted(blueprints.items())
        for step in blueprint.steps
    ]
    return digest([rule.id, content(rule), steps])
