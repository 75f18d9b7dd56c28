"""The most that an unprinted month can have been: a printed run of months less what is printed of the rest of it.

One printed total bounds every month inside it: the year's total less the other months that were printed is the most
that the missing one can hold, because trade is never negative. A total of both flows bounds exports too, less the
imports that were printed. This is the one-step case of the ledger's bounds, kept apart because a reader can follow it
with a pencil.
"""

from __future__ import annotations

import msgspec

from tidewaiter.facts.proof import Proof, Row
from tidewaiter.model import Figure, Flow, SeriesKey
from tidewaiter.period import Period, month_text
from tidewaiter.series.book import Book, Reading

__all__ = ["at_most"]


def at_most(book: Book, key: SeriesKey, month: int, proof: Proof, what: str, below: float) -> Row | None:
    """Return the row whose upper end is the most that a month can have been, or None if no printed run holds it.

    Of several ways to bound it, the one with the fewest figures that proves it lower than ``below`` is shown; where
    none does, the one with the fewest figures. The rows it is computed from are added to ``proof``; the row's lower
    end means nothing.
    """
    ways: list[tuple[bool, int, float, Figure, list[Figure], list[Figure]]] = []
    both = msgspec.structs.replace(key, flow=Flow.TWO_WAY)
    for source in (key, both):
        for run in sorted({figure.period for figure in book.of(source)}):
            if not run.start <= month <= run.end or (source is key and run.is_month):
                continue
            reading = book.reading(source, run)
            assert reading is not None
            top = max((*reading.figures, *reading.others), key=lambda figure: figure.bounds.hi)
            if reading.others == ():
                top = min(reading.figures, key=lambda figure: figure.bounds.hi)
            rest = _most_printed(book, key, run, month)
            other = [] if source is key else _most_printed(book, _turned(key), run, None)
            most = top.bounds.hi - sum(figure.bounds.lo for figure in (*rest, *other))
            ways.append((most >= below, len(rest) + len(other), most, top, rest, other))
    if not ways:
        return None
    *_, top, rest, other = min(ways, key=lambda way: way[:3])
    names = [proof.figure(top, f"{what}, both flows" if other or top.key.flow is Flow.TWO_WAY else what)]
    names += [proof.figure(figure, what) for figure in rest]
    names += [proof.figure(figure, f"{what}, the other flow") for figure in other]
    return proof.result(
        f"{what}: at most, in {month_text(month)}",
        " - ".join(names),
        key.unit,
        period=month_text(month),
        measure=key.measure,
    )


def _turned(key: SeriesKey) -> SeriesKey:
    return msgspec.structs.replace(key, flow=Flow.IMPORT if key.flow is Flow.EXPORT else Flow.EXPORT)


def _most_printed(book: Book, key: SeriesKey, run: Period, without: int | None) -> list[Figure]:
    """Choose figures inside a run that share no month and leave one month out, so that they add up to the most."""
    ending: dict[int, list[tuple[int, Figure]]] = {}
    for period in {figure.period for figure in book.of(key)}:
        if not run.contains(period) or (without is not None and period.start <= without <= period.end):
            continue
        reading = book.reading(key, period)
        assert reading is not None
        if (key, period) in book.doubtful:
            continue
        ending.setdefault(period.end, []).append((period.start, _least(reading)))
    sums: dict[int, float] = {run.start - 1: 0.0}
    chosen: dict[int, list[Figure]] = {run.start - 1: []}
    for month in run:
        sums[month], chosen[month] = sums[month - 1], chosen[month - 1]
        for start, figure in ending.get(month, ()):
            reached = sums[start - 1] + figure.bounds.lo
            if figure.bounds.lo > 0 and reached > sums[month]:
                sums[month], chosen[month] = reached, [*chosen[start - 1], figure]
    return chosen[run.end]


def _least(reading: Reading) -> Figure:
    """Of figures that agree, the one that says most from below; of figures in conflict, the one that says least."""
    if reading.others:
        return min((*reading.figures, *reading.others), key=lambda figure: figure.bounds.lo)
    return max(reading.figures, key=lambda figure: figure.bounds.lo)
