"""Erasure as drafts: which set of rows would get which treatment, and which stays with which reason.

Pure: from the world, the policy and an instant to drafts for one store. Nothing is counted yet; `locate` counts the
sets and `make` turns the drafts that have rows into a plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from waarborg.datamap.model import SECRET, TECHNICAL, ColumnDecl
from waarborg.errors import Finding, Place
from waarborg.plans.columns import Written, written
from waarborg.plans.constraints import clearable as empties
from waarborg.plans.drafts import Blueprint, Handover, KeptDraft, ReachDraft, StandInDraft, StepDraft, WordSource
from waarborg.plans.identifiers import IDENTIFIERS, frozen_columns
from waarborg.plans.model import Ground
from waarborg.plans.resolve import SEVERAL, Arm, Mapped, World
from waarborg.plans.rules import Keeping, applying, date_column, ground_of, keepings, outcome_of
from waarborg.plans.sets import (
    Asked,
    Ownership,
    clearable,
    hand_seed,
    handed_columns,
    key_seed,
    leaving_seed,
    shared_seed,
    words_seed,
)
from waarborg.policy.model import Policy
from waarborg.stores.contract import (
    Both,
    Collides,
    Constant,
    Either,
    FromPeer,
    FromSeed,
    Given,
    In,
    Inside,
    Leads,
    Mentions,
    Not,
    Redact,
    Rows,
    Without,
    Write,
)
from waarborg.terms import LinkKind, Outcome, Treatment

ERASED_TEXT = "[…]"
"""What stands in a text where a person was mentioned, unless the map names another word."""


def blueprint(
    world: World, policy: Policy, store: str, asked: Asked, now: datetime, held: frozenset[str] = frozenset()
) -> Blueprint:
    """The erasure blueprint of one store for people asked about in these ways, at this instant, under these holds."""
    return Draft(world, policy, store, asked, keepings(policy, now, held)).blueprint()


class Draft:
    """Builds one blueprint; holds what its parts share."""

    def __init__(
        self,
        world: World,
        policy: Policy,
        store: str,
        asked: Asked,
        rules: tuple[Keeping, ...],
        roots: Mapping[str, Rows] | None = None,
        spared: Mapping[str, Rows] | None = None,
    ) -> None:
        self.world, self.policy, self.store, self.asked = world, policy, store, asked
        self.rules = rules
        self.staying = frozenset(t.name for t in world.tables.values() if self._stays(t))
        erased = frozenset(t.name for t in world.tables.values() if t.name not in self.staying and not t.facts.view)
        self.sets = Ownership(
            world, store, asked, self.rules, leaving=True, erased=erased, roots=roots, spared=spared or {}
        )
        self.owned = self.sets.owned
        self.steps: list[StepDraft] = []
        self.kept: list[KeptDraft] = []
        self.reached: list[ReachDraft] = []
        self.stand_ins: dict[str, StandInDraft] = {}
        self.words: dict[str, tuple[WordSource, ...]] = {}
        self.taken_out: dict[tuple[str, tuple[str, ...]], None] = {}
        """Keys of a table that are taken out of cells of other tables."""

    def blueprint(self) -> Blueprint:
        for table in self.sets.tables:
            if self.sets.own(table) and not table.facts.view:
                self._leavers(table)
        for table in self.sets.tables:
            if not table.facts.view:
                self._links(table)
                self._loose_references(table)
                self._deletion(table)
        self._unmapped()
        return self.whole()

    def whole(self) -> Blueprint:
        """Everything that was drafted, with the sets it speaks of."""
        handovers = tuple(self._handovers())  # before the program: they may name one more set
        return Blueprint(
            store=self.store,
            program=self.sets.program(),
            steps=tuple(self.steps),
            kept=tuple(self.kept),
            reached=tuple(self.reached),
            stand_ins=tuple(self.stand_ins.values()),
            handovers=handovers,
            own={t.name: name for t in self.sets.tables if (name := self.sets.own(t))},
            me={t.name: name for t in self.sets.tables if (name := self.sets.me(t))},
            words=self.words,
        )

    # -- which tables keep their rows ----------------------------------------------------------------------------

    def outcome(self, item: str) -> Outcome:
        """What the policy says comes of an item."""
        return outcome_of(self.policy, item)

    def ground(self, items: set[str], fallback: str) -> Ground:
        """Why these items go."""
        return ground_of(self.policy, items, fallback)

    def _items(self, table: Mapped) -> set[str]:
        return {c.category for c in table.decl.columns.values() if c.category not in (SECRET, TECHNICAL)}

    def _stays(self, table: Mapped) -> bool:
        """Whether rows with no owner left stay, without a person in them."""
        decl = table.decl
        if decl.on_erasure is not None:
            return decl.on_erasure is not Treatment.DELETE
        if decl.subject:
            return decl.subject.on_erasure is Treatment.REDUCE
        owners = table.owners
        if len(owners) == 1 and owners[0].link.on_erasure in (Treatment.STAND_IN, Treatment.CLEAR, Treatment.REPLACE):
            return True
        people = [arm for arm in owners if self.world.tables[arm.target].decl.subject]
        if any(arm.link.dies_with for arm in people) or sum(_in_key(table, arm) for arm in people) > 1:
            return False  # known by nothing but its people: without them there is no row
        items = self._items(table)
        anonymous = bool(items) and all(self.outcome(item) is Outcome.ANONYMISE for item in items)
        return anonymous and bool(owners) and all(arm.cut is not None for arm in owners)

    # -- own rows ------------------------------------------------------------------------------------------------

    def _leavers(self, table: Mapped) -> None:
        """Rows that stay although they are theirs: kept by a rule, needed by others, shared, or anonymous."""
        sets, name = self.sets, table.name
        if kept := sets.kept(table):
            rules = [rule for rule in self.rules if rule in tuple(applying(table, self.rules))]
            columns = self._readable(table, rules)
            reduced = kept
            if name in sets.spared:
                rest = Both((In(kept), Not(sets.spared[name])))
                reduced = sets.add(f"reduced:{table.local}", table.local, rest)
            self._update(table, f"reduce:{table.local}:kept", reduced, self._reduced(table, frozenset(columns)), name)
            self._keep_by_rule(table, kept, rules, columns)
        if need := sets.need(table):
            self._needed(table, need)
        if live := sets.live(table):
            self.kept.append(
                KeptDraft(
                    name,
                    live,
                    tuple(c for c in table.decl.columns if table.decl.columns[c].category not in (SECRET, TECHNICAL)),
                    Ground(f"tables.{name}.links", "Art. 15(4)", "", (), "Somebody else has it too."),
                    "shared",
                )
            )
        if name in self.staying and (gone := sets.gone(table)):
            writes = self._anonymous(table)
            self._update(table, f"anonymise:{table.local}", gone, writes, name)
            ground = self.ground(self._items(table), f"tables.{name}")
            left = tuple(c for c, w in writes.items() if w.treatment is Treatment.KEEP and c not in _technical(table))
            self.kept.append(KeptDraft(name, gone, left, ground, "anonymous"))

    def _needed(self, table: Mapped, need: str) -> None:
        """Shells: rows that others refer to. What a law names stays readable only where a kept row leads to it."""
        columns = self._readable(table, [rule for rule in applying(table, self.rules) if rule.cutoff is not None])
        lawful = self.sets.lawful(table) if columns else None
        shells = need
        if lawful:
            shells = self.sets.add(f"shell:{table.local}", table.local, Both((In(need), Not(In(lawful)))))
            self._shell(table, f"reduce:{table.local}:law", lawful, columns, "Rows kept by law refer to it.")
        self._shell(table, f"reduce:{table.local}:need", shells, (), "Rows of others, or kept by law, refer to it.")

    def _shell(self, table: Mapped, id: str, rows: str, columns: tuple[str, ...], sentence: str) -> None:
        self._update(table, id, rows, self._reduced(table, frozenset(columns)), table.name)
        ground = Ground(f"tables.{table.name}", "Art. 17(3)", "", (), sentence)
        self.kept.append(KeptDraft(table.name, rows, columns, ground, "needed"))

    def _readable(self, table: Mapped, rules: list[Keeping]) -> tuple[str, ...]:
        """Columns that a rule keeps readable."""
        return tuple(
            column for column, decl in table.decl.columns.items() if any(rule.keeps(decl.category) for rule in rules)
        )

    def _keep_by_rule(self, table: Mapped, kept: str, rules: list[Keeping], columns: tuple[str, ...]) -> None:
        """One line for each rule that decides by this table's own dates; else one for what hangs on a kept row."""
        deciding = [(rule, date_column(table, rule)) for rule in rules]
        own = [(rule, column) for rule, column in deciding if column or rule.cutoff is None]
        for rule, column in own[:1]:
            self.kept.append(KeptDraft(table.name, kept, columns, rule.ground, "rule", rule, column))
        if not own:
            parents = [arm.target for arm in table.owners]
            ground = rules[0].ground if rules else self._inherited(parents)
            self.kept.append(KeptDraft(table.name, kept, columns, ground, "rule", rules[0] if rules else None, ""))

    def _inherited(self, parents: list[str]) -> Ground:
        for name in parents:
            for rule in applying(self.world.tables[name], self.rules):
                return rule.ground
        return Ground(f"tables.{parents[0]}" if parents else "", "Art. 17(3)", "", (), "It belongs to a kept row.")

    def _reduced(self, table: Mapped, stays: frozenset[str]) -> dict[str, Written]:
        """Every personal column goes, save those that stay; a reference that must be filled leads on."""
        found: dict[str, Written] = {}
        for name, decl in table.decl.columns.items():
            if decl.category == TECHNICAL or name in stays or (decl.on_erasure is None and _must_refer(table, name)):
                continue
            found[name] = written(table, name, decl.on_erasure or Treatment.CLEAR, decl)
        return found

    def _anonymous(self, table: Mapped) -> dict[str, Written]:
        """Columns that the policy anonymises stay; the others go."""
        found: dict[str, Written] = {}
        for name, decl in table.decl.columns.items():
            if decl.category == TECHNICAL:
                continue
            mild = decl.category != SECRET and self.outcome(decl.category) is Outcome.ANONYMISE
            mild = mild and table.decl.on_erasure is not Treatment.REDUCE and not table.decl.subject
            found[name] = written(table, name, decl.on_erasure or (Treatment.KEEP if mild else Treatment.CLEAR), decl)
        return found

    def _update(self, table: Mapped, id: str, rows: str, columns: Mapping[str, Written], items: str) -> None:
        """Draft an update of those columns of a set that are not yet as they should be."""
        findings = _findings(columns)
        writes = {name: w.write for name, w in columns.items() if w.write is not None}
        if not writes and not findings:
            return
        todo = tuple(w.todo for w in columns.values() if w.write is not None and w.todo is not None)
        set = self.sets.add(f"todo:{id}", table.local, Both((In(rows), Either(todo)))) if todo else rows
        ground = self.ground(self._items(table), f"tables.{items}")
        treatments = {name: w.treatment for name, w in columns.items() if w.write is not None}
        self.steps.append(StepDraft(id, table.name, set, Treatment.REDUCE, ground, writes, treatments, findings))

    # -- links ---------------------------------------------------------------------------------------------------

    def _links(self, table: Mapped) -> None:
        for arm in table.arms:
            if arm.link.mentions:
                self._words(arm)
            if arm.takes:
                continue  # such rows go as a whole: see `Ownership`
            if arm.link.kind is LinkKind.ABOUT and arm.link.on_erasure is Treatment.KEEP:
                self._speaks_on(table, arm)
            elif arm.link.mentions:
                self._mention(table, arm)
            elif arm.link.kind in (LinkKind.BELONGS_TO, LinkKind.ABOUT, LinkKind.VISIBLE_TO):
                self._cut(table, arm)

    def _leaving_target(self, arm: Arm) -> Rows | None:
        """Rows whose link leads to somebody who goes, or to a row that is deleted."""
        target = self.world.tables[arm.target]
        if target.name not in self.owned:
            return None
        if not arm.same_store:
            state = "gone"
            rows: Rows = Given(arm.columns, hand_seed(state, arm.target, arm.to_columns), arm.how)
            return Both((rows, *arm.conditions)) if arm.conditions else rows
        goes = self.sets.gone(target) if target.decl.subject else self.sets.deleted(target)
        return self.sets.leading(arm, In(goes)) if goes else None

    def _cut(self, table: Mapped, arm: Arm) -> None:
        """Cut one link in the rows that stay, and clear the columns that speak about the one who leaves."""
        leaving = self._leaving_target(arm)
        if leaving is None or not self._can_stay(table, arm):
            return
        columns = {
            name: written(table, name, self._column_treatment(table, name), table.decl.columns.get(name))
            for name in arm.link.about
        }
        writes: dict[str, Write] = {name: w.write for name, w in columns.items() if w.write is not None}
        treatments = {name: w.treatment for name, w in columns.items() if w.write is not None}
        cut, findings = self._cut_write(table, arm)
        findings = (*_findings(columns), *findings)
        writes.update(cut)
        several = any(isinstance(write, Without) for write in cut.values())
        treatments.update(dict.fromkeys(cut, Treatment.REDUCE if several else arm.cut or Treatment.CLEAR))
        if not writes and not findings:
            return
        conditions: list[Rows] = [leaving]
        if table.name in self.sets.erased and self.sets.gone(table):
            conditions.append(self.sets.staying(table))
        if kept := self.sets.kept(table):
            conditions.append(Not(In(kept)))
        if not cut and not findings:
            conditions.append(Either(tuple(w.todo for w in columns.values() if w.todo is not None)))
        id = f"cut:{table.local}:{arm.index}"
        rows = self.sets.add(id, table.local, Both(tuple(conditions)))
        ground = Ground(
            f"tables.{table.name}.links.{arm.index}", "Art. 17(1)", "", (), "The link to the leaver is cut."
        )
        rows = self._collisions(table, arm, rows, cut, ground)
        self.steps.append(
            StepDraft(
                id,
                table.name,
                rows,
                arm.cut if cut and arm.cut else Treatment.CLEAR,
                ground,
                writes,
                treatments,
                findings,
            )
        )

    def _can_stay(self, table: Mapped, arm: Arm) -> bool:
        """Whether a row whose link leads to a leaver can stay at all: not where it is that person's alone."""
        if table.name not in self.sets.erased or not arm.owning:
            return True
        return bool(self.sets.live(table) or self.sets.kept(table) or self.sets.need(table))

    def _column_treatment(self, table: Mapped, name: str) -> Treatment:
        decl = table.decl.columns.get(name)
        return (decl.on_erasure if decl else None) or Treatment.CLEAR

    def _cut_write(self, table: Mapped, arm: Arm) -> tuple[dict[str, Write], tuple[Finding, ...]]:
        """What the link's column becomes, and what makes that impossible."""
        match arm.cut:
            case Treatment.STAND_IN:
                stand_in = self._stand_in(arm)
                return ({arm.columns[0]: _pointed(stand_in)}, ()) if stand_in else ({}, (_no_stand_in(arm),))
            case Treatment.REPLACE:
                decl = ColumnDecl(arm.columns[0], "", Treatment.REPLACE, arm.link.replace_with)
                found = written(table, arm.columns[0], Treatment.REPLACE, decl)
                return {arm.columns[0]: found.write} if found.write else {}, _findings({"": found})
            case Treatment.CLEAR:
                return self._clear_link(table, arm)
            case _:
                return {}, ()

    def _clear_link(self, table: Mapped, arm: Arm) -> tuple[dict[str, Write], tuple[Finding, ...]]:
        if arm.link.inside in SEVERAL:
            return {arm.columns[0]: Without(self._leaving_keys(arm), arm.how)}, ()
        nullable = [
            name
            for name in (*arm.columns, *arm.link.where)
            if (c := table.facts.column(name)) and empties(table.facts, c)
        ]
        if any(name in arm.columns for name in nullable):
            return {name: Constant(None) for name in nullable}, ()
        found = written(table, arm.columns[0], Treatment.CLEAR)
        return {arm.columns[0]: found.write} if found.write else {}, _findings({"": found})

    def _leaving_keys(self, arm: Arm) -> tuple[str, ...]:
        """The seeds that hold what this link's cells hold of those who go."""
        given = [kinds for kinds in sorted(self.asked.kinds) if arm.link.by_identifier in kinds]
        seeds = [key_seed((*kinds, "as", arm.link.by_identifier)) for kinds in given]
        if not arm.same_store:
            seeds.append(hand_seed("gone", arm.target, arm.to_columns))
        elif arm.elsewhere is None:
            self.taken_out[arm.target, arm.to_columns] = None
            seeds.append(leaving_seed(arm.target, arm.to_columns))
        return tuple(seeds)

    def _stand_in(self, arm: Arm) -> StandInDraft | None:
        target = self.world.tables[arm.target]
        declared = target.decl.subject.stand_in if target.decl.subject else None
        if declared is None or not arm.same_store or len(arm.columns) != 1:
            return None
        if target.name not in self.stand_ins:
            placeholder, me = self.sets.placeholder(target), self.sets.me(target) or ""
            if declared.tenant:
                placeholder = Both((placeholder, Given((declared.tenant,), f"tenant:{target.name}")))
            rows = self.sets.add(f"stand-in:{target.local}", target.local, placeholder)
            keys = f"stand-in:{target.name}"
            self.stand_ins[target.name] = StandInDraft(
                table=target.name,
                local=target.local,
                set=rows,
                key=arm.to_columns,
                values=declared.values,
                find=declared.find,
                seed=f"stand-ins:{target.name}" if declared.tenant else keys,
                keys=keys,
                tenant=declared.tenant,
                me=me,
            )
        return self.stand_ins[target.name]

    @staticmethod
    def _ground(table: Mapped, arm: Arm, sentence: str) -> Ground:
        return Ground(f"tables.{table.name}.links.{arm.index}", "Art. 17(1)", "", (), sentence)

    def _collisions(self, table: Mapped, arm: Arm, rows: str, cut: Mapping[str, Write], ground: Ground) -> str:
        """Rows that could not stay because the stand-in has such a row already: they go instead."""
        keys = [table.facts.key, *(u.columns for u in table.facts.uniques)]
        keys += [index.columns for index in table.facts.indexes if index.unique]
        for name, write in cut.items():
            if not isinstance(write, FromSeed | FromPeer):
                continue
            for columns in {key for key in keys if name in key}:
                rest = tuple(column for column in columns if column != name)
                double = self.sets.add(
                    f"double:{table.local}:{arm.index}",
                    table.local,
                    Collides(rows, name, rest, self.stand_ins[arm.target].keys),
                )
                id = f"delete:{table.local}:double:{arm.index}"
                self.steps.append(StepDraft(id, table.name, double, Treatment.DELETE, ground))
                self._held_doubles(table, double, ground)
                return self.sets.add(
                    f"single:{table.local}:{arm.index}", table.local, Both((In(rows), Not(In(double))))
                )
        return rows

    def _held_doubles(self, table: Mapped, double: str, ground: Ground) -> None:
        """Rows that stay and refer to a double: it cannot go, and the plan says so before anybody approves it."""
        for other, columns, to_columns, arm, _ in self.sets.pinned_down(table):
            leads = Leads(columns, table.local, to_columns, In(double))
            rows: list[Rows] = [leads, *(arm.conditions if arm else ())]
            if goes := self.sets.deleted(other):
                rows.append(Not(In(goes)))
            id = f"held:{double}:{other.local}:{','.join(columns)}"
            held = self.sets.add(id, other.local, Both(tuple(rows)))
            self.steps.append(
                StepDraft(id, other.name, held, Treatment.KEEP, ground, findings=(_held_double(table, other),))
            )

    def _words(self, arm: Arm) -> None:
        """Remember where the words of a mention come from."""
        if sources := self.sets.word_sources(arm):
            self.words[words_seed(arm)] = sources

    def _speaks_on(self, table: Mapped, arm: Arm) -> None:
        """Rows of others that go on speaking about the leaver, because the map says so: told in the answer."""
        rows: list[Rows] = self.sets.mentioning(arm)
        if not arm.link.mentions:
            leaving = self._leaving_target(arm)
            rows = [leaving] if leaving is not None else []
        mine = self.sets.own(table) if table.name in self.sets.erased else None
        for number, part in enumerate(rows):
            part = Both((part, Not(In(mine)))) if mine else part
            name = self.sets.add(f"speaks:{table.local}:{arm.index}:{number}", table.local, part)
            columns = (arm.columns[number], *arm.link.about) if arm.link.mentions else arm.link.about
            ground = Ground(f"tables.{table.name}.links.{arm.index}", "Art. 17(3)", "", (), "It is somebody else's.")
            self.kept.append(KeptDraft(table.name, name, columns, ground, "shared"))

    def _mention(self, table: Mapped, arm: Arm) -> None:
        """Words that name the leaver in a text that stays; derived copies of the text are cleared with it."""
        if self.world.tables[arm.target].decl.subject is None:
            return
        seed = words_seed(arm)
        derived = {
            name: written(table, name, self._column_treatment(table, name), table.decl.columns.get(name))
            for name in arm.link.about
        }
        findings = _findings(derived)
        for name in arm.columns:
            conditions: list[Rows] = [Mentions(name, seed, arm.how)]
            if table.name in self.sets.erased and self.sets.gone(table):
                conditions.append(self.sets.staying(table))
            id = f"mention:{table.local}:{arm.index}:{name}"
            rows = self.sets.add(id, table.local, Both(tuple(conditions)))
            text = arm.link.replace_with or ERASED_TEXT
            ground = Ground(
                f"tables.{table.name}.links.{arm.index}", "Art. 17(1)", "", (), "The text names the leaver."
            )
            self.steps.append(
                StepDraft(
                    id,
                    table.name,
                    rows,
                    Treatment.REPLACE,
                    ground,
                    {
                        name: Redact(seed, text, arm.how.inside is Inside.ENCODED),
                        **{other: w.write for other, w in derived.items() if w.write is not None},
                    },
                    {name: Treatment.REPLACE, **{o: w.treatment for o, w in derived.items() if w.write is not None}},
                    findings,
                )
            )

    # -- references outside the map's links, deletion --------------------------------------------------------------

    def _loose_references(self, table: Mapped) -> None:
        """Nullable foreign keys of staying rows to rows that are deleted, behind which there is no link: cut."""
        linked = {frozenset(arm.columns) for arm in table.arms}
        for reference in table.facts.foreign_keys:
            target = self.world.by_local(self.store, reference.table)
            goes = self.sets.deleted(target) if target else None
            if (
                target is None
                or goes is None
                or frozenset(reference.columns) in linked
                or not clearable(table, reference)
            ):
                continue
            conditions: list[Rows] = [Leads(reference.columns, target.local, reference.to_columns, In(goes))]
            if table.name in self.sets.erased and self.sets.gone(table):
                conditions.append(self.sets.staying(table))
            id = f"clear:{table.local}:{','.join(reference.columns)}"
            rows = self.sets.add(id, table.local, Both(tuple(conditions)))
            names = [n for n in reference.columns if (c := table.facts.column(n)) and empties(table.facts, c)]
            writes: dict[str, Write] = {n: Constant(None) for n in names}
            ground = Ground(f"tables.{table.name}", "Art. 17(1)", "", (), "It refers to a row that goes.")
            columns = dict.fromkeys(writes, Treatment.CLEAR)
            self.steps.append(StepDraft(id, table.name, rows, Treatment.CLEAR, ground, writes, columns))

    def _deletion(self, table: Mapped) -> None:
        if rows := self.sets.deleted(table):
            ground = self.ground(self._items(table), f"tables.{table.name}")
            self.steps.append(StepDraft(f"delete:{table.local}", table.name, rows, Treatment.DELETE, ground))

    def _unmapped(self) -> None:
        """Unmapped tables that refer to what is deleted: their rows would go along, or stand in the way."""
        schema = self.world.schemas[self.store]
        mapped = {table.local for table in self.sets.tables}
        frontier = [(t.local, rows) for t in self.sets.tables if (rows := self.sets.deleted(t))]
        seen: set[tuple[str, str]] = set()
        while frontier:
            local, goes = frontier.pop()
            for other, reference in schema.referring(local):
                if (
                    other.name in mapped
                    or other.partition_of
                    or (other.name, reference.name or str(reference.columns)) in seen
                ):
                    continue
                seen.add((other.name, reference.name or str(reference.columns)))
                id = f"reach:{other.name}:{','.join(reference.columns)}"
                leads = Leads(reference.columns, local, reference.to_columns, In(goes))
                rows = self.sets.add(id, other.name, leads)
                cascades = reference.on_delete == "CASCADE"
                allowed = self.world.ignored(self.store, other.name) and reference.on_delete in ("CASCADE", "SET NULL")
                by = f"foreign key {reference.name or ','.join(reference.columns)} ({reference.on_delete})"
                self.reached.append(ReachDraft(f"{self.store}.{other.name}", rows, by, cascades, allowed))
                if cascades:
                    frontier.append((other.name, rows))

    # -- keys ----------------------------------------------------------------------------------------------------

    def _handovers(self) -> Iterator[Handover]:
        for table in self.sets.tables:
            own, gone = self.sets.own(table), self.sets.gone(table)
            if not own:
                continue
            for columns in handed_columns(self.world, table):
                frozen, mine = hand_seed("frozen", table.name, columns), hand_seed("own", table.name, columns)
                abroad = any(
                    arm.target == table.name and not arm.same_store and arm.to_columns == columns
                    for other in self.world.tables.values()
                    for arm in other.arms
                )
                yield Handover(own, columns, (frozen, mine) if abroad else (frozen,))
                if abroad and gone:
                    yield Handover(gone, columns, (hand_seed("gone", table.name, columns),))
            yield from self._identifying(table)
        yield from self._shared_keys()
        yield from self._taken_out()

    def _taken_out(self) -> Iterator[Handover]:
        """The keys of rows that go, where they stand in a cell beside the keys of others."""
        for name, columns in self.taken_out:
            table = self.world.tables[name]
            goes = self.sets.gone(table) if table.decl.subject else self.sets.deleted(table)
            if goes and table.decl.store == self.store:
                yield Handover(goes, columns, (leaving_seed(name, columns),))

    def _identifying(self, table: Mapped) -> Iterator[Handover]:
        """What names the people in their own rows: the leftover scan looks for it when the rows are gone."""
        subject, sets = table.decl.subject, self.sets
        if subject is None:
            return
        me, own, live = sets.me(table), sets.own(table), sets.live(table)
        theirs = [me, sets.gone(table), sets.kept(table)] if live else [own]
        if columns := frozen_columns(subject):
            for rows in filter(None, theirs):
                yield Handover(rows, columns, (f"{IDENTIFIERS}{table.name}",))
        for one in subject.identifiers:
            if one.table and me:
                rows = sets.elsewhere(table, one, me)
                yield Handover(rows, one.columns, (f"{IDENTIFIERS}{table.name}:{one.kind}",))

    def _shared_keys(self) -> Iterator[Handover]:
        """Which rows stay because somebody else has them too: once their link is cut, nothing else tells."""
        for kept in self.kept:
            table = self.world.tables[kept.table]
            if kept.set == self.sets.live(table) and table.facts.key and self._untouched(kept):
                yield Handover(kept.set, table.facts.key, (shared_seed(table.name),))

    def _untouched(self, kept: KeptDraft) -> bool:
        """Whether any column of shared rows stays readable without being treated."""
        treated = {column for step in self.steps if step.table == kept.table for column in step.columns}
        return bool(set(kept.columns) - treated)


def _technical(table: Mapped) -> set[str]:
    return {name for name, decl in table.decl.columns.items() if decl.category in (SECRET, TECHNICAL)}


def _must_refer(table: Mapped, name: str) -> bool:
    """Whether a column is a declared reference that must be filled: it says nothing about who the row was."""
    column = table.facts.column(name)
    return bool(column and not column.nullable and any(name in one.columns for one in table.facts.foreign_keys))


def _in_key(table: Mapped, arm: Arm) -> bool:
    """Whether the link is part of what the row is known by."""
    return bool(set(arm.columns) & set(table.facts.key))


def _findings(columns: Mapping[str, Written]) -> tuple[Finding, ...]:
    return tuple(found.finding for found in columns.values() if found.finding)


def _pointed(stand_in: StandInDraft) -> Write:
    """The link of a row is pointed at the placeholder, or at the one of the leaver's tenant."""
    if stand_in.tenant:
        return FromPeer(stand_in.seed, stand_in.local, stand_in.key[0], stand_in.tenant)
    return FromSeed(stand_in.seed)


def _no_stand_in(arm: Arm) -> Finding:
    return Finding(
        "WB409",
        arm.link.place,
        "This link is to be pointed at a stand-in, and its target declares none in the same store.",
        "A stand-in is a row of the table of people that stands for nobody.",
        "Add stand_in: {values: …, find: …} to the subject of the target, or choose another treatment.",
    )


def _held_double(table: Mapped, other: Mapped) -> Finding:
    return Finding(
        "WB430",
        Place(table.decl.place.file, table.decl.place.line, 0, f"tables.{table.name}"),
        f"Rows that would collide at the stand-in cannot be deleted: rows of {other.name} that stay refer to them.",
        "The stand-in may have only one such row, and what stays would refer to nothing.",
        f"Let the rows of {other.name} belong to {table.name}, or choose another treatment for its link.",
    )
