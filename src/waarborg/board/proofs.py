"""Which check proves which promise, as data: a path of the policy, a name, and a function from facts to a verdict.

    board(facts) -> [Shown, …]            # every promise of the policy, in its order
    by_name(shown) -> {"projects.13": [Shown, …]}

Adding a check is one function and one line in `PROOFS`; the longest path that fits decides. Whatever the check says, an
error that `waarborg check` finds at the entry breaks its promise, and so does an attestation that is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from waarborg.board.model import WORST, Facts, Shown, Standing, Verdict
from waarborg.clock import add_months
from waarborg.datamap.model import TableDecl
from waarborg.policy.promises import Promise, derive
from waarborg.policy.values import MeasureProof
from waarborg.state.notifications import RecipientNotification
from waarborg.terms import LegalBasis

ANSWER_MONTHS = 1
"""Months in which a request is answered (Art. 12(3)), and in which a recipient is expected to have done the same."""
SHOWN_ENTRIES = 12
"""The most evidence entries that one promise lists: the last ones."""
Check = Callable[[Facts, Promise], Verdict]


@dataclass(frozen=True, slots=True)
class Proof:
    """A check with its name."""

    path: str
    name: str
    check: Check


def kept(why: str, entries: Iterable[int] = ()) -> Verdict:
    """It was looked at, and it is so."""
    return Verdict(Standing.KEPT, why, tuple(entries)[-SHOWN_ENTRIES:])


def broken(why: str, entries: Iterable[int] = ()) -> Verdict:
    """It was looked at, and it is not so."""
    return Verdict(Standing.BROKEN, why, tuple(entries)[-SHOWN_ENTRIES:])


def not_shown(why: str) -> Verdict:
    """Nothing has shown it yet."""
    return Verdict(Standing.NOT_SHOWN, why)


# ------------------------------------------------------------------------------------------------ the checks


def declared(facts: Facts, promise: Promise) -> Verdict:
    """What is told is complete and does not contradict itself or the law: `waarborg check` says so."""
    return kept("policy, data map and notice agree about it")


def held(facts: Facts, promise: Promise) -> Verdict:
    """A category is data that somebody can find: some column holds it."""
    columns = facts.references([_tail(promise)])
    if not columns:
        return broken("the notice names it, and no column of the data map holds it")
    return kept(f"{_number_of(columns, 'column holds', 'columns hold')} it, and every answer gives it with its source")


def used(facts: Facts, promise: Promise) -> Verdict:
    """A purpose has one basis, and reads data that some column holds."""
    purpose = facts.policy.purposes[_tail(promise)]
    if purpose.ends is not None and purpose.ends < facts.today:
        return broken(f"the purpose ended on {purpose.ends}")
    if purpose.basis is LegalBasis.CONSENT:
        entries = facts.entries("consent.given", "consent.withdrawn", purpose=purpose.id)
        if not entries:
            return not_shown("no consent for it was recorded yet")
        return kept(f"{_number_of(len(entries), 'choice', 'choices')} recorded, over declared data only", entries)
    return kept(f"one basis ({purpose.basis.value if purpose.basis else 'none'}), over declared data only")


def told(facts: Facts, promise: Promise) -> Verdict:
    """A recipient gets what was told, and is told in turn what was erased, corrected or restricted (Art. 19)."""
    name = _tail(promise)
    mine = [one for one in facts.notifications if one.recipient == name]
    late = [one for one in mine if not one.answered and _since(one, facts)]
    entries = facts.entries("recipient.notified", "recipient.answered", "data.disclosed", recipient=name)
    if late:
        return broken(f"{_number_of(len(late), 'answer is', 'answers are')} missing, on what went or changed", entries)
    waits = sum(not one.answered for one in mine)
    return kept(f"bound for what it gets; {waits} of {len(mine)} messages about what went or changed wait", entries)


def _since(one: RecipientNotification, facts: Facts) -> bool:
    since = datetime.fromisoformat(one.since)
    return add_months(since.date(), ANSWER_MONTHS) < facts.today


def exceptional(facts: Facts, promise: Promise) -> Verdict:
    """Exceptional disclosures rest on a closed list; each one is an entry of its own."""
    entries = facts.entries("data.disclosed", ground=_tail(promise))
    if not entries:
        return kept("never used; each use would need a document or reason, and who decided")
    times = _number_of(len(entries), "time", "times")
    return kept(f"used {times}, each with its document or reason, and who decided", entries)


def ended(facts: Facts, promise: Promise) -> Verdict:
    """No row is past its term."""
    rule = facts.policy.retention[_tail(promise)]
    entries = facts.entries("retention.swept", rule=f"retention.{rule.id}")
    if rule.sets:
        return not_shown("no backup set is registered yet")
    if not facts.references(rule.data):
        return not_shown("no column of the data map holds this data")
    if facts.sight is None:
        return not_shown("the databases were left out")
    if why := facts.sight.unswept.get(rule.id):
        return not_shown(why)
    past = facts.sight.past.get(rule.id, 0)
    if past:
        return broken(f"{_number_of(past, 'row is', 'rows are')} past the term", entries)
    if not _dated(facts, rule.starts_at or rule.until, rule.data):
        return kept("goes on request: no column of the data map holds the date of its event", entries)
    return kept("no row is past its term", entries)


def _dated(facts: Facts, event: str, refs: Sequence[str]) -> bool:
    wanted = set(refs)

    def of(table: TableDecl) -> bool:
        return any(c.category in wanted or c.category.partition(".")[0] in wanted for c in table.columns.values())

    return any(event in table.dates for table in facts.datamap.tables.values() if of(table))


def exercised(facts: Facts, promise: Promise) -> Verdict:
    """A right is answered in time: nobody waits longer than the law's month, or than an extension that was told."""
    right = promise.path.partition(".")[2].partition(".")[0]
    due = _waiting(facts, right)
    entries = facts.entries("request.answered", "request.refused", right=right)
    if due:
        return broken(f"{_number_of(due, 'request has', 'requests have')} waited longer than the law allows", entries)
    if not entries:
        return not_shown("nobody has asked yet")
    return kept(f"{_number_of(len(entries), 'request', 'requests')} answered, none waits too long", entries)


def _waiting(facts: Facts, right: str) -> int:
    """Requests of a right past their day without an answer; of every right where it is empty."""
    open_: dict[str, str] = {}
    for entry in facts.evidence:
        request = str(entry.data.get("request", ""))
        if entry.kind == "request.received" and (not right or entry.data.get("right") == right):
            open_[request] = str(entry.data.get("due") or add_months(datetime.fromisoformat(entry.at).date(), 1))
        elif entry.kind == "request.extended" and request in open_:
            open_[request] = str(entry.data["due"])
        elif entry.kind in ("request.answered", "request.refused", "request.closed"):
            open_.pop(request, None)
    return sum(due < facts.today.isoformat() for due in open_.values())


def every_right(facts: Facts, promise: Promise) -> Verdict:
    """All rights together: nobody waits too long for anything."""
    late = _waiting(facts, "")
    entries = facts.entries("request.answered", "request.refused")
    if late:
        return broken(f"{_number_of(late, 'request has', 'requests have')} waited longer than the law allows", entries)
    return kept("every right is told, and nobody waits too long", entries)


def measured(facts: Facts, promise: Promise) -> Verdict:
    """A measure was found to stand on the running service; what no program can see is attested."""
    measure = facts.policy.measures[_tail(promise)]
    if measure.proof is MeasureProof.ATTESTED:
        return not_shown(f"waarborg attest {promise.path} --document … --until …")
    if facts.sight is None:
        return not_shown("the databases were left out")
    found = facts.sight.measured.get(measure.measured_by or measure.id)
    if found is None:
        return not_shown("no store tells about it: attest it")
    if measure.at_most is not None and found.count > measure.at_most:
        return broken(f"{found.what}; the policy says at most {measure.at_most}")
    return kept(found.what) if found.ok else broken(found.what)


def grown_up(facts: Facts, promise: Promise) -> Verdict:
    """No row shows a person below the minimum age."""
    if facts.policy.minimum_age is None:
        return kept("the policy has no minimum age")
    if facts.sight is None:
        return not_shown("the databases were left out")
    if facts.sight.young is None:
        return not_shown("no column of the data map holds a birth date")
    if facts.sight.young:
        rows = _number_of(facts.sight.young, "row shows", "rows show")
        return broken(f"{rows} a person younger than {facts.policy.minimum_age}")
    return kept(f"no row shows a person younger than {facts.policy.minimum_age}")


def seen_outside(facts: Facts, promise: Promise) -> Verdict:
    """Only the running service shows it: pages, sessions, mail."""
    return not_shown("only the running service shows it; until then: waarborg attest")


PROOFS: tuple[Proof, ...] = (
    Proof("", "told completely and without contradiction", declared),
    Proof("data", "data is mapped, with its source", held),
    Proof("purposes", "one basis, declared data", used),
    Proof("recipients", "bound, and told of erasures", told),
    Proof("disclosures", "closed list, each use written down", exceptional),
    Proof("retention", "no row past its term", ended),
    Proof("holds", "told completely and without contradiction", declared),
    Proof("rights", "nobody waits too long", every_right),
    *(
        Proof(f"rights.{name}", "answered in time", exercised)
        for name in ("access", "rectification", "erasure", "restriction", "portability", "objection", "stop_use")
    ),
    Proof("rights.withdrawal", "answered in time", exercised),
    Proof("rights.fee", "told completely and without contradiction", declared),
    Proof("rights.limits", "told completely and without contradiction", declared),
    Proof("measures", "measured or attested", measured),
    Proof("children", "no row of somebody too young", grown_up),
    Proof("cookies", "seen on the running service", seen_outside),
    Proof("organisations", "seen on the running service", seen_outside),
    Proof("breach", "seen on the running service", seen_outside),
    Proof("changes", "seen on the running service", seen_outside),
    Proof("texts", "seen on the running service", seen_outside),
    Proof("notice.asks", "seen on the running service", seen_outside),
)
"""Every check, by the path of what it proves."""


# ------------------------------------------------------------------------------------------------ the board


def proof_of(path: str) -> Proof:
    """The check of an entry: the one with the longest path that fits."""
    fitting = [one for one in PROOFS if not one.path or f"{path}.".startswith(f"{one.path}.")]
    return max(fitting, key=lambda one: len(one.path))


def board(facts: Facts) -> list[Shown]:
    """Every promise of the policy with its standing, in the order of the policy."""
    return [_shown(facts, promise) for promise in derive(facts.policy)]


def _shown(facts: Facts, promise: Promise) -> Shown:
    proof = proof_of(promise.path)
    wrong = facts.errors(promise.path)
    verdict = proof.check(facts, promise)
    if wrong and verdict.standing is not Standing.BROKEN:
        verdict = broken("; ".join(dict.fromkeys(f"{one.id} {one.what}" for one in wrong)), verdict.entries)
    return Shown(promise, proof.name, _attested(facts, promise, verdict), wrong)


def _attested(facts: Facts, promise: Promise, verdict: Verdict) -> Verdict:
    """What a person confirmed counts where no check looked; over, it breaks the promise for everybody to see."""
    one = facts.attestations.get(promise.path)
    if one is None or verdict.standing is Standing.BROKEN:
        return verdict
    if not one.stands(facts.today):
        return broken(f"the attestation ended on {one.until}", (one.entry,))
    if verdict.standing is Standing.NOT_SHOWN:
        return Verdict(Standing.ATTESTED, "confirmed with a document", (one.entry,), one.until)
    return verdict


def by_name(shown: Iterable[Shown]) -> dict[str, list[Shown]]:
    """Promises of a list that entries name, with what those entries show."""
    found: dict[str, list[Shown]] = {}
    for one in shown:
        for name in one.promise.keeps:
            found.setdefault(name, []).append(one)
    return dict(sorted(found.items(), key=lambda pair: _number(pair[0])))


def worst(shown: Iterable[Shown]) -> Standing:
    """The worst standing of some entries."""
    return min((one.standing for one in shown), key=WORST.index, default=Standing.NOT_SHOWN)


def counted(shown: Iterable[Shown]) -> Mapping[Standing, int]:
    """How many promises stand how."""
    all_ = list(shown)
    return {standing: sum(one.standing is standing for one in all_) for standing in WORST}


def _number_of(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _number(id: str) -> tuple[str, int, str]:
    head, _, tail = id.rpartition(".")
    return (head, int(tail) if tail.isdigit() else 0, tail)


def _tail(promise: Promise) -> str:
    return promise.path.partition(".")[2].partition(".")[0]
