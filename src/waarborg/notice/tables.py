"""One table of an answer, written while its rows stream by: CSV, JSON, and HTML pages where there are many rows."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from waarborg.notice.answer import Part
from waarborg.notice.cells import safe, shown
from waarborg.notice.html import Writer, head
from waarborg.notice.html import shown as escaped
from waarborg.notice.page import Table
from waarborg.notice.phrases import item
from waarborg.notice.words import Say, capital, lower
from waarborg.policy.model import Policy

INLINE = 25
"""Tables up to so many rows stand in the overview itself; of longer ones its first rows, and pages beside it."""
PREVIEW = 8
PER_PAGE = 250
LONG, SHORT = 4_000, 600
"""Characters of one cell on a page and in the overview."""


@dataclass(slots=True)
class Told:
    """What the overview says about one table."""

    part: Part
    title: str
    columns: tuple[str, ...]
    first: list[tuple[str, ...]] = field(default_factory=list, repr=False)
    rows: int = 0
    filled: set[str] = field(default_factory=set)
    """Data references with a value in at least one row."""
    csv: str = ""
    page: str = ""
    """The first of its pages; empty where the overview shows everything."""
    schema: dict[str, Any] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether the overview shows every row."""
        return not self.page


def labelled(policy: Policy, say: Say, columns: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Columns by their name for people. Copies of the same item (`email`, `email_lower`) share one."""
    found: dict[str, list[str]] = {}
    for name, ref in columns.items():
        label = item(policy, say, ref) or policy.data[ref.partition(".")[0]].label.say(say.language)
        found.setdefault(capital(label), []).append(name)
    return {label: tuple(names) for label, names in found.items()}


def titled(labels: Iterable[str], say: Say) -> str:
    """A table's title: what it holds."""
    names = list(labels)
    return capital(say.listed([lower(one) for one in names][:4]))


def slug(table: str, number: int) -> str:
    """A file name from a table's name; two parts of one table are numbered."""
    plain = re.sub(r"[^a-z0-9]+", "-", table.lower()).strip("-") or "table"
    return plain if number == 1 else f"{plain}-{number}"


class TableWriter:
    """Writes one part into `folder`, row by row."""

    def __init__(self, folder: Path, name: str, part: Part, policy: Policy, say: Say, pages: bool = True) -> None:
        self.folder, self.name, self.part, self.say, self.paged = folder, name, part, say, pages
        self.labels = labelled(policy, say, part.columns)
        self.told = Told(part, titled(self.labels, say), tuple(self.labels), csv=f"data/{name}.csv")
        self.told.schema = _schema(part, policy, say)
        self._held: list[tuple[str, ...]] = []
        self._page = 0

    def write(self, json_out: IO[str]) -> Told:
        """Everything, in one pass. Nothing is left behind of a part without rows."""
        path = self.folder / self.told.csv
        names = list(self.part.columns)
        begun = False
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(names)
            for block in self.part.rows:
                for row in block:
                    json_out.write((",\n" if begun else "") + json.dumps(row, ensure_ascii=False))
                    writer.writerow([safe(row.get(name)) for name in names])
                    self._take(row)
                    begun = True
        self._end()
        if not begun:
            path.unlink()
        return self.told

    def _take(self, row: Mapping[str, Any]) -> None:
        told = self.told
        told.rows += 1
        for name, value in row.items():
            if value not in (None, ""):
                told.filled.add(self.part.columns[name])
        if told.rows <= INLINE:
            told.first.append(tuple(self._cells(row, SHORT)))
        if self.paged:
            if len(self._held) == PER_PAGE:
                self._flush(more=True)
            self._held.append(tuple(self._cells(row, LONG)))

    def _cells(self, row: Mapping[str, Any], most: int) -> Iterator[str]:
        """One cell for each label; copies that differ stand side by side."""
        for names in self.labels.values():
            yield "\n".join(dict.fromkeys(shown(self.say, row.get(name), most) for name in names))

    def _end(self) -> None:
        """The last page; a short table needs none, unless a cell was cut in the overview."""
        cut = self.say("answer.cut")
        short = self.told.rows <= INLINE and not any(cell.endswith(cut) for row in self.told.first for cell in row)
        if self._page == 0 and (short or not self.paged):
            self._held = []
            return
        if self._held:
            self._flush(more=False)
        if self.told.rows > INLINE:
            del self.told.first[PREVIEW:]

    def _flush(self, more: bool) -> None:
        self._page += 1
        rows, self._held = self._held, []
        name = f"{self.name}-{self._page}.html"
        self.told.page = self.told.page or f"pages/{name}"
        with (self.folder / "pages" / name).open("w", encoding="utf-8") as out:
            out.writelines(f"{line}\n" for line in self._html(rows, more))

    def _html(self, rows: list[tuple[str, ...]], more: bool) -> Iterator[str]:
        say, title = self.say, self.told.title
        heading = say("answer.page", title=title, number=say.figure(self._page))
        yield head(say.language, heading)
        yield f'<body class="data"><div class="sheet wide"><header><h1>{escaped(heading)}</h1></header>'
        yield '<main class="wide">'
        links = [("../index.html", "answer.back")]
        if self._page > 1:
            links.append((f"{self.name}-{self._page - 1}.html", "answer.previous"))
        if more:
            links.append((f"{self.name}-{self._page + 1}.html", "answer.next"))
        turn = "".join(f'<a href="{escaped(where)}">{escaped(say(name))}</a>' for where, name in links)
        yield f'<p class="pages">{turn}</p>'
        yield from Writer({}).table(Table(title, self.told.columns, rows))
        yield f'<p class="pages">{turn}</p></main></div></body></html>'


def _schema(part: Part, policy: Policy, say: Say) -> dict[str, Any]:
    """What each column means, in the form of a Frictionless table schema."""
    fields = []
    for name, ref in part.columns.items():
        category = policy.data[ref.partition(".")[0]].label.say(say.language)
        title = capital(item(policy, say, ref) or category)
        fields.append({"name": name, "type": "string", "title": title, "description": category})
    return {"fields": fields, "missingValues": [""]}
