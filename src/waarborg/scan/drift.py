"""What has changed since the committed snapshot, what stands on it, and which decisions no longer decide anything."""

from __future__ import annotations

from collections.abc import Iterator

from waarborg.datamap.model import TableDecl
from waarborg.errors import Place, Severity
from waarborg.scan.snapshot import Sight
from waarborg.scan.whole import Checks, Said, Whole, leads_of
from waarborg.stores.contract import Column, Table


def new_since_the_snapshot(whole: Whole) -> Checks:
    """Tables and columns that the committed snapshot does not have; those that look personal have their own finding."""
    for store, seen in whole.sights.items():
        old = whole.before.get(store)
        if old is None:
            continue
        for table in seen.schema.tables.values():
            known = old.schema.tables.get(table.name)
            if known is None:
                yield Said(
                    whole.place(f"{store}.{table.name}"), f"The table {store}.{table.name} is new since the snapshot."
                )
                continue
            for column in table.columns:
                if known.column(column.name) is None:
                    what = f'The column "{column.name}" of {store}.{table.name} is new since the snapshot.'
                    yield Said(whole.place(f"{store}.{table.name}", column.name), what)


def changed_under_the_map(whole: Whole) -> Checks:
    """A migration changed a mapped table: which links, columns, terms and waiting plans stand on what changed."""
    for decl in whole.datamap.tables.values():
        old_sight, new_sight = whole.before.get(decl.store), whole.sights.get(decl.store)
        if old_sight is None or new_sight is None:
            continue
        old, new = old_sight.schema.tables.get(decl.local), new_sight.schema.tables.get(decl.local)
        if old is None or old_sight.schema.fingerprint([decl.local]) == new_sight.schema.fingerprint([decl.local]):
            continue
        changes = list(_differences(old, new))
        if not changes:
            continue
        hit = {column for column, _ in changes}
        rests = list(dict.fromkeys(_rests_on(whole, decl, hit if new is not None else None)))
        what = f"{decl.name} has changed since the snapshot: {'; '.join(words for _, words in changes[:5])}."
        if rests:
            what += f" On it stand {'; '.join(rests[:8])}."
        gone = new is None or any("gone" in words for _, words in changes)
        yield Said(whole.place(decl.name), what, severity=Severity.ERROR if gone and rests else None)


def _differences(old: Table, new: Table | None) -> Iterator[tuple[str, str]]:
    """Columns with what became of them; an empty column stands for the table."""
    if new is None:
        yield "", "the table is gone"
        return
    for column in old.columns:
        now = new.column(column.name)
        if now is None:
            yield column.name, f'"{column.name}" is gone'
        elif now.type != column.type:
            yield column.name, f'"{column.name}" was {column.type} and is {now.type}'
        elif now.nullable != column.nullable:
            yield column.name, f'"{column.name}" {"may be empty" if now.nullable else "must be filled"} now'
    for column in new.columns:
        if old.column(column.name) is None and not column.nullable and not column.has_default:
            yield column.name, f'"{column.name}" is new and must be filled'
    if old.key != new.key:
        yield "", "its key is another one"
    if set(old.foreign_keys) != set(new.foreign_keys):
        yield "", "its references changed"
    if set(old.uniques) != set(new.uniques):
        yield "", "what must be unique changed"
    if {t.name for t in new.triggers} - {t.name for t in old.triggers}:
        yield "", "it has a new trigger"


def _rests_on(whole: Whole, decl: TableDecl, hit: set[str] | None) -> Iterator[str]:
    """What of map, policy and waiting plans stands on these columns (None: on the table)."""
    everything = hit is None or "" in hit
    columns = hit or set()
    for link in decl.links:
        if everything or columns & {*link.columns, *link.where}:
            yield f"the link to {link.target}"
    if decl.subject and (everything or columns & {*decl.subject.key, *(i.column for i in decl.subject.identifiers)}):
        yield "how people are found"
    for event, told in decl.dates.items():
        if everything or told in columns:
            yield from (f'the term "{n}"' for n, rule in whole.rules if rule.starts_at == event)
    for column in decl.columns.values():
        if everything or column.name in columns:
            yield f"the mapping of {column.name}"
            yield from (f'the term "{n}"' for n, rule in whole.rules if rule.covers(column.category))
    for plan, tables in whole.open_plans.items():
        if decl.name in tables:
            yield f"the waiting plan {plan}"


# ------------------------------------------------------------------------------------------------ suppressions


def unused_ignores(whole: Whole) -> Checks:
    """An ignore that keeps nothing out: what it names is not there, or no longer looks personal."""
    for one in whole.datamap.ignored:
        store = one.name.partition(".")[0]
        seen = whole.sights.get(store)
        if seen is None:
            continue
        place = Place(one.place.file or whole.file, one.place.line, 0, f"ignored.{one.name}")
        table, column = _found(whole, seen, store, one.name)
        if table is None:
            yield Said(place, f"{one.name} is ignored, and there is nothing of that name.")
        elif column is not None and (table.name, column.name) not in seen.columns:
            yield Said(place, f"{one.name} is ignored, and it does not look personal.")
        elif column is None and not any(at[0] == table.name for at in seen.columns) and not leads_of(table, seen):
            yield Said(place, f"{one.name} is ignored, and nothing in it looks personal or leads to a person.")


def _found(whole: Whole, seen: Sight, store: str, name: str) -> tuple[Table | None, Column | None]:
    for table in seen.schema.tables.values():
        for full in (f"{store}.{table.name}", f"{store}.{table.schema}.{table.name}"):
            if name == full:
                return table, None
            if name.startswith(f"{full}.") and (column := table.column(name[len(full) + 1 :])):
                return table, column
    return None, None
