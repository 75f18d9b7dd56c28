"""Parse the command line, run one command, turn every expected error into one line and exit code 2.

``argparse`` rather than a richer library: ``tidewaiter --help`` has to answer in a fifth of a second, and the
commands have to be listed without importing what they need. A group module offers ``register(subparsers)``, which
only declares arguments; the work is imported inside the function that does it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from tidewaiter._version import __version__
from tidewaiter.safe import SafeStream, one_line

__all__ = ["GROUPS", "build_parser", "main"]

GROUPS: tuple[str, ...] = (
    "brief",
    "check",
    "load",
    "fetch",
    "plan",
    "mapping",
    "series",
    "scan",
    "holdings",
    "codes",
    "basket",
    "mirror",
    "unit_values",
)
"""Modules of this package that register commands, in the order in which help shows them."""


class Parser(argparse.ArgumentParser):
    """A parser that tells a mistake as every other error is told: one line, exit code 2."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is."""
        line = " ".join(message.split())
        self.exit(2, f"tidewaiter: {line}; see {self.prog} --help\n")


def build_parser() -> argparse.ArgumentParser:
    """Build the parser with every command registered.

    Returns
    -------
    argparse.ArgumentParser
        Each command sets ``run``, a function from the parsed arguments to an exit code.
    """
    parser = Parser(
        prog="tidewaiter",
        description="Reads customs statistics, says what is new, proves every sentence, and checks what others wrote.",
        epilog="Help on one command: tidewaiter COMMAND --help",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"tidewaiter {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for group in GROUPS:
        import_module(f"tidewaiter.cli.{group}").register(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv
        Arguments without the program's name; those of the process by default.

    Returns
    -------
    int
        0 done, 1 done with a negative answer (as a command documents), 2 not done: the reason is on stderr.
    """
    # Names in files are anybody's: what would drive a terminal is written out, whoever prints it.
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = SafeStream(before[0]), SafeStream(before[1])
    try:
        return _run(argv)
    finally:
        sys.stdout, sys.stderr = before


def _run(argv: Sequence[str] | None) -> int:
    from tidewaiter.errors import TidewaiterError

    arguments = build_parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except TidewaiterError as error:
        print(f"tidewaiter: {one_line(str(error))}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("tidewaiter: interrupted; nothing was left half written", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of a pipe has gone (head, less): not an error, but Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
