"""Against an earlier year: more than all of it, and how many times as much."""

from __future__ import annotations

from tidewaiter.facts.base import Fact, Known, known
from tidewaiter.facts.proof import Proof, Row
from tidewaiter.model import SeriesKey
from tidewaiter.period import Period
from tidewaiter.series.book import Book

__all__ = ["Exceeds", "exceeds"]


class Exceeds(Fact, frozen=True, kw_only=True):
    """A period that came to more than a whole earlier run of months.

    ``month`` is set when a single month of the period already did. ``ratio`` is None when the earlier run was zero.
    """

    now: Known
    before: Known
    ratio: Row | None
    month: Known | None = None
    month_ratio: Row | None = None


def exceeds(book: Book, key: SeriesKey, period: Period, before: Period, what: str) -> Exceeds | None:
    """Compare a period, or the strongest month of it, with a whole earlier run of months.

    Returns
    -------
    Exceeds or None
        None unless it is proved that more was traded now than then.
    """
    proof = Proof()
    then = known(book, key, before, proof, what)
    if then is None:
        return None
    whole = None if period.is_month else known(book, key, period, proof, what)
    month: Known | None = None
    for number in period:
        one = known(book, key, Period(number, number), proof, what)
        if one is not None and one.bounds.lo > then.bounds.hi and (month is None or one.value > month.value):
            month = one
    now = whole if whole is not None and whole.bounds.lo > then.bounds.hi else month
    if now is None:
        return None
    caveats = ("tiny-base",) if 0 < then.value < 10_000 and key.measure == "value" else ()

    def ratio(one: Known) -> Row | None:
        if then.bounds.lo <= 0:
            return None
        return proof.result(f"{one.period} divided by {before}", f"{one.row} / {then.row}", "times")

    now_ratio = ratio(now)
    if month is not None and month is not now and month.value == now.value:
        month = None  # the only month with trade is the whole of it
    month_ratio = ratio(month) if month is not None and month is not now else None
    return Exceeds(
        key=key,
        period=period,
        proof=proof.rows,
        caveats=caveats,
        now=now,
        before=then,
        ratio=now_ratio,
        month=month if month is not now else None,
        month_ratio=month_ratio,
    )
