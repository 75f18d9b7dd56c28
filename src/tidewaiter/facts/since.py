"""Highest since, none since: said only with a proof for every month in between.

The state of each month is part of the fact. A month that nobody printed is not passed over: either the printed totals
around it prove that it was lower (:mod:`tidewaiter.facts.remainder`), or it stays undecided and is named.
"""

from __future__ import annotations

import msgspec

from tidewaiter.facts.base import Fact, Known, known
from tidewaiter.facts.proof import Proof, Row
from tidewaiter.facts.remainder import at_most
from tidewaiter.model import Interval, SeriesKey, State
from tidewaiter.period import Period, month_text
from tidewaiter.series.book import Book

__all__ = ["HighestSince", "Judged", "NoneBefore", "highest_since", "none_before"]


class Judged(msgspec.Struct, frozen=True):
    """One earlier month held against the month in question."""

    month: int
    verdict: str
    bounds: Interval
    state: State
    how: str
    bounded: bool = False


class HighestSince(Fact, frozen=True, kw_only=True):
    """A month held against every earlier month, the latest first, back to one that was higher.

    ``lower`` months are proved lower; ``bounded`` of them, although nobody printed them, came to at most ``most`` by the
    printed totals around them. ``undecided`` ones may or may not have been lower. ``higher`` is the latest month known to have been higher, None if the record shows none; ``record``
    is the earliest month of the record. ``together`` are printed runs that hold undecided months.
    """

    now: Known
    lower: tuple[int, ...]
    bounded: tuple[int, ...]
    undecided: tuple[int, ...]
    higher: Known | None
    record: int
    most: float = 0.0
    together: tuple[Known, ...] = ()


class NoneBefore(Fact, frozen=True, kw_only=True):
    """The latest run of months before the first known trade for which no trade is proved.

    ``gap`` are the months between that run and the first known trade, of which nothing is known.
    """

    none: Period
    first: Known | None
    first_key: SeriesKey | None
    gap: tuple[int, ...]
    publishers: tuple[str, ...]


def highest_since(book: Book, key: SeriesKey, month: int, what: str) -> HighestSince | None:
    """Hold a month against every earlier month of the record.

    Returns
    -------
    HighestSince or None
        None where the month itself is not known, or the record has no earlier month.
    """
    proof = Proof()
    now = known(book, key, Period(month, month), proof, what)
    figures = book.of(key)
    if now is None or not figures or (now.reading is not None and now.reading.others):
        return None
    record = min(figure.period.start for figure in figures)
    lower: list[int] = []
    bounded: list[int] = []
    undecided: list[int] = []
    higher: Known | None = None
    most = 0.0
    for earlier in range(month - 1, record - 1, -1):
        judged = _judge(book, key, earlier, now.bounds, proof, what)
        proof.add(
            Row(
                row=f"M{month_text(earlier)}".replace("-", "_"),
                kind="month",
                what=f"{what}: {judged.verdict} than {month_text(month)}"
                if judged.verdict != "undecided"
                else f"{what}: not known to be lower or higher than {month_text(month)}",
                period=month_text(earlier),
                measure=key.measure,
                unit=key.unit,
                value=None,
                bounds=judged.bounds,
                state=judged.state.value,
                expression=judged.how,
            )
        )
        if judged.verdict == "higher":
            higher = known(book, key, Period(earlier, earlier), proof, what)
            break
        {"lower": lower, "undecided": undecided}[judged.verdict].append(earlier)
        if judged.verdict == "lower" and judged.bounded:
            bounded.append(earlier)
            most = max(most, judged.bounds.hi)
    if not lower and not undecided:
        return None
    for row, count, said in (("N1", len(lower), "proved lower"), ("N2", len(undecided), "undecided")):
        proof.add(Row(row, "count", f"months {said}", "", "", "months", float(count), Interval(count, count)))
    together = []
    for run in book.runs(key):
        inside = [m for m in undecided if run.start <= m <= run.end]
        if inside and len(inside) == len(run):
            whole = known(book, key, run, proof, what)
            if whole is not None:
                together.append(whole)
    return HighestSince(
        key=key,
        period=Period(month, month),
        proof=proof.rows,
        now=now,
        lower=tuple(lower),
        bounded=tuple(bounded),
        most=most,
        undecided=tuple(undecided),
        higher=higher,
        record=record,
        together=tuple(together),
    )


def _judge(book: Book, key: SeriesKey, month: int, now: Interval, proof: Proof, what: str) -> Judged:
    """Decide whether a month was lower or higher, by what was printed for it or by what its runs leave for it."""
    cell = book.cell(key, month)
    how = " ".join(cell.evidence)
    for identity in cell.evidence:
        if identity in book.figures and cell.state in (State.VALUE, State.ZERO, State.CONFLICT):
            proof.figure(book.figures[identity], what)
    if cell.bounds.lo > now.hi and cell.state in (State.VALUE, State.CONFLICT):
        return Judged(month, "higher", cell.bounds, cell.state, how)
    if cell.state in (State.VALUE, State.ZERO, State.CONFLICT) and cell.bounds.hi < now.lo:
        return Judged(month, "lower", cell.bounds, cell.state, how)
    if cell.state in (State.NOT_ALIVE, State.UNRELEASED, State.WITHHELD, State.NOT_RECORDED):
        return Judged(month, "undecided", cell.bounds, cell.state, how)
    most = at_most(book, key, month, proof, what, now.lo)
    if most is not None and most.bounds.hi < cell.bounds.hi:
        cell_bounds = Interval(cell.bounds.lo, most.bounds.hi)
    else:
        cell_bounds = cell.bounds
    how = most.row if most is not None else how
    verdict = "lower" if cell_bounds.hi < now.lo else "undecided"
    return Judged(month, verdict, cell_bounds, cell.state, how, bounded=True)


def _printed_trade(book: Book, key: SeriesKey, month: int) -> bool:
    cell = book.cell(key, month)
    return cell.state in (State.VALUE, State.CONFLICT) and cell.bounds.lo > 0


def none_before(book: Book, keys: tuple[SeriesKey, ...], period: Period, what: str) -> NoneBefore | None:
    """Return the latest run of months without trade that ends before the first known trade of the period.

    Parameters
    ----------
    keys
        The series of one good (value, weight, pieces): a proved zero in any of them is no trade.
    period
        Trade is looked for here; absence before it.

    Returns
    -------
    NoneBefore or None
        None where no month before is proved to have been without trade.
    """
    proof = Proof()
    first: Known | None = None
    first_key: SeriesKey | None = None
    until = period.start
    for month in period:
        traded = [key for key in keys if _printed_trade(book, key, month)]
        if traded:
            first_key, until = traded[0], month
            first = known(book, first_key, Period(month, month), proof, what)
            break
    if first is None:
        return None
    record = min((figure.period.start for key in keys for figure in book.of(key)), default=until)
    gap: list[int] = []
    end: int | None = None
    start = until
    publishers: dict[str, None] = {}
    for month in range(until - 1, record - 1, -1):
        cells = [book.cell(key, month) for key in keys]
        zero = next((cell for cell in cells if cell.state is State.ZERO), None)
        if zero is None or any(cell.bounds.lo > 0 for cell in cells):
            if end is not None or any(cell.bounds.lo > 0 for cell in cells):
                break
            gap.append(month)
            continue
        end = month if end is None else end
        start = month
        for identity in zero.evidence:
            figure = book.figures.get(identity)
            if figure is not None:
                proof.figure(figure, what)
                publishers.setdefault(figure.origin.family)
        proof.add(
            Row(f"M{month_text(month)}".replace("-", "_"), "month", f"{what}: none", month_text(month), "", "", 0.0, Interval(0, 0),
                state=State.ZERO.value, expression=" ".join(zero.evidence), note=zero.note)
        )  # fmt: skip
    if end is None:
        return None
    return NoneBefore(
        key=keys[0],
        period=period,
        proof=proof.rows,
        none=Period(start, end),
        first=first,
        first_key=first_key,
        gap=tuple(sorted(gap)),
        publishers=tuple(publishers),
    )
