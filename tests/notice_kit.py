"""What the tests of notices and letters share: two policies, every rendered text, and an answer in its written form.

`python -m tests.notice_kit` (from the root, with src on the path) writes docs/rendered anew; the difference is reviewed
as wording.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from waarborg.clock import Period
from waarborg.datamap import load_datamap
from waarborg.datamap.model import ColumnDecl, DataMap, Link, StoreDecl, SubjectDecl, TableDecl
from waarborg.notice import letters
from waarborg.notice.changes import changes
from waarborg.notice.markdown import to_text
from waarborg.notice.page import Page
from waarborg.notice.render import Form, notice, write
from waarborg.notice.ropa import OnBehalf, record, record_of_processor
from waarborg.plans.access import Answer, Section
from waarborg.policy import load_policy
from waarborg.policy.model import Identifiability, Policy
from waarborg.terms import LinkKind, Right

ROOT = Path(__file__).parents[1]
RENDERED = ROOT / "docs" / "rendered"
POST = letters.Post(date(2026, 11, 2), date(2026, 11, 20), "Noor van Dijk")


@cache
def taakveld() -> Policy:
    """The example: Dutch and English, says `je`, hosts in the United States."""
    return load_policy(ROOT / "examples/projects/policy.yaml")


@cache
def taakveld_map() -> DataMap:
    """The example's data map."""
    return load_datamap(ROOT / "examples/projects/datamap.yaml", date(2026, 11, 22))


@cache
def boekbaar() -> Policy:
    """Dutch, French and English, says `u`, decides by computer, shares responsibility."""
    return load_policy(ROOT / "tests/unit/notice/boekbaar.yaml")


REASONS: Mapping[str, tuple[str, str, str, str]] = {
    "nl": (
        "Er loopt een rechtszaak waarin wij deze gegevens nodig hebben.",
        "De vraag gaat over drie accounts, en wij moeten ze alle drie nalopen.",
        "Wij hebben uitgezocht dat de gegevens klopten.",
        "Zonder deze controle kan iemand anders in accounts komen, en een minder ingrijpende manier is er niet.",
    ),
    "en": (
        "There is a court case in which we need this data.",
        "The question is about three accounts, and we have to go through all of them.",
        "We found out that the data was right.",
        "Without this check somebody else could get into accounts, and there is no gentler way.",
    ),
    "fr": (
        "Une action en justice est en cours, pour laquelle nous avons besoin de ces données.",
        "La question porte sur trois comptes, et nous devons les vérifier tous les trois.",
        "Nous avons vérifié que les données étaient justes.",
        "Sans ce contrôle, une autre personne pourrait entrer dans des comptes, et il n'y a pas de moyen plus doux.",
    ),
}


def every_letter(policy: Policy, language: str) -> dict[str, Page]:
    """Every letter there is, for one policy in one language."""
    refused, longer, checked, heavier = REASONS[language]
    books = next(rule for rule in policy.retention.values() if rule.law)
    kept = tuple(f"{books.data[0]}.{name}" for name in books.keep)
    people = [name for name, one in policy.data.items() if one.identifiability is not Identifiability.ANONYMOUS]
    names = [name for name in people if name not in books.data]
    ends = date(2033, 12, 31)
    still = letters.StillKept(kept, f"retention.{books.id}", "Art. 17(3)(b)", ends)
    told = tuple(policy.recipients)[:2]
    shared = tuple(name for name in names if name == "content")
    gone = tuple(name for name in names if name not in shared)
    objected = next(one.id for one in policy.purposes.values() if one.interest)
    marketing = next(one.id for one in policy.purposes.values() if one.promotional)
    others = ("content.text",) if policy.has("content.text") else ("account.name",)

    def leaves(why: str) -> tuple[letters.StillKept, ...]:
        return (letters.StillKept(others, why=why),)

    first, due = date(2026, 12, 2), date(2027, 2, 2)
    return {
        "erasure": letters.erasure(policy, language, POST, letters.Erased(gone, shared, (still,), told)),
        "erasure-nothing": letters.erasure(policy, language, POST, letters.Erased()),
        "access": letters.access(policy, language, POST, found=True, withheld=True),
        "portability": letters.portability(policy, language, POST),
        "refusal": letters.refusal(policy, language, POST, Right.ERASURE, article="Art. 17(3)(e)", reason=refused),
        "extension": letters.extension(policy, language, POST, Right.ACCESS, first=first, due=due, reason=longer),
        "restriction": letters.restriction(
            policy, language, POST, letters.Restricted("accuracy_contested", ("account",), date(2027, 2, 20), True)
        ),
        "restriction-partly": letters.restriction(
            policy, language, POST, letters.Restricted("claims", ("account",), None, False, (still, *leaves("shared")))
        ),
        "restriction-lifted": letters.restriction_lifted(
            policy, language, POST, since=date(2026, 11, 5), resumes=date(2026, 12, 1), reason=checked
        ),
        "rectification": letters.rectification(policy, language, POST, letters.Rectified(("account.email",), told[:1])),
        "rectification-partly": letters.rectification(
            policy, language, POST, letters.Rectified(("account.email",), told[:1], (still, *leaves("other")))
        ),
        "objection-stopped": letters.objection(policy, language, POST, objected, stopped=True),
        "objection-continued": letters.objection(policy, language, POST, objected, stopped=False, reason=heavier),
        "objection-marketing": letters.objection(policy, language, POST, marketing, stopped=True),
    }


def later(policy: Policy) -> Policy:
    """The next version: a term longer, a recipient gone, a purpose in other words."""
    name = next(name for name, rule in policy.retention.items() if rule.period and rule.data)
    rule = replace(policy.retention[name], period=Period(months=36))
    gone = list(policy.recipients)[-1]
    left = {id: one for id, one in policy.recipients.items() if id != gone}
    return replace(policy, version=date(2028, 1, 1), retention={**policy.retention, name: rule}, recipients=left)


@cache
def rendered() -> dict[str, str]:
    """Every text under docs/rendered, by its path there."""
    texts: dict[str, str] = {}
    for policy, language in ((taakveld(), "nl"), (taakveld(), "en"), (boekbaar(), "fr")):
        pages = every_letter(policy, language)
        texts |= {f"{language}/{name}.txt": to_text(page) for name, page in pages.items()}
        texts[f"{language}/notice.md"] = write(notice(policy, language), Form.MARKDOWN)
        texts[f"{language}/notice-elsewhere.md"] = write(notice(policy, language, elsewhere=True), Form.MARKDOWN)
        texts[f"{language}/record.md"] = write(record(policy, language), Form.MARKDOWN)
        texts[f"{language}/changes.txt"] = to_text(changes(policy, later(policy), language))
    served = [OnBehalf("Bakkerij De Korst", "info@korst.example", "Wij versturen hun facturen", ("invoices",))]
    texts["nl-u/notice.md"] = write(notice(boekbaar(), "nl"), Form.MARKDOWN)
    texts["nl-u/erasure.txt"] = to_text(every_letter(boekbaar(), "nl")["erasure"])
    texts["nl-u/record-of-processor.md"] = write(record_of_processor(boekbaar(), "nl", served), Form.MARKDOWN)
    return texts


# ------------------------------------------------------------------------------------------------ answers

MAP = DataMap(
    stores={"app": StoreDecl("app", "memory")},
    tables={
        "app.member": TableDecl(
            "app.member",
            SubjectDecl(key=("id",)),
            columns={
                "email": ColumnDecl("email", "account.email"),
                "full_name": ColumnDecl("full_name", "account.name"),
                "password_hash": ColumnDecl("password_hash", "secret"),
                "iban": ColumnDecl("iban", "billing.iban"),
            },
        ),
        "app.comment": TableDecl(
            "app.comment",
            links=(
                Link(LinkKind.BELONGS_TO, "app.member", ("author_id",)),
                Link(LinkKind.ABOUT, "app.member", ("about_id",), about=("about_name",)),
            ),
            columns={
                "body": ColumnDecl("body", "content.text"),
                "about_name": ColumnDecl("about_name", "contacts.name"),
            },
        ),
        "app.rest": TableDecl(
            "app.rest",
            links=(Link(LinkKind.BELONGS_TO, "app.member", ("member_id",)),),
            columns={
                "ip": ColumnDecl("ip", "connection.ip_address"),
                "feature": ColumnDecl("feature", "usage.feature"),
                "question": ColumnDecl("question", "support.message"),
                "news": ColumnDecl("news", "preferences.newsletter"),
                "trade": ColumnDecl("trade", "interests.trade"),
                "interest": ColumnDecl("interest", "partner_reports.interest"),
                "trial": ColumnDecl("trial", "trials.trial"),
                "flag": ColumnDecl("flag", "flags.reason"),
                "total": ColumnDecl("total", "statistics.uses"),
            },
        ),
    },
)
"""Every category of Taakveld's policy, in three tables."""

Rows = Iterable[Sequence[tuple[object, ...]]]


def written(
    *parts: tuple[Section, Rows],
    policy: Policy | None = None,
    categories: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """An access answer as the engine writes it."""
    out = io.StringIO()
    write_answer(out.write, parts, policy, categories)
    return out.getvalue()


def write_answer(
    to: Callable[[str], object],
    parts: Sequence[tuple[Section, Rows]],
    policy: Policy | None = None,
    categories: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Stream an access answer through the engine's own writer."""

    class Out(io.StringIO):
        def write(self, text: str) -> int:
            to(text)
            return len(text)

    declared = {n: {c: d.category for c, d in t.columns.items()} for n, t in MAP.tables.items()}
    answer = Answer(policy or taakveld(), datetime(2026, 11, 22, 9, 0, tzinfo=UTC), parts)
    answer.write(Out(), categories or declared)


def section(table: str, *columns: str, why: str = "theirs", withheld: tuple[str, ...] = ()) -> Section:
    """A section of an answer."""
    return Section(table, "set", why, columns, withheld)


def main() -> None:
    """Write docs/rendered anew."""
    for name, text in rendered().items():
        path = RENDERED / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(rendered())} texts in docs/rendered\n")


if __name__ == "__main__":
    main()
