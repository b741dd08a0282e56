"""What can be asked here: the rights of the notice with their sentences, and what else comes in by the same door."""

from __future__ import annotations

from dataclasses import dataclass

from waarborg.notice import guide
from waarborg.notice.words import Say
from waarborg.office.requests.life import Ask
from waarborg.policy.model import Policy
from waarborg.terms import LegalBasis

IN_NOTICE = tuple(Ask(name) for name in guide.RIGHTS)
"""The asks that the notice explains; the others are explained by `centre.ask`."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be asked."""

    ask: Ask
    name: str
    says: tuple[str, ...]
    """What it is, what to expect and when."""

    @property
    def key(self) -> str:
        """Its word in addresses and texts."""
        return self.ask.value

    @property
    def short(self) -> str:
        """The first sentence."""
        return self.says[0].partition(". ")[0].rstrip(".") + "." if "?" not in self.says[0] else self.says[0]


def choices(policy: Policy, say: Say) -> list[Choice]:
    """Everything that can be asked of this controller, in the order of the law."""
    found = [
        Choice(ask, name_of(say, ask), tuple(guide.right_says(policy, say, ask.value)))
        for ask in IN_NOTICE
        if guide.applies(policy, ask.value)
    ]
    if any(one.automated_decision for one in policy.purposes.values()):
        found.append(_other(say, Ask.HUMAN_REVIEW))
    return [*found, _other(say, Ask.COMPLAINT), _other(say, Ask.SOMETHING_ELSE)]


def choice(policy: Policy, say: Say, key: str) -> Choice | None:
    """One of them, or a report about a child, which no list shows."""
    if key == Ask.CHILD_REPORT:
        return _other(say, Ask.CHILD_REPORT)
    return next((one for one in choices(policy, say) if one.key == key), None)


def _other(say: Say, ask: Ask) -> Choice:
    return Choice(ask, name_of(say, ask), (say(f"centre.ask.{ask.value}.says"),))


def name_of(say: Say, ask: str) -> str:
    """What people call it."""
    return say.maybe(f"right.{ask}") or say(f"centre.ask.{ask}.name")


def purposes(policy: Policy, say: Say, ask: str) -> list[tuple[str, str]]:
    """The purposes that an objection or a withdrawal can be about, with their names."""
    bases = {
        Ask.WITHDRAWAL.value: {LegalBasis.CONSENT},
        Ask.OBJECTION.value: {LegalBasis.LEGITIMATE_INTERESTS, LegalBasis.PUBLIC_TASK},
    }.get(ask, set())
    return [
        (id, one.label.say(say.language))
        for id, one in policy.purposes.items()
        if one.basis in bases or (ask == Ask.OBJECTION and one.promotional and one.basis is not LegalBasis.CONSENT)
    ]
