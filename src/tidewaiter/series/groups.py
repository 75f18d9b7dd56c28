"""Series of groups of countries: the publisher's own row of the group, or its members added up month by month.

A month of a group is a number only if that month of every member is known, as a value or a proved zero; who belongs to it
goes by the month. Else the state says so, who is missing is named, and what the others come to is a lower bound. A row that
the publisher has for the group itself is used as it is and never added to members.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from tidewaiter.codes.parties import Party, changes_in, overlap_words, who_is_missing
from tidewaiter.model import Cell, Flow, Interval, Measure, SeriesKey, State
from tidewaiter.period import Period
from tidewaiter.series.customs import CustomsSeries, customs_series, reporter_spans
from tidewaiter.store.view import View

__all__ = ["GroupSeries", "add_members", "cell_over", "group_series", "missing_words"]

_KNOWN: Final = (State.VALUE, State.ZERO)
_OPEN: Final = Interval(0.0, math.inf)

Codes = Sequence[str] | Callable[[int], Sequence[str]]


class GroupSeries(CustomsSeries, frozen=True):
    """One dataset's series of a group of countries, or with one.

    Parameters
    ----------
    reporters, partners
        Who is added up, by span of months; nothing for a side that is one country, or that the publisher's own row tells.
    missing
        By period, the members that are not known in it, and why.
    """

    reporters: tuple[tuple[Period, tuple[str, ...]], ...] = ()
    partners: tuple[tuple[Period, tuple[str, ...]], ...] = ()
    missing: Mapping[Period, Mapping[str, str]] = msgspec.field(default_factory=dict)


def add_members(period: Period, parts: Mapping[str, Cell | None]) -> tuple[Cell, dict[str, str]]:
    """Add up the members of a group in one period.

    Parameters
    ----------
    period
        The month, or a longer period.
    parts
        A cell for each member; ``None`` where nothing has it.

    Returns
    -------
    Cell, dict
        ``value`` or ``zero`` if every member is known. Else the state that all missing members share, or *not known*, with
        the least and the most that what is known leaves possible. And by missing member, why.

    Examples
    --------
    >>> may = Period.parse("2022-05")
    >>> one = Cell(may, Interval(2.0, 2.0), State.VALUE)
    >>> none = Cell(may, Interval(0.0, 0.0), State.ZERO)
    >>> add_members(may, {"DEU": one, "FRA": none})[0].bounds
    Interval(lo=2.0, hi=2.0)
    >>> cell, missing = add_members(may, {"DEU": one, "FRA": None})
    >>> cell.state.value, cell.bounds.lo, cell.bounds.hi, missing
    ('not known', 2.0, inf, {'FRA': 'not known'})
    """
    if not parts:
        return Cell(period, _OPEN, State.UNKNOWN, (), "the group had no members"), {}
    evidence = tuple(dict.fromkeys(one for cell in parts.values() if cell is not None for one in cell.evidence))
    bounds = [_OPEN if cell is None else cell.bounds for cell in parts.values()]
    total = Interval(math.fsum(one.lo for one in bounds), math.fsum(one.hi for one in bounds))
    missing = {who: _why(cell) for who, cell in sorted(parts.items()) if cell is None or cell.state not in _KNOWN}
    if not missing:
        state = (
            State.VALUE
            if any(cell is not None and cell.state is State.VALUE for cell in parts.values())
            else State.ZERO
        )
        return Cell(period, total, state, evidence, f"added up from {_members(len(parts))}"), {}
    states = {State.UNKNOWN if (cell := parts[who]) is None else cell.state for who in missing}
    state = next(iter(states)) if len(states) == 1 else State.UNKNOWN
    return Cell(period, total, state, evidence, who_is_missing(missing, sorted(parts))), missing


def _members(count: int) -> str:
    return f"{count} member{'s' if count != 1 else ''}"


def _why(cell: Cell | None) -> str:
    if cell is None:
        return State.UNKNOWN.value
    return cell.note if cell.state is State.NOT_RECORDED and cell.note.startswith("in ") else cell.state.value


def cell_over(cells: Mapping[int, Cell], longer: Mapping[Period, Cell], run: Period) -> Cell | None:
    """Return a longer period of one member: as it was published, or its months added up; ``None`` if one is not known."""
    if run in longer:
        return longer[run]
    months = [cells.get(month) for month in run]
    if any(cell is None or cell.state not in _KNOWN for cell in months):
        return None
    return add_members(run, {str(at): cell for at, cell in enumerate(months)})[0]


def missing_words(series: CustomsSeries) -> list[str]:
    """Say who is missing of a group, once for each run of months in which it is the same; nothing for other series."""
    gone = series.missing if isinstance(series, GroupSeries) else {}
    runs: list[tuple[Period, Period, str]] = []
    for cell in (*series.cells, *series.longer):
        words = cell.note.partition("; ")[2] if cell.period in gone else ""
        if runs and runs[-1][2] == words and runs[-1][1].end + 1 == cell.period.start and cell.period.is_month:
            runs[-1] = (runs[-1][0], cell.period, words)
        else:
            runs.append((cell.period, cell.period, words))
    return [f"{first if first == last else f'{first} to {last}'}: {words}" for first, last, words in runs if words]


def group_series(
    view: View,
    *,
    reporter: Party,
    partner: Party,
    codes: Codes,
    name: str = "",
    measure: Measure = Measure.VALUE,
    flow: str | None = None,
    dataset: str | None = None,
    period: Period | None = None,
    convert: Callable[[CustomsSeries], CustomsSeries] | None = None,
) -> list[CustomsSeries]:
    """Return the series of two sides of which one or both are groups; of two countries, those of :func:`customs_series`.

    Parameters
    ----------
    view, codes, name, measure, flow, dataset, period
        As for :func:`tidewaiter.series.customs.customs_series`.
    reporter, partner
        Whose books, with whom (:func:`tidewaiter.codes.parties.party`).
    convert
        Brings a series into one currency. It is asked before members in several currencies are added, and after members
        in one are.

    Returns
    -------
    list of CustomsSeries
        One for each dataset, flow and unit. Members in another currency or unit are missing in it, and said to be.
    """
    found = []
    for (one, way), spans in sorted(_spans(view, reporter).items()):
        if flow not in (None, way) or dataset not in (None, one):
            continue
        months = period or _reach(spans)
        question = _Question(view, one, way, codes, name, measure, months)
        made = question.of(reporter, partner)
        if len({unit for unit in made if unit}) > 1 and convert is not None:
            made = _Question(view, one, way, codes, name, measure, months, convert).of(reporter, partner)
            found += [_told(part, reporter, partner, months) for part in made.values()]
            continue
        told = [_told(part, reporter, partner, months) for part in made.values()]
        found += told if convert is None else [convert(series) for series in told]
    return found


def _spans(view: View, reporter: Party) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """Return by dataset and flow the periods that any member of a group, or the group itself, is in."""
    every = [run for runs in view.spans.values() for run in runs]
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for who in sorted({*reporter.ever(_reach(every)), reporter.own} - {""}) if every else ():
        for spot, runs in reporter_spans(view, who).items():
            found.setdefault(spot, []).extend(runs)
    return found


def _reach(runs: Iterable[tuple[int, int]]) -> Period:
    ends = list(runs)
    return Period(min(first for first, _ in ends), max(last for _, last in ends))


class _Part(msgspec.Struct):
    """One member, or some of them added up: its series, how it was made, and who is missing in it."""

    series: CustomsSeries
    own: tuple[str, ...] = ()
    missing: Mapping[Period, Mapping[str, str]] = msgspec.field(default_factory=dict)
    added: tuple[str, ...] = ()

    def cell(self, at: int) -> Cell:
        return self.series.cells[at]

    @property
    def says(self) -> bool:
        """Whether any period of it is known, wholly or in part."""
        return any(cell.state in _KNOWN or cell.bounds.lo > 0 for cell in (*self.series.cells, *self.series.longer))

    @property
    def whole(self) -> bool:
        """Whether every month of it is told, if only by a reason why it is not known."""
        return not any(_mute(cell) for cell in self.series.cells)


class _Question:
    """What is asked of one dataset and flow."""

    def __init__(
        self, view: View, dataset: str, flow: str, codes: Codes, name: str, measure: Measure, period: Period,
        convert: Callable[[CustomsSeries], CustomsSeries] | None = None,
    ) -> None:  # fmt: skip
        self._view, self._dataset, self._flow = view, dataset, flow
        self._codes, self._name, self._measure, self._period = codes, name, measure, period
        self._convert = convert

    def of(self, reporter: Party, partner: Party) -> dict[str, _Part]:
        """Return the series by unit."""
        if reporter.is_one:
            return self._with(reporter.code, partner)
        if reporter.own and (self._dataset, reporter.own, self._flow) in self._view.spans:
            own = self._with(reporter.own, partner)
            if any(part.says for part in own.values()):
                if all(part.whole for part in own.values()):
                    return {unit: _named(part, reporter.own) for unit, part in own.items()}
                return _filled(own, self._reporters(reporter, partner), reporter.own)
        return self._reporters(reporter, partner)

    def _reporters(self, reporter: Party, partner: Party) -> dict[str, _Part]:
        """Add up the members of the reporter's side."""
        without = partner.code if partner.is_one else ""
        parts = {who: self._with(who, partner) for who in reporter.ever(self._period) if who != without}
        return self._sum(reporter, parts, "reporter", without)

    def _with(self, reporter: str, partner: Party) -> dict[str, _Part]:
        """Return one reporter's series with a partner or a group."""
        if partner.is_one:
            return self._pair(reporter, partner.code)
        if partner.own:
            own = self._pair(reporter, partner.own)
            if any(part.says for part in own.values()):
                if all(part.whole for part in own.values()):
                    return {unit: _named(part, partner.own) for unit, part in own.items()}
                return _filled(own, self._partners(reporter, partner), partner.own)
        return self._partners(reporter, partner)

    def _partners(self, reporter: str, partner: Party) -> dict[str, _Part]:
        """Add up the members of the partner's side."""
        pairs = {who: self._pair(reporter, who) for who in partner.ever(self._period) if who != reporter}
        return self._sum(partner, pairs, "partner", reporter)

    def _pair(self, reporter: str, partner: str) -> dict[str, _Part]:
        found: dict[str, _Part] = {}
        for one in customs_series(
            self._view, reporter=reporter, partner=partner, codes=self._codes, name=self._name, measure=self._measure,
            flow=self._flow, dataset=self._dataset, period=self._period,
        ):  # fmt: skip
            series = one if self._convert is None else self._convert(one)
            unit = series.key.unit
            found[unit] = _Part(series if unit not in found else _either(found[unit].series, series))
        return found

    def _sum(
        self, who: Party, parts: Mapping[str, Mapping[str, _Part]], side: str, without: str = ""
    ) -> dict[str, _Part]:
        """Add up members, in each unit that any of them is in."""
        if not any(parts.values()):
            return {}
        units = sorted({unit for of in parts.values() for unit in of if unit}) or [""]
        return {unit: self._in_unit(who, parts, unit, side, without) for unit in units}

    def _in_unit(
        self, who: Party, parts: Mapping[str, Mapping[str, _Part]], unit: str, side: str, without: str
    ) -> _Part:
        mine = {code: _in(of, unit) for code, of in parts.items()}
        there = [part.series for part in mine.values() if part is not None]
        missing: dict[Period, dict[str, str]] = {}
        cells = []
        for at, month in enumerate(self._period):
            members = [code for code in who.members(month) if code != without]
            listed = {code: None if (part := mine[code]) is None else part.cell(at) for code in members}
            cell, gone = add_members(Period(month, month), listed)
            cells.append(cell)
            if gone:
                missing[cell.period] = gone
        longer = []
        months = {code: {cell.period.start: cell for cell in part.series.cells} for code, part in mine.items() if part}
        runs = {code: {cell.period: cell for cell in part.series.longer} for code, part in mine.items() if part}
        for run in sorted({cell.period for series in there for cell in series.longer}):
            spans = changes_in(who, run)
            members = [code for code in spans[0][1] if code != without]
            if len(spans) > 1:
                note = f"who belongs to {who.code} changes inside {run.words()}"
                longer.append(Cell(run, _OPEN, State.UNKNOWN, (), note))
                continue
            listed = {code: cell_over(months[code], runs[code], run) if mine.get(code) else None for code in members}
            cell, gone = add_members(run, listed)
            longer.append(cell)
            if gone:
                missing[run] = gone
        key = msgspec.structs.replace(there[0].key, unit=unit, **{side: who.code})
        key = (
            key
            if len({one.key.classification for one in there}) == 1
            else msgspec.structs.replace(key, classification="")
        )
        notes = tuple(dict.fromkeys(note for one in there for note in one.notes))
        codes = tuple(sorted({code for one in there for code in one.codes}))
        own = tuple(sorted({name for part in mine.values() if part is not None for name in part.own}))
        added = {side, *(name for part in mine.values() if part is not None for name in part.added)}
        return _Part(CustomsSeries(key, tuple(cells), tuple(longer), codes, notes), own, missing, tuple(sorted(added)))


def _mute(cell: Cell) -> bool:
    return cell.state in (State.UNKNOWN, State.UNRELEASED) and cell.bounds == _OPEN


def _filled(own: Mapping[str, _Part], added: Mapping[str, _Part], code: str) -> dict[str, _Part]:
    """Take the publisher's own row of a group in each period that has one, and its members in the others; never both."""
    found = dict(added)
    for unit, part in own.items():
        other = added.get(unit)
        if other is None:
            found[unit] = _named(part, code)
            continue
        pairs = zip(part.series.cells, other.series.cells, strict=True)
        cells = tuple(
            there
            if _mute(mine)
            else msgspec.structs.replace(mine, note=mine.note or f"the publisher's own row of {code}")
            for mine, there in pairs
        )
        theirs = {mine.period for mine in part.series.cells if not _mute(mine)} | {
            run.period for run in part.series.longer
        }
        runs = {cell.period: cell for cell in (*other.series.longer, *part.series.longer)}
        series = msgspec.structs.replace(
            other.series,
            cells=cells,
            longer=tuple(runs[run] for run in sorted(runs)),
            codes=tuple(sorted({*other.series.codes, *part.series.codes})),
            notes=tuple(dict.fromkeys((*part.series.notes, *other.series.notes))),
        )
        missing = {period: gone for period, gone in other.missing.items() if period not in theirs}
        found[unit] = _Part(series, (code, *part.own, *other.own), missing | dict(part.missing), other.added)
    return found


def _named(part: _Part, own: str) -> _Part:
    return msgspec.structs.replace(part, own=(own, *part.own))


def _in(of: Mapping[str, _Part], unit: str) -> _Part | None:
    """Return a member in a unit; of another unit only its zeros are told."""
    if unit in of or not of:
        return of.get(unit)
    part = next(iter(of.values()))
    note = f"in {', '.join(one or 'no unit' for one in sorted(of))}, not in {unit}"
    series = part.series

    def other(cell: Cell) -> Cell:
        if cell.state is State.ZERO or (cell.state is not State.VALUE and cell.bounds.lo == 0):
            return msgspec.structs.replace(cell, bounds=cell.bounds if cell.state is State.ZERO else _OPEN)
        return Cell(cell.period, _OPEN, State.NOT_RECORDED, cell.evidence, note)

    cells, longer = tuple(map(other, series.cells)), tuple(map(other, series.longer))
    return msgspec.structs.replace(part, series=msgspec.structs.replace(series, cells=cells, longer=longer))


def _either(one: CustomsSeries, other: CustomsSeries) -> CustomsSeries:
    """Join the series of two classifications of one pair: where both know a month, they must agree."""

    def joined(a: Cell, b: Cell) -> Cell:
        if a.state not in _KNOWN or b.state not in _KNOWN:
            return a if a.state in _KNOWN else b if b.state in _KNOWN else max(a, b, key=lambda cell: cell.bounds.lo)
        if a.bounds == b.bounds:
            return a
        bounds = Interval(min(a.bounds.lo, b.bounds.lo), max(a.bounds.hi, b.bounds.hi))
        return Cell(a.period, bounds, State.CONFLICT, (*a.evidence, *b.evidence), "two classifications differ")

    longer = {cell.period: cell for cell in other.longer}
    for cell in one.longer:
        longer[cell.period] = joined(cell, longer[cell.period]) if cell.period in longer else cell
    cells = tuple(joined(a, b) for a, b in zip(one.cells, other.cells, strict=True))
    key = msgspec.structs.replace(one.key, classification="")
    codes = tuple(sorted({*one.codes, *other.codes}))
    notes = tuple(dict.fromkeys((*one.notes, *other.notes)))
    return CustomsSeries(key, cells, tuple(longer[run] for run in sorted(longer)), codes, notes)


def _told(part: _Part, reporter: Party, partner: Party, period: Period) -> CustomsSeries:
    """Say with a series who is in it, who is on both sides, and which rows are the publisher's own."""
    series = part.series
    own = [
        f"{code}: the publisher's own row of the group is used where there is one; its members are never added to it"
        for code in dict.fromkeys(part.own)
    ]
    by_members = [who for who, side in ((reporter, "reporter"), (partner, "partner")) if side in part.added]
    if not by_members and not own:
        return series
    words = [text for who in by_members for text in who.words(period)]
    words += overlap_words(reporter, partner, period) if by_members else []
    key: SeriesKey = msgspec.structs.replace(
        series.key, reporter=reporter.code, partner=partner.code, flow=Flow(series.key.flow)
    )
    reporters, partners = (
        tuple(changes_in(who, period)) if side in part.added else ()
        for who, side in ((reporter, "reporter"), (partner, "partner"))
    )
    notes = (*own, *words, *series.notes)
    return GroupSeries(key, series.cells, series.longer, series.codes, notes, reporters, partners, part.missing)
