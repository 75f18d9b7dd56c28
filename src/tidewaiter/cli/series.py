"""``tidewaiter series``: one pair's trade in some goods, month by month, as the files print it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

__all__ = ["register"]

_EXAMPLES = """examples:
  tidewaiter series --reporter CHN --partner USA --cmd 12019019 --measure value
  tidewaiter series --reporter CHN --partner PRK --basket medical-covid --from 2022-01 --to 2022-04 --flow X
  tidewaiter series --reporter DEU --partner KGZ --cmd 8703 --as-of 2023-01-31 --format xlsx --out cars.xlsx
  tidewaiter series --reporter EU27 --partner KGZ,KAZ --cmd 8703 --from 2022-01

Every dataset that can say something is listed by itself, in its own currency and unit; nothing is blended. --usd converts at
the monthly averages of the Federal Reserve (yuan, euro, pound), or --rates FILE; a month without a rate is not converted. A
month is a value, a zero, unreleased, merged with its neighbours, code not alive, withheld, not recorded, or not known; only
zero means that there was no trade. --measure qty counts in the unit of the file.

A code of six digits is followed over the revisions of the Harmonized System: in each year the codes that its goods were in
are added up, and every seam is told as exact, primary or partial. --own-number keeps to the code itself, and to national
lines: before its birth a month is "code not alive".

A group (EU27, EU, ASEAN, EAEU, ...) or a list (DEU,FRA) is added up from its members, who belong to it by the month. A month is
a number only if every member's is known; else who is missing is named, and what the others come to is "at least". A row that the
file has for the group itself stands for it in its months, and is said so. Members in several currencies are added with --usd only.
"""


def register(commands: Any) -> None:
    """Declare the command."""
    series = commands.add_parser(
        "series",
        help="one pair's trade in some goods, month by month, with the state of every month",
        description="Print what customs files say of one reporter, partner and commodity code or basket.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    series.add_argument(
        "--reporter", metavar="R", required=True, help="whose books: a country, a group or a list, for example CHN"
    )
    series.add_argument(
        "--partner", metavar="P", required=True, help="with whom: a country, a group or a list, for example USA"
    )
    goods = series.add_mutually_exclusive_group(required=True)
    goods.add_argument("--cmd", metavar="CODE", help="a commodity code, or TOTAL for all goods")
    goods.add_argument("--basket", metavar="B", help="a basket, added up in six digits")
    series.add_argument(
        "--own-number", action="store_true", help="do not follow the goods over a revision: this number of --cmd only"
    )
    series.add_argument(
        "--measure", choices=("value", "net_wgt_kg", "qty"), default="value", help="what is counted (default: value)"
    )
    series.add_argument("--flow", metavar="F", help="X exports, M imports (default: both, each by itself)")
    series.add_argument("--dataset", metavar="D", help="only this dataset")
    series.add_argument("--period", metavar="P", help="2022, 2022-04 or 2022-01..2022-04 (default: all there is)")
    series.add_argument("--from", dest="start", metavar="MONTH", help="first month, YYYY-MM")
    series.add_argument("--to", dest="end", metavar="MONTH", help="last month, YYYY-MM")
    series.add_argument("--as-of", metavar="DATE", help="only what was out by this date, YYYY-MM-DD")
    series.add_argument(
        "--usd", action="store_true", help="values in US dollars, at the month's rate of a stated table"
    )
    series.add_argument(
        "--rates", metavar="FILE", type=Path, help="a table of rates of your own: CSV of currency, month, rate, sense"
    )
    series.add_argument(
        "--store", metavar="DIR", type=Path, help="folder of the store (default: the one in the settings)"
    )
    series.add_argument(
        "--format", choices=("table", "csv", "json", "parquet", "xlsx"), default="table", help="how to print"
    )
    series.add_argument("--out", metavar="FILE", type=Path, help="file for csv, parquet or xlsx")
    series.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from tidewaiter.cli.load import day, folder
    from tidewaiter.codes.parties import party
    from tidewaiter.errors import InputError
    from tidewaiter.model import Measure
    from tidewaiter.series.groups import group_series
    from tidewaiter.series.spans import with_code_notes
    from tidewaiter.store.store import Store
    from tidewaiter.store.view import View

    if arguments.out is None and arguments.format in ("parquet", "xlsx"):
        raise InputError(f"--format {arguments.format} needs a file to go to: --out FILE")
    reporter, partner = party(arguments.reporter, "reporter"), party(arguments.partner, "partner")
    flow = arguments.flow.upper() if arguments.flow else None
    if flow not in (None, "X", "M", "RX", "RM"):
        raise InputError(f"--flow is X (exports), M (imports), RX or RM, not {arguments.flow!r}")
    day(arguments.as_of, "--as-of")
    view = View(Store(folder(arguments.store)), arguments.as_of)
    mine = _reporters(view, reporter)
    period = _period(arguments, (run for (_, who, _), spans in view.spans.items() if who in mine for run in spans))
    if arguments.dataset and arguments.dataset not in view.datasets():
        from tidewaiter.errors import UnknownName

        raise UnknownName(
            "dataset", arguments.dataset, list(view.datasets()), "tidewaiter releases lists what is there"
        )
    codes, name, notes = _goods(arguments, _years(view, mine, period))
    lengths = {length for one in view.datasets() for length in view.digits(one)}
    if len(name) in (5, 7, 9) and name.isdigit() and len(name) not in lengths:
        raise InputError(
            f"--cmd {name}: no code has {len(name)} digits in the store; codes there have"
            f" {', '.join(str(one) for one in sorted(lengths) if one)}"
        )
    found = group_series(
        view,
        reporter=reporter,
        partner=partner,
        codes=codes,
        name=name,
        measure=Measure(arguments.measure),
        flow=flow,
        dataset=arguments.dataset,
        period=period,
        convert=_in_dollars(arguments) if arguments.usd or arguments.rates is not None else None,
    )
    if not found:
        raise _nothing(view, reporter, partner, mine, arguments)
    found = [with_code_notes(view, one) for one in found]
    if arguments.format == "table":
        _print(view, found, notes)
    elif arguments.format == "json":
        import json

        print(json.dumps(_shape(view, found, notes), ensure_ascii=False))
    else:
        from tidewaiter.cli.tables import write_table

        write_table(_COLUMNS, [row for one in found for row in _rows(one)], arguments.format, arguments.out)
    return 0


def _reporters(view: Any, reporter: Any) -> set[str]:
    """Return who of a group, or the group itself, has reports in the store."""
    every = {who for _, who, _ in view.spans}
    ends = [run for spans in view.spans.values() for run in spans]
    if not ends:
        return set()
    from tidewaiter.period import Period

    reach = Period(min(first for first, _ in ends), max(last for _, last in ends))
    return every & {*reporter.ever(reach), reporter.own}


def _in_dollars(arguments: argparse.Namespace) -> Any:
    from tidewaiter.errors import InputError, NoData
    from tidewaiter.series.customs import in_currency
    from tidewaiter.sources.rates import read_rates, shipped_rates

    if arguments.measure != "value":
        raise InputError(f"--usd converts values, not {arguments.measure}")
    table = shipped_rates() if arguments.rates is None else read_rates(arguments.rates)

    def rate(currency: str, number: int) -> float | None:
        try:
            return table.dollars(1.0, currency, number)
        except NoData:
            return None

    source = " ".join(filter(None, (table.source, table.address)))

    def digits(currency: str) -> int:
        printed = [
            one.printed.replace(".", "").lstrip("0") for (name, _), one in table.rates.items() if name == currency
        ]
        return min((len(text) for text in printed), default=4)

    return lambda one: in_currency(one, "USD", rate, source, digits(one.key.unit))


def _period(arguments: argparse.Namespace, runs: Any) -> Any:
    from tidewaiter.errors import InputError
    from tidewaiter.period import Period
    from tidewaiter.store.extent import open_period

    if arguments.period and (arguments.start or arguments.end):
        raise InputError("--period and --from/--to say the same twice; give one of them")
    if arguments.period:
        return Period.parse(arguments.period)
    return open_period(arguments.start, arguments.end, runs)


def _years(view: Any, reporters: set[str], period: Any) -> list[int]:
    """Return the calendar years asked for: those of the period, or all that the store has of the reporter."""
    if period is not None:
        return sorted({month // 12 for month in period})
    spans = [run for (_, who, _), runs in view.spans.items() if who in reporters for run in runs]
    return (
        list(range(min(first for first, _ in spans) // 12, max(last for _, last in spans) // 12 + 1)) if spans else []
    )


def _goods(arguments: argparse.Namespace, years: list[int]) -> tuple[Any, str, list[str]]:
    """Return the codes by year, the name of the sum, and what has to be said of the codes."""
    from tidewaiter.codes import hs
    from tidewaiter.model import TOTAL
    from tidewaiter.series.goods import codes_in_years

    code = ""
    if arguments.cmd:
        code = TOTAL if arguments.cmd.upper() == TOTAL else hs.clean(arguments.cmd)
        if arguments.own_number or len(code) != 6 or code == TOTAL:
            return [code], code, []
    # Years that no table covers are read with the nearest codes there are.
    inside = {_nearest(hs, year) for year in years} or {hs.REVISIONS[-1]}
    goods = codes_in_years(code or None, arguments.basket, inside)

    def codes(year: int) -> tuple[str, ...]:
        revision = hs.revision_of(_nearest(hs, year))
        near = min(goods.revisions, key=lambda one: abs(one - revision))
        return goods.revisions[near] or ()

    outside = [year for year in years if _nearest(hs, year) != year]
    notes = [f"{outside[0]} to {outside[-1]}: in no table of codes; read with the nearest there is"] if outside else []
    if code:
        return codes, code, [*notes, *goods.caveats]
    from tidewaiter.baskets import load_basket

    name = load_basket(arguments.basket).name
    told = f"basket {name}: codes are those of the HS edition in force in each year, added up in six digits"
    return codes, f"basket:{name}", [told, *notes, *goods.caveats]


def _nearest(hs: Any, year: int) -> int:
    return min(max(year, int(hs.REVISIONS[0])), int(hs.NEXT_REVISION) - 1)


def _nothing(view: Any, reporter: Any, partner: Any, mine: set[str], arguments: argparse.Namespace) -> Exception:
    """Say what there is instead."""
    from tidewaiter.codes.parties import nothing_added
    from tidewaiter.errors import NoData

    ways = sorted({(one, way) for one, who, way in view.spans if who in mine})
    asked = f"{arguments.cmd or arguments.basket} of {reporter.code} with {partner.code}"
    if not ways:
        others = sorted({who for _, who, _ in view.spans})
        there = (
            f"it has reports of {', '.join(others[:12])}" + (", ..." if len(others) > 12 else "")
            if others
            else "it is empty"
        )
        more = nothing_added(reporter)
        return NoData(f"nothing is known of {asked}: the store has no report of {reporter.code}{more}; {there}")
    named = ", ".join(f"{one} ({way})" for one, way in ways)
    who = reporter.code if mine == {reporter.code} else f"{reporter.code} ({', '.join(sorted(mine))})"
    return NoData(
        f"nothing is known of {asked}: {who} reports in {named}, but no row and no coverage speaks of it"
        f"{nothing_added(partner)}; tidewaiter coverage shows what is there"
    )


_COLUMNS = (
    "dataset", "reporter", "partner", "flow", "cmd_code", "classification", "measure", "unit", "period", "state",
    "value", "at_least", "at_most", "release", "note",
)  # fmt: skip


def _rows(one: Any) -> list[list[Any]]:
    """Return the rows of a table: months in order, then longer periods."""
    key = one.key
    head = [
        key.dataset,
        key.reporter,
        key.partner,
        key.flow.value,
        key.cmd,
        key.classification,
        key.measure.value,
        key.unit,
    ]
    return [
        [
            *head,
            str(cell.period),
            cell.state.value,
            *_numbers(cell),
            " ".join(part[:12] for part in cell.evidence),
            cell.note,
        ]
        for cell in (*one.cells, *one.longer)
    ]


def _numbers(cell: Any) -> list[float | None]:
    """Return a cell's value if it is known, and its bounds where it is not and they say something."""
    import math

    if cell.bounds.is_point and cell.state.value in ("value", "zero"):
        return [float(cell.bounds.lo), None, None]
    low = float(cell.bounds.lo) if cell.bounds.lo > 0 else None
    high = float(cell.bounds.hi) if math.isfinite(cell.bounds.hi) else None
    return [None, low, high]


def _print(view: Any, found: list[Any], notes: list[str]) -> None:
    from tidewaiter.cli.tables import number
    from tidewaiter.codes.parties import side_name
    from tidewaiter.safe import one_line
    from tidewaiter.series.groups import missing_words

    flows = {"X": "exports", "M": "imports", "RX": "re-exports", "RM": "re-imports"}
    silent = [one for one in found if _silent(one)]
    if len(silent) == len(found):
        silent = []  # what is asked for is told, even where it is that nothing is known
    found = [one for one in found if one not in silent]
    publishers = {release.dataset: release.publisher for release in view.releases}
    for at, one in enumerate(found):
        key = one.key
        if at:
            print()
        unit = key.unit or ("no unit" if key.measure.value == "qty" else "no currency")
        head = (
            f"{side_name(key.reporter)}: {flows[key.flow.value]}, {side_name(key.partner)}, {key.cmd}, {key.measure.value}"
            f" in {unit} - {key.dataset} ({publishers[key.dataset]})"
        )
        print(one_line(head))
        lines = []
        for cell in (*one.cells, *one.longer):
            value, low, high = _numbers(cell)
            shown = number(value) or " to ".join(
                part for part in (low is not None and f"at least {number(low)}", high is not None and f"at most {number(high)}")
                if part
            )  # fmt: skip
            lines.append((str(cell.period), shown, cell.state.value, one_line(_short(one, cell))))
        widths = [max(len(line[column]) for line in lines) for column in range(3)]
        for when, shown, state, note in lines:
            print(f"  {when:{widths[0]}}  {shown:>{widths[1]}}  {state:{widths[2]}}  {note}".rstrip())
        for note in (*missing_words(one), *one.notes):
            print(f"  {one_line(note)}")
    print()
    for one in silent:
        print(f"{one.key.dataset}: has no row of its {flows[one.key.flow.value]}, and no coverage speaks of them")
    for note in [*notes, *_sources(view, found)]:
        print(one_line(note))


def _short(one: Any, cell: Any) -> str:
    """Return what a line of the table says of a cell; who is missing of a group stands below the table."""
    gone = getattr(one, "missing", {}).get(cell.period)
    return str(cell.note) if gone is None else str(cell.note).partition("; missing")[0]


def _silent(one: Any) -> bool:
    """Tell whether a dataset has neither a row nor coverage of a series, so that no month of it rests on a release."""
    return all(
        not cell.evidence and cell.state.value in ("not known", "unreleased", "code not alive")
        for cell in (*one.cells, *one.longer)
    )


def _sources(view: Any, found: list[Any]) -> list[str]:
    """Return what must be told of the releases that were used: attribution, notes, dates."""
    from tidewaiter.errors import UnknownName
    from tidewaiter.sources.registry import get

    used = {part for one in found for cell in (*one.cells, *one.longer) for part in cell.evidence}
    told = []
    for release in view.releases:
        if release.id not in used:
            continue
        try:
            told.append(get(release.source).attribution)
        except UnknownName:
            told.append(f"Source: {release.publisher}.")
        told += [f"{release.id[:12]} ({release.file}): {note}" for note in release.notes]
    return list(dict.fromkeys(told))


def _shape(view: Any, found: list[Any], notes: list[str]) -> dict[str, Any]:
    import math

    def cell(one: Any) -> dict[str, Any]:
        value, _, _ = _numbers(one)
        return {
            "period": str(one.period),
            "state": one.state.value,
            "value": value,
            "lo": one.bounds.lo,
            "hi": one.bounds.hi if math.isfinite(one.bounds.hi) else None,
            "releases": list(one.evidence),
            "note": one.note,
        }

    def listed(of: Any, one: Any) -> dict[str, Any]:
        gone = getattr(of, "missing", {}).get(one.period)
        return cell(one) if gone is None else {**cell(one), "missing": gone}

    return {
        "schema": "tidewaiter/series/1",
        "as_of": view.as_of,
        "series": [
            {
                "dataset": one.key.dataset,
                "reporter": one.key.reporter,
                "partner": one.key.partner,
                "flow": one.key.flow.value,
                "cmd": one.key.cmd,
                "classification": one.key.classification,
                "measure": one.key.measure.value,
                "unit": one.key.unit,
                "codes": list(one.codes),
                "months": [listed(one, each) for each in one.cells],
                "longer": [listed(one, each) for each in one.longer],
                "notes": list(one.notes),
                **_group(one),
            }
            for one in found
        ],
        "notes": [*notes, *_sources(view, found)],
    }


def _group(one: Any) -> dict[str, Any]:
    """Return who was added up, by span of months; nothing for a series of two countries or of a group's own row."""
    return {
        f"{side}_members": [{"period": str(span), "members": list(there)} for span, there in spans]
        for side in ("reporter", "partner")
        if (spans := getattr(one, f"{side}s", ()))
    }
