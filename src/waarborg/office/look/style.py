"""The one stylesheet, put together once: the notices' colours and text, then the frame and the heroes of the office."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse

from waarborg.notice.html import COMMENT, style

FILES = ("frame.css", "heroes.css")
YEAR = 31_536_000


@cache
def sheet() -> tuple[str, str]:
    """Its name, which changes with it, and its text."""
    own = "".join((Path(__file__).parent / "css" / name).read_text(encoding="utf-8") for name in FILES)
    text = style() + "\n" + COMMENT.sub(lambda found: "" if found[0].startswith("/*") else " ", own).strip() + "\n"
    return hashlib.sha256(text.encode()).hexdigest()[:12], text


def stylesheet(request: HttpRequest, name: str) -> HttpResponse:
    """The stylesheet; under its name it never changes, so it is asked for once."""
    current, text = sheet()
    if name != current:
        raise Http404
    answer = HttpResponse(text, content_type="text/css; charset=utf-8")
    answer["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return answer
