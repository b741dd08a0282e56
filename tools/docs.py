"""The pages that are made from code, and whether the docs are complete: `python tools/docs.py write|check`.

- every error id that the code uses has a page under docs/errors, and every page an id
- docs/reference/cli.md and docs/reference/exit-codes.md say what the command line says
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from waarborg.cli.catalogue import COMMON, GROUPS, Argument, Command, commands  # noqa: E402 - found by the line above
from waarborg.cli.exits import MEANING  # noqa: E402 - the same
from waarborg.evidence.audit import Flaw  # noqa: E402 - the same

HEAD = "<!-- Made by tools/docs.py from the code: change it there. -->\n"


def used() -> set[str]:
    """Every error id in the code; those of evidence flaws are counted up from WB510."""
    found = {f"WB{510 + number}" for number in range(len(Flaw))}
    for path in (ROOT / "src").rglob("*.py"):
        found |= set(re.findall(r"\"(WB\d{3})\"", path.read_text(encoding="utf-8")))
    return found


def documented() -> set[str]:
    """Every error id with a page."""
    return {path.stem for path in (ROOT / "docs" / "errors").glob("WB*.md")}


def cli() -> str:
    """The reference of the command line."""
    parts = [HEAD, "# The command line\n", "Every command takes these as well:\n", *_table(COMMON), ""]
    parts.append(
        "Exit codes are on [a page of their own](exit-codes.md); errors each have a page under [errors](../errors/).\n"
    )
    for group, title in GROUPS.items():
        parts.append(f"## {title}\n")
        for command in commands():
            if command.group == group:
                parts += _command(command)
    return "\n".join(parts).rstrip("\n") + "\n"


def _command(command: Command) -> Iterator[str]:
    yield f"### `waarborg {command.name}`\n"
    yield f"{command.says}\n"
    if command.more:
        yield f"{command.more}\n"
    if command.arguments:
        yield from _table(command.arguments)
        yield ""
    if command.examples:
        yield "```text"
        yield from command.examples
        yield "```\n"


def _table(arguments: tuple[Argument, ...]) -> Iterator[str]:
    yield "| option | what it does |"
    yield "|---|---|"
    for one in arguments:
        positional = not one.names[0].startswith("-")
        value = one.value or ("|".join(one.choices) if one.choices else "")
        names = [value or one.names[0].upper()] if positional else [f"{n} {value}".strip() for n in one.names]
        shown = ", ".join(f"`{name}`" for name in names).replace("|", "\\|")
        yield f"| {shown} | {one.says} |"


def exit_codes() -> str:
    """The reference of exit codes."""
    rows = [f"| {code} | {says} |" for code, says in MEANING.items()]
    return "\n".join(
        [
            HEAD,
            "# Exit codes\n",
            "The same for every command, so that a script can rely on them.\n",
            "| code | meaning |",
            "|---|---|",
            *rows,
            "",
            "In CI: `waarborg check || exit 1`. In a script: after 1 (a store was down) run `waarborg apply`",
            "again; after 3 make the plan again.",
            "",
        ]
    )


PAGES = {"docs/reference/cli.md": cli, "docs/reference/exit-codes.md": exit_codes}


def problems() -> list[str]:
    """What is missing, left over or out of date."""
    ids, pages = used(), documented()
    found = [f"docs/errors/{id}.md is missing: the code uses {id}" for id in sorted(ids - pages)]
    found += [f"docs/errors/{id}.md: no code uses {id}" for id in sorted(pages - ids)]
    for name, text in PAGES.items():
        path = ROOT / name
        if not path.exists() or path.read_text(encoding="utf-8") != text():
            found.append(f"{name} is out of date: make docs")
    return found


def main() -> int:
    """`write` the generated pages, or `check` them."""
    if sys.argv[1:] == ["write"]:
        for name, text in PAGES.items():
            (ROOT / name).write_text(text(), encoding="utf-8")
        return 0
    found = problems()
    print("\n".join(found) or "docs: complete and up to date")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
