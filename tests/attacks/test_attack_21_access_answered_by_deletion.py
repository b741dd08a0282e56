"""Attack 21: somebody asks to see their data, and is answered by deletion."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli_kit import Shop, shop

from waarborg.cli.project import Project
from waarborg.plans import casework
from waarborg.plans.casework import reference
from waarborg.terms import SubjectRef

JAN = SubjectRef({"email": "jan@voorbeeld.example"})
REQUEST = "a" * 32


@pytest.fixture
def winkel(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shop:
    return shop(tmp_path, capsys, monkeypatch)


def asked(made: Shop, kind: str = "request.received", **more: object) -> None:
    """What the office writes down when a request for access comes in, and when it is answered."""
    with Project(made.folder) as project, project.work.writing() as (state, log, now):
        subject, _ = state.people.subject(reference(JAN), at=now)
        log.append(kind=kind, at=now, subject=subject, data={"request": REQUEST, "right": "access", **more})


def erase(made: Shop) -> tuple[int, str]:
    plan = made.plan()
    assert made.run("approve", plan).code == 0
    ran = made.run("apply", plan)
    return ran.code, ran.err


def canary(made: Shop) -> bool:
    return bool(made.sql("SELECT 1 FROM member WHERE name = 'Jan Jansen'"))


def test_attack_21_answering_touches_nothing(winkel: Shop) -> None:
    before = winkel.database.read_bytes()
    assert winkel.run("answer", "--email", "jan@voorbeeld.example", "-o", str(winkel.folder / "a.json")).code == 0
    assert "Jan Jansen" in (winkel.folder / "a.json").read_text()
    assert winkel.database.read_bytes() == before


def test_attack_21_while_they_wait_to_see_it_nobody_erases_it(winkel: Shop) -> None:
    asked(winkel)
    code, said = erase(winkel)
    assert code == 2
    assert "WB481" in said
    assert canary(winkel)


def test_attack_21_once_they_saw_it_their_erasure_goes_on(winkel: Shop) -> None:
    asked(winkel)
    asked(winkel, "request.answered", answer="b" * 64)
    assert erase(winkel)[0] == 0
    assert not canary(winkel)


def test_attack_21_a_request_that_was_closed_is_not_waited_for(winkel: Shop) -> None:
    asked(winkel)
    with Project(winkel.folder) as project, project.work.writing() as (_, log, now):
        log.append(kind="request.closed", at=now, data={"request": REQUEST})
    assert erase(winkel)[0] == 0


def test_attack_21_somebody_elses_request_stands_in_nobodys_way(winkel: Shop) -> None:
    with Project(winkel.folder) as project, project.work.writing() as (state, log, now):
        subject, _ = state.people.subject(reference(SubjectRef({"email": "els@voorbeeld.example"})), at=now)
        log.append(kind="request.received", at=now, subject=subject, data={"request": REQUEST, "right": "access"})
    assert erase(winkel)[0] == 0


def test_attack_21_sabotage_without_the_look_back_it_is_gone(winkel: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casework, "answer_first", lambda state, references, at: None)
    asked(winkel)
    assert erase(winkel)[0] == 0
    assert not canary(winkel)
