"""How each engine says the same thing: names, casts, exact comparison with keys, normal forms, key tables."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from typing import Any

from waarborg.stores.contract import Family
from waarborg.stores.sql.facts import TEXT, Col, Facts

Params = list[Any]


class Dialect:
    """What differs between engines. Fragments are appended left to right, so that parameters keep their order."""

    name = ""
    mark = "%s"
    lock = ""
    delete_returning = True
    update_returning = True
    joins_delete = False
    """Single-table DELETE and UPDATE do not turn `IN (SELECT …)` into a join: name both tables instead."""

    def quote(self, name: str) -> str:
        """An identifier, with `%` doubled where the driver reads it."""
        return '"' + name.replace('"', '""').replace("%", "%%") + '"'

    def named(self, facts: Facts, name: str) -> str:
        """The qualified name of a customer's table: never shadowed by a key table."""
        facts.table(name)
        schema, bare = facts.names[name]
        return f"{self.quote(schema)}.{self.quote(bare)}"

    def table(self, facts: Facts, name: str) -> str:
        """The table as a statement names it that reads or changes its rows."""
        return self.named(facts, name)

    def text(self, expression: str, col: Col) -> str:
        """The column as text."""
        return f"CAST({expression} AS text)"

    def bytes_equal(self, left: str, left_col: Col, right: str, right_col: Col) -> str:
        """Exact equality of two columns; text meets a number as text."""
        raise NotImplementedError

    def one(self, expression: str, col: Col, values: Sequence[Any], params: Params) -> str:
        """`expression` is one of the values, exactly."""
        raise NotImplementedError

    def many(self, expressions: Sequence[str], cols: Sequence[Col], rows: Sequence[Any], params: Params) -> str:
        """The tuple of expressions is one of the rows, exactly."""
        raise NotImplementedError

    def normal(self, expression: str, col: Col, steps: Sequence[str]) -> str | None:
        """The column in its normal form, or None when this engine cannot say it."""
        raise NotImplementedError

    def exact(self, expression: str, col: Col) -> str:
        """The expression so that the engine compares and groups it by bytes."""
        return expression

    def coarse(self, expression: str, col: Col, how: str) -> str | None:
        """Whether a date is the first day of its year or month; None where Python has to look."""
        raise NotImplementedError

    def starts(self, expression: str, col: Col, text: str, params: Params) -> str:
        """Whether the text begins with this one, byte by byte."""
        params.extend([len(text), text])
        return f'left({self.text(expression, col)}, %s::integer) = %s::text COLLATE "C"'

    def year(self, expression: str, col: Col) -> str:
        """The calendar year of a date or datetime column."""
        return f"CAST(EXTRACT(YEAR FROM {expression}) AS integer)"

    def day(self, expression: str, col: Col) -> str:
        """The calendar day of a date or datetime column, or of seconds since 1970."""
        moment = f"to_timestamp({expression})" if col.family is Family.NUMBER else expression
        return f"CAST({moment} AS date)"

    def key_table(self, number: int) -> str:
        """A name for a key table that no customer's table has."""
        return f"waarborg_keys_{number}_{secrets.token_hex(4)}"

    def nothing(self) -> str:
        """A condition no row meets."""
        return "1 = 0"


class PostgreSQL(Dialect):
    name = "postgresql"
    lock = " FOR UPDATE"

    def table(self, facts: Facts, name: str) -> str:
        """The name, with `ONLY` where other tables inherit: their rows are theirs, and are mapped apart."""
        return ("ONLY " if name in facts.parents else "") + self.named(facts, name)

    def text(self, expression: str, col: Col) -> str:
        if col.family is Family.NETWORK:
            return f"CASE WHEN masklen({expression}) IN (32, 128) THEN host({expression}) ELSE {expression}::text END"
        return f"{expression}::text"

    def exact(self, expression: str, col: Col) -> str:
        return f'{expression}::text COLLATE "C"' if col.ci else expression

    def bytes_equal(self, left: str, left_col: Col, right: str, right_col: Col) -> str:
        if left_col.family is right_col.family and left_col.family is not Family.JSON:
            plain = f"{left} = {right}"
            if left_col.choices or right_col.choices:
                plain = f"{left}::text = {right}::text"
            if left_col.ci or right_col.ci:
                plain += f' AND {left}::text = {right}::text COLLATE "C"'
            return plain
        return f'{self.text(left, left_col)} COLLATE "C" = {self.text(right, right_col)} COLLATE "C"'

    def one(self, expression: str, col: Col, values: Sequence[Any], params: Params) -> str:
        if col.family is Family.JSON:
            expression, col = f"{expression}::text", TEXT
        base = _escape(col.base)
        if len(values) == 1:
            params.append(values[0])
            plain = f"{expression} = %s::{base}"
        else:
            params.append(list(values))
            plain = f"{expression} = ANY(%s::{base}[])"
        if col.ci:
            params.append([str(value) for value in values])
            plain += f' AND {expression}::text COLLATE "C" = ANY(%s::text[])'
        return plain

    def many(self, expressions: Sequence[str], cols: Sequence[Col], rows: Sequence[Any], params: Params) -> str:
        left = ", ".join(self.exact(one, col) for one, col in zip(expressions, cols, strict=True))
        parts = []
        for number, col in enumerate(cols):
            params.append([row[number] for row in rows])
            parts.append("%s::text[]" if col.ci else f"%s::{_escape(col.base)}[]")
        return f"({left}) IN (SELECT * FROM unnest({', '.join(parts)}))"

    def normal(self, expression: str, col: Col, steps: Sequence[str]) -> str | None:
        made = self.text(expression, col)
        for step in steps:
            if step == "lowercase":
                made = f"lower({made})"
            elif step == "trim":
                made = f"btrim({made}, E' \\t\\n\\r')"
            elif step == "digits":
                made = f"regexp_replace({made}, '[^0-9]', '', 'g')"
            elif step == "nfc":
                made = f"normalize({made}, NFC)"
            else:
                return None
        return made

    def coarse(self, expression: str, col: Col, how: str) -> str | None:
        if how == "ip" or col.family not in (Family.DATE, Family.DATETIME):
            return None
        zone = " AT TIME ZONE 'UTC'" if "with time zone" in col.base else ""
        return f"date_trunc('{how}', ({expression}{zone})::timestamp) = ({expression}{zone})::timestamp"


class SQLite(Dialect):
    name = "sqlite"
    mark = "?"

    def quote(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    def named(self, facts: Facts, name: str) -> str:
        facts.table(name)
        return f"main.{self.quote(facts.names[name][1])}"

    def exact(self, expression: str, col: Col) -> str:
        return f"{expression} COLLATE BINARY" if col.ci else expression

    def bytes_equal(self, left: str, left_col: Col, right: str, right_col: Col) -> str:
        families = {left_col.family, right_col.family}
        if Family.NUMBER in families and Family.TEXT in families:
            return f"CAST({left} AS text) = CAST({right} AS text) COLLATE BINARY"
        plain = f"{left} = {right}"
        if left_col.ci or right_col.ci:
            plain += f" AND {left} COLLATE BINARY = {right} COLLATE BINARY"
        return plain

    def one(self, expression: str, col: Col, values: Sequence[Any], params: Params) -> str:
        plain = f"{expression} {self._in(values, params)}"
        if col.ci:
            plain += f" AND {expression} COLLATE BINARY {self._in(values, params)}"
        return plain

    def _in(self, values: Sequence[Any], params: Params) -> str:
        if len(values) == 1:
            params.append(values[0])
            return "= ?"
        if len(values) > 200 and all(type(value) in (int, str) for value in values):
            params.append(json.dumps(values, ensure_ascii=False))
            return "IN (SELECT value FROM json_each(?))"
        params.extend(values)
        return f"IN ({', '.join('?' * len(values))})"

    def many(self, expressions: Sequence[str], cols: Sequence[Col], rows: Sequence[Any], params: Params) -> str:
        left = ", ".join(self.exact(one, col) for one, col in zip(expressions, cols, strict=True))
        if len(rows) > 200 and all(type(value) in (int, str) for row in rows for value in row):
            params.append(json.dumps(rows, ensure_ascii=False))
            picked = ", ".join(f"json_extract(value, '$[{number}]')" for number in range(len(cols)))
            return f"({left}) IN (SELECT {picked} FROM json_each(?))"
        for row in rows:
            params.extend(row)
        one = f"({', '.join('?' * len(cols))})"
        return f"({left}) IN (VALUES {', '.join([one] * len(rows))})"

    def coarse(self, expression: str, col: Col, how: str) -> str | None:
        return f"waarborg_is_coarse({expression}, '{how}')"

    def starts(self, expression: str, col: Col, text: str, params: Params) -> str:
        params.extend([len(text), text])
        return f"substr({expression}, 1, ?) = ? COLLATE BINARY"

    def normal(self, expression: str, col: Col, steps: Sequence[str]) -> str | None:
        if "phone" in steps:
            return None
        return f"waarborg_norm({expression}, '{','.join(steps)}')" if steps else f"CAST({expression} AS text)"

    def year(self, expression: str, col: Col) -> str:
        moment = f"CASE WHEN typeof({expression}) = 'integer' THEN strftime('%Y', {expression}, 'unixepoch')"
        return f"CAST({moment} ELSE substr({expression}, 1, 4) END AS integer)"

    def day(self, expression: str, col: Col) -> str:
        seconds = f"CASE WHEN typeof({expression}) IN ('integer', 'real') THEN date({expression}, 'unixepoch')"
        return f"{seconds} ELSE substr({expression}, 1, 10) END"


class MariaDB(Dialect):
    name = "mariadb"
    lock = " FOR UPDATE"
    update_returning = False
    joins_delete = True
    binary = "utf8mb4_nopad_bin"
    """The collation that compares by bytes, trailing blanks included; the indexes of others still serve it."""

    def quote(self, name: str) -> str:
        return "`" + name.replace("`", "``").replace("%", "%%") + "`"

    def text(self, expression: str, col: Col) -> str:
        if col.family is Family.TEXT and col.charset in ("utf8mb4", "utf8mb3", "utf8", "ascii"):
            return expression
        return f"CONVERT({expression} USING utf8mb4)"

    def exact(self, expression: str, col: Col) -> str:
        if col.family not in (Family.TEXT, Family.JSON):
            return expression
        return f"{self.text(expression, col)} COLLATE {self.binary}"

    def bytes_equal(self, left: str, left_col: Col, right: str, right_col: Col) -> str:
        if left_col.family is right_col.family and left_col.family not in (Family.TEXT, Family.JSON):
            return f"{left} = {right}"
        plain = f"{self.text(left, left_col)} = {self.exact(self.text(right, right_col), TEXT)}"
        if left_col.charset == right_col.charset and left_col.charset not in ("", "utf8mb4"):
            plain = f"{left} = {right} AND {plain}"
        return plain

    def one(self, expression: str, col: Col, values: Sequence[Any], params: Params) -> str:
        if col.family not in (Family.TEXT, Family.JSON):
            return f"{expression} {self._in(values, params)}"
        if col.charset in ("", "utf8mb4", "utf8mb3", "utf8"):
            return f"{expression} {self._in(values, params, self.binary)}"
        # Another character set: the engine finds with the index, and a conversion decides.
        plain = f"{expression} {self._in(values, params)}"
        return f"{plain} AND {self.exact(expression, col)} {self._in(values, params)}"

    def _in(self, values: Sequence[Any], params: Params, collation: str = "") -> str:
        suffix = f" COLLATE {collation}" if collation else ""
        params.extend(values)
        if len(values) == 1:
            return f"= %s{suffix}"
        # One explicit collation in the list decides for the whole comparison.
        return f"IN (%s{suffix}{', %s' * (len(values) - 1)})"

    def many(self, expressions: Sequence[str], cols: Sequence[Col], rows: Sequence[Any], params: Params) -> str:
        def mark(col: Col) -> str:
            loose = col.family is Family.TEXT and col.charset in ("", "utf8mb4", "utf8mb3", "utf8")
            return f"%s COLLATE {self.binary}" if loose else "%s"

        for row in rows:
            params.extend(row)
        one = f"({', '.join(mark(col) for col in cols)})"
        return f"({', '.join(expressions)}) IN ({', '.join([one] * len(rows))})"

    def normal(self, expression: str, col: Col, steps: Sequence[str]) -> str | None:
        made = self.text(expression, col)
        for step in steps:
            if step == "lowercase":
                made = f"LOWER({made})"
            elif step == "trim":
                made = f"REGEXP_REPLACE({made}, '^[ \\\\t\\\\n\\\\r]+|[ \\\\t\\\\n\\\\r]+$', '')"
            elif step == "digits":
                made = f"REGEXP_REPLACE({made}, '[^0-9]', '')"
            else:
                return None
        return f"{made}"

    def year(self, expression: str, col: Col) -> str:
        return f"YEAR({expression})"

    def day(self, expression: str, col: Col) -> str:
        return f"DATE({f'FROM_UNIXTIME({expression})' if col.family is Family.NUMBER else expression})"

    def coarse(self, expression: str, col: Col, how: str) -> str | None:
        if how == "ip" or col.family not in (Family.DATE, Family.DATETIME):
            return None
        first = f" AND MONTH({expression}) = 1" if how == "year" else ""
        return f"DAYOFMONTH({expression}) = 1 AND TIME({expression}) = 0{first}"

    def starts(self, expression: str, col: Col, text: str, params: Params) -> str:
        params.extend([len(text), text])
        return f"LEFT({self.text(expression, col)}, %s) = %s COLLATE {self.binary}"


class MySQL(MariaDB):
    name = "mariadb"
    delete_returning = False
    binary = "utf8mb4_0900_bin"


def _escape(type_: str) -> str:
    return type_.replace("%", "%%")


def dialect_for(engine: str, version: str = "mariadb") -> Dialect:
    """The dialect of an engine; `version` tells MySQL from MariaDB."""
    if engine == "postgresql":
        return PostgreSQL()
    if engine == "sqlite":
        return SQLite()
    return MariaDB() if "maria" in version.lower() else MySQL()
