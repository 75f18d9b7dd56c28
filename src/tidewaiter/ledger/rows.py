"""What a ledger is made of: rows of evidence over cells, and the bounds that follow from them.

A *cell* is one quantity that is never below zero: a series in a month. A *row* says that a sum of cells, each with a
factor, lies in an interval: a printed figure, a customs value (an interval of one point), a part that cannot exceed
its whole.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from datetime import date, timedelta
from typing import TypeAlias, TypeVar

import msgspec

from tidewaiter.model import Interval

__all__ = ["APART", "TOLERANCE", "Bounds", "Cell", "Row", "Terms", "added", "apart_in_time", "moved", "slack"]

Cell: TypeAlias = Hashable
"""What names a quantity; anything that can be a key."""

C = TypeVar("C")

Terms: TypeAlias = Mapping[Cell, float]
"""A sum of cells, each with its factor."""

TOLERANCE = 1e-9
"""Relative; two numbers nearer than this are the same to a solver."""


class Row(msgspec.Struct, frozen=True):
    """One piece of evidence: the sum of ``terms`` lies in ``bounds``.

    Parameters
    ----------
    id
        Unique in a ledger.
    terms
        Cells and their factors.
    bounds
        What the sum lies in.
    voice
        Whose reporting it is; rows of one voice count once.
    step
        The unit of the last printed digit: a number that was cut off instead of rounded misses by at most this much.
        0 where that cannot be.
    structural
        True for what holds by definition (a part does not exceed its whole); never in doubt.
    spans
        True for the span of numbers that exclude each other, or of what a revision may have made of one: it bounds, but is
        nobody's rounding.
    release
        When it was published (an ISO date); empty where the row is of no release or that is not known.
    moves
        How far, in parts of the number, a later release may have moved it; 0 for what was final.
    """

    id: str
    terms: tuple[tuple[Cell, float], ...]
    bounds: Interval
    voice: str = ""
    step: float = 0.0
    structural: bool = False
    spans: bool = False
    release: str = ""
    moves: float = 0.0


class Bounds(msgspec.Struct, frozen=True):
    """What an expression lies in, given evidence.

    Parameters
    ----------
    interval
        Its least and greatest value; infinite where nothing bounds it.
    low, high
        Ids of the rows that prove each end; empty where only "no trade is below zero" does.
    settled
        Whether the evidence fixes the expression up to its own rounding: an end is a combination of printed numbers
        alone, and no unknown cell is left in it.
    """

    interval: Interval
    low: tuple[str, ...] = ()
    high: tuple[str, ...] = ()
    settled: bool = False

    @property
    def rows(self) -> tuple[str, ...]:
        """Ids of the rows behind both ends, each once."""
        return tuple(dict.fromkeys((*self.low, *self.high)))


APART = 20
"""Days between figures beyond which they report different releases: customs services publish once a month."""


def apart_in_time(releases: Iterable[str]) -> bool:
    """Whether figures are of more than one release.

    Examples
    --------
    >>> apart_in_time(["2022-05-20", "2022-05-27"]), apart_in_time(["2022-05-20", "2022-06-20"]), apart_in_time([])
    (False, True, False)
    """
    told = [one for one in releases if one]
    return len(told) > 1 and date.fromisoformat(max(told)) - date.fromisoformat(min(told)) > timedelta(days=APART)


def moved(row: Row) -> Row:
    """Return a row as wide as a later release may have moved it."""
    bounds = Interval(row.bounds.lo * (1 - row.moves), row.bounds.hi * (1 + row.moves))
    return msgspec.structs.replace(row, bounds=bounds, step=0.0, moves=0.0, spans=True)


def slack(*numbers: float) -> float:
    """Return the absolute tolerance at the size of some numbers."""
    return TOLERANCE * max([abs(number) for number in numbers if math.isfinite(number)] + [1.0])


def added(*sums: Iterable[tuple[C, float]]) -> tuple[tuple[C, float], ...]:
    """Add sums of cells; each cell stands once in the result, none with factor nought.

    Examples
    --------
    >>> added((("a", 1.0), ("b", 1.0)), (("a", -1.0),))
    (('b', 1.0),)
    """
    found: dict[C, float] = {}
    for one in sums:
        for cell, factor in one:
            found[cell] = found.get(cell, 0.0) + factor
    return tuple((cell, factor) for cell, factor in found.items() if factor)
