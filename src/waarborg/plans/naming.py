"""One spelling for each identifier that a register knows a person by, however it was written when it came in.

    spellings(person, country="NL")           # what was given: (kind, one spelling), strong kinds only
    names_of(planner, person)                 # and what stands in their rows, with the keys of those rows
    frozen_names(planner, sealed)             # what stood in the rows that a plan was made for

Names, birth dates and addresses are shared by many: a register that went by them would give one person what is another's.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from waarborg.plans.access import access_blueprint
from waarborg.plans.identifiers import frozen_columns, identifiers_of, named_by
from waarborg.plans.locate import Drawn, asked_of, complete, given_seeds
from waarborg.plans.model import Sealed
from waarborg.plans.resolve import World
from waarborg.plans.sets import WEAK
from waarborg.stores.contract import Reading
from waarborg.stores.matching import form, key_line, phone
from waarborg.terms import SubjectRef

if TYPE_CHECKING:
    from waarborg.plans.planner import Planner

Name = tuple[str, str]
"""A kind of identifier and its value in one spelling."""
PHONES = ("phone", "mobile", "telefoon")


def spelling(kind: str, value: str, country: str = "NL", telephonic: bool = False) -> str:
    """The one spelling of an identifier.

    >>> spelling("email", " Jan@Voorbeeld.example"), spelling("phone", "060-123 45 67")
    ('jan@voorbeeld.example', '+31601234567')
    >>> spelling("iban", "nl91 abna 0417 1643 00")
    'NL91ABNA0417164300'
    """
    text = unicodedata.normalize("NFKC", value).strip()
    if telephonic or any(part in kind for part in PHONES):
        return phone(text, country) or text.casefold()
    return "".join(text.split()).upper() if "iban" in kind else text.casefold()


def spellings(person: SubjectRef, country: str = "NL") -> tuple[Name, ...]:
    """What was given about a person; the key of a row is known with its table only."""
    found = []
    for kind, value in person.identifiers.items():
        if kind == "key" and person.table:
            found.append((f"key {person.table}", value))
        elif value and kind not in WEAK and kind != "key":
            found.append((kind, spelling(kind, value, country)))
    return tuple(dict.fromkeys(found))


def names_in(world: World, blueprint: Drawn, look: Reading, country: str = "NL") -> Iterator[Name]:
    """What stands in the rows that are this person, and the keys of those rows."""
    for table, rows in blueprint.me.items():
        subject = world.tables[table].decl.subject
        if subject is None:
            continue
        key, columns = subject.key, frozen_columns(subject)
        for row in look.values(rows, (*key, *columns)):
            yield f"key {table}", key_line(row[: len(key)])
            known = dict(zip(columns, row[len(key) :], strict=True))
            for kind, value, telephonic in named_by(subject, known):
                if kind not in WEAK and form(value):
                    yield kind, spelling(kind, value, country, telephonic)


def names_of(planner: Planner, person: SubjectRef) -> tuple[Name, ...]:
    """What was given about a person, and what their rows say. Reads only; raises `StoreError` out of reach."""
    country = planner.policy.controller.country or "NL"
    world, asked = planner.world(), asked_of([person])
    found: list[Name] = [*spellings(person, country)]
    for name, store in planner.stores.items():
        blueprint = access_blueprint(world, name, asked)
        seeds = complete(blueprint.program, given_seeds(world, blueprint, [person]))
        if blueprint.me:
            with store.reading(blueprint.program, seeds) as look:
                found += names_in(world, blueprint, look, country)
    return each_once(found)


def frozen_names(planner: Planner, sealed: Sealed) -> tuple[Name, ...]:
    """What was given about the people of a plan, and what stood in their rows when it was made."""
    country = planner.policy.controller.country or "NL"
    given = [name for person in sealed.people for name in spellings(person, country)]
    stood = [
        (kind, spelling(kind, value, country, telephonic))
        for kind, value, telephonic in identifiers_of(planner.world(), sealed)
        if kind not in WEAK and kind != "key"
    ]
    return each_once([*given, *stood])


def each_once(names: Iterable[Name]) -> tuple[Name, ...]:
    """The same names, each once."""
    return tuple(dict.fromkeys(names))
