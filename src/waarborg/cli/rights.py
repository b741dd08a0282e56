"""The rights beside access and erasure: correct, set apart and bring back, object, withdraw, stop."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path

from waarborg.cli import exits
from waarborg.cli.output import Out
from waarborg.cli.people import people
from waarborg.cli.project import Project
from waarborg.cli.requests import show_case
from waarborg.cli.words import Words
from waarborg.errors import UsageError
from waarborg.state.limits import Limit
from waarborg.terms import SubjectRef


def rectify(arguments: Namespace, out: Out) -> int:
    """`waarborg rectify`."""
    say = Words(out.lang)
    with Project.of(arguments) as project:
        person, changes = _one(arguments, project), _changes(arguments)
        with out.working(say("looking")):
            case = project.work.plan_rectification(person, changes)
        show_case(case, project, out, arguments)
    return exits.OK


def restrict(arguments: Namespace, out: Out) -> int:
    """`waarborg restrict`."""
    say = Words(out.lang)
    with Project.of(arguments) as project:
        person = _one(arguments, project)
        ground = getattr(arguments, "ground", "") or ""
        if not ground:
            raise UsageError.one("WB618", "On which ground?", "Art. 18(1) names four.", "Say --ground, see --help.")
        with out.working(say("looking")):
            case = project.work.restrict(person, ground)
        show_case(case, project, out, arguments)
    return exits.OK


def told(arguments: Namespace, out: Out) -> int:
    """`waarborg restriction tell`."""
    with Project.of(arguments) as project:
        request = _request(arguments, project)
        letter = Path(getattr(arguments, "letter", "") or "")
        if not letter.is_file():
            raise UsageError.one(
                "WB618",
                "Which letter told the person?",
                "Its digest is kept as proof.",
                "Name the file: --letter FILE.",
            )
        limit = project.work.tell(request, reason=getattr(arguments, "reason", "") or "", letter=letter.read_bytes())
        out.say(f"✓ {Words(out.lang)('told')}")
        out.hint(Words(out.lang)("next_restore", request=request[:12]))
        out.data({"ok": True, "limit": _data(limit)})
    return exits.OK


def kept(arguments: Namespace, out: Out) -> int:
    """`waarborg restriction keep`."""
    with Project.of(arguments) as project:
        limit = project.work.keep_restriction(_request(arguments, project))
        out.say(f"✓ {Words(out.lang)('limit_kept')}")
        out.data({"ok": True, "limit": _data(limit)})
    return exits.OK


def restore(arguments: Namespace, out: Out) -> int:
    """`waarborg restore`."""
    with Project.of(arguments) as project:
        with out.working(Words(out.lang)("looking")):
            case = project.work.restore(_request(arguments, project))
        show_case(case, project, out, arguments)
    return exits.OK


def end(arguments: Namespace, out: Out) -> int:
    """`waarborg restriction end`."""
    with Project.of(arguments) as project:
        with out.working(Words(out.lang)("looking")):
            case = project.work.end_restriction(_request(arguments, project))
        show_case(case, project, out, arguments)
    return exits.OK


# ------------------------------------------------------------------------------------------------ what is stopped


def objection(arguments: Namespace, out: Out) -> int:
    """`waarborg object`."""
    with Project.of(arguments) as project:
        limit = project.work.object(_one(arguments, project), _purpose(arguments))
        return _placed(limit, project, out)


def weigh(arguments: Namespace, out: Out) -> int:
    """`waarborg weigh`."""
    with Project.of(arguments) as project:
        upheld, refused = getattr(arguments, "uphold", False), getattr(arguments, "refuse", False)
        if upheld == refused:
            raise UsageError.one("WB618", "What is the outcome?", "", "Say --uphold, or --refuse with --reason.")
        limit = project.work.weigh(
            _limit(arguments, project).id, upheld=upheld, reason=getattr(arguments, "reason", "") or ""
        )
        return _placed(limit, project, out)


def withdraw(arguments: Namespace, out: Out) -> int:
    """`waarborg withdraw`."""
    with Project.of(arguments) as project:
        return _placed(project.work.withdraw(_one(arguments, project), _purpose(arguments)), project, out)


def stop(arguments: Namespace, out: Out) -> int:
    """`waarborg stop-use`."""
    with Project.of(arguments) as project:
        return _placed(project.work.stop_use(_one(arguments, project)), project, out)


def take_back(arguments: Namespace, out: Out) -> int:
    """`waarborg take-back`."""
    with Project.of(arguments) as project:
        return _placed(project.work.take_back(_limit(arguments, project).id), project, out)


def limits(arguments: Namespace, out: Out) -> int:
    """`waarborg limits`: what stands about one person, or about everybody."""
    say = Words(out.lang)
    with Project.of(arguments) as project:
        if getattr(arguments, "email", "") or getattr(arguments, "identifier", None):
            found = project.work.standing(_one(arguments, project))
        else:
            with project.door.read() as state:
                found = state.limits.standing()
        due = {one.id for one in project.work.due_restrictions()}
        if not found:
            out.say(say("no_limits"))
        for one in found:
            out.say(_line(one, say) + (f"  {say('limit_due')}" if one.id in due else ""))
        out.data({"limits": [_data(one) | {"due": one.id in due} for one in found]})
    return exits.OK


def may_use(arguments: Namespace, out: Out) -> int:
    """`waarborg may-use`. Exit code 1 where it may not."""
    say = Words(out.lang)
    with Project.of(arguments) as project:
        purpose = _purpose(arguments)
        asked = people(arguments, project.datamap)
        uses = project.work.may_use_each(asked, purpose)
        stopped = [use for use in uses if not use]
        if len(asked) == 1:
            out.say(f"✓ {say('may')}" if uses[0] else f"✗ {say('may_not')}")
            for one in uses[0].limits:
                out.say("  " + _line(one, say))
        else:
            out.say(say("may_many", n=say.number(len(asked) - len(stopped)), all=say.number(len(asked))))
        out.data({"ok": not stopped, "allowed": [bool(use) for use in uses]})
    return exits.OK if not stopped else exits.FINDINGS


# ------------------------------------------------------------------------------------------------ shared


def _one(arguments: Namespace, project: Project) -> SubjectRef:
    found = people(arguments, project.datamap)
    if len(found) != 1:
        raise UsageError.one("WB614", "A right is one person's.", "Each decides for themselves.", "Name one person.")
    return found[0]


def _purpose(arguments: Namespace) -> str:
    purpose: str = getattr(arguments, "purpose", "") or ""
    if not purpose:
        raise UsageError.one("WB618", "Which purpose?", "", "Name one of the policy: --purpose NAME.")
    return purpose


def _changes(arguments: Namespace) -> dict[str, str]:
    """The new values: from `--set`, or from a file so that they stay out of the shell's history."""
    texts = list(getattr(arguments, "set", None) or [])
    if file := getattr(arguments, "changes", ""):
        texts += _lines(file)
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise UsageError.one(
                "WB613", "This is not ITEM=VALUE.", "", "For example --set account.email=jan@voorbeeld.example"
            )
        found[name.strip()] = value.strip()
    if not found:
        raise UsageError.one("WB618", "What is right?", "", "Say --set ITEM=VALUE, or --changes FILE.")
    return found


def _lines(name: str) -> Iterable[str]:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise UsageError.one("WB613", "The file with changes cannot be read.", "", "Check --changes.") from None
    return [line for line in text.splitlines() if line.strip()]


def _request(arguments: Namespace, project: Project) -> str:
    """The request of a restriction that stands: by its first characters, or by whom it is about."""
    start = getattr(arguments, "request", "") or ""
    if not start:
        found = project.work.standing(_one(arguments, project))
    else:
        with project.door.read() as state:
            found = [one for one in state.limits.standing() if one.request.startswith(start)]
    found = [one for one in found if one.kind == "restriction"]
    if len(found) != 1:
        raise UsageError.one(
            "WB619",
            "No restriction stands there." if not found else "More than one restriction begins like this.",
            "",
            "`waarborg limits` lists what stands, with its request.",
        )
    return found[0].request


def _limit(arguments: Namespace, project: Project) -> Limit:
    start = arguments.limit
    with project.door.read() as state:
        found = [one for one in state.limits.standing() if one.id.startswith(start)]
    if len(found) != 1 or not start:
        raise UsageError.one(
            "WB619", "Nothing stands there." if not found else "More than one begins like this.", "",
            "`waarborg limits` lists what stands.",
        )  # fmt: skip
    return found[0]


def _placed(limit: Limit, project: Project, out: Out) -> int:
    say = Words(out.lang)
    out.say(f"✓ {_line(limit, say)}")
    if (limit.kind, limit.state) == ("objection", "weighing"):
        out.hint(say("next_weigh", limit=limit.id[:8]))
    out.data({"ok": True, "limit": _data(limit)})
    return exits.OK


def _line(limit: Limit, say: Words) -> str:
    about = f" · {limit.purpose}" if limit.purpose else f" · {say(f'ground_{limit.ground}')}" if limit.ground else ""
    ends = f" · {say('until', day=say.day(limit.ends))}" if limit.ends else ""
    return f"{limit.id[:8]}  {say(f'limit_{limit.kind.value}')}{about} · {say(f'limit_is_{limit.state}')}{ends}"


def _data(limit: Limit) -> dict[str, object]:
    return {
        "id": limit.id,
        "right": limit.kind.value,
        "purpose": limit.purpose,
        "state": limit.state,
        "stops": limit.stops.value,
        "ground": limit.ground,
        "since": limit.since,
        "ends": limit.ends.isoformat() if limit.ends else None,
        "request": limit.request,
    }
