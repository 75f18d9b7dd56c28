"""``tidewaiter load`` and ``tidewaiter releases``: customs files in, and what is there."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

__all__ = ["day", "folder", "register"]

_EXAMPLES = """examples:
  tidewaiter load eu27_exports.csv.gz --published 2023-01-21
  tidewaiter load soybeans_2023.csv --flow M --covers "partners=ARG,BRA,USA; codes=1201; periods=2023"
  tidewaiter load *.csv.gz --store books --format json
  tidewaiter load viet-nam.csv --mapping viet-nam.toml

The format is recognised from the content. A file with a bad row is refused whole, and the row is named; --keep-going loads
the rest and keeps the bad rows beside the release. A file that is in the store already, however packed, is left as it is;
with another --published it is a release of its own, as where a publisher goes back to an earlier table. A corrected file is
a new vintage: of each cell, the newest release that has it holds. One without --published counts from the day it is loaded,
and says which dated releases it stands over.

--covers says where a row that is not there means zero: 'dimension=values; ...' with partners, codes (with all under
them), periods, flows, reporters, measures, regimes, modes, districts; what is not named is what the file lists, 'all' as
a value stands for every one, and 'all' alone for every partner and code. Without it silence means nothing, unless the
format itself proves a file complete.
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
    load.add_argument(
        "--published", metavar="DATE", default="", help="when the file was published, YYYY-MM-DD, or DATE..DATE"
    )
    load.add_argument("--flow", metavar="F", default="", help="X exports or M imports, where the file does not say it")
    load.add_argument(
        "--mapping", metavar="FILE", type=Path, help="what the columns mean, where the format is not known (TOML)"
    )
    load.add_argument(
        "--covers", metavar="WHAT", action="append", default=[], help="where silence means zero (may be repeated)"
    )
    load.add_argument(
        "--keep-going", action="store_true", help="load the good rows of a file with bad ones, and keep the bad beside"
    )
    load.add_argument("--report", metavar="FILE", type=Path, help="write the bad rows of a refused file to FILE (CSV)")
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
        "--withdraw", metavar="ID", help="take a release out of use (its bytes stay), to load the file anew"
    )
    releases.add_argument(
        "--store", metavar="DIR", type=Path, help="folder of the store (default: the one in the settings)"
    )
    releases.add_argument("--format", choices=("text", "json"), default="text", help="how to print them")
    releases.set_defaults(run=_releases)


def folder(given: Path | None) -> Path:
    """Return the folder of the store: the one given, or the one in the settings."""
    from tidewaiter.config import load_config

    return given if given is not None else Path(load_config().store)


def day(text: str | None, option: str) -> None:
    """Refuse what is no date."""
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

    from tidewaiter.sources.compressed import open_content
    from tidewaiter.sources.mapping import read_mapping
    from tidewaiter.store.load import Refused, day_span
    from tidewaiter.store.store import Store

    if arguments.published:
        day_span(arguments.published)
    mapping = "" if arguments.mapping is None else read_mapping(arguments.mapping)
    where = folder(arguments.store)
    for file in arguments.files:
        open_content(file).close()
    fresh = not where.exists()
    store = Store(where, create=True)
    done = []
    try:
        for file in arguments.files:
            if sys.stderr.isatty():
                print(f"reading {file} ...", file=sys.stderr)
            one = store.load(
                file,
                source=arguments.source,
                published=arguments.published,
                flow=arguments.flow.upper(),
                covers=arguments.covers,
                keep_going=arguments.keep_going,
                mapping=mapping,
            )
            done.append(one)
            if arguments.format == "text":
                _tell(file, one, arguments)
    except Refused as refused:
        if arguments.report is not None:
            _report(arguments.report, refused)
        raise
    finally:
        if fresh and not done:
            store.discard()
    if arguments.format == "json":
        print(json.dumps({"schema": "tidewaiter/load/1", "releases": [msgspec.to_builtins(one) for one in done]}))
    return 0


def _tell(file: Path, one: Any, arguments: argparse.Namespace) -> None:
    """Say what became of a file."""
    from tidewaiter.period import Period
    from tidewaiter.safe import one_line

    span = Period(one.first, one.last)
    state = "loaded" if one.new else "already there, left as it is"
    print(f"{file}: {state}: {one.rows:,} rows of {one.dataset}, {span.words()}, release {one.id[:12]}")
    if one.new:
        for note in one.notes:
            print(f"  {one_line(note)}")
        if one.rejected:
            print(f"  {one.rejected:,} bad cells kept in rejects/{one.id}.csv of the store")
        return
    told = {"--flow": (arguments.flow.upper(), one.asked.get("flow", "")),
            "--covers": ("; ".join(arguments.covers), "; ".join(one.covers))}  # fmt: skip
    for option, (now, then) in told.items():
        if now and now != then:
            print(
                f"  {option} {now} was not taken over: it was loaded with {then or 'none'}; to change that,"
                f" tidewaiter releases --withdraw {one.id[:12]} and load it again"
            )


def _report(path: Path, refused: Any) -> None:
    from tidewaiter.errors import OutputError
    from tidewaiter.store.load import rejects_csv

    try:
        path.write_text(rejects_csv(refused.rejects), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write the report {path} ({error.strerror}); {refused}") from error


def _releases(arguments: argparse.Namespace) -> int:
    import json

    import msgspec

    from tidewaiter.period import Period
    from tidewaiter.store.store import Store

    day(arguments.as_of, "--as-of")
    store = Store(folder(arguments.store))
    if arguments.withdraw:
        gone = store.withdraw(arguments.withdraw)
        if arguments.format == "text":
            print(f"withdrawn: release {gone.id[:12]} ({gone.file}); its bytes stay in raw/")
            return 0
    found = store.releases(arguments.as_of)
    if arguments.format == "json":
        print(json.dumps({"schema": "tidewaiter/releases/1", "releases": [msgspec.to_builtins(one) for one in found]}))
        return 0
    for one in found:
        published = one.published or f"by {one.published_to}"
        print(
            f"{one.id[:12]}  {one.dataset:8} {published:13} {one.rows:>12,} rows  {Period(one.first, one.last).words()}  {one.file}"
        )
    return 0
