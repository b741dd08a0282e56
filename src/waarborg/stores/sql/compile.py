"""From the algebra of rows to conditions in SQL. Values always travel as parameters, in the order of their marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

from waarborg.stores import refusals
from waarborg.stores.contract import (
    All,
    Both,
    Collides,
    Compare,
    Either,
    Family,
    Given,
    How,
    In,
    Inside,
    Leads,
    Mentions,
    Not,
    Rows,
    Seeds,
)
from waarborg.stores.decoding import readings
from waarborg.stores.matching import Words, cell_forms, compares, key_form, mentions
from waarborg.stores.sets import COARSE
from waarborg.stores.sql.analysis import Analysis
from waarborg.stores.sql.dialects import Dialect, Params
from waarborg.stores.sql.facts import TEXT, Col, Facts
from waarborg.stores.sql.values import coerce, text_of

_MOST_RUNS = 200
"""More words than this do not narrow the cells down any more: the whole column is read."""


class Compiler:
    """Turns `Rows` into conditions. What cannot be said in SQL is decided first, through `fetch` and `stream`."""

    def __init__(self, facts: Facts, dialect: Dialect, analysis: Analysis, seeds: Seeds) -> None:
        self.facts = facts
        self.dialect = dialect
        self.analysis = analysis
        self.seeds = seeds
        self.crossed = False
        """Whether the last condition looks into other tables."""
        self.scratched = False
        """Whether the last condition uses a key table."""
        self._depth = 0

    # Given by the evaluation.
    def is_pinned(self, name: str) -> bool:
        raise NotImplementedError

    def pin(self, name: str) -> Any:
        raise NotImplementedError

    def stream(self, sql: str, params: Sequence[Any]) -> Iterator[list[Any]]:
        raise NotImplementedError

    def column(self, alias: str, name: str) -> str:
        """A column of an aliased table."""
        return f"{alias}.{name if name in ('ctid', 'rowid', '_rowid_') else self.dialect.quote(name)}"

    def values(self, seed: str) -> Sequence[Any]:
        """The tuples of a seed. Raises `StoreError` WB313 when nobody gave it."""
        if seed not in self.seeds:
            raise refusals.unknown_seed(self.facts.store, seed)
        return self.seeds[seed]

    # -------------------------------------------------------------------------------------------- conditions

    def condition(self, rows: Rows, table: str, alias: str, params: Params) -> str:
        """A condition for the rows; where it is unknown (NULL) the row is not in."""
        match rows:
            case All():
                return "1 = 1"
            case Given(columns, seed, how):
                return self.match(table, alias, columns, how, self.values(seed), params)
            case Compare():
                return self._compare(rows, table, alias, params)
            case Leads():
                return self._leads(rows, table, alias, params)
            case Mentions():
                return self._mentions(rows, table, alias, params)
            case In(name):
                return self._in(name, table, alias, params)
            case Not(inner):
                return self._not(inner, table, alias, params)
            case Both(parts):
                if not parts:
                    return "1 = 1"
                return " AND ".join(f"({self.condition(part, table, alias, params)})" for part in parts)
            case Either(parts):
                if not parts:
                    return self.dialect.nothing()
                if len(parts) == 1:
                    return self.condition(parts[0], table, alias, params)
                return " OR ".join(f"({self.condition(part, table, alias, params)})" for part in parts)
            case Collides():
                return self._collides(rows, table, alias, params)
        raise refusals.malformed(self.facts.store, f"Rows of the kind {type(rows).__name__} are not known.")

    def _not(self, rows: Rows, table: str, alias: str, params: Params) -> str:
        """Every other row, the unknown ones included."""
        match rows:
            case Not(inner):
                return self.condition(inner, table, alias, params)
            case All():
                return self.dialect.nothing()
            case Both(parts):
                return " OR ".join(f"({self._not(p, table, alias, params)})" for p in parts) or self.dialect.nothing()
            case Either(parts):
                return " AND ".join(f"({self._not(part, table, alias, params)})" for part in parts) or "1 = 1"
            case In(name) if not self._pinned_here(name):
                return self._not(self.analysis.sets[name].rows, table, alias, params)
        made = self.condition(rows, table, alias, params)
        if made == self.dialect.nothing():
            return "1 = 1"
        return f"NOT {made}" if made.startswith("EXISTS ") else f"({made}) IS NOT TRUE"

    def _compare(self, rows: Compare, table: str, alias: str, params: Params) -> str:
        col = self.facts.col(table, rows.column)
        expression = self.column(alias, rows.column)
        if rows.op == "null":
            return f"{expression} IS NULL"
        if rows.op in ("starts", "coarse") and len(rows.values) == 1:
            return self._shape(rows, table, alias, col, params)
        values = [one for value in rows.values for one in coerce(value, col, self.dialect.name)]
        if rows.op in ("=", "in"):
            return self.dialect.one(expression, col, values, params) if values else self.dialect.nothing()
        if rows.op not in ("<", "<=", ">", ">=") or len(rows.values) != 1:
            raise refusals.malformed(self.facts.store, f'A comparison "{rows.op}" with {len(rows.values)} values.')
        value = rows.values[0]
        if self.dialect.name == "sqlite" and isinstance(value, date):
            return self._sqlite_instant(expression, rows.op, value, params)
        params.append(value)
        if self.dialect.name == "postgresql" and col.family in (Family.DATE, Family.DATETIME):
            # A date column is compared with an instant as an instant, never the instant cut to a day.
            cast = (
                "date"
                if not isinstance(value, datetime)
                else ("timestamptz" if value.tzinfo and "with time zone" in col.base else "timestamp")
            )
            if isinstance(value, datetime) and value.tzinfo and cast == "timestamp":
                params[-1] = value.replace(tzinfo=None)
            return f"{expression} {rows.op} %s::{cast}"
        if isinstance(value, datetime) and value.tzinfo:
            params[-1] = value.replace(tzinfo=None)
        return f"{expression} {rows.op} {self.dialect.mark}"

    def _shape(self, rows: Compare, table: str, alias: str, col: Col, params: Params) -> str:
        """A comparison with the beginning of a text, or with a coarser value."""
        expression, value = self.column(alias, rows.column), str(rows.values[0])
        if rows.op == "starts":
            return self.dialect.starts(expression, col, text_of(rows.values[0]), params) if value else "1 = 1"
        if value not in COARSE:
            raise refusals.malformed(self.facts.store, f'A coarser value "{value}" is not known.')
        said = self.dialect.coarse(expression, col, value)
        if said is not None:
            return said
        filled = f"{self.column('t', rows.column)} IS NOT NULL"
        return self._by_cell(
            table, alias, rows.column, col, filled, [], lambda cell: compares(cell, "coarse", (value,)), params
        )

    def _sqlite_instant(self, expression: str, op: str, value: date, params: Params) -> str:
        """Dates in SQLite are text (with a blank or a T) or seconds since 1970: each is compared as what it is."""
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
        seconds = (moment - datetime(1970, 1, 1, tzinfo=moment.tzinfo)).total_seconds()
        text = moment.replace(tzinfo=None).isoformat(" ")
        if moment.time() == datetime.min.time():
            text = text[:10]
        sooner = op in ("<", "<=") and moment.date() < date.max
        # Numbers come before every text here, so one plain comparison, which an index serves, lets no row slip.
        params.extend([(moment.date() + timedelta(days=1)).isoformat()] if sooner else [])
        params.extend([seconds, text])
        exact = (
            f"CASE WHEN typeof({expression}) IN ('integer', 'real') THEN {expression} {op} ?"
            f" ELSE replace({expression}, 'T', ' ') {op} ? END"
        )
        return f"{expression} < ? AND {exact}" if sooner else exact

    # -------------------------------------------------------------------------------------------- sets

    def _pinned_here(self, name: str) -> bool:
        return name.startswith("§held") or self.is_pinned(name)

    def _in(self, name: str, table: str, alias: str, params: Params) -> str:
        if self._pinned_here(name):
            pin = self.pin(name)
            if pin.keys:
                key = pin.columns[: pin.keys]
                if pin.temp:
                    return self._in_table(pin, key, table, alias, key, params)
                return self.keys(table, alias, key, pin.key_rows(), params)
        return self.condition(self.analysis.sets[name].rows, table, alias, params)

    def keys(self, table: str, alias: str, key: Sequence[str], rows: Sequence[Any], params: Params) -> str:
        """The rows with these keys, which came from this very table."""
        if not rows:
            return self.dialect.nothing()
        cols = [self.facts.col(table, one) for one in key]
        expressions = [self.column(alias, one) for one in key]
        if len(key) == 1:
            return self.dialect.one(expressions[0], cols[0], [row[0] for row in rows], params)
        return self.dialect.many(expressions, cols, rows, params)

    def _leads(self, rows: Leads, table: str, alias: str, params: Params) -> str:
        inner = rows.rows
        if isinstance(inner, In) and self._pinned_here(inner.set):
            pin = self.pin(inner.set)
            if pin.temp:
                return self._in_table(pin, rows.to_columns, table, alias, rows.columns, params, rows.how)
            return self.match(table, alias, rows.columns, rows.how, pin.picked(rows.to_columns), params)
        if not self._plain(rows.how):
            found = self._distinct(rows)
            return self.match(table, alias, rows.columns, rows.how, found, params)
        self.crossed = True
        self._depth += 1
        other = f"x{self._depth}"
        pairs = []
        for own, to in zip(rows.columns, rows.to_columns, strict=True):
            left, left_col = self._side(
                self.column(other, to), self.facts.col(rows.table, to), How(rows.how.normalise, rows.how.template)
            )
            right, right_col = self._side(self.column(alias, own), self.facts.col(table, own), How(rows.how.normalise))
            pairs.append(self.dialect.bytes_equal(left, left_col, right, right_col))
        condition = self.condition(inner, rows.table, other, params)
        self._depth -= 1
        source = self.dialect.table(self.facts, rows.table)
        return f"EXISTS (SELECT 1 FROM {source} {other} WHERE {' AND '.join(pairs)} AND ({condition}))"

    def _side(self, expression: str, col: Col, how: How) -> tuple[str, Col]:
        """One side of a comparison between columns: templated and normalised."""
        changed = False
        if how.template != "{}":
            before, _, after = how.template.partition("{}")
            parts = [self._literal(before), self.dialect.text(expression, col), self._literal(after)]
            expression = f"CONCAT({', '.join(parts)})" if self.dialect.name != "sqlite" else f"({' || '.join(parts)})"
            changed, col = True, TEXT
        if how.normalise:
            expression = self.dialect.normal(expression, col, how.normalise) or expression
            changed = True
        return expression, TEXT if changed else col

    def _literal(self, text: str) -> str:
        """A text of the map (never a value) as a literal."""
        text = text.replace("'", "''")
        if self.dialect.mark == "%s":
            text = text.replace("%", "%%")
        return f"'{text.replace(chr(92), chr(92) * 2) if self.dialect.name == 'mariadb' else text}'"

    def _plain(self, how: How) -> bool:
        """Whether the comparison can be said between two columns in SQL."""
        return how.inside is Inside.WHOLE and self.dialect.normal("x", TEXT, how.normalise) is not None

    def _distinct(self, rows: Leads) -> list[Any]:
        params: Params = []
        condition = self.condition(rows.rows, rows.table, "x", params)
        picked = ", ".join(self.column("x", one) for one in rows.to_columns)
        source = self.dialect.table(self.facts, rows.table)
        sql = f"SELECT DISTINCT {picked} FROM {source} x WHERE {condition}"
        return [tuple(row) for block in self.stream(sql, params) for row in block]

    def _in_table(
        self,
        pin: Any,
        to: Sequence[str],
        table: str,
        alias: str,
        own: Sequence[str],
        params: Params,
        how: How | None = None,
    ) -> str:
        """The rows whose columns hold those of a key table."""
        self.scratched = True
        how = how or How()
        if not self._plain(how):
            places = ", ".join(f"c{pin.columns.index(one)}" for one in to)
            sql = f"SELECT DISTINCT {places} FROM {pin.temp}"
            found = [tuple(row) for block in self.stream(sql, ()) for row in block]
            return self.match(table, alias, own, how, found, params)
        lefts, picked = [], []
        for one, name in zip(to, own, strict=True):
            source, source_col = self._side(
                f"k.c{pin.columns.index(one)}", self.facts.col(pin.table, one), How(how.normalise, how.template)
            )
            target, target_col = self._side(self.column(alias, name), self.facts.col(table, name), How(how.normalise))
            source, target = self._aligned(source, source_col, target, target_col)
            lefts.append(target)
            picked.append(source)
        left = lefts[0] if len(lefts) == 1 else f"({', '.join(lefts)})"
        filled = " AND ".join(f"k.c{pin.columns.index(one)} IS NOT NULL" for one in to)
        return f"{left} IN (SELECT {', '.join(picked)} FROM {pin.temp} k WHERE {filled})"

    def _aligned(self, source: str, source_col: Col, target: str, target_col: Col) -> tuple[str, str]:
        """Both sides of one type, compared by bytes, leaving the index of the target side in use where it can be."""
        if source_col.family is not target_col.family:
            if target_col.family is Family.NUMBER and source_col.family is Family.TEXT:
                # The other way round would read '5abc' or '05' as 5.
                return self.dialect.text(source, source_col), self.dialect.text(target, target_col)
            source = self.dialect.text(source, source_col)
            target = self.dialect.text(target, target_col) if target_col.family is not Family.TEXT else target
            return self.dialect.exact(source, TEXT), target
        if self.dialect.name == "mariadb":
            return self.dialect.exact(source, source_col), target
        if target_col.ci or source_col.ci:
            return source, self.dialect.exact(target, Col("", target_col.family, target_col.base, True))
        return source, target

    # -------------------------------------------------------------------------------------------- values

    def match(
        self, table: str, alias: str, columns: Sequence[str], how: How, values: Sequence[Any], params: Params
    ) -> str:
        """Rows whose columns hold one of the tuples, as `how` says."""
        cols = [self.facts.col(table, one) for one in columns]
        expressions = [self.column(alias, one) for one in columns]
        if not values:
            return self.dialect.nothing()
        for value in values:
            if len(value) != len(columns):
                raise refusals.malformed(self.facts.store, "The tuples of a seed do not fit the columns.")
        if how.inside is not Inside.WHOLE or (
            how.normalise and (how.template != "{}" or self._normal(expressions[0], cols[0], how) is None)
        ):
            return self._decided(table, alias, columns[0], cols[0], how, values, params)
        if how.normalise:
            column = self.facts.table(table).column(columns[0])
            folds = column is not None and column.case_insensitive
            return self._normalised(expressions, cols, how, values, params, folds)
        rows: dict[Any, None] = {}
        for value in values:
            spelled = [text_of(one) if how.template != "{}" and one is not None else one for one in value]
            if how.template != "{}":
                spelled = [None if one is None else how.template.replace("{}", one) for one in spelled]
            options = [coerce(one, col, self.dialect.name) for one, col in zip(spelled, cols, strict=True)]
            for row in product(*options):
                rows[row] = None
        if not rows:
            return self.dialect.nothing()
        if len(cols) == 1:
            return self.dialect.one(expressions[0], cols[0], [row[0] for row in rows], params)
        return self.dialect.many(expressions, cols, list(rows), params)

    def _normal(self, expression: str, col: Col, how: How) -> str | None:
        return self.dialect.normal(expression, col, how.normalise)

    def _wanted(self, how: How, values: Sequence[Any]) -> list[str]:
        """The forms of single keys, each once."""
        made: dict[str, None] = {}
        for value in values:
            text = key_form(value[0], how)
            if text is not None:
                coerce(text, TEXT, self.dialect.name)  # refuses what the engine cannot even be asked for
                made[text] = None
        return list(made)

    def _normalised(
        self,
        expressions: Sequence[str],
        cols: Sequence[Col],
        how: How,
        values: Sequence[Any],
        params: Params,
        folds: bool,
    ) -> str:
        sides = [self._normal(one, col, how) or one for one, col in zip(expressions, cols, strict=True)]
        if len(cols) > 1:
            forms = (tuple(key_form(one, how) for one in value) for value in values)
            rows = [one for one in dict.fromkeys(forms) if None not in one]
            return self.dialect.many(sides, [TEXT] * len(cols), rows, params) if rows else self.dialect.nothing()
        wanted = self._wanted(how, values)
        if not wanted:
            return self.dialect.nothing()
        found = ""
        if self.dialect.name == "mariadb" and folds and how.normalise == ("lowercase",):
            # The column's own collation ignores case, so its index finds the candidates; bytes decide.
            plain = ", ".join(["%s"] * len(wanted))
            params.extend(wanted)
            found = f"{expressions[0]} IN ({plain}) AND "
        elif self.dialect.name == "sqlite" and how.normalise == ("lowercase",) and all(one.isascii() for one in wanted):
            sides = [f"lower({expressions[0]})"]
        return found + self.dialect.one(sides[0], TEXT, wanted, params)

    # -------------------------------------------------------------------------------------------- decided in Python

    def _decided(
        self, table: str, alias: str, column: str, col: Col, how: How, values: Sequence[Any], params: Params
    ) -> str:
        """Look into cells here: the engine narrows them down, Python decides, and the keys found are the condition."""
        wanted = self._wanted(how, values)
        if not wanted:
            return self.dialect.nothing()
        array = how.inside is Inside.LIST and col.family is Family.ARRAY
        if array and not how.normalise and how.template == "{}":
            params.append(wanted)
            return f"{self.column(alias, column)}::text[] && %s::text[]"
        keys = frozenset(wanted)
        narrow: Params = []
        condition = self._narrowed(self.column("t", column), col, how, wanted, narrow)
        return self._by_cell(
            table,
            alias,
            column,
            col,
            condition,
            narrow,
            lambda cell: not keys.isdisjoint(cell_forms(cell, how)),
            params,
            raw=array,
        )

    def _by_cell(
        self,
        table: str,
        alias: str,
        column: str,
        col: Col,
        condition: str,
        narrow: Params,
        decide: Any,
        params: Params,
        raw: bool = False,
    ) -> str:
        key = self.facts.key(table)
        cell = self.column("t", column) if raw else self.dialect.text(self.column("t", column), col)
        picked = ", ".join([*(self.column("t", one) for one in key), cell])
        sql = f"SELECT {picked} FROM {self.dialect.table(self.facts, table)} t WHERE {condition}"
        found: dict[Any, None] = {}
        for block in self.stream(sql, narrow):
            for row in block:
                if row[-1] is not None and decide(row[-1] if raw else _as_text(row[-1])):
                    found[tuple(row[:-1]) if key else row[-1]] = None
        if not found:
            return self.dialect.nothing()
        if key:
            return self.keys(table, alias, key, list(found), params)
        return self.dialect.one(self.dialect.text(self.column(alias, column), col), TEXT, list(found), params)

    def _narrowed(self, expression: str, col: Col, how: How, wanted: Sequence[str], params: Params) -> str:
        """A condition that every cell holding a wanted key meets, and few others."""
        if len(wanted) > _MOST_RUNS or how.inside in (Inside.SERIALISED, Inside.ENCODED):
            return f"{expression} IS NOT NULL"  # a key in base64 or compressed text is not there to be seen
        text = self.dialect.text(expression, col)
        if "phone" in how.normalise:
            text = self.dialect.normal(expression, col, ("digits",)) or text
            runs = [one[-6:] for one in wanted]
        else:
            runs = [_longest_run(one) for one in wanted]
            text = f"lower({text})"
        if not all(runs):
            return f"{expression} IS NOT NULL"
        runs = list(dict.fromkeys(one.lower() for one in runs))
        params.extend(f"%{one}%" for one in runs)
        return " OR ".join([f"{text} LIKE {self.dialect.mark}"] * len(runs))

    def _mentions(self, rows: Mentions, table: str, alias: str, params: Params) -> str:
        """Narrowed down by the engine, decided here: engines do not agree on what a letter is."""
        col = self.facts.col(table, rows.column)
        words = [one for value in self.values(rows.seed) for one in value]
        wanted = self._wanted(rows.how, [(one,) for one in words])
        wanted = [one for one in wanted if one]
        if not wanted:
            return self.dialect.nothing()
        narrow: Params = []
        condition = self._narrowed(self.column("t", rows.column), col, rows.how, wanted, narrow)
        if rows.how.inside is Inside.ENCODED:
            known, plain = Words(wanted), replace(rows.how, inside=Inside.WHOLE)
            unfolded: Callable[[object], bool] = lambda cell: any(  # noqa: E731
                known.found(key_form(text, plain) or "") for _, text in readings(cell)
            )
            return self._by_cell(table, alias, rows.column, col, condition, narrow, unfolded, params, raw=True)
        if {"digits", "phone"} & set(rows.how.normalise):
            condition, narrow = f"{self.column('t', rows.column)} IS NOT NULL", []
            decide: Callable[[str], bool] = lambda cell: mentions(cell, words, rows.how)  # noqa: E731
        else:
            known = Words(wanted)
            decide = lambda cell: bool(known.found(key_form(cell, rows.how) or ""))  # noqa: E731
        return self._by_cell(table, alias, rows.column, col, condition, narrow, decide, params)

    # -------------------------------------------------------------------------------------------- unique keys

    def _collides(self, rows: Collides, table: str, alias: str, params: Params) -> str:
        """Rows that could not stay beside another one if `column` got the value of the seed."""
        self.crossed = True
        self._depth += 1
        other = f"x{self._depth}"
        source = self.dialect.table(self.facts, table)
        key = self.facts.key(table)
        same = [f"{self.column(other, one)} = {self.column(alias, one)}" for one in rows.rest]
        parts = []
        inside = self._in(rows.set, table, alias, params)
        filled = " AND ".join([f"({inside})", *(f"{self.column(alias, one)} IS NOT NULL" for one in rows.rest)])
        given = list(self.seeds.get(rows.seed, ()))
        if given:
            held = self.match(table, other, (rows.column,), How(), given, params)
            differs = self._tuple(other, key), self._tuple(alias, key)
            apart = [f"{differs[0]} <> {differs[1]}"] if key else []
            parts.append(f"EXISTS (SELECT 1 FROM {source} {other} WHERE {' AND '.join([held, *same, *apart])})")
        if key:
            before = f"{self._tuple(other, key)} < {self._tuple(alias, key)}"
            also = self._in(rows.set, table, other, params)
            parts.append(f"EXISTS (SELECT 1 FROM {source} {other} WHERE {' AND '.join([before, *same])} AND ({also}))")
        self._depth -= 1
        return f"{filled} AND ({' OR '.join(parts) or self.dialect.nothing()})"

    def _tuple(self, alias: str, key: Sequence[str]) -> str:
        named = [self.column(alias, one) for one in key]
        return named[0] if len(named) == 1 else f"({', '.join(named)})"


def _longest_run(text: str) -> str:
    """The longest run of ASCII letters and digits: it stands unescaped in any document that holds the text."""
    runs: list[str] = re.findall(r"[A-Za-z0-9]+", text)
    return max(runs, key=len, default="")


def _as_text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
