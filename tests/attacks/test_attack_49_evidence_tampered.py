"""Attack 49: evidence dropped, reordered, edited, truncated, forked, back-dated, an old copy put back.

Each row is an attack on an honest bundle, the name it must be given, and a sabotage: the one check that is switched
off so that the attack is no longer called by that name. Without any of the checks every attack passes unnoticed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from tests.evidence_kit import MASTER, NAMES, PERSON, PLAN, START, Kit, in_memory, opened, sample

from waarborg.evidence import audit as module
from waarborg.evidence import heads as heads_module
from waarborg.evidence.audit import Auditor, Flaw, audit
from waarborg.evidence.entry import Entry
from waarborg.evidence.heads import Head, SigningKey
from waarborg.evidence.merkle import Tree, leaf_hash
from waarborg.state import open_state

# Lines of sample(3, 2): header, entry 0, head 0, entries 1 2 3, head 1, entries 4 5, head 2
HEADER, ENTRY_0, HEAD_0, ENTRY_1, ENTRY_2, ENTRY_3, HEAD_1, ENTRY_4, ENTRY_5, HEAD_2 = range(10)


@dataclass
class Scene:
    """An honest log and what the verifier kept of it."""

    kit: Kit
    lines: list[bytes]
    seen: Head


def honest() -> Scene:
    kit = sample(3, 2)
    return Scene(kit, kit.lines(), kit.head())


def without(*places: int) -> Callable[[Scene], list[bytes]]:
    return lambda scene: [line for n, line in enumerate(scene.lines) if n not in places]


def swapped(one: int, other: int) -> Callable[[Scene], list[bytes]]:
    def attack(scene: Scene) -> list[bytes]:
        lines = list(scene.lines)
        lines[one], lines[other] = lines[other], lines[one]
        return lines

    return attack


def edited(place: int, change: Callable[[Entry], Entry]) -> Callable[[Scene], list[bytes]]:
    def attack(scene: Scene) -> list[bytes]:
        lines = list(scene.lines)
        lines[place] = change(Entry.parse(lines[place])).body()
        return lines

    return attack


def fewer_rows(entry: Entry) -> Entry:
    return replace(entry, data={**entry.data, "rows": 0 if entry.data["rows"] else 9})


def rechained(scene: Scene) -> list[bytes]:
    """Edit entry 1 and repair the chain behind it; the heads cannot be repaired without the key."""
    return rebuilt(scene, lambda head, root, before: head)


def forked(scene: Scene) -> list[bytes]:
    """The keeper of the key edits entry 1, repairs the chain and signs every head again."""

    def resign(head: Head, root: str, before: str) -> Head:
        return Head.sign(
            scene.kit.key, log=head.log, number=head.number, size=head.size, root=root, at=head.at, previous=before
        )

    return rebuilt(scene, resign)


def rebuilt(scene: Scene, resign: Callable[[Head, str, str], Head]) -> list[bytes]:
    tree, lines, last, before = Tree(), [scene.lines[0]], "", "0" * 64
    for n, line in enumerate(scene.lines[1:], start=1):
        if line.startswith(b'{"head"'):
            head = resign(Head.parse(line), tree.root().hex(), before)
            before = head.digest()
            lines.append(head.line())
            continue
        entry = Entry.parse(line)
        entry = replace(entry, previous=last or entry.previous)
        body = (fewer_rows(entry) if n == ENTRY_1 else entry).body()
        leaf = leaf_hash(body)
        tree.add(leaf)
        last = leaf.hex()
        lines.append(body)
    return lines


def back_dated_by_the_keeper(scene: Scene) -> list[bytes]:
    """A new entry behind the last head claims yesterday; the keeper of the key signs for it."""
    kit, tip = scene.kit, scene.kit.log.tip()
    entry = Entry(tip.size, "2026-11-30T09:00:00.000000Z", "plan.made", PERSON, {"plan": PLAN}, tip.last)
    tree = Tree(tip.size, tip.peaks)
    tree.add(leaf_hash(entry.body()))
    head = Head.sign(
        kit.key,
        log=tip.log,
        number=tip.heads,
        size=tree.size,
        root=tree.root().hex(),
        at=scene.seen.at,
        previous=tip.head,
    )
    return [*scene.lines, entry.body(), head.line()]


def signed_by_another(scene: Scene) -> list[bytes]:
    """Somebody with another key signs an edited log, and writes the other key into it."""
    key = SigningKey.generate()
    other = in_memory(key)
    other.append(5)
    return other.lines()


def head_with_a_spoilt_signature(scene: Scene) -> list[bytes]:
    head = replace(Head.parse(scene.lines[HEAD_2]), signature="0" * 128)
    return [*scene.lines[:HEAD_2], head.line()]


def head_by_a_retired_key(scene: Scene) -> list[bytes]:
    """After a rotation, the stolen old key signs for one more entry."""
    kit, old = scene.kit, scene.kit.key
    kit.key = SigningKey.generate()
    kit.log.rotate(at=kit.tick(), old=old, new=kit.key)
    lines, tip = kit.lines(), kit.log.tip()
    entry = Entry(tip.size, tip.at, "plan.made", PERSON, {"plan": PLAN}, tip.last)
    tree = Tree(tip.size, tip.peaks)
    tree.add(leaf_hash(entry.body()))
    root = tree.root().hex()
    head = Head.sign(old, log=tip.log, number=tip.heads, size=tree.size, root=root, at=tip.at, previous=tip.head)
    scene.kit.key = old
    return [*lines, entry.body(), head.line()]


def false_rotation(scene: Scene) -> list[bytes]:
    """A rotation that the old key never signed."""
    kit, tip, thief = scene.kit, scene.kit.log.tip(), SigningKey.generate()
    data = heads_module.sign_rotation(tip.log, tip.size, thief, thief) | {"old": kit.key.public}
    entry = Entry(tip.size, tip.at, "key.rotated", None, data, tip.last)
    tree = Tree(tip.size, tip.peaks)
    tree.add(leaf_hash(entry.body()))
    root = tree.root().hex()
    head = Head.sign(thief, log=tip.log, number=tip.heads, size=tree.size, root=root, at=tip.at, previous=tip.head)
    return [*scene.lines, entry.body(), head.line()]


def personal_entry(scene: Scene) -> list[bytes]:
    """A changed program wrote an address into the log and signed for it."""
    kit, tip = scene.kit, scene.kit.log.tip()
    entry = Entry(tip.size, tip.at, "plan.made", PERSON, {"plan": PLAN, "rows": "jan@post.example"}, tip.last)
    tree = Tree(tip.size, tip.peaks)
    tree.add(leaf_hash(entry.body()))
    root = tree.root().hex()
    head = Head.sign(kit.key, log=tip.log, number=tip.heads, size=tree.size, root=root, at=tip.at, previous=tip.head)
    return [*scene.lines, entry.body(), head.line()]


def off(*names: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Switch a check of the auditor off, or the few that see the same flaw from different sides."""

    def sabotage(patch: pytest.MonkeyPatch) -> None:
        for name in names:
            patch.setattr(Auditor, name, lambda *arguments: None)

    return sabotage


def always(name: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Make one test of the auditor's module say that all is well."""
    return lambda patch: patch.setattr(module, name, lambda *arguments: True)


def any_signature(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Head, "signature_holds", lambda self: True)


def any_place(patch: pytest.MonkeyPatch) -> None:
    def take_what_comes(self: Auditor, entry: Entry) -> bool:
        self._next += 1
        return True

    patch.setattr(Auditor, "_in_place", take_what_comes)


def nothing_counted(patch: pytest.MonkeyPatch) -> None:
    """The head's size is not compared with the entries there are."""
    original = Auditor.report

    def report(self: Auditor) -> module.Report:
        if self._head is not None:
            self._next = self._head.size
        return original(self)

    patch.setattr(Auditor, "report", report)


def any_key(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(heads_module.KeyChain, "untrusted", lambda self, trusted: [])


def any_current_key(patch: pytest.MonkeyPatch) -> None:
    class Agreeable(str):
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            return True

        def __ne__(self, other: object) -> bool:
            return False

    patch.setattr(heads_module.KeyChain, "current", property(lambda self: Agreeable("")))


def any_content(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(module, "misfits", lambda *arguments: [])


def anything_readable(patch: pytest.MonkeyPatch) -> None:
    original = Auditor.take

    def take(self: Auditor, line: bytes) -> None:
        if not line.startswith(b"{garbage"):
            original(self, line)

    patch.setattr(Auditor, "take", take)


ATTACKS = {
    "an entry dropped": (without(ENTRY_2), Flaw.DROPPED, any_place),
    "two entries dropped": (without(ENTRY_1, ENTRY_2), Flaw.DROPPED, any_place),
    "the first entry dropped": (without(ENTRY_0), Flaw.DROPPED, any_place),
    "entries dropped around a head": (without(ENTRY_3, ENTRY_4), Flaw.DROPPED, any_place),
    "a head dropped": (without(HEAD_1), Flaw.DROPPED, off("_check_head_place")),
    "entries swapped": (swapped(ENTRY_1, ENTRY_2), Flaw.REORDERED, any_place),
    "entries swapped across a head": (swapped(ENTRY_3, ENTRY_4), Flaw.REORDERED, any_place),
    "an entry moved behind its head": (swapped(ENTRY_3, HEAD_1), Flaw.REORDERED, any_place),
    "a head moved behind later entries": (swapped(ENTRY_4, HEAD_1), Flaw.REORDERED, off("_check_root")),
    "an entry twice": (lambda s: [*s.lines[:ENTRY_2], s.lines[ENTRY_1], *s.lines[ENTRY_2:]], Flaw.REPEATED, any_place),
    "a head twice": (lambda s: [*s.lines, s.lines[HEAD_2]], Flaw.REPEATED, off("_check_head_place")),
    "an entry edited": (edited(ENTRY_1, fewer_rows), Flaw.EDITED, off("_check_link", "_check_root")),
    "an entry edited, the chain repaired": (rechained, Flaw.EDITED, off("_check_root")),
    "the last entry edited": (edited(ENTRY_5, fewer_rows), Flaw.EDITED, off("_check_root")),
    "a link edited": (
        edited(ENTRY_2, lambda e: replace(e, previous="0" * 64)),
        Flaw.EDITED,
        off("_check_link", "_check_root"),
    ),
    "the end cut off": (without(ENTRY_5, HEAD_2), Flaw.TRUNCATED, off("_report_seen")),
    "the last entries cut off": (without(ENTRY_4, ENTRY_5), Flaw.TRUNCATED, nothing_counted),
    "everything cut off": (lambda s: s.lines[:1], Flaw.TRUNCATED, off("report")),
    "an old copy put back": (lambda s: s.lines[: HEAD_1 + 1], Flaw.ROLLED_BACK, off("_report_seen")),
    "history forked by the keeper of the key": (
        forked,
        Flaw.FORKED,
        off("_compare_with_seen", "_compare_head_with_seen"),
    ),
    "another log": (
        lambda s: sample(3, 2).lines(),
        Flaw.FORKED,
        off("_compare_with_seen", "_compare_head_with_seen", "_report_seen"),
    ),
    "an entry back-dated": (
        edited(ENTRY_5, lambda e: replace(e, at="2026-11-30T09:00:00.000000Z")),
        Flaw.BACK_DATED,
        off("_check_time"),
    ),
    "an entry back-dated by the keeper of the key": (back_dated_by_the_keeper, Flaw.BACK_DATED, off("_check_time")),
    "an unsigned entry added": (without(HEAD_2), Flaw.UNSIGNED, nothing_counted),
    "signed by another key": (signed_by_another, Flaw.UNKNOWN_KEY, any_key),
    "a signature spoilt": (head_with_a_spoilt_signature, Flaw.SIGNATURE, any_signature),
    "signed by a retired key": (head_by_a_retired_key, Flaw.SIGNATURE, any_current_key),
    "a rotation the old key never signed": (false_rotation, Flaw.SIGNATURE, always("rotation_holds")),
    "a line of garbage": (
        lambda s: [*s.lines[:ENTRY_2], b"{garbage", *s.lines[ENTRY_2:]],
        Flaw.UNREADABLE,
        anything_readable,
    ),
    "a header of another format": (
        lambda s: [s.lines[0].replace(b'"format":1', b'"format":9'), *s.lines[1:]],
        Flaw.UNREADABLE,
        off("_take_header"),
    ),
    "a personal entry signed for": (personal_entry, Flaw.REFUSED, any_content),
}


def outcome(scene: Scene, lines: list[bytes]) -> frozenset[Flaw]:
    report = audit(lines, keys=[scene.kit.key.public], seen=scene.seen)
    return frozenset() if report is None else report.names


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_49_is_named(name: str) -> None:
    attack, flaw, _ = ATTACKS[name]
    scene = honest()
    assert outcome(scene, scene.lines) == frozenset(), "the honest log must verify first"
    assert flaw in outcome(scene, attack(scene))


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_49_sabotage_of_the_check_lets_it_pass(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    attack, flaw, sabotage = ATTACKS[name]
    scene = honest()
    lines = attack(scene)
    sabotage(monkeypatch)
    assert flaw not in outcome(scene, lines)


def test_attack_49_the_table_holds_every_flaw_there_is() -> None:
    assert {flaw for _, flaw, _ in ATTACKS.values()} == set(Flaw)


def test_attack_49_places_are_named_exactly() -> None:
    scene = honest()
    for place, expected in ((ENTRY_1, "entry 1"), (ENTRY_2, "entry 2")):
        found = scene.kit.audit(edited(place, fewer_rows)(scene)).flaws
        assert [(f.flaw, f.where) for f in found if f.flaw is Flaw.EDITED] == [(Flaw.EDITED, expected)]
    dropped = scene.kit.audit(without(ENTRY_1, ENTRY_2)(scene)).flaws
    assert [(f.flaw, f.where) for f in dropped] == [(Flaw.DROPPED, "entries 1 to 2")]
    assert [str(f.finding()).split(":")[0] for f in dropped] == ["WB510 entries 1 to 2"]


def test_attack_49_without_a_head_seen_before_an_old_copy_verifies_and_the_report_says_so() -> None:
    scene = honest()
    old = scene.lines[: HEAD_1 + 1]
    report = scene.kit.audit(old)
    assert report.ok
    assert not report.seen
    assert scene.kit.audit(old, seen=scene.seen).names == {Flaw.ROLLED_BACK}


def test_attack_49_in_the_database_itself(tmp_path) -> None:
    """The same through SQL: the file is edited, a row deleted, and the whole file put back as it was."""
    path, key = tmp_path / "state.sqlite", SigningKey.generate()
    with open_state(path, master=MASTER) as file, file.begin() as state:
        log = state.log(NAMES)
        log.open(at=START, key=key)
        log.append(kind="plan.made", at=START, subject=PERSON, data={"plan": PLAN, "rows": 9})
        log.append(kind="plan.made", at=START, subject=PERSON, data={"plan": PLAN, "rows": 8})
        log.sign(at=START, key=key)
    old_copy = path.read_bytes()
    with open_state(path, master=MASTER) as file, file.begin() as state:
        log = state.log(NAMES)
        log.append(kind="plan.made", at=START, subject=PERSON, data={"plan": PLAN, "rows": 7})
        seen = log.sign(at=START, key=key)
    now = path.read_bytes()

    def flaws() -> frozenset[Flaw]:
        with open_state(path) as file, file.read() as state:
            return audit(state.log().lines(), keys=[key.public], seen=seen).names

    def tamper(*statements: str) -> frozenset[Flaw]:
        path.write_bytes(now)
        with opened(path) as connection:
            for statement in ("DROP TRIGGER waarborg_entry_no_update", "DROP TRIGGER waarborg_entry_no_delete"):
                connection.execute(statement)
            for statement in statements:
                connection.execute(statement)
        return flaws()

    assert tamper() == frozenset()
    edit = "UPDATE waarborg_entry SET body = CAST(replace(body, '\"rows\":9', '\"rows\":1') AS BLOB) WHERE seq = 1"
    assert tamper(edit) == {Flaw.EDITED}
    assert tamper("DELETE FROM waarborg_entry WHERE seq = 1") == {Flaw.DROPPED}
    swap = ("UPDATE waarborg_entry SET seq = 99 WHERE seq = 1", "UPDATE waarborg_entry SET seq = 1 WHERE seq = 2")
    assert Flaw.REORDERED in tamper(*swap, "UPDATE waarborg_entry SET seq = 2 WHERE seq = 99")
    assert Flaw.TRUNCATED in tamper("DELETE FROM waarborg_entry WHERE seq = 3")
    path.write_bytes(old_copy)
    assert flaws() == {Flaw.ROLLED_BACK}


def test_attack_49_plain_sql_cannot_change_evidence_by_mistake() -> None:
    kit = sample(1)
    for statement in ("UPDATE waarborg_entry SET seq = 9", "DELETE FROM waarborg_entry", "DELETE FROM waarborg_head"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            kit.state.sql.run(statement)
