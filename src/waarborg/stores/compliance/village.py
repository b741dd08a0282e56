"""The tables and rows that the laws are tried on: a village where every difficult shape lives once.

Composite keys, a NOT NULL self reference, a NOT NULL cycle, a polymorphic pair, keys by value under a
case-insensitive collation, NULLs, a table without a key, names that must be quoted, values with quotes, emoji,
right-to-left marks and ten thousand characters.
"""

from __future__ import annotations

from datetime import date, datetime

from waarborg.stores.compliance.site import Row
from waarborg.stores.contract import Column, Family, ForeignKey, Table, Unique

ODD = 'select "from` группа'
"""A table whose name must be quoted."""
ODD_COLUMN = "naam van ‘wie’ % ?"
"""A column whose name must be quoted."""
LONG = "l" * 9_990 + "@x.example"
NASTY = ("o'brien\"%_\\;--@x.example", "\U0001f600\u202eשלום@x.example", LONG, "{}%s:name$1@x.example")
"""Identifiers that break careless quoting, encoding, formatting and limits."""


def _number(name: str, *, nullable: bool = True, identity: bool = False) -> Column:
    return Column(name, "bigint", Family.NUMBER, nullable, identity=identity)


def _text(name: str, length: int | None = None, *, nullable: bool = True, ci: bool = False) -> Column:
    return Column(name, "text", Family.TEXT, nullable, length, case_insensitive=ci)


_ID = _number("id", nullable=False, identity=True)

PERSON = Table(
    "person",
    (
        _ID,
        _text("email", ci=True),
        _text("phone", 60),
        Column("born", "date", Family.DATE),
        _text("last_ip", 60),
        _text("note"),
        _text("login", 80),
        _number("boss_id"),
    ),
    key=("id",),
    uniques=(Unique("person_login", ("login",)),),
    foreign_keys=(ForeignKey("person_boss", ("boss_id",), "person", ("id",)),),
)
ACCOUNT = Table(
    "account",
    (
        _number("tenant", nullable=False),
        _number("no", nullable=False),
        _number("owner_id"),
        _text("label", 40, nullable=False),
    ),
    key=("tenant", "no"),
    foreign_keys=(ForeignKey("account_owner", ("owner_id",), "person", ("id",)),),
)
ENTRY = Table(
    "entry",
    (_ID, _number("tenant"), _number("account_no"), _text("memo")),
    key=("id",),
    foreign_keys=(ForeignKey("entry_account", ("tenant", "account_no"), "account", ("tenant", "no")),),
)
MEMBERSHIP = Table(
    "membership",
    (_ID, _number("circle", nullable=True), _number("person_id")),
    key=("id",),
    uniques=(Unique("membership_once", ("person_id", "circle")),),
    foreign_keys=(ForeignKey("membership_person", ("person_id",), "person", ("id",)),),
)
REMARK = Table(
    "remark",
    (_ID, _text("holder_type", 20), _text("holder_id", 60), _text("meta"), _text("listed", 60)),
    key=("id",),
)
NODE = Table(
    "node",
    (_ID, _number("parent_id", nullable=False), _number("owner_id")),
    key=("id",),
    foreign_keys=(ForeignKey("node_parent", ("parent_id",), "node", ("id",)),),
)
LEFT = Table(
    "left_side",
    (_number("id", nullable=False), _number("right_id", nullable=False)),
    key=("id",),
    foreign_keys=(ForeignKey("left_right", ("right_id",), "right_side", ("id",), deferrable=True),),
)
RIGHT = Table(
    "right_side",
    (_number("id", nullable=False), _number("left_id", nullable=False)),
    key=("id",),
    foreign_keys=(ForeignKey("right_left", ("left_id",), "left_side", ("id",), deferrable=True),),
)
SESSION = Table(
    "session",
    (_ID, _number("person_id", nullable=False), Column("began", "timestamp", Family.DATETIME)),
    key=("id",),
    foreign_keys=(ForeignKey("session_person", ("person_id",), "person", ("id",), "CASCADE"),),
)
LOG = Table("log", (_text("who", 80), _text("ip", 60)))
STRANGE = Table(
    ODD,
    (_number("order", nullable=False), _text(ODD_COLUMN, 80), _text("größe", 40), _text("NULL", 40)),
    key=("order",),
)

TABLES = (PERSON, ACCOUNT, ENTRY, MEMBERSHIP, REMARK, NODE, LEFT, RIGHT, SESSION, LOG, STRANGE)


def _person(id: int, email: str | None, boss: int | None = None, **more: object) -> Row:
    bare: dict[str, object] = {"phone": None, "born": None, "last_ip": None, "note": None, "login": None}
    return {"id": id, "email": email, **bare, **more, "boss_id": boss}


def rows() -> dict[str, list[Row]]:
    """Fresh rows for every table."""
    return {
        "person": [
            _person(1, "jan@x.example", None, phone="+31 20 123 4567", born=date(1980, 5, 17), last_ip="192.0.2.77"),
            _person(2, "JAN@x.example", 1, phone="020-1234567", born=date(1990, 1, 1), last_ip="2001:db8:1:2::9"),
            _person(3, "josé@x.example", 4, phone="0201234568", note="Jan wrote to jan@x.example, not Janneke"),
            _person(4, "jose@x.example", 3, born=date(1990, 12, 31), note="mail jan@x.example.org or a.jan@x.example"),
            _person(5, None, 2, note="JAN", login="five"),
            _person(6, None, 5, login="six"),
            *(_person(7 + at, email, None, note=email) for at, email in enumerate(NASTY)),
            _person(11, " jan@x.example ", note="janneke and jansen"),
            _person(12, "5", note="the number 5"),
            _person(13, "05"),
            _person(14, "5abc"),
            _person(15, ""),
            _person(16, "jose\u0301@x.example", login="sixteen"),
        ],
        "account": [
            {"tenant": tenant, "no": no, "owner_id": owner, "label": f"{tenant}/{no}"}
            for tenant, no, owner in ((1, 1, 1), (1, 2, 2), (2, 1, 2), (2, 2, 1), (3, 1, None))
        ],
        "entry": [
            {"id": id, "tenant": tenant, "account_no": no, "memo": f"memo {id}"}
            for id, tenant, no in ((1, 1, 1), (2, 1, 2), (3, 2, 1), (4, 2, 2), (5, 1, None), (6, None, 1), (7, 1, 1))
        ],
        "membership": [
            {"id": id, "circle": circle, "person_id": person}
            for id, circle, person in (
                (1, 1, 1),
                (2, 2, 1),
                (3, None, 1),
                (4, 1, 2),
                (5, 1, 3),
                (6, None, 2),
                (7, 3, 4),
            )
        ],
        "remark": [
            {"id": id, "holder_type": kind, "holder_id": holder, "meta": meta, "listed": listed}
            for id, kind, holder, meta, listed in (
                (1, "Person", "1", '{"by": {"id": 1}, "to": [{"id": 3}, {"id": 5}]}', "1,2"),
                (2, "Account", "1", '{"by": {"id": 2}, "count": 1}', "12, 3"),
                (3, "Person", "person,2", '{"by": {"id": "1"}}', "21"),
                (4, "Person", None, None, None),
                (5, "Person", "01", "not json", ""),
                (6, "person", "2", "by: {id: 1}\nflag: true\n", "3,2"),
                (7, "Person", "person,1", 'a:2:{s:2:"id";i:1;s:3:"who";s:3:"Jan";}', "x"),
            )
        ],
        "node": [
            {"id": id, "parent_id": parent, "owner_id": owner}
            for id, parent, owner in ((1, 1, 1), (2, 1, 1), (3, 2, 2), (4, 3, 1), (5, 5, 2), (6, 5, 2), (7, 4, 1))
        ],
        "left_side": [{"id": 1, "right_id": 1}, {"id": 2, "right_id": 2}],
        "right_side": [{"id": 1, "left_id": 1}, {"id": 2, "left_id": 2}],
        "session": [
            {"id": id, "person_id": person, "began": datetime(2026, 1, id, 12, 30)}
            for id, person in ((1, 1), (2, 12), (3, 12), (4, 13))
        ],
        "log": [
            {"who": who, "ip": ip} for who, ip in (("a", "192.0.2.1"), ("a", "192.0.2.1"), ("b", None), (None, "x"))
        ],
        ODD: [
            {"order": at, ODD_COLUMN: value, "größe": f"größe {at}", "NULL": None}
            for at, value in enumerate(("a", "it's", "A"))
        ],
    }
