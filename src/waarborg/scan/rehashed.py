"""Hashing sold as anonymisation: does a column that is said to hold nobody hold hashes of people's identifiers?

    hashed_people(policy, datamap, "app", looks) -> findings WB721

A few identifiers of the sample are hashed in the usual ways and looked for, by equality, in the text columns of tables
that are called anonymous or said to lead to nobody. One hit is enough: whoever knows an address finds its rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from waarborg.datamap.model import SECRET, DataMap, TableDecl
from waarborg.errors import Finding, StoreError
from waarborg.policy.model import Policy
from waarborg.policy.values import Identifiability
from waarborg.scan.looks import Looks
from waarborg.stores.contract import EXACT, Family, Given, Program, RowSet, Seeds

METHODS = ("md5", "sha1", "sha256", "sha512")
MOST = 40
"""Identifiers that are hashed and looked for."""
SEED = "hashes"


def hashed_people(policy: Policy, datamap: DataMap, store: str, looks: Looks) -> Iterator[Finding]:
    """Every such column of one store. Reads only."""
    suspects = [one for one in datamap.in_store(store) if _claims_nobody(policy, one)]
    people = [(table, name) for table in datamap.in_store(store) if table.subject for name in table.subject.identifying]
    for decl in suspects:
        facts = looks.schema.tables.get(decl.local)
        for column in facts.columns if facts else ():
            said = decl.columns.get(column.name)
            if column.family is not Family.TEXT or (said and said.category == SECRET):
                continue
            for table, name in people:
                if method := _found(looks, decl.local, column.name, table.local, name):
                    place = said.place if said and said.place.line else decl.place
                    what = f"{decl.name}.{column.name} holds hashes ({method}) of {table.name}.{name}."
                    why = "What can be made again from an address points to a person, hashed or not (recital 26)."
                    yield Finding(
                        "WB721", place, what, why, "Leave it out, or map the table with its link to the person."
                    )


def _claims_nobody(policy: Policy, decl: TableDecl) -> bool:
    categories = {column.category.partition(".")[0] for column in decl.columns.values()}
    anonymous = any(
        policy.data[name].identifiability is Identifiability.ANONYMOUS for name in categories if name in policy.data
    )
    return anonymous or bool(decl.group_size or decl.unlinked)


def _found(looks: Looks, table: str, column: str, people: str, name: str) -> str:
    """The method by which values of the people's column stand hashed in the other; empty where none does."""
    if people not in looks.schema.tables:
        return ""
    known = [value for value in looks.values(people, name) if isinstance(value, str) and value.strip()][:MOST]
    for method in METHODS:
        hashes = {_hashed(method, text) for value in known for text in (value, value.strip().lower())}
        keys = [(text,) for one in hashes for text in (one, one.upper())]
        program = Program((RowSet("hashed", table, Given((column,), SEED, EXACT)),))
        try:
            with looks.store.reading(program, Seeds({SEED: keys})) as look:
                if look.count("hashed"):
                    return method
        except StoreError:
            return ""  # a table that cannot be read in time is no proof of anything; the check says so elsewhere
    return ""


def _hashed(method: str, text: str) -> str:
    return hashlib.new(method, text.encode(), usedforsecurity=False).hexdigest()
