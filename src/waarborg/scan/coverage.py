"""Policy, map and schema held against each other: what a migration, a new column or a forgotten table breaks.

A check is a generator with a name: it yields where, and what is wrong; `CHECKS` gives each its id, its severity, why
it matters and what to do. Adding one is writing it and naming it there. A table or column that a person has *ignored*,
with a reason, an owner and an end date, is left out everywhere; an ignore that keeps nothing out is itself a finding.
"""

from __future__ import annotations

from collections.abc import Iterator

from waarborg.datamap.merge import named_columns
from waarborg.datamap.model import SECRET, TECHNICAL, TableDecl
from waarborg.errors import Finding, Place, Severity
from waarborg.policy.values import Identifiability
from waarborg.scan.drift import changed_under_the_map, new_since_the_snapshot, unused_ignores
from waarborg.scan.snapshot import Looks, Sight
from waarborg.scan.whole import Checks, Rule, Said, Whole, leads_of
from waarborg.stores.contract import Column, Family, Table
from waarborg.stores.spelling import create_index

SURE = 0.6
"""From this confidence on (nine in ten are right) an unmapped column fails the check; below it is a warning."""
LARGE = 1_000
"""Rows from which a link without an index is slow enough to matter."""
INDEXED = ("postgresql", "sqlite", "mariadb")
CARDS = frozenset({"card_number"})
EEA = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()  # noqa: SIM905
)


# ------------------------------------------------------------------------------------------------ what is not mapped


def unmapped_columns(whole: Whole) -> Checks:
    """A column of a mapped table looks personal, and nobody has decided about it."""
    for name, table, decl, seen in whole.tables():
        if decl is None:
            continue
        decided = named_columns(decl)
        for column in table.columns:
            looks = seen.columns.get((table.name, column.name))
            if looks and column.name not in decided and f"{name}.{column.name}" not in whole.ignored:
                yield Said(
                    whole.place(name, column.name),
                    f'The column "{column.name}" of {name} looks like {_words(looks)}, and the map does not say so.',
                    severity=None if looks.confidence >= SURE else Severity.WARNING,
                )


def unmapped_tables(whole: Whole) -> Checks:
    """A table holds what looks personal, and is not in the map."""
    for name, table, decl, seen in whole.tables():
        if decl is not None or table.view:
            continue
        held = {
            column.name: looks
            for column in table.columns
            if (looks := seen.columns.get((table.name, column.name))) and f"{name}.{column.name}" not in whole.ignored
        }
        personal = {c: looks for c, looks in held.items() if not looks.secret}
        if personal:
            sure = max(looks.confidence for looks in personal.values()) >= SURE
            listed = ", ".join(f'"{c}" ({_words(looks)})' for c, looks in list(personal.items())[:4])
            more = f" and {len(personal) - 4} more" if len(personal) > 4 else ""
            what = f"The table {name} is not in the map, and looks personal: {listed}{more}."
            yield Said(whole.place(name), what, severity=None if sure else Severity.WARNING)


def tables_that_lead_to_people(whole: Whole) -> Checks:
    """A table refers to people (or to rows that are somebody's), and is not in the map."""
    for name, table, decl, seen in whole.tables():
        if decl is not None or table.view or _personal(table, seen):
            continue
        for lead in leads_of(table, seen):
            target = f"{name.partition('.')[0]}.{lead.target}"
            if whole.graph.distance.get(target) is not None:
                by = " and ".join(f'"{c}"' for c in lead.columns)
                what = f"The table {name} is not in the map, and {by} leads to {target}."
                yield Said(whole.place(name), what, severity=None if lead.confidence >= 0.75 else Severity.WARNING)
                break


def _personal(table: Table, seen: Sight) -> bool:
    looks = [seen.columns.get((table.name, column.name)) for column in table.columns]
    return any(one and not one.secret for one in looks)


# ------------------------------------------------------------------------------------------------ links


def dead_links(whole: Whole) -> Checks:
    """A link of the map leads nowhere: every sampled key is missing in its target."""
    for store, seen in whole.sights.items():
        for lead in seen.leads:
            decl = whole.datamap.tables.get(f"{store}.{lead.table}")
            for link in decl.links if lead.dead and decl else ():
                if link.target == f"{store}.{lead.target}" and set(link.columns) == set(lead.columns):
                    yield Said(
                        link.place,
                        f"No sampled key in {', '.join(link.columns)} of {store}.{lead.table} is in {link.target}.",
                    )


def unindexed_links(whole: Whole) -> Checks:
    """A link is looked up by columns without an index, in a table that is large or of unknown size."""
    for decl in whole.datamap.tables.values():
        table = whole.facts(decl)
        if table is None or decl.store not in whole.sights:
            continue
        engine = whole.sights[decl.store].schema.engine
        for link in decl.links:
            columns = [name for name in link.columns if table.column(name)]
            plain = link.inside == "whole" and not link.mentions and not link.through
            small = table.rows is not None and table.rows < LARGE
            if not plain or not columns or small or table.indexed(columns) or engine not in INDEXED:
                continue
            what = f"The link to {link.target} is looked up by {', '.join(columns)}, which has no index."
            yield Said(link.place, what, f"{create_index(engine, table.name, columns)};")


# ------------------------------------------------------------------------------------------------ policy and columns


def required_by_the_schema(whole: Whole) -> Checks:
    """The policy says people may leave an item out; the column must be filled."""
    if whole.policy is None:
        return
    for name, decl, column, facts in _columns(whole):
        category, _, item = decl.columns[column.name].category.partition(".")
        declared = whole.policy.data.get(category)
        told = declared.items.get(item) if declared and item else None
        fills_itself = column.has_default or column.generated or column.identity
        given = declared is not None and "subject" in {str(one) for one in declared.source}
        if told and given and not told.required and not column.nullable and not fills_itself and name in _people(whole):
            empty = " An empty text would do." if column.family is Family.TEXT else ""
            what = f'The policy calls {category}.{item} optional; "{column.name}" must be filled.{empty}'
            yield Said(whole.place(name, column.name), what)
        del facts


def used_by_no_purpose(whole: Whole) -> Checks:
    """A column holds data that no purpose of the policy uses."""
    if whole.policy is None:
        return
    for name, decl, column, _ in _columns(whole):
        ref = decl.columns[column.name].category
        if ref in (SECRET, TECHNICAL) or not whole.policy.has(ref):
            continue
        kept = any(rule.covers(ref) and rule.law for rule in whole.policy.retention.values())
        if not whole.policy.purposes_for(ref) and not kept:
            yield Said(whole.place(name, column.name), f'No purpose uses {ref}, which "{column.name}" of {name} holds.')


def outside_the_regions(whole: Whole) -> Checks:
    """A store stands where the policy says that none does."""
    regions = whole.policy.regions if whole.policy else ()
    allowed = {part for region in regions for part in (EEA if region in ("EEA", "EU") else {region})} | set(regions)
    for store in whole.datamap.stores.values():
        place = Place(store.place.file or whole.file, store.place.line, 0, f"stores.{store.name}.region")
        if regions and store.region and store.region not in allowed:
            what = f"The store {store.name} stands in {store.region}; the policy names {', '.join(regions)}."
            yield Said(place, what)
        elif regions and not store.region:
            what = f"The policy names regions, and the store {store.name} does not say where it stands."
            yield Said(place, what, "Write region: with the two letters of its country.", Severity.WARNING)


def secrets_called_something_else(whole: Whole) -> Checks:
    """A password, a token or a seed is mapped as ordinary data: it would be in an answer to a person."""
    for name, table, decl, seen in whole.tables():
        for column in decl.columns.values() if decl else ():
            looks = seen.columns.get((table.name, column.name))
            if looks and looks.secret and looks.confidence >= 0.7 and column.category != SECRET:
                what = f'"{column.name}" of {name} looks like a secret, and is mapped as {column.category}.'
                if column.category != TECHNICAL:
                    yield Said(whole.place(name, column.name), what)


def card_numbers(whole: Whole) -> Checks:
    """Numbers of payment cards stand in a column that the map does not say holds them."""
    for name, table, decl, seen in whole.tables():
        for column in table.columns:
            looks = seen.columns.get((table.name, column.name))
            mapped = decl.columns.get(column.name) if decl else None
            declared = mapped is not None and "card" in mapped.category
            left_out = f"{name}.{column.name}" in whole.ignored
            if looks and looks.category in CARDS and looks.confidence >= SURE and not declared and not left_out:
                yield Said(
                    whole.place(name, column.name),
                    f'"{column.name}" of {name} looks like the data of payment cards.',
                )


def anonymous_that_is_not(whole: Whole) -> Checks:
    """A table is called anonymous, and a person can be found in it, or nothing says how many people a row is about."""
    for decl in whole.datamap.tables.values():
        table = whole.facts(decl)
        if table is None or not (decl.group_size or _anonymous(whole, decl)):
            continue
        if decl.subject or decl.links:
            yield Said(whole.place(decl.name), f"{decl.name} is called anonymous, and its links lead to people.")
        for lead in leads_of(table, whole.sights[decl.store]):
            counts = lead.columns == (decl.group_size,)  # a number of people is no key of one
            if not counts and whole.graph.distance.get(f"{decl.store}.{lead.target}") is not None:
                by = ", ".join(lead.columns)
                yield Said(whole.place(decl.name), f"{decl.name} is called anonymous, and {by} leads to {lead.target}.")
        for column in table.columns:
            yield from _undecided(whole, decl, column)
        if not decl.group_size and any(_least(whole, one.category) for one in decl.columns.values()):
            what = f"Nothing says how many people a row of {decl.name} is about; its purpose promises a smallest group."
            yield Said(whole.place(decl.name), what, "Name the column that does: group_size.")


def _undecided(whole: Whole, decl: TableDecl, column: Column) -> Checks:
    """A column of an anonymous table that says something about a person, or that nobody decided about."""
    said = decl.columns.get(column.name)
    if said is None and f"{decl.name}.{column.name}" not in whole.ignored:
        what = f'{decl.name} is called anonymous, and nobody decided about "{column.name}".'
        yield Said(whole.place(decl.name, column.name), what)
    elif said is not None and said.category != TECHNICAL and not _is_anonymous(whole, said.category):
        what = f'{decl.name} is called anonymous, and "{column.name}" holds {said.category}.'
        yield Said(whole.place(decl.name, column.name), what)


def _anonymous(whole: Whole, decl: TableDecl) -> bool:
    return any(_is_anonymous(whole, one.category) for one in decl.columns.values())


def _is_anonymous(whole: Whole, ref: str) -> bool:
    category = whole.policy.data.get(ref.partition(".")[0]) if whole.policy else None
    return category is not None and category.identifiability is Identifiability.ANONYMOUS


def _least(whole: Whole, ref: str) -> int:
    """The smallest group that a purpose over this data promises."""
    if whole.policy is None or not whole.policy.has(ref):
        return 0
    return max((one.minimum_group or 0 for one in whole.policy.purposes_for(ref)), default=0)


def _columns(whole: Whole) -> Iterator[tuple[str, TableDecl, Column, Table]]:
    for decl in whole.datamap.tables.values():
        table = whole.facts(decl)
        for column in table.columns if table else ():
            if column.name in decl.columns and table:
                yield decl.name, decl, column, table


def _people(whole: Whole) -> frozenset[str]:
    return frozenset(table.name for table in whole.datamap.subjects())


def _words(looks: Looks) -> str:
    return looks.category.replace("_", " ")


MAP_IT = (
    "Map it (`waarborg scan … --merge datamap.yaml` proposes how), or ignore it with a reason, an owner and an end "
    "date."
)
CHECKS: tuple[Rule, ...] = (
    Rule("WB701", unmapped_columns, "It would be in no answer and survive every erasure.", MAP_IT),
    Rule("WB702", unmapped_tables, "Its rows would be in no answer and survive every erasure.", MAP_IT),
    Rule("WB703", tables_that_lead_to_people, "Its rows are somebody's, and no plan would reach them.", MAP_IT),
    Rule("WB704", dead_links, "Rows that lead nowhere are missed in every request.", "Correct the link, or remove it."),
    Rule(
        "WB705",
        unindexed_links,
        "Every request would read the whole table.",
        "Create an index.",
        Severity.WARNING,
    ),
    Rule(
        "WB706",
        required_by_the_schema,
        "People are told that they may leave it out (Art. 13(2)(e)).",
        "Let the column be empty, or call the item required in the policy.",
        Severity.WARNING,
    ),
    Rule(
        "WB707",
        used_by_no_purpose,
        "Data without a purpose may not be kept (Art. 5(1)(b), (c)).",
        "Name it under the purpose that uses it, or stop collecting it and drop the column.",
    ),
    Rule(
        "WB708",
        outside_the_regions,
        "Where data stands is told to people (Art. 13(1)(f)).",
        "Correct the region, or the policy.",
    ),
    Rule(
        "WB709",
        secrets_called_something_else,
        "It would be handed out with the answer to an access request.",
        "Map it as secret.",
    ),
    Rule(
        "WB710",
        card_numbers,
        "A card number in the wrong place puts the whole database under the rules for card data.",
        "Take it out of the database, or map the column to an item whose name says that it holds cards.",
    ),
    Rule(
        "WB718",
        anonymous_that_is_not,
        "What leads to a person is personal data, whatever it is called (recital 26).",
        "Take the column or the link out, or map the table as what it is.",
    ),
    Rule(
        "WB711",
        new_since_the_snapshot,
        "",
        "Look whether it says something about a person, then run `waarborg snapshot`.",
        Severity.NOTE,
    ),
    Rule(
        "WB712",
        changed_under_the_map,
        "What was decided for the old table may not hold for the new one.",
        "Read these again, then run `waarborg snapshot`. Waiting plans that name the table must be made again.",
        Severity.WARNING,
    ),
    Rule(
        "WB713",
        unused_ignores,
        "A suppression that suppresses nothing hides what comes next.",
        "Remove it.",
        Severity.WARNING,
    ),
)


def coverage(whole: Whole) -> list[Finding]:
    """Every finding, in the order of the checks."""
    return [
        Finding(rule.id, said.place, said.what, rule.why, said.todo or rule.todo, said.severity or rule.severity)
        for rule in CHECKS
        for said in rule.run(whole)
    ]
