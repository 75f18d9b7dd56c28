"""How much: the months of a period as printed, its total, and whether the two agree."""

from __future__ import annotations

from tidewaiter.facts.base import Fact, Known, known, whole_sum
from tidewaiter.facts.proof import Proof, Row
from tidewaiter.model import Interval, SeriesKey, State
from tidewaiter.period import Period
from tidewaiter.series.book import Book

__all__ = ["Course", "Total", "course", "total"]

MANY = 6
"""More months with trade than this are told by the least and the greatest of them."""


class Course(Fact, frozen=True, kw_only=True):
    """The months of a period that are known, those that are zero, and those that are not known.

    ``together`` are printed runs of months that are not known singly. ``extremes`` are the least and the greatest month where
    there are more than :data:`MANY`, which a sentence cannot list.
    """

    months: tuple[Known, ...]
    zeros: tuple[int, ...]
    unknown: tuple[int, ...]
    together: tuple[Known, ...] = ()
    extremes: tuple[Known, Known] | None = None


class Total(Fact, frozen=True, kw_only=True):
    """What a period comes to, and how that compares with the sum of its months.

    ``agrees`` is ``exact`` when the printed months add up to the printed total to the unit, ``rounding`` when they do
    within rounding, ``no`` when no rounding reconciles them, and empty when they cannot be compared.
    """

    total: Known
    months: Known | None = None
    agrees: str = ""


def course(book: Book, key: SeriesKey, period: Period, what: str, sisters: tuple[SeriesKey, ...] = ()) -> Course | None:
    """Return the months of a period as printed.

    Parameters
    ----------
    sisters
        The other measures of the same goods: a month without any value had no weight and no pieces either.

    Returns
    -------
    Course or None
        None where no month of the period was printed.
    """
    proof = Proof()
    found, zeros, unknown = [], [], []
    for month in period:
        cell = book.cell(key, month)
        single = Period(month, month)
        if cell.state not in (State.VALUE, State.CONFLICT, State.ZERO):
            cell = next((c for c in (book.cell(s, month) for s in sisters) if c.state is State.ZERO), cell)
        if cell.state is State.ZERO:
            zeros.append(month)
            for identity in cell.evidence:
                if identity in book.figures:
                    proof.figure(book.figures[identity], what)
        elif cell.state in (State.VALUE, State.CONFLICT):
            printed = known(book, key, single, proof, what)
            assert printed is not None
            found.append(printed)
        else:
            unknown.append(month)
    if not found and not zeros:
        return None
    together: list[Known] = []
    for run in book.runs(key):
        if set(run) <= set(unknown) and not any(one.period.overlaps(run) for one in together):
            whole = known(book, key, run, proof, what)
            if whole is not None:
                together.append(whole)
    extremes = None
    if len(found) > MANY:
        extremes = min(found, key=lambda one: one.value), max(found, key=lambda one: one.value)
    if len(period) > MANY:
        alone = sum(not any(month in run.period.months for run in together) for month in unknown)
        for row, count, said in (
            ("N1", len(found), "with trade"),
            ("N2", len(zeros), "without"),
            ("N3", alone, "not known"),
        ):
            proof.add(
                Row(row, "count", f"{what}: months {said}", str(period), "", "months", count, Interval(count, count))
            )
    return Course(
        key=key,
        period=period,
        proof=proof.rows,
        months=tuple(found),
        zeros=tuple(zeros),
        unknown=tuple(unknown),
        together=tuple(together),
        extremes=extremes,
    )


def total(book: Book, key: SeriesKey, period: Period, what: str) -> Total | None:
    """Return what a period of several months comes to.

    Returns
    -------
    Total or None
        None where neither the period nor each of its months was printed, and for a single month.
    """
    if period.is_month:
        return None
    proof = Proof()
    whole = known(book, key, period, proof, what)
    if whole is None:
        return None
    if whole.summed:
        return Total(key=key, period=period, proof=proof.rows, total=whole)
    months = whole_sum(book, key, period, proof, what)
    agrees = ""
    if months is not None:
        fits = "rounding" if months.bounds.meets(whole.bounds) else "no"
        agrees = "exact" if months.value == whole.value else fits
    return Total(key=key, period=period, proof=proof.rows, total=whole, months=months, agrees=agrees)
