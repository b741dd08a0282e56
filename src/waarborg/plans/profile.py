"""The profile that a purpose built, removed when the person's objection to it is upheld (Art. 21, 17(1)(c)).

    plan, sealed = plan_profile(planner, person, "recommendations")

A profile is what was *inferred* for that purpose and for no other: data of the purpose whose source is `inferred` and
that no other purpose reads. A row in which nothing else of a person stands goes; in other rows these columns are
emptied. What a law or a hold keeps stays and is said.
"""

from __future__ import annotations

from datetime import datetime

from waarborg.datamap.model import SECRET, TECHNICAL, DataMap
from waarborg.errors import PlanError
from waarborg.plans.columns import Written, written
from waarborg.plans.drafts import Blueprint, Handover, KeptDraft, StepDraft
from waarborg.plans.locate import asked_of, locate
from waarborg.plans.model import Ground, Plan, Sealed
from waarborg.plans.planner import Planner, enough
from waarborg.plans.resolve import Mapped, World
from waarborg.plans.rules import Keeping, keepings, still_kept
from waarborg.plans.sets import Asked, Ownership, hand_seed, handed_columns
from waarborg.policy.model import Policy
from waarborg.policy.values import Source
from waarborg.stores.contract import All, Both, Either, In, Not
from waarborg.terms import Right, SubjectRef, Treatment


def profile_of(policy: Policy, datamap: DataMap, purpose: str) -> frozenset[str]:
    """The data references of the profile: inferred, and read by this purpose alone."""
    columns = [one for table in datamap.tables.values() for one in table.columns.values()]
    refs = {one.category for one in columns if one.category not in (SECRET, TECHNICAL)}
    inferred = {one.category for one in columns if one.source == Source.INFERRED.value}
    found = set()
    for ref in refs:
        readers = {one.id for one in policy.purposes_for(ref)}
        if readers == {purpose} and (ref in inferred or (policy.has(ref) and policy.category(ref).inferred)):
            found.add(ref)
    return frozenset(found)


def plan_profile(planner: Planner, person: SubjectRef, purpose: str) -> tuple[Plan, Sealed]:
    """What removing the profile of one person would do. Touches nothing. Raises `PlanError` WB482: there is none."""
    enough([person], planner.datamap)
    if not profile_of(planner.policy, planner.datamap, purpose):
        raise PlanError.one(
            "WB482",
            f'The purpose "{purpose}" builds no profile of its own.',
            "A profile is what was inferred for this purpose and is read by no other.",
            "Nothing is to be removed; the objection itself stops the purpose.",
        )
    sealed = Sealed((person,), {}, {"purpose": purpose})
    asked, blueprints = asked_of([person]), drawn(planner, sealed, planner.clock.now(), frozen=False)
    found = locate(planner.world(), blueprints, planner.stores, [person], asked)
    plan = planner.made(found, blueprints, planner.rules([person]), right=Right.OBJECTION)
    return plan, Sealed(found.sealed.people, found.sealed.seeds, sealed.more)


def drawn(planner: Planner, sealed: Sealed, at: datetime, *, frozen: bool) -> dict[str, Blueprint]:
    """What removing a profile does in each store."""
    rules = keepings(planner.policy, at, planner.held(sealed.people))
    items = profile_of(planner.policy, planner.datamap, str(sealed.more["purpose"]))
    asked, purpose = asked_of(sealed.people, frozen), str(sealed.more["purpose"])
    return {name: _Removing(planner.world(), name, asked, rules, items, purpose).blueprint() for name in planner.stores}


class _Removing:
    """Builds the blueprint of one store."""

    def __init__(
        self, world: World, store: str, asked: Asked, rules: tuple[Keeping, ...], items: frozenset[str], purpose: str
    ) -> None:
        self.world, self.store, self.rules, self.items = world, store, rules, items
        self.sets = Ownership(world, store, asked, (), leaving=False, erased=frozenset())
        self.ground = Ground(f"purposes.{purpose}", "Art. 21", "", (), "The person objected to the purpose.")
        self.steps: list[StepDraft] = []
        self.kept: list[KeptDraft] = []

    def blueprint(self) -> Blueprint:
        for table in self.sets.tables:
            columns = [name for name, decl in table.decl.columns.items() if decl.category in self.items]
            if columns and self.sets.own(table) and not table.facts.view:
                self._remove(table, columns)
        handovers = tuple(
            Handover(own, columns, (hand_seed("frozen", t.name, columns), hand_seed("own", t.name, columns)))
            for t in self.sets.tables
            if (own := self.sets.own(t))
            for columns in handed_columns(self.world, t)
        )
        return Blueprint(
            self.store, self.sets.program(), tuple(self.steps), tuple(self.kept), (), (), handovers,
            {t.name: name for t in self.sets.tables if (name := self.sets.own(t))},
            {t.name: name for t in self.sets.tables if (name := self.sets.me(t))},
            {},
        )  # fmt: skip

    def _remove(self, table: Mapped, columns: list[str]) -> None:
        rows = In(self.sets.own(table) or "")
        keeping = [rule for rule in self.rules if any(rule.covers(table.decl.columns[c].category) for c in columns)]
        if keeping:
            stays = Either(tuple(still_kept(table, rule) or All() for rule in keeping))
            kept = self.sets.add(f"kept:{table.local}", table.local, Both((rows, stays)))
            self.kept.append(KeptDraft(table.name, kept, tuple(columns), keeping[0].ground, "rule", keeping[0], ""))
            rows = Both((rows, Not(In(kept))))  # type: ignore[assignment]  # a narrower set of the same rows
        if self._alone(table, columns):
            goes = self.sets.add(f"profile:{table.local}", table.local, rows)
            self.steps.append(StepDraft(f"delete:{table.local}", table.name, goes, Treatment.DELETE, self.ground))
            return
        made: dict[str, Written] = {n: written(table, n, Treatment.CLEAR, table.decl.columns[n]) for n in columns}
        todo = tuple(one.todo for one in made.values() if one.todo is not None)
        set = self.sets.add(f"profile:{table.local}", table.local, Both((rows, Either(todo))))
        writes = {name: one.write for name, one in made.items() if one.write is not None}
        findings = tuple(one.finding for one in made.values() if one.finding)
        treatments = {name: made[name].treatment for name in writes}
        self.steps.append(
            StepDraft(
                f"clear:{table.local}", table.name, set, Treatment.CLEAR, self.ground, writes, treatments, findings
            )
        )

    def _alone(self, table: Mapped, columns: list[str]) -> bool:
        """Whether nothing but the profile stands in a row, and nothing refers to it."""
        personal = {n for n, decl in table.decl.columns.items() if decl.category not in (SECRET, TECHNICAL)}
        referred = any(True for _ in self.world.schemas[self.store].referring(table.local))
        return personal == set(columns) and table.decl.subject is None and not referred
