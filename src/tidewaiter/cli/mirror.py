"""``tidewaiter mirror``: the other side's book of the same trade."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

__all__ = ["register"]

_FOB_REPORTERS = (
    "UN Comtrade: a few reporters value imports at FOB; the lower end of the range (factor 1) stands for them"
)

_EXAMPLES = """examples:
  tidewaiter mirror --reporter PRK
  tidewaiter mirror --reporter PRK --from 2022-01 --to 2022-06
  tidewaiter mirror --reporter PRK --flow X --from 2021-01 --to 2021-12 --format json
  tidewaiter mirror --reporter KGZ --cmd 8703 --currency EUR --from 2022-01 --to 2022-11 --store books
  tidewaiter mirror --reporter CHN --partner USA --flow X --from 2023-01 --to 2023-12 --store books
  tidewaiter mirror --reporter EAEU --cmd 8703 --currency EUR --from 2022-01 --to 2022-11 --store books

A group or a list is added up from its members by the rules of tidewaiter series: a sum only where every member is known.
"""


def register(commands: Any) -> None:
    """Declare the command."""
    mirror = commands.add_parser(
        "mirror",
        help="the other side's books: one pair side by side, or a silent country as all others see it",
        description="Set a country's trade beside what its partners booked. Without --partner, all reporters are put"
        " together: the only view of a country that publishes nothing.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    mirror.add_argument(
        "--reporter", metavar="R", required=True, help="the country, group or list, for example PRK or EAEU"
    )
    mirror.add_argument("--partner", metavar="P", help="one partner, group or list: both books side by side")
    mirror.add_argument(
        "--flow", metavar="F", default="M", help="M imports (default) or X exports, seen from --reporter"
    )
    goods = mirror.add_mutually_exclusive_group()
    goods.add_argument("--cmd", metavar="CODE", help="one commodity code (default: all goods)")
    goods.add_argument("--basket", metavar="B", help="a basket, added up in six digits (needs a store)")
    mirror.add_argument(
        "--from", dest="start", metavar="MONTH", help="first month, YYYY-MM (default: the first there is)"
    )
    mirror.add_argument("--to", dest="end", metavar="MONTH", help="last month, YYYY-MM (default: the last there is)")
    mirror.add_argument("--currency", metavar="C", default="USD", help="currency of the books compared (default: USD)")
    mirror.add_argument("--cif", type=float, metavar="N", help="CIF over FOB (default: 1.06, range 1 to 1.2)")
    mirror.add_argument("--cif-range", type=float, nargs=2, metavar=("LO", "HI"), help="range of that factor")
    mirror.add_argument("--dataset", metavar="D", help="only books of this dataset")
    mirror.add_argument("--store", metavar="DIR", type=Path, help="store of customs files; without it, printed figures")
    mirror.add_argument("--as-of", metavar="DATE", help="only what had been published by this date, YYYY-MM-DD")
    mirror.add_argument("--format", choices=("table", "json", "csv"), default="table", help="how to print")
    mirror.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from tidewaiter.cli.books import known_months
    from tidewaiter.cli.load import day
    from tidewaiter.codes.parties import party
    from tidewaiter.errors import InputError, NoData
    from tidewaiter.model import Flow
    from tidewaiter.period import Period, month, month_text

    country = party(arguments.reporter, "reporter")
    partner = party(arguments.partner, "partner") if arguments.partner else None
    if partner is not None and partner.code == country.code:
        raise InputError(f"--partner is the reporter itself: {country.name}; name another country")
    if arguments.flow.upper() not in ("X", "M"):
        raise InputError(f"--flow is X (exports) or M (imports), not {arguments.flow!r}")
    flow = Flow(arguments.flow.upper())
    day(arguments.as_of, "--as-of")
    start = month(arguments.start) if arguments.start else None
    end = month(arguments.end) if arguments.end else None
    if start is None or end is None:
        known = known_months(arguments, country.code)
        if known is None:
            raise NoData(
                f"nothing on the trade of {country.name} is at hand; load customs files and name the store with --store"
            )
        start, end = start if start is not None else known.start, end if end is not None else known.end
    if start > end:
        said = f"{month_text(start)} is after {month_text(end)}"
        raise InputError(
            f"{said}, where the data end; name both --from and --to" if not arguments.end else f"--from {said}"
        )
    period = Period(start, end)
    factor = _factor(arguments)
    if partner is not None:
        return _pair(arguments, country, partner, flow, period, factor)
    return _others(arguments, country, flow, period, factor)


def _factor(arguments: argparse.Namespace) -> Any:
    from tidewaiter.series.mirror import IMF_FACTOR, CifFactor

    if arguments.cif is None and arguments.cif_range is None:
        return IMF_FACTOR
    middle = IMF_FACTOR.middle if arguments.cif is None else arguments.cif
    lo, hi = arguments.cif_range or (min(middle, IMF_FACTOR.lo), max(middle, IMF_FACTOR.hi))
    return CifFactor(middle, lo, hi, "as given")


def _others(arguments: argparse.Namespace, country: Any, flow: Any, period: Any, factor: Any) -> int:
    from tidewaiter.cli.books import (
        books_of,
        goods_caveats,
        inside_words,
        members_of,
        one_each,
        print_csv,
        reporters_of,
        without_groups,
    )
    from tidewaiter.codes import all_areas, area_name
    from tidewaiter.errors import NoData
    from tidewaiter.model import Flow
    from tidewaiter.series.mirror import seen_by_others
    from tidewaiter.series.sides import longer_periods, over, own_flow

    theirs = own_flow(flow)
    every = books_of(arguments, country, theirs, period)
    books, aside = one_each(every, arguments.currency)
    told = set(books)
    books, grouped = without_groups(books)
    if not books:
        raise NoData(
            f"no reporter's {'exports to' if theirs is Flow.EXPORT else 'imports from'} {country.name} are at hand in"
            f" {arguments.currency}; {_other_currencies(every)}"
        )
    used = factor if theirs is Flow.IMPORT else None
    at_fob = [code for code, book in books.items() if book.import_basis == "FOB"]
    seen = seen_by_others({code: book.cells for code, book in books.items()}, period, used, at_fob)
    for run in longer_periods(books.values()):
        whole: dict[str, Any] = {code: {run: cell} if (cell := over(book, run)) else {} for code, book in books.items()}
        seen += seen_by_others(whole, [run], used, at_fob)
    own = {*country.ever(period), country.code}
    countries = [a.code for a in all_areas().values() if a.kind == "country" and a.code not in own]
    inside = {code for group in books for code in members_of(group, period.end)}
    silent = sorted(reporters_of(arguments, theirs) - told - own)
    absent = sorted(set(countries) - inside - set(silent))
    publishers: dict[str, list[str]] = {}
    for code, book in sorted(books.items()):
        publishers.setdefault(f"{book.publisher} ({book.dataset})", []).append(code)
    goods = arguments.basket or arguments.cmd or "all goods"
    side = "imports" if flow is Flow.IMPORT else "exports"
    title = f"{country.name}'s {side} of {goods} as other reporters book them, {period.words()}, {arguments.currency}"
    caveats = [
        used.words() if used else "exports at FOB, as the reporters book them",
        *([_FOB_REPORTERS] if used and any(book.dataset == "comtrade" for book in books.values()) else []),
        *([f"{', '.join(at_fob)}: imports at FOB already, not adjusted"] if used and at_fob else []),
        f"no book at hand of {len(absent)} other countries and areas: every sum is a floor of the true trade",
        *(f"{', '.join(codes)}: {publisher}" for publisher, codes in publishers.items()),
        *([f"in the files but without a row of this: {', '.join(silent)}; nothing says that silence means zero"]
          if silent else []),
        *goods_caveats(arguments, books, period), *aside, *grouped, *inside_words(country, period),
    ]  # fmt: skip
    rows: list[dict[str, Any]] = [
        {
            "month": str(one.period),
            "state": one.total.state.value,
            "at_least": one.total.bounds.lo,
            "at_most": _finite(one.total.bounds.hi),
            "known": {code: [cell.bounds.lo, _finite(cell.bounds.hi)] for code, cell in one.known.items()},
            "missing": {code: state.value for code, state in one.missing.items()},
            "missing_bounds": {code: [found.lo, _finite(found.hi)] for code, found in one.partly.items()},
        }
        for one in seen
    ]
    months = [row for row, one in zip(rows, seen, strict=True) if one.period.is_month]
    longer = [row for row, one in zip(rows, seen, strict=True) if not one.period.is_month]
    if arguments.format == "json":
        answer = {
            "schema": "tidewaiter/mirror-others/1",
            "reporter": country.code,
            "flow": flow.value,
            "goods": goods,
            "period": str(period),
            "currency": arguments.currency,
            "months": months,
            "longer_periods": longer,
            "reporters": sorted(books),
            "silent": silent,
            "no_book": absent,
            "caveats": caveats,
        }
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    elif arguments.format == "csv":
        print_csv(["month", "state", "at_least", "at_most", "reporters", "missing"],
             [[r["month"], r["state"], r["at_least"], r["at_most"], " ".join(r["known"]), " ".join(r["missing"])]
              for r in rows])  # fmt: skip
    else:
        print(title)
        shown = _shown(
            [
                (
                    one.period.is_month,
                    bool(one.known) or any(state.value != "merged" for state in one.missing.values()),
                    (one, row),
                )
                for one, row in zip(seen, rows, strict=True)
            ]
        )
        for one, row in shown:
            who = ", ".join(f"{area_name(code)} {_amount(cell.bounds)}" for code, cell in one.known.items()) or "nobody"
            absent_of = [
                f"{code} ({state.value}{', ' + _amount(one.partly[code]) if code in one.partly else ''})"
                for code, state in one.missing.items()
            ]
            gone = f"; missing: {', '.join(absent_of)}" if absent_of else ""
            print(f"  {row['month']:<16}  {_amount(one.total.bounds):>24}  {who}{gone}")
        print("\n".join(f"  {text}" for text in caveats))
    return 0


def _pair(arguments: argparse.Namespace, country: Any, partner: Any, flow: Any, period: Any, factor: Any) -> int:
    import msgspec

    from tidewaiter.cli.books import books_of, goods_caveats, one_each, print_csv
    from tidewaiter.codes.parties import overlap_words
    from tidewaiter.errors import NoData
    from tidewaiter.model import Flow
    from tidewaiter.series.mirror import Side, mirror
    from tidewaiter.series.sides import longer_periods, over, own_flow

    mine = [b for b in books_of(arguments, partner, flow, period, country) if b.reporter == country.code]
    theirs = [b for b in books_of(arguments, country, own_flow(flow), period, partner) if b.reporter == partner.code]
    sides: dict[Any, Any] = {}
    used: dict[str, Any] = {}
    aside: list[str] = []
    for books, who, with_whom, way in (
        (mine, country.code, partner.code, flow),
        (theirs, partner.code, country.code, own_flow(flow)),
    ):
        kept, left = one_each(books, arguments.currency)
        aside += left
        book = kept.get(who)
        used.update(kept)
        sides[way] = Side(
            book.dataset if book else "", who, with_whom, way, arguments.currency, book.cells if book else {},
            book.import_basis if book else "CIF",
        )  # fmt: skip
    if not any(side.cells for side in sides.values()):
        raise NoData(
            f"neither {country.name} nor {partner.name} has a book of this trade at hand in {arguments.currency}"
            f"; {_other_currencies([*mine, *theirs])}"
        )
    rows = mirror(sides[Flow.EXPORT], sides[Flow.IMPORT], period, factor)
    for run in longer_periods(used.values()):
        whole = {
            way: msgspec.structs.replace(
                side, cells={run: cell} if side.reporter in used and (cell := over(used[side.reporter], run)) else {}
            )
            for way, side in sides.items()
        }
        rows += mirror(whole[Flow.EXPORT], whole[Flow.IMPORT], [run], factor)
    seller, buyer = sides[Flow.EXPORT], sides[Flow.IMPORT]
    caveats = [factor.words() if buyer.import_basis == "CIF" else "both sides value at FOB", *aside]
    caveats += [_FOB_REPORTERS] if buyer.dataset == "comtrade" else []
    caveats += [f"{side.reporter} has no book of this trade at hand" for side in (seller, buyer) if not side.cells]
    caveats += goods_caveats(arguments, used, period)
    caveats += overlap_words(country, partner, period)
    told: list[dict[str, Any]] = [
        {
            "month": str(row.period),
            "exporter": _bounds(row.exporter),
            "importer": _bounds(row.importer),
            "importer_at_fob": None if row.adjusted is None else [row.adjusted.lo, _finite(row.adjusted.hi)],
            "gap": row.gap,
            "gap_range": None if row.gap_range is None else [_finite(row.gap_range.lo), _finite(row.gap_range.hi)],
            "ratio": row.ratio,
            "known_only_to": row.only,
        }
        for row in rows
    ]
    months = [entry for entry, row in zip(told, rows, strict=True) if row.period.is_month]
    longer = [entry for entry, row in zip(told, rows, strict=True) if not row.period.is_month]
    if arguments.format == "json":
        answer = {
            "schema": "tidewaiter/mirror-pair/1",
            "exporter": seller.reporter,
            "exporter_dataset": seller.dataset,
            "importer": buyer.reporter,
            "importer_dataset": buyer.dataset,
            "goods": arguments.basket or arguments.cmd or "all goods",
            "period": str(period),
            "currency": arguments.currency,
            "cif_factor": [factor.lo, factor.middle, factor.hi],
            "months": months,
            "longer_periods": longer,
            "caveats": caveats,
        }
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    elif arguments.format == "csv":
        columns = ["month", "exporter_lo", "exporter_hi", "importer_lo", "importer_hi", "gap", "gap_lo", "gap_hi",
                   "known_only_to"]  # fmt: skip
        print_csv(columns, [[r["month"], *(r["exporter"] or ["", ""]), *(r["importer"] or ["", ""]), r["gap"],
                        *(r["gap_range"] or ["", ""]), r["known_only_to"]] for r in told])  # fmt: skip
    else:
        print(f"{seller.reporter} exports to {buyer.reporter}, both books, {period.words()}, {arguments.currency}")
        print(
            f"  {'month':<16}  {seller.reporter + ' exports':>20} {buyer.reporter + ' imports':>20} {'gap at FOB':>16}  range"
        )
        for pair in _shown([(row.period.is_month, _month_told(row), row) for row in rows]):
            gap = "" if pair.gap is None else f"{pair.gap:,.0f}"
            span = "" if pair.gap_range is None else f"{pair.gap_range.lo:,.0f} to {pair.gap_range.hi:,.0f}"
            only = f"only the {pair.only} knows" if pair.only else span
            sold, bought = (_amount(c.bounds) if c else "-" for c in (pair.exporter, pair.importer))
            print(f"  {pair.period!s:<16}  {sold:>20} {bought:>20} {gap:>16}  {only}")
        print("\n".join(f"  {text}" for text in caveats))
    return 0


def _other_currencies(books: list[Any]) -> str:
    """Say what to do where no book is in the currency asked for."""
    found = sorted({book.currency for book in books if book.currency})
    if not found:
        return "load customs files and name the store with --store"
    return f"there are books in {', '.join(found)}: ask with --currency {found[0]}"


def _month_told(row: Any) -> bool:
    """Whether a row says more of its month than that a longer period holds it."""
    return any(cell is not None and cell.state.value != "merged" for cell in (row.exporter, row.importer))


def _shown(rows: list[tuple[bool, bool, Any]]) -> list[Any]:
    """Leave out the months where none of them is told and longer periods are; say so."""
    months = [told for is_month, told, _ in rows if is_month]
    if any(months) or len(months) == len(rows):
        return [row for _, _, row in rows]
    print(f"  no single month is known, only longer periods ({len(months)} months left out)")
    return [row for is_month, _, row in rows if not is_month]


def _bounds(cell: Any) -> list[float | None] | None:
    return None if cell is None else [cell.bounds.lo, _finite(cell.bounds.hi)]


def _finite(number: float) -> float | None:
    """Return a bound for JSON: an open one is null."""
    import math

    return number if math.isfinite(number) else None


def _amount(bounds: Any) -> str:
    """Write an amount: exact, between two, or at least."""
    if bounds.lo == bounds.hi:
        return f"{bounds.lo:,.0f}"
    if _finite(bounds.hi) is None:
        return f"at least {bounds.lo:,.0f}" if bounds.lo else "not known"
    return f"{bounds.lo:,.0f} to {bounds.hi:,.0f}"
