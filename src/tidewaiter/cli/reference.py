"""The reference of all commands, written from the parser itself: ``python -m tidewaiter.cli.reference docs/cli.md``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

__all__ = ["reference"]


def reference() -> str:
    """Return the reference as Markdown: every command with its usage, options and examples."""
    # argparse folds to the terminal's width; the page must not depend on whose terminal it was.
    os.environ["COLUMNS"] = "100"
    from tidewaiter.cli.app import build_parser

    parts = ["# Commands", "", "Written from the program itself by `make docs`.", ""]
    for name, parser in _commands(build_parser()):
        parts += [f"## `tidewaiter {name}`", "", "```text", parser.format_help().rstrip(), "```", ""]
    return "\n".join(parts)


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
