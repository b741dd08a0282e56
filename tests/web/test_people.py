"""PEOPLE 1 to 12: what people touch, in a real browser. Each test is named after its number; each check can fail."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.web import walk
from tests.web.conftest import axe

from waarborg.errors import PolicyError
from waarborg.office import engine
from waarborg.office.centre import forms, reading
from waarborg.office.errors import MoveError
from waarborg.office.people.roles import PERSON
from waarborg.office.publications.versions import publish
from waarborg.office.requests import answers, choices, clock, decide, documents, gateway, identity, moves, packages
from waarborg.office.requests.life import Ask
from waarborg.office.requests.models import IdentityCheck, Link, Package, SubjectRequest
from waarborg.terms import SubjectRef


def url(centre: Any, path: str = "", language: str = "nl") -> str:
    return f"{centre.url}/taakveld/{language}/{path}"


def required(page: Any) -> list[str]:
    """The fields of a page that cannot be left out, by name."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('main form .field')]
            .filter(one => !one.querySelector('.free'))
            .map(one => one.querySelector('input, textarea, select').name)"""
    )
    return found


def typed(page: Any) -> list[str]:
    """The boxes of a page that somebody would have to type in."""
    names: list[str] = page.evaluate(
        "() => [...document.querySelectorAll('main input:not([type=hidden]):not([type=radio]), main textarea')]"
        ".filter(one => one.required || !one.closest('.field')?.querySelector('.free')).map(one => one.name)"
    )
    return names


def answered(centre: Any, id: int, ask: str = "access") -> SubjectRequest:
    """A request of somebody that was answered with a package."""
    officer = centre.staff()
    request: SubjectRequest = centre.ask(ask, centre.email(id))
    if request.state == "identity":
        identity.vouch(request, officer, "Gebeld op het nummer dat bij ons staat.")
        centre.drain()
        request.refresh_from_db()
    if request.state == "in_review":
        answers.hand_over(request, officer)
    centre.drain()
    request.refresh_from_db()
    assert request.state == "answered"
    return request


# -------------------------------------------------------------------------------------------------------------- 1


def test_people_01_signed_in_two_clicks_and_nothing_typed(browser: Any, centre: Any, tmp_path: Path) -> None:
    from waarborg.office.requests import handover

    claims = handover.claims_for(centre.tenant, {"email": centre.email(3)}, engine.now(), lang="nl")
    made = handover.signed(claims, handover.secret_of(centre.tenant))
    shop = tmp_path / "company.html"
    shop.write_text(
        f'<!doctype html><title>Taakveld</title><form method="post" action="{centre.url}/taakveld/in">'
        f'<input type="hidden" name="token" value="{made}"><input type="hidden" name="ask" value="access">'
        "<button>Mijn gegevens opvragen</button></form>"
    )
    with browser.new_context() as where:
        page = where.new_page()
        page.goto(shop.as_uri())
        page.get_by_role("button").click()  # one
        assert typed(page) == []
        page.get_by_role("button", name="Versturen").click()  # two
        page.wait_for_url("**/me/requests/*")
        assert "Inkijken" in page.inner_text("h1")
    assert SubjectRequest.objects.get().ask == "access"


def test_people_01_anonymous_three_screens_two_fields_one_link(browser: Any, centre: Any) -> None:
    with browser.new_context() as where:
        page = where.new_page()
        page.goto(url(centre, "request"))  # one
        fields = required(page)
        page.get_by_label("Inkijken").check()
        page.get_by_label("E-mailadres").fill(centre.email(3))
        page.get_by_role("button", name="Versturen").click()  # two: the code
        fields += required(page)
        centre.drain()
        state = where.storage_state()
    letters = centre.letters(walk.newest(centre))
    assert [letter.kind for letter in letters] == ["confirm"]  # one mail, one link
    with browser.new_context(storage_state=state) as where:  # closed, and taken up again: resumable
        page = where.new_page()
        page.goto(url(centre, "request/sent"))
        code = page.inner_text(".big-code")
        page.goto(url(centre, f"confirm/{centre.token(walk.newest(centre), 'confirm')}"))  # three
        assert page.input_value("[name=code]") == code  # filled in already: nothing to type
        page.get_by_role("button").click()
        page.wait_for_url("**/status/*")
    assert fields == ["ask", "email"]


def test_people_01_one_field_more_is_seen(browser: Any, centre: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms.AskForm.base_fields["text"], "required", True)
    with browser.new_context() as where:
        page = where.new_page()
        page.goto(url(centre, "request"))
        assert len(required(page)) == 3


def test_people_01_another_device_types_the_code_once(browser: Any, centre: Any) -> None:
    with browser.new_context() as one, browser.new_context() as other:
        page = one.new_page()
        page.goto(url(centre, "request?ask=erasure"))
        page.get_by_label("E-mailadres").fill(centre.email(3))
        page.get_by_role("button", name="Versturen").click()
        code = page.inner_text(".big-code")
        centre.drain()
        phone = other.new_page()
        phone.goto(url(centre, f"confirm/{centre.token(walk.newest(centre), 'confirm')}"))
        assert phone.input_value("[name=code]") == ""
        phone.get_by_label("De code van het scherm").fill(code)
        phone.get_by_role("button").click()
        phone.wait_for_url("**/status/*")


@pytest.mark.parametrize("script", [True, False])
def test_people_01_by_keyboard_alone_and_without_javascript(browser: Any, centre: Any, script: bool) -> None:
    def tab_to(page: Any, what: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.locator(f"{what}:focus").count():
                return
        raise AssertionError(f"{what} cannot be reached by keyboard")

    with browser.new_context(java_script_enabled=script) as where:
        page = where.new_page()
        page.goto(url(centre, "request"))
        tab_to(page, "[name=ask]")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        tab_to(page, "[name=email]")
        page.keyboard.type(centre.email(3))
        tab_to(page, "main button")
        page.keyboard.press("Enter")
        page.wait_for_selector(".big-code")
        centre.drain()
        page.goto(url(centre, f"confirm/{centre.token(walk.newest(centre), 'confirm')}"))
        tab_to(page, "main button")
        page.keyboard.press("Enter")
        page.wait_for_url("**/status/*")
        assert page.locator("h1").count() == 1
    assert SubjectRequest.objects.get().assurance == 2


# -------------------------------------------------------------------------------------------------------------- 2


def offered(page: Any) -> dict[str, int]:
    """Each ask on the page of rights, with how many sentences explain it."""
    found: dict[str, int] = {}
    for one in page.locator("main > .ways > li").all():
        says = " ".join(one.locator("p").all_inner_texts()[:-1])
        found[str(one.get_attribute("id"))] = len(re.findall(r"[.!?](?:\s|$)", says))
    return found


WANTED = {one.value for one in Ask} - {"human_review", "child_report"}
"""What Taakveld's people can ask; no computer of Taakveld decides, and a report is asked for below the form."""


@pytest.mark.parametrize("language", ["nl", "en"])
def test_people_02_every_right_in_two_plain_sentences(browser: Any, centre: Any, language: str) -> None:
    with browser.new_context() as where:
        page = where.new_page()
        page.goto(url(centre, "rights", language))
        found = offered(page)
        assert set(found) == WANTED
        assert min(found.values()) >= 2
        for name in found:
            href = page.locator(f"#{name} a").last.get_attribute("href")
            assert href.endswith(f"?ask={name}")
        page.goto(url(centre, "request", language))
        for behalf in ("mandate", "guardian"):
            page.goto(url(centre, f"request?ask=access&for={behalf}", language))
            assert required(page) == ["about", "email"]
        page.goto(url(centre, "request?ask=child_report", language))
        assert "about" in required(page)


def test_people_02_a_right_that_is_missing_is_seen(browser: Any, centre: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    real = reading.choices
    monkeypatch.setattr(reading, "choices", lambda *a: [one for one in real(*a) if one.key != "portability"])
    with browser.new_context() as where:
        page = where.new_page()
        page.goto(url(centre, "rights"))
        assert WANTED - set(offered(page)) == {"portability"}


# -------------------------------------------------------------------------------------------------------------- 3


def test_people_03_the_same_page_for_known_and_unknown(browser: Any, centre: Any) -> None:
    """What is on the screen; the body, the headers and the time are in tests/office/test_centre_asking.py."""
    seen = []
    for email in (centre.email(3), "nobody@nowhere.example"):
        with browser.new_context() as where:
            page = where.new_page()
            page.goto(url(centre, "request?ask=access"))
            page.get_by_label("E-mailadres").fill(email)
            page.get_by_role("button", name="Versturen").click()
            seen.append(re.sub(r"\d{4} \d{4}", "", page.inner_text("body")))
    assert seen[0] == seen[1]


# -------------------------------------------------------------------------------------------------------------- 4


def test_people_04_no_document_unless_asked_for_and_then_destroyed(browser: Any, centre: Any, tmp_path: Path) -> None:
    officer = centre.staff()
    with browser.new_context() as where:
        page = where.new_page()
        for path in ("request", "request?ask=access", "rights", "link", "request?ask=access&for=mandate"):
            page.goto(url(centre, path))
            assert page.locator("input[type=file]").count() == 0, path
        request = centre.ask("access", centre.email(walk.billed(centre)))
        assert request.state == "identity"  # invoices: more than a mail is needed
        policy = Path(centre.tenant.folder) / "policy.yaml"
        assert "document" in policy.read_text(encoding="utf-8")
        token = documents.ask(request, officer, "Uw telefoonnummer is niet meer van u.")
        page.goto(url(centre, f"document/{token}"))
        assert "Uw telefoonnummer is niet meer van u." in page.inner_text("main")  # a step up says why
        scan = tmp_path / "scan.png"
        scan.write_bytes(b"\x89PNG\r\n\x1a\n" + b"canary" * 40)
        wrong = tmp_path / "scan.exe"
        wrong.write_bytes(b"MZ")
        page.set_input_files("input[type=file]", wrong)
        page.get_by_role("button", name="Versturen").click()
        assert page.locator(".problems").count() == 1
        page.set_input_files("input[type=file]", scan)
        page.get_by_role("button", name="Versturen").click()
        assert "Wij hebben het ontvangen" in page.inner_text("h1")
    with engine.door(centre.tenant).read() as state:
        assert state.vault.has(f"{documents.name_of(request)}:body")
    documents.judge(request, officer, genuine=True)
    with engine.door(centre.tenant).read() as state:
        assert not state.vault.has(f"{documents.name_of(request)}:body")


# -------------------------------------------------------------------------------------------------------------- 5


def test_people_05_the_clock_is_that_of_the_staff(browser: Any, centre: Any) -> None:
    officer = centre.staff()
    request = centre.ask("rectification", centre.email(3))
    assert request.state == "in_review"
    status = url(centre, f"status/{centre.letters(request, 'received')[-1].fields['status']}")
    policy = engine.policy_of(centre.tenant)
    with browser.new_context() as where:
        page = where.new_page()

        def shown() -> tuple[str, str]:
            page.goto(status)
            return page.inner_text(".clock-left"), page.inner_text(".clock-days")

        said, days = shown()
        staff = clock.clock_of(request, policy, engine.now())
        assert said.split()[0] == str(staff.left)
        assert "30 november 2026" in days
        assert "30 december 2026" in days
        moves.act(request, "extend", by=officer, reasons="Wij moeten drie teams vragen.", data={"reason": "complex"})
        said, days = shown()
        staff = clock.clock_of(request, policy, engine.now())
        assert said.split()[0] == str(staff.left)
        assert "1 maart 2027" in days
        assert "Wij moeten drie teams vragen." in page.inner_text("#clock")
        centre.clock.advance(days=100)
        said, _ = shown()
        assert said.split()[0] == str(-clock.clock_of(request, policy, engine.now()).left)
        assert page.locator('.clock[data-state="overdue"]').count() == 1


def test_people_05_a_pause_is_shown_with_its_reason_and_ends_with_a_code(
    browser: Any, centre: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(gateway, "ready", lambda: True)
    monkeypatch.setattr(gateway, "send", lambda tenant, number, code, language: sent.append(code))
    request = centre.ask("access", centre.email(walk.billed(centre)))
    assert request.paused_at is not None
    with browser.new_context() as where:
        page = where.new_page()
        page.goto(url(centre, f"status/{centre.token(request, 'step_up')}"))
        assert "De klok staat stil" in page.inner_text(".clock-left")
        assert "laten zien dat jij het bent" in page.inner_text("#clock")
        assert "misbruik" in page.inner_text("#sure")  # why more is asked than usual
        page.get_by_role("button", name="Stuur een sms met een code").click()
        page.get_by_label("De code uit het sms-bericht").fill("12345678")
        page.get_by_role("button", name="Controleren").click()
        assert "Deze code klopt niet." in page.inner_text(".problems")
        page.get_by_label("De code uit het sms-bericht").fill(sent[-1])
        page.get_by_role("button", name="Controleren").click()
        assert "Nu weten wij het zeker" in page.inner_text("[role=status]")
        assert "dagen te gaan" in page.inner_text(".clock-left")


# -------------------------------------------------------------------------------------------------------------- 6


def test_people_06_status_without_login_from_a_link_that_can_be_revoked(browser: Any, centre: Any) -> None:
    request = centre.ask("erasure", centre.email(3))
    status = url(centre, f"status/{centre.letters(request, 'received')[-1].fields['status']}")
    with browser.new_context() as where:
        page = where.new_page()
        page.goto(status)
        assert where.cookies() == []
        assert page.locator(".path [aria-current=step]").count() == 1
        assert "30 december 2026" in page.inner_text("#clock")
        page.get_by_label("Iets toevoegen").fill("Mijn tweede account ook, graag.")
        page.locator("#messages").get_by_role("button", name="Versturen").click()
        assert "Het bericht is verstuurd." in page.inner_text("[role=status]")
        assert "tweede account" not in page.inner_text("main")  # what was written opens with a code
        page.get_by_text("Deze link onbruikbaar maken").first.click()
        page.get_by_role("button", name="Deze link onbruikbaar maken").click()
        assert "werkt niet meer" in page.inner_text("h1")
        assert page.goto(status).status == 404
    assert request.messages.filter(kind="wrote").count() == 1


def test_people_06_what_was_written_opens_with_a_fresh_code(browser: Any, centre: Any) -> None:
    request = answered(centre, 6)
    status = url(centre, f"status/{centre.letters(request, 'received')[-1].fields['status']}")
    with browser.new_context() as where:
        page = where.new_page()
        page.goto(status)
        assert page.get_by_role("button", name="Pakket ophalen").count() == 0
        assert "Pak het bestand uit" not in page.inner_text("#messages")
        page.get_by_role("button", name="Stuur een code").first.click()
        code = centre.letters(request, "code")[-1].fields["code"]
        page.get_by_label("De code uit de mail").fill("00000000")
        page.get_by_role("button", name="Openen").click()
        assert "Deze code klopt niet." in page.inner_text(".problems")
        page.get_by_label("De code uit de mail").fill(str(code))
        page.get_by_role("button", name="Openen").click()
        assert "Pak het bestand uit" in page.inner_text("#messages")
        assert page.get_by_role("button", name="Pakket ophalen").count() == 1


# ------------------------------------------------------------------------------------------------------- 7, 8, 9


def fetched(page: Any, centre: Any, request: SubjectRequest) -> zipfile.ZipFile:
    """Download the package as its person does."""
    page.goto(url(centre, f"answer/{centre.token(request, 'answer')}"))
    page.get_by_role("button", name="Stuur een code").click()
    page.get_by_label("De code uit de mail").fill(str(centre.letters(request, "code")[-1].fields["code"]))
    page.get_by_role("button", name="Openen").click()
    with page.expect_download() as coming:
        page.get_by_role("button", name="Pakket ophalen").click()
    return zipfile.ZipFile(io.BytesIO(Path(coming.value.path()).read_bytes()))


def test_people_07_the_answer_opens_offline_and_is_whole(browser: Any, centre: Any, tmp_path: Path) -> None:
    request = answered(centre, 6)
    with browser.new_context() as where:
        archive = fetched(where.new_page(), centre, request)
    archive.extractall(tmp_path)
    names = archive.namelist()
    index = next(tmp_path.rglob("index.html"))
    assert any(name.endswith("data.json") for name in names)
    assert any(name.endswith(".csv") for name in names)
    with browser.new_context(offline=True) as where:
        page = where.new_page()
        page.goto(index.as_uri())
        assert page.get_attribute("html", "lang") == "nl"
        assert axe(page) == []
        text = page.inner_text("body")
    for says in ("Taakveld B.V.", "Postduif B.V.", "Autoriteit Persoonsgegevens", "zes maanden", centre.email(6)):
        assert says.lower() in text.lower(), says


def test_people_08_others_are_masked_and_doubt_waits_for_somebody(browser: Any, centre: Any) -> None:
    request = centre.ask("access", centre.email(6))
    if request.state == "identity":
        identity.vouch(request, centre.staff(), "Gebeld op het nummer dat bij ons staat.")
        centre.drain()
        request.refresh_from_db()
    assert (request.state, request.hint) == ("in_review", "mentions")  # texts of others that mention the person
    assert Package.objects.get().released_at is None
    status = url(centre, f"status/{centre.letters(request, 'received')[-1].fields['status']}")
    with browser.new_context() as where:
        page = where.new_page()
        page.goto(status)
        assert page.locator("#answer").count() == 0
        answers.hand_over(request, centre.staff())
        archive = fetched(page, centre, request)
    whole = b"".join(archive.read(name) for name in archive.namelist())
    hashes = [row[0] for row in centre.sql("SELECT password_hash FROM member WHERE length(password_hash) > 8")]
    assert hashes
    assert centre.email(6).encode() in whole
    assert not [one for one in hashes if str(one).encode() in whole]


def test_people_09_download_behind_a_code_counted_expiring_and_untold(browser: Any, centre: Any) -> None:
    request = answered(centre, 6)
    token = centre.token(request, "answer")
    package = Package.objects.get()
    stored = (engine.hidden(centre.tenant) / "packages" / package.file).read_bytes()
    assert not stored.startswith(b"PK")
    assert centre.email(6).encode() not in stored
    asked: list[dict[str, str]] = []
    heads: list[dict[str, str]] = []
    with browser.new_context() as where:
        page = where.new_page()
        page.on("request", lambda one: asked.append(dict(one.headers)))
        page.on("response", lambda one: heads.append(dict(one.headers)) if "/answer/" in one.url else None)
        fetched(page, centre, request)
        page.goto(url(centre, f"answer/{token}"))
        page.locator("header a.name").click()
        assert not [one for one in asked if token in one.get("referer", "")]
        assert {one["cache-control"] for one in heads} == {"no-store"}
        assert {one["referrer-policy"] for one in heads} == {"no-referrer"}
        package.refresh_from_db()
        assert package.downloads == 1
        assert Link.objects.get(purpose="download").uses == 1
        centre.clock.advance(days=7, minutes=1)
        assert page.goto(url(centre, f"answer/{token}")).status == 404
    packages.over(centre.tenant, engine.now())
    assert not (engine.hidden(centre.tenant) / "packages" / package.file).exists()


def test_people_09_a_link_alone_or_a_grant_of_another_gets_nothing(browser: Any, centre: Any) -> None:
    from waarborg.office.centre import unlocking

    mine_, theirs = answered(centre, 6), answered(centre, 7)
    with browser.new_context() as where:
        for grant in ("", "made-up", unlocking.grant(theirs)):
            answer = where.request.post(
                url(centre, f"answer/{centre.token(mine_, 'answer')}"), form={"do": "file", "grant": grant}
            )
            assert "zip" not in answer.headers["content-type"]
        right = where.request.post(
            url(centre, f"answer/{centre.token(mine_, 'answer')}"),
            form={"do": "file", "grant": unlocking.grant(mine_)},
        )
        assert right.headers["content-type"] == "application/zip"
        old = unlocking.grant(mine_)
        centre.clock.advance(minutes=31)
        late = where.request.post(
            url(centre, f"answer/{centre.token(mine_, 'answer')}"), form={"do": "file", "grant": old}
        )
        assert "zip" not in late.headers["content-type"]


def test_people_09_codes_are_not_sent_without_end(browser: Any, centre: Any) -> None:
    request = answered(centre, 6)
    with browser.new_context() as where:
        page = where.new_page()
        for _ in range(7):
            page.goto(url(centre, f"answer/{centre.token(request, 'answer')}"))
            page.get_by_role("button", name="Stuur een code").click()
        assert "over een uur" in page.inner_text(".problems")
    assert IdentityCheck.objects.filter(rung="fresh").count() == 5


# ------------------------------------------------------------------------------------------------------------- 10


def test_people_10_erasure_shows_first_what_goes_and_what_stays(browser: Any, centre: Any) -> None:
    id = walk.billed(centre)
    email = centre.email(id)
    with browser.new_context() as where:
        page = where.new_page()
        page.goto(url(centre, "request?ask=erasure"))
        policy = page.inner_text(".diff")
        for says in ("Gaat weg", "Blijft voor anderen, zonder naam", "Blijft nog", "artikel 52", "zeven jaar"):
            assert says.lower() in policy.lower(), says
        request = centre.ask("erasure", email)
        page.goto(url(centre, f"status/{centre.letters(request, 'received')[-1].fields['status']}"))
        plan = page.inner_text("#plan")
        assert "31 december 2027" in plan
        assert re.search(r"\d+ regels?", plan)
        assert centre.sql("SELECT count(*) FROM member WHERE email = ?", email) == [(1,)]  # nothing went yet
        page.goto(url(centre, f"undo/{centre.token(request, 'undo')}"))
        assert "31 december 2027" in page.inner_text(".diff")
        page.get_by_role("button", name="Toch niet doen").click()
        assert "Het gaat niet door" in page.inner_text("h1")
    request.refresh_from_db()
    assert request.state == "withdrawn"
    centre.clock.advance(days=8)
    centre.drain()
    assert centre.sql("SELECT count(*) FROM member WHERE email = ?", email) == [(1,)]


def test_people_10_after_the_window_it_happens_and_the_page_says_so(browser: Any, centre: Any) -> None:
    email = centre.email(3)
    request = centre.ask("erasure", email)
    undo = centre.token(request, "undo")
    status = url(centre, f"status/{centre.letters(request, 'received')[-1].fields['status']}")
    centre.clock.advance(days=8)
    centre.drain()
    request.refresh_from_db()
    assert request.state == "answered"
    assert centre.sql("SELECT count(*) FROM member WHERE email = ?", email) == [(0,)]
    with browser.new_context() as where:
        page = where.new_page()
        assert page.goto(url(centre, f"undo/{undo}")).status == 404
        page.goto(status)
        assert "Is weg" in page.inner_text("#plan")
        assert "Beantwoord" in page.inner_text(".clock-left")
    with pytest.raises(MoveError):
        decide.undo(request, PERSON)


# ------------------------------------------------------------------------------------------------------------- 11


def test_people_11_one_click_to_withdraw_by_a_link_without_login(browser: Any, centre: Any) -> None:
    person = SubjectRef({"email": centre.email(3)})
    with browser.new_context() as where:
        page = where.new_page()
        page.goto(url(centre, f"preferences/{choices.link(centre.tenant, dict(person.identifiers))}"))
        assert where.cookies() == []
        asks = engine.policy_of(centre.tenant).notice.asks
        for name, one in asks.items():
            assert one.text.say("nl") in page.inner_text(f"#{name}")  # the exact words
        page.locator("#newsletter button").click()
        page.wait_for_selector("[role=status]")
        assert not choices.may_use(centre.tenant, person, "newsletter")  # at once: no job was done in between
        assert "30 november 2026" in page.inner_text("#newsletter")


# ------------------------------------------------------------------------------------------------------------- 12


def test_people_12_the_notice_layered_printed_and_in_the_words_that_are_enforced(browser: Any, centre: Any) -> None:
    from waarborg.notice.phrases import stay
    from waarborg.office.look.words import spoken

    policy = engine.policy_of(centre.tenant)
    with browser.new_context() as where:
        page = where.new_page()
        page.goto(url(centre, "notice"))
        assert page.locator("main .short").count() == 1  # the first layer comes first
        assert page.locator("main section").first.get_attribute("class") == "short"
        text = page.inner_text("main")
        for rule in policy.retention.values():
            if rule.data:
                assert stay(policy, spoken(policy, "nl"), rule)[0] in text  # as answers and letters say it
        page.emulate_media(media="print")
        for part in (".side", ".menu", ".langs", "#versions"):
            assert page.locator(part).first.is_hidden(), part
        made = page.pdf(tagged=True, prefer_css_page_size=True)
        assert b"/StructTreeRoot" in made
        page.emulate_media(media="screen")
        page.get_by_role("link", name="Vast adres van deze versie").click()
        assert page.url.endswith("/notice/2026-12-01")


def test_people_12_pdf_where_the_extra_is_installed(centre: Any, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(reading, "pdf_is_possible", lambda: True)
    monkeypatch.setattr(reading, "to_pdf", lambda page: made.append(page.language) or b"%PDF-1.7 test")
    for _ in range(2):
        answer = client.get("/taakveld/nl/notice/2026-12-01.pdf", headers={"host": "localhost"})
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content == b"%PDF-1.7 test"
    assert made == ["nl"]  # a version never changes: made once
    monkeypatch.setattr(reading, "pdf_is_possible", lambda: False)
    assert client.get("/taakveld/nl/notice/2026-12-01.pdf", headers={"host": "localhost"}).status_code == 404


def test_people_12_words_that_are_not_those_of_the_policy_are_seen(browser: Any, centre: Any) -> None:
    """Sabotage: the file says something else than what was published; people read what was published."""
    path = Path(centre.tenant.folder) / "policy.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("for: 6 months", "for: 9 months"), encoding="utf-8")
    with pytest.raises(PolicyError, match="WB960"):
        publish(centre.tenant)
    with browser.new_context() as where:
        page = where.new_page()
        page.goto(url(centre, "notice"))
        assert "zes maanden" in page.inner_text("main").lower()
        assert "negen maanden" not in page.inner_text("main").lower()
