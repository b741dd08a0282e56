"""Which tables hold people: accounts, contacts, customers, guests, invited addresses. From names and identity columns.

A table of people is known by what its name calls a row and by the columns that identify one. Extensions (a profile row
per account), membership tables, addresses and traces are about people but are not tables of people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from waarborg.scan.classify import Verdict, name_category, words_of
from waarborg.scan.rules import MACHINE_WORDS
from waarborg.scan.tables import STRONG_PERSON_NOUNS, Role
from waarborg.scan.words import canonical
from waarborg.stores.contract import Family, Table

_IDENTITY = {"email": 0.2, "username": 0.15, "birth_date": 0.2, "phone": 0.1, "gender": 0.1, "national_id": 0.15}


@dataclass(frozen=True, slots=True)
class Subject:
    """A table of people: its identifiers (kind to column), how sure, and why."""

    table: str
    identifiers: Mapping[str, str]
    confidence: float
    evidence: tuple[str, ...] = ()
    account: bool = False
    """Its people can log in: columns such as `created_by` mean them."""
    nobody: tuple[str | int, ...] = field(default=())


def find_subjects(tables: Mapping[str, Table], roles: Mapping[str, Role]) -> dict[str, Subject]:
    """The tables of people, by name."""
    found: dict[str, Subject] = {}
    for name, table in tables.items():
        subject = _subject(table, roles[name])
        if subject and subject.confidence >= 0.5:
            found[name] = subject
    found = {name: s for name, s in found.items() if not _extension(tables[name], roles[name], found)}
    for name, table in tables.items():
        invited = None if name in found else _invited(table, roles[name], found)
        if invited:
            found[name] = invited
    return found


def _invited(table: Table, role: Role, found: Mapping[str, Subject]) -> Subject | None:
    """People without an account: a short table of e-mail addresses that refers to no table of people."""
    if (
        role.config
        or role.machine
        or (role.content and role.head != "email")
        or role.trace
        or table.view
        or len(table.columns) > 14
    ):
        return None
    if any(r.table in found for r in table.foreign_keys):
        return None
    referring = {c for r in table.foreign_keys for c in r.columns}
    for column in table.columns:
        words = words_of(column.name, role)
        if column.name in referring or set(words) & MACHINE_WORDS or name_category(column, role)[0] != "email":
            continue
        if words[0] == "email" and len(words) <= 2:
            return Subject(
                table.name,
                {"email": column.name},
                0.6,
                (f'"{column.name}" holds e-mail addresses of people without an account',),
            )
    return None


def _subject(table: Table, role: Role) -> Subject | None:
    if role.join or table.view or role.address or not table.columns:
        return None
    identity = _identity_columns(table, role)
    categories = set(identity)
    evidence: list[str] = []
    score = 0.0
    if role.person_noun:
        score += 0.5 if role.head in STRONG_PERSON_NOUNS else 0.2
        evidence.append(f'the name "{table.name}" calls its rows {role.head}')
    if {"first_name", "last_name"} <= categories:
        score += 0.35
        evidence.append("it has given and family names")
    elif categories & {"full_name", "last_name", "name"}:
        score += 0.15
    score += sum(weight for kind, weight in _IDENTITY.items() if kind in categories)
    if "password" in categories and categories & {"email", "username", "name"}:
        score += 0.3
        evidence.append("it holds passwords")
    score -= _against(table, role, categories)
    if not categories - {"password"}:
        return None
    evidence.append("people in it are identified by " + ", ".join(sorted(categories - {"password", "gender"})))
    identifiers = {
        k: c for k, c in identity.items() if k in ("email", "username", "phone", "name", "full_name", "national_id")
    }
    if "full_name" in identifiers:
        identifiers.setdefault("name", identifiers.pop("full_name"))
    account = "password" in categories or (
        role.head in ("user", "account") and bool(categories & {"username", "email"})
    )
    return Subject(table.name, identifiers, round(min(score, 0.98), 2), tuple(evidence), account)


def _against(table: Table, role: Role, categories: set[str]) -> float:
    """What speaks against: a trace, settings, machinery, a document that merely mentions a person."""
    against = 0.0
    if role.trace and not role.person_noun:
        against += 0.45
    if role.config or role.machine:
        against += 0.5
    if role.content and not role.person_noun:
        against += 0.35
    if role.organisation:
        against += 0.3
    if not role.person_noun and not categories & {"email", "first_name", "last_name"}:
        against += 0.35
    if categories <= {"username", "phone"} and role.head not in (
        "user",
        "subscriber",
        "customer",
        "employee",
        "patient",
        "student",
    ):
        against += 0.3
    if len(table.key) != 1 and not categories & {"password", "email"}:
        against += 0.2
    return against


def _identity_columns(table: Table, role: Role) -> dict[str, str]:
    """Identity columns by kind; the first and plainest of each kind wins."""
    found: dict[str, str] = {}
    referring = {c for r in table.foreign_keys for c in r.columns}
    for column in sorted(table.columns, key=lambda c: len(c.name)):
        if column.name in referring and column.family is not Family.TEXT:
            continue
        category, _ = name_category(column, role)
        words = canonical(column.name)
        kind = category
        if category == "name":
            kind = {
                "first": "first_name",
                "last": "last_name",
                "full": "full_name",
                "real": "full_name",
                "family": "last_name",
                "given": "first_name",
                "display": "full_name",
            }.get(
                next((w for w in words if w in ("first", "last", "full", "real", "family", "given", "display")), ""),
                "name",
            )
        elif category == "secret":
            kind = "password" if "password" in words or ("ha" in "".join(words) and "ha1" in words) else ""
        if kind == "username" and words[-2:] == ("user", "id"):
            continue  # the key of an account elsewhere
        if kind in ("first_name", "last_name", "full_name", "name", "password", *_IDENTITY):
            found.setdefault(kind, column.name)
    return found


def _extension(table: Table, role: Role, found: Mapping[str, Subject]) -> bool:
    """Whether each row merely extends a row of another table of people (its key is a reference to it, or unique)."""
    own = set(table.key)
    alone = [set(u.columns) for u in table.uniques]
    for reference in table.foreign_keys:
        if reference.table not in found or reference.table == table.name:
            continue
        same = set(reference.columns) == own or set(reference.columns) in alone
        if (
            role.head not in STRONG_PERSON_NOUNS
            and found[reference.table].account
            and "first_name" not in found[table.name].identifiers
            and (not found[table.name].account)
        ):
            return True
        if same and not found[table.name].account and role.head in ("profile", "identity", "account", "user", "person"):
            return "first_name" not in found[table.name].identifiers
    return False


def find_guests(
    tables: Mapping[str, Table],
    roles: Mapping[str, Role],
    subjects: Mapping[str, Subject],
    columns: Mapping[tuple[str, str], Verdict],
) -> list[Subject]:
    """Tables that are not tables of people and yet name people who need no account: by name, or by their own e-mail."""
    found = []
    for name, table in tables.items():
        if name in subjects or roles[name].config or roles[name].machine or roles[name].join:
            continue
        identity = {k: c for k, c in _identity_columns(table, roles[name]).items() if (name, c) in columns}
        kinds = set(identity)
        if {"first_name", "last_name"} <= kinds or "email" in kinds or {"full_name", "phone"} <= kinds:
            identifiers = {
                k: c for k, c in identity.items() if k in ("email", "phone", "full_name", "name", "username")
            }
            sure = 0.6 if {"first_name", "last_name"} <= kinds or len(identifiers) > 1 else 0.5
            found.append(Subject(name, identifiers, sure, ("its rows name people who need not have an account",)))
    return found
