"""The names that evidence may hold."""

from dataclasses import dataclass, field

import pytest
from tests.evidence_kit import PLAN, START, in_memory

from waarborg.datamap.model import ColumnDecl, DataMap, StoreDecl, TableDecl
from waarborg.errors import EvidenceError
from waarborg.state import declared_names


def a_map(table: str = "app.member") -> DataMap:
    columns = {"email": ColumnDecl("email", "account.email")}
    return DataMap({"app": StoreDecl("app", "sql")}, {table: TableDecl(table, columns=columns)})


@dataclass
class SomePolicy:
    """The shape that counts: an id, sections that are mappings, and texts that are not names."""

    id: str = "taakveld"
    retention: dict[str, object] = field(default_factory=lambda: {"invoices": object()})
    texts: dict[str, object] = field(default_factory=lambda: {"jan": object()})
    minimum_age: int = 16


def test_names_are_ids_of_the_policy_and_stores_tables_columns_of_the_map():
    assert declared_names(SomePolicy(), a_map()) == {
        "taakveld",
        "invoices",
        "retention.invoices",
        "app",
        "app.member",
        "app.member.email",
        "account.email",
    }
    assert declared_names() == frozenset()


@pytest.mark.parametrize("table", ['app.Ledger "2026"', "app.order", "app.größe", "app.a@b", "app." + "x" * 64])
def test_whatever_a_table_is_called_can_be_counted_in_evidence_and_still_verifies(table):
    kit = in_memory()
    log = kit.state.log(declared_names(None, a_map(table)))
    log.append(kind="plan.made", at=START, data={"plan": PLAN, "treated": {table: 3}})
    kit.sign()
    assert kit.audit().ok


def test_a_table_named_after_an_address_is_not_counted():
    table = "app.jan@post.example"
    log = in_memory().state.log(declared_names(None, a_map(table)))
    with pytest.raises(EvidenceError):
        log.append(kind="plan.made", at=START, data={"plan": PLAN, "treated": {table: 3}})
