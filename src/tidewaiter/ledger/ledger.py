"""The bounds of an expression given evidence: the primitive that facts and claims rest on.

Where every cell of the expression is a point (a customs value), it is arithmetic. Otherwise the least and the greatest
value over all cells that the evidence leaves possible are found by linear programming, over the rows that are connected
with the expression; a ratio is made linear by Charnes and Cooper's change of scale. What excludes a statement is cut
down to a set of rows of which none can be left out (deletion filter: J. W. Chinneck and E. W. Dravnieks, Locating
minimal infeasible constraint sets in linear programs, ORSA Journal on Computing 3, 1991).

Examples
--------
>>> year = Row("A", (("jan", 1.0), ("feb", 1.0), ("mar", 1.0)), Interval(99.5, 100.5))
>>> ledger = Ledger([year, Row("B", (("jan", 1.0),), Interval(40, 41)), Row("C", (("feb", 1.0),), Interval(30, 30))])
>>> ledger.bounds({"mar": 1}).interval
Interval(lo=28.5, hi=30.5)
>>> ledger.excluding([Row("claim", (("mar", 1.0),), Interval(50, 60))])
('A', 'B', 'C')
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

import msgspec

from tidewaiter.ledger.conflicts import Conflict, settle
from tidewaiter.ledger.program import Optimum, Program
from tidewaiter.ledger.rows import Bounds, Cell, Row, Terms, apart_in_time, slack
from tidewaiter.model import Interval

__all__ = ["Ledger"]


class Ledger:
    """Evidence about cells.

    Parameters
    ----------
    rows
        Every piece of evidence. Rows that exclude each other are isolated as far as they touch what is asked
        (:attr:`conflicts`), and do not spoil the rest.
    doubting
        How conflicts are settled: by the voices that agree (False), or by trusting neither side (True), which is what
        a contradiction has to be proved against.
    known
        Where settled rows are kept between ledgers that share many of them.
    """

    def __init__(
        self, rows: Iterable[Row], *, doubting: bool = False, known: dict[object, object] | None = None
    ) -> None:
        self.rows = tuple(rows)
        self.doubting = doubting
        self._points: dict[Cell, tuple[float, str]] = {}
        self._touching: dict[Cell, list[int]] = defaultdict(list)
        several: set[Cell] = set()
        for position, row in enumerate(self.rows):
            for cell, _ in row.terms:
                self._touching[cell].append(position)
            if len(row.terms) == 1 and row.bounds.is_point and row.terms[0][1] == 1:
                cell = row.terms[0][0]
                if cell in self._points and self._points[cell][0] != row.bounds.lo:
                    several.add(cell)
                self._points[cell] = (row.bounds.lo, row.id)
        for cell in several:
            del self._points[cell]
        self._parts: dict[frozenset[int], _Part] = {}
        self._inner: dict[tuple[object, ...], Ledger] = {}
        self._known: dict[object, object] = {} if known is None else known

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Every set of rows that exclude each other, and what became of them."""
        seen: dict[int, _Part] = {}
        for cell in self._touching:
            part = self._part([cell])
            seen[id(part)] = part
        return tuple(conflict for part in seen.values() for conflict in part.conflicts)

    def conflicts_about(self, cells: Iterable[Cell]) -> tuple[Conflict, ...]:
        """Return the conflicts among the rows that are connected with some cells."""
        return self._part(cells).conflicts

    def releases_of(self, cells: Iterable[Cell]) -> list[str]:
        """Return when figures that hold some cells were published, the latest first, each release once."""
        told = sorted({self.rows[at].release for at in self._near(cells)} - {""}, reverse=True)
        kept: list[str] = []
        for one in told:
            if not kept or apart_in_time([kept[-1], one]):
                kept.append(one)
        return kept

    def within(self, cells: Iterable[Cell]) -> Ledger:
        """Return the ledger of what was said of some cells and of no others: no residual of a wider sum speaks there.

        A sum that came to nothing says so of each of its cells.
        """
        asked = frozenset(cells)
        return self._inside(
            ("within", asked), self._near(asked), lambda row: all(cell in asked for cell, _ in row.terms)
        )

    def exact(self, sums: Iterable[Iterable[tuple[Cell, float]]]) -> Ledger:
        """Return the ledger of what was said of just some sums."""
        asked = frozenset(frozenset(one) for one in sums)
        cells = {cell for one in asked for cell, _ in one}
        return self._inside(("exact", asked), self._near(cells), lambda row: frozenset(row.terms) in asked)

    def since(self, release: str, cells: Iterable[Cell]) -> Ledger:
        """Return the ledger of what was published from a day on, as far as it is connected with some cells."""
        part = self._connected(cells)
        name = ("since", release, frozenset(part))
        return self._inside(name, sorted(part), lambda row: row.structural or not row.release or row.release >= release)

    def _near(self, cells: Iterable[Cell]) -> list[int]:
        return sorted({position for cell in cells for position in self._touching.get(cell, ())})

    def _inside(self, name: tuple[object, ...], near: Iterable[int], test: Callable[[Row], bool]) -> Ledger:
        found = self._inner.get(name)
        if found is None:
            rows = [self.rows[at] for at in near]
            if name[0] == "within":
                rows = [_of_nothing(row, name[1]) for row in rows]  # type: ignore[arg-type]
            kept = [row for row in rows if test(row)]
            found = self._inner[name] = Ledger(kept, doubting=self.doubting, known=self._known)
        return found

    def releases(self, bounds: Bounds, cells: Iterable[Cell]) -> list[list[str]]:
        """Return, for each residual behind some bounds, the releases that it mixes, in order.

        A residual is evidence of wider sums than ``cells`` from which other evidence was taken; rows that share no cell
        (those of a dividend and of its divisor) are apart.
        """
        asked = frozenset(cells)
        names = {part for row in bounds.rows for part in row.split(" | ")}
        groups: list[tuple[set[Cell], set[str]]] = []
        for row in self.rows:
            if row.id not in names or row.structural:
                continue
            over, told = {cell for cell, _ in row.terms}, {row.release} - {""}
            for group in [group for group in groups if group[0] & over]:
                groups.remove(group)
                over, told = over | group[0], told | group[1]
            groups.append((over, told))
        return [sorted(told) for over, told in groups if not over <= asked]

    def point(self, terms: Terms) -> tuple[float, tuple[str, ...]] | None:
        """Return the value of an expression whose cells are all points, with the rows; None if one is not."""
        found = [self._points.get(cell) for cell in terms]
        known = [one for one in found if one is not None]
        if len(known) != len(found):
            return None
        value = math.fsum(factor * one[0] for factor, one in zip(terms.values(), known, strict=True))
        return value, tuple(dict.fromkeys(one[1] for one in known))

    def bounds(self, terms: Terms) -> Bounds:
        """Return what a sum of cells lies in.

        Parameters
        ----------
        terms
            Cells and their factors.
        """
        terms = {cell: float(factor) for cell, factor in terms.items() if factor}
        at = self.point(terms)
        if at is not None:
            return Bounds(Interval(at[0], at[0]), at[1], at[1], settled=True)
        if not any(cell in self._touching for cell in terms):
            ends = [math.inf if factor > 0 else -math.inf for factor in terms.values()]
            return Bounds(Interval(min(0.0, *ends), max(0.0, *ends)))
        part = self._part(terms)
        return part.between(terms)

    def ratio(self, top: Terms, bottom: Terms) -> Bounds:
        """Return what the quotient of two sums of cells lies in; open above where the divisor may be nought."""
        one, other = self.point(top), self.point(bottom)
        if one is not None and other is not None:
            value = one[0] / other[0] if other[0] else (math.inf if one[0] else math.nan)
            if not math.isnan(value):
                rows = tuple(dict.fromkeys((*one[1], *other[1])))
                return Bounds(Interval(value, value), rows, rows, settled=math.isfinite(value))
        upper, lower = self._part(top), self._part(bottom)
        if not upper.cells & lower.cells:
            return _apart(self.bounds(top), self.bounds(bottom))
        return self._part([*top, *bottom]).quotient(dict(top), dict(bottom))

    def excluding(self, asked: Sequence[Row]) -> tuple[str, ...]:
        """Return ids of rows that together exclude something, none of which can be left out; empty if it is possible.

        Parameters
        ----------
        asked
            What is said, as rows that should hold at once.
        """
        if len(asked) == 1 and self.point(dict(asked[0].terms)) is not None:
            return self._excluding_points(asked[0])
        part = self._part(cell for row in asked for cell, _ in row.terms)
        rows = [*part.rows, *asked]
        fixed = range(len(part.rows), len(rows))
        found = _impossible(rows, fixed)
        if found is None:
            return ()
        kept = [part.rows[position] for position in found if position < len(part.rows)]
        # The widest and the most involved are tried first, so that what is left is short and sharp.
        for row in sorted(kept, key=lambda row: (row.structural, -len(row.terms), row.bounds.lo - row.bounds.hi)):
            rest = [other for other in kept if other.id != row.id]
            if _impossible([*rest, *asked], range(len(rest), len(rest) + len(asked))) is not None:
                kept = rest
        return tuple(row.id for row in part.rows if row in kept)

    def _excluding_points(self, asked: Row) -> tuple[str, ...]:
        """Return a smallest set of points that excludes a sum: the small ones that it does not need are left out.

        Without its point a cell may be nought or anything above. A sum that is too great stays so without some of what was
        added; one that is too small stays so without some of what was taken off.
        """
        points = [(factor * self._points[cell][0], factor, self._points[cell][1]) for cell, factor in asked.terms]
        value = math.fsum(one[0] for one in points)
        noise = slack(value, asked.bounds.lo, asked.bounds.hi, *(one[0] for one in points))
        if value > asked.bounds.hi + noise:
            sign, gap = 1.0, value - asked.bounds.hi
        elif value < asked.bounds.lo - noise:
            sign, gap = -1.0, asked.bounds.lo - value
        else:
            return ()
        kept = []
        for part, factor, row in sorted(points, key=lambda one: abs(one[0])):
            if factor * sign > 0 and gap - abs(part) > noise:
                gap -= abs(part)
            else:
                kept.append(row)
        return tuple(dict.fromkeys(row for _, _, row in points if row in kept))

    def _connected(self, cells: Iterable[Cell]) -> set[int]:
        wanted: set[int] = set()
        todo = list(cells)
        seen = set(todo)
        while todo:
            for position in self._touching.get(todo.pop(), ()):
                if position not in wanted:
                    wanted.add(position)
                    fresh = [cell for cell, _ in self.rows[position].terms if cell not in seen]
                    seen.update(fresh)
                    todo += fresh
        return wanted

    def _part(self, cells: Iterable[Cell]) -> _Part:
        """Return the rows that are connected with some cells, conflicts settled."""
        wanted = self._connected(cells)
        key = frozenset(wanted)
        if key not in self._parts:
            rows = tuple(self.rows[position] for position in sorted(wanted))
            name = (rows, self.doubting)
            part = self._known.get(name)
            if not isinstance(part, _Part):
                part = self._known[name] = _Part(rows, doubting=self.doubting)
            self._parts[key] = part
        return self._parts[key]


def _of_nothing(row: Row, asked: frozenset[Cell]) -> Row:
    """Return what a sum that came to nothing says of those of its cells that are asked for; any other row as it is."""
    if row.structural or row.bounds.hi != 0 or any(factor <= 0 for _, factor in row.terms):
        return row
    return msgspec.structs.replace(row, terms=tuple(term for term in row.terms if term[0] in asked))


def _apart(one: Bounds, other: Bounds) -> Bounds:
    """Divide two sums that share no evidence."""
    above, below = one.interval, other.interval
    lo = above.lo / below.hi if math.isfinite(below.hi) and below.hi > 0 else 0.0
    hi = above.hi / below.lo if below.lo > 0 else math.inf
    low = (*one.low, *other.high) if lo else ()
    high = (*one.high, *other.low) if math.isfinite(hi) else ()
    return Bounds(Interval(lo, hi), low, high, settled=one.settled and other.settled and below.lo > 0)


class _Part:
    """Rows that hang together, conflicts settled, with the programs over them."""

    def __init__(self, rows: Sequence[Row], *, doubting: bool) -> None:
        self.rows, self.conflicts = settle(rows, doubting=doubting)
        self.cells = {cell for row in self.rows for cell, _ in row.terms}

    @cached_property
    def plain(self) -> Program:
        return Program(self.rows)

    def between(self, terms: Terms) -> Bounds:
        low, high = self.plain.best(terms, maximise=False), self.plain.best(terms, maximise=True)
        if low is None or high is None:
            return Bounds(Interval(-math.inf, math.inf))
        return self._bounds(low, high, low.value, high.value)

    def quotient(self, top: dict[Cell, float], bottom: dict[Cell, float]) -> Bounds:
        """Return the bounds of a quotient: by Charnes and Cooper, then sharpened by Dinkelbach's step.

        W. Dinkelbach, On nonlinear fractional programming, Management Science 13 (1967): at the greatest quotient r the
        greatest value of top - r bottom is nought, and the point where it is reached gives the next, better r.
        """
        size = self.plain.best(bottom, maximise=True)
        unit = size.value if size is not None and 0 < size.value < math.inf else 1.0
        divisor = Row("", tuple(bottom.items()), Interval(1, 1))
        scaled = Program(self.rows, scaled=True, divisor=divisor, unit=unit)
        low, high = scaled.best(top, maximise=False), scaled.best(top, maximise=True)
        if low is None or high is None:
            return Bounds(Interval(0.0, math.inf))
        low, lo = self._sharpened(low, top, bottom, maximise=False)
        high, hi = self._sharpened(high, top, bottom, maximise=True)
        return self._bounds(low, high, lo, hi)

    def _sharpened(
        self, end: Optimum, top: dict[Cell, float], bottom: dict[Cell, float], *, maximise: bool
    ) -> tuple[Optimum, float]:
        value = end.value
        for _ in range(3):
            if not math.isfinite(value):
                return end, value
            terms = {cell: top.get(cell, 0.0) - value * bottom.get(cell, 0.0) for cell in {**top, **bottom}}
            found = self.plain.best(terms, maximise=maximise)
            if found is None or not math.isfinite(found.value):
                return end, value
            below = self.plain.total(bottom, found.at)
            if below <= 0:
                return end, value
            sharper = self.plain.total(top, found.at) / below
            if abs(sharper - value) > _BLUNT * max(1.0, abs(value)):
                # The end is only approached, as everything grows without bound: no point of the evidence has it.
                return end, value
            before, value = value, sharper
            end = found
            if abs(value - before) <= slack(value):
                break
        return end, value

    def _bounds(self, low: Optimum, high: Optimum, lo: float, hi: float) -> Bounds:
        if lo > hi:
            lo = hi = (lo + hi) / 2
        interval = Interval(_round(lo, slack(lo)), _round(hi, slack(hi)))
        return Bounds(interval, self._ids(low), self._ids(high), settled=self._settles(low) or self._settles(high))

    def _ids(self, end: Optimum) -> tuple[str, ...]:
        return tuple(self.rows[position].id for position in end.held if position < len(self.rows))

    def _settles(self, end: Optimum) -> bool:
        if not math.isfinite(end.value) or end.floor:
            return False
        held = [self.rows[position] for position in end.held if position < len(self.rows)]
        return bool(held) and all(row.bounds.is_bounded and not row.structural and not row.spans for row in held)


def _impossible(rows: Sequence[Row], fixed: Iterable[int]) -> tuple[int, ...] | None:
    """Return positions of rows that exclude each other, None if all can hold; ``fixed`` alone may be broken at a price."""
    fixed = tuple(fixed)
    best = Program(rows, elastic=fixed).price()
    return best.held if best.value > _PRICE else None


_BLUNT = 1e-4
"""How far the change of scale may be off before Dinkelbach's step: more is another end."""

_PRICE = 1e-5
"""A price this low is the noise of arithmetic: rows are broken by less than a hundred-millionth of their size."""


def _round(number: float, tidy: float) -> float:
    """Take the noise of arithmetic off a number."""
    near = round(number) if math.isfinite(number) else number
    return float(near) if abs(near - number) <= tidy else number
