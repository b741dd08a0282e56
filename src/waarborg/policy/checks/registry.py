"""The checks as data: id, function, why it matters and what to do. Adding one touches its function and one entry here.

Each id has a page, `docs/errors/<id>.md`, with a fragment of a policy that it refuses and one that it accepts; the
tests run both, so a check that cannot fail does not stay unnoticed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from waarborg.errors import Severity
from waarborg.policy.checks import data, recipients, retention, rights, who
from waarborg.policy.model import Policy


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `run` yields the path of each offending declaration with a sentence about it."""

    id: str
    run: Callable[[Policy, date], who.Said]
    why: str
    todo: str
    severity: Severity = Severity.ERROR

    @property
    def page(self) -> str:
        """The page that explains it, relative to the root of the documentation."""
        return f"errors/{self.id}.md"


WARNING = Severity.WARNING

CHECKS: tuple[Check, ...] = (
    Check("WB010", who.controller_incomplete, "People must know who answers (Art. 13(1)(a)).", "Fill it in."),
    Check(
        "WB011",
        who.contact_unreachable,
        "A right that cannot be asked for is no right (Art. 12(2)).",
        "Give a mail address that somebody reads, or an https address.",
    ),
    Check(
        "WB012",
        who.other_company,
        "People must be able to tell who is responsible (Art. 13(1)(a)).",
        "Correct the name, or declare the company as a recipient or joint controller.",
    ),
    Check(
        "WB013",
        who.other_address,
        "A message to it may reach nobody, or somebody else (Art. 12(2)).",
        "Use a declared contact.",
    ),
    Check(
        "WB014",
        data.consent_not_asked,
        "Consent nobody was asked for is not consent (Art. 7).",
        "Add it to notice.asks, or change the basis.",
    ),
    Check("WB015", who.untranslated, "Everyone is told the same, in each language (Art. 12(1)).", "Add the words."),
    Check("WB016", who.without_words, "A name in a file means nothing to people (Art. 12(1)).", "Add a label."),
    Check(
        "WB017",
        who.absolute_security,
        "Security is appropriate to the risk, never absolute (Art. 32); such a promise is broken at the first leak.",
        "Say which measures stand.",
    ),
    Check(
        "WB018",
        who.consent_too_young,
        "Below that age a parent consents (Art. 8(1)).",
        "Raise minimum_age, or set children.parental_consent.",
    ),
    Check("WB019", who.no_representative, "Art. 27 asks for one.", "Declare the representative."),
    Check(
        "WB020",
        data.undeclared_data,
        "Data that is not declared is not told to people (Art. 13, 14).",
        "Declare it under data, or correct the reference.",
    ),
    Check("WB021", who.unknown_code, "Transfers, regions and translations follow codes.", "Write NL or nl."),
    Check(
        "WB022",
        data.unused_category,
        "Data is collected for a purpose or not at all (Art. 5(1)(b), (c)).",
        "Name it in a purpose, or stop collecting it.",
    ),
    Check("WB023", data.unnamed_source, "People are told the source (Art. 14(2)(f)).", "Name it."),
    Check(
        "WB024",
        data.special_without_ground,
        "Processing it is forbidden without a ground (Art. 9(2), 10).",
        "Declare special_ground, or do not process it.",
    ),
    Check("WB025", data.open_list, "“Such as” tells people nothing: the list is closed (Art. 5(1)(a)).", "List them."),
    Check(
        "WB026",
        data.anonymous_claim,
        "What points to a person is personal data, hashed or not (recital 26).",
        "Call it pseudonymous or identified, or drop the items.",
    ),
    Check("WB027", data.whose_data, "The record names the kinds of people (Art. 30(1)(c)).", "Name them in people."),
    Check(
        "WB030",
        data.no_basis,
        "Without one the processing is unlawful (Art. 6(1)).",
        "Choose consent, contract, legal_obligation, vital_interests, public_task or legitimate_interests.",
    ),
    Check(
        "WB031",
        data.interest_unweighed,
        "The interest is told, and must not be outweighed by people's own (Art. 6(1)(f), 13(1)(d)).",
        "Add interest and balancing.",
    ),
    Check("WB032", data.duty_without_law, "A duty has a source in law (Art. 6(3)).", "Add law."),
    Check("WB033", data.purpose_without_data, "It processes nothing, or hides what.", "Name the data, or drop it."),
    Check(
        "WB034",
        data.ask_unsound,
        "Consent is free, informed, and as easy to withdraw as to give (Art. 4(11), 7(3)).",
        "Give the question in words, unticked, and say where it is taken back.",
    ),
    Check(
        "WB035",
        data.ask_without_consent,
        "A question whose answer changes nothing misleads (Art. 5(1)(a)).",
        "Remove the question, or correct the purpose.",
    ),
    Check(
        "WB036",
        data.switch_missing,
        "Direct marketing can always be refused (Art. 21(2)), and a promised choice must exist.",
        "Set refusable and switch, or promotional: false.",
    ),
    Check(
        "WB037",
        data.promotion_unasked,
        "Promotion by mail, text or push needs consent or the soft opt-in (ePrivacy art. 13, NL Tw 11.7).",
        "Rest it on consent, or set soft_opt_in where the address came from a sale.",
    ),
    Check(
        "WB038",
        data.decision_unexplained,
        "People are told the logic and effect, and can have a person look (Art. 13(2)(f), 22).",
        "Add logic, effect, ground and contest.",
    ),
    Check(
        "WB039",
        data.profile_unexplained,
        "A profile is part of an access answer and can be objected to (Art. 15(1)(h), 21).",
        "Add inputs, logic and effect; inputs lie within the data of the purpose.",
    ),
    Check(
        "WB040",
        data.bundled_consent,
        "Consent that comes with something needed is not free (Art. 7(4)).",
        "Make the item optional.",
    ),
    Check("WB041", recipients.recipient_incomplete, "Record and answer name it (Art. 15(1)(c), 30).", "Add it."),
    Check(
        "WB042",
        recipients.own_marketing,
        "That is a purpose people did not give their data for (Art. 5(1)(b)).",
        "Forbid it in the agreement, or do not hand the data over.",
    ),
    Check("WB043", recipients.sale, "Personal data is not sold here (Art. 5(1)(a), (b)).", "End it."),
    Check(
        "WB044",
        recipients.processor_unbound,
        "A processor works under a contract and on documented instructions (Art. 28(3)).",
        "Add agreement and instruction, in force today.",
    ),
    Check(
        "WB045",
        recipients.recipient_without_ground,
        "Handing over is processing and needs a ground (Art. 6(1)).",
        "Add basis.",
    ),
    Check("WB046", recipients.unknown_purpose, "A recipient works for a declared purpose.", "Declare or correct it."),
    Check(
        "WB047",
        recipients.more_than_needed,
        "A recipient gets what its task needs and no more (Art. 5(1)(c)).",
        "Take the data out, or name the purpose that needs it.",
    ),
    Check(
        "WB048",
        recipients.processor_own_use,
        "Who decides on purposes of its own is a controller (Art. 28(10)).",
        "Forbid the use, or make its role controller.",
    ),
    Check("WB050", recipients.no_transfer, "Leaving the EEA needs a ground (Art. 44).", "Declare it under transfers."),
    Check("WB051", recipients.no_safeguard, "Leaving the EEA needs a ground (Art. 44–49).", "Add safeguard."),
    Check(
        "WB052",
        recipients.dead_safeguard,
        "A transfer on a safeguard that does not stand is unlawful (Art. 44).",
        "Put another safeguard in place, or stop the transfer.",
    ),
    Check(
        "WB053",
        recipients.uncertified,
        "The Data Privacy Framework holds for certified companies only (Decision 2023/1795).",
        "Add safeguard.certificate.",
    ),
    Check("WB054", recipients.transfer_to_nobody, "A transfer goes to a recipient (Art. 13(1)(f)).", "Correct it."),
    Check("WB055", recipients.outside_regions, "The policy promises where data stays.", "Move it, or add the region."),
    Check(
        "WB060",
        retention.endless,
        "Data stays no longer than its purpose needs (Art. 5(1)(e)).",
        "Add it to a rule under retention.",
    ),
    Check("WB061", retention.two_ends, "Two ends contradict each other.", "Keep one, or write two rules."),
    Check("WB062", retention.no_end, "An end must be computable (Art. 13(2)(a)).", "Add until, or for and from."),
    Check(
        "WB063",
        retention.vague_ground,
        "“Business”, “archive” and “improvement” never end by themselves (Art. 5(1)(e)).",
        "Add for and from.",
    ),
    Check("WB064", retention.kept_outside, "Nobody could tell what is kept.", "Name items of the rule's own data."),
    Check("WB065", retention.no_outcome, "An end has an outcome.", "Add then: erase, anonymise or isolate."),
    Check(
        "WB066",
        who.unknown_event,
        "The data map binds events to columns, and the notice explains them.",
        "Declare it under events, or use a standard one.",
    ),
    Check(
        "WB067",
        retention.kept_without_law,
        "Keeping data against a request needs a law that demands it (Art. 17(3)(b)).",
        "Add law.",
    ),
    Check("WB068", retention.isolated_for_ever, "Set apart is not erased.", "Add release_after."),
    Check("WB069", retention.rules_disagree, "Only one of them can be carried out.", "Choose one outcome."),
    Check("WB070", retention.bounds_crossed, "No organisation could choose a term.", "Order them."),
    Check("WB071", retention.hold_open, "A hold covers what it names, for a reason, until a day.", "Fill it in."),
    Check("WB072", retention.hold_over, "It stops erasure that people have a right to.", "End it, or set a new date."),
    Check("WB073", retention.covers_nothing, "A rule without data keeps no promise.", "Add data or sets."),
    Check(
        "WB080",
        rights.restriction_loses,
        "Restricted data is stored, not lost (Art. 18(2)).",
        "Make the suspension restorable, or call it erasure.",
    ),
    Check("WB081", rights.suspension_open, "People are told what follows and when.", "Add for and then."),
    Check(
        "WB082",
        rights.fee_without_window,
        "Only excessive, in particular repeated, requests may cost something (Art. 12(5)).",
        "Add repeated_within and at_most.",
    ),
    Check("WB083", rights.right_missing, "The notice tells every right (Art. 13(2)(b), (c)).", "Add it under rights."),
    Check("WB084", rights.no_way_in, "Exercising rights is made easy (Art. 12(2)).", "Add rights.intake."),
    Check("WB085", rights.not_portable, "Portable data is machine-readable (Art. 20(1)).", "Add json or csv."),
    Check("WB086", rights.answer_too_late, "The law's month is the longest (Art. 12(3)).", "Shorten or remove it."),
    Check("WB087", rights.review_passed, "A promise to look again is a promise.", "Review it, then set the next date."),
    Check(
        "WB088",
        rights.too_much_identity,
        "A document is asked only on reasonable doubt (Art. 12(6)).",
        "Begin with session or confirmed_address.",
    ),
    Check("WB089", rights.limit_without_law, "A limit needs a ground in law (Art. 12(4), 23).", "Add law."),
    Check(
        "WB090",
        rights.optional_unasked,
        "Only what is strictly necessary goes without consent (ePrivacy art. 5(3)).",
        "Add kind, and banner: true.",
    ),
    Check("WB091", rights.cookie_too_long, "The policy contradicts itself.", "Shorten the cookie, or raise at_most."),
    Check("WB092", rights.cookie_for_stranger, "Recipients are told (Art. 13(1)(e)).", "Declare the recipient."),
    Check("WB093", rights.breach_too_late, "The law sets the term (Art. 33(1), Reg. 611/2013).", "Shorten it."),
    Check("WB094", rights.child_ignored, "A minimum age without a consequence is empty.", "Set children.then: erase."),
    Check(
        "WB095",
        rights.measure_unproven,
        "A measure nobody can show does not count (Art. 5(2), 32).",
        "Set proof: measured, or attested with document, owner and until.",
    ),
    Check("WB096", rights.no_complaint, "The notice tells it (Art. 13(2)(d)).", "Add complaint and authority."),
    Check("WB097", rights.purpose_over, "Data does not outlive a trial (Art. 5(1)(e)).", "End or extend it."),
)
"""Every check of a policy, in the order of their ids."""
