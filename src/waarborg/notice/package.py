"""The answer as one package that opens offline: `index.html` to read, JSON and CSV to use, a schema that explains them.

    package = write_package(Path("answer.json"), Path("answer"), policy, datamap, "nl")

Built from policy and answer alone. Memory is bounded: rows stream through, long tables continue on pages of their own.
The folder is new and its owner's only; what could not be finished is taken away again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from waarborg.datamap.model import DataMap
from waarborg.errors import Finding, Place, UsageError
from waarborg.notice.answer import Part, guarded, read, unmapped
from waarborg.notice.html import to_html
from waarborg.notice.narrow import only
from waarborg.notice.overview import Exceptional, Facts15, Given, overview
from waarborg.notice.schema import answer_schema
from waarborg.notice.tables import TableWriter, Told, slug
from waarborg.notice.words import NoticeError, Say
from waarborg.policy.model import Policy

REVIEW = "mentions them"


@dataclass(frozen=True, slots=True)
class Package:
    """What was written."""

    folder: Path
    rows: int
    digest: str
    """SHA-256 of `data.json`: what the evidence of the answer names."""
    files: tuple[str, ...]
    nothing: tuple[str, ...]
    """Categories of which nothing was found."""
    withheld: tuple[str, ...] = ()
    to_review: tuple[str, ...] = ()
    """Tables with texts of others that name the person: a person looks before it is released."""


def write_package(
    answer: Path,
    folder: Path,
    policy: Policy,
    datamap: DataMap,
    language: str,
    *,
    given: Mapping[str, date | None] | None = None,
    portable: bool = False,
) -> Package:
    """Write the package of an access answer (or, `portable`, of Art. 20) into a new folder.

    The answer names the recipients that have this person's data, with days where the register of disclosures knows them
    (C-154/21); `given` says so in its place, for whoever keeps that elsewhere. Raises `NoticeError` WB810–WB814.
    """
    say = Say.of(policy, language)
    if missing := unmapped(policy, datamap):
        raise NoticeError([_unmapped(policy, name) for name in missing])
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        raise UsageError.one("WB815", "There is such a folder already.", "", "Name a new one.") from None
    try:
        with answer.open(encoding="utf-8", newline="\n") as lines:
            head, parts = read(lines)
            _same(head, policy)
            return _Writing(folder, policy, datamap, say, head, given, portable).all(parts)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@dataclass(slots=True)
class _Writing:
    folder: Path
    policy: Policy
    datamap: DataMap
    say: Say
    head: Mapping[str, Any]
    given: Mapping[str, date | None] | None
    portable: bool
    told: list[Told] = field(default_factory=list)
    withheld: dict[str, None] = field(default_factory=dict)

    def all(self, parts: Iterator[Part]) -> Package:
        for name in ("data", "pages"):
            (self.folder / name).mkdir(mode=0o700)
        digest = self._tables(parts)
        found = {ref for one in self.told for ref in one.filled}
        made = datetime.fromisoformat(str(self.head["made_at"])).date()
        facts = Facts15(
            self.told, found, tuple(self.withheld), made, self._given(found), self._exceptional(), self.portable
        )
        (self.folder / "index.html").write_text(to_html(overview(self.policy, self.say, facts)), encoding="utf-8")
        self._schema(made)
        if not any((self.folder / "pages").iterdir()):
            (self.folder / "pages").rmdir()
        files = sorted(p.relative_to(self.folder).as_posix() for p in self.folder.rglob("*") if p.is_file())
        for name in files:
            (self.folder / name).chmod(0o600)
        names = {ref.partition(".")[0] for ref in found}
        nothing = tuple(name for name in self.policy.data if name not in names)
        review = tuple(dict.fromkeys(one.part.table for one in self.told if one.part.why == REVIEW))
        rows = sum(one.rows for one in self.told)
        return Package(self.folder, rows, digest, tuple(files), nothing, tuple(self.withheld), review)

    def _given(self, found: set[str]) -> dict[str, tuple[Given, ...]]:
        """The recipients that have something: those the answer names and that get such data, or really got it."""
        if self.given is not None:
            return {id: (Given(day),) for id, day in self.given.items() if id in self.policy.recipients}
        able = only(self.policy, found).recipients
        told: dict[str, tuple[Given, ...]] = {}
        for one in self._information("recipients"):
            days = tuple(Given(_day(seen.get("on")), tuple(seen.get("data", ()))) for seen in one.get("given", ()))
            if one["id"] in self.policy.recipients and (days or one["id"] in able):
                told[one["id"]] = days
        return told

    def _exceptional(self) -> tuple[Exceptional, ...]:
        return tuple(
            Exceptional(one["ground"], one["who"], _day(one.get("on")), tuple(one["data"]))
            for one in self._information("disclosures")
        )

    def _information(self, name: str) -> list[dict[str, Any]]:
        found = self.head.get("information", {}).get(name, [])
        return [one for one in found if isinstance(one, dict)]

    def _tables(self, parts: Iterator[Part]) -> str:
        """Every table, once. Returns the digest of `data.json`."""
        seen: Counter[str] = Counter()
        path = self.folder / "data.json"
        with path.open("w", encoding="utf-8") as out:
            keep = ("format", "made_at", "policy", *(() if self.portable else ("information",)))
            first = {key: self.head[key] for key in keep if key in self.head}
            first |= {"right": "portability" if self.portable else "access", "schema": "schema.json"}
            out.write(json.dumps(first, ensure_ascii=False)[:-1] + ', "data": [')
            for part in guarded(parts, self.policy, self.datamap, portable=self.portable):
                self._table(out, part, seen)
            out.write("\n]}\n")
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _table(self, out: IO[str], part: Part, seen: Counter[str]) -> None:
        self.withheld.update(dict.fromkeys(part.withheld))
        if not part.columns:
            return
        seen[part.table] += 1
        writer = TableWriter(
            self.folder, slug(part.table, seen[part.table]), part, self.policy, self.say, not self.portable
        )
        about = {"table": part.table, "why": part.why, "columns": dict(part.columns), "withheld": list(part.withheld)}
        out.write(("," if self.told else "") + "\n" + json.dumps(about, ensure_ascii=False)[:-1] + ', "rows": [\n')
        self.told.append(writer.write(out))
        out.write("\n]}")

    def _schema(self, made: date) -> None:
        resources = [
            {
                "name": Path(one.csv).stem,
                "path": one.csv,
                "title": one.title,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "dialect": {"delimiter": ",", "header": True},
                "schema": one.schema,
            }
            for one in self.told
            if one.rows
        ]
        whole = {
            "profile": "tabular-data-package",
            "name": "answer",
            "title": self.say("answer.title", name=self.policy.controller.name),
            "created": made.isoformat(),
            "resources": resources,
        }
        explained = answer_schema(self.told, self.policy, self.say, self.portable)
        for name, content in (("datapackage.json", whole), ("schema.json", explained)):
            text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
            (self.folder / name).write_text(text, encoding="utf-8")


def _day(text: object) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) and text else None


def zipped(folder: Path, file: Path) -> Path:
    """The package as one new zip file, streamed. Raises `UsageError` WB815 where there is such a file."""
    try:
        out = file.open("xb")
    except FileExistsError:
        raise UsageError.one("WB815", "There is such a file already.", "", "Name a new one.") from None
    with out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.write(path, f"{folder.name}/{path.relative_to(folder).as_posix()}")
    file.chmod(0o600)
    return file


def _same(head: Mapping[str, Any], policy: Policy) -> None:
    if head.get("policy") != f"{policy.id} {policy.version.isoformat()}":
        raise NoticeError.one(
            "WB813",
            "The answer was made under another version of the policy.",
            "What it says about purposes and terms must be what held then.",
            "Use that version, or make the answer again.",
        )


def _unmapped(policy: Policy, name: str) -> Finding:
    return Finding(
        "WB814",
        policy.place(f"data.{name}") if policy.places else Place(path=f"data.{name}"),
        "The notice names this category, and no column of the data map holds it.",
        "An answer without it would look complete and not be (Art. 15(1)).",
        "Map the columns that hold it, or take the category out of the policy.",
    )
