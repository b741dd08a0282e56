"""The ownership graph, its sentences and its picture."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from maps import datamaps

from waarborg.datamap import DataMap, load_datamap, parse_datamap
from waarborg.datamap.draw import draw
from waarborg.datamap.explain import explain
from waarborg.datamap.graph import ownership
from waarborg.datamap.layout import lay_out

EXAMPLE = Path(__file__).parents[3] / "examples" / "projects" / "datamap.yaml"
TEXT = """\
stores: {app: {kind: sql}, files: {kind: files}}
tables:
  app.person:
    subject: {key: id, identifiers: {email: email}, nobody: [0]}
    links: [{organisation: app.firm, by: firm_id}]
    columns: {email: account.email}
  app.firm: {columns: {name: technical}}
  app.a:
    links: [{belongs_to: app.b, by: b_id}]
  app.b:
    links: [{belongs_to: app.a, by: a_id}, {belongs_to: app.person, by: person_id}]
  app.tree:
    links: [{belongs_to: app.tree, by: parent_id}, {belongs_to: app.a, by: a_id}]
  app.lost:
    links: [{belongs_to: app.lost, by: parent_id}]
  app.log: {unlinked: visitors, columns: {ip: connection.ip}}
  files.upload: {path: "u/{app.person.id}/**"}
"""


@pytest.fixture
def small() -> DataMap:
    datamap, findings = parse_datamap(TEXT)
    assert datamap is not None
    assert [one.id for one in findings] == ["WB211"]
    return datamap


def test_distances_paths_and_circles(small: DataMap) -> None:
    graph = ownership(small)
    assert graph.distance == {
        "app.person": 0, "app.b": 1, "files.upload": 1, "app.a": 2, "app.tree": 3, "app.firm": 1,
    }  # fmt: skip
    assert graph.leads_to_nobody() == ("app.lost", "app.log")
    assert [edge.target for edge in graph.path("app.tree")] == ["app.a", "app.b", "app.person"]
    assert {frozenset(group) for group in graph.cycles()} == {
        frozenset({"app.a", "app.b"}), frozenset({"app.tree"}), frozenset({"app.lost"}),
        frozenset({"app.person", "app.firm"}),
    }  # fmt: skip
    assert graph.owners("app.tree") == ("app.person",)
    assert graph.owners("app.lost") == ()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(datamaps())
def test_groups_come_after_what_they_lead_to(datamap: DataMap) -> None:
    graph = ownership(datamap)
    groups = graph.components()
    assert sorted(name for group in groups for name in group) == sorted(datamap.tables)
    place = {name: number for number, group in enumerate(groups) for name in group}
    for table, edges in graph.edges.items():
        assert all(place[edge.target] <= place[table] for edge in edges)
    for name in graph.distance:
        path = graph.path(name)
        assert not path or path[-1].target in graph.people


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(datamaps())
def test_any_map_can_be_drawn_and_explained(datamap: DataMap) -> None:
    ET.fromstring(draw(datamap, unmapped=["app.<script>&"]))  # noqa: S314 - our own picture
    for name in datamap.tables:
        assert all(sentence.endswith(".") for sentence in explain(datamap, name))


def test_sentences(small: DataMap) -> None:
    assert explain(small, "app.person")[0] == "The rows of app.person are people, known by email; 0 means nobody."
    assert explain(small, "app.tree") == (
        "A row belongs to the app.tree whose key stands in parent_id.",
        "A row belongs to the app.a whose key stands in a_id.",
        "That leads to people over app.a and app.b.",
    )
    assert explain(small, "app.lost")[-1] == "No row leads to a person."
    assert explain(small, "app.log") == ("Nobody can be named: visitors.",)
    assert explain(small, "app.firm") == ("People lead to it; by itself it names nobody.",)
    assert explain(small, "files.upload") == ("A row belongs to the app.person whose id stands in its path.",)


def test_the_picture_holds_every_table_once_and_nothing_overlaps() -> None:
    picture = lay_out(load_datamap(EXAMPLE), unmapped=["app.audit"])
    names = [box.table for box in picture.boxes if box.role != "elsewhere"]
    assert sorted(names) == sorted([*load_datamap(EXAMPLE).tables, "app.audit"])
    boxes = picture.boxes
    lane = picture.lanes[0]
    for number, one in enumerate(boxes):
        assert lane.y < one.y < one.y + one.height < lane.y + lane.height <= picture.height
        assert one.x + one.width <= picture.width
        for other in boxes[number + 1 :]:
            apart = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert apart or one.y + one.height <= other.y or other.y + other.height <= one.y, (one, other)


def test_the_picture_asks_nothing_of_others_and_is_named() -> None:
    svg = draw(load_datamap(EXAMPLE), unmapped=["app.audit"], href=lambda name: f"?table={name}&x")
    root = ET.fromstring(svg)  # noqa: S314 - our own picture
    assert root.get("aria-labelledby") == "wb-title wb-desc"
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
    assert "<script" not in svg
    assert 'href="?table=app.audit&amp;x"' in svg
    assert "1 not in the map" in svg
    assert len(svg) < 300_000


def test_undecided_tables_are_red_and_others_are_not(small: DataMap) -> None:
    roles = {box.table: box.role for box in lay_out(small, unmapped=["app.audit"]).boxes if box.role != "elsewhere"}
    assert {name for name, role in roles.items() if role in ("nobody", "unmapped")} == {"app.lost", "app.audit"}
    assert roles["app.log"] == "unlinked"


def test_a_chain_of_a_thousand_tables_is_drawn() -> None:
    rows = ["stores: {app: {kind: sql}}", "tables:", "  app.t0: {subject: {key: id}}"]
    rows += [f"  app.t{one}: {{links: [{{belongs_to: app.t{one - 1}, by: x}}]}}" for one in range(1, 1000)]
    datamap, findings = parse_datamap("\n".join(rows))
    assert datamap is not None
    assert not findings
    assert len(ownership(datamap).path("app.t999")) == 999
    ET.fromstring(draw(datamap))  # noqa: S314 - our own picture
