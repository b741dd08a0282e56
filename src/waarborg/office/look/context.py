"""What every template has: `say`, the words of whoever reads, and the name of the stylesheet."""

from __future__ import annotations

from django.http import HttpRequest

from waarborg.notice.words import LANGUAGES
from waarborg.office.look.style import sheet
from waarborg.office.look.words import preferred, words


def look(request: HttpRequest) -> dict[str, object]:
    """The words a view chose (`request.say`); else those of the account, or of the browser."""
    say = getattr(request, "say", None)
    if say is None:
        account = getattr(request, "user", None)
        language = getattr(account, "language", "") or preferred(request.headers.get("Accept-Language", ""), LANGUAGES)
        say = words(language)
    return {"say": say, "language": say.language, "sheet_name": sheet()[0]}
