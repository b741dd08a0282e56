"""The command line's grammar, from the catalogue. Errors name options and commands, never what was given for them."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import NoReturn

from waarborg.cli.catalogue import COMMON, GROUPS, Argument, Command, commands
from waarborg.errors import UsageError, near_miss

SAYS = "A privacy policy as one file: published, carried out on your databases, and proven promise by promise."
WORD = re.compile(r"[a-z][a-z-]{0,19}")
"""What may be shown of a mistyped command: anything longer could be somebody's name or address."""


class Parser(argparse.ArgumentParser):
    """A parser that raises `UsageError` and takes no abbreviations: a new option must not change an old script."""

    def __init__(self, **options: object) -> None:
        options.setdefault("allow_abbrev", False)
        options.setdefault("formatter_class", Formatter)
        super().__init__(**options)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        raise UsageError.one("WB600", _harmless(message), "", f"See {self.prog} --help.")


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Help at the width people read: 80 columns, whatever the window."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=80)


def _harmless(message: str) -> str:
    """An argparse message without anything that was typed as a value."""
    if found := re.match(r"argument (\S+?): (expected .*|not allowed with .*)", message):
        return f"{found[1]}: {found[2]}."
    if found := re.match(r"the following arguments are required: (.*)", message):
        return f"Missing: {found[1]}."
    if found := re.match(r"argument (\S+?): invalid choice: .* \(choose from (.*)\)", message):
        return f"{found[1]} is one of {found[2]}."
    found = re.match(r"argument (\S+?):", message)
    return f"{found[1]} cannot be understood." if found else "The command cannot be understood."


def build() -> Parser:
    """The whole parser."""
    parser = Parser(prog="waarborg", description=overview(), usage="waarborg COMMAND [options]", add_help=False)
    parser.add_argument("-h", "--help", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--version", action="store_true", help=argparse.SUPPRESS)
    _add_all(parser, COMMON, hidden=True)
    subs = parser.add_subparsers(dest="command", parser_class=Parser, metavar="COMMAND", help=argparse.SUPPRESS)
    families: dict[str, argparse._SubParsersAction[Parser]] = {}
    for command in commands():
        head, _, tail = command.name.partition(" ")
        if tail and head not in families:
            says = _family_help(head)
            family = subs.add_parser(head, description=says, usage=f"waarborg {head} COMMAND [options]")
            families[head] = family.add_subparsers(
                dest="sub", parser_class=Parser, metavar="COMMAND", help=argparse.SUPPRESS
            )
        into = families[head] if tail else subs
        made = into.add_parser(
            tail or head,
            description=f"{command.says}\n\n{_wrapped(command.more)}" if command.more else command.says,
            epilog=_epilog(command),
            prog=f"waarborg {command.name}",
        )
        made.set_defaults(spec=command)
        _add_all(made, command.arguments)
        _add_all(made.add_argument_group("everywhere"), COMMON)
    return parser


def _wrapped(text: str) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, 78))


def _epilog(command: Command) -> str:
    return "examples:\n" + "\n".join(f"  {one}" for one in command.examples) if command.examples else ""


def _family_help(head: str) -> str:
    rows = [(c.name, c.says) for c in commands() if c.name.startswith(f"{head} ")]
    return "\n".join(_row(name, says) for name, says in rows)


def _row(name: str, says: str) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(says, 78, initial_indent=f"  {name:<18}", subsequent_indent=" " * 20))


def overview() -> str:
    """What `waarborg --help` says."""
    parts = ["\n".join([*_wrapped(SAYS).splitlines(), ""])]
    for group, title in GROUPS.items():
        rows = [_row(c.name, c.says) for c in commands() if c.group == group]
        parts.append("\n".join([f"{title}:", *rows, ""]))
    options = [_row(", ".join(a.names), a.says) for a in COMMON]
    parts.append("\n".join(["Everywhere:", *options, ""]))
    parts.append(
        "Exit codes: 0 fine · 1 findings, or not clean · 2 cannot run · 3 stale.\n"
        "First time here? waarborg demo\nMore about a command: waarborg COMMAND --help"
    )
    return "\n".join(parts)


def _add_all(to: argparse._ActionsContainer, arguments: Sequence[Argument], hidden: bool = False) -> None:
    for one in arguments:
        words = argparse.SUPPRESS if hidden else one.says
        if one.flag:
            to.add_argument(*one.names, action="store_true", default=argparse.SUPPRESS, help=words)
        elif not one.names[0].startswith("-"):
            options = {"nargs": one.many} if one.many else {}
            choices = {"choices": one.choices} if one.choices else {}
            to.add_argument(*one.names, metavar=one.value or None, help=words, **options, **choices)  # type: ignore[arg-type]
        else:
            to.add_argument(
                *one.names,
                action="append" if one.repeat else "store",
                default=argparse.SUPPRESS,
                metavar=one.value or None,
                help=words,
                choices=one.choices or None,
            )


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments as a namespace; `spec` is the command, or absent. Raises `UsageError` WB600 or WB601."""
    _known_command(arguments)
    found, unknown = build().parse_known_args(list(arguments))
    if unknown:
        names = [word.partition("=")[0] for word in unknown if word.startswith("-")]
        spec: Command | None = getattr(found, "spec", None)
        known = [name for one in (*(spec.arguments if spec else ()), *COMMON) for name in one.names]
        what = f"There is no option {names[0]} here." if names else "There is one word too many in this command."
        todo = near_miss(names[0], known) if names else ""
        help_ = f"See waarborg {spec.name} --help." if spec else "See waarborg --help."
        raise UsageError.one("WB600", what, "", f"{todo} {help_}".strip())
    return found


def _known_command(arguments: Sequence[str]) -> None:
    """Refuse an unknown command with the nearest known one."""
    takes_value = {name for one in COMMON if not one.flag for name in one.names}
    words = list(arguments)
    while words and words[0].startswith("-"):
        words = words[2:] if words[0] in takes_value else words[1:]
    if not words:
        return
    heads = list(dict.fromkeys(c.name.partition(" ")[0] for c in commands()))
    tails = [c.name.partition(" ")[2] for c in commands() if c.name.startswith(f"{words[0]} ")]
    if words[0] not in heads:
        raise _no_command("", words[0], heads)
    if tails and len(words) > 1 and not words[1].startswith("-") and words[1] not in tails:
        raise _no_command(f"{words[0]} ", words[1], tails)


def _no_command(before: str, word: str, known: list[str]) -> UsageError:
    shown = f' "{before}{word}"' if WORD.fullmatch(word) else ""
    todo = near_miss(word, known) or f"The commands are: {', '.join(known)}."
    return UsageError.one("WB601", f"There is no command{shown}.", "", todo)
