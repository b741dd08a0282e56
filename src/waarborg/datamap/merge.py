"""New proposals of a scan into a map that a person keeps: what they wrote stays, to the letter.

The text is never written anew. Lines are put between the lines that are there (or words inside a `{…}`), so that
comments, order, spacing and every decision survive by construction; the result is read again and held against both.

What counts as decided: a table, and every column that the file names anywhere in it, in a link or among the ignored.
A proposal about decided things is not written but *offered*, for a person to look at.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from waarborg.datamap.dump import column_tree, dump, link_tree, store_tree, table_tree
from waarborg.datamap.insert import Editor
from waarborg.datamap.load import parse_form
from waarborg.datamap.model import DataMap, Link, TableDecl
from waarborg.datamap.paths import derived
from waarborg.errors import DataMapError
from waarborg.yamlfile import shown


@dataclass(frozen=True, slots=True)
class Merged:
    """The new text, the names of what was written into it, and sentences about what was only offered."""

    text: str
    added: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()


@dataclass(slots=True)
class _News:
    """What a proposal holds beyond the map."""

    stores: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)
    links: list[tuple[str, Link]] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)


def merge(text: str, proposed: DataMap, file: str = "datamap.yaml") -> Merged:
    """The text with what is new in `proposed`. Raises `DataMapError` when the text cannot be read; merging into a
    file that says nothing yet gives the proposal itself, under the comments that are there."""
    if not any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines()):
        fresh = dump(proposed) if not text.strip() else text.rstrip("\n") + "\n\n" + dump(proposed, header="")
        return Merged(fresh, (*proposed.stores, *proposed.tables))
    mine, findings = parse_form(text, file)
    if mine is None or findings:
        raise DataMapError(findings)
    news = _compare(mine, proposed)
    merged, added = _write(text, proposed, news)
    _hold_against(mine, proposed, merged, news, file)
    return Merged(merged, added, tuple(news.offered))


def _compare(mine: DataMap, proposed: DataMap) -> _News:
    ignored = {one.name for one in mine.ignored}
    news = _News(stores=[name for name in proposed.stores if name not in mine.stores])
    for name, table in proposed.tables.items():
        if name in ignored:
            continue
        if name not in mine.tables:
            news.tables.append(name)
            continue
        _compare_table(mine.tables[name], table, ignored, news, known=frozenset(mine.tables))
    return news


def _compare_table(mine: TableDecl, proposed: TableDecl, ignored: set[str], news: _News, known: frozenset[str]) -> None:
    decided = named_columns(mine)
    ours = {column for column in proposed.columns if column not in decided}
    news.columns += [(mine.name, column) for column in proposed.columns if column in ours]
    news.columns = [(table, column) for table, column in news.columns if f"{table}.{column}" not in ignored]
    have = {_sense(link) for link in mine.links}
    for link in proposed.links:
        if _sense(link) in have or derived(link):
            continue
        between = link.through.table if link.through else ""
        fresh = bool(link.columns) and not decided & set(link.columns)
        fresh = fresh and not any(f"{mine.name}.{column}" in ignored for column in link.columns)
        if fresh or (between and between not in known and between not in ignored):
            news.links.append((mine.name, link))
        else:
            by = ", ".join(link.columns) or f"the table {between}"
            news.offered.append(f"{mine.name} may lead to {link.target} ({link.kind}) by {shown(by)}.")
    if proposed.subject and not mine.subject:
        news.offered.append(f"The rows of {mine.name} may be people.")


def named_columns(table: TableDecl) -> set[str]:
    """Every column of the table that a person has said something about."""
    named = set(table.columns) | set(table.dates.values())
    for link in table.links:
        named |= {*link.columns, *link.about, *link.where}
    if table.subject:
        named |= {*table.subject.key, *table.subject.where, *table.subject.identifying}
    return named


def _sense(link: Link) -> tuple[object, ...]:
    """What makes two links the same to a person: the target and the columns, whatever was decided about them."""
    return link.target, link.columns, link.through.table if link.through else "", bool(link.mentions)


def _write(text: str, proposed: DataMap, news: _News) -> tuple[str, tuple[str, ...]]:
    editor = Editor(text)
    added: list[str] = []
    for name in news.stores:
        editor.put(("stores",), name, store_tree(proposed.stores[name]))
        added.append(name)
    for name in news.tables:
        editor.put(("tables",), name, table_tree(proposed.tables[name]))
        added.append(name)
    for table, column in news.columns:
        editor.put(("tables", table, "columns"), column, column_tree(proposed.tables[table].columns[column]))
        added.append(f"{table}.{column}")
    for table, link in news.links:
        editor.append(("tables", table, "links"), link_tree(link))
        added.append(f"{table} → {link.target}")
    return editor.text(), tuple(added)


def _hold_against(mine: DataMap, proposed: DataMap, text: str, news: _News, file: str) -> None:
    """The new text says what the old one said, and what is new, and nothing else."""
    now, findings = parse_form(text, file)
    same = now is not None and not findings and _expected(mine, proposed, news) == now
    if not same:
        raise DataMapError.one(
            "WB241",
            "The proposals could not be written into this file without changing what it says.",
            "Nothing was written.",
            "Write the tables as indented lines rather than in braces, and try again.",
        )


def _expected(mine: DataMap, proposed: DataMap, news: _News) -> DataMap:
    tables = dict(mine.tables)
    for name in news.tables:
        tables[name] = proposed.tables[name]
    for name, column in news.columns:
        columns = {**tables[name].columns, column: proposed.tables[name].columns[column]}
        tables[name] = replace(tables[name], columns=columns)
    for name, link in news.links:
        tables[name] = _with_link(tables[name], link)
    stores = {**mine.stores, **{name: proposed.stores[name] for name in news.stores}}
    return DataMap(stores, tables, mine.ignored)


def _with_link(table: TableDecl, link: Link) -> TableDecl:
    """The table with one more written link; links that its path says stand last."""
    written = [one for one in table.links if not derived(one)]
    said = [one for one in table.links if derived(one) and one.target != link.target]
    return replace(table, links=(*written, link, *said))
