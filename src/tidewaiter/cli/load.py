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
a new vintage: of each cell, the newest release that has it holds. One without --published stands under all that are dated:
it fills the cells that none of them has, and says of how many cells they hold.

Of several files the rest is tried where one is refused (--stop stops there); the last line counts what became of them, and
the exit code is 2 if any was refused. Of an archive the one table is read; papers beside it are named.

--covers says where a row that is not there means zero: 'dimension=values; ...' with partners, codes (with all under
them), periods, flows, reporters, measures, regimes, modes, districts; what is not named is what the file lists, 'all' as
a value stands for every one, and 'all' alone for every partner and code. Without it silence means nothing, unless the
format itself proves a file complete.
"""


_OUTCOMES = ("loaded", "already there", "refused", "not tried")


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
    load.add_argument(
        "--stop", action="store_true", help="stop at the first file that is refused; the rest is not tried"
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
    from tidewaiter.cli.progress import watched
    from tidewaiter.errors import InputError, StoreError, TidewaiterError
    from tidewaiter.sources.mapping import read_mapping
    from tidewaiter.sources.registry import get
    from tidewaiter.store.coverage import covers_text
    from tidewaiter.store.load import Refused, day_span
    from tidewaiter.store.store import Store

    # What is wrong with the question is told once, before any file is looked at.
    if arguments.published:
        day_span(arguments.published)
    if arguments.flow.upper() not in ("", "X", "M", "RX", "RM"):
        raise InputError(f"--flow: not a flow: {arguments.flow!r}; valid: X (exports), M (imports), RX, RM")
    for text in arguments.covers:
        covers_text(text)
    if arguments.source:
        get(arguments.source)
    mapping = "" if arguments.mapping is None else read_mapping(arguments.mapping)
    where = folder(arguments.store)
    fresh = not where.exists()
    store = Store(where, create=True)
    files: list[_File] = []
    stopped: TidewaiterError | None = None
    try:
        for file in arguments.files:
            if stopped is not None:
                files.append(_File(file))
                continue
            try:
                with watched(file):
                    one = store.load(
                        file,
                        source=arguments.source,
                        published=arguments.published,
                        flow=arguments.flow.upper(),
                        covers=arguments.covers,
                        keep_going=arguments.keep_going,
                        mapping=mapping,
                    )
            except TidewaiterError as error:
                files.append(_File(file, error=error))
                if isinstance(error, StoreError) or arguments.stop:
                    stopped = error
                if len(arguments.files) > 1:
                    _warn(error)
            else:
                files.append(_File(file, release=one))
                if arguments.format == "text":
                    _tell(file, one, arguments)
    finally:
        if fresh and not any(one.release for one in files):
            store.discard()
    if arguments.report is not None and any(isinstance(one.error, Refused) for one in files):
        _report(arguments.report, [one for one in files if isinstance(one.error, Refused)])
    if len(files) == 1 and files[0].error is not None:
        raise files[0].error
    _summary(files, arguments.format)
    return 2 if any(one.error for one in files) else 0


class _File:
    """What became of one file of several."""

    def __init__(self, path: Path, *, release: Any = None, error: Any = None) -> None:
        self.path = path
        self.release = release
        self.error = error

    @property
    def outcome(self) -> str:
        """One of those that the summary counts."""
        if self.error is not None:
            return "refused"
        if self.release is None:
            return "not tried"
        return "loaded" if self.release.new else "already there"


def _warn(error: Exception) -> None:
    import sys

    from tidewaiter.safe import one_line

    print(f"tidewaiter: {one_line(str(error))}", file=sys.stderr)


def _summary(files: list[_File], kind: str) -> None:
    """Count what became of several files; as JSON tell each."""
    import json

    import msgspec

    if kind == "json":
        told = [
            {
                "file": str(one.path),
                "outcome": one.outcome,
                "release": one.release.id if one.release else None,
                "reason": str(one.error) if one.error else None,
            }
            for one in files
        ]
        releases = [msgspec.to_builtins(one.release) for one in files if one.release]
        print(json.dumps({"schema": "tidewaiter/load/1", "releases": releases, "files": told}))
    elif len(files) > 1:
        counts = {name: sum(one.outcome == name for one in files) for name in _OUTCOMES}
        words = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count or name == "refused")
        print(f"{len(files):,} files: {words}")


def _tell(file: Path, one: Any, arguments: argparse.Namespace) -> None:
    """Say what became of a file."""
    from tidewaiter.period import Period
    from tidewaiter.safe import counted, one_line

    span = Period(one.first, one.last)
    state = "loaded" if one.new else "already there, left as it is"
    print(f"{file}: {state}: {counted(one.rows, 'rows')} of {one.dataset}, {span.words()}, release {one.id[:12]}")
    if one.new:
        for note in one.notes:
            print(f"  {one_line(note)}")
        if one.rejected:
            print(f"  {counted(one.rejected, 'bad cells')} kept in rejects/{one.id}.csv of the store")
        return
    told = {"--flow": (arguments.flow.upper(), one.asked.get("flow", "")),
            "--covers": ("; ".join(arguments.covers), "; ".join(one.covers))}  # fmt: skip
    for option, (now, then) in told.items():
        if now and now != then:
            print(
                f"  {option} {now} was not taken over: it was loaded with {then or 'none'}; to change that,"
                f" tidewaiter releases --withdraw {one.id[:12]} and load it again"
            )


def _report(path: Path, refused: list[_File]) -> None:
    """Write the bad cells of the refused files; of several, each with its file."""
    from tidewaiter.errors import OutputError
    from tidewaiter.safe import csv_text
    from tidewaiter.store.load import rejects_csv

    if len(refused) == 1:
        text = rejects_csv(refused[0].error.rejects)
    else:
        rows = [
            (str(one.path), bad.line or "", bad.column, bad.value, bad.reason)
            for one in refused
            for bad in one.error.rejects
        ]
        text = csv_text([("file", "line", "column", "value", "reason"), *rows])
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write the report {path} ({error.strerror}); {refused[0].error}") from error


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
        published = one.published or ("fetched" if one.dated else "undated")
        print(
            f"{one.id[:12]}  {one.dataset:8} {published:13} {one.rows:>12,} rows  {Period(one.first, one.last).words()}  {one.file}"
        )
    return 0
