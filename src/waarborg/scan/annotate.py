"""Comments beside the lines of a drafted map: how sure the scan is, what it rests on, what it would propose.

Works on the text, line by line, and only ever appends `# …` to lines that have no comment. The result is read again:
if it does not say exactly what the text said before, the text is returned as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping

from waarborg.datamap.load import parse_form
from waarborg.datamap.write import flow, scalar
from waarborg.scan import calibration
from waarborg.scan.draft import CATEGORY
from waarborg.scan.findings import Findings
from waarborg.scan.proposals import propose
from waarborg.stores.contract import Schema

MARGIN = 58
"""Comments begin at this column where the line is shorter."""
Said = Mapping[tuple[str, str], str]


def annotate(text: str, findings: Findings, schema: Schema, only: Collection[str] | None = None) -> str:
    """The text of a map with comments. `only` names the tables and columns to comment on (those a merge added)."""
    columns = {(f"{findings.store}.{t}", c): words for (t, c), words in column_comments(findings, schema).items()}
    links = link_comments(findings)
    wanted = None if only is None else set(only)
    lines, changed = [], False
    for line, table, section, key in _walk(text):
        words = ""
        if "#" not in line and (wanted is None or table in wanted or f"{table}.{key}" in wanted):
            if section == "columns" and key:
                words = columns.get((table, key), "")
            elif section == "links" and line.lstrip().startswith("- {"):
                words = next((said for way, said in links.get(table, ()) if way(line)), "")
        changed |= bool(words)
        lines.append(f"{line:<{MARGIN}} # {words}" if words else line)
    made = "\n".join(lines)
    return made if changed and _same(text, made) else text


def column_comments(findings: Findings, schema: Schema) -> dict[tuple[str, str], str]:
    """For each personal column: what its confidence is worth, and the proposals."""
    found = {}
    for (name, column), verdict in findings.columns.items():
        table = schema.tables[name]
        facts = table.column(column)
        if facts is None:
            continue
        drafted = CATEGORY.get(verdict.category, f"special.{verdict.category}")
        sure = calibration.calibrated(verdict.confidence, calibration.COLUMNS)
        found[name, column] = f"{sure:.2f} · {propose(verdict.category, drafted, facts, table)}"
    return found


def link_comments(findings: Findings) -> dict[str, list[tuple[Callable[[str], bool], str]]]:
    """For each table: a test whether a line is about a link, and the words about it."""
    found: dict[str, list[tuple[Callable[[str], bool], str]]] = {}
    for link in findings.links:
        r = link.reference
        sure = calibration.calibrated(r.confidence, calibration.LINKS)
        words = f"{sure:.2f} · {r.found_by.replace('_', ' ')} · {link.reason}"
        table, target = (r.target, r.table) if link.carries else (r.table, r.target)
        head = f"{{{link.kind.value}: {scalar(f'{findings.store}.{target}')}, "
        names = [flow(c) for c in r.columns]
        found.setdefault(f"{findings.store}.{table}", []).append((_test(head, names), _plain(words)))
    return found


def _test(head: str, names: list[str]) -> Callable[[str], bool]:
    return lambda line: head in line and all(name in line for name in names)


def _plain(words: str) -> str:
    """On one line, without control characters: reasons quote names of the database."""
    return "".join(char if char.isprintable() else "�" for char in words)


def _walk(text: str) -> Iterator[tuple[str, str, str, str]]:
    """Each line with its table, its section of the table, and the column it decides about."""
    part = table = section = ""
    for line in text.split("\n"):
        key, indent = _key(line)
        if indent == 0 and key:
            part, table, section = key, "", ""
        elif part == "tables" and indent == 2 and key:
            table, section = key, ""
        elif part == "tables" and indent == 4 and key:
            section = key
        yield line, table, section, key if indent == 6 else ""


def _key(line: str) -> tuple[str, int]:
    """The mapping key a line begins with, unquoted, and its indentation."""
    import json

    found = re.match(r'( *)("(?:[^"\\]|\\.)*"|[^\s"#:{\[-][^:#]*):(?: |$)', line)
    if not found:
        return "", len(line) - len(line.lstrip(" "))
    name = found[2]
    try:
        return (str(json.loads(name)) if name.startswith('"') else name.strip()), len(found[1])
    except ValueError:
        return "", len(found[1])


def _same(before: str, after: str) -> bool:
    """Whether both texts say the same."""
    one, wrong = parse_form(before)
    other, worse = parse_form(after)
    return one is not None and other is not None and not worse and not wrong and one.digest == other.digest
