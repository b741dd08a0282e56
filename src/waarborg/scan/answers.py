"""A person's answers, written into the map: as the decision itself, and as a comment that says who decided it and when.

The text is changed by single insertions and by taking out whole lines; everything else stays to the letter. Each change
is read back and held against the map it should give; one that does not fit (a table written in braces, say) is not
made, and `Answered.by_hand` says what to write instead. A question that was answered is known by the mark in its
comment, so that one can stop at any time and go on later.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from waarborg.canonical import digest
from waarborg.datamap.dump import subject_tree, table_tree
from waarborg.datamap.insert import Editor
from waarborg.datamap.load import parse_form
from waarborg.datamap.model import TECHNICAL, ColumnDecl, DataMap, Ignored, Link, TableDecl
from waarborg.datamap.paths import derived
from waarborg.datamap.write import Tree, block, scalar
from waarborg.errors import DataMapError
from waarborg.scan.draft import CATEGORY, subject_of
from waarborg.scan.findings import Findings, Question
from waarborg.terms import LinkKind

MARK = re.compile(r"\[q:([0-9a-f]{8})\]")
OURS = re.compile(r" *# \d\.\d\d · row stays: .*")
KEEPS = {
    ("people", "yes"), ("link", "yes"), ("orphans", "they outlive"), ("nobody", "yes"), ("shared", "only see"),
    ("lost", "each row is a person"), ("people", "some of them"), ("guests", "no"),
}  # fmt: skip
"""Answers that leave the drafted map as it is."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who answers, when, and until when what they leave out stays left out."""

    name: str
    today: date
    until: date


@dataclass(frozen=True, slots=True)
class Answered:
    """The new text. `by_hand` says what a person must still write, when their text could not be changed for them."""

    text: str
    by_hand: str = ""


def mark(question: Question) -> str:
    """Eight characters that are the same for the same question on every scan."""
    return digest([question.kind, question.table, question.columns, question.target])[:8]


def still_open(text: str, findings: Findings) -> list[Question]:
    """The questions nobody has answered in this text, what most depends on first."""
    datamap, _ = parse_form(text)
    answered = set(MARK.findall(text))
    found: dict[str, Question] = {}
    for question in findings.questions:
        if question.kind and mark(question) not in answered and _stands(question, datamap, findings.store):
            found.setdefault(mark(question), question)
    return list(found.values())


def answer(text: str, question: Question, chosen: str, who: Who, findings: Findings) -> Answered:
    """The text with the answer in it. Raises `DataMapError` when the text cannot be read."""
    datamap, wrong = parse_form(text)
    if datamap is None or wrong:
        raise DataMapError(wrong)
    said = f"{who.today.isoformat()} {_plain(who.name)}: {_plain(question.text)} {chosen} [q:{mark(question)}]"
    change = None if (question.kind, chosen) in KEEPS else _change(datamap, question, chosen, who, findings)
    if change is None:
        return Answered(_commented(text, findings.store, question, said))
    wanted, edit, by_hand = change
    made = _commented(edit(text), findings.store, question, said)
    now, wrong = parse_form(made)
    if now is None or wrong or now.digest != wanted.digest:
        return Answered(_commented(text, findings.store, question, said), by_hand)
    return Answered(made)


Edit = Callable[[str], str]
Changed = tuple[DataMap, Edit, str]


def _change(datamap: DataMap, question: Question, chosen: str, who: Who, findings: Findings) -> Changed | None:
    """The map that the answer means, how the text gets there, and the same in words."""
    name = f"{findings.store}.{question.table}"
    table = datamap.tables.get(name)
    match question.kind:
        case "people" if table is not None:
            return _no_people(datamap, table, who)
        case "lost" if table is not None and chosen == question.answers[0]:
            words = "nobody can be named by what stands here"
            wanted = _with(datamap, replace(table, subject=None, unlinked=words))
            return (
                wanted,
                lambda text: _unlinked(text, name, words),
                f"Write unlinked: {words}, in place of any subject.",
            )
        case "lost" if table is None and chosen == question.answers[0]:
            return _nobody_we_can_name(datamap, name, question, findings)
        case "lost":
            return _left_out(datamap, name, "no person in it", who)
        case "guests" if table is not None and chosen == "yes":
            return _guests(datamap, table, findings)
        case "special" | "personal":
            return _column(datamap, table, name, question, chosen, who, findings)
        case "link" | "orphans" | "nobody" | "shared" if table is not None:
            return _link(datamap, table, question, findings.store)
    return None


# ------------------------------------------------------------------------------------------------ tables


def _no_people(datamap: DataMap, table: TableDecl, who: Who) -> Changed:
    """Its rows are no people: they may still be somebody's by a link; else the table is left out."""
    if not table.links:
        return _left_out(datamap, table.name, "its rows are no people", who)
    wanted = _with(datamap, replace(table, subject=None))
    return wanted, lambda text: _take(text, ("tables", table.name, "subject")), f"Remove subject from {table.name}."


def _guests(datamap: DataMap, table: TableDecl, findings: Findings) -> Changed | None:
    """Its rows are people of their own, known by what identifies them, beside the links they have."""
    local = table.name.partition(".")[2]
    guest = next((one for one in findings.guests if one.table == local), None)
    if guest is None or table.subject:
        return None
    wanted = _with(datamap, replace(table, subject=subject_of(guest)))
    tree = subject_tree(subject_of(guest))
    by_hand = f"Write a subject with {', '.join(guest.identifiers)} at {table.name}."
    return wanted, lambda text: _put(text, ("tables", table.name), "subject", tree), by_hand


def _nobody_we_can_name(datamap: DataMap, name: str, question: Question, findings: Findings) -> Changed:
    """The table comes into the map with its columns, and with the reason why no request reaches it."""
    columns = {
        column: ColumnDecl(column, CATEGORY.get(verdict.category, f"special.{verdict.category}"))
        for (table, column), verdict in findings.columns.items()
        if table == question.table
    }
    words = "nobody can be named by what stands here"
    decl = TableDecl(name, columns=columns, unlinked=words, path=findings.paths.get(question.table, ""))

    def edit(text: str) -> str:
        editor = Editor(re.sub(r"(?m)^tables: \{\} *$", "tables:", text))
        editor.put(("tables",), name, table_tree(decl))
        return editor.text()

    wanted = _with(datamap, decl)
    return wanted, edit, f"Write {name} under tables, with its columns and unlinked: {words}"


def _left_out(datamap: DataMap, name: str, reason: str, who: Who) -> Changed:
    """The table goes out of the map, with the links that lead to it, and stands among the ignored."""
    decision = Ignored(name, reason, who.name, who.until)
    gone: list[tuple[str, int]] = []
    tables: dict[str, TableDecl] = {}
    for other in datamap.tables.values():
        if other.name == name:
            continue
        leads = [n for n, link in enumerate(other.links) if link.target == name]
        gone += [(other.name, n) for n in leads]
        kept = tuple(link for n, link in enumerate(other.links) if n not in leads)
        tables[other.name] = replace(other, links=kept) if leads else other
    wanted = DataMap(datamap.stores, tables, (*datamap.ignored, decision))

    def edit(text: str) -> str:
        for table, number in reversed(gone):
            text = _take(text, ("tables", table, "links"), number)
        return _ignore(_take(text, ("tables", name)), decision)

    return wanted, edit, f"Remove {name}, and write it under ignored."


def _column(
    datamap: DataMap, table: TableDecl | None, name: str, question: Question, chosen: str, who: Who, findings: Findings
) -> Changed | None:
    """Yes: it has its category. No: it is `technical`, or ignored where its table is not in the map."""
    column = question.columns[0]
    if chosen == "yes":
        verdict = findings.columns.get((question.table, column)) or findings.secrets.get((question.table, column))
        category = CATEGORY.get(verdict.category, f"special.{verdict.category}") if verdict else ""
        if table is None or column in table.columns or not category:
            return None
    else:
        category = TECHNICAL
    if table is None:
        decision = Ignored(f"{name}.{column}", "says nothing about a person", who.name, who.until)
        wanted = DataMap(datamap.stores, datamap.tables, (*datamap.ignored, decision))
        return wanted, lambda text: _ignore(text, decision, "column"), f"Write {name}.{column} under ignored."
    columns = {**table.columns, column: ColumnDecl(column, category)}
    by_hand = f"Write {column}: {category} under columns of {name}."
    if column in table.columns:
        return (
            _with(datamap, replace(table, columns=columns)),
            lambda text: _value(text, ("tables", name, "columns"), column, category),
            by_hand,
        )
    return (
        _with(datamap, replace(table, columns=columns)),
        lambda text: _put(text, ("tables", name, "columns"), column, category),
        by_hand,
    )


# ------------------------------------------------------------------------------------------------ links


def _link(datamap: DataMap, table: TableDecl, question: Question, store: str) -> Changed | None:
    found = next(((n, link) for n, link in enumerate(table.links) if _is(link, question, store)), None)
    if found is None:
        return None
    number, link = found
    if question.kind == "nobody":
        links = _swap(table.links, number, replace(link, nobody=()))
        pattern, words, by_hand = r", nobody: \[[^\]]*\]", "", "Remove nobody from the link."
    elif question.kind == "shared":
        links = _swap(table.links, number, replace(link, kind=LinkKind.BELONGS_TO))
        pattern, words, by_hand = r"\bvisible_to:", "belongs_to:", "Write belongs_to in place of visible_to."
    else:
        links = table.links[:number] + table.links[number + 1 :]
        wanted = _with(datamap, replace(table, links=links))
        path = ("tables", table.name, "links")
        return wanted, lambda text: _take(text, path, number), f"Remove the link to {link.target} from {table.name}."
    wanted = _with(datamap, replace(table, links=links))
    return wanted, lambda text: _in_link(text, table.name, number, pattern, words), by_hand


def _swap(links: tuple[Link, ...], number: int, new: Link) -> tuple[Link, ...]:
    return (*links[:number], new, *links[number + 1 :])


def _is(link: Link, question: Question, store: str) -> bool:
    named = {*link.columns, *link.where}
    return link.target == f"{store}.{question.target}" and set(question.columns) == named and not derived(link)


def _with(datamap: DataMap, table: TableDecl) -> DataMap:
    return DataMap(datamap.stores, {**datamap.tables, table.name: table}, datamap.ignored)


def _stands(question: Question, datamap: DataMap | None, store: str) -> bool:
    """Whether the question still makes sense in this map."""
    if datamap is None:
        return True
    name = f"{store}.{question.table}"
    if any(one.name in (name, *(f"{name}.{c}" for c in question.columns)) for one in datamap.ignored):
        return False
    table = datamap.tables.get(name)
    if question.kind in ("people", "lost"):
        return (table is None or not table.unlinked) if question.kind == "lost" else bool(table and table.subject)
    if question.kind in ("special", "personal"):
        return True
    if question.kind == "guests":
        return bool(table and not table.subject)
    return table is not None and any(_is(link, question, store) for link in table.links)


# ------------------------------------------------------------------------------------------------ text


def _put(text: str, path: tuple[str, ...], key: str, value: Tree) -> str:
    editor = Editor(text)
    editor.put(path, key, value)
    return editor.text()


def _unlinked(text: str, table: str, words: str) -> str:
    return _put(_take(text, ("tables", table, "subject")), ("tables", table), "unlinked", words)


def _ignore(text: str, decision: Ignored, word: str = "table") -> str:
    """The decision to leave a table or column out, last under `ignored`."""
    entry: dict[str, Tree] = {
        word: decision.name,
        "reason": decision.reason,
        "owner": decision.owner,
        "until": decision.until.isoformat(),
    }
    editor = Editor(text)
    if editor.find(("ignored",))[0] is None and not re.search(r"(?m)^ignored:", text):
        return text.rstrip("\n") + "\n\n" + block({"ignored": [entry]})
    editor.append(("ignored",), entry)
    return editor.text()


def _take(text: str, path: tuple[str, ...], item: int = -1) -> str:
    """The text without the lines of an entry (or of one item of a list); its list or mapping goes when it is empty.

    Returns the text as it is where the entry does not stand on lines of its own.
    """
    editor = Editor(text)
    holder = _node(editor.root, path if item >= 0 else path[:-1])
    if holder is None or holder.flow_style:
        return text
    if item >= 0:
        if len(holder.value) == 1:
            return _take(text, path)
        node = holder.value[item]
        first, last = _dash(text, node.start_mark.line), editor._last_line(node)
    else:
        pair = next(((k, v) for k, v in holder.value if k.value == path[-1]), None)
        if pair is None:
            return text
        if len(holder.value) == 1 and len(path) > 2:
            return _take(text, path[:-1])
        first, last = pair[0].start_mark.line, editor._last_line(pair[1])
    lines = text.split("\n")
    if len(path) == 2 and first and not lines[first - 1].strip():  # the blank line before a table
        first -= 1
    return "\n".join(lines[:first] + lines[last + 1 :])


def _dash(text: str, line: int) -> int:
    """The line on which a list item begins (its dash may stand alone)."""
    lines = text.split("\n")
    while line > 0 and not lines[line].lstrip().startswith("-"):
        line -= 1
    return line


def _node(node: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        node = next((value for key, value in node.value if key.value == step), None)
        if node is None:
            return None
    return node


def _value(text: str, path: tuple[str, ...], key: str, value: str) -> str:
    """Another plain value for a key of a mapping; our proposal behind it goes, a person's own comment stays."""
    holder = _node(Editor(text).root, path)
    pair = next(((k, v) for k, v in holder.value if k.value == key), None) if holder is not None else None
    if pair is None:
        return text
    start, end = pair[1].start_mark.index, pair[1].end_mark.index
    line, rest = text[end:].partition("\n")[::2]
    line = "" if OURS.fullmatch(line) else line
    return text[:start] + scalar(value) + line + ("\n" + rest if "\n" in text[end:] else "")


def _in_link(text: str, table: str, number: int, pattern: str, words: str) -> str:
    holder = _node(Editor(text).root, ("tables", table, "links"))
    if holder is None or number >= len(holder.value):
        return text
    node = holder.value[number]
    start, end = node.start_mark.index, node.end_mark.index
    return text[:start] + re.sub(pattern, words, text[start:end], count=1) + text[end:]


def _commented(text: str, store: str, question: Question, said: str) -> str:
    """The comment above the table it is about, or at the end where the table is not in the map (any more)."""
    node = _node(Editor(text).root, ("tables",))
    name = f"{store}.{question.table}"
    key = next((k for k, _ in node.value if k.value == name), None) if node is not None else None
    if key is None or node.flow_style:
        return text.rstrip("\n") + f"\n# {said}\n"
    lines = text.split("\n")
    lines.insert(key.start_mark.line, " " * key.start_mark.column + f"# {said}")
    return "\n".join(lines)


def _plain(words: str) -> str:
    return "".join(char if char.isprintable() else "�" for char in words)


def reasons(question: Question, findings: Findings) -> Iterator[str]:
    """What the scan rests its own guess on."""
    evidence: Mapping[tuple[str, str], Any] = {**findings.secrets, **findings.columns}
    if question.kind in ("people", "lost", "guests"):
        yield from (e for s in (*findings.subjects, *findings.guests) if s.table == question.table for e in s.evidence)
    elif question.kind in ("special", "personal"):
        found = evidence.get((question.table, question.columns[0]))
        yield from found.evidence if found else ()
    else:
        for link in findings.links:
            r = link.reference
            if (r.table, r.columns, r.target) == (question.table, question.columns, question.target):
                yield from (*r.evidence, link.reason)
                return
