"""A document as values: headings, sentences, lists, facts, tables. Writers of HTML, Markdown and text read it.

Nothing in it is markup: every text is a plain string, and whoever writes it out makes it harmless for its own form.
`links` names the few texts that lead somewhere (an address, a website); they come from the policy, never from data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph."""

    text: str
    lead: bool = False
    """Set a little larger: the first words of a page."""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list without order."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Terms with what is to be said about each: `(term, (sentence, …))`."""

    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. `caption` names it for whoever cannot see it."""

    caption: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]] = field(repr=False)
    wide: bool = False
    """May need more room than a reading width."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What was said before and what is said now. Either may be empty."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    words: tuple[str, str]
    """The words for before and after."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it. `path` is where the policy says it, for comparing versions."""

    title: str
    blocks: tuple[Block, ...]
    id: str = ""
    path: str = ""
    note: str = ""
    """A few words beside the title: how much, how important."""
    first: bool = False
    """The first layer of a notice."""


Block = Para | Bullets | Facts | Table | Compared | Section


@dataclass(frozen=True, slots=True)
class Page:
    """A whole document."""

    language: str
    title: str
    blocks: tuple[Block, ...]
    over: str = ""
    """A line above the title: who speaks."""
    under: str = ""
    """A line below the title: since when."""
    contents: str = ""
    """Title of the table of contents; empty for none."""
    skip: str = ""
    """The words of the link that leads past it."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Texts that lead somewhere: `{"privacy@taakveld.example": "mailto:privacy@taakveld.example"}`."""
    kind: str = "notice"
    description: str = ""


def sections(blocks: Sequence[Block]) -> Iterator[Section]:
    """The sections at the top of a page."""
    return (block for block in blocks if isinstance(block, Section))


def sentences(block: Block) -> Iterator[str]:
    """Every text of a block but the sections below it, in reading order."""
    match block:
        case Para():
            yield block.text
        case Bullets():
            yield from block.items
        case Facts():
            for term, says in block.rows:
                yield from (f"{term}: {one}" for one in says)
        case Table():
            yield from (" · ".join(row) for row in block.rows)
        case Compared():
            yield from (*block.before, *block.after)
        case Section():
            for inner in block.blocks:
                if not isinstance(inner, Section):
                    yield from sentences(inner)


def every(blocks: Sequence[Block]) -> Iterator[Block]:
    """Every block, with those inside sections."""
    for block in blocks:
        yield block
        if isinstance(block, Section):
            yield from every(block.blocks)


def some(*blocks: Block | None) -> tuple[Block, ...]:
    """The blocks that hold something: an empty list or section is left out, never written with nothing under it."""
    return tuple(block for block in blocks if block is not None and _holds(block))


def _holds(block: Block) -> bool:
    match block:
        case Para():
            return bool(block.text)
        case Bullets():
            return bool(block.items)
        case Facts():
            return bool(block.rows)
        case Table():
            return bool(block.rows)
        case Compared():
            return bool(block.before or block.after)
        case Section():
            return bool(block.blocks)
