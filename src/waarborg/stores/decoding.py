"""What stands inside an encoded cell: JSON, YAML, PHP serialisation, pickles, base64, compression. Pure and bounded.

Nothing is ever executed or built: YAML is composed without its tags, pickles are read as a list of instructions, PHP
objects are their fields. A cell that is not what it was said to be holds nothing; the leftover scan still reads it.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import pickletools
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from waarborg.stores.contract import Inside

MOST = 16 * 1024 * 1024
"""The most bytes that one encoded cell may unfold to; the rest is not looked at."""
MOST_BRACKETS = 10_000
"""The most brackets in a YAML cell: reading takes longer than the square of their depth."""
SHORTEST_LINE = 12
"""Characters of a line of base64, but for the last: words of a sentence are shorter, and are no code."""
DEEPEST = 3
"""How many encodings may lie around each other."""


def scalars_inside(cell: object, inside: Inside, path: str = "") -> Iterator[object]:
    """The texts and numbers in a JSON, YAML or serialised cell: at `path`, or all of them when it is empty.

    A path is names with dots (`author.id`); `*` stands for every item of a list or object. A list at the end of the
    path means each of its items. True, false and null are no keys. Member names are not looked at.

    >>> list(scalars_inside('a:2:{s:2:"id";i:7;s:3:"who";s:3:"Jan";}', Inside.SERIALISED, "id"))
    [7]
    """
    try:
        tree = _tree(cell, inside)
        steps = [step for step in path.removeprefix("$").split(".") if step]
        found = _at(tree, steps) if steps else [tree]
        for one in found:
            yield from _leaves(one, deep=not steps)
    except (ValueError, RecursionError, ArithmeticError):
        return


def _tree(cell: object, inside: Inside) -> object:
    if inside is Inside.SERIALISED:
        return _unserialised(cell)
    if isinstance(cell, Mapping | list | tuple):
        return cell  # the driver has read it already
    text = bytes(cell).decode("utf-8", "replace") if isinstance(cell, bytes | bytearray | memoryview) else str(cell)
    return json.loads(text, parse_float=Decimal) if inside is Inside.JSON else _yaml(text)


def _at(tree: object, steps: list[str]) -> list[object]:
    found = [tree]
    for step in steps:
        deeper: list[object] = []
        for node in found:
            if isinstance(node, Mapping):
                deeper += node.values() if step == "*" else [value for key, value in node.items() if str(key) == step]
            elif isinstance(node, list | tuple):
                if step == "*":
                    deeper += node
                elif step.isdecimal() and int(step) < len(node):
                    deeper.append(node[int(step)])
        found = deeper
    return found


def _leaves(root: object, *, deep: bool) -> Iterator[object]:
    """The texts and numbers under `root`; without `deep` only itself, or the items if it is a list."""
    waiting: list[tuple[object, int]] = [(root, 0)]
    seen: set[int] = set()
    while waiting:
        node, depth = waiting.pop()
        if isinstance(node, Mapping | list | tuple):
            if id(node) in seen or not (deep or (depth == 0 and not isinstance(node, Mapping))):
                continue
            seen.add(id(node))  # an alias in YAML is the same node: once is enough, and bombs stay small
            waiting += [(item, depth + 1) for item in (node.values() if isinstance(node, Mapping) else node)]
        elif node is not None and not isinstance(node, bool):
            yield node


# ------------------------------------------------------------------------------------------------ YAML


def _yaml(text: str) -> object:
    """The document as mappings, lists and texts; tags (`!ruby/object:…`) are ignored, aliases are the same object."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    if text.count("[") + text.count("{") > MOST_BRACKETS:
        raise ValueError("not a document that people wrote")
    reader = YAML(typ="rt", pure=True)
    try:
        node = reader.compose(text)
    except (YAMLError, AttributeError, KeyError) as unreadable:
        raise ValueError("not YAML") from unreadable
    return _composed(node, {})


def _composed(node: object, known: dict[int, object]) -> object:
    from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

    if id(node) in known:
        return known[id(node)]
    if isinstance(node, MappingNode):
        members: dict[str, object] = {}
        known[id(node)] = members
        for key, value in node.value:
            members[str(getattr(key, "value", ""))] = _composed(value, known)
        return members
    if isinstance(node, SequenceNode):
        items: list[object] = []
        known[id(node)] = items
        items.extend(_composed(value, known) for value in node.value)
        return items
    if isinstance(node, ScalarNode) and not str(node.tag).endswith((":null", ":bool")):
        return str(node.value)
    return None


# ------------------------------------------------------------------------------------------------ serialised


def _unserialised(cell: object) -> object:
    """PHP values and sessions (also in base64), signed JSON as web frameworks keep sessions, or a pickle."""
    raw = bytes(cell) if isinstance(cell, bytes | bytearray | memoryview) else str(cell).encode()
    packed = _BASE64.fullmatch(raw.decode("ascii", "replace")) if len(raw) >= 16 else None
    for one in (raw, _from_base64(packed.group()) if packed else None):
        for reader in (_php_whole, _php_session, _signed) if one else ():
            try:
                return reader(one or b"")
            except (ValueError, IndexError):
                continue
    return _pickled(raw)


def _php_whole(raw: bytes) -> object:
    tree, end = _php(raw, 0, 0)
    if raw[end:].strip():
        raise ValueError("more than one value")
    return tree


_PHP_NAME = re.compile(rb"[^|;{}\"]{1,200}\|")


def _php_session(raw: bytes) -> dict[str, object]:
    """What PHP keeps of a session: `name|value` one after the other."""
    members: dict[str, object] = {}
    at = 0
    while at < len(raw):
        name = _PHP_NAME.match(raw, at)
        if name is None:
            raise ValueError("not a PHP session")
        members[name.group()[:-1].decode("utf-8", "surrogateescape")], at = _php(raw, name.end(), 0)
    if not members:
        raise ValueError("empty")
    return members


def _signed(raw: bytes) -> object:
    """JSON in URL-safe base64, before its signature; a dot in front says that it is compressed as well."""
    body, _, rest = raw.partition(b":")
    if not rest or not re.fullmatch(rb"\.?[A-Za-z0-9_-]{8,}", body):
        raise ValueError("not signed")
    plain = _from_base64(body.lstrip(b".").decode())
    if plain is not None and body[:1] == b".":
        inflated = _inflated(plain)
        plain = inflated[1] if inflated else None
    return json.loads(plain or b"", parse_float=Decimal)


_PHP_HEAD = re.compile(rb'(?:([ibd]):([^;]{1,40});|(N);|[sS]:(\d+):"|([aOC]):(\d+):(?:"[^"]*":(\d+):)?\{|[rR]:\d+;)')


def _php(raw: bytes, at: int, depth: int) -> tuple[object, int]:
    """One PHP value from `at`, and where the next begins. Raises `ValueError` for what is not one."""
    head = _PHP_HEAD.match(raw, at)
    if head is None or depth > 60:
        raise ValueError("not PHP")
    kind, number, _null, length, many, count, fields = head.groups()
    at = head.end()
    if length is not None:
        text = raw[at : at + int(length)]
        if raw[at + int(length) : at + int(length) + 2] not in (b'";', b'"'):
            raise ValueError("not PHP")
        return text.decode("utf-8", "surrogateescape"), at + int(length) + 2
    if kind is not None:
        return (int(number) if kind == b"i" else float(number) if kind == b"d" else None), at
    if many is None:
        return None, at
    members: dict[str, object] = {}
    for _ in range(int(fields or count)):
        name, at = _php(raw, at, depth + 1)
        members[str(name).rpartition("\0")[2]], at = _php(raw, at, depth + 1)  # private names carry their class
    if raw[at : at + 1] != b"}":
        raise ValueError("not PHP")
    return members, at + 1


def _pickled(raw: bytes) -> list[object]:
    """The texts and numbers in a pickle (also in base64), by reading its instructions: nothing is run."""
    if raw[:1] != b"\x80" and raw[:1] != b"(":
        raw = base64.b64decode(raw, validate=True)
    found: list[object] = []
    for code, argument, _position in pickletools.genops(raw[:MOST]):
        pushes = code.stack_after and code.stack_after[-1].name in _VALUES
        if pushes and isinstance(argument, str | int | bytes) and not isinstance(argument, bool):
            found.append(argument.decode("utf-8", "surrogateescape") if isinstance(argument, bytes) else argument)
    return found


_VALUES = frozenset({"int", "int_or_bool", "str", "bytes", "bytearray", "bytes_or_str"})
"""What an instruction of a pickle must put on its stack for its argument to be a value (and not a frame's length)."""


# ------------------------------------------------------------------------------------------------ readings of a cell


def readings(cell: object, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every way to read a cell as text: pairs of (encoding, text), the plain text first under the name ``.

    Encodings are joined with `+`, outermost first: `base64+gzip`. Bounded by `MOST` and `DEEPEST`.

    >>> list(readings(base64.b64encode(b"mail for jan@x.example")))[1]
    ('base64', 'mail for jan@x.example')
    """
    if cell is None or isinstance(cell, bool | int | float | Decimal):
        return
    if isinstance(cell, Mapping | list | tuple):
        yield "", json.dumps(cell, ensure_ascii=False, default=str)
        return
    raw = bytes(cell) if isinstance(cell, bytes | bytearray | memoryview) else None
    text = raw.decode("utf-8", "replace") if raw is not None else str(cell)
    yield "", text
    if depth >= DEEPEST:
        return
    for name, inner in _unwrapped(raw if raw is not None else text.encode("utf-8", "surrogateescape"), text):
        for deeper, spelled in readings(inner, depth + 1):
            yield f"{name}+{deeper}" if deeper else name, spelled


_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){8,}")


def _unwrapped(raw: bytes, text: str) -> Iterator[tuple[str, str | bytes]]:
    """The next layers inside: compressed bytes, base64 or hexadecimal, escapes of JSON, quoted-printable, per cent."""
    inner = _inflated(raw)
    if inner is not None:
        yield inner
        return
    body = text.partition(":")[0].lstrip(".")  # signed: what is said stands before the signature
    if len(body) >= 16 and body != text and (plain := _from_base64(body) if _BASE64.fullmatch(body) else None):
        yield "signed", plain
        return
    pieces = text.split() if len(text) <= MOST else []
    packed = "".join(pieces)
    if packed and _HEX.fullmatch(packed):
        yield "hex", bytes.fromhex(packed)
    elif packed and all(len(one) >= SHORTEST_LINE for one in pieces[:-1]) and _BASE64.fullmatch(packed):
        plain = _from_base64(packed)
        if plain is not None:
            yield "base64", plain
    if "\\" in text and text.lstrip()[:1] in ('"', "[", "{"):
        unescaped = "\n".join(str(one) for one in scalars_inside(text, Inside.JSON))
        if unescaped:
            yield "json", unescaped
    if "%" in text and re.search(r"%[0-9A-Fa-f]{2}", text):
        from urllib.parse import unquote

        yield "url", unquote(text)
    if "=" in text and re.search(r"=[0-9A-F]{2}|=\r?\n", text):
        yield "quoted-printable", binascii.a2b_qp(raw)
    if raw[:1] == b"\x80":
        pickled = "\n".join(str(one) for one in scalars_inside(raw, Inside.SERIALISED))
        if pickled:
            yield "serialised", pickled


def _from_base64(packed: str) -> bytes | None:
    standard = packed.replace("-", "+").replace("_", "/").rstrip("=")
    if len(standard) % 4 == 1:
        return None
    return base64.b64decode(standard + "=" * (-len(standard) % 4))


def _inflated(raw: bytes) -> tuple[str, bytes] | None:
    """Compressed bytes opened, at most `MOST` of them; None when they are not compressed."""
    name, window = (
        ("gzip", 31) if raw[:2] == b"\x1f\x8b" else ("zlib", 15) if raw[:1] == b"\x78" and len(raw) > 8 else ("", 0)
    )
    if not name:
        return None
    try:
        inner = zlib.decompressobj(wbits=window).decompress(raw, MOST)
    except zlib.error:
        return None
    return (name, inner) if inner else None


# ------------------------------------------------------------------------------------------------ folding again


def refolded(raw: bytes, treat: Callable[[str], str], depth: int = 0) -> bytes:
    """The same cell with its text treated: compression and base64 are taken off and put on again.

    What is not UTF-8 text inside stays as it is. Serialised text keeps the lengths it states.

    >>> import zlib
    >>> zlib.decompress(refolded(zlib.compress(b"by Jan"), lambda text: text.replace("Jan", "someone")))
    b'by someone'
    """
    opened = _inflated(raw) if depth < DEEPEST else None
    if opened is not None:
        name, inner = opened
        done = refolded(inner, treat, depth + 1)
        return raw if done == inner else gzip.compress(done, mtime=0) if name == "gzip" else zlib.compress(done)
    text = raw.decode("ascii", "replace")
    if depth < DEEPEST and len(raw) >= 12 and _BASE64.fullmatch(text) and (inner := _from_base64(text) or b""):
        done = refolded(inner, treat, depth + 1)
        if done != inner:
            folded = base64.b64encode(done).decode()
            return (folded.replace("+", "-").replace("/", "_") if set("-_") & set(text) else folded).encode()
        return raw
    try:
        plain = raw.decode()
    except UnicodeDecodeError:
        return raw
    return _php_lengths(raw, treat) if _PHP_HEAD.match(raw) else treat(plain).encode()


def _php_lengths(raw: bytes, treat: Callable[[str], str]) -> bytes:
    """Serialised PHP with its texts treated and their lengths put right; as it was where it cannot be read."""
    try:
        _php_whole(raw)
    except (ValueError, IndexError):
        return treat(raw.decode()).encode()
    parts, at = [], 0
    while head := _PHP_TEXT.search(raw, at):
        start, length = head.end(), int(head[1])
        said = treat(raw[start : start + length].decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        parts += [raw[at : head.start()], b's:%d:"' % len(said), said]
        at = start + length
    return b"".join([*parts, raw[at:]])


_PHP_TEXT = re.compile(rb's:(\d+):"')
