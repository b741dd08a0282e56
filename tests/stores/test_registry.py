"""Connectors are found by entry point; credentials are referred to, and never shown."""

from __future__ import annotations

import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from waarborg.datamap.model import StoreDecl
from waarborg.errors import Place, StoreError
from waarborg.stores import credentials, registry
from waarborg.stores.memory import MemoryStore

SECRET = "hunter2-canary"


def test_our_kinds_are_the_entry_points_we_declare() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert project["project"]["entry-points"][registry.GROUP] == registry.OWN


def test_a_store_is_opened_by_its_kind() -> None:
    assert isinstance(registry.open_store(StoreDecl("app", "memory")), MemoryStore)


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("memry", "", 'WB301 datamap.yaml:3: There is no kind of store "memry". Did you mean "memory"?'),
        ("lost", "waarborg_nowhere:Store", 'WB302 .*"waarborg_nowhere:Store".*ModuleNotFoundError: waarborg_nowhere'),
        ("odd", "json:loads", "WB303 .*no from_decl"),
        ("liar", "test_registry:Liar", "WB303 .*not a store"),
    ],
)
def test_what_cannot_be_opened_says_why(kind: str, value: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    points = [metadata.EntryPoint(kind, value, registry.GROUP)] if value else []
    monkeypatch.setattr(metadata, "entry_points", lambda group: points)
    with pytest.raises(StoreError, match=message):
        registry.open_store(StoreDecl("app", kind, place=Place("datamap.yaml", 3)))


class Liar:
    """A connector that opens nothing."""

    @classmethod
    def from_decl(cls, decl: StoreDecl) -> object:
        return decl


@pytest.mark.parametrize(
    ("address", "options"),
    [
        (f"postgresql://app:{SECRET}@db.example/app", {}),
        (f"mysql://db.example/app?password={SECRET}", {}),
        (f"host=db.example password={SECRET}", {}),
        ("sqlite:///app.db", {"api_key": SECRET}),
    ],
)
def test_a_literal_credential_is_refused_and_not_shown(address: str, options: dict[str, str]) -> None:
    with pytest.raises(StoreError, match="WB304") as refused:
        registry.open_store(StoreDecl("app", "memory", address, options=options))
    assert SECRET not in f"{refused.value} {refused.value!r}"


def test_addresses_without_a_secret_stand_as_they_are() -> None:
    assert credentials.resolve("sqlite:///app.db") == "sqlite:///app.db"
    assert not credentials.literals(StoreDecl("app", "sql", "env:APP", options={"token": "env:TOKEN"}))


def test_references_are_resolved(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text(f"{SECRET}\n")
    file.chmod(0o600)
    assert credentials.resolve("env:APP", environment={"APP": SECRET}) == SECRET
    assert credentials.resolve(f"file:{file}") == SECRET
    assert credentials.resolve(f"command:cat '{file}'") == SECRET
    assert credentials.resolve("command:echo $HOME; echo two") == "$HOME; echo two"


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("env:WAARBORG_NOWHERE", 'WB305: There is nothing in "env:WAARBORG_NOWHERE"'),
        ("file:{}/none", "WB305: The file .* cannot be read. No such file"),
        ("file:{}/open", "WB306: Others than its owner can read"),
        ("file:{}/big", "WB307: The command or file gives too much|WB307"),
        ("command:false", "WB307: The command for this address failed"),
        ("command:no-such-program-here", "WB307: The command for this address cannot be started"),
        ("command:sleep 30", "WB307: The command for this address failed or took too long"),
        ("command:yes", "WB307"),
    ],
)
def test_a_reference_that_fails_says_why(
    reference: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "COMMAND_SECONDS", 0.2)
    for name, content, mode in (("open", SECRET, 0o644), ("big", SECRET * 9999, 0o600)):
        (tmp_path / name).write_text(content)
        (tmp_path / name).chmod(mode)
    with pytest.raises(StoreError, match=message) as refused:
        credentials.resolve(reference.format(tmp_path))
    assert SECRET not in repr(refused.value)
