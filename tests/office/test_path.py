"""One person's requests from door to answer, on a real (small) deployment."""

from __future__ import annotations

import zipfile
from io import BytesIO

from tests.office.kit import Office

from waarborg.office.requests import identity, links, packages
from waarborg.office.requests.life import State


def test_access_from_the_form_to_the_package(office: Office) -> None:
    email = office.email(5)
    request = office.ask("portability", email)
    assert (request.state, office.stuck()) == (State.ANSWERED, []), request.hint
    mail = office.letters(request, "answer")[-1]
    assert mail.to == email
    assert email in str(office.letters(request, "confirm")[0].to)
    link = links.find(office.tenant, mail.fields["token"], "download")
    package = link.request.packages.get()
    identity.send_code(request)
    identity.check_code(request, office.letters(request, "code")[-1].fields["code"])
    archive = zipfile.ZipFile(BytesIO(b"".join(packages.fetch(package))))
    assert any(name.endswith("index.html") for name in archive.namelist())
    assert email.encode() in archive.read(next(n for n in archive.namelist() if n.endswith("data.json")))


def test_erasure_from_the_form_to_the_letter(office: Office) -> None:
    email = office.email(5)
    request = office.ask("erasure", email)
    assert request.state == State.APPROVED, (request.hint, office.stuck())
    assert office.sql("SELECT count(*) FROM member WHERE email = ?", email) == [(1,)]
    office.clock.advance(days=7, minutes=1)
    office.drain()
    request.refresh_from_db()
    assert (request.state, office.stuck()) == (State.ANSWERED, []), request.hint
    assert office.sql("SELECT count(*) FROM member WHERE email = ?", email) == [(0,)]
    assert office.letters(request, "letter")[-1].to == email
    kinds = office.kinds()
    for kind in ("request.received", "request.identified", "plan.made", "plan.approved", "plan.applied",
                 "plan.verified", "leftovers.scanned", "request.answered"):  # fmt: skip
        assert kind in kinds
