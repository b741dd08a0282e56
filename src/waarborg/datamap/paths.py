"""Path templates of file stores: `uploads/{app.member.id}/**` leads from a file to the person named in its path."""

from __future__ import annotations

import re
from collections.abc import Iterable

from waarborg.datamap.model import Link
from waarborg.errors import Place
from waarborg.terms import LinkKind

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def placeholders(template: str) -> list[tuple[str, str]]:
    """The (table, column) pairs of a path template, in order; a placeholder that is none gives an empty table.

    >>> placeholders("uploads/{app.member.id}/{app.member.year}/**")
    [('app.member', 'id'), ('app.member', 'year')]
    """
    return [(found[1].rpartition(".")[0], found[1].rpartition(".")[2]) for found in PLACEHOLDER.finditer(template)]


def path_links(template: str, written: Iterable[Link], place: Place) -> tuple[Link, ...]:
    """The links that a path template says by itself: the file belongs to each table its path names.

    A link that a person wrote for that table (with `by` some column of the store) takes the place of the derived one.
    """
    known = {link.target for link in written}
    columns: dict[str, list[str]] = {}
    for table, column in placeholders(template):
        if table and table not in known:
            columns.setdefault(table, []).append(column)
    return tuple(
        Link(LinkKind.BELONGS_TO, table, to_columns=tuple(dict.fromkeys(names)), place=place)
        for table, names in columns.items()
    )


def derived(link: Link) -> bool:
    """Whether a link was said by a path template, not by an entry under `links`."""
    return not link.columns and link.through is None and bool(link.to_columns)
