"""Under which identifiers a person is known: those that were given, and those that stand in their own rows."""

from __future__ import annotations

from collections.abc import Mapping

from waarborg.plans.drafts import Handover, StandInDraft, WordSource
from waarborg.plans.identifiers import frozen_columns, named_by
from waarborg.plans.locate import asked_of, complete, given_seeds, hand_over, in_order
from waarborg.plans.planner import Planner
from waarborg.plans.sets import Ownership, hand_seed, handed_columns
from waarborg.state.known import Known
from waarborg.stores.contract import Program
from waarborg.terms import WEAK, SubjectRef


def given(person: SubjectRef) -> list[Known]:
    """Kinds and values as they were given; a key counts within the table it is a key of."""
    return [
        (f"key@{person.table}" if kind == "key" and person.table else kind, value)
        for kind, value in sorted(person.identifiers.items())
        if value
    ]


class Who:
    """Where one store says who the people are: a blueprint of sets and keys, without any treatment."""

    def __init__(self, planner: Planner, store: str, people: list[SubjectRef]) -> None:
        world = planner.world()
        sets = Ownership(world, store, asked_of(people), (), leaving=False, erased=frozenset())
        self.store = store
        self.me: Mapping[str, str] = {t.name: me for t in sets.tables if (me := sets.me(t))}
        self.elsewhere = {
            (table.name, one.kind): (sets.elsewhere(table, one, self.me[table.name]), one)
            for table in sets.tables
            if table.name in self.me and table.decl.subject
            for one in table.decl.subject.identifiers
            if one.table
        }
        self.handovers = tuple(
            Handover(own, columns, (hand_seed("own", table.name, columns),))
            for table in sets.tables
            if (own := sets.own(table))
            for columns in handed_columns(world, table)
        )
        self.program: Program = sets.program()
        self.words: Mapping[str, tuple[WordSource, ...]] = {}
        self.stand_ins: tuple[StandInDraft, ...] = ()


def known(planner: Planner, person: SubjectRef) -> list[Known]:
    """Everything that tells this person from others, given or found in the rows that are this person. Reads only.

    Raises `PlanError` where the person cannot be told from another, `StoreError` where a store is out of reach.
    """
    people, world = [person], planner.world()
    found = dict.fromkeys(given(person))
    drawn = {name: Who(planner, name, people) for name in planner.stores}
    seeds = {name: given_seeds(world, one, people) for name, one in drawn.items()}
    for name in in_order(world, list(drawn)):
        who = drawn[name]
        with planner.stores[name].reading(who.program, complete(who.program, seeds[name])) as look:
            hand_over(world, who, look, seeds, people)
            for table, me in who.me.items():
                subject = world.tables[table].decl.subject
                if subject is None:
                    continue
                columns = (*frozen_columns(subject), *(key := subject.key or world.tables[table].facts.key))
                for row in look.values(me, columns):
                    cells = dict(zip(columns, row, strict=True))
                    found |= dict.fromkeys((kind, value) for kind, value, _ in named_by(subject, cells))
                    if len(key) == 1:
                        found[(f"key@{table}", str(cells[key[0]]))] = None
            for rows, one in who.elsewhere.values():
                for row in look.values(rows, one.columns):
                    found |= dict.fromkeys((one.kind, str(value)) for value in row[:1] if value)
    return [(kind, value) for kind, value in found if kind not in WEAK]
