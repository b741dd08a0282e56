"""The notice: everything Art. 13 and 14 ask for is in it, in each language; what is missing blocks it by name."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from itertools import pairwise
from typing import Any

import pytest
from tests.notice_kit import RENDERED, boekbaar, rendered, taakveld

from waarborg.notice.gaps import gaps, mixed
from waarborg.notice.html import SAFE, style, to_html
from waarborg.notice.page import Section, every
from waarborg.notice.phrases import called
from waarborg.notice.render import Form, notice, render, to_pdf
from waarborg.notice.words import LANGUAGES, NoticeError, Say
from waarborg.policy.model import Policy
from waarborg.policy.parts import Controller
from waarborg.policy.values import NO_TEXT, Text
from waarborg.policy.words import words_of

CASES = [(taakveld, "nl"), (taakveld, "en"), (boekbaar, "nl"), (boekbaar, "en"), (boekbaar, "fr")]
IDS = [f"{policy.__name__}-{language}" for policy, language in CASES]


@pytest.fixture(params=CASES, ids=IDS)
def case(request: pytest.FixtureRequest) -> tuple[Policy, str]:
    return request.param[0](), request.param[1]


def said(policy: Policy, language: str, **more: bool) -> str:
    """The notice as one line of text."""
    return " ".join(render(policy, language, Form.TEXT, **more).split()).casefold()


def test_everything_of_article_13_is_said(case: tuple[Policy, str]) -> None:
    policy, language = case
    text, say = said(policy, language), Say.of(policy, language)

    def has(words: str) -> None:
        assert " ".join(words.split()).casefold() in text, words

    has(policy.controller.name), has(policy.controller.address), has(policy.controller.contact)
    assert policy.controller.dpo
    has(policy.controller.dpo.contact)
    for purpose in policy.purposes.values():
        has(purpose.label.say(language)), has(purpose.interest.say(language).rstrip("."))
        if purpose.automated_decision:
            has(purpose.automated_decision.logic.say(language)), has(purpose.automated_decision.contest)
        if purpose.id in policy.notice.asks:
            has(policy.notice.asks[purpose.id].text.say(language))
    for category in policy.data.values():
        has(category.label.say(language))
        for item in category.items.values():
            has(words_of(item).say(language))
        for name in category.third_parties:
            has(name)
    for recipient in policy.recipients.values():
        has(called(policy, say, recipient)), has(recipient.website)
    for transfer in policy.transfers.values():
        has(say.country(transfer.country)), has(transfer.copy_from.say(language))
    for rule in policy.retention.values():
        has(say.law(rule.law)), has(say.period(rule.period) if rule.period else "")
    has(policy.rights.complaint.say(language))
    assert say.authority(policy.controller.authority)[1] in to_html(notice(policy, language))
    for joint in policy.joint_controllers.values():
        has(joint.name), has(joint.arrangement.say(language))


def test_the_article_14_variant_says_what_came_from_others_and_nothing_else() -> None:
    text = said(taakveld(), "nl", elsewhere=True)
    assert "marktkijk b.v." in text
    assert "wij kregen gegevens over je van een ander" in text
    assert "verbinding en apparaat" not in text
    assert "vanzelf, als je onze dienst gebruikt" not in text
    assert "van jou zelf" not in text
    assert "mag je zelf weten" not in text


def test_no_section_is_empty_and_no_heading_stands_twice(case: tuple[Policy, str]) -> None:
    for elsewhere in (False, True):
        page = notice(*case, elsewhere=elsewhere)
        found = [block for block in every(page.blocks) if isinstance(block, Section)]
        assert all(block.blocks and block.title.strip() for block in found)
        ids = [block.id for block in found if block.id]
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", sorted(rendered()))
def test_rendered_texts_are_as_reviewed(name: str) -> None:
    """A change of wording is reviewed as wording: `python -m tests.notice_kit` writes them anew."""
    assert rendered()[name] == (RENDERED / name).read_text(encoding="utf-8")


def test_nothing_rendered_is_left_over() -> None:
    mails = set(RENDERED.glob("*/mail-*.txt"))  # the office's own, held by its tests
    assert {p.relative_to(RENDERED).as_posix() for p in set(RENDERED.rglob("*.*")) - mails} == set(rendered())


LEFT = re.compile(
    r"\{\w*\}|\[[^\]]*\||\bNone\b|\bTrue\b|\bFalse\b|Text\(|<[a-z]+ |\b[a-z]+_[a-z_]+\b|\b[0-9a-f]{16,}\b"
)
FOREIGN = {
    "nl": re.compile(r"\b(?:the|your|our|with|from|which|les|vous|nous)\b"),
    "en": re.compile(r"\b(?:het|een|wij|jouw|niet|voor|les|vous|nous)\b"),
    "fr": re.compile(r"\b(?:het|een|wij|jouw|niet|voor|the|your|with|which)\b"),
}
MARKED = re.compile(r"\\|\]\([^)]*\)|[*>|]")


@pytest.mark.parametrize("name", sorted(rendered()))
def test_no_id_no_foreign_language_nothing_a_template_left_behind(name: str) -> None:
    text = MARKED.sub("", rendered()[name])
    plain = "\n".join(MARKED.sub("", line).rstrip() for line in rendered()[name].split("\n") if "|" not in line)
    assert not LEFT.findall(text)
    assert not FOREIGN[name[:2]].findall(text.lower())
    assert not re.findall(r"\w [,.;]|\.\.(?!\.)|,,|\( | \)|\w  +\w", plain)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_short(language: str) -> None:
    """B1: no sentence of ours in the rights is longer than 32 words."""
    from tests.unit.notice.test_words import texts

    long = [
        name
        for name, text in texts(language).items()
        for one in re.split(r"(?<=[.!?])\s+", re.sub(r"\[([^|\]]*)\|[^\]]*\]", r"\1", text))
        if len(one.split()) > 34
    ]
    assert not long


def test_dutch_is_plain() -> None:
    from tests.unit.notice.test_words import texts

    stiff = re.compile(
        r"\b(?:dient te|dienen te|teneinde|middels|derhalve|alsmede|conform|zulks|indien)\b", re.IGNORECASE
    )
    assert not [name for name, text in texts("nl").items() if stiff.search(text)]


# ------------------------------------------------------------------------------------------------ gaps


def _purpose(policy: Policy, name: str, **more: Any) -> Policy:
    return replace(policy, purposes={**policy.purposes, name: replace(policy.purposes[name], **more)})


def _recipient(policy: Policy, name: str, **more: Any) -> Policy:
    return replace(policy, recipients={**policy.recipients, name: replace(policy.recipients[name], **more)})


def _category(policy: Policy, name: str, **more: Any) -> Policy:
    return replace(policy, data={**policy.data, name: replace(policy.data[name], **more)})


def _controller(policy: Policy, **more: Any) -> Policy:
    return replace(policy, controller=replace(policy.controller, **more))


def _without_rule(policy: Policy, name: str) -> Policy:
    return replace(policy, retention={key: one for key, one in policy.retention.items() if key != name})


def _transfer(policy: Policy, **more: Any) -> Policy:
    return replace(policy, transfers={"hosting_us": replace(policy.transfers["hosting_us"], **more)})


SABOTAGES: list[tuple[Callable[[Policy], Policy], str, str]] = [
    (lambda p: _controller(p, contact=""), "WB801", "controller.contact"),
    (lambda p: _controller(p, address=""), "WB801", "controller.address"),
    (lambda p: _controller(p, authority=""), "WB801", "controller.authority"),
    (lambda p: _purpose(p, "billing", basis=None), "WB801", "purposes.billing"),
    (lambda p: _purpose(p, "bookkeeping", law=""), "WB801", "purposes.bookkeeping"),
    (lambda p: _purpose(p, "security", interest=NO_TEXT), "WB801", "purposes.security"),
    (lambda p: _purpose(p, "billing", label=NO_TEXT), "WB801", "purposes.billing"),
    (lambda p: replace(p, notice=replace(p.notice, asks={})), "WB801", "purposes.newsletter"),
    (lambda p: _category(p, "partner_reports", third_parties=()), "WB801", "data.partner_reports"),
    (lambda p: _category(p, "usage", source=()), "WB801", "data.usage"),
    (lambda p: _recipient(p, "mail_provider", label=NO_TEXT), "WB801", "recipients.mail_provider"),
    (lambda p: _recipient(p, "mail_provider", country=""), "WB801", "recipients.mail_provider"),
    (lambda p: _recipient(p, "mail_provider", country="XX"), "WB804", "recipients.mail_provider"),
    (lambda p: _transfer(p, safeguard=None), "WB801", "transfers.hosting_us"),
    (lambda p: _transfer(p, copy_from=NO_TEXT), "WB801", "transfers.hosting_us"),
    (lambda p: _without_rule(p, "usage"), "WB801", "data.usage.items.feature"),
    (lambda p: _purpose(p, "billing", label=Text({"en": "Send invoices"})), "WB803", "purposes.billing.label"),
]


@pytest.mark.parametrize(("sabotage", "id", "path"), SABOTAGES, ids=[f"{n}-{s[2]}" for n, s in enumerate(SABOTAGES)])
def test_a_missing_item_blocks_by_name(sabotage: Callable[[Policy], Policy], id: str, path: str) -> None:
    assert gaps(taakveld(), "nl") == []
    with pytest.raises(NoticeError) as stopped:
        render(sabotage(taakveld()), "nl")
    assert (id, path) in {(one.id, one.place.path) for one in stopped.value.findings}


def test_a_language_the_policy_lacks_is_one_finding() -> None:
    assert [one.id for one in gaps(taakveld(), "fr")] == ["WB803"]


def test_both_je_and_u_are_noticed() -> None:
    assert mixed(taakveld()) == mixed(boekbaar()) == []
    rude = _purpose(taakveld(), "billing", label=Text({"nl": "Uw facturen", "en": "Your invoices"}))
    assert [one.id for one in mixed(rude)] == ["WB805"]


def test_a_policy_without_outside_sources_has_no_article_14_variant() -> None:
    alone = replace(taakveld(), data={"usage": taakveld().data["usage"]}, purposes={}, recipients={}, retention={})
    own = replace(
        alone, retention={"usage": taakveld().retention["usage"]}, transfers={}, children=type(alone.children)()
    )
    own = _keep_one_purpose(own)
    with pytest.raises(NoticeError, match="WB806"):
        notice(own, "nl", elsewhere=True)


def _keep_one_purpose(policy: Policy) -> Policy:
    return replace(policy, purposes={"improvement": taakveld().purposes["improvement"]}, notice=type(policy.notice)())


# ------------------------------------------------------------------------------------------------ HTML


def test_html_is_self_contained(case: tuple[Policy, str]) -> None:
    html = render(*case)
    assert "<script" not in html
    assert not re.search(r"(?:src|srcset|action)=|@import|url\(", html)
    assert all(SAFE.fullmatch(unescape(where)) for where in re.findall(r'href="([^"]*)"', html))
    assert html.startswith(f'<!doctype html>\n<html lang="{case[1]}">')
    assert len(html) < 300_000


def test_the_page_allows_its_own_style_and_nothing_else() -> None:
    import base64
    import hashlib

    html = render(taakveld(), "nl")
    mark = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{mark}'" in html
    assert html.count("<style>") == 1
    assert "style=" not in re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)


def test_headings_step_down_one_at_a_time(case: tuple[Policy, str]) -> None:
    levels = [int(one) for one in re.findall(r"<h([1-6])>", render(*case))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_place_in_the_contents_is_there(case: tuple[Policy, str]) -> None:
    html = render(*case)
    assert set(re.findall(r'href="#([\w-]+)"', html)) <= set(re.findall(r'id="([\w-]+)"', html))


def test_rendering_takes_less_than_a_fifth_of_a_second(case: tuple[Policy, str]) -> None:
    render(*case)
    begun = time.perf_counter()
    render(*case)
    assert time.perf_counter() - begun < 0.2


def test_pdf_is_an_extra_and_says_so() -> None:
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        with pytest.raises(NoticeError, match="WB807"):
            to_pdf(notice(taakveld(), "nl"))
    else:
        assert to_pdf(notice(taakveld(), "nl")).startswith(b"%PDF")


def test_a_controller_elsewhere_still_has_a_name() -> None:
    nowhere = replace(taakveld(), controller=replace(taakveld().controller, country=""))
    assert isinstance(nowhere.controller, Controller)
    assert "Taakveld B.V. bepaalt wat er met je gegevens gebeurt" in render(nowhere, "nl")
