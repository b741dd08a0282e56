"""The answer package: read as a stream, complete, readable, bounded; portability gives what Art. 20 gives."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.notice_kit import MAP, ROOT, section, taakveld, taakveld_map, written

from waarborg.datamap.model import ColumnDecl, Link, SubjectDecl, TableDecl, Through
from waarborg.errors import UsageError
from waarborg.notice.answer import provided, read, shared
from waarborg.notice.cells import shown
from waarborg.notice.package import Package, write_package, zipped
from waarborg.notice.words import NoticeError, Say
from waarborg.plans.access import Answer
from waarborg.policy.model import Policy
from waarborg.state.disclosures import Disclosure
from waarborg.terms import LinkKind

PERSON = (section("app.member", "email", "full_name", "iban"), [[("noor@post.example", "Noor van Dijk", None)]])
PERSON_ROWS = (PERSON,)
COMMENTS = (section("app.comment", "body", withheld=("about_name",)), [[("Eerste reactie",), ("Tweede reactie",)]])


def make(folder: Path, text: str, language: str = "nl", policy: Policy | None = None, **more: object) -> Package:
    answer = folder / "answer.json"
    answer.write_text(text, encoding="utf-8")
    return write_package(answer, folder / "package", policy or taakveld(), MAP, language, **more)  # type: ignore[arg-type]


def index(package: Package) -> str:
    return (package.folder / "index.html").read_text(encoding="utf-8")


def test_a_package_says_everything_of_article_15(tmp_path: Path) -> None:
    page = index(made := make(tmp_path, written(PERSON, COMMENTS)))
    assert made.rows == 3
    for words in (
        "Noor van Dijk",
        "noor@post.example",
        "Eerste reactie",
        "De dienst leveren",  # purposes
        "Postduif B.V. (Nederland)",  # recipients
        "Al je gegevens blijven in de Europese Economische Ruimte",  # transfers
        "Tot je je account sluit.",  # terms
        "Van jou zelf en van je organisatie",  # source
        "Bezwaar maken",  # rights
        "Autoriteit Persoonsgegevens",  # complaint
        "Wij laten geen computer alleen beslissen",
        "Wat wij niet meegaven, en waarom",
        "contactpersonen van klanten (naam)",
        "artikel 15 lid 4 AVG",
    ):
        assert words in page, words
    for gone in ("app.member", "full_name", "app.comment", "deliver_service"):
        assert gone not in re.sub(r"<[^>]*>", "", page), gone


def test_a_transfer_is_told_with_its_safeguard_and_a_copy(tmp_path: Path) -> None:
    page = index(make(tmp_path, written(PERSON), given={"hosting_us": None}))
    for words in ("Cloudpeak Inc.", "Verenigde Staten", "modelcontract", "Vraag een kopie via"):
        assert words in page, words


def test_only_what_concerns_the_data_that_was_found_is_told(tmp_path: Path) -> None:
    page = index(make(tmp_path, written(PERSON)))
    assert "Marktkijk" not in page
    assert "AWR" not in page
    assert "Algemene wet inzake rijksbelastingen" not in page
    assert "Hiervan hebben wij niets van je: inhoud; contactpersonen van klanten; facturen en betaling" in page


def test_what_a_law_keeps_is_told_with_law_and_term(tmp_path: Path) -> None:
    page = index(make(tmp_path, written((section("app.member", "iban"), [[("NL00TEST0000000001",)]]))))
    assert "Wat ook blijft als je ons vraagt te wissen" in page
    assert "artikel 52 van de Algemene wet inzake rijksbelastingen" in page
    assert "Zeven jaar na het einde van het boekjaar" in page


def test_recipients_that_really_got_it_are_named_with_the_day(tmp_path: Path) -> None:
    given_to = {"mail_provider": date(2026, 3, 1), "payments": None}
    page = index(make(tmp_path, written(PERSON), given=given_to))
    assert "Postduif B.V. (Nederland)" in page
    assert "Gekregen op 1 maart 2026." in page
    assert "Cloudpeak" not in page


def logged(*disclosed: Disclosure) -> str:
    """An access answer of somebody of whom this was handed over."""
    declared = {n: {c: d.category for c, d in t.columns.items()} for n, t in MAP.tables.items()}
    out = io.StringIO()
    names = frozenset(one.recipient for one in disclosed if one.recipient)
    Answer(taakveld(), datetime(2026, 11, 22, 9, tzinfo=UTC), PERSON_ROWS, disclosed, names).write(out, declared)
    return out.getvalue()


def test_the_register_says_who_really_got_it_and_when(tmp_path: Path) -> None:
    once = Disclosure("mail_provider", "newsletter", data=("account.email",), on=date(2026, 3, 1))
    page = index(make(tmp_path, logged(once, replace(once, on=date(2026, 5, 4)))))
    assert "Gekregen op 1 maart 2026 en 4 mei 2026." in page
    assert "Het ging om accountgegevens (e-mailadres)." in page
    assert "Cloudpeak" not in page  # it stores attachments, and there are none
    assert "Agendalink" in page  # switched on by people, and nobody writes down when: it may have it


def test_a_recipient_by_choice_that_got_nothing_is_not_named(tmp_path: Path) -> None:
    other = Disclosure("calendar", "deliver_service", data=("account.email",), on=date(2026, 3, 1))
    declared = {n: {c: d.category for c, d in t.columns.items()} for n, t in MAP.tables.items()}
    out = io.StringIO()
    Answer(taakveld(), datetime(2026, 11, 22, 9, tzinfo=UTC), PERSON_ROWS, (), frozenset({"calendar"})).write(
        out, declared
    )
    assert "Agendalink" not in index(make(tmp_path, out.getvalue()))
    (tmp_path / "other").mkdir()
    assert "Agendalink" in index(make(tmp_path / "other", logged(other)))


def test_of_many_disclosures_the_first_and_the_last_day_are_told(tmp_path: Path) -> None:
    mails = [Disclosure("mail_provider", "newsletter", on=date(2026, month, 1)) for month in range(1, 10)]
    assert "9 keer gekregen, van 1 januari 2026 tot en met 1 september 2026." in index(make(tmp_path, logged(*mails)))


def test_an_exceptional_disclosure_is_told_with_its_ground(tmp_path: Path) -> None:
    one = Disclosure(ground="law", data=("account",), on=date(2026, 3, 1), told={"who": "Politie <Utrecht>"})
    page = index(make(tmp_path, logged(one)))
    assert "Wat wij bij uitzondering gaven" in page
    assert "Politie &lt;Utrecht&gt;" in page
    assert "Als de wet of een rechter het eist." in page
    quiet = replace(one, told={"who": "Politie", "silent_until": "2026-11-22", "silent_law": "Sv"})
    (tmp_path / "quiet").mkdir()
    assert "Politie" not in index(make(tmp_path / "quiet", logged(quiet)))


def test_it_says_per_category_who_could_see_it_and_what_was_concluded_from_what(tmp_path: Path) -> None:
    rest = (section("app.rest", "feature", "trade"), [[("zoeken", "bouw")]])
    page = index(make(tmp_path, written(PERSON, rest)))
    assert "Wie het ziet" in page
    assert "Van onszelf: wij leiden het af uit andere gegevens" in page
    assert "Waarmee" in page


@pytest.mark.parametrize("portable", [False, True])
def test_a_schema_explains_the_data_and_refuses_other_data(tmp_path: Path, portable: bool) -> None:
    made = make(tmp_path, written(PERSON, COMMENTS), portable=portable)
    data = json.loads((made.folder / "data.json").read_text())
    schema = json.loads((made.folder / "schema.json").read_text())
    assert jsonschema_rs.is_valid(schema, data)
    assert "information" not in data if portable else data["information"]["authority"] == "AP"
    for spoil in (
        lambda d: d["data"][0]["rows"][0].update(password="x"),
        lambda d: d["data"][0].update(table="app.other"),
        lambda d: d.pop("policy"),
    ):
        other = json.loads((made.folder / "data.json").read_text())
        spoil(other)
        assert not jsonschema_rs.is_valid(schema, other)


def test_nothing_found_is_said_as_such(tmp_path: Path) -> None:
    made = make(tmp_path, written())
    assert made.rows == 0
    assert "niets van je gevonden" in index(made)
    assert "Wat wij van je hebben" not in index(made)


@pytest.mark.parametrize(("language", "words"), [("nl", "Je gegevens bij"), ("en", "Your data at")])
def test_in_the_language_of_the_person(tmp_path: Path, language: str, words: str) -> None:
    assert words in index(make(tmp_path, written(PERSON), language))


def test_files_are_its_owners_only_and_explained(tmp_path: Path) -> None:
    made = make(tmp_path, written(PERSON, COMMENTS))
    assert (made.folder.stat().st_mode & 0o777) == 0o700
    assert all((made.folder / name).stat().st_mode & 0o077 == 0 for name in made.files)
    package = json.loads((made.folder / "datapackage.json").read_text())
    assert [one["path"] for one in package["resources"]] == ["data/app-member.csv", "data/app-comment.csv"]
    for one in package["resources"]:
        with (made.folder / one["path"]).open(encoding="utf-8-sig", newline="") as file:
            assert next(csv.reader(file)) == [field["name"] for field in one["schema"]["fields"]]
        assert all(field["title"] and field["description"] for field in one["schema"]["fields"])
    data = json.loads((made.folder / "data.json").read_text())
    assert data["data"][0]["rows"] == [{"email": "noor@post.example", "full_name": "Noor van Dijk", "iban": None}]
    with zipfile.ZipFile(zipped(made.folder, tmp_path / "package.zip")) as archive:
        assert len(archive.namelist()) == len(made.files)
        assert archive.testzip() is None
    with pytest.raises(UsageError, match="WB815"):
        zipped(made.folder, tmp_path / "package.zip")


def test_long_tables_go_on_on_pages_that_lead_to_each_other(tmp_path: Path) -> None:
    many = [[(f"reactie {number}",) for number in range(block, block + 100)] for block in range(0, 600, 100)]
    made = make(tmp_path, written((section("app.comment", "body"), many)))
    pages = [name for name in made.files if name.startswith("pages/")]
    assert len(pages) == 3
    texts = [(made.folder / f"pages/app-comment-{n}.html").read_text() for n in (1, 2, 3)]
    found = [int(one) for text in texts for one in re.findall(r"reactie (\d+)<", text)]
    assert found == list(range(600))
    assert "app-comment-2.html" in texts[0]
    assert "app-comment-1.html" in texts[1]
    assert "app-comment-3.html" in texts[1]
    assert "Volgende pagina" not in texts[2]
    assert 'href="pages/app-comment-1.html"' in index(made)
    assert "reactie 7<" in index(made)
    assert "reactie 8<" not in index(made)
    for text in texts:
        for where in re.findall(r'href="([^"#]+)"', text):
            assert (made.folder / "pages" / where).resolve().exists()


def test_a_long_text_is_whole_on_its_page(tmp_path: Path) -> None:
    long = "woord " * 400
    made = make(tmp_path, written((section("app.comment", "body"), [[(long,)]])))
    assert long.strip() not in index(made)
    assert "de hele tekst staat in het CSV-bestand" in index(made)
    assert long.strip() in (made.folder / "pages/app-comment-1.html").read_text()


def test_copies_of_one_item_share_a_column(tmp_path: Path) -> None:
    decl = MAP.tables["app.member"]
    twice = replace(decl, columns={**decl.columns, "email_lower": ColumnDecl("email_lower", "account.email")})
    both = replace(MAP, tables={**MAP.tables, "app.member": twice})
    declared = {"app.member": {name: one.category for name, one in twice.columns.items()}}
    text = written(
        (
            section("app.member", "email", "email_lower", "full_name"),
            [[("A@x.example", "a@x.example", "A"), ("b@x.example", "b@x.example", "B")]],
        ),
        categories=declared,
    )
    (tmp_path / "answer.json").write_text(text)
    made = write_package(tmp_path / "answer.json", tmp_path / "package", taakveld(), both, "nl")
    assert index(made).count('<th scope="col">E-mailadres</th>') == 1
    assert "A@x.example\na@x.example" in index(made)
    assert index(made).count("b@x.example") == 1


def test_values_as_people_read_them() -> None:
    say = Say.in_("nl")
    assert shown(say, "2026-11-22T09:30:00+00:00", 99) == "22 november 2026, 09:30"
    assert shown(say, "1966-03-27", 99) == "27 maart 1966"
    assert shown(say, "2026-13-99", 99) == "2026-13-99"
    assert shown(say, True, 99) == "ja"
    assert shown(say, None, 99) == "–"
    assert shown(say, {"bytes": 12000, "hex": "00"}, 99) == "bestand van 12.000 bytes"


# ------------------------------------------------------------------------------------------------ reading


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(max_size=20), min_size=1, max_size=4), max_size=3))
def test_whatever_was_written_is_read(blocks: list[list[str]]) -> None:
    rows: list[Sequence[tuple[object, ...]]] = [[(text,) for text in block] for block in blocks]
    text = written((section("app.comment", "body"), rows), PERSON)
    _, parts = read(iter(text.splitlines(keepends=True) if "\n" in text and text.isascii() else _lines(text)))
    found = [(part.table, [row for block in part.rows for row in block]) for part in parts]
    wanted = [{"body": one} for block in blocks for one in block]
    assert found[-1][1][0]["full_name"] == "Noor van Dijk"
    assert ([rows for table, rows in found if table == "app.comment"] or [[]])[0] == wanted


def _lines(text: str) -> Iterator[str]:
    """Lines as a file opened with newline="\\n" gives them."""
    return (f"{line}\n" for line in text.split("\n") if line)


def test_half_an_answer_is_refused_wherever_it_ends(tmp_path: Path) -> None:
    lines = written(PERSON, COMMENTS).split("\n")
    for end in range(len(lines) - 1):
        with pytest.raises(NoticeError, match="WB810"):
            make(tmp_path, "\n".join(lines[:end]))
        assert not (tmp_path / "package").exists()


def test_another_version_of_the_policy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoticeError, match="WB813"):
        make(tmp_path, written(PERSON, policy=replace(taakveld(), version=date(2027, 6, 1))))


def test_a_language_the_policy_lacks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoticeError, match="WB803"):
        make(tmp_path, written(PERSON), "fr")


def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "mine").write_text("mine")
    with pytest.raises(UsageError, match="WB815"):
        make(tmp_path, written(PERSON))
    assert (tmp_path / "package" / "mine").read_text() == "mine"


# ------------------------------------------------------------------------------------------------ portability


def test_portability_gives_what_the_person_provided(tmp_path: Path) -> None:
    rest = section("app.rest", "ip", "feature", "question", "news", "trade", "interest")
    told = (section("app.comment", "about_name", why="about them"), [[("Noor",)]])
    text = written(PERSON, COMMENTS, (rest, [[("192.0.2.1", "zoeken", "Hoe?", "ja", "bouw", "veel")]]), told)
    made = make(tmp_path, text, portable=True)
    data = json.loads((made.folder / "data.json").read_text())
    given_columns = {name for part in data["data"] for name in part["columns"]}
    # connection: observed; the address is read under consent (widgets), browser and device under contract (support);
    # usage rests on legitimate interests, trade is inferred, interest comes from a third party, content is shared
    assert given_columns == {"email", "full_name", "iban", "ip", "question", "news"}
    assert data["right"] == "portability"
    assert "om mee te nemen" in index(made)


def test_a_column_can_say_whose_it_is() -> None:
    policy = taakveld()
    own = TableDecl(
        "app.note",
        links=(Link(LinkKind.BELONGS_TO, "app.member", ("m",)),),
        columns={"t": ColumnDecl("t", "content.text")},
    )
    assert not provided(policy, MAP, own, "t")
    said = replace(own, columns={"t": ColumnDecl("t", "content.text", source="subject")})
    assert provided(policy, MAP, said, "t")
    foreign = replace(own, columns={"t": ColumnDecl("t", "account.name", source="other_subjects")})
    assert not provided(policy, MAP, foreign, "t")


def test_what_several_people_own_is_shared() -> None:
    member = SubjectDecl(key=("id",))
    through = Link(LinkKind.BELONGS_TO, "app.member", through=Through("app.pm", ("p",), ("id",), ("m",)))
    tables = {
        "app.member": TableDecl("app.member", member),
        "app.project": TableDecl("app.project", links=(through,)),
        "app.folder": TableDecl("app.folder", links=(Link(LinkKind.BELONGS_TO, "app.project", ("p",)),)),
        "app.invoice": TableDecl("app.invoice", links=(Link(LinkKind.BELONGS_TO, "app.member", ("m",)),)),
        "app.line": TableDecl("app.line", links=(Link(LinkKind.BELONGS_TO, "app.invoice", ("i",)),)),
    }
    datamap = replace(MAP, tables=tables)
    assert [name for name, one in tables.items() if shared(datamap, one)] == ["app.project", "app.folder"]
    assert shared(taakveld_map(), taakveld_map().tables["app.comment"])
    assert not shared(taakveld_map(), taakveld_map().tables["app.invoice_line"])


# ------------------------------------------------------------------------------------------------ memory

CHILD = """
import re, sys
from pathlib import Path
from tests.notice_kit import MAP, section, taakveld, write_answer
from waarborg.notice.package import write_package
where = Path(sys.argv[1])
with (where / "answer.json").open("w", encoding="utf-8") as out:
    rows = ([(f"reactie {n} " + "tekst " * 20,) for n in range(b, b + 1000)] for b in range(0, 100_000, 1000))
    write_answer(out.write, [(section("app.comment", "body"), rows)])
made = write_package(where / "answer.json", where / "package", taakveld(), MAP, "nl")
peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())  # of this process alone, since exec
print(made.rows, len(made.files), peak[1])
"""


def test_a_hundred_thousand_rows_in_bounded_memory(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path)],
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    rows, files, kilobytes = map(int, ran.stdout.split())
    assert rows == 100_000
    assert files == 400 + 5
    assert kilobytes < 150_000
    assert (tmp_path / "package" / "index.html").stat().st_size < 300_000
