"""Words in text: conditions and replacements per engine, with every special character escaped."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from waarborg.stores.sql.dialects import Dialect, Params


def longest_run(text: str) -> str:
    """The longest run of ASCII letters and digits: it stands unescaped in any document that holds the text."""
    return max(re.findall(r"[A-Za-z0-9]+", text) or [""], key=len)


def regex(dialect: Dialect, words: Sequence[str]) -> str:
    """A regular expression in the engine's own tongue that finds any of the words, whole."""
    some = sorted(words, key=len, reverse=True)
    inner = "|".join(_escaped(word) for word in some)
    if dialect.name == "mariadb":
        return rf"(*UCP)(?i)(?<!\w)(?:{inner})(?!\w)"
    return rf"(?<!\w)(?:{inner})(?!\w)"


def _escaped(word: str) -> str:
    return (
        re.sub(r"([^\w\s]|\\)", r"\\\1", word)
        if word.isascii()
        else "".join("\\" + char if char in "\\.^$*+?()[]{}|-/#&~" else char for char in word)
    )


def mentions_sql(dialect: Dialect, text: str, words: Sequence[str], params: Params) -> str:
    """A condition that the text holds one of the words."""
    if dialect.name == "sqlite":
        params.append(json.dumps(list(words), ensure_ascii=False))
        return f"waarborg_mentions({text}, ?)"
    params.append(regex(dialect, words))
    return f"{text} ~* %s::text" if dialect.name == "postgresql" else f"{text} REGEXP %s"


def redact_sql(dialect: Dialect, text: str, words: Sequence[str], by: str, params: Params) -> str:
    """The text with the words replaced."""
    if dialect.name == "sqlite":
        params.extend([json.dumps(list(words), ensure_ascii=False), by])
        return f"waarborg_redact({text}, ?, ?)"
    params.append(regex(dialect, words))
    params.append(by.replace("\\", "\\\\"))
    if dialect.name == "postgresql":
        return f"regexp_replace({text}, %s::text, %s::text, 'gi')"
    return f"REGEXP_REPLACE({text}, %s, %s)"
