"""`waarborg grants` prints enough, and no more: an account with just these rights plans, applies and verifies."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from examples.projects import make_data
from tests.cli_kit import ROOT, process

EXAMPLE = ROOT / "examples" / "projects"
ACCOUNT = "waarborg_test_small"


def _account(database) -> str:
    """Make an account that may do nothing; its address."""
    _gone(database)
    if database.engine == "postgresql":
        database.run(f"CREATE ROLE {ACCOUNT} LOGIN PASSWORD 'klein'")
    else:
        database.run(f"CREATE USER '{ACCOUNT}'@'%' IDENTIFIED BY 'klein'")
    head, _, tail = database.url.partition("://")
    return f"{head.partition('+')[0]}://{ACCOUNT}:klein@{tail.partition('@')[2]}".partition("?")[0]


def _gone(database) -> None:
    with suppress(Exception):
        if database.engine == "postgresql":
            database.run(f"DROP OWNED BY {ACCOUNT}")
        database.run(f"DROP ROLE {ACCOUNT}" if database.engine == "postgresql" else f"DROP USER '{ACCOUNT}'@'%'")


@pytest.fixture(params=["postgresql", "mariadb"])
def server(request):
    database = request.getfixturevalue(request.param)
    yield database
    _gone(database)


def test_the_printed_rights_are_enough_and_without_them_doctor_says_so(server, tmp_path: Path) -> None:
    for name in ("policy.yaml", "datamap.yaml"):
        shutil.copy(EXAMPLE / name, tmp_path)
    root = server.url.partition("?")[0]
    make_data.make(root, people=30)
    small = {"APP_DATABASE": _account(server)}
    assert process("init", cwd=tmp_path).code == 0
    assert process("doctor", cwd=tmp_path, environment=small).code == 1
    printed = process(
        "grants", "--role", "apply", "--account", ACCOUNT, cwd=tmp_path, environment={"APP_DATABASE": root}
    )
    assert printed.code == 0
    assert "ALL PRIVILEGES" not in printed.out
    statements = [line.partition(" --")[0].rstrip(";") for line in printed.out.splitlines() if line.startswith("GRANT")]
    server.run(*statements)
    doctor = process("doctor", cwd=tmp_path, environment=small)
    assert doctor.code == 0, doctor.out
    email = str(server.run("SELECT email FROM member WHERE id = 7")[0][0])
    made = process("plan", "--email", email, "--json", cwd=tmp_path, environment=small)
    id = json.loads(made.out)["id"]
    for step in ("approve", "apply", "verify"):
        ran = process(step, id, cwd=tmp_path, environment=small)
        assert ran.code == 0, ran.out + ran.err
    server.run(next(s for s in statements if "DELETE" in s).replace("GRANT", "REVOKE").replace(" TO ", " FROM "))
    less = process("doctor", cwd=tmp_path, environment=small)
    assert less.code == 1
    assert "lacks DELETE on" in less.out
