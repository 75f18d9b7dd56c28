"""What the releases of a store say of cells on a day, fetched once for all claims.

A cell is a series in a month, or what it is made of: a code by its own row, else by the lines under it; a group of countries by
its own row, else by its members, each as far as it is known: what is known of some of them is a lower bound.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from tidewaiter.claims.evidence import CellName
from tidewaiter.claims.goods import canonical_unit, is_code
from tidewaiter.claims.model import Claim, Subject
from tidewaiter.claims.summed import Summed, codes_in, is_mute
from tidewaiter.codes.areas import has_members, members
from tidewaiter.codes.parties import party
from tidewaiter.errors import InputError, NoData
from tidewaiter.model import TOTAL, Cell, Flow, Interval, Measure, SeriesKey, State
from tidewaiter.period import Period

if TYPE_CHECKING:
    from tidewaiter.store.view import View

__all__ = ["SILENT", "Archive", "has_parts", "sides"]

SILENT = Cell(Period(0, 0), Interval(0.0, math.inf), State.UNKNOWN)
"""What is said of a month that no release in the store reaches."""

_KNOWN = (State.VALUE, State.ZERO)
_MUTE = (State.UNKNOWN, State.UNRELEASED)
_FINER = (2, 4)
"""How many digits longer a finer code is."""

_NAMES = ("dataset", "reporter", "partner", "flow", "cmd_code")

_Series: TypeAlias = tuple[str, str, Flow, str, Measure, str]


def _left_open(cell: Cell) -> bool:
    """Whether the lines under a code may say what its own rows do not."""
    return cell.state in _MUTE or (cell.state is State.MERGED and math.isinf(cell.bounds.hi))


class Archive:
    """What the releases of a view say of cells.

    Parameters
    ----------
    view
        The store as of a day.
    """

    def __init__(self, view: View) -> None:
        self.view = view
        self.datasets = view.datasets()
        ends = [(release.first, release.last) for release in view.releases]
        # A declared zero can lie before the first row or after the last.
        ends += [(one.first, one.last + one.length - 1) for listed in view.rectangles.values() for one in listed]
        self.span = Period(min(one for one, _ in ends), max(one for _, one in ends)) if ends else None
        # Who has rows, and who is covered without any: his silence is a zero.
        self._speaking = set(view.spans) | {
            (one.dataset, who, flow)
            for listed in view.rectangles.values()
            for one in listed
            for who in one.reporters
            for flow in one.flows
        }
        self.publishers = {release.id: release for release in view.releases}
        self.summed = Summed(view, self.span) if self.span is not None else None
        self._series: dict[tuple[str, _Series], dict[int, Cell]] = {}
        self._runs: dict[tuple[str, _Series], tuple[Cell, ...]] = {}
        self._cells: dict[tuple[str, CellName], Cell] = {}
        self._held: dict[tuple[str, ...], set[tuple[Measure, str]]] = {}
        self._finer: dict[tuple[str, ...], list[tuple[str, int, float, str, str]]] = {}

    def fetch(self, names: Iterable[CellName]) -> None:
        """Read the series of some cells, and of what they are made of, all at once."""
        if self.span is None:
            return
        parts = {part for name in {name[:6] for name in names} for part in _components(name, self.span)}
        new = [
            (dataset, series)
            for dataset in self.datasets
            for series in sorted(parts)
            if (dataset, series) not in self._series
        ]
        spoken = [one for one in new if (one[0], one[1][0], one[1][2].value) in self._speaking]
        self._series.update({one: {} for one in new if one not in set(spoken)})
        if not spoken:
            return
        from tidewaiter.store.cells import runs_of_many
        from tidewaiter.store.picked import MANY, learn_hidden

        units = self._units(spoken)
        keys = {
            SeriesKey(d, *one[:4], "", one[4], units.get((d, one), (one[5], 1.0))[0]): (d, one) for d, one in spoken
        }
        for dataset in {key.dataset for key in keys}:
            lines = {key.cmd for key in keys if key.dataset == dataset and len(key.cmd) > 6}
            if len(lines) > 1:
                self.view.learn_lines(dataset, lines)
            if self.view.rectangles and len(keys) >= MANY:
                learn_hidden(self.view, dataset)
        found = self.view.many(list(keys), self.span)
        merged = [key for key, cells in found.items() if any(cell.state is State.MERGED for cell in cells)]
        runs = runs_of_many(self.view, merged, self.span) if merged else {}
        heads = self._heads([key for key, cells in found.items() if any(map(_left_open, cells))])
        for key, spot in keys.items():
            cells, longer = heads.get(key, (found[key], runs.get(key, ())))
            factor = units.get(spot, ("", 1.0))[1]
            self._series[spot] = {cell.period.start: _times(cell, factor) for cell in cells}
            self._runs[spot] = tuple(_times(cell, factor) for cell in longer)

    def _heads(self, keys: Sequence[SeriesKey]) -> dict[SeriesKey, tuple[tuple[Cell, ...], tuple[Cell, ...]]]:
        """Return codes of which a file has no row in some month by the lines under them, where it lists longer codes."""
        from tidewaiter.series.customs import code_cells
        from tidewaiter.store.cells import COLUMNS
        from tidewaiter.store.picked import picked

        assert self.span is not None
        asked: dict[tuple[str, ...], list[SeriesKey]] = {}
        lengths: set[int] = set()
        for key in keys:
            longer = [one - len(key.cmd) for one in self.view.digits(key.dataset) if one > len(key.cmd)]
            if key.cmd != TOTAL and longer:
                lengths.add(min(longer))
                spot = (key.dataset, key.reporter, key.partner, key.flow.value, key.cmd)
                asked.setdefault(spot, []).append(key)
        if not asked:
            return {}
        columns = dict(zip(_NAMES, zip(*asked, strict=True), strict=True))
        wide = Period(self.span.start - 11, self.span.end + 11)
        rows: dict[tuple[str, ...], dict[str, list[dict[str, Any]]]] = {}
        for more in ((), tuple(sorted(lengths))):
            for row in picked(self.view, columns, wide, finer=more).select(COLUMNS).to_pylist():
                stem = (row["dataset"], row["reporter"], row["partner"], row["flow"])
                for cut in more or (0,):
                    spot = (*stem, row["cmd_code"][: len(row["cmd_code"]) - cut])
                    if spot in asked:
                        rows.setdefault(spot, {}).setdefault(row["cmd_code"], []).append(row)
        return {
            key: code_cells(self.view, key, self.span, rows.get(spot, {}))
            for spot, mine in asked.items()
            for key in mine
        }

    def _units(self, spoken: Sequence[tuple[str, _Series]]) -> dict[tuple[str, _Series], tuple[str, float]]:
        """Return the unit in which quantities are counted, and how many of the unit asked for each is."""
        from tidewaiter.store.picked import picked

        assert self.span is not None
        asked = {
            (dataset, *one[:2], one[2].value, one[3]): (dataset, one)
            for dataset, one in spoken
            if one[4] is Measure.QUANTITY
        }
        if not asked:
            return {}
        columns = dict(zip(_NAMES, zip(*asked, strict=True), strict=True))
        found: dict[tuple[str, _Series], tuple[str, float]] = {}
        for row in picked(self.view, columns, self.span).select([*_NAMES, "qty_unit"]).to_pylist():
            spot = asked[tuple(row[name] for name in _NAMES)]
            measure, base, factor = canonical_unit(Measure.QUANTITY, row["qty_unit"] or "")
            if measure is Measure.QUANTITY and base == spot[1][5]:
                found.setdefault(spot, (row["qty_unit"], factor))
        return found

    def cell(self, dataset: str, name: CellName) -> Cell:
        """Return what a dataset says of a cell."""
        found = self._cells.get((dataset, name))
        if found is None:
            found = self._cells[dataset, name] = self._cell(dataset, name)
        return found

    def _cell(self, dataset: str, name: CellName) -> Cell:
        month = name[6]
        if self.span is None or not self.span.start <= month <= self.span.end:
            return SILENT
        codes = codes_in(name[3], name[0], month // 12)
        if not codes:
            return SILENT
        cells = [self._of_pair(dataset, (*name[:3], code, *name[4:6]), month) for code in codes]
        return cells[0] if len(cells) == 1 else _added(cells)

    def _of_pair(self, dataset: str, series: _Series, month: int) -> Cell:
        """Return a cell of two sides, either of which may be a group: by its own row, else by its members."""
        own = self._part(dataset, series, month)
        if not is_mute(own):
            return own
        for at in (0, 1):
            inside = _members(series[at], month)
            if not inside:
                continue
            from tidewaiter.series.groups import add_members

            other = series[1 - at]
            parts = {
                one: self._of_pair(dataset, (one, *series[1:]) if at == 0 else (series[0], one, *series[2:]), month)
                for one in inside
                if one != other
            }
            added = add_members(own.period if own.period != SILENT.period else Period(month, month), parts)[0]
            if not is_mute(added):
                return added
        return own

    def _part(self, dataset: str, series: _Series, month: int) -> Cell:
        if (dataset, series) not in self._series:
            self.fetch([(*series, month)])
        return self._series.get((dataset, series), {}).get(month, SILENT)

    def runs(self, dataset: str, name: CellName) -> list[Cell]:
        """Return longer periods that are known of a series and hold a cell's month."""
        codes = codes_in(name[3], name[0], name[6] // 12)
        if len(codes) != 1:
            return []
        found = self._runs.get((dataset, (*name[:3], codes[0], *name[4:6])), ())
        return [cell for cell in found if cell.period.start <= name[6] <= cell.period.end]

    def fetch_finer(self, dataset: str, wanted: Iterable[tuple[Subject, Period]]) -> None:
        """Read the rows of what lies under some codes, all at once."""
        from tidewaiter.store.picked import picked

        lengths = set(self.view.digits(dataset))
        series, months = set(), []
        for subject, period in wanted:
            if not any(len(subject.goods) + more in lengths for more in _FINER):
                continue
            for reporter in sides(subject.reporter, period):
                for flow in _flows(subject):
                    one = (dataset, reporter, subject.partner, flow.value, subject.goods)
                    if one not in self._finer:
                        series.add(one)
                        months += [period.start, period.end]
        if not series or self.span is None:
            return
        columns = dict(zip(_NAMES, zip(*sorted(series), strict=True), strict=True))
        table = picked(self.view, columns, self.span, finer=_FINER)
        self._finer.update({one: [] for one in series})
        kept = (*_NAMES, "period_start", "period_end", "value", "currency", "customs_regime", "mode_of_transport",
                "district", "release")  # fmt: skip
        for row in table.select(kept).to_pylist():
            part = row["customs_regime"] or row["mode_of_transport"] or row["district"]
            if part or row["value"] is None or row["period_start"] != row["period_end"]:
                continue
            code = row["cmd_code"]
            told = (code, row["period_start"], row["value"], row["currency"], row["release"])
            for more in _FINER:
                spot = (dataset, row["reporter"], row["partner"], row["flow"], code[: len(code) - more])
                if spot in self._finer:
                    self._finer[spot].append(told)

    def finer(
        self, dataset: str, reporter: str, subject: Subject, period: Period
    ) -> Iterator[tuple[str, int, float, str, str]]:
        """Yield what lies under a code, month by month: code, month, value, currency, release."""
        self.fetch_finer(dataset, [(subject, period)])
        for flow in _flows(subject):
            yield from self._finer.get((dataset, reporter, subject.partner, flow.value, subject.goods), ())

    def reporting(self, claim: Claim) -> list[str]:
        """Return the datasets in which a claim's reporter reports at all."""
        assert claim.subject is not None
        return sorted({dataset for dataset, who, _ in self.view.spans if who == claim.subject.reporter})

    def units(self, dataset: str, name: CellName) -> tuple[str, ...]:
        """Return the units in which a dataset counts what a cell counts."""
        if self.summed is None:
            return ()
        if self.summed.bears(dataset, name):
            return self.summed.units(dataset, name)
        spots = [(dataset, *name[:2], name[2].value, code) for code in codes_in(name[3], name[0], name[6] // 12)]
        if any(spot not in self._held for spot in spots):
            self._learn_units(spots)
        return tuple(sorted({unit for spot in spots for measure, unit in self._held[spot] if measure is name[4]}))

    def _learn_units(self, spots: Iterable[tuple[str, ...]]) -> None:
        """Find out with one pass in which units all series asked for so far are counted."""
        from tidewaiter.store.picked import picked

        assert self.span is not None
        every = {(dataset, *one[:2], one[2].value, one[3]) for dataset, one in self._series}.union(spots)
        new = sorted(every - self._held.keys())
        self._held.update({spot: set() for spot in new})
        table = picked(self.view, dict(zip(_NAMES, zip(*new, strict=True), strict=True)), self.span)
        for row in table.select([*_NAMES, "currency", "net_wgt_kg", "qty_unit"]).to_pylist():
            held = self._held[tuple(row[name] for name in _NAMES)]
            held.update({(Measure.VALUE, row["currency"])} if row["currency"] else ())
            held.update({(Measure.QUANTITY, row["qty_unit"])} if row["qty_unit"] else ())
            held.update({(Measure.NET_WEIGHT, "kg")} if row["net_wgt_kg"] is not None else ())

    def ranked(self, names: Sequence[CellName]) -> list[str]:
        """Return the datasets that know something of some cells, the one that knows most first."""
        known = {dataset: sum(not is_mute(self.cell(dataset, name)) for name in names) for dataset in self.datasets}
        return sorted((dataset for dataset, count in known.items() if count), key=lambda one: (-known[one], one))


def _components(name: tuple[Any, ...], period: Period) -> list[_Series]:
    """Return the series that a cell is made of: the codes of its goods, the groups on both sides and their members."""
    reporter, partner, flow, goods, measure, unit = name
    years = range(period.start // 12, period.end // 12 + 1)
    listed = {code for year in years for code in codes_in(goods, reporter, year)}
    return [
        (one, other, flow, code, measure, unit)
        for one in sides(reporter, period)
        for other in sides(partner, period)
        for code in sorted(listed)
        if one != other or (one, other) == (reporter, partner)
    ]


def sides(code: str, period: Period) -> tuple[str, ...]:
    """Return an area and, if it is a group, everybody who was in it in any month of a period."""
    if not has_members(code):
        return (code,)
    return (code, *(one for one in party(code).ever(period) if one != code))


def _members(code: str, month: int) -> tuple[str, ...]:
    try:
        return members(code, month) if has_members(code) else ()
    except (InputError, NoData):
        return ()


def has_parts(subject: Subject) -> bool:
    """Whether finer codes of a series can be told apart by their values."""
    return is_code(subject.goods) and len(subject.goods) < 8 and subject.measure is Measure.VALUE


def _flows(subject: Subject) -> tuple[Flow, ...]:
    return (Flow.EXPORT, Flow.IMPORT) if subject.flow is Flow.TWO_WAY else (subject.flow,)


def _times(cell: Cell, factor: float) -> Cell:
    if factor == 1:
        return cell
    bounds = Interval(cell.bounds.lo * factor, cell.bounds.hi * factor)
    return Cell(cell.period, bounds, cell.state, cell.evidence, cell.note)


def _added(cells: Sequence[Cell]) -> Cell:
    """Add the cells of several series; known only where each is."""
    bounds = Interval(math.fsum(cell.bounds.lo for cell in cells), math.fsum(cell.bounds.hi for cell in cells))
    evidence = tuple(dict.fromkeys(one for cell in cells for one in cell.evidence))
    note = f"added up from {len(cells)} series"
    if all(cell.state in _KNOWN for cell in cells):
        return Cell(cells[0].period, bounds, State.VALUE if bounds.hi else State.ZERO, evidence, note)
    weak = next(cell for cell in cells if cell.state not in _KNOWN)
    return Cell(cells[0].period, bounds, weak.state, evidence, f"{note}; {weak.note}")
