"""Taking a key out of a cell that holds several: a list with separators, an array of the engine, a JSON document.

What is left of the cell is as it was, numbers to their last digit; a member of an object that held the key becomes
null. A cell that is not what it was said to be is left alone, as `cell_forms` finds nothing in it either.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence

from waarborg.stores import refusals
from waarborg.stores.contract import How, Inside, Key, Without
from waarborg.stores.matching import cell_forms, key_form

_WHOLE = object()
"""In place of an item that goes."""


def without(cell: object, keys: frozenset[str], how: How) -> object:
    """The cell without the keys (their forms, normalised) that stand in it as `how` says.

    >>> without("3, 17,20", frozenset({"17"}), How(inside=Inside.LIST, path=","))
    '3,20'
    >>> without('{"to": [{"id": 5}, {"id": 6}], "n": 5}', frozenset({"5"}), How(inside=Inside.JSON, path="to.*.id"))
    '{"to": [{"id": null}, {"id": 6}], "n": 5}'
    >>> without([4, 5], frozenset({"5"}), How(inside=Inside.LIST, path=","))
    [4]
    """
    if cell is None or keys.isdisjoint(cell_forms(cell, how)):
        return cell
    if how.inside is Inside.LIST:
        return _from_list(cell, keys, how)
    return _from_json(cell, keys, how) if how.inside is Inside.JSON else cell


def keys_of(store: str, write: Without, seeds: Mapping[str, Sequence[Key]]) -> frozenset[str]:
    """The forms of the keys to take out, as they are looked for in a cell. Raises `StoreError` for an unknown seed."""
    for name in write.seeds:
        if name not in seeds:
            raise refusals.unknown_seed(store, name)
    forms = (key_form(key[0], write.how) for name in write.seeds for key in seeds[name])
    return frozenset(one for one in forms if one is not None)


def _is(value: object, keys: frozenset[str], how: How) -> bool:
    plain = How(how.normalise, how.template, Inside.WHOLE, "", how.phone_country)
    scalar = not isinstance(value, bool | Mapping | list | tuple | _Number)
    return scalar and not keys.isdisjoint(cell_forms(value, plain))


def _from_list(cell: object, keys: frozenset[str], how: How) -> object:
    if isinstance(cell, list | tuple):
        return [item for item in cell if not _is(item, keys, how)]
    text = bytes(cell).decode("utf-8", "replace") if isinstance(cell, bytes | bytearray | memoryview) else str(cell)
    separator = how.path or ","
    return separator.join(part for part in text.split(separator) if not _is(part.strip(" \t\r\n"), keys, how))


def _from_json(cell: object, keys: frozenset[str], how: How) -> object:
    read = isinstance(cell, Mapping | list | tuple)
    text = "" if read else str(cell)
    tree = cell if read else json.loads(text, parse_float=_Number)
    steps = [step for step in how.path.removeprefix("$").split(".") if step]
    found = _pruned(tree, steps, keys, how, deep=not steps)
    made = None if found is _WHOLE else found
    if read:
        return made
    apart = (", ", ": ") if '": ' in text or ", " in text or not {":", ","} & set(text) else (",", ":")
    return _NUMBER.sub(r"\1", json.dumps(made, ensure_ascii=False, separators=apart))


class _Number(str):
    """A number with a fraction, by its digits (a float would lose some), marked so that it is told from a text."""

    __slots__ = ()

    def __new__(cls, digits: str) -> _Number:
        return super().__new__(cls, f"{_MARK}{digits}{_MARK}")


_MARK = secrets.token_hex(16)
_NUMBER = re.compile(rf'"{_MARK}([^"]*){_MARK}"')


def _pruned(node: object, steps: list[str], keys: frozenset[str], how: How, deep: bool) -> object:
    """The node without keys at the path; `_WHOLE` when it is one itself."""
    if deep or not steps:
        if isinstance(node, list | tuple):
            items = [_pruned(item, [], keys, how, deep) if deep or not _nested(item) else item for item in node]
            return [item for item in items if item is not _WHOLE]
        if isinstance(node, Mapping):
            return {name: _filled(_pruned(item, [], keys, how, deep)) for name, item in node.items()} if deep else node
        return _WHOLE if _is(node, keys, how) else node
    step, rest = steps[0], steps[1:]
    if isinstance(node, Mapping):
        wanted = {name for name in node if step in ("*", str(name))}
        return {n: _filled(_pruned(v, rest, keys, how, deep)) if n in wanted else v for n, v in node.items()}
    if isinstance(node, list | tuple):
        chosen = [step == "*" or step == str(number) for number in range(len(node))]
        items = [_pruned(v, rest, keys, how, deep) if on else v for v, on in zip(node, chosen, strict=True)]
        return [item for item in items if item is not _WHOLE]
    return node


def _nested(item: object) -> bool:
    return isinstance(item, Mapping | list | tuple)


def _filled(item: object) -> object:
    return None if item is _WHOLE else item
