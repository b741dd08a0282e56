"""The entry point: parse, run one command, say what went wrong without ever showing a value or a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from waarborg.cli import exits
from waarborg.errors import Severity, StalePlan, WaarborgError

if TYPE_CHECKING:
    from argparse import Namespace

    from waarborg.cli.output import Out


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line. Returns the exit code (`waarborg.cli.exits`); raises nothing but `SystemExit` for help."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    json = "--json" in words
    try:
        return _run(words)
    except KeyboardInterrupt:
        print("\nStopped. What was begun is rolled back; run the command again to go on.", file=sys.stderr)
        return exits.INTERRUPTED
    except BrokenPipeError:
        _quiet_stdout()
        return exits.OK
    except WaarborgError as error:
        return _refused(error, json)
    except Exception as error:  # the last door: whatever it is, no value in it may reach a screen or a log
        from waarborg.cli.incident import incident

        return _refused(incident(error, debug), json)


def _run(words: list[str]) -> int:
    from waarborg.cli.parser import overview, parse

    if not words or (words[0] in ("-h", "--help", "help") and len(words) == 1):
        print(overview())
        return exits.OK if words else exits.CANNOT
    if words == ["--version"]:
        from waarborg import __version__

        print(f"waarborg {__version__}")
        return exits.OK
    found = parse(words)
    spec = getattr(found, "spec", None)
    if spec is None:
        from waarborg.cli.parser import build

        if getattr(found, "command", None):
            build().parse_args([found.command, "--help"])
        print(overview())
        return exits.CANNOT
    from waarborg.cli.output import Out

    out = Out.of(found)
    code = _code(spec.code)(found, out)
    sys.stdout.flush()
    return code


def _code(where: str) -> Callable[[Namespace, Out], int]:
    from importlib import import_module

    module, _, function = where.partition(":")
    code: Callable[[Any, Any], int] = getattr(
        import_module(module if "." in module else f"waarborg.cli.{module}"), function
    )
    return code


def _refused(error: WaarborgError, json: bool) -> int:
    """Tell the findings; the exit code says whether it was stale."""
    code = exits.STALE if isinstance(error, StalePlan) else exits.CANNOT
    if json:
        import json as _json

        found = {"ok": False, "exit": code, "findings": [finding.as_dict() for finding in error.findings]}
        print(_json.dumps(found, ensure_ascii=False, indent=2))
        return code
    from waarborg.cli.findings import tell

    print(tell([f for f in error.findings if f.severity is Severity.ERROR] or list(error.findings)), file=sys.stderr)
    return code


def _quiet_stdout() -> None:
    """Whoever read our output is gone: let the interpreter close down without a complaint."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    raise SystemExit(main())
