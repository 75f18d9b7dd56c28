"""Series of customs files: what was asked for, from every dataset that can say something of it, each by itself.

Where a file has no row for a code but rows for the lines under it, these are added up; the sum is the code's only if a
release covers all lines, else it is a lower bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from tidewaiter.model import TOTAL, Cell, Flow, Interval, Measure, SeriesKey, State
from tidewaiter.period import Period, month_text
from tidewaiter.series.goods import as_reported
from tidewaiter.series.stitched import add_cells
from tidewaiter.store.cells import COLUMNS, run_cell, series_cells, unit_of
from tidewaiter.store.view import View
from tidewaiter.store.withheld import withheld_below

__all__ = ["CustomsSeries", "code_cells", "customs_series", "in_currency", "reporter_spans"]

_KNOWN: Final = (State.VALUE, State.ZERO)
_MUTE: Final = (State.UNKNOWN, State.UNRELEASED)


class CustomsSeries(msgspec.Struct, frozen=True):
    """One dataset's series.

    Parameters
    ----------
    key
        Whose, with whom, what; ``cmd`` is a code or the name of a basket.
    cells
        One for each month asked for.
    longer
        What was published for longer periods that touch these months.
    codes
        Commodity codes that were read, of all months.
    notes
        What has to be told with it.
    """

    key: SeriesKey
    cells: tuple[Cell, ...]
    longer: tuple[Cell, ...]
    codes: tuple[str, ...]
    notes: tuple[str, ...] = ()


def customs_series(
    view: View,
    *,
    reporter: str,
    partner: str,
    codes: Sequence[str] | Callable[[int], Sequence[str]],
    name: str = "",
    measure: Measure = Measure.VALUE,
    flow: str | None = None,
    dataset: str | None = None,
    period: Period | None = None,
) -> list[CustomsSeries]:
    """Return the series of a pair and its goods, one for each dataset, flow, unit and, where two clash, classification.

    Parameters
    ----------
    view
        The store as of a day.
    reporter, partner
        Codes of areas.
    codes
        Codes to add up, none under another; or a function from the year to them, where they change.
    name
        What the sum is called; of a single code, the code.
    measure, flow, dataset
        What is counted; only this flow, only this dataset.
    period
        The months; by default all that the dataset has of the reporter.

    Returns
    -------
    list of CustomsSeries
        Without datasets that have nothing to say of any month.
    """
    found = []
    for (one, way), spans in sorted(reporter_spans(view, reporter).items()):
        if flow not in (None, way) or dataset not in (None, one):
            continue
        months = period or Period(min(first for first, _ in spans), max(last for _, last in spans))
        found += _of_dataset(view, SeriesKey(one, reporter, partner, Flow(way), name, "", measure, ""), codes, months)
    return found


def reporter_spans(view: View, reporter: str) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """Return by dataset and flow the periods that a reporter is in: its rows, and where it has none at all, its coverage."""
    found = {(one, way): list(spans) for (one, who, way), spans in view.spans.items() if who == reporter}
    for rectangles in view.rectangles.values():
        for each in rectangles:
            if reporter in each.reporters:
                for way in each.flows:
                    if (each.dataset, reporter, way) not in view.spans:
                        found.setdefault((each.dataset, way), []).append((each.first, each.last + each.length - 1))
    return found


def _of_dataset(
    view: View, key: SeriesKey, codes: Sequence[str] | Callable[[int], Sequence[str]], period: Period
) -> list[CustomsSeries]:
    digits = view.digits(key.dataset)
    by_year = {
        year: as_reported(codes(year) if callable(codes) else codes, digits)
        for year in range(period.start // 12, period.end // 12 + 1)
    }
    every = sorted({code for listed in by_year.values() for code in listed})
    wide = Period(period.start - 11, period.end + 11)
    single = every if TOTAL in every else None
    table = view.rows(
        datasets=key.dataset, reporters=key.reporter, partners=key.partner, flow=key.flow.value, period=wide,
        touching=True, codes=single, under=None if single else every,
    )  # fmt: skip
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in table.select(COLUMNS).to_pylist():
        rows.setdefault(row["cmd_code"], []).append(row)
    told = [row for listed in rows.values() for row in listed if row[key.measure.value] is not None]
    units = sorted({unit_of(row, key.measure) for row in told}) or [""]
    classes = _classes(rows)
    found = []
    for unit in units:
        for name in classes:
            one = msgspec.structs.replace(key, unit=unit, classification=name)
            made = _series(view, one, by_year, period, rows)
            if told or any(cell.state not in _MUTE for cell in made.cells):
                found.append(made)
    return found


def _classes(rows: Mapping[str, list[dict[str, Any]]]) -> list[str]:
    """Return the classifications to tell apart: none, unless two of them speak of one code and period."""
    for listed in rows.values():
        seen: dict[tuple[Any, ...], str] = {}
        for row in listed:
            spot = (
                row["period_start"],
                row["period_end"],
                row["customs_regime"],
                row["mode_of_transport"],
                row["district"],
            )
            if seen.setdefault(spot, row["classification"]) != row["classification"]:
                return sorted({row["classification"] for listed in rows.values() for row in listed})
    every = {row["classification"] for listed in rows.values() for row in listed}
    return list(every) if len(every) == 1 else [""]


def _series(
    view: View,
    key: SeriesKey,
    by_year: Mapping[int, Sequence[str]],
    period: Period,
    rows: Mapping[str, list[dict[str, Any]]],
) -> CustomsSeries:
    every = sorted({code for listed in by_year.values() for code in listed})
    parts = {code: _Code(view, msgspec.structs.replace(key, cmd=code), period, rows) for code in every}
    cells = []
    for at, month in enumerate(period):
        mine = [parts[code].cells[at] for code in by_year[month // 12]]
        cells.append(mine[0] if len(mine) == 1 else add_cells(month, mine))
    longer = []
    for run in view.runs(key.dataset, key.reporter, key.flow.value):
        years = {month // 12 for month in run}
        listed = {code for year in years for code in by_year.get(year, ())}
        if run.overlaps(period) and listed:
            mine = [parts[code].run(run) for code in sorted(listed)]
            cell = mine[0] if len(mine) == 1 else add_cells(run.start, mine)
            if cell.state in _KNOWN or cell.bounds.lo > 0:
                longer.append(msgspec.structs.replace(cell, period=run))
    read = tuple(sorted({code for part in parts.values() for code in part.read}))
    notes = tuple(dict.fromkeys(note for part in parts.values() for note in part.notes))
    name = key.cmd or (every[0] if len(every) == 1 else "+".join(every))
    return CustomsSeries(msgspec.structs.replace(key, cmd=name), tuple(cells), tuple(longer), read, notes)


class _Code:
    """One code: by its own rows, and where they do not tell, by the lines under it."""

    def __init__(self, view: View, key: SeriesKey, period: Period, rows: Mapping[str, list[dict[str, Any]]]) -> None:
        self._view, self._key = view, key
        self._own = rows.get(key.cmd, [])
        self.read = {key.cmd} if self._own else set()
        self.notes: list[str] = []
        self._length = 0
        self._lines: dict[str, list[dict[str, Any]]] = {}
        if key.cmd != TOTAL:
            longer = [length for length in view.digits(key.dataset) if length > len(key.cmd)]
            self._length = min(longer, default=0)
            self._lines = {
                code: listed for code, listed in rows.items() if len(code) == self._length and code.startswith(key.cmd)
            }
        own = series_cells(view, key, period, self._own)
        self.cells = tuple(self._best(cell) for cell in own)

    def _best(self, cell: Cell) -> Cell:
        if cell.state is State.WITHHELD and any(_of_period(listed, cell.period) for listed in self._lines.values()):
            # What is listed all the same is told, as a floor.
            found = self._added(cell.period)
            assert found is not None
            return Cell(cell.period, Interval(found.bounds.lo, math.inf), cell.state, found.evidence, cell.note)
        if cell.state not in _MUTE or not self._length or cell.note == "the month was not over":
            return cell
        added = self._added(cell.period)
        return added if added is not None else cell

    def run(self, run: Period) -> Cell:
        """Return a longer period as a whole."""
        own = run_cell(self._view, self._key, run, self._own)
        added = self._added(run) if own.state is State.UNKNOWN and self._length else None
        return own if added is None else added

    def _added(self, period: Period) -> Cell | None:
        """Add up the lines that have a row for a period; ``None`` if none has and none is known to be missing."""
        key = self._key
        cells = []
        for code, listed in self._lines.items():
            if _of_period(listed, period):
                one = msgspec.structs.replace(key, cmd=code)
                cells.append(
                    series_cells(self._view, one, period, listed)[0]
                    if period.is_month
                    else run_cell(self._view, one, period, listed)
                )
                self.read.add(code)
        covering = self._covering(period)
        evidence = tuple(dict.fromkeys(one for cell in cells for one in cell.evidence))
        if not cells:
            if covering is None:
                return None
            below = self._withheld(period)
            if below:
                return Cell(period, Interval(0.0, math.inf), State.WITHHELD, (covering,), below)
            note = f"the release covers every line of {self._length} digits under {key.cmd} and has no row"
            return Cell(period, Interval(0.0, 0.0), State.ZERO, (covering,), note)
        bad = [cell for cell in cells if cell.state not in _KNOWN]
        amount = math.fsum(cell.bounds.lo for cell in cells)
        if bad:
            high = math.fsum(cell.bounds.hi for cell in cells)
            return Cell(period, Interval(amount, high), bad[0].state, evidence, bad[0].note)
        words = f"{len(cells)} line{'s' if len(cells) > 1 else ''} of {self._length} digits"
        if covering is not None:
            state = State.VALUE if amount else State.ZERO
            below = self._withheld(period)
            note = f"added up from {words}" + (f"; without what is withheld: {below}" if below else "")
            return Cell(period, Interval(amount, amount), state, evidence, note)
        note = f"at least: {words} listed, and nothing says that they are all of {key.cmd}"
        return Cell(period, Interval(amount, math.inf), State.UNKNOWN, evidence, note)

    def _withheld(self, period: Period) -> str:
        """Return why a part of the code is withheld in a period; empty if nothing is known of the kind."""
        return withheld_below(self._key, period.start) or withheld_below(self._key, period.end)

    def _covering(self, period: Period) -> str | None:
        """Return the release whose coverage contains every line under the code."""
        line = self._key.cmd + "0" * (self._length - len(self._key.cmd))
        found = self._view.covered(msgspec.structs.replace(self._key, cmd=line), period.start, period.end)
        if found is None:
            return None
        # A rectangle of single lines would contain the made-up one only by its digits; it must contain their stem.
        for rectangle in self._view.rectangles[found.seq]:
            if rectangle.codes is None or self._key.cmd.startswith(rectangle.codes):
                return found.id
        return None


def code_cells(
    view: View, key: SeriesKey, period: Period, rows: Mapping[str, list[dict[str, Any]]]
) -> tuple[tuple[Cell, ...], tuple[Cell, ...]]:
    """Return a code month by month, by its own rows or by the lines under it, and what is known of longer periods.

    Parameters
    ----------
    key
        The series; ``unit`` and ``classification`` as the rows have them.
    rows
        By code, the rows of the code and of all that lies under it, those for longer periods that touch ``period`` included.
    """
    one = _Code(view, key, period, rows)
    runs = [one.run(run) for run in view.runs(key.dataset, key.reporter, key.flow.value) if run.overlaps(period)]
    return one.cells, tuple(cell for cell in runs if cell.state in _KNOWN or cell.bounds.lo > 0)


def _of_period(rows: Sequence[Mapping[str, Any]], period: Period) -> bool:
    """Whether any row is of exactly this period."""
    return any((row["period_start"], row["period_end"]) == (period.start, period.end) for row in rows)


def in_currency(
    series: CustomsSeries, currency: str, rate: Callable[[str, int], float | None], source: str, digits: int = 5
) -> CustomsSeries:
    """Convert a series of values by a stated table of rates.

    Parameters
    ----------
    series
        Values in one currency.
    currency
        The currency wanted.
    rate
        From a currency and a month to how much of the wanted currency one unit is; ``None`` where the table has none.
    source
        What the table is, printed with the series.
    digits
        Significant digits of its rates; a converted value has no more.

    Returns
    -------
    CustomsSeries
        A month without a rate is *not recorded* in that currency. Longer periods are left out: no month's rate is theirs.
    """
    key = series.key
    if key.measure is not Measure.VALUE or key.unit == currency:
        return series
    cells = tuple(_converted(cell, key.unit, currency, rate, digits) for cell in series.cells)
    left = [month_text(cell.period.start) for cell in cells if cell.state is State.NOT_RECORDED and cell.evidence]
    notes = [f"converted from {key.unit} into {currency} at the month's rate, good to {digits} digits: {source}"]
    if left:
        notes.append(f"no rate for {', '.join(left)}")
    if series.longer:
        notes.append("longer periods are left out: they have no rate of their own")
    return msgspec.structs.replace(
        series, key=msgspec.structs.replace(key, unit=currency), cells=cells, longer=(), notes=(*series.notes, *notes)
    )


def _converted(cell: Cell, unit: str, currency: str, rate: Callable[[str, int], float | None], digits: int) -> Cell:
    if cell.state is State.ZERO or cell.bounds == Interval(0.0, math.inf):
        return cell
    factor = rate(unit, cell.period.start)
    if factor is None:
        note = f"no rate from {unit} into {currency} for {cell.period}"
        return msgspec.structs.replace(cell, bounds=Interval(0.0, math.inf), state=State.NOT_RECORDED, note=note)
    bounds = Interval(_rounded(cell.bounds.lo * factor, digits), _rounded(cell.bounds.hi * factor, digits))
    note = f"{cell.bounds.lo:.12g} {unit} at {factor:.9g}" if cell.state is State.VALUE else cell.note
    return msgspec.structs.replace(cell, bounds=bounds, note=note)


def _rounded(value: float, digits: int) -> float:
    """Round to significant digits."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else value
