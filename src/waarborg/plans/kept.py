"""Which rows and columns a plan keeps, asked row by row: what explains that an identifier is still there.

That a *table* has kept rows explains nothing: the row of the hit must be in a kept set, and its column among those
that stay readable in it. Rows that the plan calls anonymous explain nothing either: there should be no person in them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from waarborg.plans.drafts import Blueprint, KeptDraft
from waarborg.plans.identifiers import KEY, FrozenWords
from waarborg.plans.locate import complete
from waarborg.plans.model import Kept, Plan, Sealed
from waarborg.plans.resolve import Mapped, World
from waarborg.plans.sets import shared_seed
from waarborg.stores.contract import Hit, Key, Seeds, Store, Table
from waarborg.stores.matching import key_line

STAYING = ("rule", "needed")
"""Kept rows that go on being that person's: by law, or as a shell that others refer to."""


@dataclass(slots=True)
class KeptRows:
    """Answers for the hits of one table; `look` asks the store once for the rows that were hit."""

    world: World
    plan: Plan
    sealed: Sealed
    blueprint: Blueprint
    store: Store
    seeds: Seeds
    _keeping: list[tuple[frozenset[str], frozenset[str], str]] = field(default_factory=list, repr=False)
    """Rows (key lines), columns, and the reason."""
    _references: dict[str, tuple[frozenset[str], str]] = field(default_factory=dict, repr=False)
    """By column: keys of kept people that it may hold, and the reason."""
    _words: tuple[str, ...] = field(default=(), repr=False)
    _given_keys: frozenset[int] = field(default=frozenset(), repr=False)

    def look(self, table: Table, hits: Sequence[Hit], words: FrozenWords) -> None:
        """Find out which of the rows that were hit the plan keeps."""
        mapped = self.world.by_local(self.blueprint.store, table.name)
        if mapped is None:
            return
        self._words = words.words
        self._given_keys = frozenset(at for at, kinds in enumerate(words.kinds) if KEY in kinds)
        wanted = frozenset(line(hit.key) for hit in hits)
        for draft in self.blueprint.kept:
            if draft.table == mapped.name and draft.why != "anonymous" and (kept := self._planned(draft)):
                columns = frozenset(draft.columns) & frozenset(name for one in kept for name in one.columns)
                if draft.set.startswith("live:"):
                    columns -= self._treated(mapped)
                rows = self._rows(draft, table, wanted) if columns else frozenset()
                self._keeping.append((rows, columns, reason(kept)))
        if any(words.of[hit.needle] in self._given_keys for hit in hits):
            self._refer(mapped)

    def why(self, hit: Hit, word: int) -> str:
        """What explains a hit, or nothing."""
        row = line(hit.key)
        for rows, columns, says in self._keeping:
            if hit.column in columns and row in rows:
                return says
        keys, says = self._references.get(hit.column, (frozenset(), ""))
        return says if word in self._given_keys and self._words[word] in keys else ""

    # -- the kept sets -------------------------------------------------------------------------------------------

    def _planned(self, draft: KeptDraft) -> list[Kept]:
        """What the approved plan said about these rows; what it did not say explains nothing."""
        return [
            kept
            for kept in self.plan.kept()
            if kept.table == draft.table and kept.why == draft.why and kept.ground.rule == draft.ground.rule
        ]

    def _treated(self, mapped: Mapped) -> frozenset[str]:
        """Columns of rows of others in which the plan was to remove the person."""
        return frozenset(c for step in self.blueprint.steps if step.table == mapped.name for c in step.columns)

    def _rows(self, draft: KeptDraft, table: Table, wanted: Collection[str]) -> frozenset[str]:
        """Those of the wanted rows that are in the set now, or were shared when the plan was made."""
        if not table.key:
            return frozenset()
        found = {row for key in self._keys(draft.set, table.key) if (row := line(key)) in wanted}
        if draft.set.startswith("live:"):
            frozen = self.sealed.seeds.get(self.blueprint.store, Seeds()).get(shared_seed(draft.table), ())
            found |= {row for key in frozen if (row := line(key)) in wanted}
        return frozenset(found)

    def _keys(self, name: str, columns: Sequence[str]) -> Iterator[Key]:
        program = self.blueprint.program
        with self.store.reading(program, complete(program, self.seeds)) as look:
            for block in look.rows(name, columns):
                yield from block

    # -- keys that were given as identifiers ---------------------------------------------------------------------

    def _refer(self, mapped: Mapped) -> None:
        """Columns that lead to people whose row stays: where the key itself was given, it may stand there."""
        for draft in self.blueprint.kept:
            target = self.world.tables[draft.table]
            kept = self._planned(draft)
            if target.decl.subject is None or draft.why not in STAYING or not kept or len(target.facts.key) != 1:
                continue
            columns = [arm.columns[0] for arm in mapped.arms if arm.target == target.name and len(arm.columns) == 1]
            columns += target.facts.key if target.name == mapped.name else ()
            keys = frozenset(line(key) for key in self._keys(draft.set, target.facts.key)) if columns else frozenset()
            for column in columns:
                before = self._references.get(column, (frozenset[str](), ""))[0]
                self._references[column] = (before | keys, f"it leads to a kept row: {reason(kept)}")


def line(key: Iterable[object]) -> str:
    """A key as it is compared: engines and drivers differ in what they hand out for the same row."""
    return key_line([bytes(v).decode("utf-8", "replace") if isinstance(v, bytes | bytearray) else v for v in key])


def reason(kept: Sequence[Kept]) -> str:
    """The rule that keeps, with its law and its last day."""
    ground = kept[0].ground
    until = max((one.until for one in kept if one.until), default=None)
    return ", ".join(part for part in (ground.rule, ground.law, f"until {until}" if until else "") if part)
