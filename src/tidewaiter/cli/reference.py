"""The reference of all commands, written from the parser itself: ``python -m tidewaiter.cli.reference docs/cli.md``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

__all__ = ["reference"]


def reference() -> str:
    """Return the reference as Markdown: every command with its arguments, options and examples.

    Written from the parser's parts rather than from its help text, which differs between versions of Python.
    """
    from tidewaiter.cli.app import build_parser

    parts = ["# Commands", "", "Written from the program itself by `make docs`.", ""]
    for name, parser in _commands(build_parser()):
        parts += [f"## `tidewaiter {name}`", "", parser.description or "", ""]
        rows = [_row(action) for action in parser._actions if not isinstance(action, argparse._SubParsersAction)]
        if rows:
            parts += ["| | |", "|---|---|", *rows, ""]
        if parser.epilog:
            parts += ["```text", parser.epilog.rstrip(), "```", ""]
    return "\n".join(parts)


def _row(action: argparse.Action) -> str:
    """Write one argument or option as a row of a table."""
    metavar = action.metavar or (
        "{" + ",".join(map(str, action.choices)) + "}" if action.choices else action.dest.upper()
    )
    shown = str(metavar if isinstance(metavar, str) else " ".join(metavar))
    if action.option_strings:
        names = ", ".join(action.option_strings)
        shown = names if action.nargs == 0 else f"{names} {shown}"
    elif action.nargs in ("+", "*"):
        shown += " ..."
    text = "show this help" if action.dest == "help" else (action.help or "")
    return f"| `{shown}` | {text.replace('|', chr(92) + '|')} |"


def _commands(parser: argparse.ArgumentParser, path: str = "") -> list[tuple[str, argparse.ArgumentParser]]:
    found: list[tuple[str, argparse.ArgumentParser]] = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                full = f"{path} {name}".strip()
                found.append((full, child))
                found.extend(_commands(child, full))
    return found


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(reference(), encoding="utf-8")
