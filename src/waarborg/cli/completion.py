"""`waarborg completion`: the completion script of a shell, from the same catalogue as the parser."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable

from waarborg.cli import exits
from waarborg.cli.catalogue import COMMON, Argument, Command, commands
from waarborg.cli.output import Out


def run(arguments: Namespace, out: Out) -> int:
    """`waarborg completion SHELL`."""
    script = {"bash": bash, "zsh": zsh, "fish": fish}[arguments.shell]()
    print(script)
    return exits.OK


def _options(command: Command) -> list[str]:
    return [name for one in (*command.arguments, *COMMON) for name in one.names if name.startswith("--")]


def _heads() -> list[str]:
    return list(dict.fromkeys(command.name.partition(" ")[0] for command in commands()))


def _files(arguments: Iterable[Argument]) -> list[str]:
    return [name for one in arguments if one.file for name in one.names if name.startswith("-")]


def bash() -> str:
    """For bash."""
    cases = []
    for command in commands():
        words = " ".join([*_options(command), *(c for one in command.arguments for c in one.choices)])
        cases.append(f'    "{command.name}") words="{words}" ;;')
    families = {c.name.partition(" ")[0] for c in commands() if " " in c.name}
    for family in sorted(families):
        tails = " ".join(c.name.partition(" ")[2] for c in commands() if c.name.startswith(f"{family} "))
        cases.append(f'    "{family}") words="{tails}" ;;')
    files = "|".join(sorted({name for c in commands() for name in _files((*c.arguments, *COMMON))}))
    body = "\n".join(cases)
    return f"""_waarborg() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}" words="" name="${{COMP_WORDS[1]}}"
  case "$before" in {files}) COMPREPLY=($(compgen -f -- "$current")); return ;; --lang) COMPREPLY=($(compgen -W "nl en" -- "$current")); return ;; esac
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "{" ".join(_heads())}" -- "$current")); return; fi
  case "$name" in {"|".join(sorted(families))}) [ "$COMP_CWORD" -gt 2 ] && name="$name ${{COMP_WORDS[2]}}" ;; esac
  case "$name" in
{body}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ ${{#COMPREPLY[@]}} -eq 0 ] && COMPREPLY=($(compgen -f -- "$current"))
}}
complete -F _waarborg waarborg"""


def zsh() -> str:
    """For zsh, which understands bash's way."""
    return f"autoload -U +X bashcompinit && bashcompinit\n{bash()}"


def fish() -> str:
    """For fish."""
    lines = ["complete -c waarborg -f"]
    heads = " ".join(_heads())
    for head in _heads():
        says = next((c.says for c in commands() if c.name == head), "Commands about the evidence.")
        lines.append(f"complete -c waarborg -n 'not __fish_seen_subcommand_from {heads}' -a {head} -d '{_fish(says)}'")
    for command in commands():
        head, _, tail = command.name.partition(" ")
        seen = f"__fish_seen_subcommand_from {tail or head}"
        if tail:
            lines.append(
                f"complete -c waarborg -n '__fish_seen_subcommand_from {head}' -a {tail} -d '{_fish(command.says)}'"
            )
        for one in (*command.arguments, *COMMON):
            long = next((name[2:] for name in one.names if name.startswith("--")), "")
            if long:
                kind = "" if one.flag else " -r" + (" -F" if one.file else "")
                kind += f" -a '{' '.join(one.choices)}'" if one.choices else ""
                lines.append(f"complete -c waarborg -n '{seen}' -l {long}{kind} -d '{_fish(one.says)}'")
    return "\n".join(lines)


def _fish(text: str) -> str:
    return text.replace("\\", "").replace("'", "’")
