"""Attack 48: template injection through names.

A person may be called `{letter.dear}`, a company `[je|u]`, a purpose `{0.__class__}`. Put into a text they must come
out as they are: filled in once, never read as a text again. The sabotage fills in twice, and shows what would happen.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.notice_kit import POST, every_letter, section, taakveld, written
from tests.unit.notice.test_package import index, make

from waarborg.notice import letters
from waarborg.notice.markdown import to_text
from waarborg.notice.page import Page
from waarborg.notice.render import Form, render
from waarborg.notice.words import SLOT, Say
from waarborg.policy.model import Policy
from waarborg.policy.values import Text

NAMES = [
    "{name}",
    "{received}",
    "{0.__class__.__mro__}",
    "{{7*7}}",
    "${jndi:ldap://evil.example}",
    "{% include 'x' %}",
    "%(to)s %s %n",
    "[je|u]",
    "\\g<0>",
    "{to}{reference}",
]


def plain(page: Page) -> str:
    return " ".join(to_text(page).split())


@pytest.mark.parametrize("name", NAMES)
def test_attack_48_a_person_is_called_what_they_are_called(name: str) -> None:
    page = letters.access(taakveld(), "nl", replace(POST, to=name, reference=name), found=True)
    assert f"Beste {name}," in plain(page)
    assert f"Kenmerk: {name}" in plain(page)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_attack_48_a_policy_says_what_it_says(name: str, language: str) -> None:
    text = " ".join(render(_named(taakveld(), name), language, Form.TEXT).split())
    assert name in text
    assert text.count(name) >= 4
    for page in every_letter(_named(taakveld(), name), language).values():
        assert name in plain(page)


def _named(policy: Policy, name: str) -> Policy:
    said = Text({"nl": name, "en": name})
    purposes = {key: replace(one, label=said) for key, one in policy.purposes.items()}
    recipients = {key: replace(one, name=name, label=said) for key, one in policy.recipients.items()}
    data = {key: replace(one, label=said) for key, one in policy.data.items()}
    controller = replace(policy.controller, name=name, also_known_as=(name,))
    return replace(policy, purposes=purposes, recipients=recipients, data=data, controller=controller)


@pytest.mark.parametrize("name", NAMES)
def test_attack_48_an_answer_shows_what_is_there(tmp_path, name: str) -> None:  # type: ignore[no-untyped-def]
    from html import unescape

    text = written((section("app.comment", "body"), [[(name,)]]))
    assert name in unescape(index(make(tmp_path, text)))


def test_attack_48_filling_in_twice_would_let_it_through(monkeypatch: pytest.MonkeyPatch) -> None:
    once = Say.__call__

    def twice(self: Say, name: str, /, **parts: str) -> str:
        return SLOT.sub(lambda found: parts.get(found[1], "") if found[1] else found[2], once(self, name, **parts))

    monkeypatch.setattr(Say, "__call__", twice)
    page = letters.access(taakveld(), "nl", replace(POST, to="[je|u]"), found=True)
    assert "[je|u]" not in plain(page)
