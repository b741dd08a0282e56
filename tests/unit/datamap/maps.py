"""Strategies: data maps of every shape that the file can say, with names nobody would wish on a database."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from waarborg.datamap.links import NORMALISE
from waarborg.datamap.model import (
    ColumnDecl,
    DataMap,
    Identifier,
    Ignored,
    Link,
    StandIn,
    StoreDecl,
    SubjectDecl,
    TableDecl,
    Through,
)
from waarborg.terms import LinkKind, Treatment

letters = st.sampled_from("abz09 _-.:;#'\"{}[],&*!|>%@`\\~?=éßØ😀ا\u00a0").filter(str.isprintable)
odd = st.text(letters, min_size=1, max_size=12)
words = st.sampled_from(
    ["id", "type", "is", "column", "kind", "to", "normalise", "template", "null", "~", "0", "007", "true", "NO", "<<",
     "a: b", "#x", "- y", "{z}", "user id", "naïef", "select", "*", "&a", "!t", "'", '"', "\\", "2026-01-01", "1e5"]
)  # fmt: skip
name = st.one_of(odd, words)
plain = st.from_regex(r"[a-z][a-z_]{0,9}", fullmatch=True)
constants = st.one_of(st.none(), st.booleans(), st.integers(-(10**12), 10**12), name)
keys = st.one_of(st.integers(0, 99), name)
conditions = st.dictionaries(name, st.lists(constants, min_size=1, max_size=3).map(tuple), max_size=2)
store_names = st.sampled_from(["app", "files", "crm"])
tables = st.builds(lambda store, local: f"{store}.{local}", store_names, name)
normalise = st.lists(st.sampled_from(NORMALISE), max_size=2, unique=True).map(tuple)
template = st.one_of(st.just("{}"), st.builds(lambda a, b: f"{a}{{}}{b}", plain, odd.filter(lambda t: "{}" not in t)))
categories = st.one_of(st.sampled_from(["secret", "technical"]), plain, st.builds("{}.{}".format, plain, plain))
some = st.lists(name, min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def links(draw: st.DrawFn) -> Link:
    """A link of any kind and shape."""
    way = draw(st.sampled_from(["by", "to", "type", "how", "value", "json", "list", "yaml", "serialised", "through"]))
    kind = draw(st.sampled_from(LinkKind))
    parts: dict[str, object] = {"kind": kind, "target": draw(tables), "where": draw(conditions)}
    one = (draw(name),)
    if way in ("by", "to", "type"):
        parts["columns"] = columns = draw(some)
        if way == "to":
            parts["to_columns"] = draw(st.lists(name, min_size=len(columns), max_size=len(columns), unique=True))
            parts["to_columns"] = tuple(parts["to_columns"])  # type: ignore[arg-type]
        if way == "type":
            parts["where"] = {draw(name): tuple(draw(st.lists(constants, min_size=1, max_size=2)))}
    elif way == "how":
        parts |= {"columns": one, "template": draw(template), "normalise": draw(normalise)}
    elif way == "value":
        parts |= {"columns": one, "by_identifier": draw(plain), "normalise": draw(normalise)}
    elif way == "through":
        parts["through"] = Through(draw(tables), draw(some), draw(st.one_of(st.just(()), some)), draw(some))
    else:
        parts |= {"columns": one, "inside": way, "normalise": draw(normalise), "template": draw(template)}
        parts |= {"path": draw(st.one_of(st.just("," if way == "list" else ""), name))}
        parts |= {"by_identifier": draw(st.one_of(st.just(""), plain))}
    if kind is LinkKind.ABOUT:
        if draw(st.booleans()):
            parts = {"kind": kind, "target": parts["target"], "columns": draw(some), "mentions": draw(some)}
        else:
            parts["about"] = draw(some)
    if kind is LinkKind.BELONGS_TO:
        parts["dies_with"] = draw(st.booleans())
    parts["nobody"] = tuple(draw(st.lists(keys, max_size=2)))
    parts["on_erasure"] = draw(st.one_of(st.none(), st.sampled_from(Treatment)))
    if parts["on_erasure"] is Treatment.REPLACE:
        parts["replace_with"] = draw(st.one_of(st.just(""), name))
    return Link(**parts)  # type: ignore[arg-type]


@st.composite
def subjects(draw: st.DrawFn) -> SubjectDecl:
    """People of any kind."""
    kinds = draw(st.lists(plain, max_size=3, unique=True))
    stand_in = None
    if draw(st.booleans()):
        values = draw(st.dictionaries(name, constants, min_size=1, max_size=3))
        stand_in = StandIn(values, draw(st.one_of(st.just(tuple(values)), some)), draw(st.one_of(st.just(""), name)))
    return SubjectDecl(
        key=draw(st.one_of(st.just(()), some)),
        identifiers=tuple(Identifier(kind, draw(name), draw(normalise)) for kind in kinds),
        where=draw(conditions),
        nobody=tuple(draw(st.lists(keys, max_size=2))),
        on_erasure=draw(st.sampled_from([Treatment.DELETE, Treatment.REDUCE])),
        stand_in=stand_in,
    )


@st.composite
def columns(draw: st.DrawFn) -> ColumnDecl:
    """A column with a category, and sometimes more."""
    treatment = draw(st.one_of(st.none(), st.sampled_from(Treatment)))
    words_in = draw(name) if treatment is Treatment.REPLACE else ""
    return ColumnDecl(draw(name), draw(categories), treatment, words_in, draw(st.sampled_from(["", "subject"])))


@st.composite
def table_decls(draw: st.DrawFn, named: str) -> TableDecl:
    """A table."""
    return TableDecl(
        name=named,
        subject=draw(st.one_of(st.none(), subjects())),
        links=tuple(draw(st.lists(links(), max_size=3))),
        columns={one.name: one for one in draw(st.lists(columns(), max_size=4))},
        dates=draw(st.dictionaries(plain, name, max_size=2)),
        zone=draw(st.sampled_from(["UTC", "Europe/Amsterdam"])),
        on_erasure=draw(st.sampled_from([None, Treatment.DELETE, Treatment.REDUCE])),
        triggers=draw(st.dictionaries(name, st.sampled_from(["nothing", "app.audit"]), max_size=1)),
        options=draw(st.dictionaries(name, name, max_size=1)),
        unlinked=draw(st.sampled_from(["", "visitors nobody can name"])),
    )


@st.composite
def datamaps(draw: st.DrawFn) -> DataMap:
    """A map whose form is right; what names what is left to chance."""
    stores = {
        one: StoreDecl(
            one,
            draw(st.sampled_from(["sql", "files"])),
            draw(st.sampled_from(["", "env:APP_DB", "command:pass show x", "sqlite:///a b.db"])),
            region=draw(st.sampled_from(["", "NL", "NO"])),
            marker=draw(st.booleans()),
            options=draw(st.dictionaries(name, name, max_size=2)),
        )
        for one in draw(st.lists(store_names, min_size=1, max_size=3, unique=True))
    }
    decls = {one: draw(table_decls(one)) for one in draw(st.lists(tables, max_size=4, unique=True))}
    ignored = draw(
        st.lists(
            st.builds(Ignored, tables, name, plain, st.dates(date(2026, 1, 1), date(2040, 1, 1))),
            max_size=3,
            unique_by=lambda one: one.name,
        )
    )
    return DataMap(stores, decls, tuple(ignored))
