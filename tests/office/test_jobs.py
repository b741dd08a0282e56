"""The queue: at least once, by leases; what cannot end is shown as dead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from tests.office.kit import Office

from waarborg.errors import StoreError
from waarborg.office.errors import JobError
from waarborg.office.jobs import queue, worker
from waarborg.office.jobs.models import Job
from waarborg.office.jobs.queue import Later, claim, enqueue


@pytest.fixture
def done() -> Iterator[list[str]]:
    """What the job of these tests did; an item `!` makes it fail, `?` makes it wait."""
    seen: list[str] = []

    def work(tenant: object, word: str) -> None:
        seen.append(word)
        if word == "fails":
            raise StoreError.one("WB777", "secret@customer.example was in the way")
        if word == "waits":
            raise Later("WB778", minutes=5)

    queue.JOBS["test.work"] = work
    yield seen
    del queue.JOBS["test.work"]


def _all(office: Office) -> int:
    return worker.drain()


def test_a_job_that_is_enqueued_is_done_once(office: Office, done: list[str]) -> None:
    enqueue("test.work", {"word": "a"}, tenant=office.tenant)
    assert (_all(office), _all(office), done) == (1, 0, ["a"])
    assert Job.objects.get().state == "done"


def test_what_is_rolled_back_is_never_done(office: Office, done: list[str]) -> None:
    with transaction.atomic():
        enqueue("test.work", {"word": "a"}, tenant=office.tenant)
        transaction.set_rollback(True)
    assert (_all(office), done) == (0, [])


def test_one_job_under_a_key_for_ever(office: Office, done: list[str]) -> None:
    for _ in range(3):
        enqueue("test.work", {"word": "a"}, tenant=office.tenant, unique="only:once")
        _all(office)
    assert done == ["a"]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("test.unknown", {}), ("os.system", {"word": "x"}), ("test.work", {"word": "jan@taakveld.example"}),
     ("test.work", {"word": "Jan Jansen"}), ("test.work", {"word": {"name": "Jan"}}), ("test.work", {"word": None})],
)  # fmt: skip
def test_only_listed_jobs_with_ids(office: Office, done: list[str], name: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(JobError, match="WB930") as wrong:
        enqueue(name, arguments, tenant=office.tenant)
    assert "Jan" not in str(wrong.value)
    assert "jan@" not in str(wrong.value)


def test_a_row_with_a_name_that_is_not_listed_is_not_run(office: Office, done: list[str]) -> None:
    """Somebody who can write rows cannot make us call anything."""
    Job.objects.create(
        name="os.system", arguments={"command": "x"}, run_at=office.clock.now(), made_at=office.clock.now()
    )
    _all(office)
    assert (Job.objects.get().state, Job.objects.get().error) == ("waiting", "KeyError")


def test_a_failing_job_backs_off_and_ends_as_dead_without_a_message(office: Office, done: list[str]) -> None:
    enqueue("test.work", {"word": "fails"}, tenant=office.tenant)
    pauses = []
    for _ in range(queue.MOST):
        assert _all(office) == 1
        job = Job.objects.get()
        pauses.append(job.run_at - office.clock.now())
        office.clock.advance(hours=2)
    job = Job.objects.get()
    assert (job.state, job.error, len(done)) == ("dead", "WB777", queue.MOST)
    assert pauses[0] < timedelta(minutes=1) < pauses[5] <= queue.LONGEST_PAUSE * 1.25
    assert "secret" not in str(list(Job.objects.values()))
    queue.requeue(job)
    assert _all(office) == 1
    with pytest.raises(JobError, match="WB932"):
        queue.requeue(job)


def test_waiting_is_no_failure(office: Office, done: list[str]) -> None:
    enqueue("test.work", {"word": "waits"}, tenant=office.tenant)
    for _ in range(queue.MOST * 2):
        assert _all(office) == 1
        office.clock.advance(minutes=6)
    job = Job.objects.get()
    assert (job.state, job.error, job.attempts) == ("waiting", "WB778", 0)


def test_who_lost_the_lease_changes_nothing(office: Office, done: list[str]) -> None:
    enqueue("test.work", {"word": "a"}, tenant=office.tenant)
    first = claim()
    assert first is not None
    assert claim() is None
    office.clock.advance(seconds=int(queue.LEASE.total_seconds()) + 1)
    second = claim()
    assert second is not None
    assert second.job.pk == first.job.pk
    assert (queue.beat(first), queue.finish(first), queue.fail(first, ValueError())) == (False, False, False)
    assert (queue.beat(second), queue.finish(second)) == (True, True)


def test_a_heartbeat_keeps_the_lease(office: Office, done: list[str]) -> None:
    enqueue("test.work", {"word": "a"}, tenant=office.tenant)
    first = claim()
    assert first is not None
    for _ in range(5):
        office.clock.advance(seconds=30)
        assert queue.beat(first)
        assert claim() is None


def test_a_job_that_kills_its_worker_is_dead_in_the_end(office: Office, done: list[str]) -> None:
    enqueue("test.work", {"word": "a"}, tenant=office.tenant)
    for _ in range(queue.MOST):
        assert claim() is not None  # … and the worker was killed
        office.clock.advance(minutes=1)
    assert claim() is None
    assert (Job.objects.get().state, Job.objects.get().error) == ("dead", "WB931")


def test_what_comes_back_by_itself_comes_once_in_a_slot(
    office: Office, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "CRON", [queue.Cron("test.work", timedelta(hours=1))])
    monkeypatch.setitem(queue.JOBS, "test.work", lambda tenant: done.append(tenant.slug))
    for _ in range(3):  # three workers
        queue.plan_cron([office.tenant])
        _all(office)
    assert done == ["taakveld"]
    office.clock.advance(hours=1)
    queue.plan_cron([office.tenant])
    _all(office)
    assert done == ["taakveld", "taakveld"]


def test_old_jobs_are_taken_away_and_the_dead_stay(office: Office, done: list[str]) -> None:
    enqueue("test.work", {"word": "a"}, tenant=office.tenant)
    enqueue("test.work", {"word": "fails"}, tenant=office.tenant)
    for _ in range(queue.MOST):
        _all(office)
        office.clock.advance(hours=2)
    office.clock.advance(days=40)
    queue.tidy()
    assert [job.state for job in Job.objects.all()] == ["dead"]
