"""References that are no plain key: by e-mail, login name or number; type and id; `model,id`; ids inside JSON."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from waarborg.scan.classify import words_of
from waarborg.scan.looks import Looks
from waarborg.scan.references import ROLE_WORDS, Reference, single_keys
from waarborg.scan.subjects import Subject
from waarborg.scan.tables import Role, local_name
from waarborg.scan.values import as_text
from waarborg.scan.words import canonical
from waarborg.stores.contract import Column, Family, Schema, Table

_NORMALISE = {"email": ("trim", "lowercase"), "phone": ("phone",), "username": ()}
MOST_SUBJECTS = 60
_TYPE_WORDS = frozenset(
    {"type", "class", "model", "kind", "itemtype", "entity", "resource", "table", "object", "contenttype"}
)
_ANY = frozenset({"object", "resource", "entity", "item", "record", "product", "element", "target"})
_ID_ENDINGS = frozenset({"id", "key", "pk", "number"})
_MODEL_ID = re.compile(r"^([a-z][\w.]*),(\d+)$")


def by_identifier(
    schema: Schema,
    roles: Mapping[str, Role],
    subjects: Mapping[str, Subject],
    looks: Looks,
    categories: Mapping[tuple[str, str], str],
    linked: set[tuple[str, str]],
) -> Iterator[Reference]:
    """Text columns that hold an identifier of a person in another table.

    `categories` are the columns' categories; `linked` are the (table, target) pairs that have a key already.
    """
    declares = any(t.foreign_keys for t in schema.tables.values())
    known = {kind: _first(s for s in subjects.values() if kind in s.identifiers) for kind in _NORMALISE}
    for table in schema.tables.values():
        for column in table.columns:
            kind = _identifier_kind(categories.get((table.name, column.name), ""))
            if not kind or column.family is not Family.TEXT:
                continue
            found = [
                one
                for s in known[kind]
                if s.table != table.name
                and (s.account or not (table.name in subjects and subjects[table.name].account))
                and (
                    one := _value_reference(
                        schema, looks, table, column, kind, s, (table.name, s.table) in linked, declares
                    )
                )
            ]
            best = max(found, key=lambda r: (r.confidence, subjects[r.target].account), default=None)
            if best:
                yield best


def _first(subjects: Iterable[Subject]) -> list[Subject]:
    """The tables of people worth comparing with every column: with thousands of them the first would take hours."""
    return sorted(subjects, key=lambda s: (not s.account, -s.confidence))[:MOST_SUBJECTS]


def by_value_alone(
    schema: Schema, subjects: Mapping[str, Subject], looks: Looks, linked: set[tuple[str, str]]
) -> Iterator[Reference]:
    """Text columns whose every sampled value is a login name or text key of an account, whatever the column is called.

    `linked` are (table, column) pairs that lead somewhere already. Only words count: numbers stand in every table.
    """
    for subject in _first(subjects.values()):
        target = schema.tables[subject.table]
        texts = [c for c in single_keys(target) if _is_text(target, c)]
        texts += [c for k, c in subject.identifiers.items() if k == "username" and c not in texts]
        for to in texts if subject.account else texts[:1]:
            known = {as_text(v) for v in looks.values(subject.table, to) if v is not None}
            if len(known) < 3:
                continue
            for table in schema.tables.values():
                for column in table.columns:
                    if (
                        table.name == subject.table
                        or column.family is not Family.TEXT
                        or column.choices
                        or (table.name, column.name) in linked
                    ):
                        continue
                    seen = _all_stand_there(looks, table, column, subject.table, to, known)
                    if seen:
                        yield Reference(
                            table.name,
                            (column.name,),
                            subject.table,
                            (to,),
                            "values",
                            0.8,
                            (f'all {seen} distinct sampled values are in "{to}" of "{subject.table}"',),
                            by_identifier="" if to in single_keys(target) else "username",
                        )
                        linked = linked | {(table.name, column.name)}


def _all_stand_there(looks: Looks, table: Table, column: Column, target: str, to: str, known: set[str]) -> int:
    """How many distinct sampled values were seen in the target, when that is all of them; else 0.

    A sample of the target that lacks some is no answer: the store is asked, where one of them or the name suggests it.
    """
    values = {as_text(v) for v in looks.values(table.name, column.name) if v not in (None, "")}
    if len(values) < 3 or any(v.isdigit() or len(v) < 3 for v in values):
        return 0
    if values <= known:
        return len(values)
    if not values & known and not set(canonical(column.name)) & ROLE_WORDS:
        return 0
    seen = looks.inclusion(table.name, (column.name,), target, (to,))
    return seen.found if seen.asked >= 3 and seen.found == seen.asked else 0


def _is_text(table: Table, column: str) -> bool:
    facts = table.column(column)
    return facts is not None and facts.family is Family.TEXT


def _identifier_kind(category: str) -> str:
    return category if category in ("email", "username", "phone") else ""


def _value_reference(
    schema: Schema,
    looks: Looks,
    table: Table,
    column: Column,
    kind: str,
    subject: Subject,
    linked: bool,
    declares: bool,
) -> Reference | None:
    to = subject.identifiers[kind]
    target = schema.tables[subject.table]
    columns, to_columns = _with_domain(table, column.name, target, to)
    normalise = _NORMALISE[kind] if len(columns) == 1 else ()
    seen = looks.inclusion(table.name, columns, subject.table, to_columns, normalise)
    unique = any(set(to_columns) == set(u.columns) for u in target.uniques) or any(
        i.unique and set(i.columns) == set(to_columns) for i in target.indexes
    )
    why = f'"{column.name}" holds the {kind} of a person, as "{subject.table}.{to}" does'
    enough = 0.4 if subject.account else 0.8
    telling = kind == "email" and subject.account and seen.found >= 2
    if seen.asked >= 2 and (seen.share >= enough or telling):
        sure = (0.6 if seen.share >= 0.4 else 0.5) + 0.3 * seen.share + (0.05 if unique else 0)
        return _by(
            table,
            columns,
            subject,
            to_columns,
            kind,
            sure,
            (why, f"{seen.found} of {seen.asked} sampled values stand there"),
            normalise,
        )
    if seen.asked >= 2 or linked:
        return None
    if declares:
        # A schema that declares its keys refers to accounts by them.
        return None
    own, theirs = canonical(column.name), canonical(to)
    if own[-len(theirs) :] != theirs or (own != theirs and len(columns) == 1):
        return None
    if kind == "username" and (unique or len(columns) > 1 or subject.account):
        return _by(
            table, columns, subject, to_columns, kind, 0.68 if unique or len(columns) > 1 else 0.6, (why,), normalise
        )
    return None


def _by(
    table: Table,
    columns: tuple[str, ...],
    subject: Subject,
    to: tuple[str, ...],
    kind: str,
    sure: float,
    why: tuple[str, ...],
    normalise: tuple[str, ...],
) -> Reference:
    return Reference(
        table.name,
        columns,
        subject.table,
        to,
        "identifier",
        round(min(sure, 0.95), 2),
        why,
        normalise=normalise,
        by_identifier=kind,
    )


def _with_domain(table: Table, column: str, target: Table, to: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Where the identifier is unique only together with a domain or tenant that both tables have: both columns."""
    keys = [u.columns for u in target.uniques] + [i.columns for i in target.indexes if i.unique]
    for key in keys:
        rest = [c for c in key if c != to]
        if to in key and len(rest) == 1:
            other = _companion(table, column, to, rest[0])
            if other:
                return (column, other), (to, rest[0])
    return (column,), (to,)


def _companion(table: Table, column: str, to: str, rest: str) -> str:
    names = {c.name.lower(): c.name for c in table.columns}
    shaped = column.lower().replace(to.lower(), rest.lower()) if to.lower() in column.lower() else rest.lower()
    if shaped in names and shaped != column.lower():
        return names[shaped]
    lead = column.lower().partition("_")[0]
    return names.get(f"{lead}_{rest.lower()}", names.get(rest.lower(), ""))


def polymorphic(schema: Schema, roles: Mapping[str, Role], looks: Looks, interesting: set[str]) -> Iterator[Reference]:
    """Two columns type and id, where the sampled types name tables that are people or lead to them."""
    by_words = {roles[t].words: t for t in schema.tables}
    for table in schema.tables.values():
        for kind, key in _type_pairs(table, roles[table.name]):
            for value, target in _types(schema, by_words, looks, table, kind):
                to = schema.tables[target].key
                if target in interesting and len(to) == 1:
                    yield Reference(
                        table.name,
                        (kind, key),
                        target,
                        to,
                        "type+id",
                        0.85,
                        (f'"{kind}" says which table "{key}" means, and sampled types name "{target}"',),
                        where={kind: (value,)},
                    )


def _type_pairs(table: Table, role: Role) -> Iterator[tuple[str, str]]:
    words = {c.name: words_of(c.name, role) for c in table.columns}
    for kind, kw in words.items():
        stem = tuple(w for w in kw if w not in _TYPE_WORDS and w not in ("id", "body"))
        if not set(kw) & _TYPE_WORDS or len(stem) > 2:
            continue
        for key, iw in words.items():
            if key == kind or not iw or iw[-1] not in _ID_ENDINGS or (key in table.key[:1] and len(table.key) == 1):
                continue
            rest = tuple(w for w in iw if w not in _ID_ENDINGS)
            same = bool(rest) and set(rest) - _ANY == set(stem) - _ANY
            if same and not any(key in r.columns for r in table.foreign_keys):
                yield kind, key


def _types(
    schema: Schema, by_words: Mapping[tuple[str, ...], str], looks: Looks, table: Table, kind: str
) -> Iterator[tuple[str | int, str]]:
    """The (type value, table) pairs that sampled types mean, also through a table of types (label, model)."""
    through = next((r.table for r in table.foreign_keys if r.columns == (kind,)), "")
    names: dict[str, str] = {}
    if through:
        other = schema.tables[through]
        texts = [c.name for c in other.columns if c.family is Family.TEXT]
        for row in zip(*(looks.values(through, c) for c in [*other.key[:1], *texts]), strict=False):
            names[as_text(row[0])] = " ".join(as_text(v) for v in row[1:])
    seen: set[str] = set()
    for raw in looks.values(table.name, kind):
        if raw is None or as_text(raw) in seen:
            continue
        seen.add(as_text(raw))
        said = names.get(as_text(raw), as_text(raw))
        words = canonical(said.replace("\\", "_").replace(".", "_"))
        for length in range(len(words), 0, -1):
            target = by_words.get(words[-length:])
            if target:
                yield (raw if isinstance(raw, int | str) else as_text(raw)), target
                break


def model_and_id(schema: Schema, looks: Looks, interesting: set[str]) -> Iterator[Reference]:
    """One text column that holds `model,id`."""
    for table in schema.tables.values():
        for column in table.columns:
            if column.family is not Family.TEXT or looks.profile(table.name, column.name).share("model_id") < 0.5:
                continue
            groups: dict[str, list[tuple[object, ...]]] = defaultdict(list)
            for value in looks.values(table.name, column.name):
                match = _MODEL_ID.match(str(value)) if value is not None else None
                if match:
                    groups[match[1]].append((int(match[2]),))
            for model, keys in groups.items():
                target = next((t for t in schema.tables if local_name(t) == model.replace(".", "_")), "")
                if target in interesting and len(schema.tables[target].key) == 1:
                    seen = looks.present(keys[:60], target, schema.tables[target].key)
                    if seen.share >= 0.5:
                        yield Reference(
                            table.name,
                            (column.name,),
                            target,
                            schema.tables[target].key,
                            "model,id",
                            0.88,
                            (f"sampled cells are written as {model},id and {seen.found} of {seen.asked} stand there",),
                            template=model + ",{}",
                        )


def inside_json(schema: Schema, looks: Looks, accounts: Mapping[str, Subject]) -> Iterator[Reference]:
    """Ids of people inside JSON cells, by the name of their member."""
    for table in schema.tables.values():
        for column in table.columns:
            if (
                column.family not in (Family.JSON, Family.TEXT)
                or "json" not in looks.profile(table.name, column.name).encodings
            ):
                continue
            for path, keys in _members(looks.values(table.name, column.name)).items():
                for subject in accounts.values():
                    key = schema.tables[subject.table].key
                    if len(key) != 1 or len(keys) < 2:
                        continue
                    seen = looks.present(keys[:60], subject.table, key)
                    if seen.share >= 0.8:
                        yield Reference(
                            table.name,
                            (column.name,),
                            subject.table,
                            key,
                            "json",
                            0.75,
                            (f'its cells hold "{path}", and {seen.found} of {seen.asked} stand in "{subject.table}"',),
                            inside="json",
                            path=path,
                        )
                        break


def _members(cells: object) -> dict[str, list[tuple[object, ...]]]:
    """Values of members whose name reads as a reference to a person, by path."""
    found: dict[str, list[tuple[object, ...]]] = defaultdict(list)

    def walk(value: object, path: str) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                words = canonical(str(name))
                where = f"{path}.{name}".lstrip(".")
                if (
                    isinstance(inner, int | str)
                    and not isinstance(inner, bool)
                    and words
                    and words[-1] == "id"
                    and set(words) & ROLE_WORDS
                ):
                    found[where].append((inner,))
                else:
                    walk(inner, where)
        elif isinstance(value, list):
            for inner in value[:20]:
                walk(inner, path)

    for cell in list(cells)[:100] if isinstance(cells, list | tuple) else ():
        try:
            walk(json.loads(cell) if isinstance(cell, str | bytes) else cell, "")
        except (ValueError, RecursionError):
            continue
    return found
