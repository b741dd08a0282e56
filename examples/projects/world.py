"""Who works where and on what: pure functions of a number and the seed, so that nothing needs remembering."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

from ..making.dice import Chance, Dice
from ..making.people import FIRST, LAST, letters

TODAY = datetime(2026, 11, 2, 9, 30)
PER_ORGANISATION = 20
PROJECTS_EACH = 4
TASKS_EACH = 12

TRADES = ("bouw", "zorg", "onderwijs", "horeca", "adviesbureau", "webwinkel", "architect", "drukkerij")
FIRMS = ("Bouwhuis", "De Linde", "Noorderlicht", "Zuidpool", "Kaap Advies", "Molenhoek", "Blauwdruk", "Hofstede")
VERBS = ("Controleer", "Schrijf", "Bestel", "Bespreek", "Plan", "Vernieuw", "Ontwerp", "Lever")
THINGS = ("de offerte", "het rapport", "de tekening", "de planning", "het materiaal", "de factuur", "het budget")
TALK = (
    "Ziet er goed uit.", "Kan dit vóór vrijdag?", "Ik kijk er morgen naar.", "Wie pakt dit op?", "Gedaan ✔",
    "De klant belde net, graag vandaag nog.", "Dit wacht op de gemeente.", "100% akkoord; ga door.",
)  # fmt: skip
PLACES = ("kantoor", "thuis", "onderweg")


class World:
    """So many people, in organisations that each have some projects, each with some tasks."""

    def __init__(
        self,
        people: int,
        seed: int,
        per_organisation: int = PER_ORGANISATION,
        projects_each: int = PROJECTS_EACH,
        tasks_each: int = TASKS_EACH,
    ) -> None:
        self.people, self.per_organisation = people, per_organisation
        self.projects_each, self.tasks_each = projects_each, tasks_each
        self.organisations = max(1, -(-people // per_organisation))
        self.projects = self.organisations * projects_each
        self.tasks = self.projects * tasks_each
        self._chance = Chance(seed)
        self.on_project = lru_cache(4096)(self._on_project)  # asked for again and again, one project after the other

    def dice(self, what: str, number: int) -> Dice:
        """The same chance for the same thing, on every machine."""
        return self._chance.dice(what, number)

    def name(self, member: int) -> str:
        """A first name and a last name; some have two last names, or a large world would be full of namesakes."""
        dice = self.dice("name", member)
        second = f"-{dice.pick(LAST)}" if member > 2_000 and dice.chance(0.7) else ""
        return f"{dice.pick(FIRST)} {dice.pick(LAST)}{second}"

    def domain(self, organisation: int) -> str:
        firm = FIRMS[organisation % len(FIRMS)].lower().replace(" ", "-")
        return f"{firm}{organisation}.example"

    def email(self, member: int) -> str:
        """An address as people write it: sometimes with capitals."""
        local = letters(self.name(member))
        written = local if self.dice("case", member).chance(0.3) else local.lower()
        return f"{written}{member}@{self.domain(self.organisation(member))}"

    def organisation(self, member: int) -> int:
        return 1 + (member - 1) // self.per_organisation

    def staff(self, organisation: int) -> range:
        first = (organisation - 1) * self.per_organisation + 1
        return range(first, min(organisation * self.per_organisation, self.people) + 1)

    def organisation_of_project(self, project: int) -> int:
        return 1 + (project - 1) // self.projects_each

    def _on_project(self, project: int) -> list[int]:
        """The members of a project: some of the organisation's, and every ninth time somebody from outside."""
        dice = self.dice("project", project)
        staff = self.staff(self.organisation_of_project(project))
        found = dice.some(staff, dice.number(1, 7))
        guest = dice.number(1, self.people)
        return found if project % 9 or guest in found else [*found, guest]

    def project_of_task(self, task: int) -> int:
        return 1 + (task - 1) // self.tasks_each

    def on_task(self, task: int) -> list[int]:
        return self.on_project(self.project_of_task(task))

    def moment(self, what: str, number: int, days: int = 900) -> str:
        """Some time in the last `days` days."""
        ago = timedelta(minutes=self.dice(f"{what} at", number).below(days * 24 * 60))
        return (TODAY - ago).isoformat(" ", "seconds")

    def day(self, what: str, number: int, days: int = 900) -> date:
        return date.fromisoformat(self.moment(what, number, days)[:10])
