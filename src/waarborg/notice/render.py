"""The policy as the notice people read (Art. 13, and 14 for data that came from somebody else).

page = notice(policy, "nl")                     a page as values
render(policy, "nl")                            HTML
render(policy, "nl", Form.MARKDOWN)             Markdown
render(policy, "nl", elsewhere=True)            the Art. 14 variant
"""

from __future__ import annotations

from enum import StrEnum

from waarborg.notice import full, guide, handover
from waarborg.notice.first import first_layer
from waarborg.notice.gaps import complete
from waarborg.notice.html import to_html
from waarborg.notice.markdown import to_markdown, to_text
from waarborg.notice.narrow import elsewhere as from_elsewhere
from waarborg.notice.page import Page, Para, some
from waarborg.notice.phrases import links
from waarborg.notice.words import NoticeError, Say
from waarborg.policy.model import Policy


class Form(StrEnum):
    """A form a page can take as text."""

    HTML = "html"
    MARKDOWN = "md"
    TEXT = "txt"


def notice(policy: Policy, language: str, *, elsewhere: bool = False) -> Page:
    """The layered notice. Raises `NoticeError` naming every item that Art. 13 or 14 asks for and the policy lacks."""
    complete(policy, language)
    say = Say.of(policy, language)
    name = service(policy)
    seen = from_elsewhere(policy) if elsewhere else policy
    if not seen.data:
        raise NoticeError.one("WB806", "Nothing in this policy comes from somebody else.", "", "Leave the variant out.")
    parts = [
        full.who(seen, say),
        full.what(seen, say, elsewhere),
        full.why(seen, say),
        full.decisions(seen, say),
        handover.recipients(seen, say),
        handover.transfers(seen, say),
        handover.retention(seen, say),
        guide.rights(seen, say),
        guide.complaint(seen, say),
        *([] if elsewhere else [guide.children(policy, say), guide.cookies(policy, say)]),
        guide.security(seen, say),
        *([] if elsewhere else [guide.organisations(policy, say)]),
        guide.changes(seen, say),
        guide.also(seen, say),
        guide.glossary(seen, say),
    ]
    lead = Para(say("short.elsewhere"), lead=True) if elsewhere else None
    return Page(
        language,
        say("page.notice_elsewhere") if elsewhere else say("page.notice", name=name),
        some(lead, first_layer(seen, say), *parts),
        over=name,
        under=say("page.from", date=say.day(policy.version)),
        contents=say("page.contents"),
        skip=say("page.skip"),
        links=links(policy, say),
    )


def service(policy: Policy) -> str:
    """What people call the service: its trade name, or the company."""
    names = policy.controller.also_known_as
    return names[0] if names else policy.controller.name


def write(page: Page, form: Form) -> str:
    """A page in one form."""
    match form:
        case Form.HTML:
            return to_html(page)
        case Form.MARKDOWN:
            return to_markdown(page)
        case Form.TEXT:
            return to_text(page)


def render(policy: Policy, language: str, form: Form = Form.HTML, *, elsewhere: bool = False) -> str:
    """The notice in one language and one form. Raises `NoticeError`; `UsageError` WB802 for an unknown language."""
    return write(notice(policy, language, elsewhere=elsewhere), form)


def to_pdf(page: Page) -> bytes:
    """A page as tagged PDF. Needs the extra `pdf`; raises `NoticeError` WB807 without it."""
    try:
        from weasyprint import HTML
    except (ImportError, OSError):
        raise NoticeError.one(
            "WB807",
            "There is nothing here that can make a PDF.",
            "PDF is an extra, because it needs libraries of the system (Pango).",
            "Install waarborg[pdf] and Pango (Debian: libpango-1.0-0 libharfbuzz-subset0), or print the HTML.",
        ) from None
    made: bytes = HTML(string=to_html(page)).write_pdf(pdf_variant="pdf/ua-1")
    return made
