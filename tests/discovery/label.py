"""Write `truth.yaml` from the short labels a person made while reading the application's code.

    python -m discovery.label NAME

`labels.txt` beside the recording holds lines of these kinds (several names on a line, separated by spaces):

    people   TABLE kind=column …            the rows are people
    personal TABLE category: column …       personal columns
    either   TABLE column …                 two careful people may differ: counts neither way
    owned    TABLE …                        a person's own documents: declared references to them are links
    loose    TABLE …                        declared references to them count neither way
    link     TABLE.column[,TABLE.column] -> TABLE.column[,…]       an undeclared reference that leads to a person
    maybe    TABLE.column -> TABLE.column   an undeclared reference that counts neither way (`*`: to any table)
    audit    column … TABLE.column          in every table that has them, these columns refer there
    known    column …                       in every table that has them, these columns count neither way
    around   column …                       in every table that has them, references by these columns count neither way

Declared foreign keys to a table of people are links without being listed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from discovery.recorded import RecordedStore

HERE = Path(__file__).parent


def expand(app: str) -> dict[str, Any]:
    schema = RecordedStore("app", HERE / app / "recording.json.gz").describe()
    people: dict[str, dict[str, str]] = {}
    columns: dict[str, str] = {}
    either: list[str] = []
    owned: set[str] = set()
    loose: set[str] = set()
    links: list[dict[str, Any]] = []
    maybe: list[dict[str, Any]] = []

    def known(table: str, column: str = "") -> None:
        if table not in schema.tables or (column and not schema.tables[table].column(column)):
            raise SystemExit(f"{app}: no {table}.{column}")

    for number, line in enumerate((HERE / app / "labels.txt").read_text().splitlines(), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        kind, rest = words[0], words[1:]
        if kind == "people":
            known(rest[0])
            people[rest[0]] = dict(w.split("=") for w in rest[1:])
        elif kind == "personal":
            category = ""
            for word in rest[1:]:
                if word.endswith(":"):
                    category = word[:-1]
                else:
                    known(rest[0], word)
                    columns[f"{rest[0]}.{word}"] = category
        elif kind == "either":
            for word in rest[1:]:
                known(rest[0], word)
            either.extend(f"{rest[0]}.{word}" for word in rest[1:])
            either.extend(rest[:1] if len(rest) == 1 else [])
        elif kind in ("owned", "loose"):
            for word in rest:
                known(word)
            (owned if kind == "owned" else loose).update(rest)
        elif kind == "audit":
            right = rest[-1].split(".")
            for table in schema.tables.values():
                links.extend(
                    {"from": [f"{table.name}.{c}"], "to": [".".join(right)], "kind": "about"}
                    for c in rest[:-1]
                    if table.column(c) and not any(k.columns == (c,) for k in table.foreign_keys)
                )
        elif kind == "known":
            either.extend(f"{t.name}.{c}" for t in schema.tables.values() for c in rest if t.column(c))
        elif kind == "around":
            maybe.extend(
                {"from": [f"{table.name}.{c}"], "to": ["*"], "kind": "belongs_to"}
                for table in schema.tables.values()
                for c in rest
                if table.column(c)
            )
        elif kind in ("link", "maybe"):
            left, right = " ".join(rest).split(" -> ")
            for part in (*left.split(","), *(p for p in right.split(",") if p != "*")):
                known(*part.rsplit(".", 1))
            (links if kind == "link" else maybe).append(
                {"from": left.split(","), "to": right.split(","), "kind": "belongs_to"}
            )
        else:
            raise SystemExit(f"{app} line {number}: {kind}?")
    for table in schema.tables.values():
        for key in table.foreign_keys:
            one = {
                "from": [f"{table.name}.{c}" for c in key.columns],
                "to": [f"{key.table}.{c}" for c in key.to_columns],
                "kind": "belongs_to",
            }
            if key.table in people or key.table in owned:
                links.append(one)
            elif key.table in loose:
                maybe.append(one)
    debatable = [one["from"] for one in maybe if one["to"] != ["*"]]
    links = [one for one in links if one["from"] not in debatable]
    columns = {at: category for at, category in columns.items() if at not in either}
    return {
        "subjects": [{"table": t, "identifiers": i} for t, i in people.items()],
        "columns": columns,
        "either": either,
        "links": links,
        "either_links": maybe,
    }


def main(app: str) -> None:
    yaml = YAML()
    yaml.width = 200
    with (HERE / app / "truth.yaml").open("w") as out:
        yaml.dump(expand(app), out)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        main(name)
