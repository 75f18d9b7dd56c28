"""The book of one reporter's trade with one partner: all that is known of it, as of a date.

A book holds printed numbers (figures of the press, or cells of a customs file taken as exact figures) and says what a
month of a series is known to be (:meth:`Book.cell`), and what was printed for a period (:meth:`Book.reading`), agreement
and conflict kept apart.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeAlias

import msgspec

from tidewaiter.model import Cell, Figure, Flow, Interval, SeriesKey, State
from tidewaiter.period import Period, month_text

__all__ = ["Book", "CellKey", "Reading"]

RELEASE = 20
"""Days between figures up to which they report one release: customs services publish once a month."""

CellKey: TypeAlias = tuple[SeriesKey, int]
"""One series in one month."""


class Reading(msgspec.Struct, frozen=True):
    """What publishers printed for one series and one period, agreement and conflict kept apart.

    Parameters
    ----------
    figures
        The figures that agree, the finest printed first; the first one is what a sentence prints.
    others
        The figures that no rounding reconciles with them.
    bounds
        What the agreeing figures leave possible together.
    """

    figures: tuple[Figure, ...]
    others: tuple[Figure, ...]
    bounds: Interval

    @property
    def best(self) -> Figure:
        """The figure that a sentence prints."""
        return self.figures[0]

    @property
    def hull(self) -> Interval:
        """The span that holds every printed figure, conflicting ones included."""
        every = [figure.bounds for figure in (*self.figures, *self.others)]
        return Interval(min(b.lo for b in every), max(b.hi for b in every))

    @property
    def families(self) -> tuple[str, ...]:
        """Who agrees, each reporting counted once."""
        return tuple(dict.fromkeys(figure.origin.family for figure in self.figures))


class Book:
    """What is known of one reporter's trade with one partner.

    Parameters
    ----------
    figures
        Every figure that may speak of it, both flows.
    wholes
        For a good that is wholly contained in another: its commodity key to the other's.
    covered
        For a commodity key: the periods in which silence means zero, because the source says so.
    lives
        For a commodity code: the months in which it exists. A cell outside has no code to be counted under.
    """

    def __init__(
        self,
        figures: Iterable[Figure],
        *,
        wholes: Mapping[str, str] | None = None,
        covered: Mapping[SeriesKey, tuple[Period, ...]] | None = None,
        lives: Mapping[str, Period] | None = None,
    ) -> None:
        self.figures: dict[str, Figure] = {figure.id: figure for figure in figures}
        self.wholes = dict(wholes or {})
        self.covered = dict(covered or {})
        self.lives = dict(lives or {})
        self._by_key: dict[SeriesKey, list[Figure]] = defaultdict(list)
        for figure in self.figures.values():
            self._by_key[figure.key].append(figure)
        self._doubtful: frozenset[tuple[SeriesKey, Period]] | None = None
        self._cells: dict[CellKey, Cell] = {}

    @property
    def keys(self) -> tuple[SeriesKey, ...]:
        """The series that something is known of."""
        return tuple(self._by_key)

    def of(self, key: SeriesKey) -> tuple[Figure, ...]:
        """Return the figures of one series."""
        return tuple(self._by_key.get(key, ()))

    def runs(self, key: SeriesKey) -> tuple[Period, ...]:
        """Return the periods longer than a month for which something was printed, the shortest first."""
        found = {figure.period for figure in self.of(key) if not figure.period.is_month}
        return tuple(sorted(found, key=lambda period: (len(period), period)))

    def reading(self, key: SeriesKey, period: Period) -> Reading | None:
        """Return what was printed for exactly this period, or None.

        Where printed numbers exclude each other, the reading that most independent publishers share is taken (then that of
        the newer release, as the months may have been revised, then the one that more figures share, then the finest) and
        the rest is kept beside it.
        """
        printed = [figure for figure in self.of(key) if figure.period == period]
        if not printed:
            return None
        best: list[Figure] = []
        rank: tuple[int, bool, int, float] | None = None
        newest = max(figure.origin.published_from for figure in printed)
        for seed in printed:
            group = [figure for figure in printed if figure.bounds.meets(seed.bounds)]
            shared = _meet(figure.bounds for figure in group)
            while shared is None:
                group.remove(max(group, key=lambda figure: (figure is not seed, _gap(figure.bounds, seed.bounds))))
                shared = _meet(figure.bounds for figure in group)
            score = (
                len({figure.origin.family for figure in group}),
                any(_one_release(figure.origin.published_from, newest) for figure in group),
                len(group),
                -min(_width(figure.bounds) for figure in group),
            )
            if rank is None or score > rank:
                rank, best = score, group
        bounds = _meet(figure.bounds for figure in best)
        assert bounds is not None
        best.sort(key=lambda figure: (_width(figure.bounds), figure.origin.published_from, figure.id))
        chosen = {figure.id for figure in best}
        return Reading(tuple(best), tuple(figure for figure in printed if figure.id not in chosen), bounds)

    def cell(self, key: SeriesKey, month: int) -> Cell:
        """Return what one month of a series is known to be, and why."""
        found = self._cells.get((key, month))
        if found is None:
            found = self._cells[key, month] = self._cell(key, month)
        return found

    def _cell(self, key: SeriesKey, month: int) -> Cell:
        single = Period(month, month)
        reading = self.reading(key, single)
        if reading is not None:
            evidence = tuple(figure.id for figure in (*reading.figures, *reading.others))
            if reading.others:
                return Cell(single, reading.hull, State.CONFLICT, evidence)
            state = State.ZERO if reading.bounds.hi == 0 else State.VALUE
            return Cell(single, reading.bounds, state, evidence)
        life = self.lives.get(key.cmd)
        if life is not None and not life.start <= month <= life.end:
            note = f"{key.cmd} exists from {month_text(life.start)} to {month_text(life.end)} only"
            return Cell(single, Interval(0, math.inf), State.NOT_ALIVE, note=note)
        if any(period.start <= month <= period.end for period in self.covered.get(key, ())):
            return Cell(single, Interval(0, 0), State.ZERO, note="the source covers this cell and lists nothing")
        lo, proof = self._parts(key, single)
        hi = math.inf
        merged = False
        for run in self.runs(key):
            if run.start <= month <= run.end:
                merged = True
                reading = self.reading(key, run)
                assert reading is not None
                if reading.hull.hi < hi:
                    hi = reading.hull.hi
                    proof = (*proof, *(figure.id for figure in (*reading.figures, *reading.others)))
        whole = self.wholes.get(key.cmd)
        if whole is not None:
            above = self.cell(msgspec.structs.replace(key, cmd=whole), month)
            if above.bounds.hi < hi:
                hi, proof = above.bounds.hi, (*proof, *above.evidence)
        if hi == 0:
            return Cell(single, Interval(0, 0), State.ZERO, proof)
        return Cell(single, Interval(min(lo, hi), hi), State.MERGED if merged else State.UNKNOWN, proof)

    def _parts(self, key: SeriesKey, period: Period) -> tuple[float, tuple[str, ...]]:
        """Return what the printed parts of a good come to at least, and their figures."""
        least = 0.0
        proof: list[str] = []
        for cmd, whole in self.wholes.items():
            if whole == key.cmd:
                reading = self.reading(msgspec.structs.replace(key, cmd=cmd), period)
                if reading is not None:
                    least += reading.hull.lo
                    proof.extend(figure.id for figure in (*reading.figures, *reading.others))
        return least, tuple(proof)

    @property
    def doubtful(self) -> frozenset[tuple[SeriesKey, Period]]:
        """Printed periods that other printed numbers contradict, and that must not bound anything from below.

        Two kinds: a run that exceeds its own months, all of them printed (an early release that was revised), and a
        flow that does not fit the total of both flows printed beside it.
        """
        if self._doubtful is None:
            self._doubtful = frozenset(self._find_doubtful())
        return self._doubtful

    def _find_doubtful(self) -> Iterable[tuple[SeriesKey, Period]]:
        for key in self.keys:
            for run in self.runs(key):
                whole = self.reading(key, run)
                months = [self.reading(key, Period(month, month)) for month in run]
                assert whole is not None
                if all(months):
                    added = Interval(0, 0)
                    for month in months:
                        assert month is not None
                        added = added + month.bounds
                    if not added.meets(whole.bounds) and whole.bounds.lo > added.lo:
                        yield key, run
            if key.flow is not Flow.TWO_WAY:
                continue
            for period in {figure.period for figure in self.of(key)}:
                flows = _flows(key)
                both = self.reading(key, period)
                parts = [self.reading(flow, period) for flow in flows]
                if both is None or any(part is None for part in parts):
                    continue
                one, other = (part.bounds for part in parts if part is not None)
                if not (one + other).meets(both.bounds):
                    for flow in flows:
                        yield flow, period


def _one_release(day: str, newest: str) -> bool:
    """Whether two days (ISO) are so near that what was printed on them is of one monthly release."""
    try:
        return (date.fromisoformat(newest) - date.fromisoformat(day)).days <= RELEASE
    except ValueError:
        return True


def _flows(key: SeriesKey) -> tuple[SeriesKey, ...]:
    """Two-way trade is exports and imports added together."""
    if key.flow is not Flow.TWO_WAY:
        return (key,)
    return tuple(msgspec.structs.replace(key, flow=flow) for flow in (Flow.EXPORT, Flow.IMPORT))


def _meet(intervals: Iterable[Interval]) -> Interval | None:
    every = list(intervals)
    lo, hi = max(i.lo for i in every), min(i.hi for i in every)
    return Interval(lo, hi) if lo <= hi else None


def _width(interval: Interval) -> float:
    return interval.hi - interval.lo


def _gap(one: Interval, other: Interval) -> float:
    ends = (abs(one.lo - other.lo), abs(one.hi - other.hi))
    return max(end for end in ends if math.isfinite(end)) if any(map(math.isfinite, ends)) else math.inf
