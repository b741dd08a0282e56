"""The difference between two versions of a policy as people read it: the sentences that went and those that came.

Both notices are rendered, so that the words compared are the words published; `waarborg.policy.diff` says how much each
change matters. What only concerns our own papers is said in one sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from waarborg.notice.page import Block, Compared, Page, Para, Section, sentences, some
from waarborg.notice.phrases import links
from waarborg.notice.render import notice, service
from waarborg.notice.words import Say, lower
from waarborg.policy.diff import Change, Effect, consent_needed, difference
from waarborg.policy.model import Policy

WEIGHT = (Effect.WORDING, Effect.ADMINISTRATIVE, Effect.MATERIAL)
Told = dict[str, tuple[str, str, tuple[str, ...]]]
"""By the path in the policy: the heading above it, its own heading, and its sentences."""


def changes(old: Policy, new: Policy, language: str) -> Page:
    """What changes between two versions, in this language. Raises `NoticeError` where one of them has gaps."""
    say = Say.of(new, language)
    before, after = told(notice(replace(old, version=new.version), language)), told(notice(new, language))
    found = difference(old, new)
    groups: dict[Effect, list[Section]] = {Effect.MATERIAL: [], Effect.WORDING: []}
    for path in {**after, **before}:
        if section := _compared(say, before.get(path), after.get(path)):
            effect = effect_of(path, found)
            groups[Effect.WORDING if effect is Effect.WORDING else Effect.MATERIAL].append(section)
    blocks: list[Block] = []
    names = [lower(new.purposes[name].label.say(language)) for name in consent_needed(old, new)]
    if names:
        blocks.append(Para(say("change.consent", list=say.listed(names))))
    for effect, sections in groups.items():
        blocks += some(Section(say(f"change.{effect.value}"), tuple(sections), effect.value))
    if any(one.effect is Effect.ADMINISTRATIVE and one.path != "version" for one in found):
        says = (Para(say("change.administrative_says")),)
        blocks.append(Section(say("change.administrative"), says, "administrative"))
    if groups[Effect.MATERIAL] and new.changes.choices:
        blocks.append(Section(say("change.choices"), (Para(new.changes.choices.say(language)),), "choices"))
    return Page(
        language,
        say("change.title", name=service(new)),
        tuple(blocks) or (Para(say("change.nothing")),),
        over=service(new),
        under=say("change.between", old=say.day(old.version), new=say.day(new.version)),
        skip=say("page.skip"),
        links=links(new, say),
        kind="changes",
    )


def told(page: Page) -> Told:
    """What a notice says, by the place in the policy that says it. The first layer repeats, so it is left out."""
    found: Told = {}
    for block in page.blocks:
        if isinstance(block, Section) and not block.first:
            _collect(block, "", found)
    return found


def _collect(section: Section, above: str, into: Told) -> None:
    key = section.id or section.title
    lines = tuple(line for line in sentences(section))
    known = into.get(key)
    into[key] = (above, section.title, (known[2] if known else ()) + lines)
    for inner in section.blocks:
        if isinstance(inner, Section):
            _collect(inner, section.title, into)


def _compared(
    say: Say, before: tuple[str, str, tuple[str, ...]] | None, after: tuple[str, str, tuple[str, ...]] | None
) -> Section | None:
    was, now = before[2] if before else (), after[2] if after else ()
    went = tuple(line for line in was if line not in now)
    came = tuple(line for line in now if line not in was)
    if before and after and before[1] != after[1]:
        went, came = (before[1], *went), (after[1], *came)
    if not (went or came):
        return None
    above, title, _ = after or before or ("", "", ())
    words = (say("change.before" if came else "change.gone"), say("change.after" if went else "change.added"))
    return Section(f"{above}{say('page.colon')} {lower(title)}" if above else title, (Compared(went, came, words),))


def effect_of(key: str, found: list[Change]) -> Effect:
    """The heaviest effect among the changes that a section of the notice tells."""
    paths = list(_paths(key))
    effects = [
        one.effect for one in found if any(one.path == path or one.path.startswith(f"{path}.") for path in paths)
    ]
    return max(effects, key=WEIGHT.index, default=Effect.MATERIAL)


SECTIONS: Mapping[str, tuple[str, ...]] = {
    "who": ("controller", "representative", "joint_controllers", "notice.scope"),
    "purposes": ("purposes",),
    "decisions": ("purposes",),
    "recipients": ("recipients",),
    "disclosures": ("disclosures",),
    "transfers": ("transfers", "recipients"),
    "retention": ("retention", "holds"),
    "complaint": ("rights.complaint", "controller"),
    "children": ("children", "minimum_age"),
    "cookies": ("cookies", "recipients"),
    "security": ("measures", "breach"),
    "organisations": ("organisations",),
    "changes": ("changes",),
    "also": ("texts",),
    "glossary": ("glossary",),
    "right-how": ("rights",),
    "right-cost": ("rights.fee",),
    "right-limits": ("rights.limits",),
}
"""Where the policy says what a section of the notice tells."""
KINDS: Mapping[str, str] = {"data": "data", "purpose": "purposes", "right": "rights", "recipient": "recipients"}


def _paths(key: str) -> Iterator[str]:
    if key in SECTIONS:
        yield from SECTIONS[key]
        return
    kind, _, name = key.partition("-")
    yield KINDS[kind] if kind == "recipient" or not name else f"{KINDS.get(kind, kind)}.{name}"
    if kind == "decision":
        yield f"purposes.{name}"
