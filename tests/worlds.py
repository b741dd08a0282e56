"""Small worlds for planner tests: a policy, a data map and tables, told in a few lines each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from databases import Database
from waarborg.clock import FixedClock, Period
from waarborg.datamap.model import ColumnDecl, DataMap, Identifier, Link, StoreDecl, SubjectDecl, TableDecl
from waarborg.plans.model import Approval, Plan, Result, Sealed, Verdict
from waarborg.plans.planner import Planner
from waarborg.policy.model import Controller, DataCategory, Policy, RetentionRule
from waarborg.stores.contract import Column, Family, ForeignKey, Schema, Store, Table, Unique
from waarborg.stores.memory import MemoryStore
from waarborg.stores.sql import SqlStore
from waarborg.terms import LinkKind, Outcome, SubjectRef

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TYPES = {"int": Family.NUMBER, "text": Family.TEXT, "date": Family.DATE}


def policy(**retention: RetentionRule) -> Policy:
    """A policy with the categories the worlds use."""
    return Policy(
        id="world",
        version=date(2026, 12, 1),
        languages=("nl",),
        controller=Controller(id="controller", name="Wereld B.V.", country="NL", time_zone="Europe/Amsterdam"),
        data={name: DataCategory(id=name, label={"nl": name}) for name in ("account", "content", "billing")},
        purposes={},
        retention=retention
        or {
            "account": RetentionRule(id="account", data=("account",), until="account_closed", then=Outcome.ERASE),
            "invoices": RetentionRule(
                id="invoices",
                data=("billing",),
                period=Period(months=84),
                starts_at="end_of_fiscal_year",
                law="AWR art. 52",
                keep=("name", "amount"),
                then=Outcome.ERASE,
            ),
        },
    )


def table(
    name: str, columns: str, *, key: str = "id", refs: Mapping[str, str] | None = None, unique: str = ""
) -> Table:
    """A table from `"id int, owner int?, body text?"`; `refs` maps a column to `table.column[!CASCADE]`."""
    found = []
    for part in columns.split(","):
        label, kind = part.split()
        found.append(Column(label, kind.rstrip("?"), TYPES[kind.rstrip("?")], nullable=kind.endswith("?")))
    references = []
    for column, to in (refs or {}).items():
        target, _, rule = to.partition("!")
        other, _, other_column = target.partition(".")
        references.append(ForeignKey(f"fk_{name}_{column}", (column,), other, (other_column,), rule or "NO ACTION"))
    uniques = (Unique(f"uq_{name}", tuple(unique.split("+"))),) if unique else ()
    return Table(name, tuple(found), tuple(key.split("+")) if key else (), uniques, foreign_keys=tuple(references))


def person(name: str = "app.member", **more: object) -> TableDecl:
    """The usual table of people."""
    options: dict[str, object] = {"key": ("id",), "identifiers": (Identifier("email", "email"),)}
    options.update(more)
    columns = columns_of(email="account.email", name="account.name")
    return TableDecl(name, SubjectDecl(**options), columns=columns)  # type: ignore[arg-type]


def columns_of(**categories: str) -> dict[str, ColumnDecl]:
    """Column declarations by name."""
    return {name: ColumnDecl(name, category) for name, category in categories.items()}


def belongs(target: str, *columns: str, **more: object) -> Link:
    """A `belongs_to` link."""
    return Link(LinkKind.BELONGS_TO, target, columns, **more)  # type: ignore[arg-type]


@dataclass
class World:
    """A world with its planner and its rows, wherever they are."""

    planner: Planner
    tables: dict[str, Table]
    memory: dict[str, list[dict[str, object]]]
    database: Database | None = None

    def plan(self, *emails: str) -> tuple[Plan, Sealed]:
        """Plan the erasure of the people with these addresses."""
        return self.planner.plan_erasure([SubjectRef({"email": email}) for email in emails])

    def erase(self, *emails: str) -> tuple[Plan, Result, Verdict]:
        """Plan, approve, apply, verify."""
        plan, sealed = self.plan(*emails)
        result = self.planner.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
        return plan, result, self.planner.verify(plan, sealed)

    def rows(self, name: str) -> list[dict[str, object]]:
        """The rows of a table as they are now, in key order."""
        found = self.database.rows(name) if self.database else self.memory[name]
        key = self.tables[name].key
        return sorted((dict(row) for row in found), key=lambda row: tuple(str(row[k]).zfill(9) for k in key))

    def column(self, name: str, column: str) -> list[object]:
        """The values of one column, in key order."""
        return [row[column] for row in self.rows(name)]

    def dump(self) -> dict[str, list[dict[str, object]]]:
        """Every row of every table."""
        return {name: self.rows(name) for name in self.tables}

    def add(self, name: str, *values: object) -> None:
        """A row that the application writes meanwhile."""
        table = self.tables[name]
        if self.database:
            self.database.insert(table, [dict(zip([c.name for c in table.columns], values, strict=True))])
        else:
            self.memory[name].append(dict(zip([c.name for c in table.columns], values, strict=True)))


Build = Callable[..., World]


def world(
    tables: Sequence[Table],
    decls: Sequence[TableDecl],
    rows: Mapping[str, Sequence[tuple[object, ...]]],
    the_policy: Policy | None = None,
    database: Database | None = None,
) -> World:
    """A world in one store named `app`: in memory, or in the database that is handed in."""
    filled: dict[str, list[dict[str, object]]] = {
        one.name: [dict(zip([c.name for c in one.columns], row, strict=True)) for row in rows.get(one.name, ())]
        for one in tables
    }
    store: Store
    if database:
        database.make(tables, filled)
        store = SqlStore("app", database.url)
    else:
        store = MemoryStore("app", Schema("memory", {one.name: one for one in tables}), filled)  # type: ignore[arg-type]
    datamap = DataMap({"app": StoreDecl("app", "sql")}, {decl.name: decl for decl in decls})
    planner = Planner(the_policy or policy(), datamap, {"app": store}, FixedClock(NOW))
    return World(planner, {one.name: one for one in tables}, filled, database)
