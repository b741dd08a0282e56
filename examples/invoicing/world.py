"""Who works where and bills whom: pure functions of a number and the seed, so that nothing needs remembering."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from ..making.dice import Chance, Dice
from ..making.people import (
    BELGIAN,
    FIRST,
    FIRST_FR,
    LAST,
    LAST_FR,
    STREETS,
    STREETS_FR,
    belgian_phone,
    belgian_vat,
    letters,
)  # fmt: skip

PLACES = [one for one in BELGIAN if one[2] == "nl"], [one for one in BELGIAN if one[2] == "fr"]
TODAY = datetime(2026, 11, 2, 9, 30)
PER_ORGANISATION = 10
RELATIONS_EACH = 8
INVOICES_EACH = 24
STAFF = 6
"""The first people of the first organisation work for Pennestreek itself: its help desk."""

FIRMS = ("Timmerwerken", "Bakkerij", "Studio", "Garage", "Tuinen", "Drukkerij", "Apotheek", "Elektro", "Atelier")
FIRMS_FR = ("Menuiserie", "Boulangerie", "Studio", "Garage", "Jardins", "Imprimerie", "Pharmacie", "Électricité")
TRADE_NAMES = ("De Linde", "Zonnebloem", "Noorderpoort", "Kouter", "Het Anker", "Molenhof", "Sterrebos")
TRADE_NAMES_FR = ("du Tilleul", "du Midi", "de la Porte", "du Moulin", "de l'Ancre", "du Château", "des Étoiles")
JOBS = ("zaakvoerder", "boekhouder", "secretariaat", "projectleider", "verkoop", None)
GOODS = ("Plaatsen van een deur", "Advies, per uur", "Onderhoud", "Levering op de werf", "Drukwerk", "Ontwerp")
GOODS_FR = ("Pose d'une porte", "Conseil, par heure", "Entretien", "Livraison sur chantier", "Impression")
QUESTIONS = (
    ("Mijn factuur komt niet aan via Peppol", "Ik verstuurde een factuur, maar de klant kreeg niets."),
    ("Verkeerd btw-tarief", "Hoe verander ik 21 % in 6 % op een factuur die al weg is?"),
    ("Mot de passe oublié", "Je n'arrive plus à me connecter, pouvez-vous m'aider ?"),
    ("Exporter ma comptabilité", "Mon comptable demande un fichier, où puis-je le trouver ?"),
    ("Bankkoppeling valt weg", "Sinds gisteren komen er geen betalingen meer binnen."),
)  # fmt: skip


class Person(NamedTuple):
    """Somebody of an organisation, as the person table knows them."""

    id: int
    organisation: int
    kind: str
    first: str
    last: str
    email: str | None
    language: str

    @property
    def name(self) -> str:
        """First and last name, as others write it."""
        return f"{self.first} {self.last}"


class Relation(NamedTuple):
    """Somebody who is billed: a company, or a private person."""

    id: int
    organisation: int
    private: bool
    name: str
    email: str
    address: str
    vat_number: str | None
    language: str


class World:
    """So many people, in organisations with customers of their own whom they send invoices."""

    def __init__(
        self,
        people: int,
        seed: int,
        per_organisation: int = PER_ORGANISATION,
        relations_each: int = RELATIONS_EACH,
        invoices_each: int = INVOICES_EACH,
    ) -> None:
        self.people, self.per_organisation = people, per_organisation
        self.relations_each, self.invoices_each = relations_each, invoices_each
        self.organisations = max(1, -(-people // per_organisation))
        self.relations = self.organisations * relations_each
        self.invoices = self.organisations * invoices_each
        self.tickets = max(1, people // 4)
        self._chance = Chance(seed)
        self.person = lru_cache(4096)(self._person)
        self.relation = lru_cache(4096)(self._relation)

    def dice(self, what: str, number: int) -> Dice:
        """The same chance for the same thing, on every machine."""
        return self._chance.dice(what, number)

    # -- organisations ---------------------------------------------------------------------------------------------

    def language(self, organisation: int) -> str:
        """Dutch or French; of the people, one in ten has the other language or English."""
        return "nl" if self.dice("language", organisation).chance(0.6) else "fr"

    def self_employed(self, organisation: int) -> bool:
        """Whether the organisation is one person's trade, so that its name is a name of somebody."""
        return organisation % 7 == 3

    def firm(self, organisation: int) -> str:
        """Its name."""
        dice = self.dice("firm", organisation)
        if self.self_employed(organisation):
            return self.person(self.staff(organisation)[0]).name
        if self.language(organisation) == "fr":
            return f"{dice.pick(FIRMS_FR)} {dice.pick(TRADE_NAMES_FR)} {organisation}"
        return f"{dice.pick(FIRMS)} {dice.pick(TRADE_NAMES)} {organisation}"

    def staff(self, organisation: int) -> range:
        """The people of an organisation."""
        first = (organisation - 1) * self.per_organisation + 1
        return range(first, min(organisation * self.per_organisation, self.people) + 1)

    def organisation(self, person: int) -> int:
        """Where somebody works."""
        return 1 + (person - 1) // self.per_organisation

    def helper(self, number: int) -> int:
        """Somebody of the help desk."""
        return 1 + self.dice("helper", number).below(min(STAFF, self.people))

    # -- people ----------------------------------------------------------------------------------------------------

    def _person(self, number: int) -> Person:
        organisation, dice = self.organisation(number), self.dice("person", number)
        language = self.language(organisation)
        first, last = self._name(dice, language)
        place = number - self.staff(organisation)[0]
        kind = "staff" if number <= STAFF else ("user", "user", "representative")[place] if place < 3 else "contact"
        if place == self.per_organisation - 1 and number > STAFF:
            kind = "user"
        email = f"{letters(f'{first} {last}')}{number}@zaak{organisation}.example"
        email = email if dice.chance(0.3) else email.lower()
        spoken = dice.pick(("en", "fr" if language == "nl" else "nl")) if dice.chance(0.1) else language
        reachable = kind != "contact" or dice.chance(0.8)
        return Person(number, organisation, kind, first, last, email if reachable else None, spoken)

    def _name(self, dice: Dice, language: str) -> tuple[str, str]:
        """A first and a last name; half have two last names, or a large world would be full of namesakes."""
        firsts, lasts = (FIRST_FR, LAST_FR) if language == "fr" else (FIRST, LAST)
        last = dice.pick(lasts)
        return dice.pick(firsts), f"{last}-{dice.pick(LAST)}" if dice.chance(0.5) else last

    def contact_name(self, contact: int) -> str:
        """A contact person at a relation."""
        first, last = self._name(self.dice("contact", contact), self.relation((contact + 1) // 2).language)
        return f"{first} {last}"

    def contact_email(self, contact: int) -> str:
        """Their address."""
        return f"{letters(self.contact_name(contact)).lower()}{contact}@klant{(contact + 1) // 2}.example"

    # -- who is billed, and for what ---------------------------------------------------------------------------------

    def _relation(self, number: int) -> Relation:
        dice, organisation = self.dice("relation", number), 1 + (number - 1) // self.relations_each
        language = self.language(organisation)
        private = dice.chance(0.4)
        first, last = self._name(dice, language)
        address = self.address(dice, language)
        if private:
            email = f"{letters(f'{first} {last}')}.{number}@post.example".lower()
            return Relation(number, organisation, True, f"{first} {last}", email, address, None, language)
        firms, names = (FIRMS_FR, TRADE_NAMES_FR) if language == "fr" else (FIRMS, TRADE_NAMES)
        firm, email = f"{dice.pick(firms)} {dice.pick(names)} K{number}", f"boekhouding@klant{number}.example"
        return Relation(number, organisation, False, firm, email, address, belgian_vat(500_000 + number), language)

    def relation_of(self, invoice: int) -> Relation:
        """Who was billed."""
        organisation = self.biller(invoice)
        first = (organisation - 1) * self.relations_each + 1
        return self.relation(first + self.dice("billed", invoice).below(self.relations_each))

    def biller(self, invoice: int) -> int:
        """The organisation that sent the invoice."""
        return 1 + (invoice - 1) // self.invoices_each

    def clerk(self, invoice: int) -> int:
        """The user who made the invoice: one of the first two, or 0, the robot that makes recurring ones."""
        staff, dice = self.staff(self.biller(invoice)), self.dice("clerk", invoice)
        return 0 if dice.chance(0.1) else staff[dice.below(min(2, len(staff)))]

    # -- anything ----------------------------------------------------------------------------------------------------

    def address(self, dice: Dice, language: str) -> str:
        """A street, number, postcode and town in Belgium."""
        town, code, _ = dice.pick(PLACES[language == "fr"])
        return f"{dice.pick(STREETS_FR if language == 'fr' else STREETS)} {dice.number(1, 180)}, {code} {town}"

    def phone(self, dice: Dice, often: float = 0.6) -> str | None:
        """A telephone number, or none."""
        return belgian_phone(dice) if dice.chance(often) else None

    def moment(self, what: str, number: int, days: int = 900) -> str:
        """Some time in the last `days` days."""
        ago = timedelta(seconds=self.dice(f"{what} at", number).below(days * 24 * 3600))
        return (TODAY - ago).isoformat(" ", "seconds")

    def day(self, what: str, number: int, days: int = 900) -> date:
        """Some day in the last `days` days."""
        return date.fromisoformat(self.moment(what, number, days)[:10])
