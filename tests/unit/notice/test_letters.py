"""Letters: what the law asks of each is in it, and a letter the law does not allow cannot be written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from tests.notice_kit import POST, boekbaar, every_letter, taakveld, taakveld_map

from waarborg.notice import letters
from waarborg.notice.erased import erased
from waarborg.notice.html import to_html
from waarborg.notice.markdown import to_text
from waarborg.notice.page import Page
from waarborg.notice.words import NoticeError
from waarborg.plans.model import Ground, Kept, Plan, PlannedStep, StorePlan
from waarborg.terms import Right, Treatment

CASES = [(taakveld, "nl"), (taakveld, "en"), (boekbaar, "nl"), (boekbaar, "en"), (boekbaar, "fr")]


def text(page: Page) -> str:
    return " ".join(to_text(page).replace("\u00a0", " ").split())


@pytest.mark.parametrize(("policy", "language"), CASES)
def test_every_letter_names_the_controller_the_complaint_and_the_court(policy, language: str) -> None:  # type: ignore[no-untyped-def]
    court = {"nl": "rechter", "en": "court", "fr": "justice"}[language]
    for name, page in every_letter(policy(), language).items():
        said = text(page)
        assert policy().controller.name in said, name
        assert policy().controller.contact in said, name
        assert policy().rights.complaint.say(language) in said, name
        assert court in said, name
        assert 'lang="' + language in to_html(page)


def test_erasure_says_what_stays_with_reason_law_and_end_and_who_was_told() -> None:
    said = text(every_letter(taakveld(), "nl")["erasure"])
    assert "De wet verplicht ons facturen te bewaren." in said
    assert "artikel 52 van de Algemene wet inzake rijksbelastingen" in said
    assert "tot en met 31 december 2033" in said
    assert "Postduif B.V. (Nederland) en Cloudpeak Inc. (Verenigde Staten)" in said
    assert "reservekopieën" in said


def test_a_hold_is_told_in_its_own_words() -> None:
    still = letters.StillKept(("invoices",), "holds.dispute", "Art. 17(3)(e)")
    said = text(letters.erasure(boekbaar(), "nl", POST, letters.Erased(kept=(still,))))
    assert "Er loopt een geschil over een factuur." in said
    assert "Zodra die reden er niet meer is, wissen wij het." in said


def test_a_refusal_needs_article_and_reason() -> None:
    for article, reason in (("", "Er loopt een zaak."), ("Art. 12(5)", " ")):
        with pytest.raises(NoticeError, match="WB820"):
            letters.refusal(taakveld(), "nl", POST, Right.ERASURE, article=article, reason=reason)


def test_an_extension_is_told_in_time_with_a_reason_and_not_too_long() -> None:
    def extend(**more: object) -> Page:
        options: dict[str, object] = {"first": date(2026, 12, 2), "due": date(2027, 2, 2), "reason": "Veel werk."}
        return letters.extension(taakveld(), "nl", POST, Right.ACCESS, **{**options, **more})  # type: ignore[arg-type]

    assert "2 februari 2027" in text(extend())
    for wrong, id in (
        ({"reason": ""}, "WB820"),
        ({"first": date(2026, 11, 19)}, "WB821"),
        ({"due": date(2027, 2, 10)}, "WB821"),
        ({"due": date(2026, 12, 2)}, "WB821"),
    ):
        with pytest.raises(NoticeError, match=id):
            extend(**wrong)


def test_a_restriction_is_lifted_only_after_it_was_told() -> None:
    with pytest.raises(NoticeError, match="WB822"):
        letters.restriction_lifted(taakveld(), "nl", POST, since=date(2026, 11, 5), resumes=POST.on, reason="Klaar.")
    with pytest.raises(NoticeError, match="WB820"):
        letters.restriction_lifted(taakveld(), "nl", POST, since=POST.received, resumes=date(2027, 1, 1), reason="")


def test_an_objection_to_marketing_is_absolute() -> None:
    with pytest.raises(NoticeError, match="WB823"):
        letters.objection(taakveld(), "nl", POST, "newsletter", stopped=False, reason="Wij willen het graag.")
    with pytest.raises(NoticeError, match="WB820"):
        letters.objection(taakveld(), "nl", POST, "security", stopped=False)


def test_no_name_and_no_reference_still_make_a_letter() -> None:
    said = to_text(letters.access(taakveld(), "nl", replace(POST, to=""), found=False))
    assert "Goedendag," in said
    assert "Kenmerk" not in said
    assert "Kenmerk: 2026-17" in to_text(
        letters.access(taakveld(), "nl", replace(POST, reference="2026-17"), found=False)
    )


def test_a_letter_never_shows_whom_it_is_for_in_repr() -> None:
    assert "Noor" not in repr(POST)


# ------------------------------------------------------------------------------------------------ from a plan


def step(table: str, treatment: Treatment, rows: int = 1, **columns: Treatment) -> PlannedStep:
    return PlannedStep(f"{table}:{treatment}", table, "own", treatment, rows, rows, Ground("tables"), columns)


def plan(*steps: PlannedStep, kept: tuple[Kept, ...] = ()) -> Plan:
    made = datetime(2026, 11, 22, tzinfo=UTC)
    return Plan(Right.ERASURE, 1, made, "taakveld 2026-12-01", "p", "m", (StorePlan("app", steps, kept),))


def test_a_plan_is_read_as_categories() -> None:
    keeping = Ground("retention.invoices", "Art. 17(3)(b)", "AWR art. 52")
    kept = Kept("app.invoice", 2, ("name", "amount_cents"), keeping, date(2033, 12, 31))
    found = erased(
        plan(
            step("app.session", Treatment.DELETE),
            step("app.invoice", Treatment.CLEAR, iban=Treatment.CLEAR, iban_compact=Treatment.CLEAR),
            step("app.comment", Treatment.STAND_IN, author_id=Treatment.STAND_IN),
            kept=(kept, Kept("app.comment", 3, ("body",), Ground("tables"), None, "shared")),
        ),
        taakveld(),
        taakveld_map(),
        told=("payments",),
    )
    assert found.gone == ("billing.iban", "connection.ip_address", "connection.browser", "connection.device")
    assert found.changed == ("content.text",)
    assert found.kept == (
        letters.StillKept(
            ("billing.name", "billing.amount"), "retention.invoices", "Art. 17(3)(b)", date(2033, 12, 31)
        ),
    )
    said = text(letters.erasure(taakveld(), "nl", POST, found))
    assert "app." not in said
    assert "Betaalbrug B.V. (Nederland)" in said


def test_the_last_end_counts_and_an_open_end_is_never_closed() -> None:
    ground = Ground("retention.invoices", "Art. 17(3)(b)")
    ends = [date(2030, 12, 31), date(2033, 12, 31), None]
    kept = tuple(Kept("app.invoice", 1, ("name",), ground, end) for end in ends)
    assert erased(plan(kept=kept[:2]), taakveld(), taakveld_map()).kept[0].until == date(2033, 12, 31)
    assert erased(plan(kept=kept), taakveld(), taakveld_map()).kept[0].until is None


def test_lines_end_with_the_invoice_they_are_on() -> None:
    ground = Ground("retention.invoices", "Art. 17(3)(b)")
    kept = (
        Kept("app.invoice", 1, ("name",), ground, date(2033, 12, 31)),
        Kept("app.invoice_line", 2, ("amount_cents",), ground, None),
    )
    (told,) = erased(plan(kept=kept), taakveld(), taakveld_map()).kept
    assert told.until == date(2033, 12, 31)
    (alone,) = erased(plan(kept=kept[1:]), taakveld(), taakveld_map()).kept
    assert alone.until is None
