"""Sabotages of the planner: each a name, a module, a piece of its source that stands there once, and what it becomes.

Every one of them is a way in which an erasure goes wrong quietly: other people's rows taken, rows of the leaver left,
law or approval passed over. The suites that guard erasure must fail for each (`test_mutants`).
"""

from __future__ import annotations

from typing import NamedTuple


class Sabotage(NamedTuple):
    """One change of source."""

    name: str
    module: str
    old: str
    new: str


SETS, ERASURE, LOCATE = "waarborg.plans.sets", "waarborg.plans.erasure", "waarborg.plans.locate"
ORDER, COLUMNS, PLANNER = "waarborg.plans.order", "waarborg.plans.columns", "waarborg.plans.planner"
MAKE, RESOLVE, RULES, ACCESS = (
    "waarborg.plans.make",
    "waarborg.plans.resolve",
    "waarborg.plans.rules",
    "waarborg.plans.access",
)

SABOTAGES = (
    # whose a row is
    Sabotage(
        "kept rows go",
        SETS,
        '            minus.append(In(self.add(f"kept:{table.local}"',
        '            (In(self.add(f"kept:{table.local}"',
    ),
    Sabotage(
        "shared rows go",
        SETS,
        '            minus.append(In(self.add(f"live:{table.local}"',
        '            (In(self.add(f"live:{table.local}"',
    ),
    Sabotage("needed rows go", SETS, "Both((In(gone), Not(In(need))))", "In(gone)"),
    Sabotage("nobody is somebody", SETS, "            extra.append(Not(self.nobody(table)))", "            pass"),
    Sabotage(
        "nobody is an owner",
        SETS,
        "        if subject and subject.nobody:\n            living.append",
        "        if subject and subject.nobody and not subject:\n            living.append",
    ),
    Sabotage(
        "the stand-in is an owner",
        SETS,
        "        if subject and subject.stand_in:\n            living.append",
        "        if subject and subject.stand_in and not subject:\n            living.append",
    ),
    Sabotage(
        "a second owner is overlooked",
        SETS,
        "return len(owning) > 1 or bool(table.decl.subject)",
        "return len(owning) > 2 or bool(table.decl.subject)",
    ),
    Sabotage(
        "conditions of a link are dropped",
        SETS,
        "return Both((rows, *arm.conditions)) if arm.conditions else rows\n\n    # -- other owners",
        "return rows\n\n    # -- other owners",
    ),
    Sabotage(
        "a through table is taken for a direct link",
        SETS,
        "if through := arm.link.through:\n            middle",
        "if (through := arm.link.through) and not through:\n            middle",
    ),
    Sabotage("kept does not spread to what hangs on it", SETS, 'parts += self._via(arm, "kept")', "pass"),
    Sabotage(
        "shared does not spread to what hangs on it",
        SETS,
        '(*self._outside(arm), *self._via(arm, "live"))',
        "self._outside(arm)",
    ),
    Sabotage(
        "frozen keys are not used",
        SETS,
        "if self.asked.frozen and arm.same_store",
        "if not self.asked.frozen and arm.same_store",
    ),
    Sabotage(
        "by value without an account finds nothing",
        SETS,
        'if arm.link.by_identifier and kind == "own":',
        'if arm.link.by_identifier and kind == "none":',
    ),
    Sabotage("what law needs is everything", SETS, "Both((In(need), _either(held[table.name])))", "In(need)"),
    # what happens to it
    Sabotage(
        "shells keep their columns",
        ERASURE,
        'self._shell(table, f"reduce:{table.local}:need", shells, (),',
        'self._shell(table, f"reduce:{table.local}:need", shells, tuple(table.decl.columns),',
    ),
    Sabotage(
        "kept rows are cleared as well", ERASURE, "            conditions.append(Not(In(kept)))", "            pass"
    ),
    Sabotage("links of staying rows are not cut", ERASURE, "        writes.update(cut)\n", "\n"),
    Sabotage(
        "columns about the leaver stay",
        ERASURE,
        "writes: dict[str, Write] = {name: w.write for name, w in columns.items() if w.write is not None}",
        "writes: dict[str, Write] = {}",
    ),
    Sabotage(
        "rows that go are cut too",
        ERASURE,
        "            conditions.append(self.sets.staying(table))\n        if kept",
        "            pass\n        if kept",
    ),
    Sabotage(
        "doubles of the stand-in stay",
        ERASURE,
        "self.steps.append(StepDraft(id, table.name, double, Treatment.DELETE, ground))",
        "pass",
    ),
    Sabotage(
        "loose references are left", ERASURE, "                self._loose_references(table)", "                pass"
    ),
    Sabotage("unmapped cascades are not looked for", ERASURE, "        self._unmapped()\n", "\n"),
    Sabotage(
        "anonymous tables keep the person",
        ERASURE,
        '            self._update(table, f"anonymise:{table.local}"',
        '            (lambda *_: None)(table, f"anonymise:{table.local}"',
    ),
    Sabotage("words in texts stay", ERASURE, "                self._mention(table, arm)", "                pass"),
    # finding, ordering, carrying out
    Sabotage(
        "two rows for one person are one person",
        LOCATE,
        "if rows > distinct and not by_key:",
        "if rows > distinct + 9 and not by_key:",
    ),
    Sabotage("frozen seeds are forgotten", LOCATE, "        carry(seeds[name], old)", "        pass"),
    Sabotage(
        "parents before children",
        ORDER,
        "            sorter.add(parent, child)",
        "            sorter.add(child, parent)",
    ),
    Sabotage(
        "deletions before cuts",
        ORDER,
        "*(step for step in updates if step.table not in doubled),\n",
        "*(step for step in deletes if step.table not in before),\n",
    ),
    Sabotage(
        "a circle is not taken apart", ORDER, "return _clear_first(", "edges.pop(pair); return [] and _clear_first("
    ),
    Sabotage(
        "unique columns get one text",
        COLUMNS,
        "return any(name in unique.columns for unique in facts.uniques)",
        "return False and any(name in unique.columns for unique in facts.uniques)",
    ),
    Sabotage(
        "NOT NULL is not seen", COLUMNS, "    if column.nullable:\n        unique", "    if True:\n        unique"
    ),
    Sabotage("any approval will do", PLANNER, "if approval.plan != plan.digest:", "if not approval.plan:"),
    Sabotage(
        "another policy will do", PLANNER, "if plan.policy_digest != self.digests()[0]:", "if not plan.policy_digest:"
    ),
    Sabotage("ceilings are off", MAKE, "return rows + max(SLACK_ROWS, rows // SLACK_SHARE)", "return rows + 10**9"),
    Sabotage(
        "reached rows are allowed",
        MAKE,
        "if found.counts[reach.set] and not reach.allowed:",
        "if found.counts[reach.set] and reach.allowed:",
    ),
    Sabotage(
        "a link to the wrong table is believed",
        RESOLVE,
        "if same_store and reference is None and (other :=",
        "if not same_store and reference is None and (other :=",
    ),
    Sabotage(
        "the term is a year too short",
        RULES,
        "while period.after(end) > yesterday:",
        "while period.after(end) > add_months(yesterday, 12):",
    ),
    Sabotage("holds on named people do not count", RULES, "if hold.everyone or hold.id in held", "if hold.everyone"),
    Sabotage("columns about others come out", ACCESS, "((*rows, others), hidden | about)", "((*rows, others), hidden)"),
    # the other rights
    Sabotage(
        "what law keeps is corrected",
        "waarborg.plans.correct",
        "            rows = Both((rows, Not(In(kept))))",
        "            pass",
    ),
    Sabotage(
        "a derived copy is written as it stands",
        "waarborg.plans.values",
        "    if hint := hinted(column):\n        return hint",
        "    if hint := hinted(column):\n        return ()",
    ),
    Sabotage(
        "restriction cuts what others have",
        "waarborg.plans.suspend",
        "erased=erased, lent=True)",
        "erased=erased, lent=False)",
    ),
    Sabotage(
        "rows that never went come back twice",
        "waarborg.plans.apart",
        "                    apart.drop(self.request, self.store, number)",
        "                    pass",
    ),
    Sabotage(
        "a copy is never settled",
        "waarborg.plans.restricting",
        "                    state.apart.settle(case.request, part.store, at=self.clock.now())",
        "                    pass",
    ),
    Sabotage(
        "what somebody filled is written over",
        "waarborg.plans.restore",
        "                yield from self._changed(facts, copy)",
        "                pass",
    ),
    Sabotage(
        "restricted people are erased",
        "waarborg.plans.restricting",
        '        self.not_restricted(people, "erased by this request")',
        "        pass",
    ),
    Sabotage(
        "a hold does not reach into the vault",
        "waarborg.plans.restricting",
        "        self._free_of_holds(limit, sealed.people)",
        "        pass",
    ),
    Sabotage(
        "a profile takes what others read",
        "waarborg.plans.profile",
        "        if readers == {purpose} and",
        "        if purpose in readers and",
    ),
)
