"""What every real application must show for one person and for ten: the tests that `test_<application>.py` inherit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.real import carry, kit
from tests.real.carry import Application, Done

from waarborg.datamap.model import Link
from waarborg.terms import SubjectRef, Treatment

Numbers = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sabotage:
    """A link taken out of the map, and the column in which the person can then be read."""

    table: str
    which: Callable[[Link], bool]
    column: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What differs between applications."""

    name: str
    people: str
    key: str
    identify: Callable[[kit.Person], SubjectRef]
    own_key: Callable[[Application, kit.Person], list[object]]
    """The keys of a person in the table of people, found without the engine."""
    one: Numbers
    ten: Numbers
    stranger: str
    """A statement that changes one row of somebody else."""
    stays: frozenset[str] = frozenset()
    """Tables (without the store) of which the plan may keep rows."""
    others_visible: frozenset[str] = frozenset()
    """Columns of an answer, beside texts, in which other people are said to be seen."""
    roots: frozenset[str] = frozenset()
    """Tables whose rows carry others with them that are the same person's: an order with its lines."""
    also: Callable[[carry.Row], bool] = field(default=lambda row: False)
    """Rows that are touched for a reason which labels and marks cannot show."""


def refs(setting: Setting, app: Application, numbers: Numbers) -> list[SubjectRef]:
    """The people as an officer would name them."""
    return [setting.identify(app.person(number)) for number in numbers]


class RequestChecks:
    """Inherited by the class of one application, which sets `setting`."""

    setting: Setting

    def refs(self, app: Application, numbers: Numbers) -> list[SubjectRef]:
        return refs(self.setting, app, numbers)

    def whose(self, app: Application, numbers: Numbers) -> carry.Whose:
        app.deployment.reset()
        people = [app.person(number) for number in numbers]
        keys = [key for person in people for key in self.setting.own_key(app, person)]
        return carry.whose(app, self.setting.people, self.setting.key, keys, people)

    # ---- one person, ten people --------------------------------------------------------------------------------

    def test_the_plan_is_what_happened(self, app: Application, done: tuple[Numbers, Done]) -> None:
        """Every row that went and every column that changed is in the plan, with its number; cascades too."""
        numbers, result = done
        print(f"\n{self.setting.name}, {len(numbers)}:\n{carry.told(result.plan)}\n{result.timing}")
        assert result.verdict.clean, result.verdict.sentence
        planned: dict[str, int] = {}
        for step in result.plan.steps():
            if step.treatment is Treatment.DELETE:
                table = step.table.partition(".")[2]
                planned[table] = planned.get(table, 0) + step.rows
        assert {table: went for table, (went, _) in carry.counts(app, result).items() if went} == planned
        assert carry.undeclared(app, result) == []

    def test_what_stays_is_said_with_its_reason(self, done: tuple[Numbers, Done]) -> None:
        _, result = done
        kept = list(result.plan.kept())
        assert {one.table.partition(".")[2] for one in kept} <= self.setting.stays
        assert all(one.ground.sentence and one.ground.rule and one.why for one in kept)

    def test_nobody_elses_row_is_touched(self, app: Application, done: tuple[Numbers, Done]) -> None:
        """Every row of every table before and after; what differs concerns these people."""
        numbers, result = done
        rows, added = app.differences(result.before, result.after)
        assert rows
        assert added == []
        assert carry.strangers(app, result, self.whose(app, numbers), self.setting.roots, self.setting.also) == []

    def test_they_cannot_be_found_in_a_dump(self, app: Application, done: tuple[Numbers, Done]) -> None:
        numbers, result = done
        people = [app.person(number) for number in numbers]
        before = app.search(carry.marks(people), result.before)
        assert len(before) > 10 * len(numbers)
        assert carry.unexplained(app, result, people) == []

    def test_the_request_left_its_evidence(self, done: tuple[Numbers, Done]) -> None:
        kinds = [kind for kind in done[1].evidence if kind.startswith(("plan", "request"))]
        expected = ["request.received", "plan.made", "plan.approved", "plan.applied", "plan.verified"]
        assert list(dict.fromkeys(kinds)) == expected

    @pytest.mark.parametrize("which", ["one", "ten"])
    def test_the_application_still_runs(self, app: Application, which: str, tmp_path: Path) -> None:
        carry.carry_out(app, self.refs(app, getattr(self.setting, which)), tmp_path)
        pages = app.deployment.pages(None)
        assert len(pages) >= 10
        assert {page.status for page in pages} == {200}

    def test_the_answer_shows_nobody_else(self, app: Application) -> None:
        app.deployment.reset()
        for number in self.setting.ten:
            person = app.person(number)
            sections = carry.answered(app, self.setting.identify(person))
            assert sections
            allowed = carry.texts_of(app) | self.setting.others_visible
            assert carry.others_in(app, sections, person, allowed) == set()

    def test_the_answer_is_all_that_leads_to_them(self, app: Application) -> None:
        """Rows counted in the database by the labels: every plain key that makes a row theirs."""
        app.deployment.reset()
        person = app.person(self.setting.one[0])
        shown = carry.shown(carry.answered(app, self.setting.identify(person)))
        [key] = self.setting.own_key(app, person)
        personal = {t.name.partition(".")[2] for t in app.datamap.tables.values() if carry.personal(t)}
        expected = carry.by_label(app, self.setting.people, self.setting.key, key)
        short = {t: (shown.get(t, 0), n) for t, n in expected.items() if t in personal and shown.get(t, 0) < n}
        assert short == {}

    # ---- sabotage: each check fails when it should ---------------------------------------------------------------

    def test_a_touched_stranger_is_noticed(self, app: Application, tmp_path: Path) -> None:
        """Sabotage: one more row of somebody else is changed behind the engine's back."""
        whose = self.whose(app, self.setting.one)
        result = carry.carry_out(app, self.refs(app, self.setting.one), tmp_path)
        with app.engine.begin() as connection:
            assert connection.execute(sa.text(self.setting.stranger)).rowcount == 1
        result.after = app.dump()
        assert len(carry.strangers(app, result, whose, self.setting.roots, self.setting.also)) == 1
        assert len(carry.undeclared(app, result)) == 1

    def test_a_link_to_the_wrong_rows_shows_somebody_else(self, app: Application) -> None:
        """Sabotage: an answer made with a key of somebody else as well is noticed."""
        app.deployment.reset()
        person, other = (app.person(number) for number in self.setting.ten[:2])
        sections = carry.answered(app, self.setting.identify(person)) + carry.answered(
            app, self.setting.identify(other)
        )
        allowed = carry.texts_of(app) | self.setting.others_visible
        assert carry.others_in(app, sections, person, allowed)

    def sabotaged(self, app: Application, tmp_path: Path, sabotage: Sabotage) -> None:
        """One link taken out of the map, and the person can be read in that very column."""
        [store] = app.datamap.stores
        lame = carry.without(app.datamap, f"{store}.{sabotage.table}", sabotage.which)
        result = carry.carry_out(app, self.refs(app, self.setting.ten), tmp_path, lame)
        people = [app.person(number) for number in self.setting.ten]
        found = {(hit.table, hit.column) for hit in carry.unexplained(app, result, people)}
        assert (sabotage.table, sabotage.column) in found
