"""Words that a page of the console has from what is declared: hints, events, articles, months."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template

from waarborg.notice.words import Say, capital

register = template.Library()


def _say(context: Mapping[str, Any]) -> Say:
    say: Say = context["say"]
    return say


@register.simple_tag(takes_context=True)
def big(context: Mapping[str, Any], key: str) -> str:
    """A text with a capital, for a heading."""
    return capital(_say(context)(key))


@register.simple_tag(takes_context=True)
def hint(context: Mapping[str, Any], word: str) -> str:
    """Why a person should look: in words, or the id of an error that has a page of its own."""
    say = _say(context)
    return say.maybe(f"console.hint.{word}") or say("console.hint.error", id=word)


@register.simple_tag(takes_context=True)
def event(context: Mapping[str, Any], kind: str) -> str:
    """What happened, in the words that the person reads too; work of our own in ours."""
    say = _say(context)
    return say.maybe(f"console.event.{kind}") or say.maybe(f"status.event.{kind}") or kind


@register.simple_tag(takes_context=True)
def article(context: Mapping[str, Any], name: str) -> str:
    """What an article is about: `Art. 17(3)(b)` is a legal duty."""
    key = name.removeprefix("Art. ").replace(")(", "_").replace("(", "_").rstrip(")")
    return _say(context)(f"console.article.{key}")


@register.simple_tag(takes_context=True)
def month_name(context: Mapping[str, Any], month: date) -> str:
    """A month as the head of a column: its first letters, and the year in January."""
    words = _say(context).day(month).split()
    name = next(word for word in words if word.isalpha())[:3]
    return f"{name} {month.year}" if month.month == 1 else name
