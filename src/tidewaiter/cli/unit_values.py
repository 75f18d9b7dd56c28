"""``tidewaiter unit-values``: what a piece or a kilogram cost, what is usual, and where the unit changes."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

__all__ = ["register"]

_EXAMPLES = """examples:
  tidewaiter unit-values --reporter CHN --partner PRK --cmd masks
  tidewaiter unit-values --reporter CHN --partner PRK --cmd masks --value 57680 --quantity 1442 --unit pieces
  tidewaiter unit-values --reporter CHN --partner USA --flow M --cmd 12019019 --store books --format csv
  tidewaiter unit-values --reporter CHN --partner BRA,USA --flow M --cmd 12019019 --store books

A group or a list is added up from its members (see tidewaiter series); where one is missing in a period, value and quantity
are "at least" and no unit value is made of them.
"""


def register(commands: Any) -> None:
    """Declare the command."""
    found = commands.add_parser(
        "unit-values",
        help="value per piece and per kilogram, what is usual, changes of unit, slips of scale",
        description="Divide values by quantities and weights, month by month. A change of unit is a break and is shown;"
        " a unit value outside what is usual is a question about the data, and a slip of scale that would explain it is"
        " proposed, never applied.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    found.add_argument(
        "--reporter", metavar="R", required=True, help="whose books: a country, a group or a list, for example CHN"
    )
    found.add_argument(
        "--partner", metavar="P", required=True, help="with whom: a country, a group or a list, for example PRK"
    )
    found.add_argument(
        "--flow", metavar="F", default="X", help="X exports (default) or M imports, seen from --reporter"
    )
    goods = found.add_mutually_exclusive_group(required=True)
    goods.add_argument("--cmd", metavar="CODE", help="a commodity code; without a store also a good such as masks")
    goods.add_argument("--basket", metavar="B", help="a basket, added up (needs a store)")
    found.add_argument(
        "--from", dest="start", metavar="MONTH", help="first month, YYYY-MM (default: the first there is)"
    )
    found.add_argument("--to", dest="end", metavar="MONTH", help="last month, YYYY-MM (default: the last there is)")
    found.add_argument("--dataset", metavar="D", help="only this dataset")
    found.add_argument("--store", metavar="DIR", type=Path, help="store of customs files; without it, printed figures")
    found.add_argument("--as-of", metavar="DATE", help="only what had been published by this date, YYYY-MM-DD")
    found.add_argument("--value", type=float, metavar="V", help="judge a value somebody printed, with --quantity")
    found.add_argument("--quantity", type=float, metavar="Q", help="the quantity printed beside --value")
    found.add_argument("--unit", metavar="U", default="pieces", help="unit of --quantity (default: pieces)")
    found.add_argument("--format", choices=("table", "json", "csv"), default="table", help="how to print")
    found.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from tidewaiter.cli.load import day
    from tidewaiter.codes.parties import party
    from tidewaiter.errors import InputError, NoData
    from tidewaiter.model import Flow
    from tidewaiter.period import month

    reporter, partner = party(arguments.reporter, "reporter"), party(arguments.partner, "partner")
    if arguments.flow.upper() not in ("X", "M"):
        raise InputError(f"--flow is X (exports) or M (imports), not {arguments.flow!r}")
    flow = Flow(arguments.flow.upper())
    start = month(arguments.start) if arguments.start else 0
    end = month(arguments.end) if arguments.end else 12 * 10_000
    if start > end:
        raise InputError(f"--from {arguments.start} is after --to {arguments.end}; turn them round")
    day(arguments.as_of, "--as-of")
    tried = _tried(arguments)
    books, caveats = _books(arguments, reporter, partner, flow, start, end)
    if arguments.dataset:
        books = [book for book in books if book.dataset == arguments.dataset]
    if not books:
        way = "exports" if flow is Flow.EXPORT else "imports"
        asked = f"no {way} of {arguments.basket or arguments.cmd} by {reporter.name} with {partner.name}"
        if arguments.store:
            raise NoData(f"{asked} have a row in {arguments.store}; tidewaiter series says what is known of the months")
        raise NoData(f"{asked} at hand in printed figures; load customs files and name --store")
    goods = arguments.basket or arguments.cmd
    way = "exports to" if flow is Flow.EXPORT else "imports from"
    title = f"{reporter.name}'s {way} {partner.name}, {goods}"
    answers = [_answer(book, start, end, tried) for book in books]
    if arguments.format == "json":
        shape = {"schema": "tidewaiter/unit-values/1", "reporter": reporter.code, "partner": partner.code,
                 "flow": flow.value, "goods": goods, "books": answers, "caveats": caveats}  # fmt: skip
        print(json.dumps(shape, ensure_ascii=False, indent=2))
    elif arguments.format == "csv":
        _print_csv(answers)
    else:
        print(title)
        for answer in answers:
            _print_table(answer)
        print("\n".join(f"  {text}" for text in caveats)) if caveats else None
    return 0


def _tried(arguments: argparse.Namespace) -> Any:
    """Return the printed pair that is to be judged, or None."""
    import math

    from tidewaiter.codes import unit
    from tidewaiter.errors import InputError
    from tidewaiter.model import Interval
    from tidewaiter.period import Period
    from tidewaiter.series.prices import Amount

    if arguments.value is None and arguments.quantity is None:
        return None
    for name, number in (("--value", arguments.value), ("--quantity", arguments.quantity)):
        if number is None or not (number > 0 and math.isfinite(number)):
            said = "is missing" if number is None else f"must be above zero, not {number:g}"
            raise InputError(f"{name} {said}; give both, for example --value 57680 --quantity 1442 --unit pieces")
    value, quantity = arguments.value, arguments.quantity
    return Amount(Period(-1, -1), Interval(value, value), Interval(quantity, quantity), unit(arguments.unit).id)


def _books(
    arguments: argparse.Namespace, reporter: Any, partner: Any, flow: Any, start: int, end: int
) -> tuple[list[Any], list[str]]:
    """Return what each dataset says, and the caveats of the goods."""
    from tidewaiter.errors import InputError
    from tidewaiter.period import Period
    from tidewaiter.series.amounts import figure_amounts
    from tidewaiter.series.group_amounts import group_amounts

    if arguments.store is None:
        from tidewaiter.cli.books import figure_goods
        from tidewaiter.sources.figures import goods, known_by, shipped_figures

        if arguments.basket:
            raise InputError("--basket needs customs files: load them and name the store with --store")
        known = known_by(list(shipped_figures()), arguments.as_of)
        cmd = figure_goods(arguments.cmd)
        good = goods().get(cmd.removeprefix("good:"))
        told = [f"{good.title}: {good.context}"] if good is not None and good.context else []
        return figure_amounts(known, reporter.code, partner.code, flow, cmd), told
    asked: dict[str, Any] = {"cmd": arguments.cmd, "basket": arguments.basket, "within": Period(start, end),
                             "as_of": arguments.as_of}  # fmt: skip
    books, told_of_seams = group_amounts(arguments.store, reporter, partner, flow, **asked)
    silent = "periods without a row are left out, and are no zeros; tidewaiter series says what is known of each month"
    return books, [*told_of_seams, silent]


def _answer(book: Any, start: int, end: int, tried: Any) -> dict[str, Any]:
    """Compute a book's unit values, in the shape that JSON prints."""
    from tidewaiter.period import Period
    from tidewaiter.series.prices import price_series

    asked = Period(start, end)
    inside = [one for one in book.amounts if asked.start <= one.period.start and one.period.end <= asked.end]
    outside = [one for one in book.amounts if one not in inside]
    found = price_series(inside, (*outside, *book.others))
    breaks = {str(period): one for period, one in found.breaks}
    rows = []
    for price in found.prices:
        amount = price.amount
        broken = breaks.get(str(amount.period))
        rows.append({
            "period": str(amount.period),
            "value": _pair(amount.value),
            "quantity": _pair(amount.quantity),
            "unit": amount.unit or None,
            "net_wgt_kg": _pair(amount.weight_kg),
            "each": _pair(price.each),
            "each_unit": price.base or None,
            "per_kg": _pair(price.per_kg),
            "usual": _usual(price.usual),
            "unusual": price.unusual,
            "proposal": _slip(price.slip),
            "unit_break": None if broken is None else _break(broken),
            "note": amount.note or None,
        })  # fmt: skip
    judged = None
    if tried is not None:
        (price,) = price_series([tried], (*book.amounts, *book.others)).prices
        judged = {"value": tried.value.lo, "quantity": tried.quantity.lo, "unit": tried.unit, "each": _pair(price.each),
                  "each_unit": price.base,
                  "usual": _usual(price.usual), "unusual": price.unusual, "proposal": _slip(price.slip)}  # fmt: skip
    return {
        "dataset": book.dataset,
        "currency": book.currency,
        "rows": rows,
        "usual_each": _usual(found.usual_each),
        "usual_per_kg": _usual(found.usual_kg),
        "compared_with": len(book.others),
        "judged": judged,
    }


def _pair(bounds: Any) -> list[float | None] | None:
    import math

    return None if bounds is None else [end if math.isfinite(end) else None for end in (bounds.lo, bounds.hi)]


def _usual(found: Any) -> dict[str, Any] | None:
    return None if found is None else {"lo": found.lo, "middle": found.middle, "hi": found.hi, "n": found.n}


def _slip(slip: Any) -> dict[str, Any] | None:
    if slip is None:
        return None
    return {"factor": slip.factor, "each_if_so": slip.corrected, "words": slip.words, "by": slip.by}


def _break(one: Any) -> dict[str, Any]:
    return {"before": one.before, "after": one.after, "kind": one.kind, "factor": one.factor}


def _print_table(answer: dict[str, Any]) -> None:
    money = answer["currency"] or "?"
    print(f"{answer['dataset']}, {money}")
    print(f"  {'period':<18}{'value':>18} {'quantity':>32} {'each':>22} {'per kg':>22}")
    for row in answer["rows"]:
        broken = row["unit_break"]
        if broken is not None:
            how = (
                f"1 {broken['after']} = {broken['factor']:g} {broken['before']}"
                if broken["factor"]
                else "they do not convert"
            )
            print(f"  {'':<18}-- the unit changes from {broken['before']} to {broken['after']} ({how}): a break --")
        amount = f"{_span(row['quantity'], ',.0f')} {row['unit']}" if row["quantity"] else "not recorded"
        print(f"  {row['period']:<18}{_span(row['value'], ',.0f'):>18} {amount:>32} {_price(row):>22}"
              f" {_span(row['per_kg'], ',.4g') if row['per_kg'] else '-':>22}")  # fmt: skip
        for text in filter(None, (row["note"], _question(row))):
            print(f"  {'':<18}{text}")
    for name, found in (("each", answer["usual_each"]), ("per kg", answer["usual_per_kg"])):
        if found is not None:
            print(f"  usual {name}: {found['lo']:,.4g} to {found['hi']:,.4g} {money}, middle {found['middle']:,.4g}"
                  f" (median and 3.5 robust standard deviations of {found['n']} unit values)")  # fmt: skip
    if answer["usual_each"] is None and answer["usual_per_kg"] is None:
        print("  what is usual is not known: fewer than four unit values are at hand")
    if answer["judged"] is not None:
        judged = answer["judged"]
        print(f"  judged: {judged['value']:,.0f} {money} / {judged['quantity']:,.0f} {judged['unit']} = {_price(judged)}:"
              f" {_question(judged) or ('usual' if judged['usual'] else 'nothing to compare it with')}")  # fmt: skip


def _price(row: dict[str, Any]) -> str:
    return (
        f"{_span(row['each'], ',.4g')}" + (f" / {_one(row['each_unit'])}" if row.get("each_unit") else "")
        if row["each"]
        else "-"
    )


def _one(base: str) -> str:
    return {"items": "item", "packs": "pack", "sets": "set"}.get(base, base)


def _question(row: dict[str, Any]) -> str:
    """Say that a unit value is not usual, and what would explain it; empty if it is."""
    if not row["unusual"]:
        return ""
    usual = (
        f"usual is {row['usual']['lo']:,.4g} to {row['usual']['hi']:,.4g}"
        if row["usual"]
        else "by the weight of a piece"
    )
    slip = row["proposal"]
    if slip is None:
        return f"unusual ({usual}); no slip of scale explains it: look at the data first"
    return f"unusual ({usual}); proposal: {slip['words']}, which makes it {slip['each_if_so']:,.4g} each"


def _span(bounds: list[float | None], form: str) -> str:
    lo, hi = bounds
    if lo is None:
        return "not known"
    if hi is None:
        return f"at least {lo:{form}}"
    first, last = f"{lo:{form}}", f"{hi:{form}}"
    return first if first == last else f"{first} to {last}"


def _print_csv(answers: list[dict[str, Any]]) -> None:
    from tidewaiter.cli.books import print_csv

    columns = ["dataset", "currency", "period", "value_lo", "value_hi", "quantity_lo", "quantity_hi", "unit", "kg_lo", "kg_hi",
               "each_lo", "each_hi", "each_unit", "per_kg_lo", "per_kg_hi", "usual_lo", "usual_hi", "unusual",
               "proposed_factor", "unit_before_break"]  # fmt: skip
    none = ["", ""]
    rows = [
        [answer["dataset"], answer["currency"], row["period"], *row["value"], *(row["quantity"] or none), row["unit"],
         *(row["net_wgt_kg"] or none), *(row["each"] or none), row["each_unit"], *(row["per_kg"] or none),
         *((row["usual"]["lo"], row["usual"]["hi"]) if row["usual"] else none), "yes" if row["unusual"] else "no",
         row["proposal"]["factor"] if row["proposal"] else None,
         row["unit_break"]["before"] if row["unit_break"] else None]
        for answer in answers
        for row in answer["rows"]
    ]  # fmt: skip
    print_csv(columns, rows)
