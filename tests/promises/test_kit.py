"""The kit itself: what would make a check of a promise worthless is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.promises import kit
from tests.promises.kit import DEPLOYMENTS, Asked, Unusable, World, edit, promise


@pytest.fixture(autouse=True)
def registers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks made here belong to nobody."""
    monkeypatch.setattr(kit, "CHECKS", [])


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world with a sabotage."""
    return World(DEPLOYMENTS["projects"], tmp_path, monkeypatch, sabotage=lambda world: None)


def _check(assertion: bool, reason: Exception | None = None) -> kit.Check:
    def test_projects_1_something(world: World) -> None:
        if reason:
            raise reason
        assert assertion

    return promise("projects.1", sabotage=lambda world: None)(test_projects_1_something)


def test_a_sabotage_that_nobody_sees_fails_the_suite(broken: World) -> None:
    with pytest.raises(pytest.fail.Exception, match="did not see it"):
        _check(True)(broken)


def test_a_sabotage_that_fails_an_assertion_is_seen(broken: World) -> None:
    _check(False)(broken)


def test_a_sabotage_that_only_breaks_the_machinery_is_not_seen(broken: World) -> None:
    with pytest.raises(Unusable):
        _check(True, Unusable("plan ended with 2"))(broken)


def test_without_sabotage_a_check_must_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AssertionError):
        _check(False)(World(DEPLOYMENTS["projects"], tmp_path, monkeypatch))


def test_a_check_without_sabotage_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot fail"):
        promise("projects.1", sabotage=[])


def test_a_check_says_in_its_name_which_promise_it_is_about() -> None:
    with pytest.raises(TypeError, match="test_projects_2_"):
        promise("projects.2", sabotage=lambda world: None)(lambda world: None)


def test_an_edit_that_changes_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "policy.yaml").write_text("then: erase")
    with pytest.raises(Unusable, match="stands 0 times"):
        edit("policy.yaml", "then: keep", "then: erase")(World(DEPLOYMENTS["projects"], tmp_path, monkeypatch))


@pytest.mark.parametrize("world", [Asked("projects")], indirect=True)
def test_a_world_has_its_own_clock_and_database(world: World) -> None:
    assert world.one("SELECT count(*) FROM member") > 10
    before = world.dump()
    world.insert("schema_migration", version=99)
    assert world.dump() != before
    world.travel(days=400)
    made = world.must("plan", "--email", world.one("SELECT email FROM member WHERE id = 3"))
    assert made["plan"]["made_at"].startswith("2028-01-02")
    assert world.entries()[-1].at.startswith("2028-01-02")
