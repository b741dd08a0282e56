"""What everybody may read: the front page, the notice and its versions, what changed between them, the rights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from importlib.util import find_spec

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from waarborg.notice import guide
from waarborg.notice.changes import changes
from waarborg.notice.first import first_layer
from waarborg.notice.html import Writer
from waarborg.notice.page import Page, Para, Section, sections, some
from waarborg.notice.phrases import links
from waarborg.notice.render import notice as rendered
from waarborg.notice.render import to_pdf
from waarborg.office import engine
from waarborg.office.centre.asks import choices
from waarborg.office.centre.place import Place, liked, page, published
from waarborg.office.publications import versions
from waarborg.office.publications.models import Publication
from waarborg.policy.values import Source


@require_safe
def door(request: HttpRequest, tenant: str) -> HttpResponse:
    """The front door: on to the language that the visitor likes best."""
    found, publication = published(tenant)
    language = liked(request, versions.policy_of(publication))
    answer = HttpResponseRedirect(reverse("centre:home", kwargs={"tenant": found.slug, "language": language}))
    answer["Vary"] = "Accept-Language"
    return answer


@require_safe
@page
def home(request: HttpRequest, place: Place) -> HttpResponse:
    """What can be done here, and the first layer of the notice."""
    short = _apart(first_layer(place.policy, place.say), place)
    return place.show(
        "centre/home.html",
        {
            "short": written(Page(place.language, "", short.blocks, links=links(place.policy, place.say)), 3),
            "publication": place.publication,
            "asks": choices(place.policy, place.say)[:4],
            "children": bool(place.policy.minimum_age or place.policy.children.report_to),
        },
    )


def _apart(short: Section, place: Place) -> Section:
    """The first layer where it stands alone: what says `below` in the notice leads to the notice here."""
    say, count = place.say, len(place.policy.recipients)
    below = say("short.who_gets_one" if count == 1 else "short.who_gets_count", count=say.number(count))
    there = Para(say("centre.home.recipients", count=say.number(count))) if count > 1 else None
    return replace(
        short,
        blocks=tuple(
            replace(one, blocks=some(*(there if block == Para(below) else block for block in one.blocks)))
            if isinstance(one, Section)
            else one
            for one in short.blocks
        ),
    )


# ------------------------------------------------------------------------------------------------ the notice


@require_safe
@page
def notice(request: HttpRequest, place: Place) -> HttpResponse:
    """The notice in force. Its permanent address stands on it."""
    return _notice(place, place.publication)


@require_safe
@page
def version(request: HttpRequest, place: Place, version: date) -> HttpResponse:
    """A version, at its permanent address."""
    return _notice(place, _publication(place, version))


@require_safe
@page
def elsewhere(request: HttpRequest, place: Place, version: date) -> HttpResponse:
    """The same for people whose data came from somebody else (Art. 14)."""
    return _notice(place, _publication(place, version), elsewhere=True)


def _notice(place: Place, publication: Publication, elsewhere: bool = False) -> HttpResponse:
    policy = versions.policy_of(publication)
    if place.language not in policy.languages or (elsewhere and not from_others(publication)):
        raise Http404
    made = rendered(policy, place.language, elsewhere=elsewhere)
    return place.show(
        "centre/notice.html",
        {
            "made": made,
            "body": written(made, 2),
            "contents": [one for one in sections(made.blocks) if one.id and not one.first],
            "publication": publication,
            "standing": standing(publication, place),
            "others": not elsewhere and from_others(publication),
            "pdf": not elsewhere and pdf_is_possible(),
            "many": len(versions.versions(place.tenant)) > 1,
        },
    )


def from_others(publication: Publication) -> bool:
    """Whether anything comes from somebody else than the person."""
    outside = {Source.THIRD_PARTY, Source.PUBLIC, Source.OTHER_SUBJECTS, Source.ORGANISATION}
    return any(outside & set(one.source) for one in versions.policy_of(publication).data.values())


def standing(publication: Publication, place: Place) -> str:
    """`current`, `coming` or `old`: the first, from a later day, or no longer in force."""
    if publication.pk == place.publication.pk:
        return "current"
    return "coming" if publication.version > place.publication.version else "old"


@require_safe
@page
def pdf(request: HttpRequest, place: Place, version: date) -> HttpResponse:
    """A version as tagged PDF. A version never changes, so it is made once and kept."""
    publication = _publication(place, version)
    policy = versions.policy_of(publication)
    if not pdf_is_possible() or place.language not in policy.languages:
        raise Http404
    name = f"{place.tenant.slug}-{version.isoformat()}-{place.language}.pdf"
    kept = engine.hidden(place.tenant) / f"{publication.digest[:16]}-{name}"
    if not kept.exists():
        made = kept.with_suffix(".part")
        made.write_bytes(to_pdf(rendered(policy, place.language)))
        made.replace(kept)
    answer = HttpResponse(kept.read_bytes(), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


def pdf_is_possible() -> bool:
    """Whether the extra that makes PDFs is installed."""
    return find_spec("weasyprint") is not None


@dataclass(frozen=True, slots=True)
class Entry:
    """A version in the list, with the one before it."""

    publication: Publication
    standing: str
    before: Publication | None


@require_safe
@page
def archive(request: HttpRequest, place: Place) -> HttpResponse:
    """Every version there was, and what changed with each."""
    all_ = versions.versions(place.tenant)
    befores: list[Publication | None] = [*all_[1:], None]
    entries = [Entry(one, standing(one, place), before) for one, before in zip(all_, befores, strict=True)]
    return place.show("centre/archive.html", {"entries": entries})


@require_safe
@page
def difference(request: HttpRequest, place: Place, old: date, new: date) -> HttpResponse:
    """What changed between two versions, in sentences."""
    before, after = (versions.policy_of(_publication(place, one)) for one in (old, new))
    if old >= new or any(place.language not in one.languages for one in (before, after)):
        raise Http404
    made = changes(before, after, place.language)
    return place.show("centre/difference.html", {"made": made, "body": written(made, 2), "old": old, "new": new})


def _publication(place: Place, version: date) -> Publication:
    found = Publication.objects.filter(tenant=place.tenant, version=version).first()
    if found is None:
        raise Http404
    return found


def written(made: Page, level: int) -> SafeString:
    """The blocks of a page as HTML; the notices' own writer makes every text harmless (`waarborg.notice.html`)."""
    return mark_safe("\n".join(Writer(made.links).blocks(made.blocks, level)))  # noqa: S308


# ------------------------------------------------------------------------------------------------ the rights


@require_safe
@page
def rights(request: HttpRequest, place: Place) -> HttpResponse:
    """Each right in two plain sentences with what to expect and when, and the way to ask for it."""
    policy, say = place.policy, place.say
    complain = guide.complaint(policy, say)
    how = [
        one
        for one in sections(guide.rights(policy, say).blocks)
        if one.id in ("right-how", "right-cost", "right-limits")
    ]
    return place.show(
        "centre/rights.html",
        {
            "asks": choices(policy, say),
            "how": list(_with_bodies(place, how)),
            "complain": written(Page(place.language, "", complain.blocks, links=links(policy, say)), 3),
            "complain_title": complain.title,
        },
    )  # fmt: skip


def _with_bodies(place: Place, found: list[Section]) -> Iterator[tuple[str, str, SafeString]]:
    for one in found:
        yield one.id, one.title, written(Page(place.language, "", one.blocks, links=links(place.policy, place.say)), 3)
