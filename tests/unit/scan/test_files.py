"""Files: what each kind is recognised as, what stands in it, and the bounds that hold whatever lies there."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from waarborg.errors import StoreError
from waarborg.scan.pipeline import scan
from waarborg.stores.contract import Program, Seeds
from waarborg.stores.files import FileStore
from waarborg.stores.files import store as module

ACCESS = '192.0.2.{n} - jan{n} [22/Nov/2026:00:00:00 +0100] "GET / HTTP/1.1" 200 12 "-" "Mozilla/5.0 (X11)"\n'
MAIL = "From: Jan <jan@klant.example>\nTo: els@klant.example\nSubject: Hallo\n\nGraag bellen.\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("logs", "Maildir/cur", "Maildir/new", "uploads/17", "recordings"):
        (tmp_path / folder).mkdir(parents=True)
    lines = "".join(ACCESS.format(n=n) for n in range(1, 60))
    (tmp_path / "logs/access.log").write_text(lines)
    with gzip.open(tmp_path / "logs/access.log.2.gz", "wt") as packed:
        packed.write(lines)
    users = [json.dumps({"user": {"id": n, "email": f"p{n}@klant.example"}, "msg": "ok"}) for n in range(40)]
    (tmp_path / "logs/app.jsonl").write_text("\n".join(users))
    syslog = [f"Nov 22 00:00:0{n % 10} mail postfix/smtpd[1]: connect from [192.0.2.{n}]" for n in range(30)]
    (tmp_path / "logs/syslog").write_text("\n".join(syslog))
    (tmp_path / "Maildir/cur/1:2,S").write_text(MAIL)
    (tmp_path / "box").write_text(f"From jan@klant.example Sun Nov 22\n{MAIL}\nFrom els@klant.example Sun\n{MAIL}")
    (tmp_path / "uploads/17/cv.pdf").write_bytes(b"%PDF")
    (tmp_path / "recordings/call.wav").write_bytes(b"RIFF")
    return tmp_path


def test_each_kind_is_recognised_and_its_columns_are_found(root: Path) -> None:
    found = scan(FileStore("files", str(root)))
    columns = {f"{table}.{column}": v.category for (table, column), v in found.columns.items()}
    assert columns["logs_access_log.ip_address"] == "ip_address"
    assert columns["logs_access_log.user_agent"] == "user_agent"
    assert columns["logs_app_jsonl.user.email"] == "email"
    assert columns["Maildir.sender"] == columns["Maildir.recipient"] == "email"
    assert columns["Maildir.body"] == "free_text"
    assert found.paths["logs_access_log"] == "logs/access.log*"
    assert {"logs_syslog", "box", "uploads", "recordings"} <= set(found.sizes)
    assert {q.kind for q in found.questions if q.table == "logs_access_log"} == {"lost"}
    assert "klant.example" not in json.dumps(found.as_dict())


def test_one_file_is_enough(root: Path) -> None:
    found = scan(FileStore("files", str(root / "logs/access.log")))
    assert ("access_log", "ip_address") in found.columns


def test_hostile_files_are_bounded(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log of one endless line, a packed file that is none, a link out of the root, a loop, a file in no encoding."""
    (root / "logs/endless.log").write_bytes(b"x" * 5_000_000)
    (root / "logs/broken.log.gz").write_bytes(b"no gzip at all")
    (root / "logs/deep.jsonl").write_text("[" * 100_000 + "\n" + '{"a":' * 5_000 + "1" + "}" * 5_000)
    (root / "logs/binary.log").write_bytes(bytes(range(256)) * 100)
    os.symlink("/etc/passwd", root / "logs/passwd.log")
    os.symlink(root, root / "uploads/loop")
    monkeypatch.setattr(module, "MOST_FILES", 30)
    for n in range(100):
        (root / f"uploads/17/{n}.pdf").write_bytes(b"%PDF")
    store = FileStore("files", str(root))
    schema = store.describe()
    assert any("more than" in what for what in schema.not_visible)
    assert "passwd" not in " ".join(schema.tables)
    assert scan(store, 50, schema).tables == len(schema.tables)


def test_what_is_not_there_and_what_is_not_done(root: Path) -> None:
    with pytest.raises(StoreError, match="WB340"):
        FileStore("files", str(root / "none")).describe()
    with pytest.raises(StoreError, match="WB341"):
        FileStore("files", str(root)).reading(Program(()), Seeds())
