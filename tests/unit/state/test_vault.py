"""The vault: sealed, bound to its place, gone when its key is."""

from datetime import date

import pytest
from tests.evidence_kit import MASTER, PLAN, START

from waarborg.errors import StateError
from waarborg.evidence.heads import SigningKey
from waarborg.state import Applied, MasterKey, State, Vault

CANARY = b"jan.de.vries@post.example"


def fails(id: str):
    return pytest.raises(StateError, match=f"^{id}")


def dump(state: State) -> bytes:
    """Everything in every table that is not the log."""
    tables = ("key", "vault", "tombstone", "plan", "marker", "permission")
    rows = [row for table in tables for row in state.sql.all(f"SELECT * FROM waarborg_{table}")]
    return b"|".join(v if isinstance(v, bytes) else str(v).encode() for row in rows for v in row)


def test_what_is_sealed_opens_and_is_nowhere_to_be_read(state):
    state.vault.seal("plan:1", CANARY * 1000, key="request:1", kind="plan", at=START)
    assert state.vault.open("plan:1") == CANARY * 1000
    assert CANARY not in dump(state)
    assert state.vault.records(key="request:1") == state.vault.records(kind="plan") == ["plan:1"]


def test_destroying_the_key_destroys_all_that_was_sealed_under_it_and_nothing_else(state):
    for n in range(3):
        state.vault.seal(f"plan:{n}", CANARY, key=f"request:{n % 2}", kind="plan", at=START)
    assert state.vault.destroy("request:0") == 2
    with fails("WB556"):
        state.vault.open("plan:0")
    assert state.vault.open("plan:1") == CANARY
    assert state.destroyed
    assert state.vault.destroy("request:0") == 0


def test_a_copied_sealed_row_is_worthless_once_its_key_is_gone(state):
    """An attacker kept the sealed bytes; putting them back, under a new key of the same name, opens nothing."""
    state.vault.seal("plan:1", CANARY, key="request:1", kind="plan", at=START)
    kept = state.sql.one("SELECT sealed FROM waarborg_vault")[0]
    state.vault.destroy("request:1")
    state.vault.seal("plan:1", b"other", key="request:1", kind="plan", at=START)
    state.sql.run("UPDATE waarborg_vault SET sealed = ?", [kept])
    with fails("WB555"):
        state.vault.open("plan:1")


@pytest.mark.parametrize("change", ["record", "kind", "key_id", "sealed"])
def test_a_sealed_body_cannot_be_moved_or_changed(state, change):
    state.vault.seal("plan:1", CANARY, key="request:1", kind="plan", at=START)
    state.vault.seal("plan:2", b"other", key="request:2", kind="plan", at=START)
    if change == "record":
        state.sql.run("DELETE FROM waarborg_vault WHERE record = 'plan:2'")
        state.sql.run("UPDATE waarborg_vault SET record = 'plan:2' WHERE record = 'plan:1'")
    elif change == "sealed":
        raw = bytes(state.sql.one("SELECT sealed FROM waarborg_vault WHERE record = 'plan:2'")[0])
        state.sql.run("UPDATE waarborg_vault SET sealed = ? WHERE record = 'plan:2'", [raw[:-1] + bytes([raw[-1] ^ 1])])
    else:
        other = {"kind": "answer", "key_id": "request:1"}[change]
        state.sql.run(f"UPDATE waarborg_vault SET {change} = ? WHERE record = 'plan:2'", [other])
    with fails("WB555"):
        state.vault.open("plan:2")


def test_nothing_is_sealed_over_and_names_are_opaque(state):
    state.vault.seal("plan:1", b"x", key="request:1", kind="plan", at=START)
    with fails("WB557"):
        state.vault.seal("plan:1", b"y", key="request:1", kind="plan", at=START)
    for name in (CANARY.decode(), "Jan", "plan:jan de vries", "", "plan:" + "1" * 200):
        with fails("WB558") as caught:
            state.vault.seal(name, b"y", key="request:1", kind="plan", at=START)
        assert not name or name not in str(caught.value)


def test_another_master_key_opens_nothing_and_rotation_keeps_everything(state):
    state.vault.seal("plan:1", CANARY, key="request:1", kind="plan", at=START)
    signing = state.vault.signing_key(at=START)
    new = MasterKey.generate()
    with fails("WB554"):
        Vault(state.sql, new).open("plan:1")
    vault = state.vault
    before = state.sql.all("SELECT sealed FROM waarborg_vault ORDER BY record")
    assert vault.rewrap(new) == 2
    assert state.sql.all("SELECT sealed FROM waarborg_vault ORDER BY record") == before
    assert vault.open("plan:1") == CANARY
    fresh = Vault(state.sql, new)
    assert fresh.signing_key(at=START) == signing
    with fails("WB554"):
        Vault(state.sql, MASTER).open("plan:1")
    assert {master for (master,) in state.sql.all("SELECT master FROM waarborg_key")} == {new.id}


def test_signing_key_and_secrets_are_made_once(state):
    assert state.vault.signing_key(at=START) == state.vault.signing_key(at=START)
    assert state.vault.secret("replay", at=START) == state.vault.secret("replay", at=START)
    assert state.vault.secret("replay", at=START) != state.vault.secret("people", at=START)
    other = SigningKey.generate()
    state.vault.keep_signing_key(other, at=START)
    assert state.vault.signing_key(at=START) == other
    with fails("WB558"):
        state.vault.destroy("waarborg:own")


def test_forgetting_a_person_removes_even_the_name_of_their_key(state):
    subject, _ = state.people.subject(CANARY.decode(), at=START)
    name = state.people.key_name(CANARY.decode(), at=START)
    state.vault.seal("answer:1", CANARY, key=name, kind="answer", at=START)
    assert name in dump(state).decode(errors="replace")
    assert state.people.forget(CANARY.decode(), at=START) == 2
    left = dump(state).decode(errors="replace")
    assert name not in left
    assert name.removeprefix("person:") not in left
    assert state.people.subject(CANARY.decode(), at=START)[0] != subject


def test_a_state_without_a_master_key_says_so(state):
    with fails("WB551"):
        _ = State(state.sql.connection).vault


def test_tombstones_come_due_and_end(state):
    stones = state.tombstones
    stones.put("a1", CANARY, at=START, ends=date(2027, 1, 1))
    stones.put("b2", b"other", at=START, ends=None)
    assert [stone.id for stone in stones.all()] == ["a1", "b2"]
    assert [stone.id for stone in stones.due(date(2026, 12, 31))] == []
    assert [stone.id for stone in stones.due(date(2027, 1, 1))] == ["a1"]
    assert stones.open("a1") == CANARY
    assert CANARY not in dump(state)
    stones.postpone("a1", ends=None, state="waiting")
    assert next((stone.id, stone.ends, stone.state) for stone in stones.all()) == ("a1", None, "waiting")
    stones.end("a1")
    assert [stone.id for stone in stones.all()] == ["b2"]
    with fails("WB556"):
        stones.open("a1")
    with fails("WB556"):
        stones.postpone("none", ends=None)


def test_plans_are_sealed_until_their_request_is_closed(state):
    plans = state.plans
    plans.put(PLAN, CANARY, request="r1", at=START)
    plans.attach(PLAN, "keys", CANARY * 2, at=START)
    assert plans.open(PLAN) == CANARY
    assert plans.attached(PLAN, "keys") == CANARY * 2
    assert CANARY not in dump(state)
    plans.set(PLAN, "approved", at=START, expect="made")
    with fails("WB562"):
        plans.set(PLAN, "approved", at=START, expect="made")
    assert plans.of("r1") == [(PLAN, "approved")]
    assert plans.open_requests() == ["r1"]
    assert plans.close("r1", at=START) == 2
    assert plans.open_requests() == []
    assert plans.state(PLAN) == "closed"
    with fails("WB556"):
        plans.open(PLAN)
    with fails("WB556"):
        plans.state("none")
    with fails("WB556"):
        plans.attach("none", "keys", b"", at=START)


def test_markers_answer_whether_it_was_applied(state):
    applied = Applied(PLAN, "app", 1, "d" * 64, 21, "2026-12-01T09:30:00.000000Z")
    assert state.markers.get(PLAN, "app", 1) is None
    state.markers.set(applied)
    state.markers.set(applied)
    assert state.markers.of(PLAN) == [applied]
    assert state.markers.get(PLAN, "app", 1) == applied
    assert state.markers.get(PLAN, "app", 2) is None


def test_a_permission_holds_for_its_scope_until_its_last_day(state):
    allowed = state.permissions
    allowed.grant("retention.log", PLAN, approver="ab" * 32, at=START, ends=date(2026, 12, 31))
    assert allowed.holds("retention.log", PLAN, on=date(2026, 12, 31))
    assert not allowed.holds("retention.log", PLAN, on=date(2027, 1, 1))
    assert not allowed.holds("retention.log", "d" * 64, on=date(2026, 12, 1))
    allowed.grant("retention.log", PLAN, approver="ab" * 32, at=START)
    assert allowed.holds("retention.log", PLAN, on=date(2099, 1, 1))
    with fails("WB558"):
        allowed.grant("retention.log", PLAN, approver="els@post.example", at=START)
    allowed.withdraw("retention.log", PLAN)
    assert not allowed.holds("retention.log", PLAN, on=date(2026, 12, 1))


def test_after_a_lost_master_key_the_log_goes_on_and_the_vault_starts_over(state):
    from waarborg.evidence.audit import audit

    old = state.vault.signing_key(at=START)
    log = state.log()
    seen = log.open(at=START, key=old)
    state.plans.put(PLAN, CANARY, request="r1", at=START)
    later = State(state.sql.connection, MasterKey.generate())
    with fails("WB554"):
        later.vault.signing_key(at=START)
    assert later.vault.start_over() == 2
    new = later.vault.signing_key(at=START)
    later.log().replace_lost(at=START, new=new)
    assert audit(log.lines(), keys=[old.public, new.public], seen=seen).ok
    assert not audit(log.lines(), keys=[old.public], seen=seen).ok


@pytest.mark.parametrize("change", ["record", "kind"])
def test_sabotage_without_binding_a_sealed_body_can_be_moved(state, change, monkeypatch):
    from waarborg.state import vault as module

    monkeypatch.setattr(module, "_bound", lambda record, key, kind: b"")
    state.vault.seal("plan:1", CANARY, key="request:1", kind="plan", at=START)
    state.sql.run(f"UPDATE waarborg_vault SET {change} = 'plan:2' WHERE record = 'plan:1'")
    assert state.vault.open("plan:2" if change == "record" else "plan:1") == CANARY


def test_sabotage_a_key_that_is_not_destroyed_still_opens_a_kept_copy(state, monkeypatch):
    """What `destroy` must do: with the key row left in place, sealed bytes that somebody kept would open again."""
    state.vault.seal("plan:1", CANARY, key="request:1", kind="plan", at=START)
    rows = state.sql.all("SELECT record, key_id, kind, made, sealed FROM waarborg_vault")
    run = type(state.sql).run
    spared = "DELETE FROM waarborg_key"
    monkeypatch.setattr(
        type(state.sql), "run", lambda self, sql, values=(): 0 if sql.startswith(spared) else run(self, sql, values)
    )
    state.vault.destroy("request:1")
    state.sql.many("INSERT INTO waarborg_vault (record, key_id, kind, made, sealed) VALUES (?, ?, ?, ?, ?)", rows)
    assert state.vault.open("plan:1") == CANARY
    monkeypatch.undo()
    state.vault.destroy("request:1")
    state.sql.many("INSERT INTO waarborg_vault (record, key_id, kind, made, sealed) VALUES (?, ?, ?, ?, ?)", rows)
    with fails("WB556"):
        state.vault.open("plan:1")
