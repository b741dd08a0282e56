"""What a store says when it refuses: one function for each finding, so that every connector speaks alike.

They name declarations (tables, columns, sets, seeds, constraints), never a value.
"""

from __future__ import annotations

from collections.abc import Iterable

from waarborg.errors import Finding, Place, StalePlan, StoreError, near_miss


def _place(store: str, *parts: str) -> Place:
    return Place(path=".".join(part for part in (store, *parts) if part))


def unknown_table(store: str, table: str, known: Iterable[str]) -> StoreError:
    """WB310: a set or step names a table that is not there."""
    why = near_miss(table, known)
    return StoreError.one(
        "WB310", f'There is no table "{table}".', why, "Mend the data map, or run the migration.", _place(store, table)
    )


def unknown_column(store: str, table: str, column: str, known: Iterable[str]) -> StoreError:
    """WB311: a set or step names a column that is not there."""
    why = near_miss(column, known)
    todo = "Mend the data map, or run the migration."
    return StoreError.one("WB311", f'There is no column "{column}".', why, todo, _place(store, table, column))


def unknown_set(store: str, name: str, known: Iterable[str]) -> StoreError:
    """WB312: a set is named that the program does not have."""
    todo = "Name each set of the program once, and only those."
    return StoreError.one("WB312", f'The program has no set "{name}".', near_miss(name, known), todo, _place(store))


def unknown_seed(store: str, name: str) -> StoreError:
    """WB313: a seed is named for which no values came along. An empty list of values is given as such."""
    return StoreError.one(
        "WB313",
        f'No values came along for the seed "{name}".',
        "A seed that is forgotten would look like a person without data.",
        "Give every seed of the program its values, if need be none.",
        _place(store),
    )


def malformed(store: str, what: str, todo: str = "") -> StoreError:
    """WB314: a set, step or write that cannot mean anything (an unknown operator, tuples of another length)."""
    return StoreError.one("WB314", what, "", todo or "This is a fault in who made the program.", _place(store))


def negative_cycle(store: str, names: Iterable[str]) -> StoreError:
    """WB315: sets that refer to themselves through `Not` or `Collides`: they have no least fixpoint."""
    chain = ", ".join(f'"{name}"' for name in sorted(names))
    return StoreError.one(
        "WB315",
        f"The sets {chain} refer to each other through a negation.",
        "Who is in such a set would depend on who is not in it.",
        "Take the negation out of the cycle.",
        _place(store),
    )


def too_many(store: str, step: str, rows: int, ceiling: int) -> StalePlan:
    """WB320: more rows than were approved. Nothing was touched."""
    return StalePlan.one(
        "WB320",
        f"{rows} rows are there now; at most {ceiling} were approved.",
        "What was approved is not what is there any more. Nothing was touched.",
        "Plan again and look at the difference.",
        _place(store, step),
    )


def unwitnessed(store: str, step: str) -> StalePlan:
    """WB327: a step treated other rows than its witness saw. Nothing was touched."""
    return StalePlan.one(
        "WB327",
        "Other rows would go than those that were copied first.",
        "Rows came or went while they were copied; without their copy they could not come back.",
        "Carry the plan out again.",
        _place(store, step),
    )


def not_there(store: str, step: str) -> StalePlan:
    """WB328: rows that are to get their values back are not there any more. Nothing was touched."""
    return StalePlan.one(
        "WB328",
        "Rows that are to get their values back are not there any more.",
        "Somebody deleted them since the plan was made.",
        "Plan again and look at the difference.",
        _place(store, step),
    )


def other_schema(store: str) -> StalePlan:
    """WB321: a migration came between plan and apply. Nothing was touched."""
    return StalePlan.one(
        "WB321",
        "The tables are not what they were when the plan was made.",
        "A migration came between. Nothing was touched.",
        "Plan again.",
        _place(store),
    )


def side_effects(store: str, table: str, rows: int, most: int) -> StalePlan:
    """WB322: a cascade or trigger changed more rows than the plan counted. Rolled back."""
    return StalePlan.one(
        "WB322",
        f"Cascades or triggers would change {rows} rows here; at most {most} were planned.",
        "Rows would change that nobody approved. Everything was rolled back.",
        "Plan again, or map the table.",
        _place(store, table),
    )


def constraint(store: str, table: str, name: str, what: str) -> StoreError:
    """WB323: a constraint of the store refused. Rolled back."""
    return StoreError.one(
        "WB323",
        f'The constraint "{name}" refused: {what}.',
        "Everything was rolled back.",
        "Plan again; a plan meets every constraint it can see.",
        _place(store, table),
    )


def unwritable(store: str, table: str, column: str, why: str) -> StoreError:
    """WB324: a column cannot be written so (generated, in a view, too long, of another type). Rolled back."""
    what = "This column cannot be written so."
    return StoreError.one("WB324", what, why, "Choose another treatment for it.", _place(store, table, column))


def closed(store: str) -> StoreError:
    """WB325: the store was closed."""
    return StoreError.one("WB325", "The store was closed.", "", "Open it again.", _place(store))


def findings_of(error: Exception) -> tuple[Finding, ...]:
    """The findings of a refusal; empty for any other exception."""
    found = getattr(error, "findings", ())
    return tuple(one for one in found if isinstance(one, Finding))
