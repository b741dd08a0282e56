"""Nothing was found: is it there under another spelling? "We have nothing of you" may not rest on a capital letter.

    near(planner, person) -> (Near("app.member", "email", rows=1), …)
    never_falsely_nothing(planner, person)        # raises PlanError WB480 where something is near

Asked only where nothing was located. Looked for are the given identifiers in any case and in every composition of
characters, telephone and account numbers in the ways people write them, and an address with and without its `+tag`: in
the columns of the map that identify people, and nowhere else. No value is shown: whose it is, a person finds out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from waarborg.datamap.model import Identifier
from waarborg.errors import Finding, Place, PlanError
from waarborg.plans.due import only_people
from waarborg.plans.identifiers import spelled
from waarborg.plans.planner import Planner
from waarborg.plans.resolve import Mapped
from waarborg.stores.contract import Both, Compare, Either, Family, Given, Key, Program, Rows, RowSet, Seeds
from waarborg.terms import WEAK, SubjectRef

FORMS: tuple[Literal["NFC", "NFD", "NFKC"], ...] = ("NFC", "NFD", "NFKC")


@dataclass(frozen=True, slots=True)
class Near:
    """Rows in which a given identifier stands in another spelling."""

    table: str
    column: str
    rows: int


def never_falsely_nothing(planner: Planner, person: SubjectRef) -> None:
    """Refuse to say that there is nothing where something is there in another spelling. Raises `PlanError` WB480."""
    found = near(planner, person)
    if found:
        raise PlanError(
            [
                Finding(
                    "WB480",
                    Place(path=f"tables.{one.table}.columns.{one.column}"),
                    f"Nothing was found as it was written, and {one.rows} row(s) hold it in another spelling.",
                    "To say that there is nothing would be a false answer (Art. 15(1)).",
                    "Find out whether it is the same person, and ask again as it is written there; or say in the map "
                    "how this identifier is compared (normalise).",
                )
                for one in found
            ]
        )


def near(planner: Planner, person: SubjectRef) -> tuple[Near, ...]:
    """Where the person's identifiers stand in another spelling. Reads only."""
    country = planner.policy.controller.country or "NL"
    found = []
    for table in planner.world().tables.values():
        subject = table.decl.subject
        if subject is None or (person.table and person.table != table.name):
            continue
        for identifier in subject.identifiers:
            value = person.identifiers.get(identifier.kind, "")
            column = table.facts.column(identifier.column)
            here = not identifier.table and column is not None and column.family is Family.TEXT
            if value and here and identifier.kind not in WEAK:
                rows = _rows(planner, table, identifier, value, country)
                found += [Near(table.name, identifier.column, rows)] if rows else []
    return tuple(found)


def _rows(planner: Planner, table: Mapped, identifier: Identifier, value: str, country: str) -> int:
    """How many rows of one table, that are people, hold the value in another spelling."""
    store, key = planner.stores[table.decl.store], table.facts.key
    needles = list(dict.fromkeys(form for text in spelled(value, country) for form in _composed(text)))
    keys: set[Key] = {
        hit.key for hit in store.search(needles, [table.local]) if hit.column == identifier.column and not hit.encoding
    }
    if tags := _tagged(identifier.column, value):
        program = Program((RowSet("tagged", table.local, tags),))
        with store.reading(program, Seeds()) as look:
            found = look.values("tagged", (identifier.column, *key))
            keys |= {row[1:] for row in found if _untagged(str(row[0])) == _untagged(value)}
    if not key or not keys:
        return len(keys)
    people = Both((Given(key, "near"), *only_people(table)))
    with store.reading(
        Program((RowSet("near", table.local, people),)), Seeds({"near": sorted(keys, key=repr)})
    ) as look:
        return look.count("near")


def _composed(text: str) -> Iterator[str]:
    return (unicodedata.normalize(form, text.strip()) for form in FORMS)


def _tagged(column: str, value: str) -> Rows | None:
    """Rows whose address begins as this one does, with a tag: `jan+shop@…` for `jan@…`."""
    local, at, _ = value.strip().partition("@")
    if not at:
        return None
    begins = local.partition("+")[0]
    starts = {f"{begins}+", f"{begins.lower()}+", f"{begins}@", f"{begins.lower()}@"}
    return Either(tuple(Compare(column, "starts", (one,)) for one in sorted(starts)))


def _untagged(address: str) -> str:
    local, _, domain = unicodedata.normalize("NFKC", address).strip().casefold().partition("@")
    return f"{local.partition('+')[0]}@{domain}"
