"""Values with their quantities, of countries and of groups: a number only where every member is known.

What is complete is decided where series are (:mod:`tidewaiter.series.groups`): the value of a period here is known exactly if
the series of the group knows it. Else value, quantity and weight are *at least* so much, and no unit value is made of them.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Final

import msgspec

from tidewaiter.codes import hs
from tidewaiter.codes.parties import Party
from tidewaiter.model import TOTAL, Cell, Flow, Interval, State
from tidewaiter.period import Period
from tidewaiter.series.amounts import AmountBook, books_of_rows, rows_of_reporter
from tidewaiter.series.customs import CustomsSeries
from tidewaiter.series.goods import codes_in_years
from tidewaiter.series.groups import GroupSeries, group_series
from tidewaiter.series.prices import Amount

__all__ = ["group_amounts"]

_KNOWN: Final = (State.VALUE, State.ZERO)


def group_amounts(
    folder: Path,
    reporter: Party,
    partner: Party,
    flow: Flow,
    *,
    cmd: str | None = None,
    basket: str | None = None,
    within: Period,
    as_of: str | None = None,
) -> tuple[list[AmountBook], tuple[str, ...]]:
    """Return the books of two sides, each a country, a group or a list; what of them is complete is told as a series tells it.

    Returns
    -------
    tuple
        One book for each dataset and currency, and what has to be said: seams, who was added up, who is missing.
    """
    from tidewaiter.store.store import Store
    from tidewaiter.store.view import View

    view = View(Store(folder), as_of)
    ends = [run for runs in view.spans.values() for run in runs]
    if not ends:
        return [], ()
    reach = Period(min(first for first, _ in ends), max(last for _, last in ends))
    months = Period(max(reach.start, within.start), min(reach.end, within.end))
    if months.start > months.end:
        return [], ()
    years = {min(max(month // 12, hs.REVISIONS[0]), hs.NEXT_REVISION - 1) for month in reach}
    goods = codes_in_years(cmd, basket, years)

    def codes(year: int) -> tuple[str, ...]:
        return goods.in_year(min(max(year, hs.REVISIONS[0]), hs.NEXT_REVISION - 1)) or (TOTAL,)

    told = group_series(
        view, reporter=reporter, partner=partner, codes=codes, name="goods", flow=flow.value, period=months
    )
    rows = _rows(folder, reporter, partner, flow, cmd, basket, as_of, reach)
    books, seams = books_of_rows(rows, partner.code, cmd=cmd, basket=basket, within=months)
    found = []
    words: dict[str, None] = dict.fromkeys(seams)
    for book in books:
        series = next((one for one in told if (one.key.dataset, one.key.unit) == (book.dataset, book.currency)), None)
        if series is not None:
            words |= dict.fromkeys(series.notes if isinstance(series, GroupSeries) else ())
        elif not (reporter.is_one and partner.is_one):
            continue
        found.append(msgspec.structs.replace(book, amounts=tuple(_judged(one, series) for one in book.amounts)))
    return found, tuple(words)


def _judged(amount: Amount, series: CustomsSeries | None) -> Amount:
    """Leave the bounds of a period open in which a member is missing, and name it.

    Of two countries the unit value of the lines that are listed stands; a note says where they may not be all.
    """
    cell = None if series is None else _cell(series, amount.period)
    if not isinstance(series, GroupSeries):
        note = "" if cell is None or cell.state in _KNOWN or cell.bounds.lo <= 0 else cell.note
        return msgspec.structs.replace(amount, note="; ".join(filter(None, (amount.note, note))))
    note = "; ".join(filter(None, (amount.note, cell.note if cell is not None else "not known of every member")))
    if cell is not None and cell.state in _KNOWN and math.isclose(cell.bounds.lo, amount.value.lo, rel_tol=1e-12):
        return msgspec.structs.replace(amount, note=note)
    return msgspec.structs.replace(
        amount, value=_open(amount.value), quantity=_open(amount.quantity), weight_kg=_open(amount.weight_kg), note=note
    )


def _open(bounds: Any) -> Any:
    return None if bounds is None else Interval(bounds.lo, math.inf)


def _cell(series: CustomsSeries, period: Period) -> Cell | None:
    return next((cell for cell in (*series.cells, *series.longer) if cell.period == period), None)


def _rows(
    folder: Path, reporter: Party, partner: Party, flow: Flow, cmd: str | None, basket: str | None, as_of: str | None,
    reach: Period,
) -> list[dict[str, Any]]:  # fmt: skip
    """Read the rows of members with members, each in the months it belongs, under the name of the partner's side.

    A row that a publisher has for the group itself stands alone, as in a series.
    """
    every = {
        who: rows_of_reporter(folder, who, flow, cmd, basket, as_of)
        for who in sorted({*reporter.ever(reach), reporter.own} - {""})
    }
    partners = {*partner.ever(reach), partner.own} - {""}
    own = every.get(reporter.own, []) if not reporter.is_one else []
    if any(row["partner"] in partners for row in own):
        every = {reporter.own: own}
        reporter = Party(reporter.own, (reporter.own,), alone=True)
    found = []
    for who, rows in every.items():
        whole = not partner.is_one and any(row["partner"] == partner.own for row in rows)
        for row in rows:
            first, last = row["period_start"], row["period_end"]
            inside = all(who == reporter.own or who in reporter.members(month) for month in (first, last))
            if not inside or row["partner"] == who:
                continue
            if row["partner"] == partner.own or (
                not whole and all(row["partner"] in partner.members(month) for month in (first, last))
            ):
                found.append({**row, "partner": partner.code})
            elif not whole:
                found.append(row)
    return found
