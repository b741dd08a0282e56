"""The addresses of the privacy centre. Letters lead to them by name (`centre:confirm`, `centre:status`, …)."""

from __future__ import annotations

from datetime import date

from django.urls import URLPattern, path, register_converter

from waarborg.office.centre import asking, choosing, mine, reading, session, status


class Day:
    """A version in an address: the day it takes effect."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """`2026-12-01`; a day that does not exist is no address."""
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        """The same again."""
        return str(value)


register_converter(Day, "day")
app_name = "centre"
LANGUAGE = "<slug:tenant>/<str:language>/"
urlpatterns: list[URLPattern] = [
    path("<slug:tenant>/", reading.door, name="door"),
    path("<slug:tenant>/in", session.come_in, name="in"),
    path(LANGUAGE, reading.home, name="home"),
    path(f"{LANGUAGE}notice", reading.notice, name="notice"),
    path(f"{LANGUAGE}notice/versions", reading.archive, name="archive"),
    path(f"{LANGUAGE}notice/<day:version>", reading.version, name="version"),
    path(f"{LANGUAGE}notice/<day:version>/elsewhere", reading.elsewhere, name="elsewhere"),
    path(f"{LANGUAGE}notice/<day:version>.pdf", reading.pdf, name="pdf"),
    path(f"{LANGUAGE}notice/<day:old>/<day:new>", reading.difference, name="difference"),
    path(f"{LANGUAGE}rights", reading.rights, name="rights"),
    path(f"{LANGUAGE}request", asking.request, name="request"),
    path(f"{LANGUAGE}request/sent", asking.sent, name="sent"),
    path(f"{LANGUAGE}link", asking.link, name="link"),
    path(f"{LANGUAGE}confirm/<str:token>", asking.confirm, name="confirm"),
    path(f"{LANGUAGE}status/<str:token>", status.status, name="status"),
    path(f"{LANGUAGE}answer/<str:token>", status.answer, name="answer"),
    path(f"{LANGUAGE}undo/<str:token>", status.undo, name="undo"),
    path(f"{LANGUAGE}document/<str:token>", status.document, name="document"),
    path(f"{LANGUAGE}preferences/<str:token>", choosing.preferences, name="preferences"),
    path(f"{LANGUAGE}me", mine.home, name="mine"),
    path(f"{LANGUAGE}me/leave", session.leave, name="leave"),
    path(f"{LANGUAGE}me/ask/<slug:ask>", mine.ask, name="ask"),
    path(f"{LANGUAGE}me/requests/<slug:number>", mine.asked, name="asked"),
    path(f"{LANGUAGE}me/data", mine.data, name="data"),
    path(f"{LANGUAGE}me/data/<str:ref>", mine.correct, name="correct"),
    path(f"{LANGUAGE}me/choices", choosing.mine_, name="choices"),
    path(f"{LANGUAGE}me/looks", mine.looked, name="looks"),
]
