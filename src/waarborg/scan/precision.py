"""Is data stored no finer than the policy tells people? A town is no address, a year of birth no birthday.

    too_fine(policy, datamap, "app", looks) -> findings WB720, without a value in them

Judged on the sample that a check takes anyway: a value that is too fine is a promise broken, one that is not proves
nothing about the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

from waarborg.datamap.model import DataMap
from waarborg.errors import Finding
from waarborg.policy.model import Policy
from waarborg.scan.looks import Looks

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def _digits(text: str) -> bool:
    """A postcode, a house number, a coordinate: finer than a name of a place."""
    return any(sign.isdigit() for sign in text)


def _day(text: str) -> bool:
    found = _DATE.match(text)
    return bool(found and found[3] != "01")


def _month(text: str) -> bool:
    found = _DATE.match(text)
    return bool(found and (found[2], found[3]) != ("01", "01"))


TOO_FINE: Mapping[str, Callable[[str], bool]] = {
    "country": _digits,
    "region": _digits,
    "town": _digits,
    "year": _month,
    "month": _day,
}
"""By the precision that a policy can promise: whether a value is finer."""


def too_fine(policy: Policy, datamap: DataMap, store: str, looks: Looks) -> Iterator[Finding]:
    """Every column of a store that holds finer data than its item promises."""
    for decl in datamap.in_store(store):
        for name, column in decl.columns.items():
            category, _, item = column.category.partition(".")
            declared = policy.data[category].items.get(item) if category in policy.data else None
            finer = TOO_FINE.get(declared.precision) if declared else None
            if declared is None or finer is None or decl.local not in looks.schema.tables:
                continue
            texts = [_text(value) for value in looks.values(decl.local, name) if value not in (None, "")]
            fine = sum(finer(text) for text in texts)
            if fine:
                yield Finding(
                    "WB720",
                    column.place if column.place.line else decl.place,
                    f"{fine} of {len(texts)} sampled values in {decl.name}.{name} are finer than {declared.precision}.",
                    "The policy tells people how fine it is stored (Art. 5(1)(a), (c)).",
                    "Store it coarser, or tell people what is stored.",
                )


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
