"""Any moves in any order by anybody, with the facts and the clock changing under them: the life of a request holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, ClassVar

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.office.kit import NOON, Office

from waarborg.errors import WaarborgError
from waarborg.office import engine
from waarborg.office.people.models import Account, Membership, Organisation, Role, Tenant
from waarborg.office.people.roles import PERSON, SYSTEM, By
from waarborg.office.requests import clock, facts, moves
from waarborg.office.requests.life import ACTS, ENDED, MOVES, Ask, State
from waarborg.office.requests.models import Event, IdentityCheck, SubjectRequest

ASKS = ["access", "erasure", "objection", "something_else"]
ROLES = ["person", "system", *Role.values]
FIELDS = [field.attname for field in SubjectRequest._meta.fields]


class Life:
    """One request, and everybody who may do something to it."""

    office: ClassVar[Office]
    staff: ClassVar[dict[str, By]]
    organisation: ClassVar[Organisation]
    reached: ClassVar[Counter[str]] = Counter()

    ended: str | None = None

    def begin(self, ask: str, member: bool) -> None:
        self._receive(ask, member)

    def _receive(self, ask: str, member: bool) -> None:
        self.office.clock.instant = max(self.office.clock.instant, NOON) + timedelta(days=1)
        Tenant.objects.filter(pk=self.office.tenant.pk).update(stopped_at=None)
        Organisation.objects.update(controller=False, powers=[], takeover_on=None)
        more = {"purpose": "recommendations"} if ask == Ask.OBJECTION else {}
        who = f"p{SubjectRequest.objects.count()}@taakveld.example"
        request = self.office.receive(ask, who, **more).request
        assert request is not None
        if member:
            SubjectRequest.objects.filter(pk=request.pk).update(organisation=self.organisation)
        self.request = SubjectRequest.objects.get(pk=request.pk)
        self.ended = None
        self.dues: list[tuple[date, date]] = [(self.request.due_on, self.request.first_due_on)]
        self.made: list[str] = []

    def another(self, ask: str, member: bool) -> None:
        """It has ended: the next one."""
        if self.ended is not None:
            self._receive(ask, member)

    # -- facts change under it -----------------------------------------------------------------------------------

    def _set(self, **fields: Any) -> None:
        SubjectRequest.objects.filter(pk=self.request.pk).update(**fields)
        self.request.refresh_from_db()

    def a_fact(self, what: str, much: int) -> None:
        now = self.office.clock.now()
        values = {"needed": much, "assurance": max(much, self.request.assurance), "plan": "a" * 64, "answer": "b" * 64,
                  "undo_until": now + timedelta(days=much)}  # fmt: skip
        if what == "check":
            IdentityCheck.objects.create(request=self.request, rung="address", made_at=now, expires_at=now)
        else:
            self._set(**{what: values[what]})

    def emergency_stop(self, stopped: bool) -> None:
        Tenant.objects.filter(pk=self.office.tenant.pk).update(stopped_at=self.office.clock.now() if stopped else None)

    def powers(self, powers: list[str], controller: bool, announced: int | None) -> None:
        today = self.office.clock.now().date()
        begins = None if announced is None else today + timedelta(days=announced)
        Organisation.objects.update(powers=powers, controller=controller, takeover_on=begins)

    def time_passes(self, days: int) -> None:
        self.office.clock.instant += timedelta(days=days, minutes=1)

    # -- anybody tries anything ----------------------------------------------------------------------------------

    def _try(self, name: str, role: str, article: str, reasons: str, version: int = 0) -> bool:
        before = {field: getattr(SubjectRequest.objects.get(pk=self.request.pk), field) for field in FIELDS}
        call = moves.move if name in MOVES else moves.act
        try:
            call(
                self.request, name, by=self.staff[role], article=article, reasons=reasons,
                version=self.request.version + version, data={"cents": 500} if name == "ask_fee" else None,
            )  # fmt: skip
        except WaarborgError:
            after = {field: getattr(SubjectRequest.objects.get(pk=self.request.pk), field) for field in FIELDS}
            assert after == before, f"{name} was refused and left something behind"
            return False
        self.made.append(name)
        self.reached[name] += 1
        self._lawful(name, role, before, article, reasons)
        return True

    def _lawful(self, name: str, role: str, before: dict[str, Any], article: str, reasons: str) -> None:
        """What must have been so for this to happen: said here in other words than the tables say it."""
        now: datetime = self.office.clock.now()
        tenant = Tenant.objects.get(pk=self.office.tenant.pk)
        today = clock.day_of(now, engine.policy_of(tenant))
        one, after = {**MOVES, **ACTS}[name], self.request
        assert before["state"] not in ENDED
        assert role in one.by
        assert role != "auditor"
        sure = before["needed"] is not None and before["assurance"] >= before["needed"]
        if after.state in (State.APPLYING, State.APPROVED, State.ANSWERED, State.PARTLY_REFUSED) and name in MOVES:
            assert sure
        if name == "begin":
            assert tenant.stopped_at is None
            assert before["undo_until"] is None or before["undo_until"] <= now
            assert before["plan"] or before["ask"] != "erasure"
        if name in ("answer", "answer_partly"):
            assert before["answer"]
        if name in ("refuse", "answer_partly"):
            assert article
            assert reasons
            assert after.article == article
        if name == "extend":
            assert not before["extended"]
            assert today <= before["first_due_on"]
            assert self.made.count("extend") == 1
        if name == "pause":
            assert before["state"] == State.IDENTITY
        if name == "undo":
            assert now < before["undo_until"]
        if role == Role.ORGANISATION_ADMINISTRATOR:
            own = Organisation.objects.get()
            assert before["organisation_id"] == own.pk
            assert own.controller or before["ask"] in own.powers
            assert own.takeover_on is None or own.takeover_on <= today

    def anything(self, name: str, role: str, worded: bool) -> None:
        self._try(name, role, "Art. 12(5)" if worded else "", "Al drie keer gevraagd." if worded else "")

    def everything_is_ready(self) -> None:
        self._set(needed=1, assurance=4, plan="a" * 64, answer="b" * 64)
        self.a_fact("check", 0)
        Organisation.objects.update(powers=[str(one) for one in Ask], takeover_on=None)
        Tenant.objects.filter(pk=self.office.tenant.pk).update(stopped_at=None)

    def something_possible(self, name: str, source: int, who: int, undo: bool, lacking: str) -> None:
        """Brought to where this move begins, with everything it needs, or all but one thing."""
        if self.ended is not None:
            return
        one = {**MOVES, **ACTS}[name]
        sources, roles = sorted(one.sources), sorted(one.by)
        self.everything_is_ready()
        self._set(state=sources[source % len(sources)], undo_until=self.office.clock.now() + timedelta(days=3 * undo))
        self._lacks(lacking)
        article, reasons = "" if lacking == "article" else "Art. 12(5)", "" if lacking == "reasons" else "Al drie keer."
        before = self.office.clock.instant
        if lacking == "clock":  # attack 46: set back behind what is on record
            self.office.clock.instant = Event.objects.filter(request=self.request).order_by("-pk")[0].at - timedelta(3)
        done = self._try(name, roles[who % len(roles)], article, reasons, version=-1 if lacking == "page" else 0)
        self.office.clock.instant = before if lacking == "clock" else self.office.clock.instant
        assert not (done and lacking in ("clock", "page"))

    def _lacks(self, what: str) -> None:
        match what:
            case "sure":
                self._set(needed=4, assurance=1)
            case "answer":
                self._set(answer="", plan="")
            case "powers":
                Organisation.objects.update(powers=[], controller=False)
            case "late":
                self.office.clock.instant += timedelta(days=40)

    def step(self, random: Random) -> None:
        """Anything, or something that nearly can be."""
        match random.choices(
            ["possible", "anything", "fact", "stop", "powers", "time", "another"], [9, 2, 2, 1, 1, 1, 2]
        )[0]:
            case "possible":
                lacking = random.choice(
                    ["", "", "", "sure", "answer", "article", "reasons", "powers", "late", "page", "clock"]
                )
                name = random.choice([*MOVES, *ACTS])
                self.something_possible(
                    name, random.randrange(10), random.randrange(10), random.random() < 0.5, lacking
                )
            case "anything":
                name = random.choice([name for name in (*MOVES, *ACTS) if name not in ("withdraw", "refuse")])
                self.anything(name, random.choice(ROLES), random.random() < 0.5)
            case "fact":
                what = random.choice(["needed", "assurance", "plan", "answer", "undo_until", "check"])
                self.a_fact(what, random.randrange(5))
            case "stop":
                self.emergency_stop(random.random() < 0.5)
            case "powers":
                powers = random.choice([[], ["access"], ["erasure", "access"]])
                self.powers(powers, random.random() < 0.5, random.choice([None, -1, 5]))
            case "time":
                self.time_passes(random.choice([0, 1, 3, 9, 20, 33]))
            case _:
                self.another(random.choice(ASKS), random.random() < 0.5)
        self.holds()

    # -- what always holds ---------------------------------------------------------------------------------------

    def holds(self) -> None:
        now = SubjectRequest.objects.get(pk=self.request.pk)
        if self.ended is not None:
            assert now.state == self.ended, "what has ended moved"
        if now.state in ENDED:
            self.ended = now.state
            assert now.answered_at is not None
            assert now.destroy_on is not None
            assert now.paused_at is None
        assert now.due_on >= self.dues[-1][0], "the clock shrank"
        assert now.first_due_on >= self.dues[-1][1]
        self.dues.append((now.due_on, now.first_due_on))
        assert now.version == len(self.made)
        kinds = [
            kind for kind in Event.objects.filter(request=now).values_list("kind", flat=True) if kind != "received"
        ]
        assert kinds == self.made


def _run(office: Office, examples: int) -> None:
    Life.office = office
    Life.organisation = Organisation.objects.create(tenant=office.tenant, key="1", name="Bouwhuis")
    account = Account.objects.create_user("wie@taakveld.example", name="Wie")
    administrator = Membership(
        account=account, tenant=office.tenant, role=Role.ORGANISATION_ADMINISTRATOR, organisation=Life.organisation
    )
    Life.staff = {"person": PERSON, "system": SYSTEM, Role.ORGANISATION_ADMINISTRATOR: By.member(administrator)}
    for role in (Role.PRIVACY_OFFICER, Role.SUPPORT_AGENT, Role.AUDITOR):
        Life.staff[role] = By(role, account, office.tenant)
    Life.reached.clear()

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(st.randoms(use_true_random=True))
    def live(random: Random) -> None:
        life = Life()
        life.begin(random.choice(ASKS), random.random() < 0.5)
        for _ in range(60):
            life.step(random)

    live()


@pytest.mark.slow
def test_the_life_of_a_request_holds_whatever_happens(office: Office) -> None:
    _run(office, 25)
    often = {"ask_identity", "identify", "review", "approve", "begin", "answer", "answer_partly", "refuse", "withdraw",
             "undo", "pass_on", "instruct", "extend", "pause", "resume", "plan_again"}  # fmt: skip
    assert often <= set(Life.reached), f"never reached: {often - set(Life.reached)}"


def _true(name: str) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setitem(facts.FACTS, name, (lambda at: True, facts.FACTS[name][1]))  # type: ignore[arg-type]


SABOTAGES: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "nobody has to be sure": _true("sure_enough"),
    "an extension at any time": _true("first_month"),
    "refused without a word": _true("article"),
    "administrators do anything": _true("may_decide"),
    "the clock may stand anywhere": lambda patch: patch.setattr(
        engine, "moment", lambda state, newest=None: engine.now()
    ),
    "what has ended moves": lambda patch: patch.setitem(
        MOVES, "review", replace(MOVES["review"], sources=frozenset(State))  # type: ignore[index]
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", SABOTAGES)
def test_a_sabotage_is_found(office: Office, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    SABOTAGES[name](monkeypatch)
    with pytest.raises(AssertionError):
        _run(office, 60)
