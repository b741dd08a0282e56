"""`waarborg demo`: the real commands on a real database of 200 fictitious people who share things.

Nothing here is acted: every step runs the command that is printed above it. Beside Waarborg's own verification there is
a look from outside: every cell of the database is read with plain SQL, before and after, and searched for who left.
"""

from __future__ import annotations

import csv
import os
import re
import sqlite3
import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory

from rich.padding import Padding
from rich.text import Text

from waarborg.cli import deployments, exits
from waarborg.cli.main import main
from waarborg.cli.output import Out
from waarborg.cli.project import DATAMAP, POLICY, Project
from waarborg.cli.show import ACCENT, BROKEN, PROVEN, QUIET, STRONG
from waarborg.cli.start import prepare
from waarborg.cli.words import Words
from waarborg.errors import UsageError
from waarborg.plans.model import Plan

SENTENCE = "verified: nothing left but what the plan kept"
PEOPLE, BATCH = 200, 50
DATABASE = "taakveld.db"
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]+")
PACE = 0.4
"""Seconds between steps on a terminal: time to see that something happened."""


@dataclass(frozen=True, slots=True)
class Leaver:
    """A person of the example who leaves: fictitious, so the demo may show the name."""

    id: int
    name: str = field(repr=False)
    email: str = field(repr=False)

    @property
    def needles(self) -> tuple[str, ...]:
        """What is searched for from outside."""
        return self.email.casefold(), self.name.casefold()


@dataclass(slots=True)
class Stage:
    """The demo while it runs."""

    folder: Path
    out: Out
    pace: float
    failed: list[str] = field(default_factory=list)
    left: list[Leaver] = field(default_factory=list)
    """Who left: the database no longer knows."""

    @property
    def nl(self) -> bool:
        return self.out.lang == "nl"

    def chapter(self, nl: str, en: str) -> None:
        """A heading."""
        self.out.draw("", Text("━" * self.out.console.width, ACCENT), Text(nl if self.nl else en, STRONG))

    def tell(self, nl: str, en: str) -> None:
        """A sentence between the steps."""
        self.out.draw("", Text(nl if self.nl else en))
        self._wait()

    def run(self, *words: str, quietly: bool = False) -> None:
        """Run a command of Waarborg, shown as it would be typed. A command that fails fails the demo."""
        typed = " ".join(words).replace(f"{self.folder}{os.sep}", "")
        self.out.draw("", Text.assemble(("$ waarborg ", ACCENT), (typed, STRONG)))
        sys.stdout.flush()
        self._wait()
        more = ["--dir", str(self.folder), "--lang", self.out.lang, *(["--quiet"] if quietly else [])]
        code = main([*words, *more])
        if code != exits.OK:
            self.failed.append(f"waarborg {words[0]} ({code})")
        self._wait()

    def proven(self, good: bool, nl: str, en: str) -> None:
        """Something that was found from outside."""
        text = nl if self.nl else en
        self.out.draw(Padding(Text(f"{'✓' if good else '✗'} {text}", PROVEN if good else BROKEN), (0, 0, 0, 2)))
        if not good:
            self.failed.append(text)

    def remark(self, nl: str, en: str) -> None:
        """Something to know."""
        self.out.draw(Padding(Text(f"· {nl if self.nl else en}"), (0, 0, 0, 2)))

    def _wait(self) -> None:
        if self.pace:
            time.sleep(self.pace)


def run(arguments: Namespace, out: Out) -> int:
    """`waarborg demo`. Ends with the verdict's sentence and exit code 0, or says what failed and exits with 1."""
    out.json = False
    deployments.folder()
    pace = _pace(getattr(arguments, "pace", ""))
    keep = getattr(arguments, "keep", "")
    if keep and Path(keep).exists():
        raise UsageError.one("WB616", "There is such a folder already.", "", "Name a new one with --keep.")
    with surroundings():
        if keep:
            Path(keep).mkdir(parents=True, mode=0o700)
            return play(Stage(Path(keep), out, pace))
        with TemporaryDirectory(prefix="waarborg-demo-") as folder:
            return play(Stage(Path(folder), out, pace))


@contextmanager
def surroundings() -> Iterator[None]:
    """An environment of its own: the demo has its own database and its own key, whatever is set here."""
    before = {name: os.environ.pop(name, None) for name in ("APP_DATABASE", "WAARBORG_KEY")}
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _pace(text: str) -> float:
    if not text:
        return PACE if sys.stdout.isatty() else 0.0
    try:
        return min(30.0, max(0.0, float(text)))
    except ValueError:
        raise UsageError.one("WB613", "--pace takes a number of seconds.", "", "For example --pace 2.") from None


def play(stage: Stage) -> int:
    """The whole demo in a folder of its own."""
    begun = time.monotonic()
    rows = set_up(stage.folder)
    one, many = leavers(stage.folder)
    stage.left = [one, *many]
    stage.chapter("Waarborg: van belofte tot bewijs", "Waarborg: from promise to proof")
    stage.tell(
        f"Taakveld (verzonnen) maakt projectbeheer voor teams. In de database staan {PEOPLE} mensen en {rows:,} rijen:"
        " projecten, taken, reacties, bestanden en facturen die zij met elkaar delen.",
        f"Taakveld (fictitious) makes project management for teams. Its database holds {PEOPLE} people and {rows:,} rows:"
        " projects, tasks, comments, files and invoices that they share.",
    )
    stage.tell(
        "policy.yaml zegt wat Taakveld belooft, datamap.yaml waar de gegevens staan en van wie. Klopt dat met elkaar?",
        "policy.yaml says what Taakveld promises, datamap.yaml where the data is and whose. Do they agree?",
    )
    stage.run("check")
    one_person(stage, one)
    batch(stage, many)
    evidence(stage)
    return ending(stage, time.monotonic() - begun)


def set_up(folder: Path) -> int:
    """The files of the example, its database, a state and a key. Returns the number of rows."""
    for name in (POLICY, DATAMAP):
        copy(deployments.folder() / "projects" / name, folder / name)
    make = deployments.maker("projects").make  # two customers, and many projects that they share
    rows: int = make(str(folder / DATABASE), PEOPLE, per_organisation=PEOPLE // 2, projects_each=PEOPLE // 10)
    os.environ["APP_DATABASE"] = f"sqlite:///{(folder / DATABASE).resolve()}"
    prepare(folder)
    return rows


def leavers(folder: Path) -> tuple[Leaver, list[Leaver]]:
    """Somebody who shares much and has an invoice, and fifty others. Names that two people have, or that another name
    begins with, are left alone: a person would have to look."""
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        found = connection.execute(
            "SELECT m.id, m.full_name, m.email FROM member m WHERE m.id > 0"
            " AND (SELECT count(*) FROM member o WHERE o.full_name LIKE m.full_name || '%') = 1"
            " ORDER BY (SELECT count(*) > 0 FROM invoice i WHERE i.member_id = m.id) DESC,"
            " (SELECT count(*) FROM project_member p WHERE p.member_id = m.id AND 1 ="
            " (SELECT count(*) FROM project_member o WHERE o.project_id = p.project_id)),"
            " (SELECT count(*) FROM comment c WHERE c.author_id = m.id) DESC, m.id"
        ).fetchall()
    people = [Leaver(*row) for row in found]
    one, *others = people
    return one, [who for who in others if (who.id > PEOPLE // 2) != (one.id > PEOPLE // 2)][:BATCH]


# ------------------------------------------------------------------------------------------------ one person


def one_person(stage: Stage, who: Leaver) -> None:
    """From question to answer, for one."""
    stage.chapter(f"Eén persoon: {who.name} wil weg", f"One person: {who.name} wants to leave")
    before = look(stage.folder, [who]).theirs
    cells, tables = sum(before.values()), len({table for table, _ in before})
    stage.tell(
        f"Eerst van buiten, met gewone SQL: naam of e-mailadres staat in {cells} cellen van {tables} tabellen. "
        "Wat hebben wij allemaal van deze persoon?",
        f"First from outside, with plain SQL: the name or e-mail address stands in {cells} cells of {tables} tables. "
        "What do we have of this person?",
    )
    stage.run("answer", "--email", who.email, "-o", str(stage.folder / "answer.json"))
    stage.tell(
        "En wat gebeurt er als wij wissen? Het plan raakt niets aan.",
        "And what happens if we erase? The plan touches nothing.",
    )
    stage.run("plan", "--email", who.email, quietly=True)
    plan = newest(stage.folder)
    stage.tell(
        "Iemand keurt precies dit goed; dan pas gebeurt het.", "Somebody approves exactly this; only then it happens."
    )
    _carry_out(stage, plan)
    outside(stage, [who], plan)
    stage.tell("Het antwoord, in de taal van de persoon:", "The answer, in the person's language:")
    stage.run("answer", plan.id[:8], quietly=True)


def batch(stage: Stage, people: Sequence[Leaver]) -> None:
    """The same for fifty at once."""
    stage.chapter(f"{len(people)} mensen tegelijk", f"{len(people)} people at once")
    file = stage.folder / "leavers.csv"
    with file.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows([["email"], *([one.email] for one in people)])
    stage.tell(
        "Een klant van Taakveld sluit een vestiging: de helft van zijn mensen gaat weg. Eén plan, één transactie, even "
        "zorgvuldig.",
        "A customer of Taakveld closes an office: half of its people leave. One plan, one transaction, the same care.",
    )
    stage.run("plan", "--people", str(file), "--brief", quietly=True)
    plan = newest(stage.folder)
    _carry_out(stage, plan)
    outside(stage, people, plan)


def _carry_out(stage: Stage, plan: Plan) -> None:
    id = plan.id[:8]
    stage.run("approve", id, "--by", "privacy officer", quietly=True)
    stage.run("apply", id, *(["--brief"] if plan.people > 1 else []), quietly=True)
    stage.run("verify", id, quietly=True)


def newest(folder: Path) -> Plan:
    """The plan that was made last."""
    with Project(folder) as project:
        with project.door.read() as state:
            names = [plan for request in state.plans.open_requests() for plan, _ in state.plans.of(request)]
        cases = [project.work.case(name) for name in names]
    return max((case.plan for case in cases), key=lambda plan: plan.made_at)


# ------------------------------------------------------------------------------------------------ from outside


@dataclass(slots=True)
class Seen:
    """In how many cells of which table and column somebody stands."""

    theirs: dict[tuple[str, str], int] = field(default_factory=dict)
    namesakes: int = 0
    """Rows that hold the name beside another person's e-mail address: somebody has to look at these."""


def look(folder: Path, people: Sequence[Leaver]) -> Seen:
    """Read everything with plain SQL, and search it for names and addresses. Nothing of Waarborg takes part."""
    addresses = {who.email.casefold() for who in people}
    needles = [needle for who in people for needle in who.needles]
    seen = Seen()
    for table, row in rows_of(folder):
        hits = [(column, text) for column, text in row.items() if any(needle in text for needle in needles)]
        others = [text for text in row.values() if ADDRESS.fullmatch(text) and text not in addresses]
        if hits and others and not any(address in text for _, text in hits for address in addresses):
            seen.namesakes += 1
            continue
        for column, _ in hits:
            seen.theirs[table, column] = seen.theirs.get((table, column), 0) + 1
    return seen


def rows_of(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Every row of the database: its table, and its texts in small letters."""
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            cursor = connection.execute(f'SELECT * FROM "{table}"')
            names = [one[0] for one in cursor.description]
            for row in cursor:
                pairs = zip(names, row, strict=True)
                yield table, {name: value.casefold() for name, value in pairs if isinstance(value, str)}


def outside(stage: Stage, people: Sequence[Leaver], plan: Plan) -> None:
    """What is still there, seen from outside: only what the plan said would stay."""
    seen = look(stage.folder, people)
    kept = {(one.table.partition(".")[2], column) for one in plan.kept() if one.why == "rule" for column in one.columns}
    law = sum(number for place, number in seen.theirs.items() if place in kept)
    rest = {place: number for place, number in seen.theirs.items() if place not in kept}
    stage.tell("Klopt dat? Nog eens van buiten, met gewone SQL:", "Is that so? Once more from outside, with plain SQL:")
    if rest:
        where = ", ".join(f"{table}.{column} ({number})" for (table, column), number in sorted(rest.items()))
        stage.proven(False, f"nog gevonden in {where}", f"still found in {where}")
        return
    stage.proven(
        True,
        f"naam en e-mailadres staan nergens meer{f', behalve op {law} facturen die de wet bewaart' if law else ''}",
        f"name and e-mail address stand nowhere any more{f', but on {law} invoices that the law keeps' if law else ''}",
    )
    if seen.namesakes:
        stage.remark(
            f"{seen.namesakes} keer staat zo'n naam bij een ander e-mailadres: misschien een naamgenoot. Daar kijkt een mens naar.",
            f"{seen.namesakes} times such a name stands beside another e-mail address: perhaps a namesake. A person looks.",
        )


# ------------------------------------------------------------------------------------------------ the end


def evidence(stage: Stage) -> None:
    """What is left to show an authority."""
    stage.chapter("Het bewijs", "The evidence")
    stage.tell(
        "Elke stap liet een ondertekende regel na, zonder één persoonsgegeven. Iedereen kan dat nagaan, zonder ons.",
        "Every step left a signed entry without any personal data. Anybody can check that, without us.",
    )
    stage.run("evidence", "verify", quietly=True)
    with Project(stage.folder) as project, project.door.read() as state:
        lines = b"\n".join(state.log().lines()).decode().casefold()
    hits = sum(needle in lines for who in stage.left for needle in who.needles)
    stage.proven(
        hits == 0,
        f"in het bewijs staan van de {len(stage.left)} mensen 0 namen en adressen",
        f"the evidence holds 0 names and addresses of the {len(stage.left)} people",
    )
    stage.run("plans")


def ending(stage: Stage, seconds: float) -> int:
    """The last line."""
    say = Words(stage.out.lang)
    if stage.failed:
        stage.out.draw("", Text(f"✗ {'; '.join(stage.failed)}", BROKEN))
        return exits.FINDINGS
    stage.tell(
        f"{1 + BATCH} mensen weg, {PEOPLE - 1 - BATCH} merken er niets van, in {say.number(round(seconds))} seconden.",
        f"{1 + BATCH} people gone, {PEOPLE - 1 - BATCH} notice nothing, in {say.number(round(seconds))} seconds.",
    )
    stage.out.draw(
        Text("Nu je eigen database: waarborg init" if stage.nl else "Now your own database: waarborg init", QUIET), ""
    )
    print(SENTENCE)
    return exits.OK
