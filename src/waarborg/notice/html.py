"""A page as HTML that needs nothing else: no script, no request, system fonts, light and dark, print, tagged headings.

Every text is escaped where it is written, in one place. The policy of the page (CSP) allows its own style and nothing
more, so that markup which slipped through could still not run, load or send anything.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from html import escape
from importlib import resources

from waarborg.notice.markdown import clean
from waarborg.notice.page import Block, Bullets, Compared, Facts, Page, Para, Section, Table, sections

SAFE = re.compile(r"(?:mailto:[^\s\"'<>]+|https://[^\s\"'<>]+|#[\w-]+|[\w][\w./-]*\.(?:html|csv|json|txt))")
"""Where a link may lead: an address, a secure site, a place on this page, or a file beside it."""
COMMENT = re.compile(r"/\*.*?\*/|\n\s*", re.DOTALL)


@cache
def style() -> str:
    """The style sheet, without its comments: the colours and the text that the office has too."""
    folder = resources.files("waarborg.notice").joinpath("css")
    text = "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in ("tokens.css", "text.css"))
    return COMMENT.sub(lambda found: "" if found[0].startswith("/*") else " ", text).strip()


@cache
def _csp() -> str:
    mark = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{mark}'; base-uri 'none'; form-action 'none'"


def shown(text: str) -> str:
    """A text that HTML shows as it is, also inside an attribute."""
    return escape(clean(text), quote=True)


def to_html(page: Page) -> str:
    """The whole page."""
    return "\n".join(_lines(page)) + "\n"


def head(language: str, title: str, description: str = "") -> str:
    """Everything up to the body."""
    about = f'\n<meta name="description" content="{shown(description)}">' if description else ""
    return (
        f'<!doctype html>\n<html lang="{shown(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_csp()}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="referrer" content="no-referrer">{about}\n'
        f"<title>{shown(title)}</title>\n<style>{style()}</style>\n</head>"
    )


def _lines(page: Page) -> Iterator[str]:
    writer = Writer(page.links)
    tops = [one for one in sections(page.blocks) if one.id and not one.first]
    with_nav = bool(page.contents and tops)
    wide = any(isinstance(block, Table) and block.wide for block in page.blocks)
    yield head(page.language, page.title, page.description)
    yield f'<body class="{shown(page.kind)}">'
    if page.skip:
        yield f'<a class="skip" href="#main">{shown(page.skip)}</a>'
    yield f'<div class="sheet{" with-nav" if with_nav else ""}{" wide" if wide else ""}">'
    yield "<header>"
    if page.over:
        yield f'<p class="over">{shown(page.over)}</p>'
    yield f"<h1>{shown(page.title)}</h1>"
    if page.under:
        yield f'<p class="under">{shown(page.under)}</p>'
    yield "</header>"
    if with_nav:
        yield f'<nav aria-label="{shown(page.contents)}"><h2>{shown(page.contents)}</h2><ol>'
        yield from (f'<li><a href="#{shown(one.id)}">{shown(one.title)}</a></li>' for one in tops)
        yield "</ol></nav>"
    yield f'<main id="main"{" class=wide" if wide else ""}>'
    yield from writer.blocks(page.blocks, 2)
    yield "</main>\n</div>\n</body>\n</html>"


class Writer:
    """Writes blocks. `links` are the texts that lead somewhere."""

    def __init__(self, links: Mapping[str, str]) -> None:
        self.links = {text: where for text, where in links.items() if SAFE.fullmatch(where)}
        names = "|".join(re.escape(one) for one in sorted(self.links, key=len, reverse=True))
        self._pattern = re.compile(names) if names else None

    def text(self, text: str) -> str:
        """A text with its links."""
        if self._pattern is None:
            return shown(text)
        out, at = [], 0
        for found in self._pattern.finditer(text):
            out += [shown(text[at : found.start()]), f'<a href="{shown(self.links[found[0]])}">{shown(found[0])}</a>']
            at = found.end()
        return "".join([*out, shown(text[at:])])

    def blocks(self, blocks: Sequence[Block], level: int) -> Iterator[str]:
        """Each block; headings begin at `level`."""
        for block in blocks:
            match block:
                case Para():
                    yield f"<p{' class=lead' if block.lead else ''}>{self.text(block.text)}</p>"
                case Bullets():
                    yield "<ul>" + "".join(f"<li>{self.text(item)}</li>" for item in block.items) + "</ul>"
                case Facts():
                    yield from self._facts(block)
                case Table():
                    yield from self.table(block)
                case Compared():
                    yield from self._compared(block)
                case Section():
                    yield from self._section(block, level)

    def _section(self, block: Section, level: int) -> Iterator[str]:
        note = f' <span class="note">{shown(block.note)}</span>' if block.note else ""
        names = f' id="{shown(block.id)}"' if block.id else ""
        yield f'<section{names} class="short">' if block.first else f"<section{names}>"
        rank = min(level, 6)
        yield f"<h{rank}>{shown(block.title)}{note}</h{rank}>"
        yield from self.blocks(block.blocks, level + 1)
        yield "</section>"

    def _facts(self, block: Facts) -> Iterator[str]:
        yield "<dl>"
        for term, says in block.rows:
            told = "".join(f"<dd>{self.text(one)}</dd>" for one in says)
            yield f"<div><dt>{shown(term)}</dt>{told}</div>"
        yield "</dl>"

    def _compared(self, block: Compared) -> Iterator[str]:
        for tag, name, word, says in zip(
            ("del", "ins"), ("was", "now"), block.words, (block.before, block.after), strict=True
        ):
            if says:
                told = "".join(f"<p><{tag}>{self.text(one)}</{tag}></p>" for one in says)
                yield f'<div class="{name}"><p class="word">{shown(word)}</p>{told}</div>'

    def table(self, block: Table) -> Iterator[str]:
        """A table in a region that scrolls by itself, so that the page never does sideways."""
        yield f'<div class="region" role="region" tabindex="0" aria-label="{shown(block.caption)}"><table>'
        yield f'<caption class="hide">{shown(block.caption)}</caption>'
        yield "<thead><tr>" + "".join(f'<th scope="col">{shown(one)}</th>' for one in block.columns) + "</tr></thead>"
        yield "<tbody>"
        for row in block.rows:
            yield "<tr>" + "".join(f'<td dir="auto">{self.text(cell)}</td>' for cell in row) + "</tr>"
        yield "</tbody></table></div>"
