"""``tidewaiter load`` and ``tidewaiter releases``: customs files in, and what is there."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

__all__ = ["register"]

_EXAMPLES = """examples:
  tidewaiter load eu27_exports.csv.gz --published 2023-01-21
  tidewaiter load *.csv.gz --store books --format json

The format is recognised from the content. A file with a bad row is refused whole, and the row is named; a file that is in the
store already is left as it is. Plain and gzipped files are read.
"""


def register(commands: Any) -> None:
    """Declare the commands."""
    load = commands.add_parser(
        "load",
        help="load customs files into the store",
        description="Turn a publisher's files into releases: whole, unchanged, dated.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    load.add_argument("files", metavar="FILE", nargs="+", type=Path, help="a customs file")
    load.add_argument("--source", metavar="S", help="the format, where it is not to be recognised from the content")
    load.add_argument("--published", metavar="DATE", default="", help="when the file was published, YYYY-MM-DD")
    load.add_argument(
        "--store", metavar="DIR", type=Path, help="folder of the store (default: the one in the settings)"
    )
    load.add_argument("--format", choices=("text", "json"), default="text", help="how to print what was done")
    load.set_defaults(run=_load)
    releases = commands.add_parser(
        "releases",
        help="list what the store holds",
        description="List the releases of the store, the earliest published first.",
        epilog="examples:\n  tidewaiter releases\n  tidewaiter releases --as-of 2023-06-30 --format json\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    releases.add_argument("--as-of", metavar="DATE", help="only those published by this date, YYYY-MM-DD")
    releases.add_argument(
        "--store", metavar="DIR", type=Path, help="folder of the store (default: the one in the settings)"
    )
    releases.add_argument("--format", choices=("text", "json"), default="text", help="how to print them")
    releases.set_defaults(run=_releases)


def _folder(given: Path | None) -> Path:
    from tidewaiter.config import load_config

    return given if given is not None else Path(load_config().store)


def _day(text: str | None, option: str) -> None:
    from datetime import date

    from tidewaiter.errors import InputError

    if text:
        try:
            date.fromisoformat(text)
        except ValueError:
            raise InputError(
                f"{option}: not a date: {text!r}; write it as YYYY-MM-DD, for example 2023-01-21"
            ) from None


def _load(arguments: argparse.Namespace) -> int:
    import json
    import sys

    import msgspec

    from tidewaiter.period import Period
    from tidewaiter.sources.compressed import open_content
    from tidewaiter.store.store import Store

    _day(arguments.published, "--published")
    folder = _folder(arguments.store)
    for file in arguments.files:
        open_content(file).close()
    fresh = not folder.exists()
    store = Store(folder, create=True)
    done = []
    try:
        for file in arguments.files:
            if sys.stderr.isatty():
                print(f"reading {file} ...", file=sys.stderr)
            done.append(store.load(file, source=arguments.source, published=arguments.published))
            if arguments.format == "text":
                one = done[-1]
                state = "loaded" if one.new else "already there, left as it is"
                span = Period(one.first, one.last)
                print(f"{file}: {state}: {one.rows:,} rows of {one.dataset}, {span.words()}, release {one.id[:12]}")
    finally:
        if fresh and not done:
            store.discard()
    if arguments.format == "json":
        print(json.dumps({"schema": "tidewaiter/load/1", "releases": [msgspec.to_builtins(one) for one in done]}))
    return 0


def _releases(arguments: argparse.Namespace) -> int:
    import json

    import msgspec

    from tidewaiter.period import Period
    from tidewaiter.store.store import Store

    _day(arguments.as_of, "--as-of")
    found = Store(_folder(arguments.store)).releases(arguments.as_of)
    if arguments.format == "json":
        print(json.dumps({"schema": "tidewaiter/releases/1", "releases": [msgspec.to_builtins(one) for one in found]}))
        return 0
    for one in found:
        published = one.published or "date not told"
        print(
            f"{one.id[:12]}  {one.dataset:8} {published:13} {one.rows:>12,} rows  {Period(one.first, one.last).words()}  {one.file}"
        )
    return 0
