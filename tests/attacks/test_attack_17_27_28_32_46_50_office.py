"""Links that cannot be guessed or found, doors that tell nothing, floods, recipients, clocks, credentials."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from contextlib import suppress
from datetime import timedelta
from statistics import median
from typing import Any

import pytest
from django.apps import apps
from tests.attacks.office_kit import attack, change, spoil
from tests.office.kit import Office

from waarborg.errors import WaarborgError
from waarborg.office import engine
from waarborg.office.errors import Flooded, IdentityError
from waarborg.office.jobs import queue
from waarborg.office.jobs.models import Job
from waarborg.office.requests import decide, doors, links, lookup, messages, moves, recipients
from waarborg.office.requests.life import State
from waarborg.office.requests.models import Message, SubjectRequest, Task
from waarborg.plans import recipients as must

# ------------------------------------------------------------------------------------------------ 17


def _in_the_clear() -> str:
    """Everything in every table of the office that is not sealed."""
    found = []
    for model in apps.get_models():
        if model.__module__.startswith("waarborg."):
            found += [json.dumps(row, default=str) for row in model._default_manager.values()]
    return "\n".join(found)


@attack({"tokens are kept": spoil(links, "hashed", lambda state, secret, value: str(value)[:64])})
def test_attack_17_tokens_and_codes_stand_nowhere(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        received = office.receive("portability", office.email(5))
        office.drain()
        token = office.token(received.request, "confirm")
        office.confirm(received)
        office.drain()
    assert len(token) >= 43  # 256 bits
    for secret in (token, received.code, office.token(received.request, "answer"), office.email(5)):
        assert secret not in _in_the_clear()
        assert secret not in caplog.text


def test_attack_17_two_links_have_nothing_in_common(office: Office) -> None:
    request = office.ask("portability", office.email(5))
    with engine.door(office.tenant).begin() as state:
        made = {links.make(state, request, "status") for _ in range(200)}
    assert len(made) == 200
    assert len({token[:6] for token in made}) == 200


@attack({"links work for ever": spoil(links, "works", lambda link: True)})
def test_attack_17_links_end(office: Office) -> None:
    request = office.ask("portability", office.email(5))
    token = office.token(request, "answer")
    links.find(office.tenant, token, "download")
    office.clock.advance(days=7)
    ended = False
    try:
        links.find(office.tenant, token, "download")
    except IdentityError:
        ended = True
    assert ended


def _marking(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(sent_at=engine.now())


@attack({"what was sent stays as it was": spoil(messages, "sent", _marking)})
def test_attack_17_a_link_cannot_be_read_again_after_its_mail_left(office: Office) -> None:
    """Whoever gets into the vault later finds the letter, and no link that works."""
    request = office.ask("portability", office.email(5))
    mail = request.messages.get(kind="answer")
    assert office.token(request, "answer")
    messages.sent(mail)
    letter = messages.read(mail)
    assert letter is not None
    assert letter.fields["token"] == ""
    assert letter.fields["letter"]["text"]


# ------------------------------------------------------------------------------------------------ 27


SAMPLES = 300


def _inline(patch: pytest.MonkeyPatch) -> None:
    """A door that looks people up while they wait."""
    old = doors.receive

    def receive(*given: Any, **more: Any) -> Any:
        received = old(*given, **more)
        lookup.look(given[0], str(received.request.pk))
        return received

    patch.setattr(doors, "receive", receive)
    patch.setattr(sys.modules[__name__], "SAMPLES", 40)  # each look takes a while, and few tell the difference


@pytest.mark.slow
@pytest.mark.skipif(
    os.environ.get("WAARBORG_LONG") != "1", reason="times two crowds: WAARBORG_LONG=1, on a quiet machine"
)
@attack({"the door looks people up": _inline})
def test_attack_27_known_and_unknown_take_the_same_time(office: Office, settings: Any) -> None:
    """Hundreds of each, in turn: what nothing held up differs by less than a twentieth, and the spreads overlap."""
    columns = "organisation_id, full_name, is_system, created_at"
    office.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
        f"INSERT INTO member (id, email, email_lower, {columns}) SELECT 1000 + i, 'k' || i || '@x.example', "
        f"'k' || i || '@x.example', {columns} FROM n, member WHERE member.id = 5",
        SAMPLES,
    )
    office.receive("access", "eerste@elders.example")
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(SAMPLES):
        for known in ((True, False), (False, True))[number % 2]:
            who = f"{'k' if known else 'u'}{number + 1}@x.example"
            begun = time.perf_counter()
            office.receive("access", who)
            times[known].append(time.perf_counter() - begun)
    known, unknown = sorted(times[True]), sorted(times[False])
    fast = median(known[: SAMPLES // 3]), median(unknown[: SAMPLES // 3])  # the third that nothing else held up
    assert abs(fast[0] - fast[1]) < 0.05 * fast[1], fast
    assert known[SAMPLES // 4] < unknown[3 * SAMPLES // 4]
    assert unknown[SAMPLES // 4] < known[3 * SAMPLES // 4]


@attack({"the door looks people up": _inline})
def test_attack_27_known_and_unknown_get_the_same_answer(office: Office) -> None:
    """The same statements, the same fields, the same mail afterwards; nothing on the page tells them apart."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    seen: list[Any] = []
    office.receive("access", "eerste@elders.example")  # begins the numbers of the year
    office.seen.clear()
    for who in (office.email(5), "niemand@elders.example"):
        with CaptureQueriesContext(connection) as queries:
            received = office.receive("access", who)
        assert received.request is not None
        received.request.refresh_from_db()
        shape = (len(received.code), received.again, received.request.state, received.request.needed,
                 received.request.hint, [query["sql"].split(" ")[0] for query in queries])  # fmt: skip
        seen.append(shape)
    office.drain()
    kinds = [[letter.kind for letter in office.letters(one.request)] for one in office.seen]
    assert seen[0] == seen[1]
    assert seen[0][3] is None, "nothing is known of the person yet"
    assert kinds == [["confirm"], ["confirm"]]


# ------------------------------------------------------------------------------------------------ 28


@attack({"as many as come": change(doors.FLOODS, "address", (10**6, timedelta(days=1)))})
def test_attack_28_one_address_is_not_mailed_to_death(office: Office) -> None:
    victim = office.email(5)
    for _ in range(30):
        office.receive("access", victim)
        office.drain()
    assert len(office.letters()) <= doors.FLOODS["address"][0] <= 10


@attack({"as many as come": change(doors.FLOODS, "network", (10**6, timedelta(hours=1)))})
def test_attack_28_one_network_is_told_to_come_back_later(office: Office) -> None:
    from waarborg.office.requests.doors import Incoming, receive

    refused = 0
    for number in range(60):
        who = f"p{number}@elders.example"
        incoming = Incoming(ask="access", door="centre", language="nl", identifiers={"email": who}, contact=who)
        try:
            receive(office.tenant, incoming, network=f"198.51.100.{number}")
        except Flooded:
            refused += 1
    assert refused == 60 - doors.FLOODS["network"][0]
    incoming = Incoming(ask="access", door="centre", language="nl", identifiers={"email": "z@elders.example"})
    assert receive(office.tenant, incoming, network="203.0.113.9").request is not None, "the neighbours are served"
    office.clock.advance(hours=1, minutes=1)
    assert receive(office.tenant, incoming, network="198.51.100.1").again


def test_attack_28_a_flood_leaves_no_addresses_behind(office: Office) -> None:
    office.receive("access", office.email(5))
    assert office.email(5) not in _in_the_clear()
    assert "198.51.100" not in _in_the_clear()


def test_attack_28_the_same_again_is_one_request(office: Office) -> None:
    first = office.receive("access", office.email(5))
    office.drain()
    again = office.receive("access", office.email(5).upper())
    office.drain()
    assert again.again
    assert again.request == first.request
    assert SubjectRequest.objects.count() == 1
    office.confirm(again)  # the newest link with its own code works
    office.drain()
    first.request.refresh_from_db()  # type: ignore[union-attr]
    assert first.request.state != State.IDENTITY  # type: ignore[union-attr]


# ------------------------------------------------------------------------------------------------ 32


@attack({"nobody has to be told": spoil(must, "must_be_told", lambda *_: ())})
def test_attack_32_recipients_are_told_and_tracked(office: Office) -> None:
    request = office.ask("erasure", office.email(5))
    office.clock.advance(days=8)
    office.drain()
    request.refresh_from_db()
    assert request.state == State.ANSWERED
    tasks = {task.recipient: task for task in Task.objects.filter(request=request)}
    assert {"mail_provider", "support_be"} <= set(tasks)
    assert "employer" not in tasks
    letter = office.letters(request, "letter")[-1].fields["letter"]["text"]
    assert "Postduif" in letter
    told = [task for task in tasks.values() if task.state == "told"]
    mailed = office.letters(request, "recipient")
    assert len(told) == len(mailed) >= 1
    assert all("@" in mail.to for mail in mailed)
    officer = office.staff()
    waits = next(task for task in tasks.values() if task.state == "open")
    recipients.task_told(waits, officer)
    recipients.task_confirmed(waits, officer)
    assert (waits.state, waits.account) == ("confirmed", officer.account)
    kinds = office.kinds()
    assert kinds.count("recipient.notified") == len(told) + 1
    assert kinds.count("recipient.answered") == 1


def test_attack_32_the_companys_own_caches_are_told(office: Office) -> None:
    request = office.ask("erasure", office.email(5))
    office.clock.advance(days=8)
    office.drain()
    (row,) = request.outbox.all()
    body = recipients.outbox_body(row)
    assert row.kind == "erased"
    assert body is not None
    assert ["app.member", ["5"]] in body["rows"]  # type: ignore[operator]
    recipients.delivered(row)
    row.refresh_from_db()
    assert row.delivered_at is not None
    assert recipients.outbox_body(row) is None


# ------------------------------------------------------------------------------------------------ 46


@attack({"the machine is believed": spoil(engine, "moment", lambda state, newest=None: engine.now())})
def test_attack_46_a_clock_set_back_buys_no_time(office: Office) -> None:
    """An extension after the first month, by setting the clock back into it."""
    received = office.receive("complaint", office.email(5), text="Het duurt te lang.")
    office.drain()
    request = received.request
    assert request is not None
    office.clock.advance(days=40)
    request.refresh_from_db()
    moves.act(request, "assign", by=office.staff())
    office.clock.instant -= timedelta(days=20)
    due, extended = request.due_on, False
    with suppress(WaarborgError):
        decide.extend(request, office.staff(), request.version, reason="complex", reasons="Het is veel werk.")
        extended = True
    request.refresh_from_db()
    assert not extended
    assert request.due_on == due


def test_attack_46_a_clock_set_forward_and_back_does_not_shorten_the_undo_window(office: Office) -> None:
    request = office.ask("erasure", office.email(5))
    office.clock.advance(hours=-3)
    office.drain()
    request.refresh_from_db()
    assert request.state == State.APPROVED


# ------------------------------------------------------------------------------------------------ 50


@attack({"a job keeps the message": spoil(queue, "named", lambda error: "postgresql://root:geheim@127.0.0.1"[:40])})
def test_attack_50_credentials_of_a_store_that_is_down_stand_nowhere(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("APP_DATABASE", "postgresql://root:geheim@127.0.0.1:1/taakveld")
    with caplog.at_level(logging.DEBUG):
        received = office.receive("access", "wie@elders.example")
        office.drain()
    job = Job.objects.get(name="requests.look")
    assert job.state == "waiting"
    assert job.attempts == 0, "a store that is down is no failure of the job"
    assert job.error.startswith("WB")
    assert "geheim" not in _in_the_clear() + caplog.text
    assert received.request is not None
    received.request.refresh_from_db()
    assert received.request.state == State.RECEIVED
