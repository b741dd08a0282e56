"""The names that evidence may hold: what the policy and the data map declare, and nothing else.

    state.log(declared_names(policy, datamap))

From the policy the id of every entry, alone and behind its section (`invoices`, `retention.invoices`), the path of
every entry that says something to people (`rights.access`), the promises that entries name (`projects.13`), and every
data reference; from the map stores, tables (`app.member`) and columns (`app.member.email`). Texts, labels and values
are never among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # only their shape is used: loading the state should not load the readers of YAML
    from waarborg.datamap.model import DataMap
    from waarborg.policy.model import Policy

_NOT_ENTRIES = frozenset(("places", "texts", "glossary"))


def declared_names(policy: Policy | None = None, datamap: DataMap | None = None) -> frozenset[str]:
    """Every name that these declare."""
    from waarborg.policy.walk import entries as said

    names: set[str] = set()
    if policy is not None:
        names.add(policy.id)
        for section in fields(policy):
            entries = getattr(policy, section.name)
            if section.name not in _NOT_ENTRIES and isinstance(entries, Mapping):
                names |= {str(entry) for entry in entries} | {f"{section.name}.{entry}" for entry in entries}
        for path, entry in said(policy):
            names |= {path, *entry.promises}
        names |= {f"{name}.{item}" for name, category in getattr(policy, "data", {}).items() for item in category.items}
    if datamap is not None:
        names |= set(datamap.stores) | set(datamap.tables)
        names |= {f"{name}.{column}" for name, table in datamap.tables.items() for column in table.columns}
    return frozenset(names)
