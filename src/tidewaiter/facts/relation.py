"""One number beside another: price per piece or kilogram, and how long before an event."""

from __future__ import annotations

import math
from datetime import date

import msgspec

from tidewaiter.facts.base import Fact, Known, known
from tidewaiter.facts.proof import Proof, Row
from tidewaiter.model import Interval, SeriesKey, State
from tidewaiter.period import Period, month_text
from tidewaiter.series.book import Book

__all__ = ["Lead", "UnitValue", "lead", "unit_value"]


class UnitValue(Fact, frozen=True, kw_only=True):
    """Value divided by quantity (or weight) over the same period."""

    value: Known
    amount: Known
    amount_key: SeriesKey
    price: Row


class Lead(Fact, frozen=True, kw_only=True):
    """How long before a dated event the first known month with trade ended.

    ``days`` counts from the month's last day and from its first day to the event.
    """

    first: Known
    event: str
    days: tuple[int, int]


def unit_value(book: Book, value: SeriesKey, amount: SeriesKey, period: Period, what: str) -> UnitValue | None:
    """Divide the value of a period by its quantity.

    Returns
    -------
    UnitValue or None
        None where either is not known, or the quantity may have been zero.
    """
    proof = Proof()
    money = known(book, value, period, proof, what)
    pieces = known(book, amount, period, proof, what)
    if money is None or pieces is None or pieces.bounds.lo <= 0 or money.value <= 0:
        return None
    if any(known_.reading and known_.reading.others for known_ in (money, pieces)):
        return None
    unit = f"{value.unit} per {amount.unit}"
    price = proof.result("value divided by quantity", f"{money.row} / {pieces.row}", unit, period=str(period))
    return UnitValue(
        key=value, period=period, proof=proof.rows, value=money, amount=pieces, amount_key=amount, price=price
    )


def lead(book: Book, keys: tuple[SeriesKey, ...], period: Period, what: str, day: str, event: str) -> Lead | None:
    """Return how long before an event the first month with trade in the period ended.

    Parameters
    ----------
    keys
        The series of one good (value, weight, pieces): trade in any of them is trade.
    day, event
        When (ISO date) and what.

    Returns
    -------
    Lead or None
        None where no month before the event is known to have had trade.
    """
    when = date.fromisoformat(day)
    for month in period:
        ends = date(month // 12 + (month % 12 == 11), (month + 1) % 12 + 1, 1)
        if ends > when:
            return None
        for key in keys:
            cell = book.cell(key, month)
            if cell.state not in (State.VALUE, State.CONFLICT) or cell.bounds.lo <= 0:
                continue
            proof = Proof()
            first = known(book, key, Period(month, month), proof, what)
            assert first is not None
            starts = date(month // 12, month % 12 + 1, 1)
            days = ((when - ends).days + 1, (when - starts).days)
            nothing = Interval(-math.inf, math.inf)
            blank = Row("E1", "date", event, day, "", "day", None, nothing, printed=day)
            proof.add(blank)
            for row, number, from_ in (("L1", days[0], "last"), ("L2", days[1], "first")):
                what_ = f"days from the {from_} day of {month_text(month)} to the event"
                proof.add(
                    msgspec.structs.replace(
                        blank, row=row, what=what_, value=float(number), unit="days", printed=str(number)
                    )
                )
            earlier = range(period.start, month)
            silent = any(all(book.cell(k, one).state is not State.ZERO for k in keys) for one in earlier)
            return Lead(
                key=key,
                period=period,
                proof=proof.rows,
                caveats=("lead",) if silent else (),
                first=first,
                event=event,
                days=days,
            )
    return None
