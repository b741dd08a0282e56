"""`waarborg explain TABLE`: what can happen to the rows of a table, by which rule, and where that was decided."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

from rich.padding import Padding
from rich.text import Text

from waarborg.cli import exits
from waarborg.cli.findings import clean
from waarborg.cli.output import Out
from waarborg.cli.possible import possible
from waarborg.cli.project import Project
from waarborg.cli.show import ACCENT, QUIET, STRONG, Shower, section
from waarborg.cli.words import Words
from waarborg.datamap.model import SECRET, TECHNICAL, Link, TableDecl
from waarborg.errors import UsageError, near_miss
from waarborg.plans.drafts import KeptDraft, StepDraft
from waarborg.terms import Treatment


def run(arguments: Namespace, out: Out) -> int:
    """`waarborg explain`."""
    with Project.of(arguments) as project:
        name = arguments.table
        if name not in project.datamap.tables:
            ends = [one for one in project.datamap.tables if one.partition(".")[2] == name]
            if len(ends) != 1:
                todo = near_miss(name, project.datamap.tables) or "Take one from datamap.yaml, as store.table."
                raise UsageError.one("WB612", "The data map has no such table.", "", todo)
            name = ends[0]
        table = project.datamap.tables[name]
        blueprint = possible(project)[table.store]
        steps = [step for step in blueprint.steps if step.table == name]
        kept = [one for one in blueprint.kept if one.table == name]
        _draw(project, table, steps, kept, out)
        out.data(_data(project, table, steps, kept))
    return exits.OK


def _draw(project: Project, table: TableDecl, steps: list[StepDraft], kept: list[KeptDraft], out: Out) -> None:
    nl = out.lang == "nl"
    where = f"{table.place.file}:{table.place.line}"
    out.draw(Text.assemble((clean(table.name), STRONG), (f"  {where}", QUIET)), "")
    out.draw(section("Van wie" if nl else "Whose", ""))
    for line, place in _owners(table, nl):
        out.draw(Padding(Text.assemble(clean(line), (f"  {place}", QUIET)), (0, 0, 0, 2)))
    out.draw("", section("Welke gegevens" if nl else "Which data", ""))
    for column in table.columns.values():
        rules = [rule.id for rule in project.policy.retention_for(column.category)]
        under = f"  {'bewaartermijn' if nl else 'term'}: {', '.join(rules)}" if rules else ""
        text = Text.assemble((f"{clean(column.name):<22} ", ""), (column.category, ACCENT), (under, QUIET))
        out.draw(Padding(text, (0, 0, 0, 2)))
    out.draw("", section("Bij wissen" if nl else "On erasure", ""))
    shower = Shower(Words(out.lang), project.placed, project.policy, project.datamap)
    for step in steps:
        what = shower.columns(step.columns) or Words(out.lang)(step.treatment.value)
        mark = "−" if step.treatment is Treatment.DELETE else "~"
        out.draw(_decided(project, f"{mark} {what}", step.ground.rule, step.ground.article))
        for finding in step.findings:
            out.draw(Padding(Text(f"! {finding.what} ({finding.id})"), (0, 0, 0, 4)))
    for one in kept:
        reason = (
            Words(out.lang)("why_rule", law=one.ground.law) if one.ground.law else Words(out.lang)(f"why_{_why(one)}")
        )
        out.draw(_decided(project, f"= {reason}", one.ground.rule, one.ground.article))
    if not steps and not kept:
        out.draw(Padding(Text("niets" if nl else "nothing"), (0, 0, 0, 2)))


def _why(one: KeptDraft) -> str:
    return "parent" if one.why == "rule" else one.why


def _decided(project: Project, what: str, rule: str, article: str) -> Padding:
    under = " · ".join(part for part in (rule, article, project.placed(rule)) if part)
    return Padding(Text.assemble(clean(what), "\n", (f"    {clean(under)}", QUIET)), (0, 0, 0, 2))


def _owners(table: TableDecl, nl: bool) -> Iterator[tuple[str, str]]:
    if table.subject:
        kinds = ", ".join(one.kind for one in table.subject.identifiers)
        says = f"elke rij is een persoon, te vinden met: {kinds}" if nl else f"each row is a person, found by: {kinds}"
        yield says, ""
    for link in table.links:
        place = f"{link.place.file}:{link.place.line}" if link.place.line else ""
        yield f"{link.kind.value} {link.target}{_by(link)}", place
    if not table.subject and not table.links:
        yield ("van niemand" if nl else "nobody's"), ""


def _by(link: Link) -> str:
    names = ", ".join(link.columns)
    more = f" ({link.by_identifier})" if link.by_identifier else ""
    more += f", mentions of {', '.join(link.mentions)}" if link.mentions else ""
    return (f" by {names}" if names else f" through {link.through.table}" if link.through else "") + more


def _data(project: Project, table: TableDecl, steps: list[StepDraft], kept: list[KeptDraft]) -> dict[str, object]:
    return {
        "ok": True,
        "table": table.name,
        "columns": {
            name: {
                "category": column.category,
                "terms": []
                if column.category in (SECRET, TECHNICAL)
                else [rule.id for rule in project.policy.retention_for(column.category)],
            }
            for name, column in table.columns.items()
        },
        "links": [{"kind": link.kind.value, "to": link.target, "by": list(link.columns)} for link in table.links],
        "steps": [
            {
                "id": step.id,
                "treatment": step.treatment.value,
                "columns": {name: treatment.value for name, treatment in step.columns.items()},
                "rule": step.ground.rule,
                "place": project.placed(step.ground.rule),
            }
            for step in steps
        ],
        "kept": [{"why": one.why, "rule": one.ground.rule, "place": project.placed(one.ground.rule)} for one in kept],
    }
