"""Reading one link of ownership: its kind, its target, and the one way in which the row refers to it.

{belongs_to: app.member, by: author_id}                            a key
{belongs_to: app.team, by: [tenant_id, team_id]}                   a composite key
{belongs_to: app.team, by: {team_tenant: tenant_id, team: id}}     the same, columns of the target named
{belongs_to: app.comment, by: {type: holder_type, is: Comment, id: holder_id}}
{belongs_to: app.member, by: {column: ref, template: "res.partner,{}"}}
{belongs_to: app.member, by_value: {username: email, normalise: lowercase}}
{visible_to: app.member, by_json: {column: meta, path: user.id}}   also by_yaml, by_serialised
{visible_to: app.member, by_list: {column: watchers, separator: ";"}}
{belongs_to: app.member, through: {table: app.project_member, by: project_id, to: member_id}}
{about: app.member, by: invited_id, columns: [email, name]}
{about: app.member, in_text: body, mentions: [name, email], on_erasure: replace}
{about: app.member, in_text: body, mentions: [name], columns: [search_words]}     derived copies, cleared with it
{about: app.member, in_encoded: old_body, mentions: [name]}                       base64 or compressed text
{about: app.member, by_value: {seen: email}, columns: [seen], on_erasure: delete}  the row goes with who it is about
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from waarborg.datamap.model import Link, Through
from waarborg.datamap.read import Constant, Fields, Reader, Unreadable
from waarborg.terms import LinkKind, Treatment
from waarborg.yamlfile import Map, Node, Scalar, shown

KINDS = tuple(kind.value for kind in LinkKind)
INSIDE = {"by_json": "json", "by_list": "list", "by_yaml": "yaml", "by_serialised": "serialised"}
WAYS = ("by", "by_value", *INSIDE, "through", "in_text", "in_encoded")
IN_TEXT = ("in_text", "in_encoded")
SETTINGS = ("to", "where", "nobody", "columns", "mentions", "on_erasure", "replace_with", "dies_with", "withhold")
KNOWN = (*KINDS, *WAYS, *SETTINGS)
NORMALISE = ("lowercase", "trim", "digits", "phone", "nfc")
RESERVED = frozenset({"type", "is", "id", "column", "columns", "template", "kind", "normalise", "to"})
"""Words with a meaning of their own inside `by` and `by_value`; columns of these names are written as a list."""
SEPARATOR = ","


@dataclass(frozen=True, slots=True)
class Way:
    """How a row refers: the fields of `Link` that the words `by…` decide."""

    columns: tuple[str, ...] = ()
    to_columns: tuple[str, ...] = ()
    by_identifier: str = ""
    where: Mapping[str, tuple[Constant, ...]] = field(default_factory=dict)
    normalise: tuple[str, ...] = ()
    template: str = "{}"
    inside: str = "whole"
    path: str = ""
    through: Through | None = None


def read_link(reader: Reader, node: Node, path: str) -> Link:
    """One link. Raises `Unreadable` after reporting."""
    fields = reader.fields(node, path, KNOWN)
    kind = _only(fields, KINDS, "kind of link")
    way = _only(fields, WAYS, "way to refer")
    read = read_way(reader, way, fields)
    settled(fields, kind, way)
    where = {**read.where, **fields.conditions("where")}
    return Link(
        kind=LinkKind(kind),
        target=fields.name(kind),
        columns=read.columns,
        to_columns=read.to_columns or fields.names("to"),
        by_identifier=read.by_identifier,
        where=where,
        normalise=read.normalise,
        template=read.template,
        inside=read.inside,
        path=read.path,
        nobody=fields.keys("nobody"),
        through=read.through,
        mentions=fields.names("mentions"),
        about=fields.names("columns"),
        on_erasure=fields.choice(Treatment, "on_erasure"),
        replace_with=fields.text("replace_with"),
        dies_with=fields.flag("dies_with"),
        withhold=fields.flag("withhold"),
        place=reader.place(node.line, path),
    )


def _only(fields: Fields, choices: tuple[str, ...], what: str) -> str:
    """The one key out of `choices` that the link has."""
    found = [key for key in choices if key in fields]
    if len(found) == 1:
        return found[0]
    said = f"The link has no {what}." if not found else f"The link has more than one {what}: {', '.join(found)}."
    todo = f"Write one of {', '.join(choices)}." if not found else "Make one link of each."
    raise fields.reader.fail("WB207", fields.line, fields.path, said, "", todo)


def settled(fields: Fields, kind: str, way: str) -> None:
    """Report settings that mean nothing beside this kind and way."""
    wrong: list[tuple[str, str]] = []
    if way in IN_TEXT and kind != "about":
        wrong.append((way, "A mention in a text is about a person; it owns nothing. Write about: instead."))
    if ("mentions" in fields) != (way in IN_TEXT):
        wrong.append(("mentions", "in_text says where to look, mentions which identifiers to look for. Write both."))
    if "columns" in fields and kind != "about":
        wrong.append(("columns", "Only an about link names columns that describe the person."))
    if kind == "about" and way not in IN_TEXT and "columns" not in fields:
        wrong.append(("columns", "An about link says which columns describe the person. Add columns: [...]."))
    if "dies_with" in fields and kind != "belongs_to":
        wrong.append(("dies_with", "A row dies only with what it belongs to."))
    if "withhold" in fields and kind not in ("about", "visible_to"):
        wrong.append(
            ("withhold", "What belongs to a person is theirs to see; columns about others are withheld there.")
        )
    if "replace_with" in fields and fields.text("on_erasure") != Treatment.REPLACE:
        wrong.append(("replace_with", "A text to replace with needs on_erasure: replace."))
    for key, todo in wrong:
        fields.reader.fail("WB207", fields.line, fields.at(key), "This does not fit the link.", todo)
    if wrong:
        raise Unreadable


def read_way(reader: Reader, way: str, fields: Fields) -> Way:
    """The way a row refers, from the value of `by`, `by_value`, `through`, …"""
    node, path = fields.node(way), fields.at(way)
    assert node is not None  # noqa: S101 - `_only` found the key
    if way == "by":
        return _by(reader, node, path)
    if way == "by_value":
        return _by_value(reader, node, path)
    if way == "through":
        return Way(through=_through(reader, node, path))
    if way in IN_TEXT:
        return Way(columns=reader.names(node, path), inside="encoded" if way == "in_encoded" else "whole")
    return _by_inside(reader, node, path, INSIDE[way])


def _by(reader: Reader, node: Node, path: str) -> Way:
    if not isinstance(node, Map):
        return Way(columns=reader.names(node, path))
    if node.entries.keys() & {"type", "is"}:
        fields = reader.fields(node, path, ("type", "is", "id"))
        fields.require("type", "is", "id")
        holder = fields.node("is")
        assert holder is not None  # noqa: S101 - required above
        where = {fields.name("type"): reader.constants(holder, fields.at("is"))}
        return Way(columns=fields.names("id"), where=where)
    if node.entries.keys() & {"column", "template", "normalise"}:
        fields = reader.fields(node, path, ("column", "template", "normalise"))
        fields.require("column")
        return Way(columns=(fields.name("column"),), normalise=read_normalise(fields), template=_template(fields))
    pairs = {column: reader.name(inner, f"{path}.{shown(column)}") for column, (_, inner) in node.entries.items()}
    if not pairs:
        raise reader.fail("WB202", node.line, path, "No column is named here.", "", "Write by: column.")
    return Way(columns=tuple(pairs), to_columns=tuple(pairs.values()))


def _by_value(reader: Reader, node: Node, path: str) -> Way:
    entries = reader.entries(node, path)
    if "column" in entries:
        fields = reader.fields(node, path, ("column", "kind", "normalise", "template"))
        fields.require("column", "kind")
        column, kind = fields.name("column"), fields.name("kind")
    else:
        fields = reader.fields(node, path, entries.keys())
        plain = [key for key in entries if key not in ("normalise", "template")]
        if len(plain) != 1:
            what = "One column and the identifier it holds are expected here."
            raise reader.fail("WB203", node.line, path, what, "", "Write for example {username: email}.")
        column, kind = plain[0], fields.name(plain[0])
    return Way(columns=(column,), by_identifier=kind, normalise=read_normalise(fields), template=_template(fields))


def _by_inside(reader: Reader, node: Node, path: str, inside: str) -> Way:
    default = SEPARATOR if inside == "list" else ""
    if isinstance(node, Scalar):
        return Way(columns=(reader.name(node, path),), inside=inside, path=default)
    where = "separator" if inside == "list" else "path"
    fields = reader.fields(node, path, ("column", where, "kind", "normalise", "template"))
    fields.require("column")
    return Way(
        columns=(fields.name("column"),),
        by_identifier=fields.name("kind"),
        normalise=read_normalise(fields),
        template=_template(fields),
        inside=inside,
        path=fields.text(where, default),
    )


def _through(reader: Reader, node: Node, path: str) -> Through:
    fields = reader.fields(node, path, ("table", "by", "own", "to"))
    fields.require("table", "by", "to")
    return Through(fields.name("table"), fields.names("by"), fields.names("own"), fields.names("to"))


def _template(fields: Fields) -> str:
    """The text around a key; exactly one `{}` stands for the key."""
    template = fields.text("template", "{}")
    if template.count("{}") != 1:
        todo = 'Write for example "res.partner,{}".'
        raise fields.reader.fail("WB204", fields.line, fields.at("template"), "A template holds {} once.", "", todo)
    return template


def read_normalise(fields: Fields) -> tuple[str, ...]:
    """The ways to bring two spellings together, in order."""
    names = fields.names("normalise")
    unknown = [name for name in names if name not in NORMALISE]
    if unknown:
        todo = f"Choose from: {', '.join(NORMALISE)}."
        path = fields.at("normalise")
        raise fields.reader.fail("WB204", fields.line, path, "This is no way to normalise.", "", todo)
    return names
