"""`waarborg notice`, `waarborg record`, `waarborg changes`, `waarborg package`: what people read, from the policy."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from waarborg.cli import exits
from waarborg.cli.output import Out
from waarborg.cli.project import Project
from waarborg.errors import UsageError

if TYPE_CHECKING:
    from waarborg.notice.page import Page


def notice(arguments: Namespace, out: Out) -> int:
    """`waarborg notice`."""
    from waarborg.notice.gaps import mixed
    from waarborg.notice.render import notice as page

    with Project.of(arguments) as project:
        policy = project.policy
        elsewhere = getattr(arguments, "elsewhere", False)
        pages = {code: page(policy, code, elsewhere=elsewhere) for code in _languages(arguments, policy.languages)}
        for finding in mixed(policy):
            out.hint(str(finding))
    return _write(arguments, out, "notice-elsewhere" if elsewhere else "notice", pages)


def record(arguments: Namespace, out: Out) -> int:
    """`waarborg record`."""
    from waarborg.notice.ropa import record as page

    with Project.of(arguments) as project:
        policy = project.policy
        pages = {code: page(policy, code) for code in _languages(arguments, policy.languages)}
    return _write(arguments, out, "record", pages)


def changes(arguments: Namespace, out: Out) -> int:
    """`waarborg changes`."""
    from waarborg.notice.changes import changes as page
    from waarborg.policy import load_policy

    with Project.of(arguments) as project:
        policy = project.policy
        path = Path(arguments.old)
        if not path.is_file():
            raise UsageError.one("WB603", "There is no such policy file.", "", "Name the file of the earlier version.")
        old = load_policy(path)
        pages = {code: page(old, policy, code) for code in _languages(arguments, policy.languages)}
    return _write(arguments, out, "changes", pages)


def package(arguments: Namespace, out: Out) -> int:
    """`waarborg package`."""
    from waarborg.notice.package import write_package, zipped

    where = Path(getattr(arguments, "output", "") or "answer")
    folder = where.with_suffix("") if where.suffix == ".zip" else where
    answer = Path(arguments.answer)
    if not answer.is_file():
        raise UsageError.one(
            "WB603", "There is no such answer.", "", "Make it with `waarborg answer --email … -o FILE`."
        )
    with Project.of(arguments) as project:
        policy = project.policy
        code = getattr(arguments, "language", None) or policy.languages[0]
        portable = getattr(arguments, "portable", False)
        made = write_package(answer, folder, policy, project.datamap, code, portable=portable)
    if where.suffix == ".zip":
        import shutil

        zipped(folder, where)
        shutil.rmtree(folder)
    out.say(f"✓ {made.rows} → {where if where.suffix == '.zip' else where / 'index.html'}")
    for table in made.to_review:
        out.say(f"! {table}: texts of others that name this person. Look at them before you hand this over.")
    out.data(
        {"ok": True, "file": str(where), "rows": made.rows, "sha256": made.digest, "to_review": list(made.to_review)}
    )
    return exits.OK


def _languages(arguments: Namespace, known: tuple[str, ...]) -> list[str]:
    chosen: str | None = getattr(arguments, "language", None)
    return [chosen] if chosen else list(known)


def _write(arguments: Namespace, out: Out, name: str, pages: dict[str, Page]) -> int:
    """One page to the screen, or every page as a file: `notice.nl.html`. Earlier files are written over."""
    form = getattr(arguments, "format", None) or "html"
    where = getattr(arguments, "output", "")
    if not where or where == "-":
        if len(pages) > 1:
            todo = "Name one with --language, or a folder with -o."
            raise UsageError.one("WB617", "Which language?", f"The policy has {', '.join(pages)}.", todo)
        if form == "pdf":
            raise UsageError.one("WB617", "A PDF does not go to a screen.", "", "Name a folder with -o.")
        print(_text(next(iter(pages.values())), form), end="")
        return exits.OK
    folder = Path(where)
    files = {code: folder / f"{name}.{code}.{form}" for code in pages}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for code, file in files.items():
            file.write_bytes(_bytes(pages[code], form))
    except OSError as problem:
        raise UsageError.one("WB616", "The file cannot be made.", problem.strerror or "", "Check -o.") from None
    for file in files.values():
        out.say(f"✓ {file}")
    out.data({"ok": True, "files": [str(file) for file in files.values()]})
    return exits.OK


def _bytes(page: Page, form: str) -> bytes:
    if form == "pdf":
        from waarborg.notice.render import to_pdf

        return to_pdf(page)
    return _text(page, form).encode()


def _text(page: Page, form: str) -> str:
    if form == "csv":
        from waarborg.notice.ropa import to_csv

        return to_csv(page)
    from waarborg.notice.render import Form, write

    return write(page, Form(form))
