"""Restriction (Art. 18) as drafts: what is set apart in the vault, what stays and why; or what is marked.

Two ways. Where the policy sets data apart (`rights.restriction.suspend`), the rows that are theirs alone leave the live
tables for the vault. Nothing of anybody else changes: a link is not cut, a text is not touched. What others still refer
to stays as a shell, its personal columns emptied; what they share, and what a law or a hold keeps, stays and is said.
Where only the map declares a marker (`subject: {restricted: …}`), the application's own column is set, and everything
stays.

The copy is made by a witness of the change (`waarborg.plans.apart`), in the transaction in which the rows go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from waarborg.datamap.model import SECRET, TECHNICAL
from waarborg.errors import Finding, Place, PlanError, Severity
from waarborg.plans.drafts import Blueprint, Handover, KeptDraft, StepDraft
from waarborg.plans.erasure import Draft
from waarborg.plans.locate import asked_of, locate
from waarborg.plans.model import Ground, Plan, Sealed
from waarborg.plans.planner import Planner, enough
from waarborg.plans.resolve import Mapped, World
from waarborg.plans.rules import Keeping, applying, keepings
from waarborg.plans.sets import Asked, Ownership, hand_seed, handed_columns
from waarborg.policy.model import Policy
from waarborg.stores.contract import Both, Compare, Constant, In, Not, Write
from waarborg.terms import Outcome, Right, SubjectRef, Treatment

VAULT, MARKER = "vault", "marker"
RULE, ARTICLE = "rights.restriction", "Art. 18"


def plan_restriction(planner: Planner, person: SubjectRef, ground: str) -> tuple[Plan, Sealed]:
    """What restricting the processing of this person's data would do. Touches nothing.

    Raises `PlanError` WB472 where neither policy nor map says how, WB414 as an error where nobody is found.
    """
    people = [person]
    enough(people, planner.datamap)
    sealed = Sealed((person,), {}, {"way": way_of(planner), "ground": ground})
    asked, blueprints = asked_of(people), drawn(planner, sealed, planner.clock.now(), frozen=False)
    found = locate(planner.world(), blueprints, planner.stores, people, asked)
    plan = planner.made(found, blueprints, planner.rules(people), right=Right.RESTRICTION)
    if not plan.located:
        raise PlanError.one(
            "WB473",
            "Nothing of this person was found, so there is nothing to restrict.",
            "A restriction of nothing would look like one that was carried out.",
            "Try another identifier.",
        )
    return plan, Sealed(found.sealed.people, found.sealed.seeds, sealed.more)


def way_of(planner: Planner) -> str:
    """How policy and map say that processing is restricted. Raises `PlanError` WB472."""
    rule = planner.policy.rights.restriction
    if rule is not None and rule.suspend is not None:
        if rule.suspend.then is Outcome.ANONYMISE:
            raise PlanError.one(
                "WB472",
                "What is set apart cannot be anonymised when its term ends.",
                "It is sealed, and what is sealed is brought back or destroyed.",
                "Say then: erase, or then: keep (it comes back).",
                planner.policy.place("rights.restriction.suspend.then"),
            )
        return VAULT
    if any(table.subject and table.subject.restricted for table in planner.datamap.subjects()):
        return MARKER
    raise PlanError.one(
        "WB472",
        "Neither the policy nor the data map says how processing is restricted.",
        "A restriction that nothing carries out restricts nothing (Art. 18).",
        "Say rights: {restriction: {suspend: {for: 3 months, then: erase}}} in the policy, or "
        "subject: {restricted: {column: …, is: true}} in the data map.",
        planner.policy.place("rights.restriction"),
    )


def drawn(planner: Planner, sealed: Sealed, at: datetime, *, frozen: bool) -> dict[str, Blueprint]:
    """What a restriction does in each store."""
    world, policy, people = planner.world(), planner.policy, sealed.people
    asked, rules = asked_of(people, frozen), keepings(policy, at, planner.held(people))
    found: dict[str, Blueprint] = {}
    for name, store in planner.stores.items():
        if sealed.more.get("way") == MARKER:
            found[name] = Marking(world, policy, name, asked).blueprint()
        else:
            found[name] = Suspending(world, policy, name, asked, rules, able=store.abilities.images).blueprint()
    return found


class Suspending(Draft):
    """What leaves the live tables of one store for the vault."""

    def __init__(
        self, world: World, policy: Policy, store: str, asked: Asked, rules: tuple[Keeping, ...], *, able: bool
    ) -> None:
        self.world, self.policy, self.store, self.asked, self.rules = world, policy, store, asked, rules
        self.staying = frozenset()
        erased = frozenset(table.name for table in world.tables.values() if not table.facts.view)
        self.sets = Ownership(world, store, asked, rules, leaving=True, erased=erased, lent=True)
        self.owned = self.sets.owned
        self.steps, self.kept, self.reached = [], [], []
        self.stand_ins, self.words, self.taken_out = {}, {}, {}
        self.able = able
        right = policy.rights.restriction
        self.resting = Ground(RULE, ARTICLE, "", right.promises if right else (), "The person asked for restriction.")

    def blueprint(self) -> Blueprint:
        for table in self.sets.tables:
            for arm in table.arms:
                if arm.link.mentions:
                    self._words(arm)  # an erasure that follows looks for them when the rows are gone
            if self.sets.own(table) and not table.facts.view:
                self._set_apart(table)
        for table in self.sets.tables if self.able else ():
            if not table.facts.view:
                self._deletion(table)
        if self.able:
            self._unmapped()
        return self.whole()

    def ground(self, items: set[str], fallback: str) -> Ground:
        """Why these items are set apart."""
        return self.resting

    def _set_apart(self, table: Mapped) -> None:
        """Rows of theirs that stay although they are restricted."""
        sets, name = self.sets, table.name
        columns = tuple(c for c, d in table.decl.columns.items() if d.category not in (SECRET, TECHNICAL))
        if not self.able:
            ground = Ground(f"stores.{self.store}", "Art. 18(2)", "", (), "Its store cannot set rows apart.")
            self.kept.append(KeptDraft(name, sets.own(table) or "", columns, ground, "store"))
            return
        if kept := sets.kept(table):
            rules = [rule for rule in self.rules if rule in tuple(applying(table, self.rules))]
            self._keep_by_rule(table, kept, rules, columns)
        if need := sets.need(table):
            self._shell(table, f"reduce:{table.local}:need", need, (), "Rows of others, or kept by law, refer to it.")
        if live := sets.live(table):
            ground = Ground(f"tables.{name}.links", "Art. 18(2)", "", (), "Somebody else has it too.")
            self.kept.append(KeptDraft(name, live, columns, ground, "shared"))
        self._triggers(table)

    def _triggers(self, table: Mapped) -> None:
        """What a trigger does beside is not undone when the rows come back, and that is said."""
        goes = self.sets.deleted(table)
        for name, changed in sorted(table.decl.triggers.items()):
            if goes and changed != "nothing":
                finding = _trigger(table, name)
                self.steps.append(
                    StepDraft(f"trigger:{table.local}:{name}", table.name, goes, Treatment.KEEP, self.resting,
                              findings=(finding,))
                )  # fmt: skip

    def _unmapped(self) -> None:
        """Rows of unmapped tables that would go along cannot come back: not even those that a person ignored."""
        super()._unmapped()
        self.reached = [type(one)(one.table, one.set, one.by, one.cascades, False) for one in self.reached]


def _trigger(table: Mapped, name: str) -> Finding:
    return Finding(
        "WB475",
        Place(table.decl.place.file, table.decl.place.line, 0, f"tables.{table.name}.triggers.{name}"),
        "A trigger fires when these rows go, and again when they come back.",
        "What it does in other tables is not undone.",
        "Look at what it does there.",
        Severity.NOTE,
    )


class Marking:
    """What is marked in one store: the column that the application itself looks at."""

    def __init__(self, world: World, policy: Policy, store: str, asked: Asked) -> None:
        self.world, self.store = world, store
        self.sets = Ownership(world, store, asked, (), leaving=False, erased=frozenset())
        right = policy.rights.restriction
        self.ground = Ground(RULE, ARTICLE, "", right.promises if right else (), "The person asked for restriction.")

    def blueprint(self) -> Blueprint:
        """The marker in the rows that are the person; everything else stays, and is said."""
        steps, kept = [], []
        for table in self.sets.tables:
            own, me = self.sets.own(table), self.sets.me(table)
            marker = table.decl.subject.restricted if table.decl.subject else None
            if own is None or table.facts.view:
                continue
            if me and marker:
                open_ = Both((In(me), Not(Compare(marker.column, "=", (marker.value,)))))
                rows = self.sets.add(f"mark:{table.local}", table.local, open_)
                writes: dict[str, Write] = {marker.column: Constant(marker.value)}
                columns = {marker.column: Treatment.MARK}
                steps.append(
                    StepDraft(f"mark:{table.local}", table.name, rows, Treatment.MARK, self.ground, writes, columns)
                )
            shown = tuple(c for c, d in table.decl.columns.items() if d.category not in (SECRET, TECHNICAL))
            ground = Ground(f"tables.{table.name}", "Art. 18(2)", "", (), "It is marked, and only stored.")
            kept.append(KeptDraft(table.name, own, shown, ground, "marked"))
        mine: Mapping[str, str] = {t.name: name for t in self.sets.tables if (name := self.sets.me(t))}
        owned = {t.name: name for t in self.sets.tables if (name := self.sets.own(t))}
        handovers = tuple(self._handovers())
        return Blueprint(
            self.store, self.sets.program(), tuple(steps), tuple(kept), (), (), handovers, owned, mine, {}
        )  # fmt: skip

    def _handovers(self) -> Iterator[Handover]:
        for table in self.sets.tables:
            own = self.sets.own(table)
            for columns in handed_columns(self.world, table) if own else ():
                seeds = (hand_seed("frozen", table.name, columns), hand_seed("own", table.name, columns))
                yield Handover(own or "", columns, seeds)
