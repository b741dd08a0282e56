"""What they make together: projects, tasks, comments, files and messages."""

from __future__ import annotations

from collections.abc import Iterator

from ..making.engines import Row
from ..making.people import FIRST, LAST
from .world import TALK, THINGS, VERBS, World


def projects(world: World) -> Iterator[Row]:
    for one in range(1, world.projects + 1):
        dice, organisation = world.dice("p", one), world.organisation_of_project(one)
        contact = name = mail = None
        if dice.chance(0.5):
            contact = organisation * 2 - dice.number(0, 1)
            there = world.dice("contact", contact)
            name, mail = f"{there.pick(FIRST)} {there.pick(LAST)}", f"contact{contact}@klant{contact}.example"
        creator = dice.pick([0, world.on_project(one)[0]])
        about = f"Overleg elke {dice.pick(['maandag', 'dinsdag', 'donderdag'])}."
        yield one, organisation, f"Project {one}", about, creator, contact, name, mail, world.moment("p", one)


def project_members(world: World) -> Iterator[Row]:
    for one in range(1, world.projects + 1):
        team = world.on_project(one)
        for member in team:
            yield one, member, "beheerder" if member == team[0] else "lid", None if member == team[0] else team[0]


def folders(world: World) -> Iterator[Row]:
    for one in range(1, world.projects + 1):
        root, team = one * 4 - 3, world.on_project(one)
        yield root, one, root, "Alles", 0
        for step in range(1, 4):
            parent = root if step < 3 else root + 2
            yield root + step, one, parent, ("Tekeningen", "Offertes", "Oud")[step - 1], team[step % len(team)]


def tasks(world: World) -> Iterator[Row]:
    for one in range(1, world.tasks + 1):
        dice, project, team = world.dice("task", one), world.project_of_task(one), world.on_task(one)
        text = dice.pick([None, "Zie bijlage.", f"Overleggen met {world.name(dice.pick(team))}, zie de map."])
        parent = one - 1 if one % world.tasks_each > 1 and dice.chance(0.2) else None
        yield (
            one, project, project * 4 - dice.number(0, 3), parent, f"{dice.pick(VERBS)} {dice.pick(THINGS)}",
            text, dice.pick([0, *team]), dice.pick([None, *team]), world.day("due", one), world.moment("task", one),
        )  # fmt: skip


def task_watchers(world: World) -> Iterator[Row]:
    for one in range(1, world.tasks + 1):
        yield from ((one, member) for member in world.on_task(one) if world.dice(f"w{member}", one).chance(0.4))


def votes(world: World) -> Iterator[Row]:
    number = 0
    for one in range(1, world.tasks + 1, 2):
        for member in world.on_task(one)[:4]:
            number += 1
            yield number, one, member, world.dice("vote", number).number(1, 5)


def tags(world: World) -> Iterator[Row]:
    for one in range(1, world.organisations + 1):
        for step, name in enumerate(("dringend", "wacht", "idee")):
            yield one * 3 - step, one, name, None if step else world.staff(one)[-1]


def task_tags(world: World) -> Iterator[Row]:
    for one in range(1, world.tasks + 1, 3):
        organisation = world.organisation_of_project(world.project_of_task(one))
        yield one, organisation * 3 - one % 3, world.on_task(one)[-1]


def comments(world: World) -> Iterator[Row]:
    for one in range(1, world.tasks * 2 + 1):
        task, dice = (one + 1) // 2, world.dice("comment", one)
        team = world.on_task(task)
        other = dice.pick(team)
        mention = dice.pick(["", "", f" @{world.name(other)} kijk jij mee?", f" Mail {world.email(other)} even."])
        reply = one - 1 if one % 2 == 0 and dice.chance(0.6) else None
        yield one, task, dice.pick(team), reply, dice.pick(TALK) + mention, world.moment("comment", one)


def attachments(world: World) -> Iterator[Row]:
    for one in range(1, world.tasks // 2 + 1):
        dice = world.dice("file", one)
        kind = ("Task", "Comment", "Project")[one % 3]
        task = dice.number(1, world.tasks)
        holder = {"Task": task, "Comment": task * 2, "Project": world.project_of_task(task)}[kind]
        name = f"{dice.pick(THINGS)[3:].replace(' ', '-')}-{one}.pdf"
        yield one, kind, holder, dice.pick([None, *world.on_task(task)]), name, dice.number(900, 900_000)


def direct_messages(world: World) -> Iterator[Row]:
    for one in range(1, world.people * 2 + 1):
        sender, dice = (one + 1) // 2, world.dice("message", one)
        recipient = dice.pick(world.staff(world.organisation(sender)))
        words = f"Hoi {world.name(recipient).split()[0]}, {dice.pick(TALK).lower()}"
        yield one, sender, recipient, words, world.moment("message", one)


def notifications(world: World) -> Iterator[Row]:
    for one in range(1, world.tasks + 1, 2):
        team = world.on_task(one)
        people = ",".join(str(member) for member in team[1:])
        body = f"{world.name(team[0])} heeft deze taak gewijzigd."
        yield one, one, f'{{"actor": {{"id": {team[0]}}}, "task": {one}}}', people, body


def time_entries(world: World) -> Iterator[Row]:
    for one in range(1, world.tasks + 1):
        dice = world.dice("time", one)
        note = dice.pick([None, "Uitgelopen, ik had hoofdpijn.", "Met de klant gebeld."])
        yield one, one, dice.pick(world.on_task(one)), dice.pick([15, 30, 60, 120]), note, world.day("time", one)


def templates(world: World) -> Iterator[Row]:
    for one in range(1, world.organisations + 1):
        yield (
            one,
            one,
            "Nieuwe klant",
            "1. Bel de klant.\n2. Maak een project.",
            world.dice("t", one).pick([0, world.staff(one)[-1]]),
        )
