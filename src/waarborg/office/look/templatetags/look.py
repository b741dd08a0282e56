"""The tags of the office's templates. Every text a tag writes is escaped by Django, like any other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, Form, RadioSelect

from waarborg.notice.words import Say
from waarborg.office.look.heroes import Clock, Difference, Proof

register = template.Library()
Context = Mapping[str, Any]


def _say(context: Context) -> Say:
    say: Say = context["say"]
    return say


@register.simple_tag(takes_context=True)
def t(context: Context, key: str, **parts: object) -> str:
    """A text by its name. A name or part that is missing is a mistake of ours: `KeyError`."""
    return _say(context)(key, **{name: str(part) for name, part in parts.items()})


@register.simple_tag(takes_context=True)
def n(context: Context, key: str, count: int) -> str:
    """A text for one (`key.one`) or for several (`key.many`), with the number in it as `{count}`."""
    return counted(_say(context), key, count)


def counted(say: Say, key: str, count: int) -> str:
    """The same, for views."""
    return say(f"{key}.{'one' if abs(count) == 1 else 'many'}", count=say.figure(count))


@register.simple_tag(takes_context=True)
def day(context: Context, value: date | datetime | None, zone: str = "") -> str:
    """A date in words: `1 december 2026`. An instant is read in the controller's zone (`zone` of the context)."""
    return _say(context).day(_local(context, value, zone)) if value else ""


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime | None, zone: str = "") -> str:
    """A date in words with the time of day: `1 december 2026, 14.05 uur`."""
    if value is None:
        return ""
    local = value.astimezone(ZoneInfo(zone or str(context.get("zone") or "UTC")))
    return _say(context)("site.moment", day=_say(context).day(local.date()), time=local.strftime("%H:%M"))


def _local(context: Context, value: date | datetime, zone: str) -> date:
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(zone or str(context.get("zone") or "UTC"))).date()
    return value


@register.simple_tag(takes_context=True)
def figure(context: Context, value: int) -> str:
    """A number with its thousands apart."""
    return _say(context).figure(value)


@register.inclusion_tag("office/heroes/difference.html", takes_context=True)
def difference(context: Context, plan: Difference, staff: bool = False) -> dict[str, object]:
    """A plan as a difference: what goes, what stays under which words, why, until when."""
    return {"say": _say(context), "plan": plan, "staff": staff, "tense": "done" if plan.done else "will"}


@register.inclusion_tag("office/heroes/clock.html", takes_context=True)
def clock(context: Context, clock: Clock, brief: bool = False) -> dict[str, object]:
    """The clock of a request; `brief` for a row of a list."""
    return {"say": _say(context), "clock": clock, "brief": brief, "days": abs(clock.left)}


@register.inclusion_tag("office/heroes/promise.html", takes_context=True)
def promise(context: Context, proof: Proof) -> dict[str, object]:
    """A promise with its proof."""
    return {"say": _say(context), "proof": proof}


@register.inclusion_tag("office/parts/field.html", takes_context=True)
def field(context: Context, bound: BoundField, key: str) -> dict[str, object]:
    """A box with its label (`key.label`), hint (`key.hint`, where there is one) and error (`key.<code>` or
    `form.wrong.<code>`)."""
    say = _say(context)
    wrong = _wrong(say, bound, key)
    hint = say.maybe(f"{key}.hint")
    many = isinstance(bound.field.widget, RadioSelect | CheckboxSelectMultiple)
    named = [f"{bound.auto_id}_{part}" for part, there in (("hint", hint), ("wrong", wrong)) if there]
    attrs: dict[str, str | bool] = {"aria-describedby": " ".join(named)} if named else {}
    if wrong and not many:
        attrs["aria-invalid"] = "true"
    return {
        "say": say,
        "bound": bound,
        "label": say(f"{key}.label"),
        "hint": hint,
        "wrong": wrong,
        "many": many,
        "tick": isinstance(bound.field.widget, CheckboxInput),
        "box": "" if many else bound.as_widget(attrs=attrs),
        "described": " ".join(named),
        "options": _options(bound) if many else [],
    }


def _options(bound: BoundField) -> list[dict[str, object]]:
    """Each choice; a label may be a `Choice` with an explanation."""
    out: list[dict[str, object]] = []
    for option in bound.subwidgets:
        label = option.data["label"]
        attrs = option.data["attrs"]
        out.append(
            {
                "id": attrs.get("id", ""),
                "type": option.data["type"],
                "name": option.data["name"],
                "value": option.data["value"],
                "on": bool(option.data["selected"]),
                "label": label,
                "says": getattr(label, "says", ""),
                "required": bool(attrs.get("required")),
            }
        )
    return out


def _wrong(say: Say, bound: BoundField, key: str) -> str:
    for error in bound.form.errors.as_data().get(bound.name, []):
        code = str(error.code or "invalid")
        return say.maybe(f"{key}.{code}") or say.maybe(f"form.wrong.{code}") or say("form.wrong.invalid")
    return ""


@register.inclusion_tag("office/parts/problems.html", takes_context=True)
def problems(context: Context, form: Form, *keys: str) -> dict[str, object]:
    """What is wrong with a form, all at once, each leading to its box. `keys` are those of the fields, in order."""
    say = _say(context)
    found = []
    for bound, key in zip(form.visible_fields(), keys, strict=True):
        wrong = _wrong(say, bound, key)
        if wrong:
            many = isinstance(bound.field.widget, RadioSelect | CheckboxSelectMultiple)
            found.append({"to": f"{bound.auto_id}_0" if many else bound.auto_id, "says": wrong})
    for error in form.errors.as_data().get("__all__", []):
        found.append({"to": "", "says": say.maybe(f"form.wrong.{error.code}") or say("form.wrong.invalid")})
    return {"say": say, "found": found}
