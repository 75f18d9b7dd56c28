"""``tidewaiter coverage``, ``diff``, ``doctor`` and ``cube``: what the store has, what changed in it, whether it is well."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

__all__ = ["register"]

_COVERAGE = """examples:
  tidewaiter coverage
  tidewaiter coverage --dataset comext --from 2022-01 --to 2022-12 --as-of 2023-01-31 --format json
  tidewaiter coverage --partner PRK --cmd 300490 --svg coverage.svg

A month is drawn as # (released, and silence on any country and code means zero), + (that holds for some partners or
codes), o (rows are there, silence says nothing) or - (only inside a longer period). One that is missing is told by the
publisher's release calendar: ~ (not yet due), d (due about now), ! (past the day it was due), or . where the publisher
keeps no days; ? is a month that the file has, without a row of it. With --partner or --cmd only their rows count: 0 is a
zero that is known, w withheld, x a code that did not exist. With a month after the last one (--to) what is still to come is told too.
"""

_MOST_RUNS = 20

_DIFF = """examples:
  tidewaiter diff 2023-02-01 2023-07-01 --reporter CHN --partner PRK
  tidewaiter diff 3fa9c2d1 --format csv --out changes.csv
  tidewaiter diff 3fa9c2d1 8be07f11 --measure value

Two days compare what was known on them. One release compares it with what was known before it came. Two releases compare
them by themselves: a row that the later one lacks is gone if the later one covers the cell, else it is not listed.
"""

_DOCTOR = """examples:
  tidewaiter doctor
  tidewaiter doctor --rebuild --store books

Verifies the hash of every raw file and the checksums of all rows, makes rows again that are missing or damaged, removes
files that no release owns, and counts what is intact, mended, damaged and missing. A damaged raw file is mended by loading
the same file again. A store that cannot be written is verified, and nothing is mended. Exit code 1 if damage remains.
"""

_CUBE = """examples:
  tidewaiter cube
  tidewaiter cube build
  tidewaiter cube status --format json

The cube is made from the releases and can be thrown away. Where it is current, series, brief and check read through it.
Readers keep what they opened while it is built anew; a new month is added to it without building the rest again.
"""


def register(commands: Any) -> None:
    """Declare the commands."""
    coverage = _command(commands, "coverage", "draw which months of whom are there, and what silence means", _COVERAGE)
    coverage.add_argument("--dataset", metavar="D", help="only this dataset")
    coverage.add_argument("--reporter", metavar="R", help="only this reporter (code or name)")
    coverage.add_argument("--flow", metavar="F", help="only X exports, M imports, RX or RM")
    coverage.add_argument("--partner", metavar="P", help="only rows of this partner (code or name)")
    coverage.add_argument("--cmd", metavar="CODE", help="only this commodity code and what lies under it")
    coverage.add_argument("--from", dest="start", metavar="MONTH", help="first month, YYYY-MM")
    coverage.add_argument("--to", dest="end", metavar="MONTH", help="last month, YYYY-MM")
    coverage.add_argument("--as-of", metavar="DATE", help="only what was out by this date, YYYY-MM-DD")
    coverage.add_argument("--svg", metavar="FILE", type=Path, help="draw it to FILE as well (SVG)")
    coverage.add_argument("--format", choices=("text", "json"), default="text", help="how to print")
    coverage.set_defaults(run=_coverage)
    diff = _command(commands, "diff", "cells that are new, gone or changed between two vintages", _DIFF)
    diff.add_argument("before", metavar="BEFORE", help="a day YYYY-MM-DD, or the id of a release")
    diff.add_argument("after", metavar="AFTER", nargs="?", help="a day, or the id of a release")
    diff.add_argument("--dataset", metavar="D", help="only this dataset")
    diff.add_argument("--reporter", metavar="R", help="only this reporter (code or name)")
    diff.add_argument("--partner", metavar="P", help="only this partner (code or name)")
    diff.add_argument("--flow", metavar="F", help="only X exports, M imports, RX or RM")
    diff.add_argument("--cmd", metavar="CODE", help="only this commodity code and what lies under it")
    diff.add_argument("--measure", choices=("value", "net_wgt_kg", "qty", "qty2"), help="only this measure")
    diff.add_argument(
        "--format", choices=("table", "csv", "json", "parquet", "xlsx"), default="table", help="how to print"
    )
    diff.add_argument("--out", metavar="FILE", type=Path, help="file for csv, parquet or xlsx")
    diff.set_defaults(run=_diff)
    doctor = _command(commands, "doctor", "verify the store, mend it, sweep what nobody owns", _DOCTOR)
    doctor.add_argument(
        "--rebuild", action="store_true", help="make the rows of every release again from its raw bytes"
    )
    doctor.add_argument("--compact", action="store_true", help="put many small files of rows together")
    doctor.add_argument("--format", choices=("text", "json"), default="text", help="how to print")
    doctor.set_defaults(run=_doctor)
    cube = _command(commands, "cube", "build the fast copy of what holds today, or tell how it stands", _CUBE)
    cube.add_argument(
        "what", nargs="?", choices=("build", "status"), default="status",
        help="bring it up to the releases, or say how it stands (default)",
    )  # fmt: skip
    cube.add_argument("--full", action="store_true", help="build it anew, whatever is there")
    cube.add_argument("--format", choices=("text", "json"), default="text", help="how to print")
    cube.set_defaults(run=_cube)


def _command(commands: Any, name: str, words: str, examples: str) -> Any:
    made = commands.add_parser(
        name,
        help=words,
        description=f"{words[0].upper()}{words[1:]}.",
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--store", metavar="DIR", type=Path, help="folder of the store (default: the one in the settings)"
    )
    return made


def _way(text: str | None) -> str | None:
    from tidewaiter.errors import InputError

    if text is not None and text.upper() not in ("X", "M", "RX", "RM"):
        raise InputError(f"--flow is X (exports), M (imports), RX or RM, not {text!r}")
    return text.upper() if text else None


def _coverage(arguments: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from tidewaiter.cli.load import day, folder
    from tidewaiter.codes import area, hs
    from tidewaiter.errors import NoData
    from tidewaiter.store.extent import extents, open_period
    from tidewaiter.store.store import Store
    from tidewaiter.store.view import View

    day(arguments.as_of, "--as-of")
    code = arguments.cmd
    code = hs.clean(code) if code and code != "TOTAL" else code
    partner = area(arguments.partner, "partner").code if arguments.partner else None
    reporter = area(arguments.reporter, "reporter").code if arguments.reporter else None
    view = View(Store(folder(arguments.store)), arguments.as_of)
    period = open_period(arguments.start, arguments.end, (run for runs in view.spans.values() for run in runs))
    found = extents(
        view,
        dataset=arguments.dataset,
        reporter=reporter,
        flow=_way(arguments.flow),
        period=period,
        partner=partner,
        code=code,
    )
    if not found:
        raise NoData("nothing of the kind is in the store; tidewaiter releases lists what is")
    today = arguments.as_of or datetime.now(UTC).date().isoformat()
    if arguments.svg is not None:
        _picture(arguments, found, partner, code)
    if arguments.format == "json":
        _coverage_json(arguments, found, today, partner, code)
    else:
        _coverage_text(found, today, period is None)
    return 0


def _picture(arguments: argparse.Namespace, found: Any, partner: str | None, code: str | None) -> None:
    """Write the drawing of what is there."""
    from tidewaiter.brief.holdings import draw_extents
    from tidewaiter.errors import OutputError

    slices = [f"partner {partner}"] if partner else []
    slices += [f"code {code}"] if code else []
    slices += [f"as of {arguments.as_of}"] if arguments.as_of else []
    try:
        arguments.svg.write_text(draw_extents(found, ", ".join(slices)), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write {arguments.svg} ({error.strerror}); name another file with --svg") from error


def _coverage_json(
    arguments: argparse.Namespace, found: Any, today: str, partner: str | None, code: str | None
) -> None:
    import json

    import msgspec

    from tidewaiter.period import month_text
    from tidewaiter.store.extent import MISSING, absence

    shape = {
        "schema": "tidewaiter/coverage/2",
        "as_of": arguments.as_of,
        "partner": partner,
        "cmd": code,
        "extents": [
            {
                "dataset": one.dataset,
                "reporter": one.reporter,
                "flow": one.flow,
                "rows": one.rows,
                "months": {month_text(m): mark for m, mark in zip(one.period, one.months, strict=True)},
                "missing": {
                    month_text(m): {**msgspec.to_builtins(gone), "words": gone.words()}
                    for m, mark in zip(one.period, one.months, strict=True)
                    if mark in MISSING
                    for gone in [absence(one.dataset, m, today)]
                },
            }
            for one in found
        ],
    }
    print(json.dumps(shape))


def _coverage_text(found: Any, today: str, whole: bool) -> None:
    """Print the months as lines of marks, the marks that occur, and each missing month with the day it was due."""
    from itertools import groupby

    from tidewaiter.safe import counted
    from tidewaiter.store.extent import MARKS, WORDS, absence, absences

    for (dataset, period), group in groupby(found, key=lambda one: (one.dataset, one.period)):
        listed = list(group)
        print(f"{dataset}, {period.words()}")
        print("  " + " " * 10 + _ruler(period))
        for one in listed:
            print(f"  {one.reporter:6} {one.flow:2} {one.drawn()}  {counted(one.rows, 'rows')}")
        told = absences(listed, today)
        for run, gone, who in told[:_MOST_RUNS]:
            names = [f"{one.reporter} {one.flow}" for one in who]
            some = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
            last = absence(dataset, run.end, today).last
            until = f", the last by {last}" if last != gone.last else ""
            print(f"  not here: {run}: {gone.words()}{until}: {some if len(names) < len(listed) else 'all'}")
        if len(told) > _MOST_RUNS:
            print(f"  not here: {len(told) - _MOST_RUNS} more runs of months; --format json lists every one")
        following = absence(dataset, period.end + 1, today)
        if whole and following.first:
            print(f"  next: {_month_after(period)}: {following.words()}")
    seen = {mark for one in found for mark in one.months}
    print("  " + "   ".join(f"{MARKS[name]} {text}" for name, text in WORDS.items() if name in seen))


def _month_after(period: Any) -> str:
    from tidewaiter.period import month_text

    return month_text(period.end + 1)


def _ruler(period: Any) -> str:
    """Return a line with the years above the months they begin with."""
    line = [" "] * (len(period) + 4)
    for at, month in enumerate(period):
        if month % 12 == 0 or at == 0:
            year = f"{month // 12}"
            if at == 0 and 12 - month % 12 < 5:
                continue
            line[at : at + 4] = year
    return "".join(line).rstrip()


def _diff(arguments: argparse.Namespace) -> int:
    from tidewaiter.cli.load import folder
    from tidewaiter.codes import area, hs
    from tidewaiter.store.diff import changes
    from tidewaiter.store.store import Store

    wanted: dict[str, Any] = {"datasets": arguments.dataset, "flow": _way(arguments.flow)}
    if arguments.reporter:
        wanted["reporters"] = area(arguments.reporter, "reporter").code
    if arguments.partner:
        wanted["partners"] = area(arguments.partner, "partner").code
    if arguments.cmd:
        wanted["under"] = arguments.cmd if arguments.cmd == "TOTAL" else hs.clean(arguments.cmd)
    store = Store(folder(arguments.store))
    before, after, releases = _sides(store, arguments)
    found = changes(before, after, gone_needs_coverage=releases, **wanted)
    told = (one for one in found if arguments.measure in (None, one.measure))
    return _told(told, arguments)


def _sides(store: Any, arguments: argparse.Namespace) -> tuple[Any, Any, bool]:
    """Return the two views to compare, and whether they are releases by themselves."""
    from tidewaiter.errors import InputError
    from tidewaiter.store.view import View

    days = [_is_day(text) for text in (arguments.before, arguments.after) if text]
    if all(days):
        if len(days) == 1:
            return View(store, arguments.before), View(store), False
        if arguments.before > arguments.after:
            raise InputError(f"{arguments.before} is after {arguments.after}; write the earlier day first")
        return View(store, arguments.before), View(store, arguments.after), False
    if any(days):
        other = next(text for text, is_day in zip((arguments.before, arguments.after), days, strict=True) if not is_day)
        raise InputError(
            f"{other!r} is no day: compare two days (YYYY-MM-DD) or two releases (ids, as tidewaiter releases lists them)"
        )
    every = store.releases()
    first = store.release(arguments.before)
    if arguments.after is None:
        earlier = [one for one in every if one.order < first.order]
        return View(store, releases=earlier), View(store, releases=[*earlier, first]), False
    return View(store, releases=[first]), View(store, releases=[store.release(arguments.after)]), True


def _is_day(text: str) -> bool:
    from tidewaiter.cli.load import day

    if len(text) == 10 and text[4] == "-":
        day(text, "diff")
        return True
    return False


def _told(found: Iterable[Any], arguments: argparse.Namespace) -> int:
    import json
    from collections import Counter

    import msgspec

    from tidewaiter.cli.tables import number, write_table
    from tidewaiter.safe import one_line

    if arguments.format == "json":
        listed = [{**msgspec.to_builtins(one), "by": one.by} for one in found]
        counts = Counter(one["kind"] for one in listed)
        print(json.dumps({"schema": "tidewaiter/diff/1", "counts": counts, "changes": listed}))
        return 0
    if arguments.format != "table":
        columns = [*_fields(), "by"]
        rows = [[*(getattr(one, name) for name in _fields()), one.by] for one in found]
        write_table(columns, rows, arguments.format, arguments.out)
        return 0
    counts = Counter()
    for one in found:
        counts[one.kind] += 1
        parts = " ".join(part for part in (one.customs_regime, one.mode_of_transport, one.district) if part)
        by = "" if one.by is None else f"  {'+' if one.by > 0 else ''}{number(one.by)}" + _share(one)
        units = (
            one.unit_after
            if one.unit_after == one.unit_before or not one.unit_before
            else f"{one.unit_before} > {one.unit_after}"
        )
        line = (
            f"{one.kind:10} {one.dataset} {one.reporter} {one.partner} {one.flow} {one.cmd_code} {parts + ' ' if parts else ''}"
            f"{one.period} {one.measure} {units or one.unit_before}: {number(one.before) or 'none'} > {number(one.after) or 'none'}{by}"
        )
        print(one_line(line))
    total = ", ".join(f"{count:,} {kind}" for kind, count in sorted(counts.items()))
    print(total or "no difference")
    return 0


def _share(one: Any) -> str:
    return f" ({one.by / one.before:+.1%})" if one.before else ""


def _fields() -> tuple[str, ...]:
    from tidewaiter.store.diff import Change

    return Change.__struct_fields__


def _doctor(arguments: argparse.Namespace) -> int:
    import json

    import msgspec

    from tidewaiter.cli.load import folder
    from tidewaiter.safe import counted
    from tidewaiter.store.doctor import compact, examine
    from tidewaiter.store.store import Store

    store = Store(folder(arguments.store))
    found = examine(store, rebuild=arguments.rebuild)
    joined = 0
    if arguments.compact and found.well:
        joined = compact(store)
        found.swept += examine(store).swept if joined else []
    if arguments.format == "json":
        shape = {"schema": "tidewaiter/doctor/2", "well": found.well, **msgspec.to_builtins(found), "joined": joined}
        print(json.dumps(shape))
        return 0 if found.well else 1
    told = [f"{found.intact:,} intact"] + [f"{found.mended:,} mended"] * bool(found.mended)
    told += [f"{len(found.damaged):,} damaged", f"{len(found.missing):,} missing"]
    print(f"{counted(found.releases, 'releases')}: {', '.join(told)}")
    if found.readonly:
        print(f"the store cannot be written ({found.readonly}): it was verified, nothing was mended")
    for words, listed in (
        ("made again", found.rebuilt),
        ("removed", found.swept),
        ("belongs to nobody", found.strays),
        ("to mend", found.problems),
    ):
        for one in listed:
            print(f"{words}: {one}")
    if joined:
        print(f"{counted(joined, 'files')} of rows put together")
    if (store.folder / "cube" / "current.json").is_file():
        print("the cube is not verified; tidewaiter cube build --full makes it anew")
    print("the store is well" if found.well else "the store is not well")
    return 0 if found.well else 1


def _cube(arguments: argparse.Namespace) -> int:
    import json

    import msgspec

    from tidewaiter.cli.load import folder
    from tidewaiter.store.cube_build import build
    from tidewaiter.store.cube_status import status, told
    from tidewaiter.store.store import Store

    store = Store(folder(arguments.store))
    done = build(store, full=arguments.full) if arguments.what == "build" else ""
    now = status(store)
    if arguments.format == "json":
        print(json.dumps({"schema": "tidewaiter/cube/1", "done": done, **msgspec.to_builtins(now)}))
        return 0
    print((f"cube {done}; " if done else "") + told(now))
    return 0
