"""`waarborg children`: rows that show somebody below the minimum age, and the plan that takes them away."""

from __future__ import annotations

from argparse import Namespace

from waarborg.cli import exits
from waarborg.cli.output import Out
from waarborg.cli.project import Project
from waarborg.cli.requests import show_case
from waarborg.cli.words import Words
from waarborg.errors import UsageError
from waarborg.plans.young import columns_of, young


def run(arguments: Namespace, out: Out) -> int:
    """`waarborg children`. Exit code 1 while there are such rows; with --plan their erasure is planned."""
    say = Words(out.lang)
    with Project.of(arguments) as project:
        if project.policy.minimum_age is None or not columns_of(project.planner):
            raise UsageError.one(
                "WB664",
                "Nothing tells how old somebody is.",
                "It takes a minimum age in the policy, and a column that holds the birth date.",
                "Set minimum_age and children.birth_date in policy.yaml, and map the column.",
            )
        with out.working(say("looking")):
            found = young(project.planner, project.clock.now())
        age = project.policy.minimum_age
        for one in found:
            out.say(f"✗ {say('too_young', rows=say.rows(one.rows), table=one.table, age=age)}")
        if not found:
            out.say(f"✓ {say('nobody_young', age=age)}")
        asked = {(who.table, *sorted(who.identifiers.items())): who for one in found for who in one.people}
        told = [{"table": one.table, "column": one.column, "rows": one.rows} for one in found]
        if asked and getattr(arguments, "plan", False):
            case = project.work.plan(list(asked.values()))
            show_case(case, project, out, arguments, {"found": told, "people": len(asked)})
        else:
            out.data({"ok": not found, "found": told, "people": len(asked)})
    return exits.FINDINGS if found else exits.OK
