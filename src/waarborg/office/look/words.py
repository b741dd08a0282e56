"""The words of the office's pages: a text by its name, in one language and one form of address.

    say = words("nl")
    say("hero.clock.left", days="12 dagen")        `texts/nl/hero.yaml`, key clock.left

A `Say` of the notices with the office's texts beside theirs, so that dates, periods, lists, articles and the choice
between `je` and `u` are the same in a notice, a letter and a page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from waarborg.notice.words import LANGUAGES, Say
from waarborg.policy.model import Policy

TEXTS = Path(__file__).parents[1] / "texts"


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Every text of the office in a language, by its name: the file, then the keys, with dots between."""
    found: dict[str, str] = {}
    for path in sorted((TEXTS / language).glob("*.yaml")):
        found.update(_flat(path.stem, YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")) or {}))
    return found


def _flat(name: str, node: object) -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        for key, inner in node.items():
            yield from _flat(f"{name}.{key}", inner)
    else:
        yield name, str(node).strip()


@cache
def words(language: str, formal: bool = True) -> Say:
    """The words of a language. `formal` says `u` where Dutch would otherwise say `je`."""
    say = Say.in_(language if language in LANGUAGES else "en", formal)
    return replace(say, _texts={**say._texts, **catalogue(say.language)})


def spoken(policy: Policy, language: str) -> Say:
    """The words a service speaks, with its own form of address. Raises `NoticeError` WB803 for another language."""
    return words(language, Say.of(policy, language).formal)


def preferred(accepted: str, offered: tuple[str, ...]) -> str:
    """The language somebody likes best among those that are offered, by their browser's `Accept-Language`."""
    wanted: list[tuple[float, int, str]] = []
    for at, part in enumerate(accepted.split(",")[:20]):
        name, _, weight = part.strip().partition(";q=")
        try:
            wanted.append((-float(weight or 1), at, name[:2].lower()))
        except ValueError:
            continue
    return next((name for _, _, name in sorted(wanted) if name in offered), offered[0])
