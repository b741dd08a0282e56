"""Cut a table or column name into words and translate them.

`split("usrEmlAddr") == ("usr", "eml", "addr")`, `canonical("usr_eml") == ("user", "email")`. Pure and cached; knows
camelCase, snake_case, Hungarian prefixes, digits, and names without separators in the lexicon's four languages.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from waarborg.scan.lexicon import COMPOUND_WORDS, LEXICON

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_HUNGARIAN = re.compile(r"^(?:str|txt|int|lng|dtm|dat|bln|tbl|fld|chr|vch|sz|dbl|mem|nvc|num)(?=[A-Z])")
_KEEP_DIGITS = frozenset({"ha1", "ha1b", "ip4", "ip6", "ipv4", "ipv6", "md5", "sha1", "2fa", "u2f", "base64", "oauth2"})
_LONGEST_NAME = 200


def plain(text: str) -> str:
    """Lower case without accents; `ß` becomes `ss`."""
    folded = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(c for c in folded if not unicodedata.combining(c)).lower()


@lru_cache(maxsize=65536)
def split(name: str) -> tuple[str, ...]:
    """The words of a name as written, lower case, in order."""
    name = _HUNGARIAN.sub("", name[:_LONGEST_NAME])
    words: list[str] = []
    for part in re.split(r"[^0-9A-Za-zÀ-ÿ]+", name):
        for piece in _CAMEL.split(part):
            word = plain(piece)
            if word:
                words.extend(_without_digits(word))
    return tuple(words)


def _without_digits(word: str) -> list[str]:
    if word in _KEEP_DIGITS or word in LEXICON:
        return [word]
    return [w for w in re.split(r"\d+", word) if w] or [word]


@lru_cache(maxsize=65536)
def compound(word: str) -> tuple[str, ...]:
    """Cut a word without separators into known words (`kundenname`), or return it whole."""
    if word in LEXICON or word in COMPOUND_WORDS or len(word) < 5 or len(word) > 40:
        return (word,)
    best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 16), end):
            head, piece = best[start], word[start:end]
            if head is None or piece not in COMPOUND_WORDS:
                continue
            found = (*head, piece)
            current = best[end]
            if current is None or len(found) < len(current):
                best[end] = found
    whole = best[len(word)]
    # Many tiny pieces are an accident of spelling, not a compound.
    if whole and len(word) / len(whole) >= 3:
        return whole
    return (word,)


@lru_cache(maxsize=65536)
def canonical(name: str) -> tuple[str, ...]:
    """The canonical words of a name: split, cut, translated, singular."""
    found: list[str] = []
    for word in split(name):
        if word in LEXICON:
            found.extend(LEXICON[word])
            continue
        for piece in compound(word):
            found.extend(LEXICON.get(piece) or LEXICON.get(singular(piece)) or _cut_short(piece) or (singular(piece),))
    return tuple(found)


_WHOLE_WORDS = frozenset(["trade", "direct", "local", "natur", "organi", "partic"])
"""Words that begin longer ones of the lexicon and mean something else."""


@lru_cache(maxsize=65536)
def _cut_short(word: str) -> tuple[str, ...]:
    """The meaning of a word whose end was cut off (`bemerk`, `vorna`), where only one is possible; else nothing."""
    if len(word) < 5 or word in COMPOUND_WORDS or singular(word) in COMPOUND_WORDS or word in _WHOLE_WORDS:
        return ()
    longer = {whole: LEXICON[whole] for whole in LEXICON if whole.startswith(word)}
    meanings = set(longer.values())
    # `custom` is not a short `customer`: English words stand for themselves.
    near = any(2 <= len(whole) - len(word) <= 5 and singular(whole) not in LEXICON[whole] for whole in longer)
    return next(iter(meanings)) if near and len(meanings) == 1 else ()


@lru_cache(maxsize=65536)
def singular(word: str) -> str:
    """English singular, good enough to match `customers` with `customer`."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def common_prefix(names: Iterable[str], share: float = 0.6, at_least: int = 4) -> str:
    """A prefix such as `wp_` or `llx_` that most names of a schema, or of a table's columns, carry; or ''."""
    listed = [n for n in names if n]
    if len(listed) < at_least:
        return ""
    heads = Counter(m.group(0) for n in listed if (m := re.match(r"[A-Za-z0-9]+_", n)))
    if not heads:
        return ""
    prefix, count = heads.most_common(1)[0]
    return prefix if count >= share * len(listed) else ""


def without_prefix(name: str, prefix: str) -> str:
    """The name without the common prefix, unless nothing would be left."""
    return name[len(prefix) :] if prefix and name.startswith(prefix) and len(name) > len(prefix) else name
