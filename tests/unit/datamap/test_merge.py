"""Merging adds what is new, and changes or drops nothing that a person wrote."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from maps import datamaps

from waarborg.datamap.dump import dump, tree
from waarborg.datamap.load import parse_form
from waarborg.datamap.merge import merge, named_columns
from waarborg.datamap.model import DataMap
from waarborg.datamap.write import Tree, flow, scalar
from waarborg.errors import DataMapError


def scribbled(datamap: DataMap, chance: random.Random) -> str:
    """The map as a person might have it: blocks here, braces there, comments and blank lines between."""

    def lines(value: Tree, indent: int, depth: int) -> list[str]:
        pad, out = " " * indent, []
        assert isinstance(value, dict)
        for key, inner in value.items():
            if chance.random() < 0.2:
                out.append(pad + chance.choice(["# why this is here", "", "#", "   # indented otherwise"]))
            tail = chance.choice(["", "", "  # decided by Noor"])
            if inner and isinstance(inner, dict) and (depth < 1 or chance.random() < 0.6):
                out += [f"{pad}{scalar(key)}:{tail}", *lines(inner, indent + chance.choice([1, 2, 4]), depth + 1)]
            elif inner and isinstance(inner, list) and chance.random() < 0.6:
                step = chance.choice([0, 2])
                out.append(f"{pad}{scalar(key)}:{tail}")
                out += [f"{pad}{' ' * step}- {flow(one)}{chance.choice(['', ' # ok'])}" for one in inner]
            elif not inner and inner == {} and chance.random() < 0.5:
                out.append(f"{pad}{scalar(key)}:{tail}")
            else:
                out.append(f"{pad}{scalar(key)}:  {flow(inner)}{tail}")
        return out

    text = "\n".join(["# the map", *lines(tree(datamap), 0, 0)])
    return text + chance.choice(["\n", "", "\n\n# the end\n"])


def is_inside(old: str, new: str) -> bool:
    """Whether every letter of the old text stands in the new one in the same order."""
    letters = iter(new)
    return all(letter in letters for letter in old)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(datamaps(), datamaps(), st.randoms(use_true_random=False))
def test_nothing_a_person_wrote_is_changed(mine: DataMap, proposed: DataMap, chance: random.Random) -> None:
    text = scribbled(mine, chance)
    assert parse_form(text) == (mine, [])
    merged = merge(text, proposed)
    assert is_inside(text, merged.text)
    now, findings = parse_form(merged.text)
    assert now is not None
    assert not findings
    assert now.ignored == mine.ignored
    for name, table in mine.tables.items():
        kept = now.tables[name]
        assert (kept.subject, kept.dates, kept.on_erasure, kept.zone) == (
            table.subject, table.dates, table.on_erasure, table.zone,
        )  # fmt: skip
        assert kept.links[: len(table.links)] == table.links
        assert {column: kept.columns[column] for column in table.columns} == table.columns
    ignored = {one.name for one in mine.ignored}
    assert not (ignored & set(now.tables)) - set(mine.tables)
    for name in set(proposed.tables) - ignored:
        assert named_columns(now.tables[name]) >= {
            column for column in proposed.tables[name].columns if f"{name}.{column}" not in ignored
        }
    event(f"added {min(len(merged.added), 3)}")
    again = merge(merged.text, proposed)
    assert again.text == merged.text
    assert not again.added


def test_an_empty_file_gets_the_proposal() -> None:
    proposed, _ = parse_form(TEXT)
    assert proposed is not None
    assert parse_form(merge("", proposed).text)[0] == proposed
    merged = merge("# ours\n", proposed)
    assert merged.text.startswith("# ours\n")
    assert parse_form(merged.text)[0] == proposed


def test_a_file_that_cannot_be_read_is_left_alone() -> None:
    proposed, _ = parse_form(TEXT)
    assert proposed is not None
    with pytest.raises(DataMapError):
        merge("stores: {app: {kind: sql}}\ntables: [", proposed)


TEXT = """\
stores: {app: {kind: sql}}
tables:
  app.member:
    subject: {key: id, identifiers: {email: email}}
    columns:
      email: account.email
      # the phone was dropped in 2024

  # -------- what people write
  app.task: {links: [{belongs_to: app.member, by: owner_id}], columns: {title: content.title}}
"""


def test_lines_come_in_where_a_person_would_put_them() -> None:
    proposed, findings = parse_form(
        TEXT.replace("# the phone was dropped in 2024", "birth_date: account.birth_date").replace(
            "columns: {title: content.title}}", "columns: {title: content.title, body: content.text}}"
        )
        + "  app.note:\n    links:\n      - {belongs_to: app.member, by: author_id}\n"
    )
    assert not findings
    assert proposed is not None
    merged = merge(TEXT, proposed)
    assert merged.text == TEXT.replace("in 2024\n", "in 2024\n      birth_date: account.birth_date\n").replace(
        "title: content.title}}", "title: content.title, body: content.text}}"
    ) + ("\n  app.note:\n    links:\n      - {belongs_to: app.member, by: author_id}\n")
    assert merged.added == ("app.note", "app.member.birth_date", "app.task.body")


def test_a_link_about_decided_columns_is_offered_not_written() -> None:
    proposed, _ = parse_form(TEXT.replace("by: owner_id}", "by: owner_id}, {visible_to: app.member, by: title}"))
    assert proposed is not None
    merged = merge(TEXT, proposed)
    assert merged.text == TEXT
    assert merged.offered == ("app.task may lead to app.member (visible_to) by title.",)


def test_a_single_link_becomes_a_list() -> None:
    mine = TEXT.replace("[{belongs_to: app.member, by: owner_id}]", "{belongs_to: app.member, by: owner_id}")
    proposed, _ = parse_form(TEXT.replace("by: owner_id}", "by: owner_id}, {visible_to: app.member, by: watcher_id}"))
    assert proposed is not None
    words = "links: [{belongs_to: app.member, by: owner_id}, {visible_to: app.member, by: watcher_id}]"
    assert words in merge(mine, proposed).text


def test_a_dump_merged_with_itself_stays() -> None:
    proposed, _ = parse_form(TEXT)
    assert proposed is not None
    assert merge(dump(proposed), proposed).text == dump(proposed)


def test_what_a_person_ignores_stays_out() -> None:
    ignored = TEXT + (
        "ignored:\n"
        "  - {table: app.log, reason: no person, owner: platform, until: 2030-01-01}\n"
        "  - {column: app.task.note, reason: no person, owner: platform, until: 2030-01-01}\n"
    )
    proposed, _ = parse_form(
        TEXT.replace("columns: {title: content.title}", "columns: {title: content.title, note: content.text}")
        + "  app.log: {links: [{belongs_to: app.member, by: who}]}\n"
    )
    assert proposed is not None
    assert merge(ignored, proposed).text == ignored
    assert merge(TEXT, proposed).added == ("app.log", "app.task.note")
