"""What all facts share: the series they speak of, the rows that prove them, what must be borne in mind."""

from __future__ import annotations

import msgspec

from tidewaiter.facts.proof import Proof, Row
from tidewaiter.model import Figure, Interval, SeriesKey
from tidewaiter.period import Period
from tidewaiter.series.book import Book, Reading

__all__ = ["Fact", "Known", "known", "whole_sum"]


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """A computed statement.

    Parameters
    ----------
    key, period
        The series and the months it speaks of.
    proof
        The rows behind it, results included.
    caveats
        Ids of caveats (:mod:`tidewaiter.findings.caveats`).
    """

    key: SeriesKey
    period: Period
    proof: tuple[Row, ...]
    caveats: tuple[str, ...] = ()


class Known(msgspec.Struct, frozen=True):
    """What is known of a series over a period: as printed, or summed from its months."""

    period: Period
    bounds: Interval
    value: float
    reading: Reading | None
    row: str
    summed: bool = False

    @property
    def printed(self) -> Figure | None:
        """The figure that a sentence prints, where one was printed for exactly this period."""
        return self.reading.best if self.reading else None


def known(book: Book, key: SeriesKey, period: Period, proof: Proof, what: str) -> Known | None:
    """Return what is known of a period: what was printed for it, else the sum of its months if each was printed.

    The rows it rests on are added to ``proof``.
    """
    reading = book.reading(key, period)
    if reading is not None:
        for figure in (*reading.figures, *reading.others):
            proof.figure(figure, what)
        best = reading.best
        return Known(period, reading.bounds, best.value, reading, best.id)
    return whole_sum(book, key, period, proof, what)


def whole_sum(book: Book, key: SeriesKey, period: Period, proof: Proof, what: str) -> Known | None:
    """Return the sum of printed parts that make up a period without gap or overlap, the fewest and finest parts.

    Months are preferred to longer runs, so that a sum of months is found where every month was printed; None where the
    printed parts leave a gap, or publishers conflict about one of them.
    """
    tiling = _tiling(book, key, period)
    if tiling is None or len(tiling) < 2:
        return None
    readings = [book.reading(key, part) for part in tiling]
    if any(reading is None or reading.others for reading in readings):
        return None
    ids = [proof.figure(reading.best, what) for reading in readings if reading is not None]
    parts = "months" if len(tiling) == len(period) else "parts"
    row = proof.result(
        f"{what}: sum of the {parts}", " + ".join(ids), key.unit, period=str(period), measure=key.measure
    )
    assert row.value is not None
    return Known(period, row.bounds, row.value, None, row.row, summed=True)


def _tiling(book: Book, key: SeriesKey, period: Period) -> list[Period] | None:
    """Cut a period into printed parts, as many single months as possible."""
    parts = sorted({figure.period for figure in book.of(key) if period.contains(figure.period)}, key=len)
    reached: dict[int, list[Period]] = {period.start - 1: []}
    for month in period:
        for part in parts:
            before = reached.get(part.start - 1)
            if part.end != month or part == period or before is None:
                continue
            if month not in reached or len(before) + 1 > len(reached[month]):
                reached[month] = [*before, part]
    return reached.get(period.end)
