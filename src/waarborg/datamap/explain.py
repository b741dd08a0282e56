"""Why a table is in the map, in sentences a person can check: whose its rows are, how that is told, what follows."""

from __future__ import annotations

from collections.abc import Iterable

from waarborg.datamap.graph import Graph, ownership
from waarborg.datamap.model import DataMap, Link, SubjectDecl
from waarborg.datamap.paths import derived
from waarborg.terms import LinkKind, Treatment

PLACES = {"json": "the JSON of {}", "yaml": "the YAML of {}", "serialised": "the serialised text of {}"}
FOLLOWS = {
    Treatment.DELETE: "the row goes",
    Treatment.CLEAR: "the reference is emptied",
    Treatment.REPLACE: "it is replaced by a fixed text",
    Treatment.STAND_IN: "the reference is pointed at the stand-in",
    Treatment.GENERALISE: "it is made less exact",
    Treatment.PSEUDONYMISE: "it is replaced by a keyed code",
    Treatment.KEEP: "it stays as it is",
}


def explain(datamap: DataMap, name: str, graph: Graph | None = None) -> tuple[str, ...]:
    """Sentences about one table. `graph` spares making it again for every table. Raises `KeyError`."""
    table = datamap.tables[name]
    graph = graph or ownership(datamap)
    said = [_people(table.name, table.subject)] if table.subject else []
    said += [link_sentence(link) for link in table.links]
    over = [edge.target for edge in graph.path(name)][:-1]
    if over:
        said.append(f"That leads to people over {listed(over)}.")
    if not table.subject and name not in graph.distance:
        said.append(f"Nobody can be named: {table.unlinked}." if table.unlinked else "No row leads to a person.")
    elif not table.subject and not table.links:
        said.append("People lead to it; by itself it names nobody.")
    return tuple(said)


def _people(name: str, subject: SubjectDecl) -> str:
    known = [one.kind for one in subject.identifiers]
    where = "".join(f", where {column} is {_or(values)}" for column, values in subject.where.items())
    nobody = f"; {_or(subject.nobody)} means nobody" if subject.nobody else ""
    by = f", known by {listed(known)}" if known else ""
    return f"The rows of {name} are people{where}{by}{nobody}."


def link_sentence(link: Link) -> str:
    """One link in words.

    >>> link_sentence(Link(LinkKind.BELONGS_TO, "app.member", columns=("author_id",)))
    'A row belongs to the app.member whose key stands in author_id.'
    """
    whose = f"the {link.target} {_whose(link)}"
    when = "".join(f", where {column} is {_or(values)}" for column, values in link.where.items())
    match link.kind:
        case LinkKind.ABOUT if link.mentions:
            said = f"The text in {listed(link.columns)} may mention a {link.target} by {_or(link.mentions)}"
        case LinkKind.ABOUT:
            verb = "describes" if len(link.about) == 1 else "describe"
            said = f"{listed(link.about)} {verb} {whose}{when}"
        case LinkKind.VISIBLE_TO:
            said = f"A row can be seen by {whose}{when}"
        case LinkKind.ORGANISATION:
            said = f"The person of a row acts for {whose}{when}"
        case _:
            said = f"A row belongs to {whose}{when}"
    follows = f"; when that person goes, {FOLLOWS.get(link.on_erasure, link.on_erasure)}" if link.on_erasure else ""
    follows += "; it goes when that goes" if link.dies_with else ""
    return f"{said}{follows}."


def _whose(link: Link) -> str:
    """Which row of the target is meant."""
    if link.through:
        return f"that {link.through.table} connects it with"
    what = link.by_identifier or (listed(link.to_columns) if link.to_columns else "key")
    if derived(link):
        return f"whose {what} stands in its path"
    where = listed(link.columns) + (" together" if len(link.columns) > 1 else "")
    if link.inside == "list":
        where = f"the list in {where}"
    elif link.inside in PLACES:
        where = PLACES[link.inside].format(where) + (f" at {link.path}" if link.path else "")
    if link.template != "{}":
        where += f', written as "{link.template}"'
    compared = f" (compared by {listed(link.normalise)})" if link.normalise else ""
    return f"whose {what} stands in {where}{compared}"


def listed(names: Iterable[object], last: str = "and") -> str:
    """Names with commas and a last word.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *most, end = [str(name) for name in names] or [""]
    return f"{', '.join(most)} {last} {end}" if most else end


def _or(values: Iterable[object]) -> str:
    return listed(["empty" if value is None else value for value in values], "or")
