"""One implementation on every engine: nothing is committed by it, and nothing is half there."""

import os
import signal
import threading

import pytest
from tests.evidence_kit import MASTER, NAMES, PERSON, PLAN, START

from waarborg.errors import StateError
from waarborg.evidence.audit import audit
from waarborg.evidence.heads import SigningKey
from waarborg.evidence.log import Draft
from waarborg.evidence.merkle import inclusion_holds, leaf_hash
from waarborg.state import State
from waarborg.state.schema import VERSION, create, version
from waarborg.state.sql import Sql


def test_a_log_lives_on_this_engine(state):
    key = SigningKey.generate()
    log = state.log(NAMES)
    log.open(at=START, key=key)
    log.append_all(Draft("plan.made", START, PERSON, {"plan": PLAN, "rows": n}) for n in range(2_500))
    head = log.sign(at=START, key=key)
    report = audit(log.lines(), keys=[key.public], seen=head)
    assert report.ok
    assert report.entries == 2_501
    assert state.entries().of_subject(PERSON) == list(range(1, 2_501))
    for seq in (0, 1_999, 2_500):
        proof = log.inclusion(seq, head.size)
        assert inclusion_holds(leaf_hash(log.body(seq)), seq, head.size, proof, bytes.fromhex(head.root))


def test_nothing_is_there_until_the_owner_commits(connect):
    key, writer = SigningKey.generate(), connect()
    writer.cursor().execute("BEGIN")
    state = State(writer, MASTER)
    state.log().open(at=START, key=key)
    state.vault.seal("plan:1", b"x", key="request:1", kind="plan", at=START)
    reader = State(connect(), MASTER)
    assert reader.entries().tip() is None
    assert not reader.vault.has("plan:1")
    writer.cursor().execute("COMMIT")
    assert reader.entries().tip().size == 1
    assert reader.vault.open("plan:1") == b"x"


def test_rolling_back_leaves_no_trace(connect):
    connection = connect()
    connection.cursor().execute("BEGIN")
    state = State(connection, MASTER)
    state.log().open(at=START, key=state.vault.signing_key(at=START))
    state.plans.put(PLAN, b"x", request="1", at=START)
    connection.cursor().execute("ROLLBACK")
    assert state.entries().tip() is None
    assert state.vault.records() == []
    assert state.plans.open_requests() == []


def test_entries_and_heads_cannot_be_changed_by_mistake(connect):
    connection = connect()
    state = State(connection, MASTER)
    if state.sql.engine == "mysql":
        pytest.skip("no triggers are made on MySQL: making them needs rights that an application seldom has")
    state.log().open(at=START, key=SigningKey.generate())
    for statement in ("UPDATE waarborg_entry SET seq = 9", "DELETE FROM waarborg_entry", "DELETE FROM waarborg_head"):
        with pytest.raises(Exception, match="append-only"):
            state.sql.run(statement)
    assert state.log().tip().size == 1


def test_the_tables_of_an_older_version_are_completed(connect):
    connection = connect()
    sql, state = Sql(connection), State(connection, MASTER)
    state.vault.secret("before", at=START)
    for table in ("waarborg_limited", "waarborg_limit"):
        sql.run(f"DROP TABLE {table}")
    sql.run("UPDATE waarborg_schema SET version = 1")
    create(sql)
    assert version(sql) == VERSION
    assert state.limits.standing() == []
    assert len(state.vault.secret("before", at=START)) == 32, "what was there is there"


def test_the_tables_are_made_once_and_a_newer_version_is_refused(connect):
    sql = Sql(connect())
    create(sql)
    assert version(sql) == VERSION
    sql.run("INSERT INTO waarborg_schema (version) VALUES (?)", [VERSION + 1])
    with pytest.raises(StateError, match="WB550"):
        create(sql)


def test_two_writers_take_turns(connect):
    """The tip is locked: the second writer waits, and its entries follow; none is lost, none has another's number."""
    first = connect()
    key = SigningKey.generate()
    first_state = State(first, MASTER)
    first_state.log().open(at=START, key=key)
    begin = "BEGIN IMMEDIATE" if first_state.sql.engine == "sqlite" else "BEGIN"

    def write(connection):
        for n in range(10):
            cursor = connection.cursor()
            cursor.execute(begin)
            log = State(connection, MASTER).log(NAMES)
            log.append(kind="plan.made", at=START, subject=PERSON, data={"plan": PLAN, "rows": n})
            log.sign(at=START, key=key)
            cursor.execute("COMMIT")

    failures = []

    def guarded(connection):
        try:
            write(connection)
        except Exception as error:
            failures.append(repr(error))

    threads = [threading.Thread(target=guarded, args=[connect()]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    report = audit(first_state.log().lines(), keys=[key.public])
    assert report.ok
    assert report.entries == 21


def test_a_connection_of_an_unknown_kind_is_refused():
    with pytest.raises(StateError, match="WB559"):
        State(object())


def test_djangos_wrapper_is_told_by_its_vendor():
    class Wrapper:
        vendor = "postgresql"

        def cursor(self):
            return None

    assert Sql(Wrapper()).engine == "postgresql"


def killed_at(connect, key, nth: int) -> bool:
    """Append in a process of its own that dies at its nth statement, or after it, before COMMIT; whether it died."""
    child = os.fork()
    if child == 0:
        count = 0

        def counted(original):
            def call(self, *arguments):
                nonlocal count
                count += 1
                if count == nth:
                    os.kill(os.getpid(), signal.SIGKILL)
                return original(self, *arguments)

            return call

        try:
            connection = connect()
            for name in ("run", "many", "one", "all"):
                setattr(Sql, name, counted(getattr(Sql, name)))
            connection.cursor().execute("BEGIN")
            log = State(connection, MASTER).log(NAMES)
            log.append_all(Draft("plan.made", START, PERSON, {"plan": PLAN, "rows": n}) for n in range(3))
            log.sign(at=START, key=key)
            State(connection, MASTER).markers.of(PLAN)
            connection.cursor().execute("COMMIT")
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_killed_at_any_statement_nothing_is_half_on_this_engine(connect):
    key, reader = SigningKey.generate(), State(connect(), MASTER)
    reader.log().open(at=START, key=key)
    nth = 1
    while killed_at(connect, key, nth):
        report = audit(reader.log().lines(), keys=[key.public])
        assert (report.ok, report.entries, report.heads) == (True, 1, 1)
        nth += 1
    assert nth > 6
    report = audit(reader.log().lines(), keys=[key.public])
    assert (report.ok, report.entries, report.heads) == (True, 4, 2)


def test_two_states_share_a_database_and_see_nothing_of_each_other(connect):
    connection = connect()
    one, other = (State(connection, MASTER, prefix=prefix) for prefix in ("taakveld_", "factuur_"))
    for state in (one, other):
        state.create()
    one.log().open(at=START, key=one.vault.signing_key(at=START))
    one.vault.seal("plan:1", b"x", key="request:1", kind="plan", at=START)
    assert other.entries().tip() is None
    assert other.vault.records() == []
    assert one.vault.open("plan:1") == b"x"
    assert one.entries().tip().size == 1


@pytest.mark.parametrize("prefix", ["Taakveld_", "taakveld", "a b_", "x;--_", "1_"])
def test_a_prefix_that_is_no_name_is_refused(connect, prefix):
    with pytest.raises(StateError, match="WB563"):
        State(connect(), MASTER, prefix=prefix)
