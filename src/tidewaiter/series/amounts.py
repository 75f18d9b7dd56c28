"""Values with their quantities and weights, from printed figures and from a store of customs files.

One book for each dataset and currency: datasets are compared, never blended.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from tidewaiter.codes import hs
from tidewaiter.codes.units import all_units, factor, unit
from tidewaiter.model import TOTAL, Figure, Flow, Interval, Measure
from tidewaiter.period import Period
from tidewaiter.series.book import Book
from tidewaiter.series.goods import codes_in_years, rows_of_codes
from tidewaiter.series.prices import Amount

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["AmountBook", "books_of_rows", "figure_amounts", "rows_of_reporter", "store_amounts"]


class AmountBook(msgspec.Struct, frozen=True):
    """What one dataset says of one flow of goods, in one currency.

    Parameters
    ----------
    dataset, currency
        Whose figures, in what money.
    amounts
        The partner's, in order of time.
    others
        Those of the same reporter's trade with other countries, one for each partner, code and period: what is usual.
    notes
        What has to be said of it.
    """

    dataset: str
    currency: str
    amounts: tuple[Amount, ...]
    others: tuple[Amount, ...] = ()
    notes: tuple[str, ...] = ()


def figure_amounts(figures: Iterable[Figure], reporter: str, partner: str, flow: Flow, cmd: str) -> list[AmountBook]:
    """Return the books that printed figures make.

    Parameters
    ----------
    figures
        Printed figures (:mod:`tidewaiter.sources.figures`).
    reporter, partner, flow
        As booked.
    cmd
        Goods as the figures name them.
    """
    wanted = [
        one
        for one in figures
        if (one.key.reporter, one.key.partner, one.key.flow, one.key.cmd) == (reporter, partner, flow, cmd)
    ]
    book = Book(wanted)
    found = []
    for key in sorted(key for key in book.keys if key.measure is Measure.VALUE):
        rest = [one for one in book.keys if one.dataset == key.dataset and one.measure is not Measure.VALUE]
        periods = sorted({figure.period for figure in book.of(key)}, key=lambda one: (one.start, one.end))
        amounts = [_printed(book, key, rest, period) for period in periods]
        found.append(AmountBook(key.dataset, key.unit, tuple(amounts)))
    return found


def _printed(book: Book, key: Any, rest: Sequence[Any], period: Period) -> Amount:
    value = book.reading(key, period)
    assert value is not None
    quantity = weight = None
    name, notes = "", ["printed values conflict"] if value.others else []
    for other in sorted(rest):
        reading = book.reading(other, period)
        if reading is None:
            continue
        if other.measure is Measure.NET_WEIGHT:
            weight = reading.bounds
        elif quantity is None:
            quantity, name = reading.bounds, unit(other.unit).id
        if reading.others:
            notes.append("printed quantities conflict")
    return Amount(period, value.bounds, quantity, name, weight, "; ".join(notes))


def store_amounts(
    folder: Path,
    reporter: str,
    partner: str,
    flow: Flow,
    *,
    cmd: str | None = None,
    basket: str | None = None,
    within: Period | None = None,
    as_of: str | None = None,
) -> tuple[list[AmountBook], tuple[str, ...]]:
    """Return the books that a store's customs rows make, without what is broken down further.

    Parameters
    ----------
    folder
        The store.
    reporter, partner, flow
        As booked.
    cmd, basket
        The goods (:func:`tidewaiter.series.goods.codes_in_years`).
    within
        Only the partner's periods inside it; what is usual rests on all of them.
    as_of
        Only releases published by this date.

    Returns
    -------
    tuple
        One book for each dataset and currency, and the caveats of the seams inside the years there are.

    Notes
    -----
    Quantities of several codes are added only where all of them are recorded, in units that convert; else the sum has no
    quantity, and says why. Rows for the world or a group of countries are no comparison.
    """
    rows = rows_of_reporter(folder, reporter, flow, cmd, basket, as_of)
    return books_of_rows(rows, partner, cmd=cmd, basket=basket, within=within)


def books_of_rows(
    rows: Sequence[dict[str, Any]],
    partner: str,
    *,
    cmd: str | None = None,
    basket: str | None = None,
    within: Period | None = None,
) -> tuple[list[AmountBook], tuple[str, ...]]:
    """Make the books of one reporter's rows; see :func:`store_amounts`."""
    every = [row for row in rows if row["value"] is not None and not _broken_down(row)]
    years = {row["period_start"] // 12 for row in every if row["period_start"] // 12 == row["period_end"] // 12}
    told = {year for year in years if hs.REVISIONS[0] <= year < hs.NEXT_REVISION}
    goods = codes_in_years(cmd, basket, told or {hs.REVISIONS[-1]})
    kept: list[dict[str, Any]] = []
    for year in sorted(told):
        codes = goods.in_year(year)
        inside = [row for row in every if row["period_start"] // 12 == row["period_end"] // 12 == year]
        kept += [row for row in inside if row["cmd_code"] == TOTAL] if codes is None else rows_of_codes(inside, codes)
    countries = _countries()
    found = []
    for dataset, currency in sorted({(row["dataset"], row["currency"] or "") for row in kept}):
        periods: dict[tuple[int, int], list[dict[str, Any]]] = {}
        others = []
        for row in kept:
            ends = (row["period_start"], row["period_end"])
            if (row["dataset"], row["currency"] or "") != (dataset, currency):
                continue
            if row["partner"] == partner:
                periods.setdefault(ends, []).append(row)
            elif row["partner"] in countries and partner in countries:
                others.append(_added(Period(*ends), [row]))
        amounts = [_added(Period(*ends), parts) for ends, parts in sorted(periods.items())]
        inside_asked = [
            one for one in amounts if within is None or within.start <= one.period.start <= one.period.end <= within.end
        ]
        outside = [one for one in amounts if one not in inside_asked]
        if inside_asked:
            found.append(AmountBook(dataset, currency, tuple(inside_asked), (*others, *outside)))
    shown = {one.period.start // 12 for book in found for one in book.amounts}
    return found, codes_in_years(cmd, basket, shown).caveats if shown else ()


def _broken_down(row: dict[str, Any]) -> bool:
    """Whether a row is only one regime, mode of transport or district of a total."""
    return bool(row["customs_regime"] or row["mode_of_transport"] or row["district"])


def _countries() -> frozenset[str]:
    from tidewaiter.codes import all_areas

    return frozenset(code for code, area in all_areas().items() if not area.is_group and code != "W00")


def rows_of_reporter(
    folder: Path, reporter: str, flow: Flow, cmd: str | None, basket: str | None, as_of: str | None
) -> list[dict[str, Any]]:
    """Read one reporter's rows of a flow and some goods that are totals over regime, mode and district."""
    from tidewaiter.store.store import Store
    from tidewaiter.store.view import View

    view = View(Store(folder), as_of)
    ends = [end for (_, who, way), runs in view.spans.items() if (who, way) == (reporter, flow.value) for end in runs]
    years = {year for first, last in ends for year in range(first // 12, last // 12 + 1)}
    inside = {year for year in years if hs.REVISIONS[0] <= year < hs.NEXT_REVISION}
    goods = codes_in_years(cmd, basket, inside or {hs.REVISIONS[-1]})
    # The row of a heading may stand for all of its codes.
    stems = sorted({code[:4] for codes in goods.revisions.values() for code in codes or ()})
    table = view.rows(
        reporters=reporter, flow=flow.value, whole=True, under=stems or None, codes=None if stems else [TOTAL]
    )
    names = ("dataset", "reporter", "partner", "cmd_code", "customs_regime", "mode_of_transport", "district",
             "period_start", "period_end", "value", "currency", "net_wgt_kg", "qty", "qty_unit", "qty2", "qty2_unit")  # fmt: skip
    rows: list[dict[str, Any]] = table.select(names).to_pylist()
    return rows


def _quantity(row: dict[str, Any]) -> tuple[float, str] | None:
    """Return a row's quantity and unit: the first one, or where that has none the second."""
    for amount, name in ((row["qty"], row["qty_unit"]), (row["qty2"], row["qty2_unit"])):
        known = all_units().get(name or "")
        # A quantity of zero beside a value is one that was not recorded.
        if known is not None and not known.is_none and amount is not None and amount > 0:
            return float(amount), known.id
    return None


def _weight(row: dict[str, Any]) -> float | None:
    """Return a row's weight in kilograms: recorded as such, or as one of its quantities."""
    if row["net_wgt_kg"] is not None and row["net_wgt_kg"] > 0:
        return float(row["net_wgt_kg"])
    for amount, name in ((row["qty"], row["qty_unit"]), (row["qty2"], row["qty2_unit"])):
        known = all_units().get(name or "")
        ratio = None if known is None else factor(known, unit("kg"))
        if ratio is not None and amount is not None and amount > 0:
            return float(amount) * ratio
    return None


def _added(period: Period, rows: Sequence[dict[str, Any]]) -> Amount:
    """Add up the rows of one period; a quantity or weight that is not known of every row is not known of the sum."""
    value = math.fsum(row["value"] for row in rows)
    traded = [row for row in rows if row["value"] > 0]
    notes = []
    quantities = [_quantity(row) for row in traded]
    known = [one for one in quantities if one is not None]
    amount, name = None, ""
    if known and len(known) == len(traded):
        name = known[0][1]
        ratios = [factor(unit(own), unit(name)) for _, own in known]
        if all(ratio is not None for ratio in ratios):
            amount = math.fsum(one * (ratio or 0.0) for (one, _), ratio in zip(known, ratios, strict=True))
        else:
            notes.append(f"quantities in {', '.join(sorted({own for _, own in known}))} do not add up")
            name = ""
    elif known:
        notes.append(f"no quantity recorded in {len(traded) - len(known)} of {len(traded)} rows")
    weights = [_weight(row) for row in traded]
    heavy = None if not weights or any(one is None for one in weights) else math.fsum(one or 0.0 for one in weights)
    return Amount(
        period, Interval(value, value), None if amount is None else Interval(amount, amount), name,
        None if heavy is None else Interval(heavy, heavy), "; ".join(notes),
    )  # fmt: skip
