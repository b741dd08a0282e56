"""A request, step by step: plan, approve, apply, verify, close; and the lists of what is open."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from getpass import getuser
from typing import Any

from waarborg.cli import exits, leftovers
from waarborg.cli.output import Out
from waarborg.cli.people import people
from waarborg.cli.project import Project
from waarborg.cli.show import Proof, Shower
from waarborg.cli.view import totals
from waarborg.cli.words import Words
from waarborg.plans.casework import Case
from waarborg.plans.model import Plan, Result, Verdict
from waarborg.terms import Right

SHORT = 8
"""Characters of a plan's id in a hint: enough to tell it from the others."""
SEARCHED = (Right.ERASURE, Right.RECTIFICATION)
"""Rights after which a value is searched for in every column: it should be nowhere any more."""
CARRIED_OUT = ("applied", "verified")
"""States of a plan after which what is still there is a leftover."""


def plan(arguments: Namespace, out: Out) -> int:
    """`waarborg plan`."""
    say = Words(out.lang)
    with Project.of(arguments) as project:
        asked = people(arguments, project.datamap)
        work = project.work
        with out.working(say("looking")):
            case = work.plan(asked)
        show_case(case, project, out, arguments)
    return exits.OK


def show(arguments: Namespace, out: Out) -> int:
    """`waarborg show`."""
    with Project.of(arguments) as project:
        show_case(project.work.case(arguments.plan), project, out, arguments)
    return exits.OK


def show_case(
    case: Case, project: Project, out: Out, arguments: Namespace, more: Mapping[str, object] | None = None
) -> None:
    """A plan for people, or as JSON with what else there is to say."""
    say, explain = Words(out.lang), getattr(arguments, "explain", False)
    placed = project.placed if explain else None
    out.draw(
        Shower(say, placed, project.policy, project.datamap).plan(case.plan, brief=getattr(arguments, "brief", False))
    )
    out.data({**plan_data(case.plan, case.request, case.state, project if explain else None), **(more or {})})
    if case.plan.empty:
        return
    out.hint(
        f"\n{say('untouched')} {say(_next(case.state), plan=case.plan.id[:SHORT])}" if case.state == "made" else ""
    )


def _next(state: str) -> str:
    return {"made": "next_approve", "approved": "next_apply", "applied": "next_verify", "verified": "next_answer"}.get(
        state, "next_close"
    )


def approve(arguments: Namespace, out: Out) -> int:
    """`waarborg approve`."""
    say = Words(out.lang)
    with Project.of(arguments) as project:
        case = project.work.case(arguments.plan)
        approval = project.work.approve(case.plan.digest, getattr(arguments, "by", "") or getuser())
        ceiling = sum(step.ceiling for step in case.plan.steps())
        out.say(f"✓ {say('approved', rows=say.rows(ceiling))}")
        out.hint(say("next_apply", plan=case.plan.id[:SHORT]))
        out.data({"ok": True, "plan": approval.plan, "at": approval.at.isoformat(), "ceiling": ceiling})
    return exits.OK


def apply(arguments: Namespace, out: Out) -> int:
    """`waarborg apply`. Exit code 1 where a store waits, 3 (by the exception) where the plan is stale."""
    say = Words(out.lang)
    with Project.of(arguments) as project:
        case = project.work.case(arguments.plan)
        with out.working(say("applying")):
            result = project.work.apply(case.plan.digest)
        out.draw(Shower(say).result(result, brief=getattr(arguments, "brief", False)))
        out.data(result_data(result))
        out.hint("\n" + say("next_verify" if result.done else "next_apply_again", plan=case.plan.id[:SHORT]))
    return exits.OK if result.done else exits.FINDINGS


def verify(arguments: Namespace, out: Out) -> int:
    """`waarborg verify`. Exit code 1 where something is left."""
    say = Words(out.lang)
    with Project.of(arguments) as project:
        case = project.work.case(arguments.plan)
        with out.working(say("verifying")):
            verdict = project.work.verify(case.plan.digest)
        found = None
        searched = case.plan.right in SEARCHED and not getattr(arguments, "no_leftovers", False)
        if verdict.clean and case.state in CARRIED_OUT and searched:
            found = project.work.leftovers(case.plan.digest, leftovers.searching(out, say))
        entries = tuple(entry.seq for entry in project.entries_of(case.plan.digest))
        shower = Shower(say, project.placed, project.policy, project.datamap)
        out.draw(shower.verdict(verdict, looked_at(project)), "")
        holds = verdict.clean and (found is None or found.clean)
        out.draw(shower.promises(case.plan, project.policy, Proof(holds, entries)))
        if found:
            out.draw("", leftovers.drawn(found, say))
        told = leftovers.data(found) if found else {}
        out.data({**verdict_data(verdict, entries), **told, "ok": holds})
        if holds:
            out.hint("\n" + say("next_close" if case.plan.undoes else "next_answer", plan=case.plan.id[:SHORT]))
    return exits.OK if holds else exits.FINDINGS


def looked_at(project: Project) -> int:
    """How many tables a verification plans over."""
    return len(project.datamap.tables)


def close(arguments: Namespace, out: Out) -> int:
    """`waarborg close`."""
    with Project.of(arguments) as project:
        case = project.work.case(arguments.plan)
        project.work.close(case.request)
        out.say(f"✓ {Words(out.lang)('closed')}")
        out.data({"ok": True, "request": case.request})
    return exits.OK


def listing(arguments: Namespace, out: Out) -> int:
    """`waarborg plans`."""
    say = Words(out.lang)
    with Project.of(arguments) as project:
        with project.door.read() as state:
            found = [
                (request, plan, where)
                for request in state.plans.open_requests()
                for plan, where in state.plans.of(request)
            ]
        cases = [project.work.case(name) for _, name, _ in found]
        if not cases:
            out.say(say("no_plans"))
        for case in sorted(cases, key=lambda one: one.plan.made_at):
            waits = say(f"state_{case.state}")
            out.say(
                f"{case.plan.id[:SHORT]}  {say.moment(case.plan.made_at)}  {say.people(case.plan.people):>12}"
                f"  {say.rows(case.plan.rows):>11}  {waits}"
            )
        out.data({"plans": [plan_data(case.plan, case.request, case.state) for case in cases]})
    return exits.OK


# ------------------------------------------------------------------------------------------------ for machines


def plan_data(plan: Plan, request: str, state: str, project: Project | None = None) -> dict[str, object]:
    """A plan as JSON: the whole of it, its totals, and with `project` where each rule was written."""
    from waarborg.canonical import plain

    found: dict[str, Any] = {"ok": True, "id": plan.id, "digest": plan.digest, "request": request, "state": state}
    found |= {"totals": totals(plan).as_dict(), "plan": plain(plan)}
    if project:
        grounds = {step.ground.rule for step in plan.steps()} | {kept.ground.rule for kept in plan.kept()}
        found["decided"] = {rule: place for rule in sorted(grounds) if (place := project.placed(rule))}
    return found


def result_data(result: Result) -> dict[str, object]:
    """A result as JSON."""
    stores = [
        {
            "store": store.store,
            "state": store.state,
            "steps": [dict(step) for step in store.steps],
            "finding": store.finding.as_dict() if store.finding else None,
        }
        for store in result.stores
    ]
    return {"ok": result.done, "plan": result.plan, "rows": result.rows, "stores": stores}


def verdict_data(verdict: Verdict, entries: tuple[int, ...]) -> Mapping[str, object]:
    """A verdict as JSON."""
    from waarborg.canonical import plain

    return {
        "ok": verdict.clean,
        "plan": verdict.plan,
        "clean": verdict.clean,
        "sentence": verdict.sentence,
        "left": verdict.follow_up.rows if verdict.follow_up else 0,
        "kept": plain(list(verdict.kept)),
        "evidence": list(entries),
    }
