"""Charts as data: which months to show, what each is known to be, which runs and events to mark."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tidewaiter.brief.shape import Chart, ChartCell, ChartEvent, ChartRun
from tidewaiter.events import Event
from tidewaiter.facts.proof import Proof
from tidewaiter.facts.remainder import at_most
from tidewaiter.findings.find import Subject
from tidewaiter.findings.words import money, number
from tidewaiter.model import Interval, Measure, SeriesKey, State
from tidewaiter.period import Period, month, month_text, month_words
from tidewaiter.series.book import Book
from tidewaiter.sources.figures import DATASET as PRESS

__all__ = ["chart", "window"]

_UNITS = {"pieces": "pieces", "kg": "kilograms", "pairs": "pairs", "USD": "US dollars", "EUR": "euros"}


def window(book: Book, key: SeriesKey, period: Period, events: Sequence[Event], *, wide: bool) -> Period:
    """Choose the months to draw: from January of the year before, for a wide chart from that of two years before.

    The window runs on to the month of the last event within two months of the period, so that it can be marked.
    """
    start = (period.start // 12 - (2 if wide else 1)) * 12
    end = period.end
    for event in events:
        when = month(event.first[:7])
        if period.end < when <= period.end + 2:
            end = max(end, when)
    known = [figure.period for figure in book.of(key)]
    if key.dataset != PRESS and known:
        # Before a customs file begins nothing is unknown of the trade that could be drawn; it is just not in the file.
        start = max(start, min([period.start, *(figure.period.start for figure in book.figures.values())]))
    return Period(start, end)


def chart(
    book: Book, subject: Subject, key: SeriesKey, period: Period, events: Sequence[Event], *, wide: bool = False
) -> Chart:
    """Draw a series as data.

    Months that nobody printed come out as not known, or as at most what the printed runs leave for them; a printed run
    is drawn across its months where none of them was printed.
    """
    shown = window(book, key, period, events, wide=wide)
    runs = _runs(book, key, shown)
    cells = tuple(_cell(book, key, number_, subject.keys) for number_ in shown)
    marks = tuple(
        ChartEvent(day=event.first, label=event.label, number=number_)
        for number_, event in enumerate(events, start=1)
        if shown.start <= month(event.first[:7]) <= shown.end
    )
    return Chart(
        title=subject.title,
        unit=_UNITS.get(key.unit, key.unit),
        alt=_alt(subject, key, cells, runs),
        cells=cells,
        runs=runs,
        events=marks,
        period_from=month_text(period.start),
        period_to=month_text(period.end),
        source_line=_source_line(book, key, shown),
    )


def _cell(book: Book, key: SeriesKey, number_: int, sisters: Sequence[SeriesKey]) -> ChartCell:
    """Draw one month; a month without any value had no weight and no pieces either."""
    cell = book.cell(key, number_)
    if cell.state in (State.MERGED, State.UNKNOWN):
        cell = next((one for one in (book.cell(s, number_) for s in sisters) if one.state is State.ZERO), cell)
    bounds = cell.bounds
    if cell.state in (State.MERGED, State.UNKNOWN) or math.isinf(bounds.hi):
        most = at_most(book, key, number_, Proof(), "", math.inf)
        if most is not None and most.bounds.hi < bounds.hi:
            bounds = Interval(bounds.lo, most.bounds.hi)
    label = ""
    if cell.state in (State.VALUE, State.CONFLICT) and cell.bounds.is_bounded:
        reading = book.reading(key, Period(number_, number_))
        if reading is not None:
            label = _short(reading.best.value, key)
    hi = bounds.hi if math.isfinite(bounds.hi) else None
    return ChartCell(month_text(number_), cell.state.value, bounds.lo, hi, label)


def _runs(book: Book, key: SeriesKey, shown: Period) -> tuple[ChartRun, ...]:
    """Keep the printed runs, the shortest first, whose months were not printed and are not yet in another run."""
    taken: set[int] = set()
    found = []
    for run in book.runs(key):
        months = [m for m in run if book.cell(key, m).state in (State.MERGED,)]
        if not shown.contains(run) or len(months) < len(run) or taken & set(run):
            continue
        reading = book.reading(key, run)
        assert reading is not None
        if reading.best.value == 0:
            continue
        taken |= set(run)
        label = ("" if reading.bounds.is_bounded else "≥ ") + _short(reading.best.value, key)
        found.append(ChartRun(month_text(run.start), month_text(run.end), reading.best.value, label))
    return tuple(sorted(found, key=lambda one: one.first))


def _short(value: float, key: SeriesKey) -> str:
    if key.measure is Measure.VALUE:
        return money(value, key.unit, _coarse(value))
    return number(value, _coarse(value))


def _coarse(value: float) -> float:
    """Label a bar to a tenth of a million."""
    return 100_000 if value >= 1_000_000 else 1.0


def _alt(subject: Subject, key: SeriesKey, cells: Sequence[ChartCell], runs: Sequence[ChartRun]) -> str:
    known = [cell for cell in cells if cell.state in ("value", "conflict") and cell.hi is not None]
    parts = [f"Monthly bars of {subject.phrase}, {_UNITS.get(key.unit, key.unit)}, "]
    parts.append(f"{month_words(month(cells[0].month))} to {month_words(month(cells[-1].month))}. ")
    if known:
        top = max(known, key=lambda cell: cell.lo)
        parts.append(f"Highest known month: {month_words(month(top.month))}, {top.label or number(top.lo)}. ")
    zeros = sum(cell.state == "zero" for cell in cells)
    unknown = sum(cell.state in ("not known", "merged") for cell in cells)
    floors = sum(cell.state in ("value", "conflict") and cell.hi is None for cell in cells)
    parts.append(f"Known with trade: {len(known)} months; none: {zeros}; not known singly: {unknown}.")
    if floors:
        parts.append(f" Known from below only: {floors}.")
    parts.extend(f" {run.first} to {run.last} together: {run.label}." for run in runs)
    return "".join(parts)


def _source_line(book: Book, key: SeriesKey, shown: Period) -> str:
    families = dict.fromkeys(
        figure.origin.family
        for figure in sorted(book.of(key), key=lambda figure: (figure.origin.published_from, figure.id))
        if figure.period.overlaps(shown)
    )
    return ", ".join(families)
