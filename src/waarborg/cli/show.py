"""The drawings: the plan as a difference, the result, the verdict, the promise with its proof. All commands use these.

Calm and exact: one accent colour, red only for what is broken, green only for what is proven, and every meaning also in
a mark or a word, so that it reads without colour. Everything fits in 80 columns. Names come from files and databases,
so they are drawn as plain text, without their control characters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from waarborg.cli.findings import clean
from waarborg.cli.view import Group, Line, Totals, View, kept_groups, labels, promises, totals, view
from waarborg.cli.words import WORDS, Words
from waarborg.datamap.model import SECRET, TECHNICAL, DataMap
from waarborg.errors import Finding, Severity
from waarborg.plans.model import Ground, Kept, Plan, Result, StoreResult, Verdict
from waarborg.policy.model import Policy
from waarborg.terms import Right, Treatment

ACCENT, BROKEN, PROVEN, QUIET, STRONG = "cyan", "bold red", "bold green", "dim", "bold"
NAME_WIDTH = 34
"""The most characters of a table's name before it is folded."""
Placed = Callable[[str], str]
"""From a rule to where it stands: `policy.yaml:262`."""


TITLES = {
    (Right.RESTRICTION, "goes"): "set_apart",
    (Right.RESTRICTION, "changes"): "emptied",
    (Right.RECTIFICATION, "changes"): "corrected",
}
"""What the parts of a plan are called where they are not an erasure's."""


def _changes(plan: Plan) -> str:
    if plan.undoes:
        return "comes"
    if any(step.treatment is Treatment.MARK for step in plan.steps()):
        return "is_marked"
    return TITLES.get((plan.right, "changes"), "changes")


@dataclass(frozen=True, slots=True)
class Shower:
    """Draws in one language. `placed` is given when every line should say where it was decided (`--explain`)."""

    words: Words
    placed: Placed | None = None
    policy: Policy | None = field(default=None, repr=False)
    datamap: DataMap | None = field(default=None, repr=False)

    # -- the plan ------------------------------------------------------------------------------------------------

    def plan(self, plan: Plan, brief: bool = False) -> RenderableType:
        """The plan as a difference; `brief`: its totals only."""
        say, seen, sums = self.words, view(plan), totals(plan)
        parts: list[RenderableType] = [self._plan_head(plan), Text(), self._totals(plan, sums)]
        if brief:
            return Stack(*parts)
        width = _name_width(plan)
        for title, mark, groups in (
            (TITLES.get((plan.right, "goes"), "goes"), "−", seen.goes),
            (_changes(plan), "+" if plan.undoes else "~", seen.changes),
            ("stays", "=", seen.stays),
        ):
            if groups:
                n = View.rows(groups)
                parts += [Text(), section(say(title), say.changes(n) if mark == "~" else say.rows(n))]
                parts += [self._group(group, mark, width) for group in groups]
        reached = [one for store in plan.stores for one in store.reached]
        if reached:
            parts += [Text(), section(say("reached"), "")]
            parts += [rows([_row("+", one.table, one.rows, clean(one.by), say)], width) for one in reached]
        if plan.notes:
            parts += [Text(), section(say("notes"), ""), *(_note(one) for one in plan.notes)]
        return Stack(*parts)

    def _plan_head(self, plan: Plan) -> RenderableType:
        say = self.words
        head = beside(
            Text(self._title(plan), STRONG),
            Text(f"{say('plan')} {plan.id}", ACCENT),
        )
        under = f"{clean(plan.policy)} · {say('made', when=say.moment(plan.made_at))}"
        if plan.follows:
            under += f" · {say('follows', plan=plan.follows)}"
        return Stack(head, Text(under, QUIET))

    def _title(self, plan: Plan) -> str:
        say = self.words
        if plan.rule:
            return say("sweep_of", rule=clean(plan.rule))
        name = "restore_of" if plan.undoes else f"{plan.right.value}_of"
        return say(name if name in WORDS else "erasure_of", people=say.people(plan.people))

    def _other(self, plan: Plan, sums: Totals) -> str:
        """The whole plan of another right in one sentence; empty for an erasure."""
        say = self.words
        if plan.undoes:
            return say("sum_back", rows=say.rows(plan.rows))
        if plan.right is Right.RECTIFICATION:
            return say("sum_corrects", n=say.changes(plan.rows)) if plan.rows else say("sum_corrects_none")
        if plan.right is Right.RESTRICTION and any(kept.why == "marked" for kept in plan.kept()):
            return say("sum_marks", rows=say.rows(plan.located))
        if plan.right is Right.RESTRICTION:
            rest = max(0, plan.located - sums.goes)
            return say("sum_apart", rows=say.rows(plan.located), n=say.number(sums.goes), rest=say.number(rest))
        return ""

    def _totals(self, plan: Plan, sums: Totals) -> RenderableType:
        """The whole plan in one sentence."""
        say = self.words
        if sentence := self._other(plan, sums):
            return Text(sentence)
        if not plan.located and not plan.rule:
            return Text(say("sum_others", rows=say.rows(sums.changes)) if sums.changes else say("nothing_found"))
        day = say.day(sums.last) if sums.last else ""
        parts = [
            say(name if n != 1 else f"{name}_one", n=say.number(n), day=day)
            for name, n in (
                ("sum_goes", sums.goes),
                ("sum_law" if day else "sum_hold", sums.law),
                ("sum_rest", sums.rest),
            )
            if n
        ]
        if plan.rule:
            return Text(say("sum_sweep", goes=say.rows(sums.goes), changes=say.changes(sums.changes)))
        which = "sum_one" if plan.people == 1 else "sum_many"
        return Text(say(which, rows=say.rows(plan.located), parts=say.listed(parts)))

    def _group(self, group: Group, mark: str, width: int) -> RenderableType:
        say = self.words
        ground = self._ground(group.ground)
        if len(group.lines) > 1 and all(line.kept and line.kept.why == "shared" for line in group.lines):
            parts: list[RenderableType] = [self._shared(group, mark, width)]
        else:
            parts = [rows([self._line(line, mark) for line in self._by_end(group.lines)], width)]
        if ground:
            parts.append(Padding(Text(ground, QUIET), (0, 0, 0, 5)))
        if self.placed and (place := self.placed(group.ground.rule)):
            parts.append(Padding(Text(say("decided", place=place), QUIET), (0, 0, 0, 5)))
        return Stack(*parts)

    def _shared(self, group: Group, mark: str, width: int) -> RenderableType:
        """Rows of many tables that others have a part in: one line, and the tables in a sentence."""
        say = self.words
        head = mark, say.tables(len(group.lines)), say.number(sum(line.rows for line in group.lines)), say("why_shared")
        names = ", ".join(f"{clean(line.table)} {say.number(line.rows)}" for line in group.lines)
        return Stack(rows([head], width), Padding(Text(names), (0, 0, 0, 5)))

    @staticmethod
    def _by_end(lines: Sequence[Line]) -> list[Line]:
        """Lines that differ in nothing but their last day become one, from the first day to the last."""
        found: dict[tuple[object, ...], Line] = {}
        for number, line in enumerate(lines):
            kept = line.kept
            key = (line.table, kept.why, kept.columns) if kept else (number,)
            before = found.get(key)
            if before and before.kept and kept and before.kept.until and kept.until:
                first = min(before.first or before.kept.until, line.first or kept.until)
                last = replace(kept, until=max(before.kept.until, kept.until))
                found[key] = replace(line, rows=before.rows + line.rows, kept=last, first=first)
            else:
                found[key if key not in found else (*key, number)] = line
        return list(found.values())

    def _line(self, line: Line, mark: str) -> tuple[str, str, str, str]:
        say = self.words
        if line.kept is not None:
            return _row(mark, line.table, line.rows, self._why(line.kept, line.first), say)
        if line.added:
            return _row("+", line.table, line.rows, say("inserted"), say)
        if line.untied:
            return _row(mark, line.table, line.rows, f"{say('untied')}: {_names(line.columns)}", say)
        return _row(mark, line.table, line.rows, self.columns(line.columns) or self.holds(line.table), say)

    def holds(self, table: str) -> str:
        """What data a table holds, in the policy's own words: `Connection and device`."""
        say = self.words
        decl = self.datamap.tables.get(table) if self.datamap else None
        if decl is None or self.policy is None:
            return say("delete")
        refs = [column.category for column in decl.columns.values() if column.category not in (SECRET, TECHNICAL)]
        return ", ".join(labels(self.policy, refs, say.lang)) or say("no_columns")

    def columns(self, columns: Mapping[str, Treatment]) -> str:
        """`emptied: phone, photo; to the stand-in: author_id`."""
        by_treatment: dict[Treatment, list[str]] = {}
        for name, treatment in columns.items():
            by_treatment.setdefault(treatment, []).append(clean(name))
        said = {Treatment.REDUCE: "taken_out"}
        return "; ".join(f"{self.words(said.get(t, t.value))}: {', '.join(names)}" for t, names in by_treatment.items())

    def _why(self, kept: Kept, first: date | None = None) -> str:
        """Why something stays, until when, and what of it stays readable."""
        say = self.words
        parts = [self.reason(kept)]
        if kept.until:
            many = first is not None and first != kept.until
            days = {"day": say.day(kept.until), "first": say.day(first) if first else ""}
            parts.insert(0, say("until_many" if many else "until", **days))
        if kept.why in ("rule", "needed"):
            names = _names(kept.columns)
            parts.append(say("readable", names=names) if names else say("nothing_readable"))
        return "; ".join(parts)

    def reason(self, kept: Kept) -> str:
        """The reason in the language."""
        say = self.words
        if kept.why == "rule":
            if kept.ground.rule.startswith("holds."):
                return say("why_hold")
            return say("why_rule", law=kept.ground.law) if kept.ground.law else say("why_parent")
        return say(f"why_{kept.why}")

    def _ground(self, ground: Ground) -> str:
        rule = self.words("by_map") if ground.rule.startswith("tables.") and not self.placed else ground.rule
        parts = [rule, self.words.article(ground.article), ", ".join(ground.promises)]
        return " · ".join(clean(part) for part in parts if part)

    # -- result and verdict --------------------------------------------------------------------------------------

    def result(self, result: Result, brief: bool = False) -> RenderableType:
        """What was done, store by store, beside what was approved; `brief`: rows per store only."""
        say = self.words
        again = result.stores and all(store.state in ("already", "nothing") for store in result.stores)
        title = "result_delayed" if not result.done else "result_already" if again else "result"
        parts: list[RenderableType] = [
            beside(Text(say(title), STRONG), Text(f"{say('plan')} {result.plan[:16]}", ACCENT))
        ]
        tables = [str(step["table"]) for store in result.stores for step in store.steps]
        width = min(NAME_WIDTH, max(map(len, tables), default=10))
        for store in result.stores:
            done = sum(int(str(step["rows"])) for step in store.steps)
            told = say(store.state) if not brief else f"{say(store.state)}, {say.rows(done)}"
            parts += [Text(), section(clean(store.store), told), *(() if brief else self._done(store, width))]
            parts += [_note(store.finding)] if store.finding else []
        return Stack(*parts)

    def _done(self, store: StoreResult, width: int) -> Iterable[RenderableType]:
        """The steps of a store by table: first what went, then what changed."""
        say = self.words
        told: dict[tuple[bool, str], list[Mapping[str, object]]] = {}
        for step in store.steps:
            told.setdefault((step["treatment"] != Treatment.DELETE.value, str(step["table"])), []).append(step)
        lines = []
        for (stays, table), steps in sorted(told.items(), key=lambda one: one[0][0]):
            done, approved = (sum(int(str(step[what])) for step in steps) for what in ("rows", "approved"))
            words = ", ".join(dict.fromkeys(say(str(step["treatment"])) for step in steps))
            if done > approved:
                words += f" ({say('of_approved', done=done, approved=approved)}, {say('more_allowed')})"
            if done or store.state == "applied":
                lines.append(_row("~" if stays else "−", table, done, words, say))
        if lines:
            yield rows(lines, width)

    def verdict(self, verdict: Verdict, tables: int) -> RenderableType:
        """Whether anything is left; `tables` is how many were looked at."""
        say = self.words
        if verdict.sentence.startswith(("restored", "not restored")):
            style, mark = (PROVEN, "✓") if verdict.clean else (BROKEN, "✗")
            return Text(f"{mark} {say.sentence(verdict.sentence)}", style)
        left = verdict.follow_up.rows if verdict.follow_up else 0
        again = say("again", rows=say.rows(left), tables=say.tables(tables))
        if verdict.clean:
            parts: list[RenderableType] = [Text(f"✓ {say.sentence(verdict.sentence)}", PROVEN), Text(f"  {again}")]
        else:
            names = sorted({step.table for step in verdict.follow_up.steps()}) if verdict.follow_up else []
            sentence = say("not_clean", rows=say.rows(left), tables=", ".join(map(clean, names)))
            parts = [Text(f"✗ {sentence}", BROKEN), Text(f"  {again}")]
        if verdict.kept:
            width = min(NAME_WIDTH, max(len(kept.table) for kept in verdict.kept))
            number = say.rows(sum(kept.rows for kept in verdict.kept))
            parts += [Text(), section(say("stays"), number)]
            parts += [self._group(group, "=", width) for group in kept_groups(verdict.kept)]
        return Stack(*parts)

    # -- the promise with its proof ------------------------------------------------------------------------------

    def promises(self, plan: Plan, policy: Policy, proof: Proof) -> RenderableType:
        """Each promise the plan keeps, the rule that carries it out, and what proves it."""
        say = self.words
        found = promises(plan, policy, say.lang, self._outcomes())
        if not found:
            return Text()
        numbers = spans(proof.entries)
        shown = say("entry" if len(proof.entries) == 1 else "entries", list=numbers) if proof.entries else ""
        told = {True: shown, False: say("broken"), None: say("not_proven")}[proof.holds]
        mark, style = {True: ("✓", PROVEN), False: ("✗", BROKEN), None: ("·", QUIET)}[proof.holds]
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(width=1)
        grid.add_column()
        for one in found:
            under = " · ".join(part for part in (", ".join(one.ids), one.rule, self._place(one.rule)) if part)
            grid.add_row(Text(mark, style), Text(clean(_dutch(say, one.words))))
            grid.add_row("", Text(clean(under), QUIET))
        return Stack(section(say("promises"), told), Padding(grid, (0, 0, 0, 2)))

    def _outcomes(self) -> Mapping[str, str]:
        names = [name for name in WORDS if name.startswith(("then_", "right_"))]
        return {name: self.words(name) for name in (*names, "at", "term")}

    def _place(self, rule: str) -> str:
        return self.placed(rule) if self.placed else ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves a promise: the entries of the log, and whether verification was clean (None: not verified yet)."""

    holds: bool | None
    entries: tuple[int, ...] = ()


# ------------------------------------------------------------------------------------------------ parts


def section(title: str, right: str) -> RenderableType:
    """A title with a line behind it, and something small at its end."""
    grid = Table.grid(expand=True, padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1, no_wrap=True, overflow="crop")
    grid.add_column(no_wrap=True)
    grid.add_row(Text(title, STRONG), Text("─" * 100, QUIET), Text(right, QUIET))
    return grid


def beside(left: Text, right: Text) -> RenderableType:
    """Two texts at the two ends of a line."""
    grid = Table.grid(expand=True)
    grid.add_column(ratio=1)
    grid.add_column(justify="right", no_wrap=True)
    grid.add_row(left, right)
    return grid


def rows(lines: Sequence[tuple[str, str, str, str]], width: int) -> RenderableType:
    """Lines of mark, name, number and words, in columns."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=1)
    grid.add_column(width=width, overflow="fold")
    grid.add_column(justify="right", no_wrap=True, min_width=6)
    grid.add_column()
    for mark, name, number, words in lines:
        grid.add_row(Text(mark, ACCENT), Text(name), Text(number, STRONG), Text(words))
    return Padding(grid, (0, 0, 0, 2))


def spans(numbers: Sequence[int]) -> str:
    """`4–7, 12`."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(f"{part[0]}–{part[-1]}" if len(part) > 1 else str(part[0]) for part in parts)


def _row(mark: str, table: str, count: int, words: str, say: Words) -> tuple[str, str, str, str]:
    return mark, clean(table), say.number(count), clean(words)


def _names(columns: Iterable[str]) -> str:
    return ", ".join(clean(name) for name in columns)


def _name_width(plan: Plan) -> int:
    names = [*(s.table for s in plan.steps()), *(k.table for k in plan.kept())]
    return min(NAME_WIDTH, max(map(len, names), default=10))


def _note(finding: Finding) -> RenderableType:
    broken = finding.severity is Severity.ERROR
    head = Text(f"{'✗' if broken else '·'} {clean(finding.what)} ", BROKEN if broken else "")
    more = " ".join(part for part in (finding.why, finding.todo, f"({finding.id} {finding.place})") if part)
    head.append(clean(more.replace(" )", ")")), QUIET)
    return Padding(head, (0, 0, 0, 2))


def _dutch(say: Words, text: str) -> str:
    """Periods inside a promise in words: `7 years` becomes `7 jaar`."""
    import re

    return re.sub(r"\d+ (?:year|month|day|hour)s?", lambda found: say.period(found[0]), text)
