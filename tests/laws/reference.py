"""What an erasure should leave, worked out by walking rows one at a time: slow, plain, and written without the planner.

Rows are known by `(table, number)`. Every notion of the engine has its own small walk here: whose a row is, who else
has it, what the law keeps, what staying rows still need; `after` is the whole database as it should be afterwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

from laws.generated import NOBODY, STAND_IN, Lead, Row, Spec, TSpec

RowId = tuple[str, int]
FIRST_KEPT_YEAR = 2019
"""Invoices of 2019 are kept until the end of 2026, and the worlds stand in November 2026."""
READABLE_BY_LAW = {"billing.name", "billing.amount"}


class Reference:
    """One world with the people who leave."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.rows: dict[RowId, Row] = {
            (one.name, at): row for one in spec.tables.values() for at, row in enumerate(one.rows)
        }
        self.shapes: Counter[str] = Counter()
        self.own = self._own()
        self.kept = self._inherit(self._kept_itself)
        self.live = self._live()
        self.gone = self.own - self.kept - self.live
        self.leaving = {row for row in self.gone if not self.stays(self.table(row))}
        self.needed: dict[RowId, bool] = {}
        """Rows that must stay as a shell, and whether it is the law that needs them."""
        self._need()
        self.deleted = self.leaving - set(self.needed)

    def table(self, row: RowId) -> TSpec:
        """The table of a row."""
        return self.spec.tables[row[0]]

    # -- references ----------------------------------------------------------------------------------------------

    def reached(self, row: RowId, lead: Lead) -> set[RowId]:
        """The rows that one reference of a row leads to."""
        cells = self.rows[row]
        if lead.where and cells[lead.where[0]] != lead.where[1]:
            return set()
        if lead.through:
            middle, mine, theirs = lead.through
            between = [one for (name, _), one in self.rows.items() if name == middle and one[mine] == cells["id"]]
            wanted = {(one[theirs],) for one in between}
            return {to for to, one in self.rows.items() if to[0] == lead.target and (one["id"],) in wanted}
        mine_ = [cells[name] for name in lead.columns]
        if None in mine_:
            return set()
        fold: Callable[[object], object] = (lambda v: str(v).lower()) if lead.by_value else (lambda v: v)
        return {
            to
            for to, one in self.rows.items()
            if to[0] == lead.target and [fold(v) for v in mine_] == [fold(one[name]) for name in lead.to]
        }

    @staticmethod
    def owners(table: TSpec) -> list[Lead]:
        """The links that decide whose a row is."""
        return [lead for lead in table.leads if lead.kind == "own" and lead.mapped]

    def dies(self, row: RowId, live: set[RowId]) -> bool:
        """Whether a row goes along with the row of another table it dies with: it is theirs, and does not stay."""
        for lead in self.owners(self.table(row)):
            if lead.dies_with and lead.target != row[0]:
                ends = self.reached(row, lead)
                if ends & self.own and not ends & (live | self.kept):
                    return True
        return False

    # -- whose -----------------------------------------------------------------------------------------------------

    def _me(self) -> set[RowId]:
        wanted = {email.lower() for email in self.spec.emails()}
        return {
            row
            for row, cells in self.rows.items()
            if row[0] == "member" and cells["email"].lower() in wanted and cells["id"] != NOBODY
        }

    def _own(self) -> set[RowId]:
        found = self._me()
        while True:
            more = set()
            for row in self.rows.keys() - found:
                for lead in self.table(row).leads:
                    if lead.kind == "own" and lead.mapped and self.reached(row, lead) & found:
                        more.add(row)
            if not more:
                return found
            found |= more

    def _inherit(self, itself: Callable[[RowId], bool]) -> set[RowId]:
        """Own rows in a state, and own rows whose owner is in it."""
        found = {row for row in self.own if itself(row)}
        while True:
            more = {
                row
                for row in self.own - found
                if any(self.reached(row, lead) & found for lead in self.owners(self.table(row)))
            }
            if not more:
                return found
            found |= more

    def _live(self) -> set[RowId]:
        """Own rows that somebody else has as well, and what hangs on them; not what dies with a row that goes."""
        found: set[RowId] = set()
        while True:
            more = {
                row
                for row in self.own - found - self._me()
                if self._shared_itself(row)
                or any(self.reached(row, lead) & found for lead in self.owners(self.table(row)))
                if not self.dies(row, found)
            }
            if not more:
                return found
            found |= more

    def _kept_itself(self, row: RowId) -> bool:
        table = self.table(row)
        day = self.rows[row].get("day")
        return table.dated and (day is None or (isinstance(day, date) and day.year >= FIRST_KEPT_YEAR))

    def _shared_itself(self, row: RowId) -> bool:
        for lead in self.owners(self.table(row)):
            for other in self.reached(row, lead) - self.own:
                somebody = other[0] != "member" or self.rows[other]["id"] not in (NOBODY, STAND_IN)
                if somebody:
                    return True
        return False

    # -- what stays ------------------------------------------------------------------------------------------------

    def stays(self, table: TSpec) -> bool:
        """Whether rows with no owner left stay, without a person in them."""
        if table.name == "member":
            return self.spec.reduce
        owners = self.owners(table)
        if len(owners) == 1 and owners[0].stand_in:
            return True
        if any(lead.dies_with and lead.target == "member" for lead in owners):
            return False
        items = {col.category for col in table.cols if col.category}
        return items == {"stats.item"} and bool(owners) and all(self.cut(table, lead) for lead in owners)

    def cut(self, table: TSpec, lead: Lead) -> str:
        """How a link can be cut: `stand_in`, `clear`, or not at all."""
        if lead.through or not lead.mapped:
            can_clear = not lead.through and any(self._clearable(table, name) for name in lead.columns)
            return "clear" if can_clear else ""
        if lead.stand_in:
            return "stand_in"
        if any(self._clearable(table, name) for name in lead.columns):
            return "clear"
        return "stand_in" if lead.target == "member" and self.spec.stand_in and not lead.by_value else ""

    @staticmethod
    def _clearable(table: TSpec, name: str) -> bool:
        return table.col(name).nullable and name not in table.key

    def _need(self) -> None:
        """Leaving rows that a row which stays refers to and cannot let go of."""
        while True:
            before = dict(self.needed)
            for row in self.rows.keys() - (self.leaving - self.needed.keys()):
                for lead in self.table(row).leads:
                    if lead.by_value or lead.through:
                        continue
                    holds = not self.cut(self.table(row), lead) or (row in self.kept and lead.mapped)
                    for other in self.reached(row, lead) & self.leaving if holds else ():
                        lawful = row in self.kept or self.needed.get(row, False)
                        self.needed[other] = self.needed.get(other, False) or lawful
            if self.needed == before:
                return

    # -- afterwards ------------------------------------------------------------------------------------------------

    def after(self) -> dict[str, list[Row]]:
        """The whole database, as it should be."""
        made = self._treated()
        doubles = self._doubles(made)
        pointed = any(
            STAND_IN in (cells[name] for lead in self.table(row).leads for name in lead.columns)
            for row, cells in made.items()
        )
        found: dict[str, list[Row]] = {name: [] for name in self.spec.tables}
        for row, cells in made.items():
            if row not in doubles:
                found[row[0]].append(cells)
        if pointed and self.spec.stand_in:
            found["member"].append({"id": STAND_IN, "email": "former@x.example", "name": "Former"})
        return found

    def _treat(self, row: RowId, cells: Row) -> None:
        table = self.table(row)
        if row in self.kept:
            self._reduce(table, cells, READABLE_BY_LAW)
            return
        if row in self.needed:
            self._reduce(table, cells, READABLE_BY_LAW if self.needed[row] else set())
        elif row in self.gone:
            self._reduce(table, cells, {"stats.item"} if table.name != "member" else set())
        for lead, _ in self.leaver_links(row):
            for name in lead.about:
                cells[name] = None if table.col(name).nullable else ""
            how = self.cut(table, lead)
            if how == "stand_in":
                cells[lead.columns[0]] = STAND_IN
            elif how == "clear":
                for name in (*lead.columns, *((lead.where[0],) if lead.where else ())):
                    if self._clearable(table, name):
                        cells[name] = None

    def leaver_links(self, row: RowId) -> Iterator[tuple[Lead, RowId]]:
        """The references of a staying row that lead to a person who goes or to a row that is deleted."""
        for lead in self.table(row).leads:
            if lead.through:
                continue
            for other in sorted(self.reached(row, lead)):
                if other in (self.gone if other[0] == "member" else self.deleted):
                    yield lead, other

    @staticmethod
    def _reduce(table: TSpec, cells: Row, readable: set[str]) -> None:
        for col in table.cols:
            if col.category and col.category not in readable:
                cells[col.name] = None if col.nullable else ""

    def _doubles(self, made: dict[RowId, Row]) -> set[RowId]:
        """Rows that were pointed at the stand-in and meet another such row under a unique key: the later ones go."""
        found: set[RowId] = set()
        seen: set[tuple[object, ...]] = set()
        for row, cells in sorted(made.items(), key=lambda one: one[0]):
            unique = self.table(row).unique
            if unique and STAND_IN in (cells[name] for name in unique):
                value = (row[0], *(cells[name] for name in unique))
                found |= {row} if value in seen else set()
                seen.add(value)
        return found

    def _treated(self) -> dict[RowId, Row]:
        """The rows that stay, as they would be before doubles go."""
        made = {row: dict(cells) for row, cells in self.rows.items() if row not in self.deleted}
        for row, cells in made.items():
            self._treat(row, cells)
        return made

    def doubles(self) -> set[RowId]:
        """Rows that would stand at the stand-in beside another one, and go."""
        return self._doubles(self._treated())

    def held_doubles(self) -> bool:
        """Whether a row that would collide at the stand-in is referred to by a row that stays."""
        made = self._treated()
        doubles = self._doubles(made)
        return any(self.reached(row, lead) & doubles for row in made for lead in self.table(row).leads)

    # -- access ----------------------------------------------------------------------------------------------------

    def shown(self) -> Counter[str]:
        """Every personal text that an access answer holds."""
        found: Counter[str] = Counter()
        for row, cells in self.rows.items():
            table = self.table(row)
            if row in self.own:
                hidden = {
                    name
                    for lead in table.leads
                    if lead.about and not self.reached(row, lead) & self.own
                    if None not in [cells[name] for name in lead.columns]
                    for name in lead.about
                }
                found.update(cells[c.name] for c in table.cols if c.category and c.name not in hidden)
                continue
            for lead in table.leads:
                if lead.kind == "own" or not lead.mapped or not self.reached(row, lead) & self.own:
                    continue
                hidden = {name for other in table.leads if other is not lead for name in other.about}
                columns = lead.about if lead.kind == "about" else [c.name for c in table.cols if c.category]
                found.update(cells[name] for name in columns if name not in hidden)
        return found
