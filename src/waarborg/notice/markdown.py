"""A page as Markdown, or as plain text for letters and snapshots. What could be read as markup is made harmless."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from waarborg.notice.page import Block, Bullets, Compared, Facts, Page, Para, Section, Table

SPECIAL = re.compile(r"([\\`*_\[\]<>|~$&])")
AT_START = re.compile(r"^(\s*)(#{1,6}\s|[-+]\s|\d+[.)]\s|={3,}|-{3,})")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u202a-\u202e\u2066-\u2069]")
"""Characters that show nothing, or turn what is around them."""
BLANKS = re.compile(r"[ \t\r\n]+")
"""Blanks that may break; a space that may not is left alone."""
WIDTH = 72


def clean(text: str) -> str:
    """Without characters that nobody can see."""
    return CONTROL.sub("\ufffd", text)


def escaped(text: str) -> str:
    """A text that Markdown shows as it is."""
    one_line = BLANKS.sub(" ", clean(text)).strip(" ")
    marked = SPECIAL.sub(r"\\\1", one_line)
    return AT_START.sub(lambda found: f"{found[1]}\\{found[2]}", marked)


def to_markdown(page: Page) -> str:
    """The page as Markdown (CommonMark with tables)."""
    parts = [escaped(page.over)] if page.over else []
    parts.append(f"# {escaped(page.title)}")
    if page.under:
        parts.append(escaped(page.under))
    parts += _blocks(page, page.blocks, 2)
    return "\n\n".join(parts) + "\n"


def _linked(page: Page, text: str) -> str:
    if not page.links:
        return escaped(text)
    pattern = re.compile("|".join(re.escape(one) for one in sorted(page.links, key=len, reverse=True)))
    out, at = [], 0
    for found in pattern.finditer(text):
        out += [_kept(text[at : found.start()]), f"[{escaped(found[0])}]({page.links[found[0]]})"]
        at = found.end()
    return "".join([*out, _kept(text[at:])]).strip()


def _kept(text: str) -> str:
    """Escaped, with the spaces at its ends that belong to the sentence around it."""
    inner = escaped(text)
    if not inner:
        return " " if text else ""
    return (" " if text[0].isspace() else "") + inner + (" " if text[-1].isspace() else "")


def _blocks(page: Page, blocks: Sequence[Block], level: int) -> Iterator[str]:
    for block in blocks:
        match block:
            case Para():
                yield _linked(page, block.text)
            case Bullets():
                yield "\n".join(f"- {_linked(page, item)}" for item in block.items)
            case Facts():
                for term, says in block.rows:
                    yield f"**{escaped(term)}**  \n" + "  \n".join(_linked(page, one) for one in says)
            case Table():
                head = " | ".join(escaped(one) for one in block.columns)
                rows = [" | ".join(_linked(page, cell) for cell in row) for row in block.rows]
                rule = " | ".join("---" for _ in block.columns)
                yield "\n".join(f"| {row} |" for row in (head, rule, *rows))
            case Compared():
                for word, says in zip(block.words, (block.before, block.after), strict=True):
                    if says:
                        yield "\n".join([f"**{escaped(word)}**", "", *(f"> {escaped(one)}" for one in says)])
            case Section():
                note = f" ({escaped(block.note)})" if block.note else ""
                yield f"{'#' * min(level, 6)} {escaped(block.title)}{note}"
                yield from _blocks(page, block.blocks, level + 1)


def to_text(page: Page) -> str:
    """The page as plain text of 72 characters a line: letters by mail, and wording that people review."""
    parts = [page.over, ""] if page.over else []
    parts += (
        [page.title, "=" * len(page.title), page.under, ""] if page.under else [page.title, "=" * len(page.title), ""]
    )
    parts += _plain(page.blocks, 0)
    lines = "\n".join(clean(one) for one in parts).rstrip("\n").split("\n")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _plain(blocks: Sequence[Block], depth: int) -> Iterator[str]:
    for block in blocks:
        match block:
            case Para():
                yield from (*_wrapped(block.text), "")
            case Bullets():
                yield from (line for item in block.items for line in _wrapped(item, "- "))
                yield ""
            case Facts():
                for term, says in block.rows:
                    yield from (*_wrapped(term), *(line for one in says for line in _wrapped(one, "  ")))
                yield ""
            case Table():
                for row in block.rows:
                    yield from _wrapped(f"{row[0]}: {'; '.join(cell for cell in row[1:] if cell)}", "- ")
                yield ""
            case Compared():
                for word, says in zip(block.words, (block.before, block.after), strict=True):
                    if says:
                        yield from (word, *(line for one in says for line in _wrapped(one, "  ")))
                yield ""
            case Section():
                note = f" ({block.note})" if block.note else ""
                yield block.title + note
                yield ("-" if depth else "=") * len(block.title + note) if depth < 2 else ""
                yield from _plain(block.blocks, depth + 1)


def _wrapped(text: str, mark: str = "") -> list[str]:
    inside = " " * len(mark)
    return textwrap.wrap(
        BLANKS.sub(" ", text),
        WIDTH,
        initial_indent=mark,
        subsequent_indent=inside,
        break_long_words=False,
        break_on_hyphens=False,
    )
