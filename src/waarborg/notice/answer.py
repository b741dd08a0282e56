"""An access answer, read as a stream and guarded: what may not come out, stops here.

`read` takes the JSON that `waarborg.plans.access` writes, line by line, and yields its tables with their rows in
blocks; `guarded` refuses secrets and undeclared columns, withholds what describes other people (Art. 15(4)), and for
portability leaves only what Art. 20 gives.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from waarborg.datamap.model import SECRET, TECHNICAL, DataMap, Link, TableDecl
from waarborg.errors import Finding, Place
from waarborg.notice.words import NoticeError
from waarborg.policy.model import Policy
from waarborg.policy.values import PROVIDED, Source
from waarborg.terms import LegalBasis, LinkKind

FORMAT = 1
ABOUT = "about them"
THEIRS = "theirs"
HASHES = re.compile(
    r"\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}|\$argon2(?:id?|d)\$.{20,}|\$(?:1|5|6|y|7)\$[^$]{1,64}\$.{20,}|"
    r"(?:pbkdf2_sha256|pbkdf2_sha1|bcrypt_sha256|scrypt|argon2)\$.{20,}|\{S?SHA(?:256|512)?\}[A-Za-z0-9+/=]{20,}|"
    r"otpauth://\S+|-----BEGIN [A-Z ]*PRIVATE KEY-----.*",
    re.DOTALL,
)
"""Whole cells that are a password hash, a second-factor seed or a private key, whatever their column is called."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of one table: `columns` gives the data reference of each column that is shown."""

    table: str
    why: str
    columns: Mapping[str, str]
    withheld: tuple[str, ...]
    """Data references that are there and not given, because they are about others."""
    rows: Iterator[list[dict[str, Any]]] = field(repr=False)


def read(lines: Iterable[str]) -> tuple[dict[str, Any], Iterator[Part]]:
    """The head of an answer and its parts. Rows of a part must be read before the next part is asked for.

    Raises `NoticeError` WB810 where the text is no answer, or ends too soon.
    """
    stream = iter(lines)
    head = _parsed(next(stream, "").rstrip() + "]}")
    if not isinstance(head, dict) or head.get("format") != FORMAT or "made_at" not in head:
        raise _broken()
    head.pop("data", None)
    return head, _parts(stream)


def _parts(stream: Iterator[str]) -> Iterator[Part]:
    for line in stream:
        if line.rstrip() == "]}":
            return
        if not line.startswith('{"table": '):
            if line.strip():
                raise _broken()
            continue
        found = _parsed(line.rstrip() + "]}")
        rows = _rows(stream)
        yield Part(found["table"], found["why"], found["columns"], tuple(found["withheld"]), rows)
        for _ in rows:
            """Whoever did not read them all goes on at the next table all the same."""
    raise _broken()


def _rows(stream: Iterator[str]) -> Iterator[list[dict[str, Any]]]:
    for line in stream:
        text = line.rstrip()
        if text in ("]}", "]},"):
            return
        block = _parsed(f"[{text.removesuffix(',')}]")
        if not all(isinstance(row, dict) for row in block):
            raise _broken()
        yield block
    raise _broken()


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise _broken() from None


def _broken() -> NoticeError:
    return _error(
        "WB810", "This is no access answer, or it ends too soon.", "Half an answer is a false one.", "Make it again."
    )


# ------------------------------------------------------------------------------------------------ the guard


def guarded(parts: Iterable[Part], policy: Policy, datamap: DataMap, *, portable: bool = False) -> Iterator[Part]:
    """The parts as they may be handed over. Raises `NoticeError` WB811 or WB812 naming the column, never a value."""
    for part in parts:
        decl = datamap.tables.get(part.table)
        for column, ref in part.columns.items():
            if ref.partition(".")[0] in (SECRET, TECHNICAL) or not policy.has(ref) or decl is None:
                raise _column("WB811", part.table, column)
        hidden = others(decl, part.why) if decl else frozenset()
        shown = {name: ref for name, ref in part.columns.items() if name not in hidden}
        withheld = dict.fromkeys(part.columns[name] for name in part.columns if name in hidden)
        if decl:
            withheld |= dict.fromkeys(decl.columns[name].category for name in part.withheld if name in decl.columns)
        if portable:
            shown = {
                name: ref
                for name, ref in shown.items()
                if decl and part.why == THEIRS and provided(policy, datamap, decl, name)
            }
            withheld = {}
        if shown or withheld:
            yield replace(part, columns=shown, withheld=tuple(withheld), rows=_given(part, shown))


def _given(part: Part, shown: Mapping[str, str]) -> Iterator[list[dict[str, Any]]]:
    for block in part.rows:
        rows = [{name: row[name] for name in shown if name in row} for row in block]
        for row in rows:
            for name, value in row.items():
                if isinstance(value, str) and HASHES.fullmatch(value.strip()):
                    raise _column("WB812", part.table, name)
        if shown:
            yield rows


def others(decl: TableDecl, why: str) -> frozenset[str]:
    """Columns of a row that describe somebody the row does not belong to: shown to that person alone (Art. 15(4))."""
    if why == ABOUT:
        return frozenset()
    return frozenset(name for link in decl.links if link.kind is LinkKind.ABOUT for name in link.about)


def provided(policy: Policy, datamap: DataMap, decl: TableDecl, column: str) -> bool:
    """Whether Art. 20 gives a column: provided by the person, on consent or contract, and not shared with others."""
    declared = decl.columns[column]
    ref = declared.category
    sources = {Source(declared.source)} if declared.source else set(policy.category(ref).source)
    bases = {purpose.basis for purpose in policy.purposes_for(ref)}
    asked = bool(bases & {LegalBasis.CONSENT, LegalBasis.CONTRACT})
    own = bool(sources & PROVIDED) and Source.OTHER_SUBJECTS not in sources
    return asked and own and not shared(datamap, decl)


def shared(datamap: DataMap, decl: TableDecl, seen: frozenset[str] = frozenset()) -> bool:
    """Whether rows of a table can belong to several people, by their own links or those of what they belong to."""
    owning = [link for link in decl.links if link.kind is LinkKind.BELONGS_TO]
    if len(owning) > 1 or any(link.through for link in owning):
        return True
    return any(_leads_to_shared(datamap, link, seen | {decl.name}) for link in owning)


def _leads_to_shared(datamap: DataMap, link: Link, seen: frozenset[str]) -> bool:
    target = datamap.tables.get(link.target)
    if target is None or target.name in seen or target.subject is not None:
        return False
    return shared(datamap, target, seen)


def unmapped(policy: Policy, datamap: DataMap) -> list[str]:
    """Categories that the notice names and no column holds: an answer would silently lack them (attack 35)."""
    held = {column.category.partition(".")[0] for table in datamap.tables.values() for column in table.columns.values()}
    return [name for name in policy.data if name not in held]


def _column(id: str, table: str, column: str) -> NoticeError:
    what, why, todo = {
        "WB811": (
            "This column may not be in an answer: it is a secret, or its data is not declared in the policy.",
            "An answer shows what the notice names, and never a secret.",
            "Map the column to declared data, or mark it secret.",
        ),
        "WB812": (
            "This column holds a password hash, a second-factor seed or a private key.",
            "Whoever finds the answer could take over the account.",
            "Mark the column secret in the data map.",
        ),
    }[id]
    return NoticeError([Finding(id, Place(path=f"{table}.{column}"), what, why, todo)])


def _error(id: str, what: str, why: str, todo: str) -> NoticeError:
    return NoticeError([Finding(id, Place(), what, why, todo)])
