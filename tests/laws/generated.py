"""Generated worlds for the laws of erasure: a schema, a map of ownership and rows, in words of their own.

Nothing here uses the planner. A `Spec` says what the tables are and how rows lead to people; `tables`, `decls` and
`rows` turn it into what the planner is given, `reference` walks it by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from hypothesis import strategies as st

from waarborg.datamap.model import ColumnDecl, Identifier, Link, StandIn, SubjectDecl, TableDecl, Through
from waarborg.policy.model import Policy, RetentionRule
from waarborg.stores.contract import Column, Family, ForeignKey, Table, Unique
from waarborg.terms import LinkKind, Outcome, Treatment
from worlds import policy as small_policy

Row = dict[str, Any]
FAMILIES = {"int": Family.NUMBER, "text": Family.TEXT, "date": Family.DATE}
STAND_IN = 99
NOBODY = 0
PEOPLE = 5


@dataclass(frozen=True)
class Col:
    """A column: kind is int, text or date; `category` as the map says it, or empty."""

    name: str
    kind: str = "int"
    nullable: bool = False
    category: str = ""
    any_case: bool = False


@dataclass(frozen=True)
class Lead:
    """How a row leads to another one. `kind` is own, about or visible."""

    target: str
    columns: tuple[str, ...]
    to: tuple[str, ...]
    kind: str = "own"
    declared: bool = True
    on_delete: str = "NO ACTION"
    where: tuple[str, str] | None = None
    by_value: bool = False
    through: tuple[str, str, str] | None = None
    """Middle table, its column to this row, its column to the target."""
    about: tuple[str, ...] = ()
    stand_in: bool = False
    dies_with: bool = False
    mapped: bool = True
    """Whether the map knows of it; otherwise it is a foreign key only."""


@dataclass
class TSpec:
    """One table with its rows."""

    name: str
    cols: list[Col]
    key: tuple[str, ...] = ("id",)
    leads: list[Lead] = field(default_factory=list)
    unique: tuple[str, ...] = ()
    dated: bool = False
    shape: str = ""
    rows: list[Row] = field(default_factory=list)

    def col(self, name: str) -> Col:
        """The column of that name."""
        return next(one for one in self.cols if one.name == name)


@dataclass(repr=False)
class Spec:
    """The whole world."""

    tables: dict[str, TSpec]
    stand_in: bool
    reduce: bool
    leavers: tuple[int, ...]
    """Numbers of the members who ask, at least one."""

    def emails(self) -> list[str]:
        """The addresses of those who ask."""
        return [email_of(number) for number in self.leavers]

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """The way hypothesis shows an example."""
        printer.text(repr(self))

    def __repr__(self) -> str:
        lines = [f"Spec(stand_in={self.stand_in}, reduce={self.reduce}, leavers={self.leavers})"]
        for one in self.tables.values():
            lines.append(f"  {one.name} ({one.shape}) key={one.key} unique={one.unique}")
            lines += [f"    col {col}" for col in one.cols]
            lines += [f"    lead {lead}" for lead in one.leads]
            lines += [f"    row {row}" for row in one.rows]
        return "\n".join(lines)


def email_of(number: int) -> str:
    """Members 1 and 2 differ in an accent only, which some collations do not see."""
    return {1: "jose@x.example", 2: "josé@x.example"}.get(number, f"m{number}@x.example")


# ------------------------------------------------------------------------------------------------ drawing


class Dice:
    """Draws with few words."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw

    def pick(self, choices: Sequence[Any]) -> Any:
        return self._draw(st.sampled_from(list(choices)))

    def yes(self) -> bool:
        return bool(self._draw(st.booleans()))

    def upto(self, most: int) -> int:
        return int(self._draw(st.integers(0, most)))


class Builder:
    """Adds tables to a world, each of a drawn shape, each with a few rows."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.tables: dict[str, TSpec] = {}
        self.stand_in = dice.yes()
        self.reduce = dice.upto(4) == 0
        self._members()

    def _members(self) -> None:
        cols = [
            Col("id"),
            Col("email", "text", False, "account.email", True),
            Col("name", "text", True, "account.name"),
        ]
        member = TSpec("member", cols, shape="member")
        for number in range(1, PEOPLE + 1):
            member.rows.append({"id": number, "email": email_of(number), "name": f"<member.name.{number}>"})
        member.rows.append({"id": NOBODY, "email": "nobody@x.example", "name": "<member.name.nobody>"})
        self.tables["member"] = member

    def _add(self, shape: str, cols: list[Col], **more: Any) -> TSpec:
        name = f"t{len(self.tables)}"
        made = TSpec(name, cols, shape=shape, **more)
        self.tables[name] = made
        return made

    def _single(self) -> list[TSpec]:
        """Tables that can be referred to by one whole number."""
        return [one for one in self.tables.values() if one.key == ("id",)]

    def _body(self) -> Col:
        """A personal column, of a kind that is erased, kept by law, or anonymised, NULL or not."""
        category = self.dice.pick(["content.text", "billing.amount", "billing.note", "stats.item"])
        return Col("body", "text", self.dice.yes(), category)

    def _fill(self, table: TSpec, make: Callable[[int], Row]) -> None:
        for number in range(1, self.dice.upto(4) + 3):
            row = make(number)
            for col in table.cols:
                if col.category and col.kind == "text" and col.name not in row:
                    row[col.name] = f"<{table.name}.{col.name}.{number}>"
            if table.dated:
                row["day"] = self.dice.pick(
                    [date(2015, 3, 1), date(2018, 12, 31), date(2019, 1, 1), date(2025, 3, 1), None]
                )
            table.rows.append(row)

    def _reference(self, table: TSpec, col: str, target: TSpec, declared: bool) -> Any:
        """A value for a reference: an id of the target, NULL where it may be, or nobody's where nothing is declared."""
        choices: list[Any] = [row["id"] for row in target.rows]
        if table.col(col).nullable:
            choices.append(None)
        if not declared:
            choices.append(777)
        return self.dice.pick(choices)

    # -- shapes --------------------------------------------------------------------------------------------------

    def child(self) -> None:
        """One or two owners, each declared or not, NULL or not, with a cascade or not; key single, double or none."""
        dice, several = self.dice, self.dice.yes()
        key = dice.pick([("id",), ("id", "part"), ()])
        cols = [Col("id"), Col("part"), self._body()]
        leads = []
        targets = [dice.pick(self._single()) for _ in range(2 if several else 1)]
        for at, target in enumerate(targets):
            name = f"ref{at}"
            cols.append(Col(name, "int", dice.yes()))
            declared = dice.yes()
            rule = dice.pick(["NO ACTION", "NO ACTION", "CASCADE"]) if declared else "NO ACTION"
            leads.append(Lead(target.name, (name,), ("id",), declared=declared, on_delete=rule))
        if several and dice.upto(3) == 0:
            leads[0] = replace(leads[0], dies_with=True)
        dated = cols[2].category.startswith("billing") and dice.yes()
        if dated:
            cols.append(Col("day", "date", True))
        made = self._add("shared" if several else "child", cols, key=key, leads=leads, dated=dated)

        def row(number: int) -> Row:
            refs = {
                lead.columns[0]: self._reference(made, lead.columns[0], target, lead.declared)
                for lead, target in zip(leads, targets, strict=True)
            }
            return {"id": number, "part": 10 + number, **refs}

        self._fill(made, row)

    def grandchild_by_two(self) -> None:
        """A composite key, referred to on both columns; a decoy shares one of them."""
        dice = self.dice
        parents = [one for one in self.tables.values() if one.key == ("id", "part")]
        if not parents:
            return
        parent = dice.pick(parents)
        nullable, declared = dice.yes(), dice.yes()
        cols = [Col("id"), Col("up", "int", nullable), Col("up_part", "int", nullable), self._body()]
        lead = Lead(parent.name, ("up", "up_part"), ("id", "part"), declared=declared)
        made = self._add("composite", cols, leads=[lead])
        keys = [(row["id"], row["part"]) for row in parent.rows]

        def row(number: int) -> Row:
            up, part = dice.pick([*keys, *([(None, keys[0][1])] if nullable else [])])
            if not declared and dice.upto(2) == 0:
                part = 10 + PEOPLE + number  # the first column matches, the second does not
            return {"id": number, "up": up, "up_part": part}

        self._fill(made, row)

    def tree(self) -> None:
        """A self reference: to an earlier row, to itself, or in a circle; NOT NULL in half of them."""
        dice = self.dice
        nullable, declared = dice.yes(), dice.yes()
        dies = dice.yes()
        cols = [Col("id"), Col("owner", "int", True), Col("up", "int", nullable), self._body()]
        leads = [Lead("member", ("owner",), ("id",), declared=dice.yes())]
        name = f"t{len(self.tables)}"
        leads.append(Lead(name, ("up",), ("id",), declared=declared, dies_with=dies))
        made = self._add("tree" if nullable else "tree not null", cols, leads=leads)
        rows = dice.upto(4) + 2

        def row(number: int) -> Row:
            up = dice.pick([*range(1, rows + 1), *([None] if nullable else [number])])
            return {
                "id": number,
                "owner": self._reference(made, "owner", self.tables["member"], leads[0].declared),
                "up": up,
            }

        for number in range(1, rows + 1):
            made.rows.append(row(number) | {"body": f"<{made.name}.body.{number}>"})

    def poly(self) -> None:
        """Two columns, type and id, to two tables."""
        dice = self.dice
        targets = [self.tables["member"], dice.pick(self._single())]
        cols = [Col("id"), Col("kind", "text"), Col("holder", "int", dice.yes()), self._body()]
        leads = [
            Lead(target.name, ("holder",), ("id",), declared=False, where=("kind", label))
            for target, label in zip(targets, ("person", "thing"), strict=True)
        ]
        made = self._add("polymorphic", cols, leads=leads)

        def row(number: int) -> Row:
            at = dice.upto(2)
            ids = [one["id"] for one in targets[at % 2].rows] + ([None] if made.col("holder").nullable else [])
            return {"id": number, "kind": ("person", "thing", "other")[at], "holder": dice.pick(ids)}

        self._fill(made, row)

    def value(self) -> None:
        """A key by value: the address, in whatever case, in a column that sees neither case nor accents."""
        dice = self.dice
        cols = [Col("id"), Col("username", "text", dice.yes(), "", True), self._body()]
        kind = dice.pick(["own", "own", "about"])
        if kind == "about":
            cols.append(Col("remark", "text", True, "account.name"))
        lead = Lead(
            "member",
            ("username",),
            ("email",),
            kind,
            False,
            by_value=True,
            about=("remark",) if kind == "about" else (),
        )
        made = self._add("value", cols, leads=[lead])

        def row(number: int) -> Row:
            spelling = dice.pick([str.lower, str.upper, str.title])
            names = [spelling(email_of(one)) for one in range(1, PEOPLE + 1)] + ["guest@x.example"]
            if made.col("username").nullable:
                names.append(None)  # type: ignore[arg-type]
            return {"id": number, "username": dice.pick(names)}

        self._fill(made, row)

    def project(self) -> None:
        """A thing that belongs to its members through a table between."""
        dice = self.dice
        thing = self._add("through", [Col("id"), self._body()])
        middle = self._add(
            "membership",
            [Col("thing"), Col("who")],
            key=("thing", "who"),
            leads=[Lead("member", ("who",), ("id",), declared=dice.yes())],
        )
        middle.leads.append(Lead(thing.name, ("thing",), ("id",), declared=True, mapped=False))
        thing.leads.append(Lead("member", (), ("id",), declared=False, through=(middle.name, "thing", "who")))
        self._fill(thing, lambda number: {"id": number})
        pairs = {(dice.pick(thing.rows)["id"], dice.upto(PEOPLE)) for _ in range(dice.upto(5) + 1)}
        middle.rows += [{"thing": one, "who": who} for one, who in sorted(pairs)]
        if dice.yes():
            middle.leads[1] = replace(middle.leads[1], on_delete="CASCADE")

    def about(self) -> None:
        """Somebody else's row, with a column that describes a person."""
        dice = self.dice
        nullable = dice.yes()
        cols = [
            Col("id"),
            Col("owner", "int", True),
            Col("who", "int", nullable),
            self._body(),
            Col("remark", "text", dice.yes(), "account.name"),
        ]
        leads = [
            Lead("member", ("owner",), ("id",), declared=dice.yes()),
            Lead("member", ("who",), ("id",), "about", declared=dice.yes(), about=("remark",)),
        ]
        made = self._add("about", cols, leads=leads)

        def row(number: int) -> Row:
            return {"id": number} | {
                lead.columns[0]: self._reference(made, lead.columns[0], self.tables["member"], lead.declared)
                for lead in leads
            }

        self._fill(made, row)

    def vote(self) -> None:
        """A link that is pointed at the stand-in, in a table where that can collide."""
        self.stand_in = True
        dice = self.dice
        made = self._add(
            "stand-in",
            [Col("id"), Col("task"), Col("who", "int", dice.yes()), self._body()],
            leads=[Lead("member", ("who",), ("id",), stand_in=True)],
            unique=("task", "who"),
        )
        seen: set[tuple[int, int]] = set()
        for number in range(1, dice.upto(5) + 3):
            pair = (dice.upto(1), dice.upto(2) + 1)
            if pair not in seen:
                seen.add(pair)
                row = {"id": number, "task": pair[0], "who": pair[1], "body": f"<{made.name}.body.{number}>"}
                made.rows.append(row)

    def ring(self) -> None:
        """Two tables that refer to each other; at least one way may be empty, or the engine cannot do it."""
        dice = self.dice
        names = [f"t{len(self.tables)}", f"t{len(self.tables) + 1}"]
        one = self._add(
            "ring",
            [Col("id"), Col("owner", "int", True), Col("other", "int", True), self._body()],
            leads=[Lead("member", ("owner",), ("id",)), Lead(names[1], ("other",), ("id",))],
        )
        two = self._add(
            "ring",
            [Col("id"), Col("other", "int", dice.yes()), self._body()],
            leads=[Lead(names[0], ("other",), ("id",))],
        )
        many = dice.upto(2) + 1
        for number in range(1, many + 1):
            owner = self._reference(one, "owner", self.tables["member"], True)
            other = dice.pick([None, *range(1, many + 1)])
            one.rows.append({"id": number, "owner": owner, "other": other, "body": f"<{one.name}.body.{number}>"})
            back = dice.upto(many - 1) + 1
            two.rows.append({"id": number, "other": back, "body": f"<{two.name}.body.{number}>"})

    def visible(self) -> None:
        """A row that a person may see, and that is somebody else's."""
        dice = self.dice
        cols = [Col("id"), Col("owner", "int", True), Col("seen_by", "int", dice.yes()), self._body()]
        leads = [
            Lead("member", ("owner",), ("id",)),
            Lead("member", ("seen_by",), ("id",), "visible", declared=dice.yes()),
        ]
        made = self._add("visible", cols, leads=leads)

        def row(number: int) -> Row:
            return {"id": number} | {
                lead.columns[0]: self._reference(made, lead.columns[0], self.tables["member"], lead.declared)
                for lead in leads
            }

        self._fill(made, row)


SHAPES = ("child", "child", "child", "tree", "poly", "value", "project", "about", "vote", "vote", "ring", "visible")


@st.composite
def specs(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Spec:
    """Worlds of one to five shapes, and a subset of people who ask."""
    dice = Dice(draw)
    builder = Builder(dice)
    for _ in range(dice.upto(3) + 2):
        getattr(builder, dice.pick(SHAPES))()
        if any(one.key == ("id", "part") for one in builder.tables.values()) and dice.upto(1):
            builder.grandchild_by_two()
    leavers = tuple(sorted({dice.upto(PEOPLE - 1) + 1 for _ in range(dice.upto(3) + 1)}))
    return Spec(builder.tables, builder.stand_in, builder.reduce, leavers)


# ------------------------------------------------------------------------------------------------ what we are given


def tables(spec: Spec) -> list[Table]:
    """The schema."""
    return [_table(one) for one in spec.tables.values()]


def _table(one: TSpec) -> Table:
    columns = tuple(
        Column(col.name, col.kind, FAMILIES[col.kind], col.nullable, case_insensitive=col.any_case) for col in one.cols
    )
    references = tuple(
        ForeignKey(f"fk_{one.name}_{at}", lead.columns, lead.target, lead.to, lead.on_delete)
        for at, lead in enumerate(one.leads)
        if lead.declared and lead.columns and not lead.by_value
    )
    uniques = (Unique(f"uq_{one.name}", one.unique),) if one.unique else ()
    return Table(one.name, columns, one.key, uniques, foreign_keys=references)


def decls(spec: Spec) -> list[TableDecl]:
    """The data map."""
    made = []
    for one in spec.tables.values():
        subject = None
        if one.name == "member":
            stand_in = {"id": STAND_IN, "email": "former@x.example", "name": "Former"}
            subject = SubjectDecl(
                ("id",),
                (Identifier("email", "email", ("lowercase",)),),
                nobody=(NOBODY,),
                on_erasure=Treatment.REDUCE if spec.reduce else Treatment.DELETE,
                stand_in=StandIn(stand_in, ("email",)) if spec.stand_in else None,
            )
        columns = {col.name: ColumnDecl(col.name, col.category) for col in one.cols if col.category}
        links = tuple(_link(lead) for lead in one.leads if lead.mapped)
        dates = {"end_of_fiscal_year": "day"} if one.dated else {}
        made.append(TableDecl(f"app.{one.name}", subject, links, columns, dates))
    return made


def _link(lead: Lead) -> Link:
    kind = {"own": LinkKind.BELONGS_TO, "about": LinkKind.ABOUT, "visible": LinkKind.VISIBLE_TO}[lead.kind]
    through = None
    if lead.through:
        middle, mine, theirs = lead.through
        through = Through(f"app.{middle}", (mine,), ("id",), (theirs,))
    return Link(
        kind,
        f"app.{lead.target}",
        lead.columns,
        by_identifier="email" if lead.by_value else "",
        normalise=("lowercase",) if lead.by_value else (),
        to_columns=() if lead.by_value else lead.to,
        where={lead.where[0]: (lead.where[1],)} if lead.where else {},
        through=through,
        about=lead.about,
        on_erasure=Treatment.STAND_IN if lead.stand_in else None,
        dies_with=lead.dies_with,
    )


def rows(spec: Spec) -> dict[str, list[tuple[object, ...]]]:
    """The rows in the order of the columns."""
    return {
        one.name: [tuple(row.get(col.name) for col in one.cols) for row in one.rows] for one in spec.tables.values()
    }


def policy() -> Policy:
    """Content goes, invoices stay seven years, statistics stay without a person."""
    base = small_policy()
    data = dict(base.data)
    data["stats"] = replace(base.data["content"], id="stats")
    stats = RetentionRule(id="stats", data=("stats",), until="account_closed", then=Outcome.ANONYMISE)
    return replace(base, data=data, retention={**base.retention, "stats": stats})
