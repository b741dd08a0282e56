"""The words of plans, results and answers in Dutch and English. Dutch first: the Dutch texts are written, not translated.

say = Words("nl")
say("goes")                       "Gaat weg"
say.rows(3)                       "3 rijen"
say.day(date(2033, 12, 31))       "31 december 2033"
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

MONTHS = {
    "nl": [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}

WORDS: Mapping[str, tuple[str, str]] = {
    # the plan
    "erasure_of": ("Wissen van {people}", "Erasure of {people}"),
    "plan": ("plan", "plan"),
    "follows": ("vervolg op {plan}", "follows {plan}"),
    "made": ("gemaakt op {when}", "made on {when}"),
    "one_person": ("1 persoon", "1 person"),
    "people": ("{n} personen", "{n} people"),
    "row": ("1 rij", "1 row"),
    "rows": ("{n} rijen", "{n} rows"),
    "goes": ("Gaat weg", "Goes"),
    "changes": ("Blijft, zonder de persoon erin", "Stays, without the person in it"),
    "stays": ("Blijft, en waarom", "Stays, and why"),
    "new": ("Komt erbij", "Is added"),
    "reached": ("Gaat vanzelf mee", "Goes along by itself"),
    "notes": ("Goed om te weten", "Good to know"),
    "nothing_found": ("Er is niets gevonden van deze persoon.", "Nothing of this person was found."),
    "sum_one": ("Van de {rows} van deze persoon {parts}.", "Of the {rows} of this person, {parts}."),
    "sum_many": ("Van de {rows} van deze mensen {parts}.", "Of the {rows} of these people, {parts}."),
    "sum_goes": ("gaan er {n} weg", "{n} go"),
    "sum_goes_one": ("gaat er 1 weg", "1 goes"),
    "sum_law": ("blijven er {n} door de wet (uiterlijk tot en met {day})", "{n} stay by law (until {day} at the latest)"),
    "sum_law_one": ("blijft er 1 door de wet (tot en met {day})", "1 stays by law (until {day})"),
    "sum_hold": ("blijven er {n} zolang een regel dat eist", "{n} stay as long as a rule demands it"),
    "sum_hold_one": ("blijft er 1 zolang een regel dat eist", "1 stays as long as a rule demands it"),
    "sum_rest": ("blijven er {n} zonder de persoon erin", "{n} stay without the person in them"),
    "sum_rest_one": ("blijft er 1 zonder de persoon erin", "1 stays without the person in it"),
    "sum_others": (
        "Van deze persoon zijn er geen rijen; uit {rows} van anderen gaat de persoon.",
        "No row is this person's; the person is taken out of {rows} of others.",
    ),
    "changes_n": ("{n} wijzigingen", "{n} changes"),
    "change": ("1 wijziging", "1 change"),
    "by_map": ("gegevenskaart", "data map"),
    "of_tables": ("{n} tabellen", "{n} tables"),
    "no_columns": ("alleen een koppeling", "a link only"),
    "untouched": ("Er is nog niets aangeraakt.", "Nothing has been touched."),
    "next_approve": ("Akkoord? Dan:  waarborg approve {plan}", "Agreed? Then:  waarborg approve {plan}"),
    "next_apply": ("Uitvoeren:  waarborg apply {plan}", "Carry it out:  waarborg apply {plan}"),
    "next_apply_again": (
        "Nog niet klaar. Als de opslag er weer is:  waarborg apply {plan}",
        "Not finished. When the store is back:  waarborg apply {plan}",
    ),
    "next_verify": ("Controleren:  waarborg verify {plan}", "Verify it:  waarborg verify {plan}"),
    "next_answer": ("Antwoorden:  waarborg answer {plan}", "Answer:  waarborg answer {plan}"),
    "next_close": ("Afsluiten:  waarborg close {plan}", "Close it:  waarborg close {plan}"),
    # treatments, as what happens to columns
    "delete": ("gewist", "deleted"),
    "clear": ("leeg", "emptied"),
    "replace": ("vervangen", "replaced"),
    "generalise": ("grover gemaakt", "made coarser"),
    "stand_in": ("naar de plaatsvervanger", "to the stand-in"),
    "pseudonymise": ("gepseudonimiseerd", "pseudonymised"),
    "vault": ("in de kluis", "in the vault"),
    "keep": ("blijft", "kept"),
    "reduce": ("zonder persoonsgegevens", "without personal data"),
    "inserted": ("de plaatsvervanger zelf, zonder persoon", "the stand-in itself, nobody's"),
    "untied": ("koppeling losgemaakt", "reference untied"),
    # why something stays
    "why_rule": ("de wet eist het ({law})", "the law demands it ({law})"),
    "why_hold": ("er geldt een bewaarplicht wegens een geschil", "a legal hold covers it"),
    "why_parent": ("het hoort bij iets dat blijft", "it belongs to something that stays"),
    "why_shared": ("anderen horen er ook bij", "others have a part in it too"),
    "why_needed": ("andere rijen verwijzen ernaar", "other rows refer to it"),
    "why_anonymous": ("er staat geen persoon meer in", "no person is in it any more"),
    "why_undated": ("zonder datum loopt geen termijn", "without a date no term runs"),
    "until": ("tot en met {day}", "until {day}"),
    "until_many": ("de eerste tot en met {first}, de laatste tot en met {day}", "the first until {first}, the last until {day}"),
    "no_end": ("zonder einddatum", "no end date"),
    "readable": ("leesbaar blijft: {names}", "stays readable: {names}"),
    "nothing_readable": ("zonder persoonsgegevens", "no personal data in it"),
    "decided": ("besloten in {place}", "decided in {place}"),
    # the result
    "result": ("Uitgevoerd", "Carried out"),
    "result_already": ("Dit was al uitgevoerd", "This was carried out before"),
    "result_delayed": ("Nog niet klaar", "Not finished"),
    "applied": ("uitgevoerd in één transactie", "carried out in one transaction"),
    "already": ("was al uitgevoerd", "was carried out before"),
    "nothing": ("niets te doen", "nothing to do"),
    "delayed": ("onbereikbaar: wacht", "out of reach: waits"),
    "of_approved": ("{done} van {approved}", "{done} of {approved}"),
    "more_allowed": ("binnen het goedgekeurde maximum", "within the approved ceiling"),
    # the verdict
    "clean": (
        "gecontroleerd: er is niets over behalve wat het plan liet staan",
        "verified: nothing left but what the plan kept",
    ),
    "clean_all": ("gecontroleerd: er is niets over", "verified: nothing left"),
    "not_clean": ("niet schoon: nog {rows} te behandelen in {tables}", "not clean: {rows} left to treat in {tables}"),
    "again": (
        "Opnieuw gepland met dezelfde kenmerken en sleutels: {rows} te behandelen in {tables}.",
        "Planned again with the same identifiers and keys: {rows} left to treat in {tables}.",
    ),
    "tables": ("{n} tabellen", "{n} tables"),
    "table": ("1 tabel", "1 table"),
    "comes_back": (
        "Wat de wet bewaart, komt vanzelf terug op {day}.",
        "What the law keeps comes back by itself on {day}.",
    ),
    # registers
    "promises_sum": (
        "{kept} gehouden, {attested} bevestigd, {not_shown} nog niet aangetoond, {broken} gebroken",
        "{kept} kept, {attested} attested, {not_shown} not yet shown, {broken} broken",
    ),
    "disclosed": ("Verstrekkingen vastgelegd: {n}", "Disclosures written down: {n}"),
    "told_nobody": ("Niemand hoeft nog bericht te krijgen.", "Nobody has to be told any more."),
    # promises and proof
    "promises": ("Beloften, met bewijs", "Promises, with their proof"),
    "proof": ("bewijs", "proof"),
    "entries": ("bewijsregels {list}", "evidence entries {list}"),
    "entry": ("bewijsregel {list}", "evidence entry {list}"),
    "goes_away": ("Weg", "Gone"),
    "changed": ("Veranderd, zonder de persoon erin", "Changed, without the person in it"),
    "not_proven": ("nog niet bewezen", "not proven yet"),
    "broken": ("niet bewezen: er is nog iets over", "not proven: something is left"),
    "then_erase": ("gewist", "erased"),
    "then_anonymise": ("zonder de persoon erin", "without the person in it"),
    "then_isolate": ("afgezonderd", "set apart"),
    "then_keep": ("bewaard", "kept"),
    "at": ("na {event}", "after {event}"),
    "term": ("{period} na {event}", "{period} after {event}"),
    # retention
    "sweep_of": ("Opruimen volgens {rule}", "Sweep of {rule}"),
    "sum_sweep": ("Over hun termijn: {goes} weg, {changes}.", "Past their term: {goes} go, {changes}."),
    "sweep_empty": ("er is niets over zijn termijn", "nothing is past its term"),
    "sweep_free": ("Deze regel mag uit zichzelf lopen.", "This rule may run by itself."),
    "sweep_done": ("{rows} behandeld en nagekeken", "{rows} treated and verified"),
    "sweep_left": ("{rows} over", "{rows} left"),
    "sweep_back": ("Wat een wet bewaarde, is nu ook weg: {rows}.", "What a law kept is gone now too: {rows}."),
    "sweep_nothing_kept": ("Er wordt niets meer bewaard.", "Nothing is kept any more."),
    # answers
    "answer_title": ("Je verzoek om te wissen", "Your request for erasure"),
    "answer_gone": ("Dit hebben wij gewist", "This we have erased"),
    "answer_changed": ("Dit blijft staan, zonder jou erin", "This stays, without you in it"),
    "answer_kept": ("Dit bewaren wij nog, en waarom", "This we still keep, and why"),
    "answer_backups": ("Reservekopieën", "Backups"),
    "answer_backups_says": (
        "In onze reservekopieën staan je gegevens nog. Die kopieën zetten wij apart, en wij wissen ze {period} nadat ze "
        "zijn gemaakt. Zetten wij er een terug, dan wissen wij je gegevens opnieuw.",
        "Our backups still hold your data. We set them apart and destroy them {period} after they were made. If we ever "
        "restore one, we erase your data again.",
    ),
    "answer_nothing": ("Wij hadden geen gegevens van je.", "We had no data about you."),
    "answer_not_yet": (
        "Dit antwoord gaat over een plan dat nog niet is gecontroleerd.",
        "This answer is about a plan that has not been verified yet.",
    ),
    "answer_kept_law": ("De wet verplicht ons ({law}).", "The law obliges us ({law})."),
    "answer_kept_shared": ("Andere mensen hebben dit ook.", "Other people have this too."),
    "answer_kept_needed": (
        "Andere gegevens verwijzen ernaar. Er staan geen andere gegevens van je meer in.",
        "Other records refer to it. Nothing else of you is left in it.",
    ),
    "answer_disagree": ("Ben je het er niet mee eens?", "Do you disagree?"),
    "answer_write": ("Schrijf ons: {contact}.", "Write to us: {contact}."),
    "answer_authority": (
        "Je kunt ook klagen bij de toezichthouder ({authority}) of naar de rechter gaan.",
        "You can also complain to the supervisory authority ({authority}) or go to court.",
    ),
    "answer_receipt": ("Kenmerk van je verzoek: {request}.", "Reference of your request: {request}."),
    # lists
    "no_plans": ("Er staan geen plannen open.", "No plan is open."),
    "state_made": ("wacht op akkoord", "waits for approval"),
    "state_approved": ("wacht op uitvoering", "waits to be carried out"),
    "state_applied": ("wacht op controle", "waits for verification"),
    "state_verified": ("kan worden beantwoord en afgesloten", "can be answered and closed"),
    "approved": ("Goedgekeurd: precies dit plan, en niet meer dan {rows}.", "Approved: exactly this plan, and no more than {rows}."),
    "closed": (
        "Afgesloten. Het plan en zijn sleutels zijn vernietigd; het bewijs blijft.",
        "Closed. The plan and its keys are destroyed; the evidence stays.",
    ),
    "looking": ("Rijen zoeken", "Looking for their rows"),
    "applying": ("Uitvoeren", "Carrying it out"),
    "verifying": ("Opnieuw plannen", "Planning again"),
    "searching": ("Zoeken in {table} ({n} van {all})", "Searching {table} ({n} of {all})"),
    "leftovers": (
        "resten: {u} onverklaard ({e} verklaard, {a} dubbelzinnig, {i} genegeerd)",
        "leftovers: {u} unexplained ({e} explained, {a} ambiguous, {i} ignored)",
    ),
    "leftovers_none": (
        "resten: niet gezocht, elk kenmerk is te kort of te gewoon",
        "leftovers: not searched, every identifier is too short or too common",
    ),
    "leftovers_looked": (
        "gezocht: {words} kenmerken in {columns} kolommen",
        "searched: {words} identifiers in {columns} columns",
    ),
    "leftovers_short": (
        "niet gezocht: {n} te korte of te gewone kenmerken",
        "not searched: {n} identifiers that are too short or too common",
    ),
    "leftovers_unseen": ("niet zichtbaar: {what}", "not visible: {what}"),
    "leftovers_more": ("en nog {n} plaatsen: zie --json", "and {n} more places: see --json"),
    "answering": ("Antwoord schrijven", "Writing the answer"),
    "checking": ("Databases bekijken", "Looking at the databases"),
}  # fmt: skip

ARTICLES = {
    "Art. 5(1)(e)": ("art. 5 lid 1 onder e AVG", "Art. 5(1)(e)"),
    "Art. 17(1)": ("art. 17 lid 1 AVG", "Art. 17(1)"),
    "Art. 17(3)": ("art. 17 lid 3 AVG", "Art. 17(3)"),
    "Art. 17(3)(b)": ("art. 17 lid 3 onder b AVG", "Art. 17(3)(b)"),
    "Art. 17(3)(e)": ("art. 17 lid 3 onder e AVG", "Art. 17(3)(e)"),
    "Art. 15(4)": ("art. 15 lid 4 AVG", "Art. 15(4)"),
}
UNITS = {"year": "jaar", "month": ("maand", "maanden"), "day": ("dag", "dagen"), "hour": "uur"}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    lang: str

    def __call__(self, name: str, **parts: object) -> str:
        text = WORDS[name][0 if self.lang == "nl" else 1]
        return text.format(**parts) if parts else text

    def rows(self, n: int) -> str:
        """`1 row`, `12 rows`."""
        return self("row") if n == 1 else self("rows", n=self.number(n))

    def people(self, n: int) -> str:
        """`1 person`, `50 people`."""
        return self("one_person") if n == 1 else self("people", n=self.number(n))

    def changes(self, n: int) -> str:
        """`1 change`, `92 changes`."""
        return self("change") if n == 1 else self("changes_n", n=self.number(n))

    def tables(self, n: int) -> str:
        """`1 table`, `14 tables`."""
        return self("table") if n == 1 else self("tables", n=n)

    def number(self, n: int) -> str:
        """A number with its thousands apart: 1.204 in Dutch, 1,204 in English."""
        text = f"{n:,}"
        return text.replace(",", ".") if self.lang == "nl" else text

    def day(self, day: date) -> str:
        """A date in words."""
        return f"{day.day} {MONTHS[self.lang][day.month - 1]} {day.year}"

    def moment(self, instant: datetime) -> str:
        """A date with its time."""
        return f"{self.day(instant.date())}, {instant:%H:%M}"

    def article(self, article: str) -> str:
        """An article as the language cites it."""
        found = ARTICLES.get(article)
        return article if found is None else found[0 if self.lang == "nl" else 1]

    def period(self, text: str) -> str:
        """A period such as `7 years` in the language."""
        if self.lang != "nl":
            return text
        number, _, unit = text.partition(" ")
        found = UNITS.get(unit.rstrip("s"), unit)
        return f"{number} {found if isinstance(found, str) else found[0 if number == '1' else 1]}"

    def listed(self, names: Iterable[str]) -> str:
        """`a, b en c`."""
        all_ = list(names)
        if len(all_) < 2:
            return "".join(all_)
        return f"{', '.join(all_[:-1])} {'en' if self.lang == 'nl' else 'and'} {all_[-1]}"

    def sentence(self, english: str) -> str:
        """A verdict of the engine, said in the language."""
        for name in ("clean", "clean_all"):
            if WORDS[name][1] == english:
                return self(name)
        return english
